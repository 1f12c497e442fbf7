"""Times of all arcs from the times of the edges: whole, in lanes of many samples, and in part.

The time of an arc is the least over its edges and its lower triangles: ways over a node below both
of its ends. Arcs stand in the order of their lower ends, so each comes after all it depends on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from rencity.sim.reach.lanes import lowest_bit, mark
from rencity.sim.travel.hierarchy import Hierarchy
from rencity.sim.travel.lanes import LANES, relax
from rencity.sim.travel.roads import Ints
from rencity.sim.travel.ticks import UNREACHABLE, Ticks


class Metric(NamedTuple):
    """Times of arcs; one array twice where both directions take as long.

    Attributes
    ----------
    up, down : int32 (h,) or (h, LANES), from the lower to the higher end, and back
    """

    up: Ticks
    down: Ticks

    @property
    def both_ways(self) -> bool:
        """Whether both directions take as long everywhere."""
        return self.up is self.down


def customised(tree: Hierarchy, ticks: Ticks) -> Metric:
    """Times of arcs under the times of the edges, int32 (m,)."""
    start = _of_edges(tree.arc_ptr, tree.arc_edge, ticks, np.arange(tree.arcs, dtype=np.int32))
    up = np.ascontiguousarray(start[:, 0])
    down = up if np.array_equal(start[:, 0], start[:, 1]) else np.ascontiguousarray(start[:, 1])
    _relax(
        tree.up_ptr, tree.up_head, tree.down_low, tree.down_ptr, tree.down_arc, up, down, up is down
    )
    return Metric(up, down)


def customised_lanes(tree: Hierarchy, ticks: Ticks) -> Metric:
    """Times of arcs in `LANES` samples at once; times of the edges in each, int32 (m, LANES)."""
    up = np.empty((tree.arcs, LANES), np.int32)
    down = np.empty((tree.arcs, LANES), np.int32)
    if _lanes_of_edges(tree.arc_ptr, tree.arc_edge, ticks, up, down):
        down = up
    _relax_lanes(
        tree.up_ptr, tree.up_head, tree.down_low, tree.down_ptr, tree.down_arc, up, down, up is down
    )
    return Metric(up, down)


def changed(tree: Hierarchy, metric: Metric, ticks: Ticks, edges: Ints) -> Metric:
    """Times of arcs after some edges changed; `metric` stays as it is.

    Parameters
    ----------
    metric : times of arcs before
    ticks : int32 (m,), times of the edges now
    edges : those whose time is another than before
    """
    up = metric.up.copy()
    down = up if metric.both_ways and _both_ways(tree, ticks, edges) else metric.down.copy()
    arcs = tree.edge_arc[edges]
    _spread(
        tree.up_ptr, tree.up_head, tree.low, tree.down_ptr, tree.down_arc, tree.down_low,
        tree.arc_ptr, tree.arc_edge, ticks, arcs[arcs >= 0], up, down, up is down,
    )  # fmt: skip
    return Metric(up, down)


def _both_ways(tree: Hierarchy, ticks: Ticks, edges: Ints) -> bool:
    """Whether the arcs that these edges lie on take as long both ways by their edges alone."""
    arcs = np.unique(tree.edge_arc[edges])
    start = _of_edges(tree.arc_ptr, tree.arc_edge, ticks, arcs[arcs >= 0])
    return np.array_equal(start[:, 0], start[:, 1])


@njit(cache=True, nogil=True)
def _of_edges(arc_ptr, arc_edge, ticks, arcs):
    """Least time of the edges on each arc up and down, (a, 2)."""
    made = np.full((len(arcs), 2), UNREACHABLE, np.int32)
    for k in range(len(arcs)):
        for d in range(2):
            slot = 2 * arcs[k] + d
            for i in range(arc_ptr[slot], arc_ptr[slot + 1]):
                made[k, d] = min(made[k, d], ticks[arc_edge[i]])
    return made


@njit(cache=True, nogil=True)
def _lanes_of_edges(arc_ptr, arc_edge, ticks, up, down):
    """Fill both directions; whether they are the same."""
    same = True
    for a in range(len(up)):
        for k in range(LANES):
            up[a, k] = UNREACHABLE
            down[a, k] = UNREACHABLE
        for i in range(arc_ptr[2 * a], arc_ptr[2 * a + 1]):
            for k in range(LANES):
                up[a, k] = min(up[a, k], ticks[arc_edge[i], k])
        for i in range(arc_ptr[2 * a + 1], arc_ptr[2 * a + 2]):
            for k in range(LANES):
                down[a, k] = min(down[a, k], ticks[arc_edge[i], k])
        for k in range(LANES):
            same &= up[a, k] == down[a, k]
    return same


@njit(cache=True, nogil=True)
def _relax(up_ptr, up_head, down_low, down_ptr, down_arc, up, down, same):
    n = len(up_ptr) - 1
    slot = np.empty(n, np.int32)
    for x in range(n):
        for t in range(up_ptr[x], up_ptr[x + 1]):
            slot[up_head[t]] = t
        for i in range(down_ptr[x], down_ptr[x + 1]):
            a = down_arc[i]
            to_x, from_x = up[a], down[a]
            for b in range(a + 1, up_ptr[down_low[i] + 1]):
                t = slot[up_head[b]]
                up[t] = min(up[t], from_x + up[b])
                if not same:
                    down[t] = min(down[t], to_x + down[b])


@njit(cache=True, nogil=True)
def _relax_lanes(up_ptr, up_head, down_low, down_ptr, down_arc, up, down, same):
    n = len(up_ptr) - 1
    slot = np.empty(n, np.int32)
    for x in range(n):
        for t in range(up_ptr[x], up_ptr[x + 1]):
            slot[up_head[t]] = t
        for i in range(down_ptr[x], down_ptr[x + 1]):
            a = down_arc[i]
            for b in range(a + 1, up_ptr[down_low[i] + 1]):
                t = slot[up_head[b]]
                relax(up, t, down, a, up, b)
                if not same:
                    relax(down, t, up, a, down, b)


@njit(cache=True, nogil=True)
def _spread(
    up_ptr, up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, arcs, up, down,
    same,
):  # fmt: skip
    """Make dirty arcs anew in order; what hung on a changed one, or gains by it, is dirty too."""
    words = np.zeros((len(up) + 63) // 64, np.uint64)
    for a in arcs:
        mark(words, a)
    for w in range(len(words)):
        while words[w]:
            bit = lowest_bit(words[w])
            words[w] ^= np.uint64(1) << bit
            t = (w << 6) + np.int64(bit)
            old_up, old_down = up[t], down[t]
            if same:
                _anew_same(
                    t, up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, up
                )
            else:
                _anew(
                    t,
                    up_head,
                    low,
                    down_ptr,
                    down_arc,
                    down_low,
                    arc_ptr,
                    arc_edge,
                    ticks,
                    up,
                    down,
                )
            if up[t] == old_up and down[t] == old_down:
                continue
            x, y = low[t], up_head[t]
            for b in range(up_ptr[x], t):  # the way from y to a lower z over x, and back
                s = _arc(up_ptr, up_head, up_head[b], y)
                if (
                    old_down + up[b] == down[s]
                    or down[t] + up[b] < down[s]
                    or down[b] + old_up == up[s]
                    or down[b] + up[t] < up[s]
                ):
                    mark(words, s)
            s = up_ptr[y]
            for b in range(t + 1, up_ptr[x + 1]):  # and to a higher one
                while up_head[s] != up_head[b]:
                    s += 1
                if (
                    old_down + up[b] == up[s]
                    or down[t] + up[b] < up[s]
                    or down[b] + old_up == down[s]
                    or down[b] + up[t] < down[s]
                ):
                    mark(words, s)


@njit(cache=True, nogil=True)
def _anew(t, up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, up, down):
    there, back = UNREACHABLE, UNREACHABLE
    for i in range(arc_ptr[2 * t], arc_ptr[2 * t + 1]):
        there = min(there, ticks[arc_edge[i]])
    for i in range(arc_ptr[2 * t + 1], arc_ptr[2 * t + 2]):
        back = min(back, ticks[arc_edge[i]])
    x, y = low[t], up_head[t]
    i, i_end = down_ptr[x], down_ptr[x + 1]
    j, j_end = down_ptr[y], down_ptr[y + 1]
    while i < i_end and j < j_end:
        v, w = down_low[i], down_low[j]
        if v == w:
            a, b = down_arc[i], down_arc[j]
            there = min(there, down[a] + up[b])
            back = min(back, down[b] + up[a])
        i += v <= w
        j += w <= v
    up[t], down[t] = there, back


@njit(cache=True, nogil=True)
def _anew_same(t, up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, up):
    least = UNREACHABLE
    for i in range(arc_ptr[2 * t], arc_ptr[2 * t + 1]):
        least = min(least, ticks[arc_edge[i]])
    i, i_end = down_ptr[low[t]], down_ptr[low[t] + 1]
    j, j_end = down_ptr[up_head[t]], down_ptr[up_head[t] + 1]
    while i < i_end and j < j_end:
        v, w = down_low[i], down_low[j]
        if v == w:
            least = min(least, up[down_arc[i]] + up[down_arc[j]])
        i += v <= w
        j += w <= v
    up[t] = least


@njit(cache=True, nogil=True)
def _arc(up_ptr, up_head, x, y):
    low, high = up_ptr[x], up_ptr[x + 1]
    while low < high:
        middle = (low + high) >> 1
        if up_head[middle] < y:
            low = middle + 1
        else:
            high = middle
    return low
