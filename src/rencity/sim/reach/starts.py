"""Starts: the least fixpoint above what still runs, from what was repaired or newly met."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.full import fed_by, next_dirty
from rencity.sim.reach.lanes import (
    and_,
    any_,
    every,
    load,
    lowest_bit,
    mark,
    none,
    or_,
    store,
    without,
)
from rencity.sim.reach.needs import settle_needs

U = np.uint64


@njit(nogil=True, cache=True)
def start(graph: Graph, state: State) -> None:
    """Settle starts from the nodes in `rising`."""
    while True:
        waiting = _seed(graph, state)
        if waiting == 0:
            return
        _push(graph, state, waiting)
        _renew_needs(graph, state)


@njit(nogil=True, cache=True)
def _seed(graph: Graph, state: State) -> Any:
    waiting = 0
    for place in range(len(state.rising)):
        while state.rising[place]:
            k = lowest_bit(state.rising[place])
            state.rising[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            wants = without(load(state.works, v), load(state.served, v))
            if any_(wants):
                fed = every() if graph.source[v] else fed_by(graph, state, v)
                more = and_(wants, fed)
                if any_(more):
                    waiting += _gain(state, v, more)
                    firm = and_(more, _firm_by(graph, state, v))
                    store(state.firm, v, or_(load(state.firm, v), firm))
    return waiting


@njit(nogil=True, cache=True)
def _firm_by(graph: Graph, state: State, v: Any) -> Any:
    if graph.source[v]:
        return every()
    firm = none()
    for e in range(graph.in_ptr[v], graph.in_mid[v]):
        path = and_(load(state.firm, graph.in_node[e]), load(state.link_up, graph.in_link[e]))
        firm = or_(firm, path)
    return firm


@njit(nogil=True, cache=True, inline="always")
def _gain(state: State, v: Any, more: Any) -> Any:
    row = load(state.served, v)
    if mark(state.touched, v):
        store(state.before, v, row)
    store(state.served, v, or_(row, more))
    mark(state.round_, v)
    return mark(state.dirty, v)


@njit(nogil=True, cache=True)
def _push(graph: Graph, state: State, waiting: Any) -> None:
    upward = True
    words = len(state.dirty)
    while waiting > 0:
        for i in range(words):
            place = i if upward else words - 1 - i
            while state.dirty[place]:
                u, bit = next_dirty(state.dirty[place], place, upward)
                state.dirty[place] ^= bit
                waiting -= 1
                served, firm = load(state.served, u), load(state.firm, u)
                for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
                    v = graph.out_node[e]
                    link = load(state.link_up, graph.out_link[e])
                    path = and_(served, link)
                    more = without(and_(path, load(state.works, v)), load(state.served, v))
                    if any_(more):
                        waiting += _gain(state, v, more)
                    if u < v:
                        waiting += _firm_up(state, v, and_(firm, link))
        upward = not upward


@njit(nogil=True, cache=True, inline="always")
def _firm_up(state: State, v: Any, support: Any) -> Any:
    old = load(state.firm, v)
    more = without(and_(load(state.served, v), support), old)
    if not any_(more):
        return 0
    store(state.firm, v, or_(old, more))
    return mark(state.dirty, v)


@njit(nogil=True, cache=True)
def _renew_needs(graph: Graph, state: State) -> None:
    for place in range(len(state.round_)):
        while state.round_[place]:
            k = lowest_bit(state.round_[place])
            state.round_[place] ^= U(1) << k
            settle_needs(graph, state, place * 64 + np.int64(k), state.rising)
