"""Draw what breaks and when it works again, for one block of samples.

An outage is (row, lane, minutes): a node or link row, out of service in a sample from the shock
for that long. Rows are numbered as in `Network.key`: nodes first, then link rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import NOT_OPEN, Network
from rencity.kit.draws import PER_HAZARD, Purpose, draw, stream
from rencity.sim.reach.lanes import (
    LANES,
    WORDS,
    Rows,
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
from rencity.sim.strike import EVERY_SAMPLE, NEVER, TABLE_SIZE, Strike

U = np.uint64
FOREVER = np.iinfo(np.int32).max
_ONE = 1 << 32
_WEYL = U(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Outages:
    """Outages of one block, unique by (row, lane): int32, int32, int32 (minutes, > 0)."""

    row: npt.NDArray[np.int32]
    lane: npt.NDArray[np.int32]
    minutes: npt.NDArray[np.int32]

    def down(self, n: int) -> Rows:
        """Bits out of service just after the shock, rows (n,)."""
        made = rows(n)
        _set_bits(self.row, self.lane, made)
        return made


@dataclass(frozen=True)
class Draws:
    """A strike made ready for drawing on one network.

    Attributes
    ----------
    row : int32 (m,), rows that may be damaged
    threshold : uint64 (c, m), P(any damage) · 2^32
    graver : uint64 (c, k, m), P(state k or worse | damage) · 2^32
    """

    number: int
    strike: Strike
    row: npt.NDArray[np.int32]
    key: npt.NDArray[np.uint64]
    threshold: npt.NDArray[np.uint64]
    graver: npt.NDArray[np.uint64]
    table: npt.NDArray[np.int16]
    out_row: npt.NDArray[np.int64]


def draws_of(strike: Strike, number: int, network: Network, assets: int) -> Draws:
    """Prepare hazard `number` of a scenario; assets outside every network are left out."""
    row_of = network.row_of_asset(assets)
    row = row_of[strike.asset]
    inside = row >= 0
    exceed = strike.exceed[:, :, inside]
    any_damage = exceed[:, :1, :]
    ratio = np.divide(exceed, any_damage, out=np.zeros_like(exceed), where=any_damage > 0)
    out_row = row_of[strike.out_asset]
    return Draws(
        number=number,
        strike=strike,
        row=row[inside].astype(np.int32),
        key=np.ascontiguousarray(network.key[row[inside]]),
        threshold=np.ascontiguousarray(np.rint(any_damage[:, 0, :] * _ONE).astype(np.uint64)),
        graver=np.ascontiguousarray(np.rint(ratio * _ONE).astype(np.uint64)),
        table=np.ascontiguousarray(strike.table[inside]),
        out_row=out_row,
    )


def event_of_samples(draws: Draws, seed: int, samples: int) -> npt.NDArray[np.int32]:
    """Event of each sample, int32 (samples,), by the weights of the strike."""
    cumulative = np.cumsum(draws.strike.weight)
    purpose = Purpose.EVENT + PER_HAZARD * draws.number
    bits = _sample_words(U(seed), U(purpose), samples)
    share = (bits >> U(11)).astype(np.float64) / (1 << 53)
    return np.minimum(
        np.searchsorted(cumulative, share * cumulative[-1], side="right"), len(cumulative) - 1
    ).astype(np.int32)


def outages_of_block(
    network: Network, all_draws: Sequence[Draws], seed: int, block: int, samples: int
) -> Outages:
    """Draw the outages of samples ``block·LANES …`` below `samples`."""
    lanes = min(LANES, samples - block * LANES)
    parts = [_opened(network, lanes)]
    for draws in all_draws:
        parts.append(_drawn(draws, seed, block, lanes, samples))
        parts.append(_certain(draws, block, lanes))
    return _merge(parts)


def given_outages(network: Network, outages: Outages, lanes: int) -> Outages:
    """Known outages joined with those of normally open links, for a block of `lanes` samples."""
    return _merge([_opened(network, lanes), outages])


def _drawn(draws: Draws, seed: int, block: int, lanes: int, samples: int) -> Outages:
    first = block * LANES
    event = event_of_samples(draws, seed, samples)[first : first + lanes]
    padded = np.zeros(LANES, np.int32)
    padded[:lanes] = event
    events = len(draws.strike.weight)
    mask = rows(events)
    lane = np.arange(lanes, dtype=np.int32)
    _set_bits(padded[:lanes], lane, mask)
    bits = rows(len(draws.row))
    offset = PER_HAZARD * draws.number
    failure_bits(
        draws.threshold, mask, draws.key, U(seed), U(Purpose.DAMAGE + offset), block * WORDS, bits
    )
    count = _count_bits(bits)
    row, at, minutes = (np.empty(count, np.int32) for _ in range(3))
    found = _outages(
        bits,
        draws.row,
        draws.key,
        draws.graver,
        draws.table,
        draws.strike.repair_min,
        padded,
        U(seed),
        U(Purpose.REPAIR + offset),
        first,
        row,
        at,
        minutes,
    )
    return Outages(row[:found], at[:found], minutes[:found])


def _certain(draws: Draws, block: int, lanes: int) -> Outages:
    strike = draws.strike
    inside = draws.out_row >= 0
    row, sample = draws.out_row[inside], strike.out_sample[inside].astype(np.int64)
    minutes = np.where(strike.out_min == NEVER, FOREVER, np.minimum(strike.out_min, FOREVER))
    minutes = minutes[inside]
    every_ = sample == EVERY_SAMPLE
    lane = sample - block * LANES
    here = ~every_ & (lane >= 0) & (lane < lanes)
    return Outages(
        np.concatenate([row[here], np.repeat(row[every_], lanes)]).astype(np.int32),
        np.concatenate([lane[here], np.tile(np.arange(lanes), every_.sum())]).astype(np.int32),
        np.concatenate([minutes[here], np.repeat(minutes[every_], lanes)]).astype(np.int32),
    )


def _opened(network: Network, lanes: int) -> Outages:
    """Normally open links carry nothing until they are switched."""
    rows_open = np.flatnonzero(network.link_open_min != NOT_OPEN)
    minutes = np.minimum(network.link_open_min[rows_open], FOREVER)
    return Outages(
        np.repeat(rows_open + network.nodes, lanes).astype(np.int32),
        np.tile(np.arange(lanes), len(rows_open)).astype(np.int32),
        np.repeat(minutes, lanes).astype(np.int32),
    )


def _merge(parts: Sequence[Outages]) -> Outages:
    """One outage for each (row, lane), the longest; those of no length are left out."""
    full = [part for part in parts if len(part.row)]
    if len(full) == 1:
        row, lane, minutes = full[0].row, full[0].lane, full[0].minutes
    else:
        row, lane, minutes = (
            np.concatenate([getattr(part, name) for part in full] or [np.empty(0, np.int32)])
            for name in ("row", "lane", "minutes")
        )
        order = np.argsort(row.astype(np.int64) * LANES + lane, kind="stable")
        place = row[order].astype(np.int64) * LANES + lane[order]
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        longest = np.maximum.reduceat(minutes[order], starts) if len(starts) else minutes
        row, lane, minutes = row[order][starts], lane[order][starts], longest
    keep = minutes > 0
    if keep.all():
        return Outages(row, lane, minutes)
    return Outages(row[keep], lane[keep], minutes[keep])


@njit(nogil=True, cache=True)
def _sample_words(seed: Any, purpose: Any, samples: Any) -> Any:
    start = stream(seed, purpose, U(0))
    words = np.empty(samples, np.uint64)
    for s in range(samples):
        words[s] = draw(start, s)
    return words


@njit(nogil=True, cache=True)
def _set_bits(row: Any, lane: Any, made: Any) -> None:
    for i in range(len(row)):
        made[row[i], lane[i] >> 6] |= U(1) << U(lane[i] & 63)


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
    rows_: Any,
    key: Any,
    graver: Any,
    table: Any,
    repair_min: Any,
    event: Any,
    seed: Any,
    purpose: Any,
    first: Any,
    row: Any,
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
                    row[found] = rows_[i]
                    lane[found] = s
                    minutes[found] = time
                    found += 1
    return found
