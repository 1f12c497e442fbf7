"""What each step's change is worth: people by region and zone, minutes by asset."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.arrays import State
from rencity.sim.reach.lanes import LANES, any_, count_word, load, lowest_bit, xor

U = np.uint64
MOST_BYTES = 1 << 28
"""Loss of each pair in each lane is kept up to this size, for its spread; beyond, only its mean."""


class People(NamedTuple):
    """Who hangs on each node; see `Network`. A pair is a lifeline and a zone that it serves.

    Attributes
    ----------
    people_ptr, people_pair, people : people of each node, by pair
    lifeline : int8 (n,), of each node
    pair_life, pair_zone, pair_region : int32 (p,), ascending by lifeline, then zone
    """

    people_ptr: Any
    people_pair: Any
    people: Any
    lifeline: Any
    pair_life: Any
    pair_zone: Any
    pair_region: Any


class Account(NamedTuple):
    """Sums of one block, in people and minutes, all integers; p pairs.

    Attributes
    ----------
    served : int32 (lifelines, regions, steps, LANES), change of people served at each step
    pair_loss : int64 (p, LANES), person-minutes without service; (0, LANES) in a great city
    pair_served : int32 or int64 (p, steps), change of people served, over samples
    out_min : int64 (n,), minutes out of service of each node, over samples
    """

    served: Any
    pair_loss: Any
    pair_served: Any
    out_min: Any


def people_of(network: Network) -> People:
    """The kernels' view of who hangs on what."""
    node = np.repeat(np.arange(network.nodes), np.diff(network.people_ptr))
    place = network.lifeline[node].astype(np.int64) * len(network.zone) + network.people_zone
    pairs, pair = np.unique(place, return_inverse=True)
    life, zone = np.divmod(pairs, max(1, len(network.zone)))
    return People(
        np.asarray(network.people_ptr),
        pair.astype(np.int32),
        np.asarray(network.people),
        network.lifeline,
        life.astype(np.int32),
        zone.astype(np.int32),
        np.asarray(network.zone_region)[zone].astype(np.int32),
    )


def account_of(network: Network, people: People, steps: int) -> Account:
    """An empty account."""
    pairs = len(people.pair_life)
    most = np.bincount(people.people_pair, people.people, pairs).max(initial=0) * LANES
    served = np.int32 if most <= np.iinfo(np.int32).max else np.int64
    spread = pairs if pairs * LANES * 8 <= MOST_BYTES else 0
    return Account(
        np.zeros((len(network.lifelines), len(network.region), steps, LANES), np.int32),
        np.zeros((spread, LANES), np.int64),
        np.zeros((pairs, steps), served),
        np.zeros(network.nodes, np.int64),
    )


@njit(nogil=True, cache=True)
def book_step(state: State, people: People, account: Account, step: Any, rest_min: Any) -> None:
    """Book the net change of every touched node at `step`, `rest_min` before the horizon."""
    touched, before, served = state.touched, state.before, state.served
    ptr, pair, count = people.people_ptr, people.people_pair, people.people
    pair_life, pair_region = people.pair_life, people.pair_region
    curve, pair_loss, pair_served = account.served, account.pair_loss, account.pair_served
    out_min = account.out_min
    spread = len(pair_loss) > 0
    for place in range(len(touched)):
        while touched[place]:
            k = lowest_bit(touched[place])
            touched[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            if not any_(xor(load(before, v), load(served, v))):
                continue
            begin, end = ptr[v], ptr[v + 1]
            gained = np.int64(0)
            for w in range(served.shape[1]):
                now = served[v, w]
                word = before[v, w] ^ now
                gained += 2 * np.int64(count_word(word & now)) - np.int64(count_word(word))
                if begin == end:
                    continue
                while word:
                    bit = lowest_bit(word)
                    word &= word - U(1)
                    s = w * 64 + np.int64(bit)
                    sign = np.int64((now >> bit) & U(1)) * 2 - 1
                    for i in range(begin, end):
                        p, n = pair[i], sign * count[i]
                        curve[pair_life[p], pair_region[p], step, s] += n
                        if spread:
                            pair_loss[p, s] -= n * rest_min
            out_min[v] -= gained * rest_min
            for i in range(begin, end):
                pair_served[pair[i], step] += gained * count[i]
