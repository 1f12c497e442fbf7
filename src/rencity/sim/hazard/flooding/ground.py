"""The terrain of a city as cells of one size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.warp import Resampling, reproject

from rencity.city.model import City
from rencity.city.rasters import Grid
from rencity.kit.errors import CityError, ScenarioError

M_PER_DEGREE = 111_320.0
TERRAIN, LANDCOVER = "terrain", "landcover"


@dataclass(frozen=True)
class Ground:
    """Heights of a city and the size of their cells.

    Attributes
    ----------
    size_m : width and height of a cell; in a geographic system at the middle latitude
    """

    grid: Grid
    size_m: tuple[float, float]

    @property
    def cell_m2(self) -> float:
        """Area of a cell."""
        return self.size_m[0] * self.size_m[1]


def ground_of(city: City, hazard: str) -> Ground:
    """The city's terrain.

    Raises
    ------
    ScenarioError : the city has none
    CityError : it holds no height at all
    """
    if not city.has_raster(TERRAIN):
        raise ScenarioError(
            "the city has no terrain, so water has nowhere to go",
            place=f"hazard {hazard}",
            mend="import a height model (kind dem in the map), or start from rencity demo",
        )
    grid = city.raster(TERRAIN)
    if not np.isfinite(grid.values).any():
        raise CityError(
            "the terrain holds no height", place=f"raster {TERRAIN}", mend="import it again"
        )
    return Ground(grid, cell_size_m(grid))


def cell_size_m(grid: Grid) -> tuple[float, float]:
    """Width and height of a cell, m."""
    t = grid.transform
    width, height = float(np.hypot(t.a, t.d)), float(np.hypot(t.b, t.e))
    crs = pyproj.CRS.from_user_input(grid.crs)
    if crs.is_geographic:
        rows, columns = grid.values.shape
        _, latitude = t * (columns / 2, rows / 2)
        return width * M_PER_DEGREE * float(np.cos(np.radians(latitude))), height * M_PER_DEGREE
    metre = float(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
    return width * metre, height * metre


def aligned(grid: Grid, like: Grid) -> npt.NDArray[np.float32]:
    """A raster's classes on the cells of another, nearest, float32; NaN where unknown."""
    same = grid.crs == like.crs and grid.transform == like.transform
    if same and grid.values.shape == like.values.shape:
        return grid.values
    out = np.full(like.values.shape, np.nan, np.float32)
    reproject(
        grid.values,
        out,
        src_transform=grid.transform,
        src_crs=grid.crs,
        src_nodata=np.nan,
        dst_transform=like.transform,
        dst_crs=like.crs,
        dst_nodata=np.nan,
        resampling=Resampling.nearest,
    )
    return out
