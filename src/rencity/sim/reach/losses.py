"""Losses: the greatest part of what ran that still supports itself, mutual needs included.

Each round over-deletes from what stopped working, re-derives what still hangs on a survivor,
then renews the needs of what is gone for good; rounds repeat until no need moves. What was
re-derived is no longer firm, so after much of it a round reaches whole lifelines anew instead,
which makes them firm again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.reach.arrays import Graph, State
from rencity.sim.reach.full import next_dirty, reach_lifeline, reached
from rencity.sim.reach.lanes import (
    and_,
    any_,
    load,
    lowest_bit,
    mark,
    none,
    or_,
    store,
    without,
)
from rencity.sim.reach.needs import renew_needs

U = np.uint64
MANY = 16
"""A round that visits more than one node in `MANY` is followed by one that reaches anew."""


@njit(nogil=True, cache=True)
def lose(graph: Graph, state: State, waiting: Any) -> None:
    """Settle losses from the nodes in `falling` and the `waiting` dirty ones (see `lose_link`)."""
    many = len(graph.source) // MANY
    heavy = False
    while True:
        if heavy:
            fell = _reach_anew(graph, state)
            heavy = fell > many
        else:
            waiting += _stop_falling(state)
            fell = waiting
            if waiting > 0:
                heavy = _over_delete(graph, state, waiting) > many
                _re_derive(graph, state)
                _keep_what_is_gone(state)
        if fell == 0:
            return
        renew_needs(graph, state, state.falling)
        waiting = 0


@njit(nogil=True, cache=True)
def _reach_anew(graph: Graph, state: State) -> Any:
    """A round by reach from the sources inside what ran; count of nodes that lost something."""
    served, lost, before = state.served, state.lost, state.before
    touched, round_ = state.touched, state.round_
    fell = 0
    for lifeline in range(len(graph.first) - 1):
        first, end = graph.first[lifeline], graph.first[lifeline + 1]
        if not _any_in(state.falling, first, end):
            continue
        for v in range(first, end):
            row = load(served, v)
            store(lost, v, row)
            if mark(touched, v):
                store(before, v, row)
        reach_lifeline(graph, state, lost, lifeline)
        for v in range(first, end):
            if any_(without(load(lost, v), load(served, v))):
                mark(round_, v)
                fell += 1
            store(lost, v, none())
    state.falling[:] = U(0)
    return fell


@njit(nogil=True, cache=True)
def _any_in(bitmap: Any, first: Any, end: Any) -> Any:
    found = False
    for v in range(first, end):
        found |= (bitmap[v >> 6] >> U(v & 63)) & U(1) != U(0)
    return found


@njit(nogil=True, cache=True)
def lose_link(graph: Graph, state: State, link: Any, bits: Any) -> Any:
    """A link row lost bits: doubt its heads; count of nodes newly dirty. Settle with `lose`."""
    in_ptr, in_mid, in_node, in_link = graph.in_ptr, graph.in_mid, graph.in_node, graph.in_link
    served, firm, lost, link_up = state.served, state.firm, state.lost, state.link_up
    before, touched, round_, dirty = state.before, state.touched, state.round_, state.dirty
    source, heads, link_ptr = graph.source, graph.link_head, graph.link_ptr
    waiting = 0
    for i in range(link_ptr[link], link_ptr[link + 1]):
        v = heads[i]
        suspect = and_(load(served, v), bits)
        if any_(suspect) and not source[v]:
            support = reached(firm, link_up, in_node, in_link, in_ptr[v], in_mid[v])
            gone = _doubt(firm, v, suspect, support)
            if any_(gone):
                waiting += _take(served, firm, lost, before, touched, round_, dirty, v, gone)
    return waiting


@njit(nogil=True, cache=True)
def _stop_falling(state: State) -> Any:
    served, firm, lost, works = state.served, state.firm, state.lost, state.works
    before, touched, round_, dirty = state.before, state.touched, state.round_, state.dirty
    falling = state.falling
    waiting = 0
    for place in range(len(falling)):
        while falling[place]:
            k = lowest_bit(falling[place])
            falling[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            gone = without(load(served, v), load(works, v))
            if any_(gone):
                waiting += _take(served, firm, lost, before, touched, round_, dirty, v, gone)
    return waiting


@njit(nogil=True, cache=True, inline="always")
def _take(
    served: Any, firm: Any, lost: Any, before: Any, touched: Any, round_: Any, dirty: Any, v: Any,
    gone: Any,
) -> Any:  # fmt: skip
    """Take bits from v's service; 1 if it was not dirty yet."""
    row = load(served, v)
    if mark(touched, v):
        store(before, v, row)
    store(served, v, without(row, gone))
    store(firm, v, without(load(firm, v), gone))
    store(lost, v, or_(load(lost, v), gone))
    mark(round_, v)
    return mark(dirty, v)


