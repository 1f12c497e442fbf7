"""Reach of one lifeline from nothing: least fixpoint from its sources."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.lanes import (
    and_,
    any_,
    every,
    highest_bit,
    load,
    lowest_bit,
    mark,
    none,
    or_,
    store,
    without,
)

U = np.uint64


@njit(nogil=True, cache=True)
def reach_lifeline(graph: Graph, state: State, limit: Any, lifeline: Any) -> None:
    """Set `served` and `firm` of a lifeline's nodes from `works`, `link_up` and rows of `limit`."""
    first, end = graph.first[lifeline], graph.first[lifeline + 1]
    for v in range(first, end):
        fed = every()
        if not graph.source[v]:
            fed = none()
            for e in range(graph.in_ptr[v], graph.in_mid[v]):
                path = and_(
                    load(state.firm, graph.in_node[e]), load(state.link_up, graph.in_link[e])
                )
                fed = or_(fed, path)
        row = and_(and_(load(state.works, v), load(limit, v)), fed)
        store(state.firm, v, row)
        store(state.served, v, row)
    waiting = 0
    for v in range(end - 1, first - 1, -1):
        row = load(state.served, v)
        wants = without(and_(load(state.works, v), load(limit, v)), row)
        if any_(wants):
            more = and_(wants, fed_by(graph, state, v))
            if any_(more):
                store(state.served, v, or_(row, more))
                waiting += mark(state.dirty, v)
    _push(graph, state, limit, waiting)


@njit(nogil=True, cache=True, inline="always")
def fed_by(graph: Graph, state: State, v: Any) -> Any:
    """Bits in which any neighbour that leads to v is served over a link that is up."""
    fed = none()
    for e in range(graph.in_ptr[v], graph.in_ptr[v + 1]):
        path = and_(load(state.served, graph.in_node[e]), load(state.link_up, graph.in_link[e]))
        fed = or_(fed, path)
    return fed


@njit(nogil=True, cache=True)
def _push(graph: Graph, state: State, limit: Any, waiting: Any) -> None:
    """Spread `served` from the dirty nodes, sweeping up and down until nothing moves."""
    upward = True
    words = len(state.dirty)
    while waiting > 0:
        for i in range(words):
            place = i if upward else words - 1 - i
            while state.dirty[place]:
                u, bit = next_dirty(state.dirty[place], place, upward)
                state.dirty[place] ^= bit
                waiting -= 1
                row = load(state.served, u)
                for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
                    v = graph.out_node[e]
                    old = load(state.served, v)
                    path = and_(row, load(state.link_up, graph.out_link[e]))
                    able = and_(load(state.works, v), load(limit, v))
                    more = without(and_(path, able), old)
                    if any_(more):
                        store(state.served, v, or_(old, more))
                        waiting += mark(state.dirty, v)
        upward = not upward


@njit(nogil=True, cache=True, inline="always")
def next_dirty(word: Any, place: Any, upward: Any) -> Any:
    """First node of a bitmap word in the sweep's direction, and its bit."""
    k = lowest_bit(word) if upward else highest_bit(word)
    return place * 64 + np.int64(k), U(1) << k
