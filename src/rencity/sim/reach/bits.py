"""Bits of damage drawn a row at a time, and what each damaged bit means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.kit.draws import draw, stream
from rencity.sim.reach.lanes import (
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
    shifted,
    spread,
    store,
    without,
    xor,
)
from rencity.sim.strike import TABLE_SIZE

U = np.uint64
_WEYL = U(0x9E3779B97F4A7C15)


@njit(nogil=True, cache=True)
def count_bits(made: Any, first_word: Any, last_word: Any) -> Any:
    """Bits set in words `first_word` until before `last_word`."""
    total = np.int64(0)
    for i in range(made.shape[0]):
        for k in range(first_word, last_word):
            total += np.int64(count_word(made[i, k]))
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
def read_bits(
    bits: Any,
    first_word: Any,
    last_word: Any,
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
    """State and repair time of every damaged bit of words `first_word` until before `last_word`.

    Those that keep working are left out; returns how many were found.
    """
    found = 0
    states = graver.shape[1]
    for i in range(bits.shape[0]):
        start = stream(seed, purpose, key[i])
        for k in range(first_word, last_word):
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
