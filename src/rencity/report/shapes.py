"""The map's shapes on a small integer grid: metres, north up, neighbours kept together."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

GRID = 16384
VERTICES = 60_000
SEGMENTS = 40_000
EARTH_RADIUS_M = 6_371_008.8

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """A local equirectangular plane, cut into whole numbers 0 to `GRID` along its longer side."""

    lon0: float
    lat0: float
    unit_m: float
    width: int
    height: int

    @classmethod
    def over(cls, west: float, south: float, east: float, north: float) -> Grid:
        """The grid that holds these bounds, degrees."""
        wide, high = _metres(east - west, north - south, (south + north) / 2)
        unit = max(float(wide), float(high), 1.0) / GRID
        return cls(west, north, unit, int(wide / unit) + 1, int(high / unit) + 1)

    def place(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Grid coordinates, x to the east and y to the south, shape (n, 2)."""
        middle = self.lat0 - np.degrees(self.height * self.unit_m / EARTH_RADIUS_M) / 2
        x, y = _metres(np.asarray(lon) - self.lon0, self.lat0 - np.asarray(lat), float(middle))
        return np.column_stack([x, y]) / self.unit_m

    def degrees(self, xy: npt.ArrayLike) -> Floats:
        """Longitude and latitude of grid coordinates, shape (n, 2): `place` turned round."""
        x, y = (np.asarray(xy, float) * self.unit_m).T
        middle = self.lat0 - np.degrees(self.height * self.unit_m / EARTH_RADIUS_M) / 2
        wide, high = _metres(1.0, 1.0, float(middle))
        return np.column_stack([self.lon0 + x / wide, self.lat0 - y / high])


def grid_of(zones: gpd.GeoDataFrame, points: Floats) -> Grid:
    """The grid over all zones that have a shape, else over points (lon, lat), shape (n, 2)."""
    bounds = zones.geometry.total_bounds
    if not np.isfinite(bounds).all() or (bounds[:2] == bounds[2:]).all():
        known = points[np.isfinite(points).all(axis=1)]
        if not len(known):
            known = np.zeros((1, 2))
        bounds = np.concatenate([known.min(axis=0), known.max(axis=0)])
    pad = np.maximum((bounds[2:] - bounds[:2]) * 0.01, 1e-4)
    west, south = bounds[:2] - pad
    east, north = bounds[2:] + pad
    return Grid.over(float(west), float(south), float(east), float(north))


def on_grid(shapes: gpd.GeoSeries, grid: Grid) -> npt.NDArray[np.object_]:
    """Shapes in grid coordinates; empty and missing ones become None."""
    values = np.array(shapes.to_numpy(), dtype=object)
    values[shapely.is_missing(values) | shapely.is_empty(values)] = None
    return shapely.transform(values, lambda xy: grid.place(xy[:, 0], xy[:, 1]))


def simplified(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Polygons with fewer corners, shared borders still shared where they were."""
    rows = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    if not len(rows):
        return shapes
    kept = shapes.copy()
    part = shapely.make_valid(shapes[rows])
    whole = bool((shapely.get_dimensions(part) == 2).all()) and bool(
        shapely.coverage_is_valid(part)
    )
    tolerance = GRID / 4096
    while True:
        simpler = (
            shapely.coverage_simplify(part, tolerance)
            if whole
            else shapely.simplify(part, tolerance)
        )
        if shapely.get_num_coordinates(simpler).sum() <= VERTICES or tolerance > GRID / 64:
            break
        tolerance *= 2
    kept[rows] = simpler
    return kept


def rings(shape: object) -> list[list[int]]:
    """Rings of a polygon as [x, y, dx, dy, …] in whole grid units; a point is one [x, y]."""
    if shape is None:
        return []
    if shapely.get_dimensions(shape) == 0:
        return [_whole(shapely.get_coordinates(shape)[:1]).ravel().tolist()]
    made = []
    for part in shapely.get_parts(shape):
        if shapely.get_dimensions(part) == 2:
            made += [_ring(ring) for ring in shapely.get_rings(part)]
    return [ring for ring in made if ring]


def middle(shape: object) -> list[int] | None:
    """The point of a polygon farthest from its border, where its name has most room."""
    if shape is None or shapely.get_dimensions(shape) < 2:
        return None
    return _whole(shapely.get_coordinates(shapely.maximum_inscribed_circle(shape))[0]).tolist()


def segments(links: pd.DataFrame, grid: Grid, most: int) -> npt.NDArray[np.int64]:
    """Lines [x1, y1, x2, y2] within 0 to 65,535, at most `most`: coarser until they fit."""
    ends = np.hstack([grid.place(links.lon1, links.lat1), grid.place(links.lon2, links.lat2)])
    ends = ends[np.isfinite(ends).all(axis=1)]
    cell = 2
    while True:
        snapped = _whole(ends / cell) * cell
        turned = (snapped[:, 0] > snapped[:, 2]) | (
            (snapped[:, 0] == snapped[:, 2]) & (snapped[:, 1] > snapped[:, 3])
        )
        snapped[turned] = snapped[turned][:, [2, 3, 0, 1]]
        moved = (snapped[:, :2] != snapped[:, 2:]).any(axis=1)
        distinct = np.unique(snapped[moved], axis=0)
        if len(distinct) <= most or cell >= GRID:
            break
        cell *= 2
    inside = ((distinct >= 0) & (distinct <= 65_535)).all(axis=1)
    return distinct[inside][:most]


def tray(n: int, grid: Grid) -> npt.NDArray[np.int64]:
    """Places below the map for n zones whose place is not known, shape (n, 2)."""
    columns = max(int(np.ceil(np.sqrt(n * 4))), 12)
    cell = max(grid.width, GRID // 4) / columns
    i = np.arange(n)
    x = (i % columns + 0.5) * cell
    y = grid.height + (i // columns + 1.2) * cell
    return _whole(np.column_stack([x, y]))


def _ring(ring: object) -> list[int]:
    corners = _whole(shapely.get_coordinates(ring))[:-1]
    steps = np.diff(corners, axis=0)
    kept = corners[np.concatenate([[True], (steps != 0).any(axis=1)])]
    if len(kept) < 3:
        return []
    return [*kept[0].tolist(), *np.diff(kept, axis=0).ravel().tolist()]


def _whole(values: Floats) -> npt.NDArray[np.int64]:
    return np.floor(values + 0.5).astype(np.int64)


def _metres(lon: npt.ArrayLike, lat: npt.ArrayLike, middle: float) -> tuple[Floats, Floats]:
    radius = np.radians(1.0) * EARTH_RADIUS_M
    return np.asarray(lon) * radius * np.cos(np.radians(middle)), np.asarray(lat) * radius
