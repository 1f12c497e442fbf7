"""Rasters of a city: terrain, land cover and what else lies on a grid."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from rencity.city import coordinates
from rencity.city.coordinates import from_wgs84
from rencity.kit.errors import InputError

WGS84 = coordinates.WGS84
_BLOCK = 1 << 18  # places sampled at a time

Floats = npt.NDArray[np.float64]
Sampler = Callable[[npt.NDArray[np.float32], Floats], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Grid:
    """Values on a north-up or turned grid.

    Attributes
    ----------
    values : float32 (rows, columns); NaN where unknown
    transform : from column and row to coordinates, as rasterio's
    crs : system of coordinates, as pyproj reads it
    unit : of the values; empty for classes
    """

    values: npt.NDArray[np.float32]
    transform: Affine
    crs: str
    unit: str = ""

    @property
    def cell_m2(self) -> float:
        """Area of a cell in squares of the system's unit."""
        return abs(float(self.transform.determinant))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of its corners, in its own system."""
        rows, columns = self.values.shape
        x, y = self.xy_of(np.array([[0, 0], [columns, 0], [0, rows], [columns, rows]], float)).T
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def xy_of(self, cells: Floats) -> Floats:
        """Coordinates in its own system of column and row, float (p, 2)."""
        a, b, c, d, e, f = tuple(self.transform)[:6]
        column, row = cells[:, 0], cells[:, 1]
        return np.column_stack([a * column + b * row + c, d * column + e * row + f])

    def cells_of(self, lonlat: Floats) -> Floats:
        """Column and row of each place, float (p, 2); a cell's centre is at its number plus ½."""
        a, b, c, d, e, f = tuple(~self.transform)[:6]
        x, y = from_wgs84(lonlat, self.crs).T
        return np.column_stack([a * x + b * y + c, d * x + e * y + f])

    def nearest(self, lonlat: Floats) -> npt.NDArray[np.float32]:
        """Value of the cell each place lies in, float32 (p,); NaN outside and in holes."""
        return self._sampled(lonlat, nearest_cells)

    def bilinear(self, lonlat: Floats) -> npt.NDArray[np.float32]:
        """Value between the four cell centres round each place, float32 (p,).

        NaN outside and in holes; a neighbour that is a hole or beyond the edge has no weight.
        """
        return self._sampled(lonlat, bilinear_cells)

    def _sampled(self, lonlat: Floats, sample: Sampler) -> npt.NDArray[np.float32]:
        found = np.empty(len(lonlat), np.float32)
        for at in range(0, len(lonlat), _BLOCK):
            part = slice(at, at + _BLOCK)
            found[part] = sample(self.values, self.cells_of(lonlat[part]))
        return found


def nearest_cells(values: npt.NDArray[np.float32], cells: Floats) -> npt.NDArray[np.float32]:
    """Value of the cell at each column and row, float32 (p,); NaN outside."""
    rows, columns = values.shape
    column, row = cells.T
    with np.errstate(invalid="ignore"):
        inside = (column >= 0) & (row >= 0) & (column <= columns) & (row <= rows)
    found = np.full(len(cells), np.nan, np.float32)
    at_row = np.minimum(row[inside].astype(np.int64), rows - 1)
    found[inside] = values[at_row, np.minimum(column[inside].astype(np.int64), columns - 1)]
    return found


def bilinear_cells(values: npt.NDArray[np.float32], cells: Floats) -> npt.NDArray[np.float32]:
    """Value between the centres round each column and row, float32 (p,); NaN outside."""
    rows, columns = values.shape
    found = nearest_cells(values, cells)
    inside = np.flatnonzero(~np.isnan(found))
    column, row = (cells[inside] - 0.5).T
    left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
    east, south = column - left, row - top
    total, weights = np.zeros(len(inside)), np.zeros(len(inside))
    for down, part_y in ((0, 1 - south), (1, south)):
        at_row = np.clip(top + down, 0, rows - 1)
        for along, part_x in ((0, 1 - east), (1, east)):
            value = values[at_row, np.clip(left + along, 0, columns - 1)].astype(np.float64)
            weight = np.where(np.isnan(value), 0.0, part_x * part_y)
            total += weight * np.nan_to_num(value)
            weights += weight
    found[inside] = total / weights
    return found


def grid_of(data: bytes, *, unit: str = "", place: str) -> Grid:
    """A grid from the bytes of a GeoTIFF, its first band; its own unit unless one is given.

    Raises
    ------
    InputError : not a raster, or it does not say where it lies
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", NotGeoreferencedWarning)
            with MemoryFile(data) as memory, memory.open() as file:
                band = file.read(1, masked=True)
                crs = file.crs
                transform = file.transform
                unit = unit or file.units[0] or ""
    except NotGeoreferencedWarning as exc:
        raise InputError(
            "the raster does not say where it lies", place=place, mend="write it as a GeoTIFF"
        ) from exc
    except RasterioError as exc:
        raise InputError(
            f"not a readable raster: {exc}", place=place, mend="write it again"
        ) from exc
    if crs is None:
        raise InputError(
            "the raster has no system of coordinates", place=place, mend="write it with its EPSG"
        )
    values = np.ma.filled(band.astype(np.float32), np.nan)
    return Grid(values, transform, crs.to_string(), unit)


def geotiff(grid: Grid, **tags: str) -> bytes:
    """A grid as a compressed GeoTIFF; the same grid gives the same bytes."""
    rows, columns = grid.values.shape
    profile = {
        "driver": "GTiff",
        "dtype": "float32",
        "count": 1,
        "width": columns,
        "height": rows,
        "crs": rasterio.crs.CRS.from_user_input(grid.crs),
        "transform": grid.transform,
        "nodata": float("nan"),
        "compress": "deflate",
        "predictor": 3,
        "tiled": True,
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(grid.values, 1)
            if grid.unit:
                file.set_band_unit(1, grid.unit)
            file.update_tags(**tags)
        return bytes(memory.read())


def digest(data: bytes) -> str:
    """SHA-256 of a file's bytes."""
    return sha256(data).hexdigest()
