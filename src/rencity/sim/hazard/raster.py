"""A field on a grid (GeoTIFF): bilinear between cell centres, cells without data left out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from rencity.kit.errors import InputError
from rencity.sim.hazard.points import WGS84, crs_of
from rencity.sim.hazard.spec import FieldHazard
from rencity.sim.hazard.stencil import M_PER_DEGREE, Stencil, nowhere, reached

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SUFFIXES = (".tif", ".tiff")


@dataclass(frozen=True)
class RasterField:
    """The part of a raster round the places that are asked for.

    Attributes
    ----------
    grid : (2, 3), turns a column and row of the part into coordinates
    shape : rows and columns of the part
    values : (rows · columns,) for each measure, in the file's unit, 0 where no data
    valid : bool, likewise
    """

    path: Path
    crs: pyproj.CRS
    grid: Array
    shape: tuple[int, int]
    values: Mapping[str, Array]
    valid: Mapping[str, Mask]

    def same_places(self, other: RasterField) -> bool:
        """Whether a stencil of the other fits this one."""
        return (
            self.crs == other.crs
            and np.array_equal(self.grid, other.grid)
            and self.shape == other.shape
            and all(np.array_equal(self.valid[name], other.valid[name]) for name in self.valid)
        )

    def stencil(self, lonlat: Array, *, measure: str, within_m: float) -> Stencil:
        """Weights at each place, (p, 2) longitude and latitude."""
        valid = self.valid[measure]
        if not valid.any():
            return nowhere(len(lonlat))
        start = _bilinear(_cells(self.grid, self.crs, lonlat), self.shape, valid)
        if within_m == 0 or not start.outside.any():
            return start
        cell = np.flatnonzero(valid)
        row, column = np.divmod(cell, self.shape[1])
        xy = self.grid[:, :2] @ (np.stack([column, row]) + 0.5) + self.grid[:, 2:]
        back = pyproj.Transformer.from_crs(self.crs, WGS84, always_xy=True)
        near = reached(start, np.column_stack(back.transform(*xy)), lonlat, within_m)
        moved = start.outside
        vertex = near.vertex.copy()
        vertex[moved] = cell[near.vertex[moved]]
        return Stencil(vertex, near.weight, near.outside, near.far_m)


def read_raster(path: Path, hazard: FieldHazard, lonlat: Array) -> RasterField:
    """Read the bands of a hazard's measures round some places.

    Raises
    ------
    InputError : no such file, not a raster, no such band, no system of coordinates, a value that
        is infinite or below 0
    ScenarioError : an unknown system of coordinates
    """
    if not path.exists():
        raise InputError(
            "no such file", place=str(path), mend="paths are relative to the scenario file"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", NotGeoreferencedWarning)
            with rasterio.open(path, driver="GTiff") as source:
                return _part(path, source, hazard, lonlat)
    except NotGeoreferencedWarning as exc:
        raise InputError(
            "the raster does not say where it lies",
            place=str(path),
            mend="write it with its origin and cell size (a GeoTIFF)",
        ) from exc
    except RasterioError as exc:
        raise InputError(
            f"not a readable raster: {exc}", place=str(path), mend="write it again"
        ) from exc


def _part(path: Path, source: Any, hazard: FieldHazard, lonlat: Array) -> RasterField:
    crs = _crs(path, source, hazard)
    grid = np.array(source.transform[:6]).reshape(2, 3)
    window = _window(source, _cells(grid, crs, lonlat), crs, hazard.within_m)
    values, valid = {}, {}
    for one in hazard.measured:
        if one.band > source.count:
            raise InputError(
                f"no band {one.band}: it has {source.count}", place=str(path), mend="correct band"
            )
        cells = source.read(one.band, window=window, masked=True).astype(np.float64)
        there = ~np.ma.getmaskarray(cells) & ~np.isnan(cells.data)
        plain = np.where(there, cells.data, 0.0)
        _check(plain, window, path)
        values[one.measure], valid[one.measure] = plain.ravel(), there.ravel()
    shape = (int(window.height), int(window.width))
    grid[:, 2] += grid[:, :2] @ (window.col_off, window.row_off)
    return RasterField(path, crs, grid, shape, values, valid)


def _crs(path: Path, source: Any, hazard: FieldHazard) -> pyproj.CRS:
    if source.crs is None and hazard.crs is None:
        raise InputError(
            "no system of coordinates in the file",
            place=str(path),
            mend='set crs in the hazard, as crs = "EPSG:4326"',
        )
    return crs_of(source.crs.to_wkt() if source.crs else str(hazard.crs), hazard.name)


def _window(source: Any, cell: Array, crs: pyproj.CRS, within_m: float) -> Window:
    """Cells round the places, with a rim wide enough for neighbours and `within_m`."""
    per_unit = M_PER_DEGREE * 0.1 if crs.is_geographic else 1.0  # to beyond 80° of latitude
    size = max(min(abs(source.transform.a), abs(source.transform.e)), 1e-12) * per_unit
    rim = min(2 * within_m / size + 2, source.width + source.height)
    finite = cell[np.isfinite(cell).all(axis=1)]
    if not len(finite):
        return Window(0, 0, min(1, source.width), min(1, source.height))
    edge = np.array([source.width, source.height])
    low = np.clip(np.floor(finite.min(axis=0) - rim), 0, edge - 1).astype(int)
    high = np.clip(np.ceil(finite.max(axis=0) + rim), low + 1, edge).astype(int)
    return Window(low[0], low[1], *(high - low))


def _cells(grid: Array, crs: pyproj.CRS, lonlat: Array) -> Array:
    """Places in columns and rows of the grid, (p, 2); cell (0, 0) runs from 0 to 1."""
    there = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
    xy = np.stack(there.transform(*lonlat.T)) - grid[:, 2:]
    return np.linalg.solve(grid[:, :2], xy).T.astype(np.float64)


def _bilinear(cell: Array, shape: tuple[int, int], valid: Mask) -> Stencil:
    rows, columns = shape
    finite = np.isfinite(cell.sum(axis=1))
    cell = np.where(finite[:, None], cell, -1.0)
    edge = np.array([columns, rows])
    own = np.floor(cell).astype(np.int64).clip(0, edge - 1)
    inside = np.all((cell >= 0) & (cell <= edge), axis=1)
    outside = ~inside | ~valid[own[:, 1] * columns + own[:, 0]]
    low = np.floor(cell - 0.5).astype(np.int64)
    part = cell - 0.5 - low
    vertex = np.empty((len(cell), 4), np.int64)
    weight = np.empty((len(cell), 4))
    for corner, (dx, dy) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
        x, y = (low + np.array([dx, dy])).clip(0, edge - 1).T
        vertex[:, corner] = y * columns + x
        share = np.where((dx, dy), part, 1 - part).prod(axis=1)
        weight[:, corner] = share * valid[vertex[:, corner]]
    weight[outside] = (1.0, 0.0, 0.0, 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    return Stencil(vertex, weight, outside, np.where(outside, np.inf, 0.0))


def _check(values: Array, window: Window, path: Path) -> None:
    bad = np.argwhere(~(values >= 0) | np.isinf(values))
    if len(bad):
        row, column = bad[0]
        raise InputError(
            f"{values[row, column]:g} is no intensity ({len(bad)} such cells)",
            place=f"{path}: row {row + window.row_off}, column {column + window.col_off}",
            mend="correct it, or declare it the raster's nodata value",
        )
