"""Zones into grid cells, their people spread by buildings, else by area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.infer.near import points_of
from rencity.city.infer.supply import Filled
from rencity.city.marks import marked, unmark
from rencity.city.model import City
from rencity.city.rules import CellRule

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

SPREAD = {"people_night": "night", "vulnerable": "night", "people_day": "day", "gdp_yuan": "day"}
"""What is spread over cells -> where its people are."""

HAIRLINE = 1e-6
"""Share of a square below which a piece is an edge that rounding moved."""


def fill_cells(city: City, name: str, rule: CellRule) -> Filled:
    """Cut zones without parts into squares; guesses about those zones are taken back."""
    zones = city.zones
    cut = zones[_wanted(zones, rule)]
    if not len(cut):
        return city, 0, []
    area = cut.geom_type.isin(["Polygon", "MultiPolygon"])
    lacking = cut["id"][~area].tolist()
    cut = cut[area]
    if not len(cut):
        return city, 0, lacking
    pieces = _pieces(cut, rule, city.identity.metric_crs)
    cells = _spread(city, cut, pieces).assign(
        level="grid", name="", name_en="", code="", origin="inferred", rule=name, inferred=""
    )
    whole = pd.concat([zones, cells[zones.columns]], ignore_index=True)
    city = _freed(city, set(cut["id"])).replace(zones=whole)
    return city, len(cells), lacking


def _wanted(zones: gpd.GeoDataFrame, rule: CellRule) -> npt.NDArray[np.bool_]:
    lowest = ~zones["id"].isin(list(zones["parent"])) & zones["level"].ne("grid")
    level = True if rule.level == "lowest" else zones["level"].eq(rule.level)
    return np.asarray(lowest & level, dtype=bool)


def _freed(city: City, zones: set[str]) -> City:
    """Without inferred supply of those zones and places inferred to be in them."""
    serves = city.serves
    gone = serves["zone"].isin(zones) & serves["origin"].eq("inferred")
    tables: dict[str, pd.DataFrame] = {"serves": serves[~gone]}
    for name in ("assets", "buildings"):
        frame = city.tables[name]
        back = frame["zone"].isin(zones).to_numpy() & marked(frame, "zone")
        tables[name] = unmark(frame.assign(zone=frame["zone"].mask(back, "")), "zone", back)
    return city.replace(**tables)


def _pieces(cut: gpd.GeoDataFrame, rule: CellRule, metric: str) -> gpd.GeoDataFrame:
    """Columns id, parent, row of the parent in `cut`; geometry in metres."""
    made = []
    shapes = cut.geometry.to_crs(metric).to_numpy()
    for row, (zone, shape) in enumerate(zip(cut["id"], shapes, strict=True)):
        column, line, parts = _squares(shape, rule.size_m)
        group = _joined_slivers(column, line, shapely.area(parts), rule)
        several = np.bincount(group, minlength=len(parts)) > 1
        for head in np.unique(group):
            whole = shapely.union_all(parts[group == head]) if several[head] else parts[head]
            name = f"{zone}.{column[head]}.{line[head]}"
            made.append((name, zone, row, whole))
    frame = pd.DataFrame(made, columns=["id", "parent", "row", "geometry"])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=metric)


def _squares(shape: shapely.Geometry, size: float) -> tuple[Rows, Rows, Shapes]:
    """Column and line of each square that shares area with a shape, and the area shared."""
    west, south, east, north = np.floor(np.array(shape.bounds) / size).astype(np.int64)
    across, along = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    column, line = across.ravel(), along.ravel()
    squares = shapely.box(column * size, line * size, (column + 1) * size, (line + 1) * size)
    shapely.prepare(shape)
    hit = np.flatnonzero(shapely.intersects(squares, shape))
    parts = squares[hit]
    edge = ~shapely.contains_properly(shape, parts)
    parts[edge] = _areas(shapely.intersection(parts[edge], shape))
    some = shapely.area(parts) > 0
    return column[hit][some], line[hit][some], parts[some]


def _areas(shapes: Shapes) -> Shapes:
    """The polygons of mixed collections, as touching edges make them."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    for i in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[i])
        shapes[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return shapes


def _joined_slivers(column: Rows, line: Rows, area: Floats, rule: CellRule) -> Rows:
    """The piece each piece belongs to: itself, or the largest beside it where it is a sliver."""
    place = {at: i for i, at in enumerate(zip(column.tolist(), line.tolist(), strict=True))}
    group = np.arange(len(area))
    least = max(rule.least_share, HAIRLINE) * rule.size_m**2
    for i in np.flatnonzero(area < least):
        c, r = int(column[i]), int(line[i])
        beside = [place.get(at) for at in ((c - 1, r), (c + 1, r), (c, r - 1), (c, r + 1))]
        there = [j for j in beside if j is not None and area[j] > area[i]]
        if there:
            group[i] = max(there, key=lambda j: (area[j], -j))
    while (group[group] != group).any():
        group = group[group]
    return group


def _spread(city: City, cut: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The cells with their parents' people and economy, each sum kept."""
    row = pieces["row"].to_numpy()
    weights = _weights(city, pieces, len(cut))
    cells = pieces.to_crs("EPSG:4326").drop(columns="row")
    for column, when in SPREAD.items():
        share = weights[when] / np.bincount(row, weights[when], minlength=len(cut))[row]
        cells[column] = cut[column].to_numpy()[row] * share
    return cells


def _weights(city: City, pieces: gpd.GeoDataFrame, zones: int) -> dict[str, Floats]:
    """Weight of each cell by night and by day: people of buildings, else floors, else area.

    What is known in a zone decides for all of its cells.
    """
    row = pieces["row"].to_numpy()
    area = pieces.area.to_numpy()
    buildings = city.buildings
    inside = _cell_of(buildings, pieces, city.identity.metric_crs)
    floors = _floors_m2(buildings, city.identity.metric_crs)
    homes = np.where(buildings["use"].eq("residential"), floors, 0.0)
    choices = {
        "night": (buildings["people_night"].to_numpy(), homes, floors, area),
        "day": (buildings["people_day"].to_numpy(), floors, area),
    }
    made = {}
    for when, ways in choices.items():
        weight = np.full(len(pieces), np.nan)
        for way in ways:
            told = way if way is area else _summed(way, inside, len(pieces))
            total = np.bincount(row, told, minlength=zones)[row]
            weight = np.where(np.isnan(weight) & (total > 0), told, weight)
        made[when] = weight
    return made


def _summed(values: Floats, inside: Rows, cells: int) -> Floats:
    there = (inside >= 0) & (values > 0)
    return np.bincount(inside[there], values[there], minlength=cells).astype(np.float64)


def _cell_of(buildings: gpd.GeoDataFrame, pieces: gpd.GeoDataFrame, metric: str) -> Rows:
    """Cell that holds each building, -1 where none does."""
    found = np.full(len(buildings), -1, dtype=np.intp)
    at = points_of(buildings, metric)
    able = np.flatnonzero(np.isfinite(at).all(axis=1))
    if not len(able):
        return found
    tree = shapely.STRtree(pieces.geometry.to_numpy())
    building, cell = tree.query(shapely.points(at[able]), predicate="intersects")
    first = pd.Series(cell).groupby(building).min()
    found[able[first.index]] = first.to_numpy()
    return found


def _floors_m2(buildings: gpd.GeoDataFrame, metric: str) -> Floats:
    """Floor area of each building: as stated, else its ground times its storeys."""
    stated = buildings["floor_area_m2"].to_numpy()
    ground = buildings.geometry.to_crs(metric).area.to_numpy()
    storeys = np.nan_to_num(buildings["storeys"].to_numpy(), nan=1.0)
    drawn = ground * np.maximum(storeys, 1.0)
    return np.nan_to_num(np.where(np.isnan(stated), drawn, stated))
