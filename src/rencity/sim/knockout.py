"""Paired knock-out: the same draws with one asset made invulnerable.

Only samples in which the asset was damaged can differ, and lanes are independent, so a lane is one
(asset, sample) pair and hundreds of pairs share a block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.kit.memory import give_back
from rencity.sim.plan import Plan
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages, merged
from rencity.sim.spread import Simulators, in_order

Z95 = 1.959964
MOST_OUTAGES = 20_000_000
"""Outages simulated again, about; where samples hold more, fewer of each asset's are rerun."""

BATCH_OUTAGES = 2_000_000
"""Outages simulated at once, about: what a thread holds of them several times over."""

Ints = npt.NDArray[np.int64]


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


@dataclass(frozen=True)
class Pair:
    """A row and a sample in which it is out, with all that is out then.

    Attributes
    ----------
    parts : as `rencity.sim.plan.Simulator.split` gives them
    """

    row: int
    sample: int
    parts: tuple[Outages, Outages]

    def without(self, lane: int) -> tuple[Outages, Outages]:
        """All outages but the row's own, in another lane."""
        first, second = (part.where(part.row != self.row) for part in self.parts)
        return _in_lane(first, lane), _in_lane(second, lane)


def _in_lane(outages: Outages, lane: int) -> Outages:
    lanes = np.full(len(outages.row), lane, np.int32)
    return Outages(outages.row, lanes, outages.begin, outages.end)


def pairs_each(most: int, rows: int, outages_each: float) -> int:
    """Samples of each of `rows` to run again, `most` unless their outages would be too many."""
    if rows == 0 or outages_each == 0:
        return most
    return max(1, min(most, int(MOST_OUTAGES / (rows * outages_each))))


def batch_of(outages_each: float) -> int:
    """Pairs that one thread runs at once, by what is out in a sample."""
    return max(1, min(LANES, int(BATCH_OUTAGES / max(outages_each, 1.0))))


def pairs_of(
    simulators: Simulators, plan: Plan, rows: Sequence[int], most: int, size: int
) -> Iterator[list[Pair]]:
    """Pairs of the first `most` samples in which each row is out, `size` at a time."""
    left = dict.fromkeys(rows, most)
    waiting: list[Pair] = []
    for number in plan.blocks:
        if not left:
            break
        drawing = simulators.mine().drawing(number)
        for first, last in drawing.spans():
            waiting += _pairs_in(simulators.mine().split(drawing, first, last), number, left)
            while len(waiting) >= size:
                yield waiting[:size]
                waiting = waiting[size:]
            if not left:
                break
    if waiting:
        yield waiting


def _pairs_in(parts: tuple[Outages, Outages], number: int, left: dict[int, int]) -> list[Pair]:
    """Pairs of one span; takes them off `left`."""
    mine = [part.where(_holding(part.row, list(left))) for part in parts]
    rows, at = (np.concatenate([getattr(part, name) for part in mine]) for name in ("row", "lane"))
    found: list[tuple[int, int]] = []
    for row in list(left):
        lanes = np.unique(at[rows == row])[: left[row]]
        found += [(row, int(lane)) for lane in lanes]
        left[row] -= len(lanes)
        if not left[row]:
            del left[row]
    wanted = {lane for _, lane in found}
    first, second = (_by_lane(part, wanted) for part in parts)
    return [Pair(row, number * LANES + lane, (first[lane], second[lane])) for row, lane in found]


def _holding(values: npt.NDArray[np.int32], wanted: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which of many values are among a few."""
    among = np.zeros(int(values.max(initial=0)) + 1, bool)
    kept = np.array(wanted, np.int64)
    among[kept[kept < len(among)]] = True
    return among[values]


def _by_lane(outages: Outages, lanes: set[int]) -> dict[int, Outages]:
    """Outages of each of some lanes."""
    asked = outages.where(_holding(outages.lane, list(lanes)))
    by_lane = asked.where(np.argsort(asked.lane, kind="stable"))
    ends = np.searchsorted(by_lane.lane, np.arange(LANES + 1))
    return {lane: by_lane.where(np.arange(ends[lane], ends[lane + 1])) for lane in lanes}


def knock_out(
    simulators: Simulators,
    plan: Plan,
    rows: Sequence[int],
    most: int,
    loss_with: Ints,
    damaged: Ints,
    pool: Executor,
    ahead: int,
) -> list[Saved]:
    """What each row would save on average if it could not be damaged, in the order of `rows`.

    Parameters
    ----------
    loss_with : int64 (samples,), loss of the run itself
    damaged : int64 (rows of the network,), samples in which each is out
    """
    gains: dict[int, list[float]] = {row: [] for row in rows}

    def loss(pairs: Sequence[Pair]) -> Ints:
        parts = [pair.without(lane) for lane, pair in enumerate(pairs)]
        jobs, others = (merged([each[k] for each in parts]) for k in range(2))
        mine = simulators.mine()
        return mine.loss(mine.mended(jobs, others))[: len(pairs)]

    size = min(LANES, ahead * batch_of(float(damaged.sum()) / len(loss_with)))
    for batch in pairs_of(simulators, plan, rows, most, size):
        part = max(1, -(-len(batch) // ahead))
        parts = [batch[i : i + part] for i in range(0, len(batch), part)]
        without = np.concatenate(list(in_order(pool, ahead, loss, parts)))
        give_back()
        for pair, after in zip(batch, without, strict=True):
            gains[pair.row].append(float(loss_with[pair.sample] - after))
    return [
        _saved(row, np.array(gain), int(damaged[row]), len(loss_with))
        for row, gain in gains.items()
        if gain
    ]


def _saved(row: int, gain: npt.NDArray[np.float64], damaged: int, samples: int) -> Saved:
    """Mean over all samples: those undamaged save nothing, those not rerun save as the rest."""
    share = damaged / samples
    mean = share * gain.mean()
    within = gain.var(ddof=1) / len(gain) if len(gain) > 1 else 0.0
    half = Z95 * np.sqrt(share**2 * within + gain.mean() ** 2 * share * (1 - share) / samples)
    return Saved(row, len(gain), mean, mean - half, mean + half)
