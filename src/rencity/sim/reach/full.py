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


# Kernels bind the fields they read to locals first: a field read inside a loop would count
# references to its array there, which costs more than the row it reads.


@njit(nogil=True, cache=True)
def reach_lifeline(graph: Graph, state: State, limit: Any, lifeline: Any) -> None:
    """Set `served` and `firm` of a lifeline's nodes from `works`, `link_up` and rows of `limit`."""
    in_ptr, in_mid, in_node, in_link = graph.in_ptr, graph.in_mid, graph.in_node, graph.in_link
    works, link_up, served, firm = state.works, state.link_up, state.served, state.firm
    source, dirty = graph.source, state.dirty
    first, end = graph.first[lifeline], graph.first[lifeline + 1]
    for v in range(first, end):
        fed = every()
        if not source[v]:
            fed = reached(firm, link_up, in_node, in_link, in_ptr[v], in_mid[v])
        row = and_(and_(load(works, v), load(limit, v)), fed)
        store(firm, v, row)
        store(served, v, row)
    waiting = 0
    for v in range(end - 1, first - 1, -1):
        row = load(served, v)
        wants = without(and_(load(works, v), load(limit, v)), row)
        if any_(wants):
            fed = reached(served, link_up, in_node, in_link, in_ptr[v], in_ptr[v + 1])
            more = and_(wants, fed)
            if any_(more):
                store(served, v, or_(row, more))
                waiting += mark(dirty, v)
    if waiting > 0:
        _push(graph, state, limit, waiting)


@njit(nogil=True, cache=True, inline="always")
def reached(rows: Any, link_up: Any, in_node: Any, in_link: Any, begin: Any, end: Any) -> Any:
    """Bits in which a neighbour of in-edges begin..end-1 is in `rows` over a link that is up."""
    fed = none()
    for e in range(begin, end):
        fed = or_(fed, and_(load(rows, in_node[e]), load(link_up, in_link[e])))
    return fed


@njit(nogil=True, cache=True)
def _push(graph: Graph, state: State, limit: Any, waiting: Any) -> None:
    """Spread `served` from the dirty nodes, sweeping up and down until nothing moves."""
    out_ptr, out_node, out_link = graph.out_ptr, graph.out_node, graph.out_link
    works, link_up, served, dirty = state.works, state.link_up, state.served, state.dirty
    upward = True
    words = len(dirty)
    while waiting > 0:
        for i in range(words):
            place = i if upward else words - 1 - i
            while dirty[place]:
                u, bit = next_dirty(dirty[place], place, upward)
                dirty[place] ^= bit
                waiting -= 1
                row = load(served, u)
                for e in range(out_ptr[u], out_ptr[u + 1]):
                    v = out_node[e]
                    old = load(served, v)
                    path = and_(row, load(link_up, out_link[e]))
                    more = without(and_(path, and_(load(works, v), load(limit, v))), old)
                    if any_(more):
                        store(served, v, or_(old, more))
                        waiting += mark(dirty, v)
        upward = not upward


@njit(nogil=True, cache=True, inline="always")
def next_dirty(word: Any, place: Any, upward: Any) -> Any:
    """First node of a bitmap word in the sweep's direction, and its bit."""
    k = lowest_bit(word) if upward else highest_bit(word)
    return place * 64 + np.int64(k), U(1) << k
