"""The way round when one thing is closed: how much longer, or none at all.

Searches run from both ends in turn until they meet, so a way round costs what lies near and a dead
end is known once the smaller side is exhausted (G. Dantzig 1960; I. Pohl, "Bi-directional search",
Machine Intelligence 6, 1971).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.nminus1.elements import Elements, Ints, two_way
from rencity.sim.nminus1.heap import pop, push
from rencity.sim.spread import in_order
from rencity.sim.travel import Roads

CUT = np.int64(1) << np.int64(60)
"""No way round."""
CHUNK = 4096


class Space(NamedTuple):
    """Room for one search from each end; sizes by node n and edge m."""

    far: Any
    seen: Any
    done: Any
    key: Any
    item: Any
    size: Any
    shut: Any
    mark: Any


def space_of(n: int, m: int) -> Space:
    """Fresh room for a thread."""
    return Space(
        np.zeros((2, n), np.int64),
        np.zeros((2, n), np.int64),
        np.zeros((2, n), np.int64),
        np.zeros((2, m + 2), np.int64),
        np.zeros((2, m + 2), np.int64),
        np.zeros((2, 1), np.int64),
        np.zeros(m, np.int64),
        np.zeros(2, np.int64),
    )


def detours(
    roads: Roads,
    elements: Elements,
    cost: Ints,
    *,
    workers: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
) -> tuple[Ints, npt.NDArray[np.int32]]:
    """How much longer the way round each element is, at worst.

    A stretch is gone round from each of its ends to the other; a node from each of its neighbours
    to each other one, where the way led through it.

    Parameters
    ----------
    cost : int64 (m,), length or time of each edge, -1 where nothing passes

    Returns
    -------
    extra : int64 (k,), the longest of those that have a way round; 0 where none is longer
    cut : int32 (k,), pairs without any
    """
    extra, cut = np.zeros(len(elements), np.int64), np.zeros(len(elements), np.int32)
    both = two_way(roads)
    local = threading.local()

    def one(begin: int) -> int:
        if not hasattr(local, "space"):
            local.space = space_of(roads.nodes, roads.edges)
        end = min(begin + CHUNK, len(elements))
        _detours(
            roads.ptr, roads.head, roads.tail, roads.in_ptr, roads.in_edge, cost, elements.ptr,
            elements.edge, elements.node, begin, end, both, local.space, extra, cut,
        )  # fmt: skip
        return end

    with ThreadPoolExecutor(workers) as pool:
        for end in in_order(pool, 2 * workers, one, range(0, len(elements), CHUNK)):
            progress(end / len(elements))
    return extra, cut


@njit(nogil=True, cache=True)
def _detours(
    ptr: Any, head: Any, tail: Any, in_ptr: Any, in_edge: Any, cost: Any, own_ptr: Any,
    own_edge: Any, own_node: Any, begin: Any, end: Any, both: Any, space: Space, extra: Any,
    cut: Any,
) -> None:  # fmt: skip
    for k in range(begin, end):
        space.mark[0] += 1
        for i in range(own_ptr[k], own_ptr[k + 1]):
            space.shut[own_edge[i]] = space.mark[0]
        v = own_node[k]
        worst = np.int64(0)
        lost = 0
        if v < 0:
            for i in range(own_ptr[k], own_ptr[k + 1]):
                e = own_edge[i]
                a, b = tail[e], head[e]
                if cost[e] < 0 or a == b or (both and a > b):
                    continue
                way = _search(ptr, head, tail, in_ptr, in_edge, cost, space, a, b)
                if way == CUT:
                    lost += 1
                else:
                    worst = max(worst, way - cost[e])
        else:
            for i in range(in_ptr[v], in_ptr[v + 1]):
                e = in_edge[i]
                a = tail[e]
                if cost[e] < 0 or a == v or not _first_from(in_edge, tail, cost, in_ptr[v], i, a):
                    continue
                for f in range(ptr[v], ptr[v + 1]):
                    b = head[f]
                    same = b == v or b == a  # noqa: PLR1714 - compiled code has no `in` for it
                    if cost[f] < 0 or same or (both and a > b):
                        continue
                    if f > ptr[v] and head[f - 1] == b and cost[f - 1] >= 0:
                        continue
                    way = _search(ptr, head, tail, in_ptr, in_edge, cost, space, a, b)
                    if way == CUT:
                        lost += 1
                    else:
                        through = _least_in(in_edge, tail, cost, in_ptr[v], in_ptr[v + 1], a)
                        through += _least_out(head, cost, ptr[v], ptr[v + 1], b)
                        worst = max(worst, way - through)
        extra[k] = worst
        cut[k] = lost


@njit(nogil=True, cache=True)
def _first_from(in_edge: Any, tail: Any, cost: Any, begin: Any, i: Any, a: Any) -> Any:
    """Whether this is the first open edge from a, so that a pair of neighbours is asked once."""
    first = True
    for j in range(begin, i):
        first = first and not (tail[in_edge[j]] == a and cost[in_edge[j]] >= 0)
    return first


@njit(nogil=True, cache=True)
def _least_in(in_edge: Any, tail: Any, cost: Any, begin: Any, end: Any, a: Any) -> Any:
    least = CUT
    for j in range(begin, end):
        e = in_edge[j]
        if tail[e] == a and cost[e] >= 0:
            least = min(least, cost[e])
    return least


@njit(nogil=True, cache=True)
def _least_out(head: Any, cost: Any, begin: Any, end: Any, b: Any) -> Any:
    least = CUT
    for e in range(begin, end):
        if head[e] == b and cost[e] >= 0:
            least = min(least, cost[e])
    return least


@njit(nogil=True, cache=True)
def _search(
    ptr: Any, head: Any, tail: Any, in_ptr: Any, in_edge: Any, cost: Any, space: Space, a: Any,
    b: Any,
) -> Any:  # fmt: skip
    """Least cost from a to b round what is shut; `CUT` where there is no way."""
    far, seen, done, key, item = space.far, space.seen, space.done, space.key, space.item
    size, shut, now = space.size, space.shut, space.mark[0]
    space.mark[1] += 1
    run = space.mark[1]
    for side in range(2):
        start = b if side else a
        far[side, start], seen[side, start] = 0, run
        size[side, 0] = 0
        push(key[side], item[side], size[side], 0, start)
    best = CUT
    side = 1
    while size[0, 0] > 0 and size[1, 0] > 0:
        if best < CUT and key[0, 0] + key[1, 0] >= best:
            break
        side = 1 - side
        d, u = pop(key[side], item[side], size[side])
        if done[side, u] == run:
            continue
        done[side, u] = run
        first, last = (in_ptr[u], in_ptr[u + 1]) if side else (ptr[u], ptr[u + 1])
        for i in range(first, last):
            e = in_edge[i] if side else i
            if cost[e] < 0 or shut[e] == now:
                continue
            v = tail[e] if side else head[e]
            way = d + cost[e]
            if seen[side, v] != run or way < far[side, v]:
                far[side, v], seen[side, v] = way, run
                push(key[side], item[side], size[side], way, v)
                if seen[1 - side, v] == run:
                    best = min(best, way + far[1 - side, v])
    return best
