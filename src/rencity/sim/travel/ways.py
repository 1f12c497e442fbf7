"""One quickest way between two nodes over the hierarchy, unpacked to edges."""

from __future__ import annotations

import numpy as np
from numba import njit

from rencity.sim.travel.customise import Metric
from rencity.sim.travel.hierarchy import Hierarchy
from rencity.sim.travel.roads import Ids
from rencity.sim.travel.ticks import UNREACHABLE, Ticks


def way_of(tree: Hierarchy, metric: Metric, ticks: Ticks, source: int, target: int) -> Ids | None:
    """Edges of a quickest way between two ranks, in order, int32; None where there is none.

    Parameters
    ----------
    ticks : int32 (m,), times of the edges that the metric was made of
    """
    arcs, downs, there = _arcs(
        tree.up_ptr, tree.up_head, tree.low, tree.parent, metric.up, metric.down, source, target
    )
    if not there:
        return None
    return _unpacked(
        tree.up_head, tree.low, tree.down_ptr, tree.down_arc, tree.down_low, tree.arc_ptr,
        tree.arc_edge, ticks, metric.up, metric.down, arcs, downs,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _climb(up_ptr, up_head, parent, times, v):
    n = len(parent)
    time = np.full(n, UNREACHABLE, np.int32)
    by = np.full(n, -1, np.int32)
    time[v] = 0
    while v >= 0:
        for a in range(up_ptr[v], up_ptr[v + 1]):
            more = time[v] + times[a]
            if more < time[up_head[a]]:
                time[up_head[a]] = more
                by[up_head[a]] = a
        v = parent[v]
    return time, by


@njit(cache=True, nogil=True)
def _arcs(up_ptr, up_head, low, parent, up, down, source, target):
    """Arcs of the way from the source up to where both climbs meet best, then down."""
    out, out_by = _climb(up_ptr, up_head, parent, up, source)
    back, back_by = _climb(up_ptr, up_head, parent, down, target)
    best, top = UNREACHABLE, -1
    v = source
    while v >= 0:
        if out[v] + back[v] < best:
            best, top = out[v] + back[v], v
        v = parent[v]
    arcs = np.empty(2 * len(parent), np.int32)
    count = 0
    if top < 0:
        return arcs[:0], np.zeros(0, np.int8), False
    v = top
    while v != source:
        arcs[count] = out_by[v]
        count += 1
        v = low[out_by[v]]
    arcs[:count] = arcs[:count][::-1].copy()
    ups = count
    v = top
    while v != target:
        arcs[count] = back_by[v]
        count += 1
        v = low[back_by[v]]
    downs = np.zeros(count, np.int8)
    downs[ups:] = 1
    return arcs[:count], downs, True


@njit(cache=True, nogil=True)
def _unpacked(
    up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, up, down, arcs, downs
):
    made = [np.int32(0) for _ in range(0)]
    stack = [(arcs[i], downs[i]) for i in range(len(arcs) - 1, -1, -1)]
    while stack:
        t, back = stack.pop()
        whole = down[t] if back else up[t]
        found = False
        for i in range(arc_ptr[2 * t + back], arc_ptr[2 * t + back + 1]):
            if ticks[arc_edge[i]] == whole:
                made.append(arc_edge[i])
                found = True
                break
        if found:
            continue
        i, i_end = down_ptr[low[t]], down_ptr[low[t] + 1]
        j, j_end = down_ptr[up_head[t]], down_ptr[up_head[t] + 1]
        while i < i_end and j < j_end:
            v, w = down_low[i], down_low[j]
            if v == w:
                a, b = down_arc[i], down_arc[j]
                if back and down[b] + up[a] == whole:
                    stack.append((a, np.int8(0)))
                    stack.append((b, np.int8(1)))
                    break
                if not back and down[a] + up[b] == whole:
                    stack.append((b, np.int8(0)))
                    stack.append((a, np.int8(1)))
                    break
            if v <= w:
                i += 1
            if w <= v:
                j += 1
    return np.array(made)
