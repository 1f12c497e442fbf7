"""Starts: the least fixpoint above what still runs, from what was repaired or newly met."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.full import next_dirty, reached
from rencity.sim.reach.lanes import (
    and_,
    any_,
    every,
    load,
    lowest_bit,
    mark,
    or_,
    store,
    without,
)
from rencity.sim.reach.needs import renew_needs

U = np.uint64


@njit(nogil=True, cache=True)
def start(graph: Graph, state: State) -> None:
    """Settle starts from the nodes in `rising`."""
    while True:
        waiting = _seed(graph, state)
        if waiting == 0:
            return
        _push(graph, state, waiting)
        renew_needs(graph, state, state.rising)


@njit(nogil=True, cache=True)
def _seed(graph: Graph, state: State) -> Any:
    in_ptr, in_mid, in_node, in_link = graph.in_ptr, graph.in_mid, graph.in_node, graph.in_link
    served, firm, works, link_up = state.served, state.firm, state.works, state.link_up
    before, touched, round_, dirty = state.before, state.touched, state.round_, state.dirty
    rising, source = state.rising, graph.source
    waiting = 0
    for place in range(len(rising)):
        while rising[place]:
            k = lowest_bit(rising[place])
            rising[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            row = load(served, v)
            wants = without(load(works, v), row)
            if any_(wants):
                fed, firmly = every(), every()
                if not source[v]:
                    fed = reached(served, link_up, in_node, in_link, in_ptr[v], in_ptr[v + 1])
                    firmly = reached(firm, link_up, in_node, in_link, in_ptr[v], in_mid[v])
                more = and_(wants, fed)
                if any_(more):
                    waiting += _gain(served, before, touched, round_, dirty, v, row, more)
                    store(firm, v, or_(load(firm, v), and_(more, firmly)))
    return waiting


@njit(nogil=True, cache=True, inline="always")
def _gain(
    served: Any, before: Any, touched: Any, round_: Any, dirty: Any, v: Any, row: Any, more: Any
) -> Any:
    """Add bits to v's service, which is `row`; 1 if it was not dirty yet."""
    if mark(touched, v):
        store(before, v, row)
    store(served, v, or_(row, more))
    mark(round_, v)
    return mark(dirty, v)


@njit(nogil=True, cache=True)
def _push(graph: Graph, state: State, waiting: Any) -> None:
    # fields are bound once: reading them in the loops would count references in the loops
    out_ptr, out_node, out_link = graph.out_ptr, graph.out_node, graph.out_link
    served, firm, works, link_up = state.served, state.firm, state.works, state.link_up
    before, touched, round_, dirty = state.before, state.touched, state.round_, state.dirty
    upward = True
    words = len(dirty)
    while waiting > 0:
        for i in range(words):
            place = i if upward else words - 1 - i
            while dirty[place]:
                u, bit = next_dirty(dirty[place], place, upward)
                dirty[place] ^= bit
                waiting -= 1
                row_u, firm_u = load(served, u), load(firm, u)
                for e in range(out_ptr[u], out_ptr[u + 1]):
                    v = out_node[e]
                    link = load(link_up, out_link[e])
                    row = load(served, v)
                    more = without(and_(and_(row_u, link), load(works, v)), row)
                    if any_(more):
                        waiting += _gain(served, before, touched, round_, dirty, v, row, more)
                    if u < v:
                        old = load(firm, v)
                        firmer = without(and_(or_(row, more), and_(firm_u, link)), old)
                        if any_(firmer):
                            store(firm, v, or_(old, firmer))
                            waiting += mark(dirty, v)
        upward = not upward
