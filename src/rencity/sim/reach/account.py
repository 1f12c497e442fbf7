"""What each step's change is worth: people by region and zone, minutes by asset."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.arrays import State
from rencity.sim.reach.lanes import LANES, any_, count_word, load, lowest_bit, xor

U = np.uint64


class People(NamedTuple):
    """Who hangs on each node; see `Network`."""

    people_ptr: Any
    people_zone: Any
    people: Any
    zone_region: Any
    lifeline: Any


class Account(NamedTuple):
    """Sums of one block, in people and minutes, all integers.

    Attributes
    ----------
    served : int32 (lifelines, regions, steps, LANES), change of people served at each step
    zone_loss : int64 (lifelines, zones, LANES), person-minutes without service
    zone_served : int64 (lifelines, zones, steps), change of people served, over samples
    out_min : int64 (n,), minutes out of service of each node, over samples
    """

    served: Any
    zone_loss: Any
    zone_served: Any
    out_min: Any


def people_of(network: Network) -> People:
    """The kernels' view of who hangs on what."""
    return People(
        np.asarray(network.people_ptr),
        np.asarray(network.people_zone),
        np.asarray(network.people),
        np.asarray(network.zone_region),
        network.lifeline,
    )


def account_of(network: Network, steps: int) -> Account:
    """An empty account."""
    lifelines, zones = len(network.lifelines), len(network.zone)
    return Account(
        np.zeros((lifelines, len(network.region), steps, LANES), np.int32),
        np.zeros((lifelines, zones, LANES), np.int64),
        np.zeros((lifelines, zones, steps), np.int64),
        np.zeros(network.nodes, np.int64),
    )


@njit(nogil=True, cache=True)
def book_step(state: State, people: People, account: Account, step: Any, rest_min: Any) -> None:
    """Book the net change of every touched node at `step`, `rest_min` before the horizon."""
    touched, before, served = state.touched, state.before, state.served
    people_ptr, people_zone, count = people.people_ptr, people.people_zone, people.people
    zone_region, lifeline = people.zone_region, people.lifeline
    curve, zone_loss, zone_served = account.served, account.zone_loss, account.zone_served
    out_min = account.out_min
    for place in range(len(touched)):
        while touched[place]:
            k = lowest_bit(touched[place])
            touched[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            if not any_(xor(load(before, v), load(served, v))):
                continue
            begin, end = people_ptr[v], people_ptr[v + 1]
            line = lifeline[v]
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
                        zone, n = people_zone[i], sign * count[i]
                        curve[line, zone_region[zone], step, s] += n
                        zone_loss[line, zone, s] -= n * rest_min
            out_min[v] -= gained * rest_min
            for i in range(begin, end):
                zone_served[line, people_zone[i], step] += gained * count[i]
