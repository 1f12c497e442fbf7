"""Rasters of a city: terrain, land cover and what else lies on a grid."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import MemoryFile
from rasterio.transform import Affine

from rencity.kit.errors import InputError

WGS84 = "EPSG:4326"


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

    def cells_of(self, lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Column and row of each place, float (p, 2); a cell's centre is at its number plus ½."""
        to = pyproj.Transformer.from_crs(WGS84, self.crs, always_xy=True)
        x, y = to.transform(lonlat[:, 0], lonlat[:, 1])
        back = np.array((~self.transform)[:6]).reshape(2, 3)
        return np.column_stack([x, y]) @ back[:, :2].T + back[:, 2]

    def nearest(self, lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
        """Value of the cell each place lies in, float32 (p,); NaN outside and in holes."""
        cell = np.floor(self.cells_of(lonlat))
        rows, columns = self.values.shape
        inside = (cell >= 0).all(axis=1) & (cell[:, 0] < columns) & (cell[:, 1] < rows)
        found = np.full(len(lonlat), np.nan, np.float32)
        at = cell[inside].astype(np.int64)
        found[inside] = self.values[at[:, 1], at[:, 0]]
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
