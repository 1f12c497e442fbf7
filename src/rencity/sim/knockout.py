"""Paired knock-out: the same draws with one asset made invulnerable.

Only samples in which the asset was damaged can differ, and lanes are independent, so a lane is one
(asset, sample) pair and hundreds of pairs share a block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.sim.reach.account import Account
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages, merged

Z95 = 1.959964


@dataclass(frozen=True)
class Saved:
    """Person-minutes a run saves on average if the row could not be damaged.

    Attributes
    ----------
    pairs : damaged samples simulated again
    mean, low, high : over all samples, with 95 % normal bounds
    """

    row: int
    pairs: int
    mean: float
    low: float
    high: float


def lanes_to_run(
    rows: Sequence[int], blocks: Sequence[Outages], most: int
) -> list[tuple[int, int, int]]:
    """(row, block, lane) of the first `most` samples in which each row is out, in sample order."""
    found: list[tuple[int, int, int]] = []
    for row in rows:
        taken = 0
        for number, outages in enumerate(blocks):
            lanes = np.unique(outages.lane[outages.row == row])[: most - taken]
            found += [(row, number, int(lane)) for lane in lanes]
            taken += len(lanes)
    return found


def knock_out(
    pairs: Sequence[tuple[int, int, int]],
    blocks: Sequence[Outages],
    run: Callable[[Outages], Account],
    map_: Callable[..., object] = map,
) -> npt.NDArray[np.int64]:
    """Loss in person-minutes of each pair's sample without its row's outage, int64 (pairs,)."""
    by_lane = [_sorted_by_lane(outages) for outages in blocks]
    chunks = [pairs[i : i + LANES] for i in range(0, len(pairs), LANES)]

    def loss(chunk: Sequence[tuple[int, int, int]]) -> npt.NDArray[np.int64]:
        account = run(_without_rows(chunk, by_lane))
        return account.zone_loss.sum(axis=(0, 1))[: len(chunk)]

    losses = list(map_(loss, chunks))  # type: ignore[call-overload]
    return np.concatenate(losses) if losses else np.empty(0, np.int64)


def saved_by_row(
    pairs: Sequence[tuple[int, int, int]],
    loss_without: npt.NDArray[np.int64],
    loss_with: npt.NDArray[np.int64],
    damaged: npt.NDArray[np.int64],
    samples: int,
) -> list[Saved]:
    """Mean saving of each row over all samples, with bounds.

    Parameters
    ----------
    loss_with : int64 (samples,), loss of the run itself
    damaged : int64 (rows,), samples in which each row is out
    """
    by_row: dict[int, list[float]] = {}
    for (row, block, lane), loss in zip(pairs, loss_without, strict=True):
        by_row.setdefault(row, []).append(float(loss_with[block * LANES + lane] - loss))
    return [_saved(row, np.array(by_row[row]), int(damaged[row]), samples) for row in by_row]


def _saved(row: int, gain: npt.NDArray[np.float64], damaged: int, samples: int) -> Saved:
    """Mean over all samples: those undamaged save nothing, those not rerun save as the rest."""
    share = damaged / samples
    mean = share * gain.mean()
    within = gain.var(ddof=1) / len(gain) if len(gain) > 1 else 0.0
    half = Z95 * np.sqrt(share**2 * within + gain.mean() ** 2 * share * (1 - share) / samples)
    return Saved(row, len(gain), mean, mean - half, mean + half)


def _sorted_by_lane(outages: Outages) -> tuple[Outages, npt.NDArray[np.int64]]:
    order = np.argsort(outages.lane, kind="stable")
    lane = outages.lane[order]
    ends = np.searchsorted(lane, np.arange(LANES + 1))
    return outages.where(order), ends


def _without_rows(
    chunk: Sequence[tuple[int, int, int]],
    by_lane: Sequence[tuple[Outages, npt.NDArray[np.int64]]],
) -> Outages:
    parts = []
    for position, (row, block, lane) in enumerate(chunk):
        outages, ends = by_lane[block]
        mine = np.arange(ends[lane], ends[lane + 1])
        mine = mine[outages.row[mine] != row]
        where = np.full(len(mine), position, np.int32)
        parts.append(Outages(outages.row[mine], where, outages.begin[mine], outages.end[mine]))
    return merged(parts)
