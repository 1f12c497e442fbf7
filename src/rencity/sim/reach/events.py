"""Draw what breaks and when it works again, for one block of samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.kit.draws import PER_HAZARD, PER_PART, Purpose, draw, stream
from rencity.sim.reach.bits import count_bits, failure_bits, read_bits
from rencity.sim.reach.felt import Felt, damaged_by, felt_of, repair_times
from rencity.sim.reach.lanes import LANES, WORDS, Rows, rows
from rencity.sim.reach.outages import FOREVER, Outages, merged, set_bits
from rencity.sim.strike import EVERY_SAMPLE, NEVER, Strike

U = np.uint64
_ONE = 1 << 32
SPAN = 64
"""Lanes read at a time: one word of a row."""


@dataclass(frozen=True)
class Draws:
    """A strike made ready for drawing on one network.

    Attributes
    ----------
    number, part : of the hazard in its scenario, and of the strike in its hazard
    start_min : when the hazard begins, minutes after the scenario's start
    inside : bool (m,), assets of the strike that are in the network
    row : int32, rows that may be damaged
    threshold : uint64 (c, rows), P(any damage) · 2^32
    graver : uint64 (c, k, rows), P(state k or worse | damage) · 2^32
    onset : int32 (rows,), minutes after the scenario's start
    """

    number: int
    part: int
    start_min: int
    strike: Strike
    row: npt.NDArray[np.int32]
    key: npt.NDArray[np.uint64]
    threshold: npt.NDArray[np.uint64]
    graver: npt.NDArray[np.uint64]
    table: npt.NDArray[np.int16]
    onset: npt.NDArray[np.int32]
    felt: Felt | None
    out_row: npt.NDArray[np.int64]
    out_onset: npt.NDArray[np.int32]

    @property
    def offset(self) -> int:
        """What its damage and repair draws add to their purpose."""
        return PER_HAZARD * self.number + PER_PART * self.part


def draws_of(
    strike: Strike,
    number: int,
    network: Network,
    assets: int,
    *,
    part: int = 0,
    start_min: int = 0,
) -> Draws:
    """Prepare strike `part` of hazard `number`; assets outside every network are left out."""
    row_of = network.row_of_asset(assets)
    row = row_of[strike.asset]
    inside = row >= 0
    exceed = strike.exceed[:, :, inside] if strike.sampled is None else strike.exceed
    any_damage = exceed[:, :1, :]
    ratio = np.divide(exceed, any_damage, out=np.zeros_like(exceed), where=any_damage > 0)
    felt = None if strike.sampled is None else felt_of(strike.sampled, inside)
    return Draws(
        number=number,
        part=part,
        start_min=start_min,
        strike=strike,
        row=row[inside].astype(np.int32),
        key=np.ascontiguousarray(network.key[row[inside]]),
        threshold=np.ascontiguousarray(np.rint(any_damage[:, 0, :] * _ONE).astype(np.uint64)),
        graver=np.ascontiguousarray(np.rint(ratio * _ONE).astype(np.uint64)),
        table=np.ascontiguousarray(strike.table[inside]),
        onset=_onsets(strike.onset_min, start_min, len(strike.asset))[inside],
        felt=felt,
        out_row=row_of[strike.out_asset],
        out_onset=_onsets(strike.out_onset_min, start_min, len(strike.out_asset)),
    )


def _onsets(
    given: npt.NDArray[np.int32] | None, start_min: int, count: int
) -> npt.NDArray[np.int32]:
    if given is None:
        return np.full(count, start_min, np.int32)
    return (np.asarray(given, np.int64) + start_min).astype(np.int32)


def event_of_samples(
    draws: Draws, seed: int, samples: int, first: int = 0
) -> npt.NDArray[np.int32]:
    """Event of each sample from `first` until before `samples`, int32, by the strike's weights."""
    cumulative = np.cumsum(draws.strike.weight)
    purpose = Purpose.EVENT + PER_HAZARD * draws.number
    bits = _sample_words(U(seed), U(purpose), first, samples)
    share = (bits >> U(11)).astype(np.float64) / (1 << 53)
    return np.minimum(
        np.searchsorted(cumulative, share * cumulative[-1], side="right"), len(cumulative) - 1
    ).astype(np.int32)


