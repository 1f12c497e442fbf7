"""A water level on a reach against the terrain: only ground connected to the reach goes under.

Each cell has a sill, the lowest height that a path from the reach must rise over to come to it; it
goes under when the stage is above both. The sills are found by flooding outwards from the reach,
lowest front first. Paths go over edges of cells, not over corners, so that a levee one cell wide
holds whichever way it runs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.flood.descent import Heights
from rencity.sim.flood.spells import Spells

Floats = npt.NDArray[np.float64]


def sills_m(height_m: Heights, reach: npt.NDArray[np.bool_], most_m: float) -> Heights:
    """Sill of each cell, float32 (rows, columns); infinite where it is `most_m` or more.

    Parameters
    ----------
    height_m : float32 (rows, columns), NaN where there is no terrain
    reach : bool (rows, columns), cells of the river
    most_m : highest stage that will be asked for
    """
    return _sills(height_m, reach, float(most_m))


def depth_at(height_m: Heights, sill_m: Heights, stage_m: float) -> Heights:
    """Depth under a stage, float32 (rows, columns); 0 where dry, NaN where there is no terrain."""
    with np.errstate(invalid="ignore"):
        wet = sill_m < stage_m
        depth = np.where(wet, np.float32(stage_m) - height_m, np.float32(0))
    return np.where(np.isnan(height_m), np.float32(np.nan), depth).astype(np.float32)


def follow_stage(
    spells: Spells, sill_m: Floats, time_min: Floats, stage_m: Floats, falls_m_min: float
) -> None:
    """Take note of depths at places while the stage rises and falls.

    Water that has come over a sill goes back with the river as far as that sill; what is caught
    behind it sinks by `falls_m_min`.

    Parameters
    ----------
    sill_m : (p,), of the places' cells
    time_min, stage_m : (t,), −∞ where the river stands below everything
    """
    at = spells.places
    last = np.full(len(at.cell), -np.inf)
    for time, stage in zip(time_min, stage_m, strict=True):
        over = sill_m < stage
        last[over] = time
        seen = np.isfinite(last)
        caught = np.where(seen, sill_m - falls_m_min * (time - np.where(seen, last, 0)), -np.inf)
        spells.note_levels(float(time), np.where(over, stage, caught))


@njit(nogil=True, cache=True)
def _sills(height, reach, most):
    rows, columns = height.shape
    flat, river = height.ravel(), reach.ravel()
    sill = np.full(flat.size, np.inf, np.float32)
    heap_z = np.empty(1024, np.float32)
    heap_x = np.empty(1024, np.int64)
    pond = np.empty(1024, np.int64)
    used = 0
    for x in range(flat.size):
        if river[x] and flat[x] < most:
            heap_z, heap_x = _room(heap_z, heap_x, used)
            used = _push(heap_z, heap_x, used, flat[x], x)
            sill[x] = flat[x]
    while used > 0:
        front, x = heap_z[0], heap_x[0]
        used = _pop(heap_z, heap_x, used)
        if sill[x] < front:
            continue
        pond[0] = x
        waiting = 1
        while waiting > 0:
            waiting -= 1
            x = pond[waiting]
            r, c = x // columns, x % columns
            for k in range(4):
                i, j = r + (k == 0) - (k == 1), c + (k == 2) - (k == 3)
                if i < 0 or j < 0 or i >= rows or j >= columns:
                    continue
                y = i * columns + j
                if not flat[y] < most:  # NaN as well
                    continue
                over = max(front, flat[y])
                if over >= sill[y]:
                    continue
                sill[y] = over
                if over <= front:
                    if waiting == pond.size:
                        pond = _longer(pond)
                    pond[waiting] = y
                    waiting += 1
                else:
                    heap_z, heap_x = _room(heap_z, heap_x, used)
                    used = _push(heap_z, heap_x, used, over, y)
    return sill.reshape(rows, columns)


@njit(nogil=True, cache=True)
def _longer(values):
    out = np.empty(values.size * 2, values.dtype)
    out[: values.size] = values
    return out


@njit(nogil=True, cache=True)
def _room(heap_z, heap_x, used):
    if used == heap_z.size:
        return _longer(heap_z), _longer(heap_x)
    return heap_z, heap_x


@njit(nogil=True, cache=True)
def _push(heap_z, heap_x, used, z, x):
    at = used
    while at > 0:
        up = (at - 1) // 2
        if heap_z[up] <= z:
            break
        heap_z[at], heap_x[at] = heap_z[up], heap_x[up]
        at = up
    heap_z[at], heap_x[at] = z, x
    return used + 1


@njit(nogil=True, cache=True)
def _pop(heap_z, heap_x, used):
    used -= 1
    z, x = heap_z[used], heap_x[used]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= used:
            break
        if down + 1 < used and heap_z[down + 1] < heap_z[down]:
            down += 1
        if heap_z[down] >= z:
            break
        heap_z[at], heap_x[at] = heap_z[down], heap_x[down]
        at = down
    heap_z[at], heap_x[at] = z, x
    return used
