"""People of areas or cells laid over zones: by area, and by floor area where buildings stand.

Shares are triplets (place they come from, zone, share); the shares of a place sum to at most 1,
what is missing lies outside every zone. Nothing is rounded: what goes in comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine

from rencity.city.coordinates import from_wgs84
from rencity.city.model import City
from rencity.city.rasters import Grid
from rencity.city.readers.records import Objects, projected

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FINE = 4
"""Each cell of a raster is laid over the zones as this many squared parts."""
REACH = 0.75
"""How far the cell of a point reaches, in distances to the next point: beyond a square's corner."""
WHOLE = 1e-9
"""What lies in zones but for this share lies in them wholly."""


@dataclass(frozen=True)
class Shares:
    """Which share of the people of a place goes to which zone.

    Attributes
    ----------
    place, zone : int64 (m,), positions
    share : float64 (m,), above 0
    by_floor : bool (places,), where floor area decided, not area
    """

    place: Ints
    zone: Ints
    share: Floats
    by_floor: npt.NDArray[np.bool_]

    def spread(self, people: Floats, zones: int) -> Floats:
        """People of each zone from those of each place, (zones,)."""
        made = np.bincount(self.zone, self.share * people[self.place], minlength=zones)
        return np.asarray(made, np.float64)

    def inside(self, people: Floats) -> float:
        """How many of the people lie in any zone."""
        return float((self.share * people[self.place]).sum())


def by_area(areas: Objects, zones: Objects) -> Shares:
    """Shares of polygons (WGS-84) by the part of their area that lies in each zone.

    They are cut in degrees, where edges that zones share stay shared, and weighed by area on the
    sphere. Where zones overlap, the shares of a place are scaled so that nobody counts twice.
    """
    place, zone = shapely.STRtree(zones).query(areas, predicate="intersects")
    pieces = shapely.intersection(areas[place], zones[zone])
    n = len(areas)
    flat = np.bincount(place, shapely.area(pieces), minlength=n) / shapely.area(areas)
    piece, whole = _area(pieces), _area(areas)
    total = np.bincount(place, piece, minlength=n)
    inside = np.where(flat > 1 - WHOLE, 1.0, total / whole)
    share = piece / np.where(total > 0, total, 1.0)[place] * inside[place]
    return _tidy(place, zone, share, n)


def _area(shapes: Objects) -> Floats:
    """Areas on the sphere, up to a constant: longitude and sine of latitude."""
    level = shapely.transform(
        shapes, lambda xy: np.column_stack([xy[:, 0], np.degrees(np.sin(np.radians(xy[:, 1])))])
    )
    return np.asarray(shapely.area(level), np.float64)


def by_cell(grid: Grid, zones: gpd.GeoSeries) -> Shares:
    """Shares of the cells of a raster, row by row, by the parts of each that lie in each zone."""
    rows, columns = grid.values.shape
    shapes = shapely.transform(zones.to_numpy(), lambda points: from_wgs84(points, grid.crs))
    fine = grid.transform @ Affine.scale(1 / FINE)
    owner = rasterize(
        ((shape, n + 1) for n, shape in enumerate(shapes)),
        out_shape=(rows * FINE, columns * FINE),
        transform=fine,
        dtype="int32",
    )
    row, column = np.nonzero(owner)
    cell = (row // FINE) * columns + column // FINE
    key = cell.astype(np.int64) * (len(shapes) + 1) + owner[row, column]
    pair, counts = np.unique(key, return_counts=True)
    place, zone = np.divmod(pair, len(shapes) + 1)
    return _tidy(place, zone - 1, counts / FINE**2, rows * columns)


def _tidy(place: Ints, zone: Ints, share: Floats, places: int) -> Shares:
    total = np.bincount(place, share, minlength=places)
    share = share / np.maximum(total, 1.0)[place]
    some = share > 0
    made = Shares(place[some], zone[some], share[some], np.zeros(places, bool))
    order = np.lexsort((made.zone, made.place))
    return Shares(made.place[order], made.zone[order], made.share[order], made.by_floor)


def by_floor(shares: Shares, place: Ints, zone: Ints, floor_m2: Floats) -> Shares:
    """Within each place that has buildings, its people inside go by their floor area.

    Parameters
    ----------
    place, zone : int64 (b,), where each building stands; -1 where in none
    floor_m2 : (b,)
    """
    places = len(shares.by_floor)
    use = (place >= 0) & (zone >= 0) & (floor_m2 > 0)
    place, zone, floor_m2 = place[use], zone[use], floor_m2[use]
    inside = np.bincount(shares.place, shares.share, minlength=places)
    whole = np.bincount(place, floor_m2, minlength=places)
    built = (whole > 0) & (inside > 0)
    width = int(max(zone.max(initial=-1), shares.zone.max(initial=-1))) + 1
    there = built[place]
    pair, at = np.unique(place[there] * width + zone[there], return_inverse=True)
    floor = np.bincount(at, floor_m2[there], minlength=len(pair))
    new_place, new_zone = np.divmod(pair, max(width, 1))
    new_share = floor / whole[new_place] * inside[new_place]
    kept = ~built[shares.place]
    all_place = np.concatenate([shares.place[kept], new_place])
    all_zone = np.concatenate([shares.zone[kept], new_zone])
    share = np.concatenate([shares.share[kept], new_share])
    order = np.lexsort((all_zone, all_place))
    return Shares(all_place[order], all_zone[order], share[order], built)


def buildings_of(city: City) -> tuple[Objects, Floats]:
    """A point (WGS-84) in each building where people sleep and its floor area in m².

    Buildings in residential use where the city has any, else all of them.
    """
    houses = city.buildings
    lived = houses["use"].eq("residential")
    if lived.any():
        houses = houses[lived]
    floor = houses["floor_area_m2"].to_numpy(dtype=np.float64)
    points = shapely.point_on_surface(houses.geometry.to_numpy())
    able = np.isfinite(floor) & ~shapely.is_missing(points)
    return np.asarray(points[able], dtype=object), floor[able]


def holders(points: Objects, areas: Objects) -> Ints:
    """Which area holds each point, -1 where none; of several the first."""
    made = np.full(len(points), -1, np.int64)
    point, area = shapely.STRtree(areas).query(points, predicate="intersects")
    order = np.argsort(-area, kind="stable")
    made[point[order]] = area[order]
    return made


def cells_of_points(points: Objects, metric_crs: str) -> Objects:
    """The ground nearest to each point, no farther than `REACH` of the usual spacing; WGS-84."""
    flat = projected(points, metric_crs)
    if len(flat) == 1:
        return _degrees(shapely.buffer(flat, 100.0), metric_crs)
    tree = shapely.STRtree(flat)
    (mine, _), distance = tree.query_nearest(flat, exclusive=True, return_distance=True)
    spacing = float(np.median(distance[np.unique(mine, return_index=True)[1]]))
    hull = shapely.voronoi_polygons(shapely.multipoints(flat), ordered=True)
    near = shapely.buffer(flat, spacing * REACH, quad_segs=16)
    return _degrees(shapely.intersection(shapely.get_parts(hull), near), metric_crs)


def _degrees(geometry: Objects, metric_crs: str) -> Objects:
    series = gpd.GeoSeries(list(geometry), crs=metric_crs).to_crs("EPSG:4326")
    return np.asarray(series.values, dtype=object)