@njit(nogil=True, cache=True, inline="always")
def _doubt(firm: Any, v: Any, suspect: Any, support: Any) -> Any:
    """Of suspect bits, those with strictly lower support are firm; the others must go."""
    store(firm, v, or_(load(firm, v), and_(suspect, support)))
    return without(suspect, support)


@njit(nogil=True, cache=True)
def _over_delete(graph: Graph, state: State, waiting: Any) -> Any:
    """Take whatever hangs on what was lost and not on something lower; count of visits."""
    out_ptr, out_node, out_link = graph.out_ptr, graph.out_node, graph.out_link
    in_ptr, in_mid, in_node, in_link = graph.in_ptr, graph.in_mid, graph.in_node, graph.in_link
    served, firm, lost, link_up = state.served, state.firm, state.lost, state.link_up
    before, touched, round_, dirty = state.before, state.touched, state.round_, state.dirty
    source = graph.source
    upward = True
    words = len(dirty)
    visits = 0
    while waiting > 0:
        for i in range(words):
            place = i if upward else words - 1 - i
            while dirty[place]:
                u, bit = next_dirty(dirty[place], place, upward)
                dirty[place] ^= bit
                waiting -= 1
                visits += 1
                left = load(lost, u)
                for e in range(out_ptr[u], out_ptr[u + 1]):
                    v = out_node[e]
                    suspect = and_(load(served, v), and_(left, load(link_up, out_link[e])))
                    if any_(suspect) and not source[v]:
                        support = reached(firm, link_up, in_node, in_link, in_ptr[v], in_mid[v])
                        gone = _doubt(firm, v, suspect, support)
                        if any_(gone):
                            waiting += _take(
                                served, firm, lost, before, touched, round_, dirty, v, gone
                            )
        upward = not upward
    return visits


@njit(nogil=True, cache=True)
def _re_derive(graph: Graph, state: State) -> None:
    """Give back what was taken in doubt and still hangs on a survivor."""
    out_ptr, out_node, out_link = graph.out_ptr, graph.out_node, graph.out_link
    in_ptr, in_node, in_link = graph.in_ptr, graph.in_node, graph.in_link
    served, lost, works, link_up = state.served, state.lost, state.works, state.link_up
    round_, dirty = state.round_, state.dirty
    waiting = 0
    words = len(dirty)
    for place in range(words):
        word = round_[place]
        while word:
            k = lowest_bit(word)
            word ^= U(1) << k
            v = place * 64 + np.int64(k)
            wants = and_(load(lost, v), load(works, v))
            if any_(wants):
                fed = reached(served, link_up, in_node, in_link, in_ptr[v], in_ptr[v + 1])
                waiting += _give(served, dirty, v, and_(wants, fed))
    upward = False
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
                    path = and_(row, load(link_up, out_link[e]))
                    wants = and_(load(lost, v), load(works, v))
                    waiting += _give(served, dirty, v, and_(wants, path))
        upward = not upward


@njit(nogil=True, cache=True, inline="always")
def _give(served: Any, dirty: Any, v: Any, bits: Any) -> Any:
    row = load(served, v)
    fresh = 0
    if any_(without(bits, row)):
        store(served, v, or_(row, bits))
        fresh = mark(dirty, v)
    return fresh


@njit(nogil=True, cache=True)
def _keep_what_is_gone(state: State) -> None:
    """Leave in `round_` only nodes that lost something for good."""
    served, lost, round_ = state.served, state.lost, state.round_
    for place in range(len(round_)):
        word = round_[place]
        while word:
            k = lowest_bit(word)
            word ^= U(1) << k
            v = place * 64 + np.int64(k)
            if not any_(without(load(lost, v), load(served, v))):
                round_[place] ^= U(1) << k
            store(lost, v, none())
