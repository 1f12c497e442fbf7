"""Where things are: the zone that holds them, and the height of the ground under them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.infer.near import Points, points_of
from rencity.city.marks import mark
from rencity.city.model import City

ZONE_RULE = "zone-of-asset"
BUILDING_RULE = "zone-of-building"
HEIGHT_RULE = "elevation-of-terrain"
TERRAIN = "terrain"

Shapes = npt.NDArray[np.object_]


def fill_zones(city: City, table: str, rule: str) -> tuple[City, int]:
    """The smallest zone with an area that contains each row without one; ties by id."""
    frame, zones = city.tables[table], city.zones
    areas = zones[zones.geom_type.isin(["Polygon", "MultiPolygon"])]
    lack = np.flatnonzero(frame["zone"].eq(""))
    if not len(areas) or not len(lack):
        return city, 0
    metric = city.identity.metric_crs
    smallest = _smallest(areas, points_of(frame.iloc[lack], metric), metric)
    if smallest.empty:
        return city, 0
    rows = lack[smallest.index]
    column = frame["zone"].to_numpy(dtype=object, copy=True)
    column[rows] = smallest.to_numpy()
    which = np.zeros(len(frame), dtype=bool)
    which[rows] = True
    return city.replace(**{table: mark(frame.assign(zone=column), "zone", rule, which)}), len(rows)


def _smallest(areas: gpd.GeoDataFrame, at: Points, metric: str) -> pd.Series:
    """Id of the smallest area around each point, by the point's number."""
    shapes = areas.geometry.to_crs(metric)
    order = np.lexsort((areas["id"].to_numpy().astype(str), shapes.area.to_numpy()))
    points = np.full(len(at), None, dtype=object)
    able = np.isfinite(at).all(axis=1)
    points[able] = shapely.points(at[able])
    point, area = shapely.STRtree(shapes.to_numpy()[order]).query(points, predicate="intersects")
    first = pd.Series(area).groupby(point).min()
    return pd.Series(areas["id"].to_numpy()[order][first.to_numpy()], index=first.index)


def fill_heights(city: City) -> tuple[City, int]:
    """The terrain's height under each asset without an elevation, between its cells, to 1 cm."""
    assets = city.assets
    lack = np.flatnonzero(assets["elevation_m"].isna())
    if not len(lack):
        return city, 0
    at = points_of(assets.iloc[lack], "EPSG:4326")
    able = np.isfinite(at).all(axis=1)
    height = np.full(len(lack), np.nan)
    height[able] = np.round(city.raster(TERRAIN).bilinear(at[able]).astype(np.float64), 2)
    known = np.isfinite(height)
    if not known.any():
        return city, 0
    column = assets["elevation_m"].to_numpy(copy=True)
    column[lack[known]] = height[known]
    which = np.zeros(len(assets), dtype=bool)
    which[lack[known]] = True
    made = mark(assets.assign(elevation_m=column), "elevation_m", HEIGHT_RULE, which)
    return city.replace(assets=made), int(known.sum())
