"""Betweenness of nodes and links, exact or from a sample of origins, and what damage makes of it.

U. Brandes, "A faster algorithm for betweenness centrality", Journal of Mathematical Sociology 25
(2001); origins sampled as in U. Brandes, C. Pich, "Centrality estimation in large networks",
International Journal of Bifurcation and Chaos 17 (2007), with a bound by W. Hoeffding (1963).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from rencity.sim.connectivity.graph import Down, Floats, Graph, Ints
from rencity.sim.connectivity.losses import averaged
from rencity.sim.nminus1.heap import pop, push

DOUBT = 0.05
"""Chance that any node at all is farther off than the bound."""
PIECES = 16
"""Sums are made in this many pieces whatever the workers, so that they are the same for any."""


@dataclass(frozen=True)
class Between:
    """Share of shortest paths that lead through each thing.

    Attributes
    ----------
    node : (n,), over the (n − 1)(n − 2) ordered pairs of other nodes
    link : (k,), over all n (n − 1) ordered pairs; equal parallel links share
    origins : how many nodes paths were counted from
    bound : most that any node is off, with probability 1 − `DOUBT`; zero where exact
    """

    node: Floats
    link: Floats
    origins: int
    bound: float


def betweenness(graph: Graph, *, origins: Ints | None = None, workers: int = 1) -> Between:
    """Betweenness in the undamaged graph.

    Parameters
    ----------
    origins : nodes to count paths from; None: all, which is exact

    Notes
    -----
    Two paths over the same nodes by parallel links are one path. A link of zero length counts as
    the shortest one that is longer, because shortest paths must not go round in circles.
    """
    n = graph.nodes
    chosen = np.arange(n) if origins is None else np.asarray(origins, np.int64)
    node, link = np.zeros(n), np.zeros(graph.links)
    ptr, _, head, number = graph.arcs
    weight = _above_zero(graph.weight)[number]
    best, same = _least_parallel(ptr, head, weight)
    pieces = [part for part in np.array_split(chosen, PIECES) if len(part)]

    def one(part: Ints) -> tuple[Floats, Floats]:
        return _count(ptr, head, number, weight, best, same, part, graph.links)

    with ThreadPoolExecutor(workers) as pool:
        for more_node, more_link in pool.map(one, pieces):
            node += more_node
            link += more_link
    scale = n / max(1, len(chosen))
    node *= scale / max(1, (n - 1) * (n - 2))
    link *= scale / max(1, n * (n - 1))
    exact = len(chosen) >= n
    return Between(node, link, len(chosen), 0.0 if exact else bound(n, len(chosen)))


def bound(n: int, origins: int) -> float:
    """Most that any node's betweenness is off when paths of some origins are counted.

    An origin's share at a node lies between 0 and 1, scaled by n / (n − 1); by Hoeffding, over n
    nodes at once, the mean of `origins` draws is off by more than this with probability `DOUBT` at
    most. Drawing without replacement only lowers it.
    """
    return float(np.sqrt(np.log(2 * n / DOUBT) / (2 * origins)) * n / max(1, n - 1))


def criticality(
    between: Between, down: Down, *, years: float | None = None
) -> tuple[Floats, Floats]:
    """How often each node and link is down, times its betweenness.

    Parameters
    ----------
    years : over which the events are spread; None: the share of events in which it is down

    Returns
    -------
    node (n,), link (k,)
    """
    nodes, links = (averaged(each.astype(float), years=years) for each in (down.nodes, down.links))
    return nodes * between.node, links * between.link


def _above_zero(weight: Floats) -> Floats:
    positive = weight[weight > 0]
    return np.maximum(weight, positive.min() if len(positive) else 1.0)


@njit(nogil=True, cache=True)
def _least_parallel(ptr: Any, head: Any, weight: Any) -> Any:
    """Of arcs between the same nodes, which is the first of the shortest; how many are as short."""
    m = len(head)
    best, same = np.zeros(m, np.bool_), np.zeros(m, np.int64)
    for u in range(len(ptr) - 1):
        e = ptr[u]
        while e < ptr[u + 1]:
            end = e
            least = weight[e]
            while end < ptr[u + 1] and head[end] == head[e]:
                least = min(least, weight[end])
                end += 1
            count = 0
            for i in range(e, end):
                count += weight[i] == least
            first = True
            for i in range(e, end):
                if weight[i] == least:
                    same[i] = count
                    best[i] = first
                    first = False
            e = end
    return best, same


@njit(nogil=True, cache=True)
def _count(
    ptr: Any, head: Any, number: Any, weight: Any, best: Any, same: Any, origins: Any, links: Any
) -> Any:  # fmt: skip
    n, m = len(ptr) - 1, len(head)
    node, link = np.zeros(n), np.zeros(links)
    far, paths, share = np.empty(n), np.empty(n), np.empty(n)
    done = np.empty(n, np.bool_)
    key, item, size = np.empty(m + n + 2), np.empty(m + n + 2, np.int64), np.zeros(1, np.int64)
    order = np.empty(n, np.int64)
    for s in origins:
        far[:] = np.inf
        paths[:] = 0.0
        share[:] = 0.0
        done[:] = False
        far[s], paths[s] = 0.0, 1.0
        push(key, item, size, 0.0, s)
        count = 0
        while size[0] > 0:
            d, u = pop(key, item, size)
            if done[u]:
                continue
            done[u] = True
            order[count] = u
            count += 1
            for e in range(ptr[u], ptr[u + 1]):
                if not best[e]:
                    continue
                v = head[e]
                way = d + weight[e]
                if way < far[v]:
                    far[v], paths[v] = way, paths[u]
                    push(key, item, size, way, v)
                elif way == far[v] and v != s:
                    paths[v] += paths[u]
        _gather(ptr, head, number, weight, same, far, paths, share, order, count, s, node, link)
    return node, link


@njit(nogil=True, cache=True)
def _gather(
    ptr: Any, head: Any, number: Any, weight: Any, same: Any, far: Any, paths: Any, share: Any,
    order: Any, count: Any, s: Any, node: Any, link: Any,
) -> None:  # fmt: skip
    """Give each node and arc its share of the paths from s, farthest first."""
    for i in range(count - 1, -1, -1):
        u = order[i]
        made = 0.0
        for e in range(ptr[u], ptr[u + 1]):
            v = head[e]
            if same[e] > 0 and v != u and far[u] + weight[e] == far[v]:
                part = paths[u] / paths[v] * (1.0 + share[v]) / same[e]
                made += part
                link[number[e]] += part
        share[u] = made
        if u != s:
            node[u] += made
