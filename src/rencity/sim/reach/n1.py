"""N-1 of everything: each bit is one thing that fails alone, needs included, nothing waived.

The undamaged state is taken as given, one bit of one row is cleared in each lane, and losses
settle; rows that moved are put back, so a block costs what it touches and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.reach.account import People
from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.carried import carried
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.lanes import (
    ALL,
    LANES,
    any_,
    load,
    lowest_bit,
    mark,
    none,
    or_,
    rows,
    spread,
    store,
    without,
)
from rencity.sim.reach.losses import lose, lose_link
from rencity.sim.reach.outages import Outages

U = np.uint64


class Alone:
    """N-1 of blocks of rows on one engine, which serves nothing else meanwhile.

    Parameters
    ----------
    engine : one for each thread
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._alive = alive_rows(engine)
        self._one = rows(1)
        zones = len(engine.people.pair_life) + len(engine.network.zone)
        self._hit = rows(zones)
        self._hit_list = np.zeros(zones + 1, np.int64)
        _stand(engine)

    def block(
        self, targets: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """People and zones that lose each lifeline when each target fails alone.

        Parameters
        ----------
        targets : int64 (b,), rows that run; at most `LANES`

        Returns
        -------
        people : int64 (lifelines, b)
        zones : int64 (lifelines + 1, b), zones where anybody loses the lifeline, or, last, any
        """
        engine, base = self._engine, self._engine.undamaged
        lifelines = len(engine.network.lifelines)
        people = np.zeros((lifelines, LANES), np.int64)
        zones = np.zeros((lifelines + 1, LANES), np.int64)
        _knock(
            engine.graph,
            engine.state,
            engine.people,
            base.served,
            base.firm,
            base.met,
            *_taken(engine.network, targets, self._alive),
            self._one,
            self._hit,
            self._hit_list,
            people,
            zones,
        )
        return people[:, : len(targets)], zones[:, : len(targets)]


def alive_rows(engine: Engine) -> npt.NDArray[np.bool_]:
    """Rows that run undamaged and may fail, bool (n + k,)."""
    network = engine.network
    alive = np.concatenate([engine.undamaged.runs, network.link_open_min == NOT_OPEN])
    alive[network.nodes] = False  # the link that never fails
    return alive


def people_lost(
    engine: Engine, progress: Callable[[float], None] | None = None
) -> npt.NDArray[np.int64]:
    """People who lose each lifeline when one row fails alone and nothing is done about it.

    Returns
    -------
    int64 (lifelines, n + k) over node rows, then link rows; rows that don't run lose nothing
    """
    alone, alive = Alone(engine), alive_rows(engine)
    targets = np.flatnonzero(alive).astype(np.int64)
    lost = np.zeros((len(engine.network.lifelines), len(alive)), np.int64)
    for begin in range(0, len(targets), LANES):
        block = targets[begin : begin + LANES]
        lost[:, block], _ = alone.block(block)
        if progress is not None:
            progress((begin + len(block)) / len(targets))
    return lost


def _taken(
    network: Network, block: npt.NDArray[np.int64], alive: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Rows that go and their lanes: each of the block and what rides on it."""
    lane = np.arange(len(block), dtype=np.int32)
    zero = np.zeros(len(block), np.int32)
    gone = carried(network, Outages(block.astype(np.int32), lane, zero, zero + 1))
    gone = gone.where(alive[gone.row])
    return gone.row, gone.lane


def _stand(engine: Engine) -> None:
    """Put the state to the undamaged city with backups spent."""
    state, base, network = engine.state, engine.undamaged, engine.network
    for name in ("up", "works", "served"):
        getattr(state, name)[:] = base.served[:, None]
    state.firm[:] = base.firm[:, None]
    state.link_up[:] = np.where(network.link_open_min == NOT_OPEN, ALL, U(0))[:, None]
    state.met[:] = base.met[:, None]
    state.ok[:] = base.met[:, None]
    state.spent[:] = ALL
    for name in (
        "manual",
        "unmet",
        "lost",
        "touched",
        "dirty",
        "round_",
        "falling",
        "rising",
        "changed",
        "in_changed",
    ):
        getattr(state, name)[:] = 0


@njit(nogil=True, cache=True)
def _knock(
    graph: Graph,
    state: State,
    people: People,
    served: Any,
    firm: Any,
    met: Any,
    rows_: Any,
    lanes: Any,
    one: Any,
    hit: Any,
    hit_list: Any,
    found: Any,
    zones: Any,
) -> None:
    n = len(graph.source)
    waiting = 0
    for i in range(len(rows_)):
        row, word, bit = rows_[i], lanes[i] >> 6, U(1) << U(lanes[i] & 63)
        if row < n:
            state.up[row, word] &= ~bit
            state.works[row, word] &= ~bit
            mark(state.falling, row)
        else:
            state.link_up[row - n, word] &= ~bit
    for i in range(len(rows_)):
        row, word, bit = rows_[i], lanes[i] >> 6, U(1) << U(lanes[i] & 63)
        if row >= n:
            one[0, word] = bit
            waiting += lose_link(graph, state, row - n, load(one, 0))
            one[0, word] = U(0)
    lose(graph, state, waiting)
    _count_and_restore(state, people, served, firm, hit, hit_list, found, zones)
    for i in range(len(rows_)):
        row, word, bit = rows_[i], lanes[i] >> 6, U(1) << U(lanes[i] & 63)
        if row < n:
            state.up[row, word] |= bit
            store(state.works, row, spread(served[row]))
        else:
            state.link_up[row - n, word] |= bit
    last = len(state.changed) - 1
    for i in range(state.changed[last]):
        g = state.changed[i]
        state.in_changed[g] = 0
        store(state.met, g, spread(met[g]))
        store(state.ok, g, spread(met[g]))
        v = graph.group_node[g]
        store(state.works, v, spread(served[v]))
    state.changed[last] = 0


@njit(nogil=True, cache=True)
def _count_and_restore(
    state: State,
    people: People,
    served: Any,
    firm: Any,
    hit: Any,
    hit_list: Any,
    found: Any,
    zones: Any,
) -> None:
    gone = np.empty((1, found.shape[1] // 64), np.uint64)
    for place in range(len(state.touched)):
        while state.touched[place]:
            k = lowest_bit(state.touched[place])
            state.touched[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            begin, end = people.people_ptr[v], people.people_ptr[v + 1]
            if begin < end:
                store(gone, 0, without(load(state.before, v), load(state.served, v)))
                if any_(load(gone, 0)):
                    line = people.lifeline[v]
                    total = 0
                    for i in range(begin, end):
                        total += people.people[i]
                        if people.people[i] > 0:
                            pair = people.people_pair[i]
                            zone = len(people.pair_zone) + people.pair_zone[pair]
                            _hit_zone(pair, hit, hit_list, gone, line, zones)
                            _hit_zone(zone, hit, hit_list, gone, len(zones) - 1, zones)
                    _add_bits(gone, total, found, line)
            store(state.served, v, spread(served[v]))
            store(state.firm, v, spread(firm[v]))
    last = len(hit_list) - 1
    for i in range(hit_list[last]):
        store(hit, hit_list[i], none())
    hit_list[last] = 0


@njit(nogil=True, cache=True)
def _hit_zone(key: Any, hit: Any, hit_list: Any, gone: Any, line: Any, zones: Any) -> None:
    """Count a zone once in each lane in which anybody in it loses the lifeline."""
    old = load(hit, key)
    fresh = without(load(gone, 0), old)
    if not any_(fresh):
        return
    if not any_(old):
        last = len(hit_list) - 1
        hit_list[hit_list[last]] = key
        hit_list[last] += 1
    store(hit, key, or_(old, fresh))
    word_of = np.empty((1, gone.shape[1]), np.uint64)
    store(word_of, 0, fresh)
    _add_bits(word_of, 1, zones, line)


@njit(nogil=True, cache=True)
def _add_bits(bits: Any, total: Any, found: Any, line: Any) -> None:
    """Add a total to each lane that is set."""
    for w in range(bits.shape[1]):
        word = bits[0, w]
        while word:
            lane = w * 64 + np.int64(lowest_bit(word))
            word &= word - U(1)
            found[line, lane] += total
