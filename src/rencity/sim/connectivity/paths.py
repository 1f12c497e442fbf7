"""Shortest paths in the graph that an event leaves, compiled.

Edsger W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1
(1959).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.sim.nminus1.heap import pop, push

INF = np.inf


class Space(NamedTuple):
    """Room for one search; sizes by node n and arc m."""

    far: Any
    key: Any
    item: Any
    size: Any


def space_of(n: int, m: int) -> Space:
    """Fresh room for a thread."""
    return Space(
        np.empty(n), np.empty(m + n + 2), np.empty(m + n + 2, np.int64), np.zeros(1, np.int64)
    )


@njit(nogil=True, cache=True)
def reach_from(
    ptr: Any, head: Any, link: Any, weight: Any, node_down: Any, link_down: Any, root: Any,
    space: Space,
) -> None:  # fmt: skip
    """Fill `far`: length of the shortest path from root, infinite where there is none."""
    far = space.far
    far[:] = INF
    if node_down[root]:
        return
    far[root] = 0.0
    push(space.key, space.item, space.size, 0.0, root)
    while space.size[0] > 0:
        d, u = pop(space.key, space.item, space.size)
        if d > far[u]:
            continue
        for e in range(ptr[u], ptr[u + 1]):
            v = head[e]
            if node_down[v] or link_down[link[e]]:
                continue
            way = d + weight[link[e]]
            if way < far[v]:
                far[v] = way
                push(space.key, space.item, space.size, way, v)


@njit(nogil=True, cache=True)
def sources_of(
    ptr: Any, head: Any, link: Any, weight: Any, node_down: Any, link_down: Any, sources: Any,
    consumer: Any, space: Space, number: Any, nearness: Any,
) -> None:  # fmt: skip
    """Add, for each consumer, the sources that reach it and the sum of 1 / length over them."""
    for s in sources:
        reach_from(ptr, head, link, weight, node_down, link_down, s, space)
        for i in range(len(consumer)):
            far = space.far[consumer[i]]
            if consumer[i] != s and far < INF:
                number[i] += 1
                if far > 0:
                    nearness[i] += 1.0 / far


@njit(nogil=True, cache=True)
def efficiency_of(
    ptr: Any, head: Any, link: Any, weight: Any, node_down: Any, link_down: Any, origins: Any,
    space: Space, total: Any,
) -> None:  # fmt: skip
    """Set, for each origin, the sum of 1 / length over every node it reaches."""
    for i in range(len(origins)):
        reach_from(ptr, head, link, weight, node_down, link_down, origins[i], space)
        made = 0.0
        for v in range(len(space.far)):
            if 0.0 < space.far[v] < INF:
                made += 1.0 / space.far[v]
        total[i] = made


@njit(nogil=True, cache=True)
def two_sources(
    ptr: Any, head: Any, link: Any, node_down: Any, link_down: Any, source: Any, first: Any,
    second: Any, queue: Any,
) -> None:  # fmt: skip
    """Up to two different sources that reach each node, itself included; -1 where there is none."""
    n = len(source)
    first[:] = -1
    second[:] = -1
    count = 0
    for v in range(n):
        if source[v] and not node_down[v]:
            first[v] = v
            queue[count] = v
            count += 1
    at = 0
    while at < count:
        # a node comes in again when it learns of its second source, so twice at most
        u = queue[at]
        at += 1
        for e in range(ptr[u], ptr[u + 1]):
            v = head[e]
            if node_down[v] or link_down[link[e]]:
                continue
            grew = False
            for s in (first[u], second[u]):
                if s < 0 or s == first[v] or s == second[v] or second[v] >= 0:
                    continue
                if first[v] < 0:
                    first[v] = s
                else:
                    second[v] = s
                grew = True
            if grew:
                queue[count] = v
                count += 1
