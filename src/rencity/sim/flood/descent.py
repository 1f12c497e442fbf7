"""Steepest descent on a grid of heights (D8), flats resolved, and the basins it makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

Heights = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]

DROW = np.array([-1, -1, -1, 0, 0, 1, 1, 1], np.int64)
DCOL = np.array([-1, 0, 1, -1, 1, -1, 0, 1], np.int64)
"""Neighbours 0 to 7 in reading order; neighbour k is opposite to 7 − k."""
PIT, OUT, VOID, UNSET = 8, 9, 10, 11
"""Codes beside 0–7: lowest cell of a depression, leaves the terrain, no terrain, not yet known."""
OUTSIDE = 0
"""Label of all that leaves the terrain; depressions count from 1."""


@dataclass(frozen=True)
class Basins:
    """Which depression the runoff of each cell gathers in.

    Attributes
    ----------
    label : int32 (rows, columns); 0: leaves the terrain, −1: no terrain
    count : depressions, labelled 1 to `count`
    """

    label: Labels
    count: int


def basins_of(
    height_m: Heights,
    sink: npt.NDArray[np.bool_],
    size_m: tuple[float, float],
    *,
    holes_open: bool = True,
) -> Basins:
    """Depressions by steepest descent to one of eight neighbours, ties in reading order.

    Equal heights drain towards the nearest lower cell or exit, by breadth; a flat that has none is
    the floor of one depression. At the edge of the terrain what has no lower neighbour leaves it.

    Parameters
    ----------
    height_m : float32 (rows, columns), NaN where there is no terrain
    sink : bool (rows, columns), open water that takes whatever reaches it
    size_m : width and height of a cell
    holes_open : whether water leaves where a hole begins; else holes are walls
    """
    code = _steepest(height_m, sink, size_m[0], size_m[1], holes_open)
    _resolve_flats(height_m, code)
    label, count = _labels(code)
    return Basins(label, int(count))


@njit(nogil=True, cache=True)
def _steepest(height, sink, width_m, length_m, holes_open):
    rows, columns = height.shape
    code = np.empty((rows, columns), np.int8)
    per_m = np.empty(8)
    for k in range(8):
        per_m[k] = 1.0 / np.hypot(DCOL[k] * width_m, DROW[k] * length_m)
    for r in range(rows):
        for c in range(columns):
            z = height[r, c]
            if np.isnan(z):
                code[r, c] = VOID
                continue
            if sink[r, c]:
                code[r, c] = OUT
                continue
            best, way, edge = 0.0, UNSET, False
            for k in range(8):
                i, j = r + DROW[k], c + DCOL[k]
                if i < 0 or j < 0 or i >= rows or j >= columns:
                    edge = True
                    continue
                if np.isnan(height[i, j]):
                    edge = edge or holes_open
                    continue
                fall = (np.float64(z) - height[i, j]) * per_m[k]
                if fall > best:
                    best, way = fall, k
            if way == UNSET and edge:
                way = OUT
            code[r, c] = way
    return code


@njit(nogil=True, cache=True)
def _resolve_flats(height, code):
    rows, columns = height.shape
    flat = code.ravel()
    level = height.ravel()
    open_cells = 0
    for x in range(flat.size):
        open_cells += flat[x] == UNSET
    queue = np.empty(open_cells, np.int64)
    filled = _next_to_exits(level, flat, queue, rows, columns)
    _spread(level, flat, queue, 0, filled, rows, columns)
    for x in range(flat.size):
        if flat[x] == UNSET:
            flat[x] = PIT
            queue[0] = x
            _spread(level, flat, queue, 0, 1, rows, columns)


@njit(nogil=True, cache=True)
def _next_to_exits(level, flat, queue, rows, columns):
    filled = 0
    for x in range(flat.size):
        if flat[x] != UNSET:
            continue
        r, c = x // columns, x % columns
        for k in range(8):
            i, j = r + DROW[k], c + DCOL[k]
            if i < 0 or j < 0 or i >= rows or j >= columns:
                continue
            y = i * columns + j
            if level[y] == level[x] and (flat[y] < PIT or flat[y] == OUT):
                queue[filled] = x * 8 + k
                filled += 1
                break
    for q in range(filled):
        x = queue[q] // 8
        flat[x] = queue[q] % 8
        queue[q] = x
    return filled


@njit(nogil=True, cache=True)
def _spread(level, flat, queue, head, tail, rows, columns):
    while head < tail:
        x = queue[head]
        head += 1
        r, c = x // columns, x % columns
        for k in range(8):
            i, j = r + DROW[k], c + DCOL[k]
            if i < 0 or j < 0 or i >= rows or j >= columns:
                continue
            y = i * columns + j
            if flat[y] == UNSET and level[y] == level[x]:
                flat[y] = 7 - k
                queue[tail] = y
                tail += 1


@njit(nogil=True, cache=True)
def _labels(code):
    rows, columns = code.shape
    flat = code.ravel()
    label = np.full(flat.size, -2, np.int32)
    count = 0
    for start in range(flat.size):
        if label[start] != -2:
            continue
        x = start
        while label[x] == -2 and flat[x] < PIT:
            x += DROW[flat[x]] * columns + DCOL[flat[x]]
        if label[x] == -2:
            if flat[x] == PIT:
                count += 1
                label[x] = count
            else:
                label[x] = OUTSIDE if flat[x] == OUT else -1
        found = label[x]
        x = start
        while label[x] == -2:
            label[x] = found
            x += DROW[flat[x]] * columns + DCOL[flat[x]]
    return label.reshape(rows, columns), count
