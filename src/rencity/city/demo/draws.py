"""Random numbers of the demo city: one stream a part, named, so that no part moves another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.kit.ids import key_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def stream(seed: int, part: str) -> np.random.Generator:
    """The generator of one part of the city with this seed."""
    return np.random.default_rng(np.random.SeedSequence([seed, key_of(part)]))


def whole(parts: Floats, total: int) -> Ints:
    """Integers in proportion to `parts` that sum to `total` exactly (largest remainders).

    Parameters
    ----------
    parts : shape (n,), not negative, not all zero
    """
    exact = parts * (total / parts.sum())
    floor = np.floor(exact).astype(np.int64)
    order = np.argsort(floor - exact, kind="stable")
    floor[order[: total - int(floor.sum())]] += 1
    return floor


def whole_by(parts: Floats, group: Ints, totals: Ints) -> Ints:
    """`whole` inside each group: integers in proportion to `parts` that sum to `totals[group]`.

    Parameters
    ----------
    parts : shape (n,), not negative; a group whose total is not 0 holds some that are not 0
    group : row of `totals`, shape (n,)
    """
    held = np.bincount(group, parts, len(totals))
    exact = parts * (totals / np.where(held > 0, held, 1.0))[group]
    floor = np.floor(exact + 1e-9).astype(np.int64)
    short = totals - np.bincount(group, floor, len(totals)).astype(np.int64)
    order = np.lexsort((floor - exact, group))
    size = np.bincount(group, minlength=len(totals))
    rank = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    floor[order[rank < short[group[order]]]] += 1
    return floor