def outages_of_block(all_draws: Sequence[Draws], seed: int, block: int, samples: int) -> Outages:
    """Draw the damage of samples ``block·LANES …`` below `samples`."""
    return Drawing(all_draws, seed, block, samples).outages()


class Drawing:
    """The damage of one block: its bits are drawn once, and read by spans of lanes.

    A block of a metropolis has tens of millions of outages; whoever reads them a word of lanes at
    a time holds an eighth of them.
    """

    def __init__(self, all_draws: Sequence[Draws], seed: int, block: int, samples: int) -> None:
        self.lanes = min(LANES, samples - block * LANES)
        self._block = block
        self._seed = seed
        self._parts = [_Part(draws, seed, block, self.lanes) for draws in all_draws]

    def outages(self, first: int = 0, last: int | None = None) -> Outages:
        """Outages of lanes `first`, a multiple of 64, until before `last`."""
        end = self.lanes if last is None else min(last, self.lanes)
        parts = []
        for part in self._parts:
            parts.append(part.drawn(self._seed, self._block, first, end))
            parts.append(_certain(part.draws, self._block, first, end))
        return merged(parts)

    def split(self, first: int = 0, last: int | None = None) -> tuple[Outages, Outages]:
        """The same outages in two: those whose time is that of a class, and all others.

        Outages of one pair that overlap are joined only with their like.
        """
        end = self.lanes if last is None else min(last, self.lanes)
        jobs, others = [], []
        for part in self._parts:
            drawn = part.drawn(self._seed, self._block, first, end)
            fixed = _fixed(part.draws)[drawn.row] if _has_fixed(part.draws) else None
            jobs.append(drawn if fixed is None else drawn.where(~fixed))
            others += [] if fixed is None else [drawn.where(fixed)]
            by_class = part.draws.strike.out_by_class
            if by_class is None:
                others.append(_certain(part.draws, self._block, first, end))
            else:
                jobs.append(_certain(part.draws, self._block, first, end, by_class))
                others.append(_certain(part.draws, self._block, first, end, ~by_class))
        return merged(jobs), merged(others)

    def spans(self) -> Iterator[tuple[int, int]]:
        """First and last lane of every span of 64 that holds samples."""
        for first in range(0, self.lanes, SPAN):
            yield first, min(first + SPAN, self.lanes)


class _Part:
    """The bits of one strike in one block; none where a field is felt, which is drawn when read."""

    def __init__(self, draws: Draws, seed: int, block: int, lanes: int) -> None:
        self.draws = draws
        first = block * LANES
        self.event = np.zeros(LANES, np.int32)
        self.event[:lanes] = event_of_samples(draws, seed, first + lanes, first)
        self.bits: Rows | None = None
        if draws.felt is None:
            self.bits = _bits(draws, seed, self.event[:lanes], block)

    def drawn(self, seed: int, block: int, first: int, last: int) -> Outages:
        """What is damaged in lanes `first` until before `last`, and for how long."""
        if self.bits is None:
            row, lane, minutes, onset = _felt(
                self.draws, seed, self.event[first:last], block, first
            )
        else:
            words = first // 64, -(-last // 64)
            row, lane, minutes, onset = _read(
                self.draws, self.bits, words, seed, self.event, block * LANES
            )
        return Outages(row, lane, onset, _end_of(onset, minutes))


Drawn = tuple[
    npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]
]
"""Row, lane, minutes, onset of each damaged thing that stops working."""


def _bits(draws: Draws, seed: int, event: npt.NDArray[np.int32], block: int) -> Rows:
    mask = rows(len(draws.strike.weight))
    set_bits(event, np.arange(len(event), dtype=np.int32), mask)
    bits = rows(len(draws.row))
    purpose = U(Purpose.DAMAGE + draws.offset)
    failure_bits(draws.threshold, mask, draws.key, U(seed), purpose, block * WORDS, bits)
    return bits


