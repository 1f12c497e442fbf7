"""Times of all arcs from the times of the edges: whole, in lanes of many samples, and in part.

The time of an arc is the least over its edges and its lower triangles: ways over a node below both
of its ends. Arcs stand in the order of their lower ends, so each comes after all it depends on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

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
    start = _of_edges(tree.arc_ptr, tree.arc_edge, ticks)
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
    up, down = metric.up.copy(), metric.down.copy()
    arcs = tree.edge_arc[edges]
    _spread(
        tree.up_ptr, tree.up_head, tree.low, tree.down_ptr, tree.down_arc, tree.down_low,
        tree.arc_ptr, tree.arc_edge, ticks, arcs[arcs >= 0], up, down,
    )  # fmt: skip
    return Metric(up, down)


@njit(cache=True, nogil=True)
def _of_edges(arc_ptr, arc_edge, ticks):
    h = (len(arc_ptr) - 1) // 2
    made = np.full((h, 2), UNREACHABLE, np.int32)
    for a in range(h):
        for d in range(2):
            for i in range(arc_ptr[2 * a + d], arc_ptr[2 * a + d + 1]):
                made[a, d] = min(made[a, d], ticks[arc_edge[i]])
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
    up_ptr, up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, arcs, up, down
):  # fmt: skip
    """Make dirty arcs anew in order; what hung on a changed one, or gains by it, is dirty too."""
    words = np.zeros((len(up) >> 6) + 1, np.uint64)
    one = np.uint64(1)
    for a in arcs:
        words[a >> 6] |= one << np.uint64(a & 63)
    for w in range(len(words)):
        while words[w]:
            bit = 0
            while not (words[w] >> np.uint64(bit)) & one:
                bit += 1
            words[w] ^= one << np.uint64(bit)
            t = (w << 6) + bit
            old_up, old_down = up[t], down[t]
            _anew(t, up_head, low, down_ptr, down_arc, down_low, arc_ptr, arc_edge, ticks, up, down)
            if up[t] == old_up and down[t] == old_down:
                continue
            x, y = low[t], up_head[t]
            for b in range(up_ptr[x], up_ptr[x + 1]):
                if b == t:
                    continue
                z = up_head[b]
                s = _arc(up_ptr, up_head, min(y, z), max(y, z))
                # the way y to z over x, and back
                if z > y:
                    there, back = up[s], down[s]
                else:
                    there, back = down[s], up[s]
                if (
                    old_down + up[b] == there
                    or down[t] + up[b] < there
                    or down[b] + old_up == back
                    or down[b] + up[t] < back
                ):
                    words[s >> 6] |= one << np.uint64(s & 63)


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
            i += 1
            j += 1
        elif v < w:
            i += 1
        else:
            j += 1
    up[t], down[t] = there, back


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
