"""Draw what breaks and when it works again, for one block of samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.kit.draws import PER_HAZARD, PER_PART, Purpose, draw, stream
from rencity.sim.reach.felt import Felt, damaged_by, felt_of, repair_times
from rencity.sim.reach.lanes import (
    LANES,
    WORDS,
    add,
    and_,
    any_,
    count_word,
    every,
    load,
    lowest_bit,
    mul,
    none,
    not_,
    or_,
    rows,
    shifted,
    spread,
    store,
    without,
    xor,
)
from rencity.sim.reach.outages import FOREVER, Outages, merged, set_bits
from rencity.sim.strike import EVERY_SAMPLE, NEVER, TABLE_SIZE, Strike

U = np.uint64
_ONE = 1 << 32
_WEYL = U(0x9E3779B97F4A7C15)


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


def event_of_samples(draws: Draws, seed: int, samples: int) -> npt.NDArray[np.int32]:
    """Event of each sample, int32 (samples,), by the weights of the strike."""
    cumulative = np.cumsum(draws.strike.weight)
    purpose = Purpose.EVENT + PER_HAZARD * draws.number
    bits = _sample_words(U(seed), U(purpose), samples)
    share = (bits >> U(11)).astype(np.float64) / (1 << 53)
    return np.minimum(
        np.searchsorted(cumulative, share * cumulative[-1], side="right"), len(cumulative) - 1
    ).astype(np.int32)


def outages_of_block(all_draws: Sequence[Draws], seed: int, block: int, samples: int) -> Outages:
    """Draw the damage of samples ``block·LANES …`` below `samples`."""
    lanes = min(LANES, samples - block * LANES)
    parts = []
    for draws in all_draws:
        parts.append(_drawn(draws, seed, block, lanes, samples))
        parts.append(_certain(draws, block, lanes))
    return merged(parts)


def _drawn(draws: Draws, seed: int, block: int, lanes: int, samples: int) -> Outages:
    first = block * LANES
    event = np.zeros(LANES, np.int32)
    event[:lanes] = event_of_samples(draws, seed, samples)[first : first + lanes]
    if draws.felt is not None:
        row, at, minutes, onset = _felt(draws, draws.felt, seed, event[:lanes], first)
    else:
        row, at, minutes, onset = _by_event(draws, seed, event, block, lanes)
    end = np.minimum(onset.astype(np.int64) + minutes, FOREVER).astype(np.int32)
    return Outages(row, at, onset, end)


Drawn = tuple[
    npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int32]
]
"""Row, lane, minutes, onset of each damaged thing that stops working."""


def _by_event(
    draws: Draws, seed: int, event: npt.NDArray[np.int32], block: int, lanes: int
) -> Drawn:
    mask = rows(len(draws.strike.weight))
    set_bits(event[:lanes], np.arange(lanes, dtype=np.int32), mask)
    bits = rows(len(draws.row))
    failure_bits(
        draws.threshold,
        mask,
        draws.key,
        U(seed),
        U(Purpose.DAMAGE + draws.offset),
        block * WORDS,
        bits,
    )
    count = _count_bits(bits)
    index, at, minutes = (np.empty(count, np.int32) for _ in range(3))
    found = _outages(
        bits,
        draws.key,
        draws.graver,
        draws.table,
        draws.strike.repair_min,
        event,
        U(seed),
        U(Purpose.REPAIR + draws.offset),
        block * LANES,
        index,
        at,
        minutes,
    )
    index = index[:found]
    return draws.row[index], at[:found], minutes[:found], draws.onset[index]


def _felt(draws: Draws, felt: Felt, seed: int, event: npt.NDArray[np.int32], first: int) -> Drawn:
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
    return draws.row[index], at[works], minutes[works], draws.onset[index]


def _certain(draws: Draws, block: int, lanes: int) -> Outages:
    strike = draws.strike
    inside = draws.out_row >= 0
    row, sample = draws.out_row[inside], strike.out_sample[inside].astype(np.int64)
    begin = draws.out_onset[inside].astype(np.int64)
    minutes = strike.out_min[inside]
    end = np.where(minutes == NEVER, FOREVER, np.minimum(begin + minutes, FOREVER))
    every_ = sample == EVERY_SAMPLE
    lane = sample - block * LANES
    here = ~every_ & (lane >= 0) & (lane < lanes)

    def both(one: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        return np.concatenate([one[here], np.repeat(one[every_], lanes)]).astype(np.int32)

    lane = np.concatenate([lane[here], np.tile(np.arange(lanes), every_.sum())])
    return Outages(both(row), lane.astype(np.int32), both(begin), both(end))


@njit(nogil=True, cache=True)
def _sample_words(seed: Any, purpose: Any, samples: Any) -> Any:
    start = stream(seed, purpose, U(0))
    words = np.empty(samples, np.uint64)
    for s in range(samples):
        words[s] = draw(start, s)
    return words


@njit(nogil=True, cache=True)
def _count_bits(made: Any) -> Any:
    total = U(0)
    for i in range(made.shape[0]):
        for k in range(made.shape[1]):
            total += count_word(made[i, k])
    return total


@njit(nogil=True, cache=True, inline="always")
def _mix_row(z: Any) -> Any:
    z = mul(xor(z, shifted(z, 30)), spread(U(0xBF58476D1CE4E5B9)))
    z = mul(xor(z, shifted(z, 27)), spread(U(0x94D049BB133111EB)))
    return xor(z, shifted(z, 31))


@njit(nogil=True, cache=True)
def failure_bits(
    threshold: Any, mask: Any, key: Any, seed: Any, purpose: Any, first_word: Any, out: Any
) -> None:
    """Set bit s of row i where a 32-bit uniform draw is below the threshold of s's event.

    The draw's bits are made from the top, a word for each, only while some lane is undecided.
    """
    counters = np.empty((1, out.shape[1]), np.uint64)
    events = threshold.shape[0]
    for i in range(out.shape[0]):
        most = U(0)
        for c in range(events):
            most = max(most, threshold[c, i])
        if most == U(0):
            store(out, i, none())
            continue
        start = stream(seed, purpose, key[i])
        for k in range(out.shape[1]):
            counters[0, k] = draw(start, first_word + k)
        word = load(counters, 0)
        less, undecided = none(), every()
        for c in range(events):
            if threshold[c, i] >> U(32):  # certain
                less = or_(less, load(mask, c))
        undecided = without(undecided, less)
        bit = 31
        while bit >= 0 and any_(undecided):
            word = add(word, spread(_WEYL))
            uniform = _mix_row(word)
            limit = none()
            for c in range(events):
                if (threshold[c, i] >> U(bit)) & U(1):
                    limit = or_(limit, load(mask, c))
            less = or_(less, and_(undecided, without(limit, uniform)))
            undecided = and_(undecided, not_(xor(uniform, limit)))
            bit -= 1
        store(out, i, and_(less, _events_row(mask)))


@njit(nogil=True, cache=True, inline="always")
def _events_row(mask: Any) -> Any:
    row = none()
    for c in range(mask.shape[0]):
        row = or_(row, load(mask, c))
    return row


@njit(nogil=True, cache=True)
def _outages(
    bits: Any,
    key: Any,
    graver: Any,
    table: Any,
    repair_min: Any,
    event: Any,
    seed: Any,
    purpose: Any,
    first: Any,
    index: Any,
    lane: Any,
    minutes: Any,
) -> Any:
    """State and repair time of every damaged bit; those that keep working are left out."""
    found = 0
    states = graver.shape[1]
    for i in range(bits.shape[0]):
        start = stream(seed, purpose, key[i])
        for k in range(bits.shape[1]):
            word = bits[i, k]
            while word:
                s = k * 64 + np.int64(lowest_bit(word))
                word &= word - U(1)
                random = draw(start, first + s)
                share = random >> U(32)
                state = 0
                for j in range(1, states):
                    if share < graver[event[s], j, i]:
                        state = j
                time = repair_min[table[i], state, random & U(TABLE_SIZE - 1)]
                if time > 0:
                    index[found] = i
                    lane[found] = s
                    minutes[found] = time
                    found += 1
    return found
