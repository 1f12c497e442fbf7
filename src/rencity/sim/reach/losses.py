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
from rencity.sim.reach.full import fed_by, next_dirty, reach_lifeline
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
from rencity.sim.reach.needs import settle_needs

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
        if fell == 0:
            return
        _renew_needs(graph, state)
        waiting = 0


@njit(nogil=True, cache=True)
def _reach_anew(graph: Graph, state: State) -> Any:
    """A round by reach from the sources inside what ran; count of nodes that lost something."""
    fell = 0
    for lifeline in range(len(graph.first) - 1):
        first, end = graph.first[lifeline], graph.first[lifeline + 1]
        if not _any_falling(state, first, end):
            continue
        for v in range(first, end):
            row = load(state.served, v)
            store(state.lost, v, row)
            if mark(state.touched, v):
                store(state.before, v, row)
        reach_lifeline(graph, state, state.lost, lifeline)
        for v in range(first, end):
            if any_(without(load(state.lost, v), load(state.served, v))):
                mark(state.round_, v)
                fell += 1
            else:
                store(state.lost, v, none())
    state.falling[:] = U(0)
    return fell


@njit(nogil=True, cache=True)
def _any_falling(state: State, first: Any, end: Any) -> Any:
    found = False
    for v in range(first, end):
        found |= (state.falling[v >> 6] >> U(v & 63)) & U(1) != U(0)
    return found


@njit(nogil=True, cache=True)
def lose_link(graph: Graph, state: State, link: Any, lost: Any) -> Any:
    """A link row lost bits: doubt its heads; count of nodes newly dirty. Settle with `lose`."""
    waiting = 0
    for i in range(graph.link_ptr[link], graph.link_ptr[link + 1]):
        waiting += _doubt(graph, state, graph.link_head[i], lost)
    return waiting


@njit(nogil=True, cache=True)
def _stop_falling(state: State) -> Any:
    waiting = 0
    for place in range(len(state.falling)):
        while state.falling[place]:
            k = lowest_bit(state.falling[place])
            state.falling[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            gone = without(load(state.served, v), load(state.works, v))
            if any_(gone):
                waiting += _take(state, v, gone)
    return waiting


@njit(nogil=True, cache=True, inline="always")
def _take(state: State, v: Any, gone: Any) -> Any:
    """Take bits from v's service; 1 if it was not dirty yet."""
    row = load(state.served, v)
    if mark(state.touched, v):
        store(state.before, v, row)
    store(state.served, v, without(row, gone))
    store(state.firm, v, without(load(state.firm, v), gone))
    store(state.lost, v, or_(load(state.lost, v), gone))
    mark(state.round_, v)
    return mark(state.dirty, v)


@njit(nogil=True, cache=True, inline="always")
def _doubt(graph: Graph, state: State, v: Any, lost: Any) -> Any:
    """A neighbour or link of v lost bits: keep those with strictly lower support, take the rest."""
    suspect = and_(load(state.served, v), lost)
    if graph.source[v] or not any_(suspect):
        return 0
    support = none()
    for e in range(graph.in_ptr[v], graph.in_mid[v]):
        path = and_(load(state.firm, graph.in_node[e]), load(state.link_up, graph.in_link[e]))
        support = or_(support, path)
    store(state.firm, v, or_(load(state.firm, v), and_(suspect, support)))
    gone = without(suspect, support)
    if any_(gone):
        return _take(state, v, gone)
    return 0


@njit(nogil=True, cache=True)
def _over_delete(graph: Graph, state: State, waiting: Any) -> Any:
    """Take whatever hangs on what was lost and not on something lower; count of visits."""
    upward = True
    words = len(state.dirty)
    visits = 0
    while waiting > 0:
        for i in range(words):
            place = i if upward else words - 1 - i
            while state.dirty[place]:
                u, bit = next_dirty(state.dirty[place], place, upward)
                state.dirty[place] ^= bit
                waiting -= 1
                visits += 1
                gone = load(state.lost, u)
                for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
                    over = and_(gone, load(state.link_up, graph.out_link[e]))
                    waiting += _doubt(graph, state, graph.out_node[e], over)
        upward = not upward
    return visits


@njit(nogil=True, cache=True)
def _re_derive(graph: Graph, state: State) -> None:
    """Give back what was taken in doubt and still hangs on a survivor."""
    waiting = 0
    words = len(state.dirty)
    for place in range(words):
        word = state.round_[place]
        while word:
            k = lowest_bit(word)
            word ^= U(1) << k
            v = place * 64 + np.int64(k)
            wants = and_(load(state.lost, v), load(state.works, v))
            if any_(wants):
                waiting += _give(state, v, and_(wants, fed_by(graph, state, v)))
    upward = False
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
                    wants = and_(load(state.lost, v), load(state.works, v))
                    path = and_(row, load(state.link_up, graph.out_link[e]))
                    waiting += _give(state, v, and_(wants, path))
        upward = not upward


@njit(nogil=True, cache=True, inline="always")
def _give(state: State, v: Any, bits: Any) -> Any:
    row = load(state.served, v)
    more = without(bits, row)
    if not any_(more):
        return 0
    store(state.served, v, or_(row, more))
    return mark(state.dirty, v)


@njit(nogil=True, cache=True)
def _renew_needs(graph: Graph, state: State) -> None:
    for place in range(len(state.round_)):
        while state.round_[place]:
            k = lowest_bit(state.round_[place])
            state.round_[place] ^= U(1) << k
            v = place * 64 + np.int64(k)
            gone = without(load(state.lost, v), load(state.served, v))
            store(state.lost, v, none())
            if any_(gone):
                settle_needs(graph, state, v, state.falling)
