"""Bridges and articulation points of an undirected multigraph, in one walk.

J. Hopcroft, R. Tarjan, "Algorithm 447: efficient algorithms for graph manipulation",
Communications of the ACM 16 (1973). Without recursion, so depth is no limit; the edge a node was
entered by is left out by its number, so that a parallel edge counts as a way back.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Star(NamedTuple):
    """Undirected edges by node; m edges, 2 m ends.

    Attributes
    ----------
    ptr : int64 (n+1,)
    node, edge : int64 (2m,), the other end and the number of each edge
    """

    ptr: Ints
    node: Ints
    edge: Ints


class Walk(NamedTuple):
    """A depth-first walk over all nodes; n nodes.

    Attributes
    ----------
    order : int64 (n,), nodes as they were entered: a subtree is ``order[rank[v]:last[v]]``
    rank, last : int64 (n,)
    low : int64 (n,), lowest rank that the subtree reaches by one edge more than its own
    parent, by : int64 (n,), the node and edge a node was entered from; -1 at a root
    """

    order: Ints
    rank: Ints
    last: Ints
    low: Ints
    parent: Ints
    by: Ints


def star_of(n: int, start: npt.NDArray[np.integer], end: npt.NDArray[np.integer]) -> Star:
    """Edges by node; loops are kept and never matter."""
    edge = np.arange(len(start), dtype=np.int64)
    tail = np.concatenate([start, end]).astype(np.int64)
    order = np.argsort(tail, kind="stable")
    ptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n))]).astype(np.int64)
    node = np.concatenate([end, start]).astype(np.int64)[order]
    return Star(ptr, node, np.concatenate([edge, edge])[order])


def walk(star: Star, first: int = 0) -> Walk:
    """Walk from `first`, then from every node not yet entered."""
    return Walk(*_walk(star.ptr, star.node, star.edge, first))


@njit(nogil=True, cache=True)
def _walk(ptr: Any, node: Any, edge: Any, first: Any) -> Any:
    n = len(ptr) - 1
    order, rank, last = np.empty(n, np.int64), np.full(n, -1, np.int64), np.empty(n, np.int64)
    low, parent, by = np.empty(n, np.int64), np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    at = ptr[:n].copy()
    count = 0
    for start in range(-1, n):
        root = first if start < 0 else start
        if n == 0 or rank[root] >= 0:
            continue
        v = root
        rank[v] = low[v] = count
        order[count] = v
        count += 1
        while v >= 0:
            if at[v] < ptr[v + 1]:
                u, e = node[at[v]], edge[at[v]]
                at[v] += 1
                if rank[u] < 0:
                    parent[u], by[u] = v, e
                    rank[u] = low[u] = count
                    order[count] = u
                    count += 1
                    v = u
                elif e != by[v]:
                    low[v] = min(low[v], rank[u])
            else:
                last[v] = count
                up = parent[v]
                if up >= 0:
                    low[up] = min(low[up], low[v])
                v = up
    return order, rank, last, low, parent, by


def bridges(walked: Walk, edges: int) -> Bools:
    """Edges that alone join what they join, bool (edges,)."""
    made = np.zeros(edges, bool)
    below = np.flatnonzero(walked.parent >= 0)
    made[walked.by[below[walked.low[below] > walked.rank[walked.parent[below]]]]] = True
    return made


def articulations(walked: Walk) -> Bools:
    """Nodes that alone join what they join, bool (n,)."""
    below = np.flatnonzero(walked.parent >= 0)
    up = walked.parent[below]
    n = len(walked.rank)
    children = np.bincount(up, minlength=n)
    cuts = np.bincount(up[walked.low[below] >= walked.rank[up]], minlength=n)
    root = walked.parent < 0
    return np.where(root, children > 1, cuts > 0)


def below_weight(walked: Walk, weight: npt.NDArray[np.integer]) -> Ints:
    """Sum of node weights over each node's subtree, int64 (n,)."""
    total = np.concatenate([[0], np.cumsum(weight[walked.order].astype(np.int64))])
    return total[walked.last] - total[walked.rank]
