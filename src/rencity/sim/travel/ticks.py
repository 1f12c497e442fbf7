"""Time as travel counts it: whole tenths of a second in int32, and what no road reaches."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.kit.errors import CityError

Ticks = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

PER_SECOND = 10
PER_MINUTE = 60 * PER_SECOND
UNREACHABLE = 2**30 - 1
"""No way at all. The sum of two of them still fits int32: ask ``>= UNREACHABLE``, not ``==``."""


def ticks_of(seconds: Floats) -> Ticks:
    """Whole ticks, rounded; what is over the range or no number becomes `UNREACHABLE`."""
    ticks = np.rint(np.asarray(seconds, np.float64) * PER_SECOND)
    return np.where(ticks < UNREACHABLE, ticks, UNREACHABLE).astype(np.int32)


def seconds_of(ticks: npt.ArrayLike) -> Floats:
    """Seconds; infinite where there is no way."""
    ticks = np.asarray(ticks)
    return np.where(ticks >= UNREACHABLE, np.inf, ticks / PER_SECOND)


def minutes_of(ticks: npt.ArrayLike) -> Floats:
    """Minutes; infinite where there is no way."""
    return seconds_of(ticks) / 60


def whole_minutes_of(ticks: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Minutes rounded up; `UNREACHABLE` where there is no way."""
    ticks = np.asarray(ticks, np.int64)
    return np.where(ticks >= UNREACHABLE, UNREACHABLE, -(-ticks // PER_MINUTE))


def assert_fits(
    tail: npt.NDArray[np.int32], ticks: npt.NDArray[np.int64], nodes: int, *, place: str
) -> None:
    """Refuse times that could pass the range: a path leaves each node once at most.

    Parameters
    ----------
    tail, ticks : node that each open edge leaves, and its time

    Raises
    ------
    CityError : the slowest ways out of all nodes add up to `UNREACHABLE` or more
    """
    slowest = np.zeros(nodes, np.int64)
    np.maximum.at(slowest, tail, ticks)
    total = float(slowest.sum(dtype=np.float64))
    if total >= UNREACHABLE:
        raise CityError(
            f"times over the network could reach {total / PER_SECOND / 86400:,.0f} days, more "
            f"than the {UNREACHABLE / PER_SECOND / 86400:,.0f} that can be counted",
            place=place,
            mend="look for links of great length or little speed, or slow them less",
        )
