"""Damage by an intensity that differs in every sample: drawn block by block, never all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.kit.draws import draw, stream
from rencity.sim.strike import TABLE_SIZE, RandomField, Sampled

U = np.uint64
_ONE = float(1 << 32)


@dataclass(frozen=True)
class Felt:
    """A random field as the rows of a network feel it, see `Sampled`; m rows.

    Attributes
    ----------
    limit : float64 (n, k, entries), P(state j or worse) · 2^32
    """

    field: RandomField
    site: npt.NDArray[np.int32]
    curve: npt.NDArray[np.int16]
    slope: npt.NDArray[np.float32]
    shift: npt.NDArray[np.float32]
    limit: npt.NDArray[np.float64]
    low: float
    step: float


def felt_of(sampled: Sampled, inside: npt.NDArray[np.bool_]) -> Felt:
    """What the assets `inside` a network feel."""
    return Felt(
        field=sampled.field,
        site=np.ascontiguousarray(sampled.site[inside]),
        curve=np.ascontiguousarray(sampled.curve[inside]),
        slope=np.ascontiguousarray(sampled.slope[inside]),
        shift=np.ascontiguousarray(sampled.shift[inside]),
        limit=np.ascontiguousarray(sampled.exceed_at * _ONE),
        low=sampled.low,
        step=sampled.step,
    )


def damaged_by(
    felt: Felt,
    log_intensity: npt.NDArray[np.float32],
    key: npt.NDArray[np.uint64],
    seed: int,
    purpose: int,
    first: int,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int8]]:
    """Which rows are damaged in which samples, and how gravely.

    Parameters
    ----------
    log_intensity : (samples, sites), as `RandomField.log_intensity`

    Returns
    -------
    index of the row, lane, state; int32, int32, int8; in order of row and lane
    """
    by_site = np.ascontiguousarray(log_intensity.T)
    drawn = U(seed), U(purpose), first
    arrays = felt.site, felt.curve, felt.slope, felt.shift, felt.limit, felt.low, felt.step
    count = np.zeros(len(key), np.int64)
    none = np.empty(0, np.int32)
    _damaged(by_site, *arrays, key, *drawn, count, none, none, np.empty(0, np.int8), write=False)
    total = int(count.sum())
    index, lane = np.empty(total, np.int32), np.empty(total, np.int32)
    state = np.empty(total, np.int8)
    ends = np.cumsum(count) - count
    _damaged(by_site, *arrays, key, *drawn, ends, index, lane, state, write=True)
    return index, lane, state


@njit(nogil=True, cache=True)
def _damaged(
    log_: Any,
    site: Any,
    curve: Any,
    slope: Any,
    shift: Any,
    limit: Any,
    low: Any,
    step: Any,
    key: Any,
    seed: Any,
    purpose: Any,
    first: Any,
    at: Any,
    index: Any,
    lane: Any,
    state: Any,
    write: Any,
) -> None:
    """Count into `at`, or write from `at` on."""
    states, entries = limit.shape[1], limit.shape[2]
    lanes = log_.shape[1]
    for i in range(len(site)):
        here, c = log_[site[i]], curve[i]
        start = stream(seed, purpose, key[i])
        for s in range(lanes):
            x = (slope[i] * here[s] + shift[i] - low) / step
            x = min(max(x, 0.0), entries - 1.000001)
            j = np.int64(x)
            part = x - j
            uniform = np.float64(draw(start, first + s) >> U(32))
            worst = -1
            for k in range(states):
                edge = limit[c, k, j] + part * (limit[c, k, j + 1] - limit[c, k, j])
                if uniform < edge:
                    worst = k
                else:
                    break
            if worst >= 0:
                if write:
                    index[at[i]], lane[at[i]], state[at[i]] = i, s, worst
                at[i] += 1


@njit(nogil=True, cache=True)
def repair_times(
    index: Any,
    lane: Any,
    state: Any,
    key: Any,
    table: Any,
    repair_min: Any,
    seed: Any,
    purpose: Any,
    first: Any,
    minutes: Any,
) -> None:
    """Minutes out of service of each damaged row, by quantile of its state's repair table."""
    for f in range(len(index)):
        i = index[f]
        random = draw(stream(seed, purpose, key[i]), first + lane[f])
        minutes[f] = repair_min[table[i], state[f], random & U(TABLE_SIZE - 1)]
