"""Plain search: Dijkstra's algorithm with a heap of four children a node, compiled.

Edsger W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1
(1959). A label is the time in the upper and the number of the source in the lower half of an int64,
so that of sources at the same time the lowest number wins, whatever the order of work.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.travel.roads import Ids, Ints
from rencity.sim.travel.ticks import UNREACHABLE, Ticks

NO_LIMIT = UNREACHABLE - 1
_NONE = np.int64(UNREACHABLE) << np.int64(32)
_LOW = np.int64(0xFFFFFFFF)


class Star(NamedTuple):
    """Edges by the node they are left from (or, turned round, entered at).

    Attributes
    ----------
    ptr, head, ticks : int64 (n+1,), int32 (m,), int32 (m,)
    edge : int32 (m,), number of each in `Roads`
    """

    ptr: Ints
    head: Ids
    ticks: Ticks
    edge: Ids


class Found(NamedTuple):
    """What a search found, on every node.

    Attributes
    ----------
    ticks : int32 (n,), `UNREACHABLE` where there is no way or none within the limit
    source : int32 (n,), number of the nearest source, -1 where there is none
    by : int32 (n,), edge of the star by which it is reached, -1 at a source
    """

    ticks: Ticks
    source: Ids
    by: Ids


def nearest_of(star: Star, nodes: Ids, start: Ticks, who: Ids, limit: int = NO_LIMIT) -> Found:
    """Nearest of several sources for every node.

    Parameters
    ----------
    nodes, start : int32 (s,), node of each source and the time at which it sets out
    who : int32 (s,), number of each source; of those at the same time the lowest wins
    limit : what takes longer is not searched
    """
    return Found(*_nearest(star.ptr, star.head, star.ticks, nodes, start, who, limit))


def table_of(star: Star, sources: Ids, targets: Ids) -> Ticks:
    """Times from each source to each target, int32 (s, t); one search a source."""
    return _table(star.ptr, star.head, star.ticks, sources, targets)


@njit(cache=True, nogil=True)
def _nearest(ptr, head, ticks, nodes, start, who, limit):
    n = len(ptr) - 1
    label = np.full(n, _NONE, np.int64)
    by = np.full(n, -1, np.int32)
    heap = np.empty(n, np.int32)
    at = np.full(n, -1, np.int32)
    _search(ptr, head, ticks, nodes, start, who, limit, label, by, heap, at)
    time = np.empty(n, np.int32)
    source = np.empty(n, np.int32)
    for v in range(n):
        time[v] = label[v] >> np.int64(32)
        source[v] = -1 if time[v] >= UNREACHABLE else label[v] & _LOW
    return time, source, by


@njit(cache=True, nogil=True)
def _table(ptr, head, ticks, sources, targets):
    n = len(ptr) - 1
    made = np.empty((len(sources), len(targets)), np.int32)
    label = np.empty(n, np.int64)
    by = np.empty(n, np.int32)
    heap = np.empty(n, np.int32)
    at = np.empty(n, np.int32)
    start = np.zeros(1, np.int32)
    for i in range(len(sources)):
        label[:] = _NONE
        by[:] = -1
        at[:] = -1
        _search(ptr, head, ticks, sources[i : i + 1], start, start, NO_LIMIT, label, by, heap, at)
        for j in range(len(targets)):
            made[i, j] = label[targets[j]] >> np.int64(32)
    return made


@njit(cache=True, nogil=True)
def _search(ptr, head, ticks, nodes, start, who, limit, label, by, heap, at):
    """Fill `label` and `by`; `at` is a node's place in the heap, -1 before, -2 after."""
    size = 0
    for s in range(len(nodes)):
        v = nodes[s]
        key = (np.int64(start[s]) << np.int64(32)) | np.int64(who[s])
        if start[s] > limit or key >= label[v]:
            continue
        label[v] = key
        if at[v] < 0:
            at[v] = size
            size += 1
        _up(heap, at, label, at[v], v)
    while size:
        v = heap[0]
        size -= 1
        at[v] = -2
        if size:
            _down(heap, at, label, heap[size], size)
        for e in range(ptr[v], ptr[v + 1]):
            w = head[e]
            if ticks[e] >= UNREACHABLE or at[w] == -2:
                continue
            key = label[v] + (np.int64(ticks[e]) << np.int64(32))
            if key < label[w] and (key >> np.int64(32)) <= limit:
                label[w] = key
                by[w] = e
                if at[w] < 0:
                    at[w] = size
                    size += 1
                _up(heap, at, label, at[w], w)


@njit(cache=True, inline="always")
def _up(heap, at, label, i, v):
    key = label[v]
    while i > 0:
        above = (i - 1) >> 2
        u = heap[above]
        if label[u] <= key:
            break
        heap[i] = u
        at[u] = i
        i = above
    heap[i] = v
    at[v] = i


@njit(cache=True, inline="always")
def _down(heap, at, label, v, size):
    key = label[v]
    i = 0
    while True:
        child = 4 * i + 1
        if child >= size:
            break
        best = child
        for c in range(child + 1, min(child + 4, size)):
            if label[heap[c]] < label[heap[best]]:
                best = c
        u = heap[best]
        if label[u] >= key:
            break
        heap[i] = u
        at[u] = i
        i = best
    heap[i] = v
    at[v] = i


def as_nodes(values: npt.ArrayLike) -> Ids:
    """Node numbers as the kernels take them."""
    return np.ascontiguousarray(values, np.int32).reshape(-1)
