"""The lowest passes between depressions: a minimum spanning tree of the basin graph.

Sublevel sets of the terrain and of this tree have the same parts, so that all filling and spilling
can be done on it (Cordonnier, Bovy & Braun, Earth Surf. Dynam. 7:549, 2019). The tree is grown by
Borůvka's rounds over the borders of basins, ties to the first in reading order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.flood.descent import DCOL, DROW, OUTSIDE, Basins, Heights

Borders = tuple[
    npt.NDArray[np.float32], npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.int64]
]
"""Height of the higher side, label of one side, label of the other, place in reading order."""


@dataclass(frozen=True)
class Passes:
    """Passes that join all depressions that can be joined, from low to high.

    Attributes
    ----------
    height_m : float64 (e,), rising
    one, other : int32 (e,), labels on the two sides; 0 is the outside
    """

    height_m: npt.NDArray[np.float64]
    one: npt.NDArray[np.int32]
    other: npt.NDArray[np.int32]


def passes_of(height_m: Heights, basins: Basins, *, holes_open: bool = True) -> Passes:
    """The lowest passes of a terrain; `holes_open` as in `basins_of`."""
    group = np.arange(basins.count + 1, dtype=np.int32)
    at = _lowest_on_grid(height_m, basins.label, len(group), holes_open)
    found = _joining(group, *_sides(height_m, basins.label, np.unique(at[at >= 0])))
    picked = [found]
    _flatten(group)
    border: Borders = _borders(height_m, basins.label, group, holes_open)
    while len(border[0]):
        at = _lowest_in_list(group, *border)
        chosen = np.unique(at[at >= 0])
        picked.append(_joining(group, *(column[chosen] for column in border)))
        _flatten(group)
        apart = group[border[1]] != group[border[2]]
        border = border[0][apart], border[1][apart], border[2][apart], border[3][apart]
    height, one, other, code = (np.concatenate(column) for column in zip(*picked, strict=True))
    order = np.lexsort((code, height))
    return Passes(height[order].astype(np.float64), one[order], other[order])


@njit(nogil=True, cache=True)
def root_of(group, x):
    """Representative of a set, halving the way there."""
    while group[x] != x:
        group[x] = group[group[x]]
        x = group[x]
    return x


@njit(nogil=True, cache=True)
def _flatten(group):
    for x in range(group.size):
        group[x] = root_of(group, x)


@njit(nogil=True, cache=True)
def _joining(group, height, one, other, code):
    keep = np.zeros(height.size, np.bool_)
    for e in range(height.size):
        a, b = root_of(group, one[e]), root_of(group, other[e])
        if a != b:
            group[max(a, b)] = min(a, b)
            keep[e] = True
    return height[keep], one[keep], other[keep], code[keep]


@njit(nogil=True, cache=True, inline="always")
def _across(height, label, r, c, k, holes_open):
    """Label and height of the pass to neighbour k; label −1 where there is none."""
    rows, columns = height.shape
    i, j = r + DROW[k], c + DCOL[k]
    if i < 0 or j < 0 or i >= rows or j >= columns:
        return OUTSIDE, height[r, c]
    if label[i, j] < 0:
        return OUTSIDE if holes_open else -1, height[r, c]
    if k < 4:
        return -1, height[r, c]  # the pair is met from its other cell
    return label[i, j], max(height[r, c], height[i, j])


@njit(nogil=True, cache=True, inline="always")
def _first(r, c, shape, voids):
    """First neighbour to look at: the later four meet every pair once, the others find exits."""
    inner = r > 0 and c > 0 and r < shape[0] - 1 and c < shape[1] - 1
    return 4 if inner and not voids else 0


@njit(nogil=True, cache=True)
def _lowest_on_grid(height, label, count, holes_open):
    """Lowest pass of each basin as cell · 8 + neighbour, −1 where it has none."""
    rows, columns = height.shape
    best = np.full(count, np.inf, np.float32)
    at = np.full(count, -1, np.int64)
    voids = label.size > 0 and label.min() < 0
    for r in range(rows):
        for c in range(columns):
            a = label[r, c]
            if a < 0:
                continue
            for k in range(_first(r, c, height.shape, voids), 8):
                b, z = _across(height, label, r, c, k, holes_open)
                if b < 0 or b == a:
                    continue
                code = (r * columns + c) * 8 + k
                if z < best[a]:
                    best[a], at[a] = z, code
                if z < best[b]:
                    best[b], at[b] = z, code
    return at


@njit(nogil=True, cache=True)
def _sides(height, label, codes):
    columns = height.shape[1]
    z = np.empty(codes.size, np.float32)
    one, other = np.empty(codes.size, np.int32), np.empty(codes.size, np.int32)
    for e in range(codes.size):
        cell, k = codes[e] // 8, codes[e] % 8
        r, c = cell // columns, cell % columns
        one[e] = label[r, c]
        other[e], z[e] = _across(height, label, r, c, k, True)
    return z, one, other, codes


@njit(nogil=True, cache=True)
def _borders(height, label, group, holes_open):
    """All borders between groups; repeats of one pair that follow each other keep the lowest."""
    rows, columns = height.shape
    room = max(1024, label.size // 8)
    z = np.empty(room, np.float32)
    one, other = np.empty(room, np.int32), np.empty(room, np.int32)
    code = np.empty(room, np.int64)
    count = 0
    voids = label.size > 0 and label.min() < 0
    for r in range(rows):
        for c in range(columns):
            a = label[r, c]
            if a < 0:
                continue
            for k in range(_first(r, c, height.shape, voids), 8):
                b, high = _across(height, label, r, c, k, holes_open)
                if b < 0 or group[b] == group[a]:
                    continue
                here = (r * columns + c) * 8 + k
                if count and one[count - 1] == a and other[count - 1] == b:
                    if high < z[count - 1]:
                        z[count - 1], code[count - 1] = high, here
                    continue
                if count == z.size:
                    z, one, other, code = _wider(z), _wider(one), _wider(other), _wider(code)
                z[count], one[count], other[count], code[count] = high, a, b, here
                count += 1
    return z[:count].copy(), one[:count].copy(), other[:count].copy(), code[:count].copy()


@njit(nogil=True, cache=True)
def _wider(values):
    out = np.empty(values.size * 2, values.dtype)
    out[: values.size] = values
    return out


@njit(nogil=True, cache=True)
def _lowest_in_list(group, height, one, other, _code):
    best = np.full(group.size, np.inf, np.float32)
    at = np.full(group.size, -1, np.int64)
    for e in range(height.size):
        a, b = group[one[e]], group[other[e]]
        if height[e] < best[a]:
            best[a], at[a] = height[e], e
        if height[e] < best[b]:
            best[b], at[b] = height[e], e
    return at
