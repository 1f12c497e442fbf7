"""A raster brought to the city: its metric system, its extent."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.transform import Affine

from rencity.city.coordinates import from_wgs84, system, to_wgs84
from rencity.city.model import City
from rencity.city.nearness import extent
from rencity.city.rasters import Floats, Grid, Sampler
from rencity.city.readers.records import utm_of

Ints = npt.NDArray[np.int64]

_STEP = 16
"""Cells between the places that are projected; those between follow to far less than a cell."""
_ROWS = 512


def extent_of(city: City | None) -> Floats | None:
    """West, south, east, north of everything in a city that has a place, degrees."""
    return None if city is None else extent(city.tables)


def metric_of(city: City | None, grid: Grid) -> str:
    """The city's metric system; for a city without a place the grid's UTM zone."""
    if city is not None and extent_of(city) is not None:
        return city.identity.metric_crs
    corners = to_wgs84(_corners(grid), grid.crs)
    return utm_of(np.concatenate([corners.min(axis=0), corners.max(axis=0)]))


def fitted(grid: Grid, crs: str, sample: Sampler) -> Grid:
    """The grid in a metric system, north up; as it is where it is so already."""
    if _fits(grid, crs):
        return Grid(grid.values, grid.transform, crs, grid.unit)
    frame = _frame(grid, crs)
    values = np.full(frame.values.shape, np.nan, np.float32)
    rows, columns = frame.values.shape
    for top in range(0, rows, _ROWS):
        low = min(top + _ROWS, rows)
        cells = _source_cells(frame, grid, top, low)
        values[top:low] = sample(grid.values, cells).reshape(low - top, columns)
    return _trimmed(Grid(values, frame.transform, crs, grid.unit))


def _fits(grid: Grid, crs: str) -> bool:
    if grid.crs in ("GCJ-02", "BD-09"):
        return False
    upright = grid.transform.b == 0 and grid.transform.d == 0 and grid.transform.e < 0
    return upright and system(grid.crs).equals(pyproj.CRS(crs), ignore_axis_order=True)


def _corners(grid: Grid) -> Floats:
    rows, columns = grid.values.shape
    side = np.linspace(0, 1, 33)
    edge = [(side, 0 * side), (side, 0 * side + 1), (0 * side, side), (0 * side + 1, side)]
    return grid.xy_of(np.concatenate([np.column_stack(each) for each in edge]) * [columns, rows])


def _frame(grid: Grid, crs: str) -> Grid:
    """An empty north-up grid in the metric system with cells as wide as the grid's own."""
    xy = from_wgs84(to_wgs84(_corners(grid), grid.crs), crs)
    west, south = xy.min(axis=0)
    east, north = xy.max(axis=0)
    middle = np.array(grid.values.shape[::-1]) / 2
    steps = middle + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    here, right, down = from_wgs84(to_wgs84(grid.xy_of(steps), grid.crs), crs)
    size = float(np.sqrt(np.hypot(*(right - here)) * np.hypot(*(down - here))))
    columns, rows = int(np.ceil((east - west) / size)), int(np.ceil((north - south) / size))
    transform = Affine(size, 0, float(west), 0, -size, float(north))
    return Grid(np.empty((max(rows, 1), max(columns, 1)), np.float32), transform, crs)


def _source_cells(frame: Grid, grid: Grid, top: int, low: int) -> Floats:
    """Column and row in `grid` of the cells of some rows of `frame`, (rows · columns, 2)."""
    columns = frame.values.shape[1]
    x = np.append(np.arange(0, columns, _STEP), columns)
    y = np.append(np.arange(top, low, _STEP), low)
    nodes = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2).astype(float)
    known = grid.cells_of(to_wgs84(frame.xy_of(nodes), frame.crs)).reshape(len(y), len(x), 2)
    across = _between(x, np.arange(columns, dtype=np.float64) + 0.5)
    along = _between(y, np.arange(top, low, dtype=np.float64) + 0.5)
    rows = (
        known[along[0]] * (1 - along[1])[:, None, None]
        + known[along[0] + 1] * (along[1][:, None, None])
    )
    cells = (
        rows[:, across[0]] * (1 - across[1])[:, None]
        + rows[:, across[0] + 1] * (across[1][:, None])
    )
    return np.asarray(cells.reshape(-1, 2))


def _between(nodes: Ints, at: Floats) -> tuple[Ints, Floats]:
    """The node before each place, and how far on to the next it lies."""
    before = np.clip(np.searchsorted(nodes, at, side="right") - 1, 0, len(nodes) - 2)
    return before.astype(np.int64), (at - nodes[before]) / (nodes[before + 1] - nodes[before])


def _trimmed(grid: Grid) -> Grid:
    """Without the outer rows and columns that hold nothing."""
    known = ~np.isnan(grid.values)
    rows, columns = np.flatnonzero(known.any(axis=1)), np.flatnonzero(known.any(axis=0))
    if not len(rows):
        return grid
    top, left = int(rows[0]), int(columns[0])
    values = np.ascontiguousarray(grid.values[top : rows[-1] + 1, left : columns[-1] + 1])
    transform = grid.transform @ Affine.translation(left, top)
    return Grid(values, transform, grid.crs, grid.unit)
