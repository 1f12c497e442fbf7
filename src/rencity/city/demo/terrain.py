"""The ground: flat land with low lots and underpasses, hills, a lake, a river and canals."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Bools, Floats, stream
from rencity.city.demo.relief import Heights, relief
from rencity.city.rasters import Grid

LAND_M = (2.0, 6.0)
WAVES_M = ((4000.0, 0.8), (900.0, 0.35), (250.0, 0.2), (80.0, 0.08))
"""Width of the humps and hollows of flat land, and their standard deviation, metres both."""

LAKE_BED_M, RIVER_BED_M, CANAL_BED_M, MARGIN_PIXELS = 0.5, -8.0, -1.5, 12
UNDERPASS_M, UNDERPASS_SHARE = 3.0, 0.3
"""How far an underpass lies below the ground, and what share of its segment lies so."""

STEP_M = 1 / 128
"""Heights are multiples of this: no one surveys finer, and the file is half as large."""


@dataclass(frozen=True)
class Terrain:
    """Ground heights in local metres.

    Attributes
    ----------
    height_m : float32, shape (rows, columns), north up
    cell : the ground's cell of each pixel, -1 off the land, int32 (rows, columns)
    water : whether a lake, river or canal lies there, shape (rows, columns)
    west, north : local metres of the upper left corner
    """

    height_m: Heights
    cell: npt.NDArray[np.int32]
    water: Bools
    west: float
    north: float
    pixel_m: float

    @property
    def transform(self) -> Affine:
        """From column and row to local metres."""
        return Affine(self.pixel_m, 0, self.west, 0, -self.pixel_m, self.north)

    def at(self, xy: Floats) -> Floats:
        """Height at each place, of the pixel that holds it, shape (n,)."""
        rows, columns = self.height_m.shape
        row = np.clip(((self.north - xy[:, 1]) / self.pixel_m).astype(np.int64), 0, rows - 1)
        column = np.clip(((xy[:, 0] - self.west) / self.pixel_m).astype(np.int64), 0, columns - 1)
        height = self.height_m[row, column].astype(np.float64)
        return np.asarray(np.round(height, 2), dtype=np.float64)

    def burnt(self, shapes: npt.NDArray[np.object_], *, touched: bool = False) -> Bools:
        """Pixels whose middle, or with `touched` any part, lies in the shapes."""
        shape = self.height_m.shape
        return _burnt(list(shapes), shape, self.transform, touched=touched)

    def sunk(self, lines: npt.NDArray[np.object_]) -> Terrain:
        """The terrain with an underpass in the middle of each straight line."""
        if len(lines) == 0:
            return self
        ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
        middle, half = ends.mean(axis=1), (ends[:, 1] - ends[:, 0]) * UNDERPASS_SHARE / 2
        low = shapely.linestrings(np.stack([middle - half, middle + half], axis=1))
        height = self.height_m.copy()
        height[self.burnt(low, touched=True) & ~self.water] -= np.float32(UNDERPASS_M)
        return replace(self, height_m=height)

    def grid(self, ground: Ground, values: npt.NDArray[np.float32], unit: str) -> Grid:
        """Values of these pixels as a raster in the plan's metric system."""
        east, north = ground.plan.origin
        transform = Affine.translation(east, north) @ self.transform
        return Grid(values, transform, ground.plan.atlas["crs"], unit)


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
    height = _plain(rng, (rows, columns), pixel) + _hills(ground, rng, x, y)
    transform = Affine(pixel, 0, west, 0, -pixel, north)
    numbered = zip(ground.shapes, range(1, len(ground.shapes) + 1), strict=True)
    cell = rasterize(numbered, out_shape=height.shape, transform=transform, dtype="int32") - 1
    water = _sink(ground, height, cell >= 0, transform)
    height = np.round(height / np.float32(STEP_M)) * np.float32(STEP_M)
    return Terrain(height, cell, water, west, north, pixel)


def _plain(rng: np.random.Generator, shape: tuple[int, int], pixel_m: float) -> Heights:
    """Flat land; waves too short for the pixels are left out."""
    low, high = LAND_M
    height = np.full(shape, (low + high) / 2, dtype=np.float32)
    for wave_m, spread_m in WAVES_M:
        if wave_m >= 2 * pixel_m:
            height += np.float32(spread_m) * relief(rng, shape, pixel_m, wave_m)
    return np.clip(height, low, high, out=height)


def _hills(ground: Ground, rng: np.random.Generator, x: Floats, y: Floats) -> Heights:
    """Bells with ridges, drawn where they rise above a centimetre."""
    plan, pixel = ground.plan, float(ground.plan.size["pixel_m"])
    total = np.zeros((len(y), len(x)), dtype=np.float32)
    for hill in plan.drawn.get("hills", ()):
        centre, radius = plan.metres(hill["at_km"]), float(plan.metres(hill["radius_km"]))
        reach = radius * np.sqrt(np.log(hill["height_m"] / 0.01))
        row = slice(*np.searchsorted(-y, [-centre[1] - reach, -centre[1] + reach]))
        column = slice(*np.searchsorted(x, [centre[0] - reach, centre[0] + reach]))
        squares = (x[None, column] - centre[0]) ** 2 + (y[row, None] - centre[1]) ** 2
        bell = hill["height_m"] * np.exp(-squares / radius**2).astype(np.float32)
        ridge = 0.8 + 0.1 * np.clip(relief(rng, bell.shape, pixel, radius / 2), -2, 2)
        total[row, column] = np.maximum(total[row, column], bell * ridge)
    return total


def _sink(ground: Ground, height: Heights, land: Bools, transform: Affine) -> Bools:
    """Sink the waters' beds; where they are."""
    plan, water = ground.plan, np.zeros(height.shape, dtype=bool)
    for name, bed in (("lake_km", LAKE_BED_M), ("river_km", RIVER_BED_M)):
        if plan.drawn[name]:
            body = shapely.Polygon(plan.metres(plan.drawn[name])).buffer(1.5 * plan.stretch)
            wet = _burnt([body], height.shape, transform) & ~land
            height[wet] = bed
            water |= wet
    for line, width in zip(ground.canals.geoms, ground.canal_width_m, strict=True):
        wet = _burnt([line.buffer(width / 2)], height.shape, transform, touched=True)
        height[wet] = CANAL_BED_M
        water |= wet
    return water


def _burnt(
    shapes: list[shapely.Geometry],
    shape: tuple[int, ...],
    transform: Affine,
    *,
    touched: bool = False,
) -> Bools:
    burnt = rasterize(
        shapes, out_shape=shape, transform=transform, all_touched=touched, dtype="uint8"
    )
    return np.asarray(burnt) == 1
