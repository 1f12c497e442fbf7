"""The order once, the shortcuts once: what no closure changes.

Customizable contraction hierarchies: J. Dibbelt, B. Strasser and D. Wagner, ACM Journal of
Experimental Algorithmics 21 (2016). Nodes are renumbered by rank, so that every arc goes up from
its lower end; the arcs are those that eliminating nodes in this order makes (no time is looked at).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from rencity.kit.errors import CityError
from rencity.sim.travel.order import order_of, simple_graph
from rencity.sim.travel.roads import Bools, Ids, Ints, Roads

MOST_ARCS = 2**31 - 1


@dataclass(frozen=True)
class Hierarchy:
    """Arcs between ranks; n nodes, h arcs, m edges of the roads.

    Attributes
    ----------
    node, rank : int32 (n,), node of each rank and rank of each node
    up_ptr, up_head : int64 (n+1,), int32 (h,): higher ends of the arcs of each rank, ascending
    low : int32 (h,), lower end of each arc
    down_ptr, down_arc, down_low : int64 (n+1,), int32 (h,), int32 (h,): arcs by their higher
        end, and their lower ends, ascending
    parent : int32 (n,), lowest higher end, -1 at a root
    edge_arc : int32 (m,), arc that each edge lies on, -1 for a loop
    edge_down : bool (m,), whether it leads from the higher to the lower end
    arc_ptr, arc_edge : int64 (2 h + 1,), int32: edges on arc a upwards at ``arc_ptr[2 a]``, then
        downwards at ``arc_ptr[2 a + 1]``
    """

    node: Ids
    rank: Ids
    up_ptr: Ints
    up_head: Ids
    low: Ids
    down_ptr: Ints
    down_arc: Ids
    down_low: Ids
    parent: Ids
    edge_arc: Ids
    edge_down: Bools
    arc_ptr: Ints
    arc_edge: Ids

    @property
    def arcs(self) -> int:
        """Number of arcs."""
        return len(self.up_head)


def hierarchy_of(roads: Roads, order: Ids | None = None) -> Hierarchy:
    """Contract the roads in an order, by default that of nested dissection.

    Parameters
    ----------
    order : int32 (n,), every node once, from the first contracted to the last
    """
    node = order_of(roads) if order is None else np.asarray(order, np.int32)
    n = roads.nodes
    rank = np.empty(n, np.int32)
    rank[node] = np.arange(n, dtype=np.int32)
    ptr, head, _ = simple_graph(rank[roads.tail], rank[roads.head], n)
    parent, count = _eliminated(ptr, head)
    up_ptr = np.concatenate([[0], np.cumsum(count, dtype=np.int64)])
    if up_ptr[-1] > MOST_ARCS:
        raise CityError(
            f"contracting the roads makes {up_ptr[-1]:,} shortcuts",
            place="links",
            mend="look for a node that joins far too many links",
        )
    up_head = _filled(ptr, head, parent, up_ptr)
    low = np.repeat(np.arange(n, dtype=np.int32), count)
    down_arc = np.argsort(up_head, kind="stable").astype(np.int32)
    down_ptr = np.concatenate([[0], np.cumsum(np.bincount(up_head, minlength=n))])
    edge_arc, edge_down = _laid(roads, rank, up_ptr, up_head)
    slot = np.where(edge_arc < 0, 2 * len(up_head), 2 * edge_arc.astype(np.int64) + edge_down)
    by_slot = np.argsort(slot, kind="stable").astype(np.int32)
    counts = np.bincount(slot, minlength=2 * len(up_head) + 1)[: 2 * len(up_head)]
    return Hierarchy(
        node=node,
        rank=rank,
        up_ptr=up_ptr,
        up_head=up_head,
        low=low,
        down_ptr=down_ptr.astype(np.int64),
        down_arc=down_arc,
        down_low=low[down_arc],
        parent=parent,
        edge_arc=edge_arc,
        edge_down=edge_down,
        arc_ptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        arc_edge=by_slot[: int(counts.sum())],
    )


@njit(cache=True)
def _eliminated(ptr, head):
    """Parent of each rank and how many higher ends it will have."""
    n = len(ptr) - 1
    parent = np.full(n, -1, np.int32)
    root = np.full(n, -1, np.int32)
    for v in range(n):  # J. W. H. Liu's algorithm, with ways made shorter as they are walked
        for e in range(ptr[v], ptr[v + 1]):
            u = head[e]
            while u < v and u != -1:
                above = root[u]
                root[u] = v
                if above == -1:
                    parent[u] = v
                    break
                if above == v:
                    break
                u = above
    count = np.zeros(n, np.int32)
    seen = np.full(n, -1, np.int32)
    for v in range(n):  # row by row: each rank on the way up from a lower neighbour reaches v
        seen[v] = v
        for e in range(ptr[v], ptr[v + 1]):
            u = head[e]
            while u < v and seen[u] != v:
                seen[u] = v
                count[u] += 1
                u = parent[u]
    return parent, count


@njit(cache=True)
def _filled(ptr, head, parent, up_ptr):
    """Higher ends of each rank, ascending, as the rows come in order."""
    n = len(parent)
    made = np.empty(up_ptr[n], np.int32)
    at = up_ptr[:-1].copy()
    seen = np.full(n, -1, np.int32)
    for v in range(n):
        seen[v] = v
        for e in range(ptr[v], ptr[v + 1]):
            u = head[e]
            while u < v and seen[u] != v:
                seen[u] = v
                made[at[u]] = v
                at[u] += 1
                u = parent[u]
    return made


def _laid(roads: Roads, rank: Ids, up_ptr: Ints, up_head: Ids) -> tuple[Ids, Bools]:
    a, b = rank[roads.tail], rank[roads.head]
    return _arcs_of(np.minimum(a, b), np.maximum(a, b), up_ptr, up_head), (a > b)


@njit(cache=True)
def _arcs_of(low, high, up_ptr, up_head):
    made = np.full(len(low), -1, np.int32)
    for i in range(len(low)):
        if low[i] == high[i]:
            continue
        a, b = up_ptr[low[i]], up_ptr[low[i] + 1]
        made[i] = a + np.searchsorted(up_head[a:b], high[i])
    return made
