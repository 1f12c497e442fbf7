"""One lifeline's amounts shared out in one sample, and who goes short.

Amounts go through the graph of parts as a greatest flow, class by class, so that nobody of a later
class takes what one of an earlier class could have had.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.balance.flow import BIG, add_arc, push
from rencity.sim.balance.lane import Lane
from rencity.sim.balance.ledger import Books
from rencity.sim.balance.parts import (
    BACK,
    ORIGIN,
    STORES,
    TARGET,
    Flows,
    arcs_of,
    parts_of,
    wants_of,
)
from rencity.sim.reach.arrays import Graph


@njit(cache=True, nogil=True)
def share(
    graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any, stock: Any, length_min: Any
) -> Any:
    """Share a lifeline's amounts out; sheds needs that go short; how many are newly shed.

    Parameters
    ----------
    stock : int64 (t,), amount times minutes in each store at the start of the step
    length_min : how long the step lasts
    """
    wants_of(graph, books, lane, flows, line)
    total = np.int64(0)
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        total += max(0, flows.want[i])
    for t in range(books.store_ptr[line], books.store_ptr[line + 1]):
        total += books.store_rate[t]
    vertices = parts_of(graph, books, lane, flows, line, total)
    arcs = arcs_of(graph, books, lane, flows, line, total)
    arcs = _add_stores(books, lane, flows, line, stock, length_min, arcs)
    arcs = _push_classes(books, flows, line, vertices, arcs)
    if books.store_ptr[line + 1] > books.store_ptr[line]:
        _keep_stores(books, flows, line, stock, length_min, vertices, arcs)
    return _give(books, lane, flows, line)


@njit(cache=True, nogil=True)
def _add(flows: Flows, count: Any, a: Any, b: Any, most: Any) -> Any:
    return add_arc(flows.head, flows.nxt, flows.to, flows.cap, count, a, b, most)


@njit(cache=True, nogil=True)
def push_to(flows: Flows, vertices: Any, start: Any, target: Any) -> Any:
    """Push all that goes from one vertex to another; how much that was."""
    return push(
        flows.head, flows.nxt, flows.to, flows.cap, vertices, start, target, flows.level,
        flows.queue, flows.now, flows.path,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _add_stores(
    books: Books, lane: Lane, flows: Flows, line: Any, stock: Any, length_min: Any, count: Any
) -> Any:
    """An arc from the vertex of stores to each that is served; the first arc opens them all."""
    begin, end = books.store_ptr[line], books.store_ptr[line + 1]
    if end > begin:
        flows.opening[0] = count
        count = _add(flows, count, ORIGIN, STORES, BIG)
    for t in range(begin, end):
        v = books.store_node[t]
        flows.store_out[t] = flows.store_in[t] = 0
        flows.store_arc[t] = -1
        if lane.served[v]:
            rate = min(books.store_rate[t], stock[t] // length_min)
            flows.store_arc[t] = count
            count = _add(flows, count, STORES, flows.inlet[v], rate)
    return count


@njit(cache=True, nogil=True)
def _push_classes(books: Books, flows: Flows, line: Any, vertices: Any, count: Any) -> Any:
    """Give each class in turn what it wants as far as it goes; the count of arcs."""
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        if flows.want[i] > 0:
            vertex = flows.outlet[flows.place[i]]
            flows.sum_want[vertex, books.item_class[i]] += flows.want[i]
    for c in range(flows.sum_want.shape[1]):
        base = count
        for vertex in range(BACK + 1, vertices):
            flows.grant[vertex, c] = flows.sum_want[vertex, c]
            if flows.sum_want[vertex, c] > 0:
                count = _add(flows, count, vertex, TARGET, flows.sum_want[vertex, c])
        if count > base:
            push_to(flows, vertices, ORIGIN, TARGET)
            count = _one_by_one(books, flows, line, vertices, count, base, c)
    return count


@njit(cache=True, nogil=True)
def _one_by_one(
    books: Books, flows: Flows, line: Any, vertices: Any, count: Any, base: Any, c: Any
) -> Any:
    """Where a part goes short, try its needs one after the other, then give people what is left.

    While needs are tried, other parts keep what they have and get no more: what a need could have
    had would else go to them, and nobody would have it.
    """
    cap, sum_need = flows.cap, flows.sum_need
    last, short = count, 0
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        if books.item_class[i] == c and books.item_group[i] >= 0 and flows.want[i] > 0:
            sum_need[flows.outlet[flows.place[i]]] += flows.want[i]
    for e in range(base, last, 2):
        vertex = flows.to[e ^ 1]
        flows.grant[vertex, c] = cap[e ^ 1]
        if cap[e] > 0 and sum_need[vertex] > 0:
            flows.grant[vertex, c] = 0
            count = _take_back(flows, vertices, count, e)
            flows.now_short[vertex] = 1
            short += 1
    if short:
        for e in range(base, last, 2):
            cap[e] = 0
        count = _try_needs(books, flows, line, vertices, count, c)
        first = count
        for e in range(base, last, 2):
            vertex = flows.to[e ^ 1]
            rest = flows.sum_want[vertex, c] - sum_need[vertex]
            if not flows.now_short[vertex]:
                cap[e] = flows.sum_want[vertex, c] - cap[e ^ 1]
            elif rest > 0:
                count = _add(flows, count, vertex, TARGET, rest)
        push_to(flows, vertices, ORIGIN, TARGET)
        for e in range(first, count, 2):
            flows.grant[flows.to[e ^ 1], c] += cap[e ^ 1]
        for e in range(base, last, 2):
            if not flows.now_short[flows.to[e ^ 1]]:
                flows.grant[flows.to[e ^ 1], c] = cap[e ^ 1]
    for e in range(base, last, 2):
        flows.now_short[flows.to[e ^ 1]] = 0
        sum_need[flows.to[e ^ 1]] = 0
    return count


@njit(cache=True, nogil=True)
def _try_needs(books: Books, flows: Flows, line: Any, vertices: Any, count: Any, c: Any) -> Any:
    """Serve the needs of parts that go short as long as each can be served whole."""
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        if books.item_class[i] != c or books.item_group[i] < 0 or flows.want[i] <= 0:
            continue
        vertex = flows.outlet[flows.place[i]]
        if not flows.now_short[vertex]:
            continue
        arc = count
        count = _add(flows, count, vertex, TARGET, flows.want[i])
        if push_to(flows, vertices, ORIGIN, TARGET) < flows.want[i]:
            flows.refused[i] = 1
            count = _take_back(flows, vertices, count, arc)
        else:
            flows.grant[vertex, c] += flows.want[i]
    return count


@njit(cache=True, nogil=True)
def _take_back(flows: Flows, vertices: Any, count: Any, arc: Any) -> Any:
    """Close an arc to the target and send what it carried back to where it came from."""
    carried = flows.cap[arc ^ 1]
    flows.cap[arc] = flows.cap[arc ^ 1] = 0
    if carried > 0:
        way = count
        count = _add(flows, count, BACK, flows.to[arc ^ 1], carried)
        push_to(flows, vertices, BACK, ORIGIN)
        flows.cap[way] = flows.cap[way ^ 1] = 0
    return count


@njit(cache=True, nogil=True)
def _keep_stores(
    books: Books, flows: Flows, line: Any, stock: Any, length_min: Any, vertices: Any, count: Any
) -> None:
    """Let sources take the place of stores where they can, then fill up stores that rest."""
    cap = flows.cap
    begin, end = books.store_ptr[line], books.store_ptr[line + 1]
    cap[flows.opening[0]] = 0
    push_to(flows, vertices, ORIGIN, STORES)
    base = count
    for t in range(begin, end):
        arc = flows.store_arc[t]
        if arc < 0:
            continue
        flows.store_out[t] = cap[arc ^ 1]
        cap[arc] = cap[arc ^ 1] = 0
        room = min(books.store_rate[t], (books.store_full[t] - stock[t]) // length_min)
        if flows.store_out[t] == 0 and room > 0:
            flows.store_arc[t] = count
            count = _add(flows, count, flows.inlet[books.store_node[t]], TARGET, room)
    if count > base:
        push_to(flows, vertices, ORIGIN, TARGET)
    for t in range(begin, end):
        if flows.store_arc[t] >= base:
            flows.store_in[t] = cap[flows.store_arc[t] ^ 1]


@njit(cache=True, nogil=True)
def _give(books: Books, lane: Lane, flows: Flows, line: Any) -> Any:
    """Give each part's grant to its items: needs whole in their order, the rest in proportion."""
    begin, end = books.item_ptr[line], books.item_ptr[line + 1]
    shed = 0
    for i in range(begin, end):
        g = books.item_group[i]
        if g < 0 or flows.want[i] < 0:
            continue
        vertex, c = flows.outlet[flows.place[i]], books.item_class[i]
        if flows.want[i] == 0:
            continue
        flows.sum_want[vertex, c] -= flows.want[i]
        if not flows.refused[i]:
            flows.granted[i] = flows.want[i]
            flows.grant[vertex, c] -= flows.want[i]
        else:
            lane.shed[g] = 1
            shed += 1
    for i in range(begin, end):
        if books.item_group[i] >= 0 or flows.want[i] <= 0:
            continue
        vertex, c = flows.outlet[flows.place[i]], books.item_class[i]
        wanted, had = flows.sum_want[vertex, c], flows.grant[vertex, c]
        flows.granted[i] = flows.want[i] if had >= wanted else part_of(flows.want[i], had, wanted)
    return shed


@njit(cache=True, nogil=True)
def part_of(amount: Any, had: Any, wanted: Any) -> Any:
    """The whole part of amount · had / wanted, without overflow; had < wanted < 2**50."""
    if amount < (np.int64(1) << 31) and had < (np.int64(1) << 31):
        return amount * had // wanted
    return _long_part(amount, had, wanted)


@njit(cache=True, nogil=True)
def _long_part(amount: Any, had: Any, wanted: Any) -> Any:
    """The same by doubling: bits of `had` from the top, quotient and rest kept apart."""
    quotient, rest = np.int64(0), np.int64(0)
    for bit in range(49, -1, -1):
        quotient, rest = 2 * quotient, 2 * rest
        if (had >> bit) & 1:
            rest += amount
        quotient += rest // wanted
        rest %= wanted
    return quotient
