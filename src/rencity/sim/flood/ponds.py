"""Water in a hierarchy of depressions: poured in, spilt over, drained away, read as levels.

What each depression holds of its own is the state; a joint depression holds water only while both
its parts are full, so the state says all. Volumes are in metres times cells.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.flood.hierarchy import TOP, Hierarchy

Floats = npt.NDArray[np.float64]
DRY = -np.inf


class Ponds:
    """Standing water, changed in place step by step.

    Attributes
    ----------
    held : float64 (n,), what each depression holds of its own, at most its room
    left : float, what has spilt to the outside so far
    """

    def __init__(self, hierarchy: Hierarchy) -> None:
        self.hierarchy = hierarchy
        self.held = np.zeros(len(hierarchy.room))
        self.left = 0.0

    def pour(self, inflow: Floats) -> None:
        """Add water to the leaves, (leaves + 1,); entry 0 goes outside; all spills are followed."""
        h = self.hierarchy
        if not inflow.any():
            return
        self.left += _poured(inflow, self.held, h.room, h.parent, h.left, h.right, h.onto, h.leaves)

    def drain(self, spare: Floats, kind: npt.NDArray[np.uint16]) -> Floats:
        """Take water off wet cells and say how much was taken, by kind of cell.

        What a sinking pond cannot give any more is taken from the ponds it falls apart into, by
        their share of the capacity.

        Parameters
        ----------
        spare : (kinds,), greatest depth taken off each wet cell, m
        kind : uint16 (f,), kind of each of the hierarchy's cells
        """
        h = self.hierarchy
        taken = np.zeros(len(spare))
        _drained(
            self.held, spare, kind, taken, h.left, h.right, h.start, h.own,
            h.end, h.held,
        )  # fmt: skip
        return taken

    def levels(self) -> Floats:
        """Height of the water over each depression's own cells, (n,); −∞ where they are dry."""
        h = self.hierarchy
        return _levels(
            self.held, h.room, h.parent, h.spill_m, h.floor_m, h.start, h.own, h.end, h.held,
            h.height_m,
        )  # fmt: skip

    @property
    def stored(self) -> float:
        """All that stands."""
        return float(self.held.sum())


def stored_under(hierarchy: Hierarchy, level_m: Floats) -> float:
    """Volume between ground and water, summed over cells: the terrain's own word on what stands."""
    return float(_stored_under(level_m, hierarchy.home[hierarchy.cell], hierarchy.height_m))


@njit(nogil=True, cache=True)
def _stored_under(level, home, height):
    total = lost = 0.0
    for i in range(home.size):
        depth = level[home[i]] - height[i]
        if depth > 0:
            part = depth - lost  # Kahan's sum: millions of thin depths
            grown = total + part
            lost = (grown - total) - part
            total = grown
    return total


@njit(nogil=True, cache=True)
def _poured(inflow, held, room, parent, left, right, onto, leaves):
    way = np.arange(held.size).astype(np.int32)
    full = _full(held, room, left, right)
    out = inflow[0]
    for leaf in range(1, leaves + 1):
        water, at = inflow[leaf], leaf
        if water < room[leaf] - held[leaf]:
            held[leaf] += water
            continue
        while water > 0.0:
            at = _open(at, way, full, parent, left, right, onto)
            if at == 0:
                out += water
                break
            free = room[at] - held[at]
            if water < free:
                held[at] += water
                break
            held[at], full[at] = room[at], True
            water -= free
    return out


@njit(nogil=True, cache=True)
def _full(held, room, left, right):
    """Which depressions are full with all in them; one without room of its own may be only that."""
    full = held >= room
    for n in range(1, held.size):
        if left[n] > 0:
            full[n] = full[n] and full[left[n]] and full[right[n]]
    return full


@njit(nogil=True, cache=True)
def _open(at, way, full, parent, left, right, onto):
    """The depression that takes what reaches `at`: itself, or where its spill ends; 0 outside."""
    end = at
    while end != 0:
        if way[end] == end:
            if not full[end]:
                break
            up = parent[end]
            way[end] = onto[end]
            if up > TOP and full[left[up] + right[up] - end]:
                way[end] = up
        end = way[end]
    while at != end:
        following = way[at]
        way[at] = end
        at = following
    return end


@njit(nogil=True, cache=True)
def _wet_end(n, held, own, end, at):
    """One past the last of a depression's own cells that the water has reached."""
    low, high = own[n], end[n]
    while low < high:
        middle = (low + high) // 2
        if at[middle] < held[n]:
            low = middle + 1
        else:
            high = middle
    return low


@njit(nogil=True, cache=True)
def _levels(held, room, parent, spill, floor, start, own, end, at, height):
    level = np.full(held.size, -np.inf)
    for n in range(held.size - 1, 0, -1):
        up = parent[n]
        if up > TOP and level[up] > -np.inf:
            level[n] = level[up]
        elif held[n] <= 0.0:
            continue
        elif held[n] >= room[n]:
            level[n] = spill[n]
        else:
            last = _wet_end(n, held, own, end, at)
            if last > own[n]:
                level[n] = height[last - 1] + (held[n] - at[last - 1]) / (last - start[n])
            else:
                level[n] = floor[n] + held[n] / (own[n] - start[n])
    return level


@njit(nogil=True, cache=True)
def _drained(held, spare, kind, taken, left, right, start, own, end, at):
    """Joint depressions first: their parts stay full while they hold anything."""
    asked = np.full(held.size, -1.0)
    # −1: of its own pond, 0: nothing, else the rest of a pond that fell apart
    share = np.zeros(spare.size)
    for n in range(held.size - 1, 0, -1):
        total = 0.0
        if asked[n] < 0 and held[n] > 0:
            last = _wet_end(n, held, own, end, at)
            asked[n] = total = _capacity(start[n], last, spare, kind, share)
        elif asked[n] > 0:
            total = _capacity(start[n], end[n], spare, kind, share)
        got = min(held[n], asked[n])
        if got > 0 and total > 0:
            held[n] -= got
            for k in range(spare.size):
                taken[k] += got * share[k] / total
        if left[n] > 0 and asked[n] >= 0:
            _ask(asked[n] - max(got, 0.0), asked, left[n], right[n], start, end, spare, kind, share)


@njit(nogil=True, cache=True)
def _ask(rest, asked, left, right, start, end, spare, kind, share):
    asked[left] = asked[right] = 0.0
    if rest <= 0:
        return
    one = _capacity(start[left], end[left], spare, kind, share)
    two = _capacity(start[right], end[right], spare, kind, share)
    if one + two > 0:
        asked[left] = rest * one / (one + two)
        asked[right] = rest * two / (one + two)


@njit(nogil=True, cache=True)
def _capacity(first, last, spare, kind, share):
    """What the wet cells of a range can take, and by kind into `share`."""
    if spare.size == 1:
        share[0] = spare[0] * (last - first)
        return share[0]
    share[:] = 0
    total = 0.0
    for i in range(first, last):
        share[kind[i]] += spare[kind[i]]
        total += spare[kind[i]]
    return total