def _read(
    draws: Draws,
    bits: Rows,
    words: tuple[int, int],
    seed: int,
    event: npt.NDArray[np.int32],
    first: int,
) -> Drawn:
    count = count_bits(bits, *words)
    index, at, minutes = (np.empty(count, np.int32) for _ in range(3))
    found = read_bits(
        bits,
        *words,
        draws.key,
        draws.graver,
        draws.table,
        draws.strike.repair_min,
        event,
        U(seed),
        U(Purpose.REPAIR + draws.offset),
        first,
        index,
        at,
        minutes,
    )
    index = index[:found]
    return draws.row[index], at[:found], minutes[:found], draws.onset[index]


def _felt(
    draws: Draws, seed: int, event: npt.NDArray[np.int32], block: int, first_lane: int
) -> Drawn:
    felt = draws.felt
    assert felt is not None  # noqa: S101 - bits are drawn otherwise
    first = block * LANES + first_lane
    purpose = int(Purpose.FIELD) + PER_HAZARD * draws.number
    log = felt.field.log_intensity(seed, purpose, event, first)
    index, at, state = damaged_by(felt, log, draws.key, seed, Purpose.DAMAGE + draws.offset, first)
    minutes = np.empty(len(index), np.int32)
    repair_times(
        index,
        at,
        state,
        draws.key,
        draws.table,
        draws.strike.repair_min,
        U(seed),
        U(Purpose.REPAIR + draws.offset),
        first,
        minutes,
    )
    works = minutes > 0
    index = index[works]
    return draws.row[index], at[works] + np.int32(first_lane), minutes[works], draws.onset[index]


def _has_fixed(draws: Draws) -> bool:
    fixed = draws.strike.fixed_table
    return fixed is not None and bool(fixed.any()) and len(draws.row) > 0


def _fixed(draws: Draws) -> npt.NDArray[np.bool_]:
    """Rows whose minutes were given, bool (highest row of the strike + 1,)."""
    made = np.zeros(int(draws.row.max()) + 1, bool)
    assert draws.strike.fixed_table is not None  # noqa: S101 - asked before
    made[draws.row] = draws.strike.fixed_table[draws.table]
    return made


def _certain(
    draws: Draws,
    block: int,
    first: int,
    last: int,
    only: npt.NDArray[np.bool_] | None = None,
) -> Outages:
    strike = draws.strike
    inside = draws.out_row >= 0
    if only is not None:
        inside &= only
    row, sample = draws.out_row[inside], strike.out_sample[inside].astype(np.int64)
    begin = draws.out_onset[inside].astype(np.int64)
    minutes = strike.out_min[inside]
    end = np.where(minutes == NEVER, FOREVER, np.minimum(begin + minutes, FOREVER))
    every_ = sample == EVERY_SAMPLE
    lane = sample - block * LANES
    here = ~every_ & (lane >= first) & (lane < last)
    lanes = max(0, last - first)

    def both(one: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        return np.concatenate([one[here], np.repeat(one[every_], lanes)]).astype(np.int32)

    lane = np.concatenate([lane[here], np.tile(np.arange(first, first + lanes), every_.sum())])
    return Outages(both(row), lane.astype(np.int32), both(begin), both(end))


@njit(nogil=True, cache=True)
def _end_of(begin: Any, minutes: Any) -> Any:
    """End of outages, int32, `FOREVER` at most."""
    made: Any = np.empty(len(begin), np.int32)
    for i in range(len(begin)):
        made[i] = min(np.int64(begin[i]) + np.int64(minutes[i]), FOREVER)
    return made


@njit(nogil=True, cache=True)
def _sample_words(seed: Any, purpose: Any, first: Any, end: Any) -> Any:
    start = stream(seed, purpose, U(0))
    words = np.empty(end - first, np.uint64)
    for s in range(first, end):
        words[s - first] = draw(start, s)
    return words
