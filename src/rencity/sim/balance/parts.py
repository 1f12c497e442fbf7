"""Parts of a lifeline in one sample, and the graph that bounds make of them.

What is served and joined without bound is one *part*. Parts, bounded nodes and bounded links are
the vertices and arcs of a graph through which amounts go.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.sim.balance.flow import BIG, add_arc
from rencity.sim.balance.lane import Lane
from rencity.sim.balance.ledger import NO_BOUND, Books
from rencity.sim.reach.arrays import Graph

ORIGIN, TARGET, STORES, BACK = 0, 1, 2, 3
"""The vertices that every graph has."""


class Flows(NamedTuple):
    """Scratch for the graph of parts, and what the last sharing gave.

    Attributes
    ----------
    parent, inlet, outlet : int32 (n,), part of each node while parts join; its vertices then
    head, nxt, to, cap : arcs by vertex; see `rencity.sim.balance.flow`
    gate_arc, give_arc, edge_arc : int32 (n,) (n,) (edges by tail,), arcs of bounded nodes, sources
        and what joins parts
    level, queue, now, path : scratch of the flow
    left : int64 (n,), what may still hang on a node
    want : int64 (i,), what each item wants after the bound of its node; -1 where it is cut off
    place : int32 (i,), node that each item hangs on
    sum_want, grant : int64 (vertices, classes), what each vertex wants and gets
    granted : int64 (i,), what each item got; refused : uint8 (i,), needs that cannot be met whole
    store_arc : int32 (t,), arc of each store; opening : int32 (1,), arc that opens them all
    now_short, sum_need : uint8, int64 (vertices,), scratch, zero between sharings
    store_out, store_in : int64 (t,), rates of the last sharing
    """

    parent: Any
    inlet: Any
    outlet: Any
    head: Any
    nxt: Any
    to: Any
    cap: Any
    gate_arc: Any
    give_arc: Any
    edge_arc: Any
    level: Any
    queue: Any
    now: Any
    path: Any
    left: Any
    want: Any
    place: Any
    sum_want: Any
    grant: Any
    granted: Any
    refused: Any
    store_arc: Any
    opening: Any
    now_short: Any
    sum_need: Any
    store_out: Any
    store_in: Any


def flows_of(graph: Graph, books: Books, classes: int) -> Flows:
    """Arrays large enough for any lifeline of a city."""
    nodes, items, stores = len(graph.source), len(books.item_class), len(books.store_node)
    sizes = np.diff(graph.first)
    most = int(sizes.max(initial=0))
    edges = int(np.diff(graph.out_ptr[graph.first]).max(initial=0))
    vertices = 2 * most + 4
    arcs = 2 * (2 * edges + most * (classes + 5) + 2 * stores + 4 + 2 * items + 2 * most * classes)
    whole = {name: np.zeros(vertices, np.int32) for name in ("head", "level", "queue", "now")}
    return Flows(
        parent=np.zeros(nodes, np.int32),
        inlet=np.zeros(nodes, np.int32),
        outlet=np.zeros(nodes, np.int32),
        nxt=np.zeros(arcs, np.int32),
        to=np.zeros(arcs, np.int32),
        cap=np.zeros(arcs, np.int64),
        path=np.zeros(vertices, np.int32),
        gate_arc=np.zeros(nodes, np.int32),
        give_arc=np.zeros(nodes, np.int32),
        edge_arc=np.zeros(len(graph.out_node), np.int32),
        left=np.zeros(nodes, np.int64),
        want=np.zeros(items, np.int64),
        place=np.zeros(items, np.int32),
        sum_want=np.zeros((vertices, classes), np.int64),
        grant=np.zeros((vertices, classes), np.int64),
        granted=np.zeros(items, np.int64),
        refused=np.zeros(items, np.uint8),
        store_arc=np.zeros(stores, np.int32),
        opening=np.zeros(1, np.int32),
        now_short=np.zeros(vertices, np.uint8),
        sum_need=np.zeros(vertices, np.int64),
        store_out=np.zeros(stores, np.int64),
        store_in=np.zeros(stores, np.int64),
        **whole,
    )


@njit(cache=True, nogil=True)
def provider_of(graph: Graph, lane: Lane, g: Any) -> Any:
    """The first alternative of a need that is served, -1 where none is."""
    for i in range(graph.group_ptr[g], graph.group_ptr[g + 1]):
        if lane.served[graph.group_provider[i]]:
            return np.int64(graph.group_provider[i])
    return np.int64(-1)


@njit(cache=True, nogil=True)
def wants_of(graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any) -> None:
    """Where each item hangs and what it wants; entries within their node's bound."""
    for u in range(graph.first[line], graph.first[line + 1]):
        flows.left[u] = BIG if books.own[u] == NO_BOUND else books.own[u]
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        g = books.item_group[i]
        v: Any = books.item_node[i]
        if g >= 0:
            draws = lane.up[graph.group_node[g]] and not lane.shed[g]
            v = provider_of(graph, lane, g) if draws else -1
        flows.place[i] = v
        flows.granted[i] = 0
        flows.refused[i] = 0
        flows.want[i] = -1
        if v < 0 or not lane.served[v]:
            continue
        flows.want[i] = books.item_amount[i]
        if g < 0:
            flows.want[i] = min(flows.want[i], flows.left[v])
            flows.left[v] -= flows.want[i]


