"""Depressions within depressions: which fills first, where it spills, how much it holds.

A full depression spills over its pass into the one beside it; when both are full they are one
larger depression, and so on up to a pass that leads out. The idea is that of Barnes, Callaghan &
Wickert (Earth Surf. Dynam. 8:431, 2020, and 9:105, 2021); the tree is built here from the passes,
and each depression keeps its cells sorted by height, so that a volume gives a level by bisection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.flood.descent import OUTSIDE, Basins, Heights
from rencity.sim.flood.passes import Passes, root_of

Floats = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.int32]
Cells = npt.NDArray[np.int32]

TOP, CLOSED = 0, -1
"""Parents of depressions that spill to another tree or outside, and of those that never spill."""


@dataclass(frozen=True)
class Hierarchy:
    """The tree of depressions; number 0 is the outside, 1 to `leaves` have one floor each.

    Volumes are in metres times cells: multiply by the area of a cell.

    Attributes
    ----------
    leaves : depressions with one floor
    parent : int32 (n,), above the children's own numbers; `TOP`, `CLOSED`
    left, right : int32 (n,), children; 0 for a leaf
    spill_m : float64 (n,), height of the pass; infinite for `CLOSED`
    onto : int32 (n,), leaf that the spill falls into; 0: outside
    floor_m : float64 (n,), height above which the depression itself fills
    room : float64 (n,), volume between floor and pass
    start, own, end : int64 (n,), `cell[start:end]` are the cells of a depression with all in it,
        `cell[own:end]` those of its own, which lie between floor and pass
    cell : int32 (f,), flat number of each cell that can stand under water
    height_m : float32 (f,), of `cell`, rising within a depression's own
    held : float64 (f,), the depression's own volume when the water reaches that cell
    home : int32 (rows · columns,), depression whose own each cell is; 0: never under water
    """

    leaves: int
    parent: Nodes
    left: Nodes
    right: Nodes
    spill_m: Floats
    onto: Nodes
    floor_m: Floats
    room: Floats
    start: npt.NDArray[np.int64]
    own: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    cell: Cells
    height_m: Heights
    held: Floats
    home: Nodes


def hierarchy_of(height_m: Heights, basins: Basins, passes: Passes) -> Hierarchy:
    """The tree of depressions of a terrain, with how much each holds."""
    parent, left, right, spill_m, onto, floor_m = _joined(
        basins.count, passes.height_m, passes.one, passes.other
    )
    top_m = _tops(parent, spill_m)
    flat, label = height_m.ravel(), basins.label.ravel()
    low = _below(flat, label, top_m)
    low = low[np.argsort(flat[low])]
    home = np.zeros(flat.size, np.int32)
    _settle(home, low, flat, label, basins.count, passes.height_m, passes.one, passes.other)
    own_count = np.bincount(home[low], minlength=len(parent)).astype(np.int64)
    start, own, end = _ranges(parent, left, right, own_count)
    cell = _placed(low, home, own)
    sorted_m = flat[cell]
    held, room = _volumes(sorted_m, start, own, end, left, floor_m, spill_m)
    return Hierarchy(
        basins.count, parent, left, right, spill_m, onto, floor_m, room, start, own, end,
        cell, sorted_m, held, home,
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _joined(count, height, one, other):
    most = 2 * count + 1
    parent, onto = np.full(most, -1, np.int32), np.zeros(most, np.int32)
    left, right = np.zeros(most, np.int32), np.zeros(most, np.int32)
    spill, floor = np.full(most, np.inf), np.full(most, -np.inf)
    group = np.arange(count + 1).astype(np.int32)
    node = np.arange(count + 1).astype(np.int32)
    used = count + 1
    for e in range(height.size):
        a, b = root_of(group, one[e]), root_of(group, other[e])
        if a == b:
            continue
        below, beside = one[e], other[e]
        if node[a] == OUTSIDE:
            a, b, below, beside = b, a, beside, below
        m, n = node[a], node[b]
        spill[m], onto[m] = height[e], beside
        if n == OUTSIDE:
            parent[m] = 0
            joint = OUTSIDE
        else:
            spill[n], onto[n] = height[e], below
            joint = used
            used += 1
            parent[m] = parent[n] = joint
            left[joint], right[joint], floor[joint] = m, n, height[e]
        keep = min(a, b)
        group[max(a, b)] = keep
        node[keep] = joint
    return (
        parent[:used].copy(), left[:used].copy(), right[:used].copy(),
        spill[:used].copy(), onto[:used].copy(), floor[:used].copy(),
    )  # fmt: skip


@njit(nogil=True, cache=True)
def _tops(parent, spill):
    """Height of the pass that lets each depression's tree out."""
    top = spill.copy()
    for n in range(parent.size - 1, 0, -1):
        if parent[n] > 0:
            top[n] = top[parent[n]]
    top[0] = -np.inf
    return top


@njit(nogil=True, cache=True)
def _below(flat, label, top):
    count = 0
    for x in range(flat.size):
        count += label[x] > 0 and flat[x] < top[label[x]]
    low = np.empty(count, np.int32)
    count = 0
    for x in range(flat.size):
        if label[x] > 0 and flat[x] < top[label[x]]:
            low[count] = x
            count += 1
    return low


@njit(nogil=True, cache=True)
def _settle(home, low, flat, label, count, height, one, other):
    """Home of each cell, met from low to high while the depressions join."""
    group = np.arange(count + 1).astype(np.int32)
    node = np.arange(count + 1).astype(np.int32)
    used, e = count + 1, 0
    for x in low:
        while e < height.size and height[e] <= flat[x]:
            a, b = root_of(group, one[e]), root_of(group, other[e])
            e += 1
            if a == b:
                continue
            joint = OUTSIDE
            if node[a] != OUTSIDE and node[b] != OUTSIDE:
                joint = used
                used += 1
            keep = min(a, b)
            group[max(a, b)] = keep
            node[keep] = joint
        home[x] = node[root_of(group, label[x])]


@njit(nogil=True, cache=True)
def _ranges(parent, left, right, own_count):
    n = parent.size
    size = own_count.copy()
    for m in range(1, n):
        if left[m] > 0:
            size[m] += size[left[m]] + size[right[m]]
    start, own, end = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64)
    free = 0
    for m in range(n - 1, 0, -1):
        if parent[m] <= 0:
            start[m] = free
            free += size[m]
        end[m] = start[m] + size[m]
        own[m] = end[m] - own_count[m]
        if left[m] > 0:
            start[left[m]] = start[m]
            start[right[m]] = start[m] + size[left[m]]
    return start, own, end


@njit(nogil=True, cache=True)
def _placed(low, home, own):
    cell = np.empty(low.size, np.int32)
    at = own.copy()
    for x in low:
        cell[at[home[x]]] = x
        at[home[x]] += 1
    return cell


@njit(nogil=True, cache=True)
def _volumes(height, start, own, end, left, floor, spill):
    held, room = np.zeros(height.size), np.zeros(start.size)
    for m in range(1, start.size):
        wet = own[m] - start[m]
        if left[m] == 0:
            floor[m] = height[own[m]]
        at, volume = floor[m], 0.0
        for i in range(own[m], end[m]):
            volume += wet * (height[i] - at)
            at = np.float64(height[i])
            held[i] = volume
            wet += 1
        room[m] = volume + wet * (spill[m] - at)
    return held, room
