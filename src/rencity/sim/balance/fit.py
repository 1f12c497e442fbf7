"""Capacities that the undamaged city already exceeds, raised to what they carry then.

A city that runs serves its normal use, so a bound below its normal load is a wrong figure, not a
shortage. What goes through as the bounds stand goes first; the rest takes the fewest bounds on its
way, and each of those is raised by what passes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.balance.flow import BIG, add_arc
from rencity.sim.balance.lane import Lane, lane_of
from rencity.sim.balance.ledger import NO_BOUND, Books, Ledger
from rencity.sim.balance.parts import (
    BACK,
    ORIGIN,
    TARGET,
    Flows,
    arcs_of,
    flows_of,
    parts_of,
    wants_of,
)
from rencity.sim.balance.share import push_to
from rencity.sim.reach.arrays import Graph, graph_of
from rencity.sim.reach.engine import Undamaged


@dataclass(frozen=True)
class Raised:
    """By how much bounds were raised, in thousandths of the unit.

    Attributes
    ----------
    give, gate, own : int64 (n,); link_gate : int64 (k,); see `Books`
    """

    give: npt.NDArray[np.int64]
    gate: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    link_gate: npt.NDArray[np.int64]


def fitted(network: Network, ledger: Ledger, undamaged: Undamaged) -> tuple[Ledger, Raised]:
    """A ledger whose bounds carry the normal use of the undamaged city, and what was raised."""
    graph, books = graph_of(network), ledger.books
    sizes = network.nodes, network.link_rows, len(network.group_node), len(network.lifelines)
    lane, flows = lane_of(*sizes), flows_of(graph, books, len(ledger.classes))
    lane.served[:] = undamaged.served != 0
    lane.up[:] = lane.served
    lane.link_up[:] = network.link_open_min == NOT_OPEN
    give, gate, own = (np.zeros(network.nodes, np.int64) for _ in range(3))
    raised = Raised(give, gate, own, np.zeros(network.link_rows, np.int64))
    over = np.bincount(
        np.maximum(books.item_node, 0), np.where(books.item_node >= 0, books.item_amount, 0),
        network.nodes,
    ).astype(np.int64) - books.own  # fmt: skip
    raised.own[:] = np.where(books.own != NO_BOUND, np.maximum(over, 0), 0)
    wide = books._replace(own=_still(books.own + raised.own))
    for line in np.flatnonzero(books.balanced):
        _raise_line(graph, wide, lane, flows, line, raised.give, raised.gate, raised.link_gate)
    made = wide._replace(
        give=_still(books.give + raised.give),
        gate=_still(books.gate + raised.gate),
        link_gate=_still(books.link_gate + raised.link_gate),
    )
    return replace(ledger, books=made), raised


@njit(cache=True, nogil=True)
def _raise_line(
    graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any, give: Any, gate: Any,
    link_gate: Any,
) -> None:  # fmt: skip
    head, nxt, to, cap = flows.head, flows.nxt, flows.to, flows.cap
    wants_of(graph, books, lane, flows, line)
    total = np.int64(0)
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        total += max(0, flows.want[i])
    vertices = parts_of(graph, books, lane, flows, line, total)
    count = arcs_of(graph, books, lane, flows, line, total)
    for i in range(books.item_ptr[line], books.item_ptr[line + 1]):
        if flows.want[i] > 0:
            flows.sum_want[flows.outlet[flows.place[i]], 0] += flows.want[i]
    for vertex in range(BACK + 1, vertices):
        want = flows.sum_want[vertex, 0]
        if want > 0:
            count = add_arc(head, nxt, to, cap, count, vertex, TARGET, want)
    push_to(flows, vertices, ORIGIN, TARGET)
    passed = count
    given = _open(graph, books, lane, flows, line, total, passed, False)
    push_to(flows, vertices, ORIGIN, TARGET)
    _open(graph, books, lane, flows, line, total, given, True)
    push_to(flows, vertices, ORIGIN, TARGET)
    for arc, sources in ((passed, False), (given, True)):
        _read(graph, books, lane, flows, line, total, arc, sources, (give, gate, link_gate))


@njit(cache=True, nogil=True)
def _open(
    graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any, total: Any, count: Any,
    sources: Any,
) -> Any:  # fmt: skip
    """A way past every bound of sources, or else of all others, in the order of `_read`."""
    head, nxt, to, cap = flows.head, flows.nxt, flows.to, flows.cap
    for u in range(graph.first[line], graph.first[line + 1]):
        if not lane.served[u]:
            continue
        inlet, outlet = flows.inlet[u], flows.outlet[u]
        if sources:
            if graph.source[u] and books.give[u] > 0:
                count = add_arc(head, nxt, to, cap, count, ORIGIN, inlet, BIG)
            continue
        if inlet != outlet:
            count = add_arc(head, nxt, to, cap, count, inlet, outlet, BIG)
        for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
            if _bounded_link(graph, books, lane, flows, total, u, e):
                end = flows.inlet[graph.out_node[e]]
                count = add_arc(head, nxt, to, cap, count, outlet, end, BIG)
    return count


@njit(cache=True, nogil=True)
def _bounded_link(
    graph: Graph, books: Books, lane: Lane, flows: Flows, total: Any, u: Any, e: Any
) -> Any:
    """Whether an edge joins two parts over a bound."""
    v, k = graph.out_node[e], graph.out_link[e]
    bound = books.link_gate[k]
    if not lane.served[v] or not lane.link_up[k] or bound == NO_BOUND or bound >= total:
        return False
    return flows.outlet[u] != flows.inlet[v] and flows.inlet[u] != flows.inlet[v]


@njit(cache=True, nogil=True)
def _read(
    graph: Graph, books: Books, lane: Lane, flows: Flows, line: Any, total: Any, arc: Any,
    sources: Any, raised: Any,
) -> None:  # fmt: skip
    """What passed each way that `_open` made and would not have gone within the bound."""
    cap = flows.cap
    give, gate, link_gate = raised
    for u in range(graph.first[line], graph.first[line + 1]):
        if not lane.served[u]:
            continue
        if sources:
            if graph.source[u] and books.give[u] > 0:
                give[u] = max(0, cap[arc ^ 1] - cap[flows.give_arc[u]])
                arc += 2
            continue
        if flows.inlet[u] != flows.outlet[u]:
            gate[u] = max(0, cap[arc ^ 1] - cap[flows.gate_arc[u]])
            arc += 2
        for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
            if _bounded_link(graph, books, lane, flows, total, u, e):
                k = graph.out_link[e]
                over = cap[arc ^ 1] - cap[flows.edge_arc[e]]
                link_gate[k] = max(link_gate[k], over)
                arc += 2


def _still(array: Any) -> Any:
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
