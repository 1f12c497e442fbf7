"""The ground: flat land, hills, a lake, a river and canals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine
from scipy.ndimage import gaussian_filter

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Floats, stream
from rencity.city.rasters import Grid

LAND_M = (2.0, 6.0)
LAKE_BED_M, RIVER_BED_M, CANAL_BED_M, MARGIN_PIXELS = 0.5, -8.0, -1.5, 12


@dataclass(frozen=True)
class Terrain:
    """Ground heights in local metres.

    Attributes
    ----------
    height_m : float32, shape (rows, columns), north up
    west, north : local metres of the upper left corner
    """

    height_m: npt.NDArray[np.float32]
    west: float
    north: float
    pixel_m: float

    def at(self, xy: Floats) -> Floats:
        """Height at each place, of the pixel that holds it, shape (n,)."""
        rows, columns = self.height_m.shape
        row = np.clip(((self.north - xy[:, 1]) / self.pixel_m).astype(np.int64), 0, rows - 1)
        column = np.clip(((xy[:, 0] - self.west) / self.pixel_m).astype(np.int64), 0, columns - 1)
        height = self.height_m[row, column].astype(np.float64)
        return np.asarray(np.round(height, 2), dtype=np.float64)


def make_terrain(ground: Ground) -> Terrain:
    """Raise hills from flat land and sink the waters below it."""
    plan, pixel = ground.plan, float(ground.plan.size["pixel_m"])
    west, south, east, north = shapely.total_bounds(ground.shapes)
    west, north = west - MARGIN_PIXELS * pixel, north + MARGIN_PIXELS * pixel
    columns = int((east - west) / pixel) + MARGIN_PIXELS
    rows = int((north - south) / pixel) + MARGIN_PIXELS
    x = west + (np.arange(columns) + 0.5) * pixel
    y = north - (np.arange(rows) + 0.5) * pixel
    rng = stream(plan.seed, "terrain")
    height = _plain(rng, rows, columns) + _hills(ground, rng, x, y)
    transform = Affine(pixel, 0, west, 0, -pixel, north)
    _sink(ground, height, transform)
    return Terrain(height.astype(np.float32), west, north, pixel)


def _noise(rng: np.random.Generator, rows: int, columns: int, width: float) -> Floats:
    """Smooth noise between 0 and 1."""
    rough: Floats = gaussian_filter(rng.standard_normal((rows, columns)), width)
    low, high = float(rough.min()), float(rough.max())
    return np.asarray((rough - low) / (high - low), dtype=np.float64)


def _plain(rng: np.random.Generator, rows: int, columns: int) -> Floats:
    low, high = LAND_M
    return np.asarray(low + (high - low) * _noise(rng, rows, columns, 12))


def _hills(ground: Ground, rng: np.random.Generator, x: Floats, y: Floats) -> Floats:
    plan = ground.plan
    ridge = 0.6 + 0.4 * _noise(rng, len(y), len(x), 6)
    total = np.zeros((len(y), len(x)))
    for hill in plan.drawn.get("hills", ()):
        centre, radius = plan.metres(hill["at_km"]), float(plan.metres(hill["radius_km"]))
        squares = (x[None, :] - centre[0]) ** 2 + (y[:, None] - centre[1]) ** 2
        total = np.maximum(total, hill["height_m"] * np.exp(-squares / radius**2) * ridge)
    return total


def _sink(ground: Ground, height: Floats, transform: Affine) -> None:
    plan = ground.plan
    land = _burnt(list(ground.shapes), height.shape, transform)
    for name, bed in (("lake_km", LAKE_BED_M), ("river_km", RIVER_BED_M)):
        if plan.drawn[name]:
            body = shapely.Polygon(plan.metres(plan.drawn[name])).buffer(1.5 * plan.stretch)
            height[_burnt([body], height.shape, transform) & ~land] = bed
    for line, width in zip(ground.canals.geoms, ground.canal_width_m, strict=True):
        height[_burnt([line.buffer(width / 2)], height.shape, transform, touched=True)] = (
            CANAL_BED_M
        )


def _burnt(
    shapes: list[shapely.Geometry],
    shape: tuple[int, ...],
    transform: Affine,
    *,
    touched: bool = False,
) -> npt.NDArray[np.bool_]:
    burnt = rasterize(shapes, out_shape=shape, transform=transform, all_touched=touched)
    return np.asarray(burnt) == 1


def terrain_grid(ground: Ground, terrain: Terrain) -> Grid:
    """The terrain as a raster in the plan's metric system."""
    east, north = ground.plan.origin
    transform = Affine(
        terrain.pixel_m, 0, terrain.west + east, 0, -terrain.pixel_m, terrain.north + north
    )
    height = terrain.height_m.astype(np.float32)
    return Grid(height, transform, ground.plan.atlas["crs"], "m")
