"""Random numbers by counter: any draw can be made alone, in any order, by any worker.

A draw is named by (seed, purpose, key of the thing, counter); nothing else moves it. The mixer is
the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) over a sum of odd multiples.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
from numba import njit

U = np.uint64
_WEYL = U(0x9E3779B97F4A7C15)
_PURPOSE = U(0xD1342543DE82EF95)
_COUNTER = U(0xC2B2AE3D27D4EB4F)


class Purpose(IntEnum):
    """What a draw decides; hazards later in a scenario add `PER_HAZARD` for each before them.

    `FIELD` and the seven after it belong to an intensity that differs in every sample. `HAZARD` is
    what a hazard draws itself, under keys with its name, and is never shifted.
    """

    EVENT = 1
    DAMAGE = 2
    REPAIR = 3
    FIELD = 8
    HAZARD = 4


PER_HAZARD = 16
PER_PART = PER_HAZARD << 16
"""What the second and later strikes of one hazard add to damage and repair."""


@njit(inline="always", cache=True)
def mix(z: Any) -> Any:
    """Scramble 64 bits; uint64 in, uint64 out."""
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))


@njit(inline="always", cache=True)
def stream(seed: Any, purpose: Any, key: Any) -> Any:
    """Start of the draws of one thing for one purpose; uint64 in, uint64 out."""
    return mix(mix(U(seed) + U(purpose) * _PURPOSE) ^ U(key))


@njit(inline="always", cache=True)
def draw(start: Any, counter: Any) -> Any:
    """Draw number `counter` of a stream: 64 random bits."""
    return mix(start + (U(counter) + U(1)) * _COUNTER)


@njit(cache=True)
def uniform(seed: Any, purpose: Any, key: Any, count: Any) -> Any:
    """The first `count` draws of a stream as float64 in [0, 1), shape (count,)."""
    start = stream(U(seed), U(purpose), U(key))
    made = np.empty(count)
    for i in range(count):
        made[i] = np.float64(draw(start, i) >> U(11)) / 9007199254740992.0
    return made


@njit(inline="always", cache=True)
def redraw(word: Any, again: Any) -> Any:
    """Further bits from a draw: 64 random bits for each `again` = 0, 1, …."""
    return mix(word + (U(again) + U(1)) * _WEYL)