@njit(cache=True, nogil=True)
def _find(parent: Any, v: Any) -> Any:
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@njit(cache=True, nogil=True)
def bounds(bound: Any, total: Any) -> Any:
    """Whether a bound can bind at all: one that lets everything pass is none."""
    return bound != NO_BOUND and bound < total


@njit(cache=True, nogil=True)
def parts_of(graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any, total: Any) -> Any:
    """Join what is served without a bound between; number of vertices, the fixed ones too."""
    served, parent = lane.served, flows.parent
    first, last = graph.first[line], graph.first[line + 1]
    for v in range(first, last):
        parent[v] = v
    for u in range(first, last):
        if not served[u] or bounds(books.gate[u], total):
            continue
        for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
            v, k = graph.out_node[e], graph.out_link[e]
            if v > u or not books.both[e] or not served[v] or not lane.link_up[k]:
                continue
            if bounds(books.gate[v], total) or bounds(books.link_gate[k], total):
                continue
            a, b = _find(parent, u), _find(parent, v)
            if a != b:
                parent[max(a, b)] = min(a, b)
    count = 4
    for v in range(first, last):
        if not served[v]:
            continue
        root = _find(parent, v)
        if root == v:
            flows.inlet[v] = flows.outlet[v] = count
            count += 1
            if bounds(books.gate[v], total):
                flows.outlet[v] = count
                count += 1
        else:
            flows.inlet[v] = flows.outlet[v] = flows.inlet[root]
    flows.head[:count] = -1
    flows.sum_want[:count] = 0
    return count


@njit(cache=True, nogil=True)
def arcs_of(graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any, total: Any) -> Any:
    """Arcs within bounded nodes, over what joins parts, and from sources; the count of arcs."""
    head, nxt, to, cap = flows.head, flows.nxt, flows.to, flows.cap
    inlet, outlet, served = flows.inlet, flows.outlet, lane.served
    count = 0
    for u in range(graph.first[line], graph.first[line + 1]):
        if not served[u]:
            continue
        if inlet[u] != outlet[u]:
            flows.gate_arc[u] = count
            count = add_arc(head, nxt, to, cap, count, inlet[u], outlet[u], books.gate[u])
        if graph.source[u] and books.give[u] != 0:
            flows.give_arc[u] = count
            give = BIG if books.give[u] == NO_BOUND else books.give[u]
            count = add_arc(head, nxt, to, cap, count, ORIGIN, inlet[u], give)
        for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
            v, k = graph.out_node[e], graph.out_link[e]
            if served[v] and lane.link_up[k] and outlet[u] != inlet[v] and inlet[u] != inlet[v]:
                bound = books.link_gate[k]
                passes = bound if bounds(bound, total) else BIG
                flows.edge_arc[e] = count
                count = add_arc(head, nxt, to, cap, count, outlet[u], inlet[v], passes)
    return count
