"""The layers of a city's map as frames: what is drawn, from which zoom to which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.atlas import zooms
from rencity.atlas.overview import MOST_NEAR, MOST_SEGMENTS, overview
from rencity.city.model import City
from rencity.city.schema import LEVELS

FEW_OF_A_KIND = 300
MOST_FIRST = 6_000
NEAR_ZOOMS = 3
FIRST_LIFELINES = ("health", "rescue")
CRS = "EPSG:4326"

Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes
    ----------
    about : ``zones``, ``lines``, ``points``, ``overview`` or ``links``
    level : of zones, else empty
    """

    name: str
    about: str
    level: str
    minzoom: int
    maxzoom: int
    frame: gpd.GeoDataFrame


class Placed:
    """What of a city has a place.

    Attributes
    ----------
    dims : of each asset's shape: 0 a point, 1 a line, 2 an area, -1 none
    places : of assets, longitude and latitude, NaN where there is none, shape (n, 2)
    extent_deg : west, south, east, north; None where nothing has a place
    """

    def __init__(self, city: City) -> None:
        self.city = city
        self.zones = _whole(city.zones)
        self.assets = _whole(city.assets)
        self.dims = shapely.get_dimensions(self.assets)
        self.extent_deg = _extent(np.concatenate([self.zones, self.assets]))

    @cached_property
    def places(self) -> npt.NDArray[np.float64]:
        """Places of assets."""
        return places_of(self.assets)

    @property
    def missing(self) -> dict[str, int]:
        """Zones and assets without a place."""
        return {
            "zones": int(shapely.is_missing(self.zones).sum()),
            "assets": int(shapely.is_missing(self.assets).sum()),
        }


def layers_of(placed: Placed) -> Iterator[Layer]:
    """The layers of a map, the lowest first; none where nothing has a place."""
    if placed.extent_deg is None:
        return
    least = zooms.first_of(placed.extent_deg)
    yield from _zones(placed, least)
    yield from _lines(placed, least)
    yield from _points(placed, least)


def places_of(shapes: Shapes) -> npt.NDArray[np.float64]:
    """A point on each shape, longitude and latitude, NaN where there is none, shape (n, 2)."""
    at = np.full((len(shapes), 2), np.nan)
    dims = shapely.get_dimensions(shapes)
    points = dims == 0
    at[points] = shapely.get_coordinates(shapely.centroid(shapes[points]))
    lines = dims == 1
    at[lines] = shapely.get_coordinates(_middles(shapes[lines]))
    areas = dims == 2
    at[areas] = shapely.get_coordinates(shapely.point_on_surface(shapes[areas]))
    return at


def _middles(lines: Shapes) -> Shapes:
    """The point halfway along each line, of several parts along the first."""
    first = np.where(shapely.get_type_id(lines) == 5, shapely.get_geometry(lines, 0), lines)
    return shapely.line_interpolate_point(first, 0.5, normalized=True)


def _whole(frame: gpd.GeoDataFrame) -> Shapes:
    """Shapes with a place that is finite, the others None."""
    shapes = np.array(frame.geometry.to_numpy(), dtype=object)
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    shapes[~np.isfinite(bounds).all(axis=1)] = None
    return shapes


def _extent(shapes: Shapes) -> tuple[float, float, float, float] | None:
    bounds = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    if not np.isfinite(bounds).all():
        return None
    west, south, east, north = (float(v) for v in bounds)
    return west, south, east, north


def _zones(placed: Placed, least: int) -> Iterator[Layer]:
    zones = placed.city.zones
    there = ~shapely.is_missing(placed.zones)
    for level in LEVELS:
        rows = np.flatnonzero((zones["level"] == level).to_numpy() & there)
        if not len(rows):
            continue
        shapes = placed.zones[rows]
        frame = gpd.GeoDataFrame(
            {
                "i": rows.astype(np.int32),
                "n": zones["name"].to_numpy(dtype=object)[rows],
                "e": zones["name_en"].to_numpy(dtype=object)[rows],
                "p": np.nan_to_num(zones["people_night"].to_numpy(float)[rows]),
            },
            geometry=shapes,
            crs=CRS,
        )
        first = _zones_from(shapes, least)
        yield Layer(f"zones-{level}", "zones", level, first, zooms.DEEPEST_ZONES, frame)


def _zones_from(shapes: Shapes, least: int) -> int:
    at = places_of(shapes)
    bounds = shapely.bounds(shapes)
    low = zooms.on_square(bounds[:, 0], bounds[:, 3])
    high = zooms.on_square(bounds[:, 2], bounds[:, 1])
    area = (high - low).prod(axis=1)
    # a zone that is a point is drawn as a sign, whose size does not change
    mean = float(area[area > 0].mean()) if (area > 0).any() else 1.0
    return zooms.zones_from(zooms.on_square(at[:, 0], at[:, 1]), mean, least)


def _lines(placed: Placed, least: int) -> Iterator[Layer]:
    rows = np.flatnonzero(placed.dims == 1)
    links = _links(placed)
    made = []
    if len(rows):
        made.append(("lines", _assets(placed, rows, placed.assets[rows])))
    if len(links):
        made.append(("links", links))
    starts = [_from(frame, least) for _, frame in made]
    full = max(starts, default=least)
    yield from _overviews([(frame["l"], frame.geometry) for _, frame in made], placed, least, full)
    for name, frame in made:
        yield Layer(name, name, "", full, zooms.DEEPEST, frame)


def _overviews(
    lines: list[tuple[pd.Series, gpd.GeoSeries]], placed: Placed, least: int, full: int
) -> Iterator[Layer]:
    """What stands for lines at zooms from `least` on, below `full`."""
    near = max(least, full - NEAR_ZOOMS)
    bands = (("overview", least, near, MOST_SEGMENTS), ("overview-near", near, full, MOST_NEAR))
    for name, first, end, most in bands:
        if first < end and placed.extent_deg is not None:
            frame = overview(lines, placed.extent_deg, most)
            yield Layer(name, "overview", "", first, end - 1, frame)


def _from(frame: gpd.GeoDataFrame, least: int) -> int:
    at = places_of(frame.geometry.to_numpy())
    return zooms.from_zoom(zooms.on_square(at[:, 0], at[:, 1]), least, zooms.DEEPEST)


def _assets(placed: Placed, rows: npt.NDArray[np.int64], shapes: Shapes) -> gpd.GeoDataFrame:
    assets = placed.city.assets
    said = {
        short: assets[column].to_numpy(dtype=object)[rows]
        for short, column in (("l", "lifeline"), ("k", "kind"), ("o", "origin"), ("n", "name"))
    }
    return gpd.GeoDataFrame({"i": rows.astype(np.int32), **said}, geometry=shapes, crs=CRS)


def _links(placed: Placed) -> gpd.GeoDataFrame:
    """Links whose line nothing draws, as straight lines between the places of their ends."""
    links, ids = placed.city.links, pd.Index(placed.city.assets["id"])
    start, end, own = (ids.get_indexer(links[name]) for name in ("start", "end", "asset"))
    point = np.append((placed.dims == 0) | (placed.dims == 2), False)  # -1: no such asset
    line = np.append(placed.dims == 1, False)
    rows = np.flatnonzero(point[start] & point[end] & ~line[own])
    ends = np.stack([placed.places[start[rows]], placed.places[end[rows]]], axis=1)
    apart = (ends[:, 0] != ends[:, 1]).any(axis=1)
    rows, ends = rows[apart], ends[apart]
    said = {
        "l": links["lifeline"].to_numpy(dtype=object)[rows],
        "i": own[rows].astype(np.int32),
        "b": links["normally_open"].to_numpy()[rows].astype(np.int32),
        "f": start[rows].astype(np.int32),
        "t": end[rows].astype(np.int32),
    }
    return gpd.GeoDataFrame(said, geometry=shapely.linestrings(ends), crs=CRS)


def _points(placed: Placed, least: int) -> Iterator[Layer]:
    rows = np.flatnonzero((placed.dims == 0) | (placed.dims == 2))
    if not len(rows):
        return
    frame = _assets(placed, rows, shapely.points(placed.places[rows]))
    frame.insert(5, "s", placed.city.assets["source"].to_numpy()[rows].astype(np.int32))
    if _from(frame, least) == least:
        yield Layer("points", "points", "", least, zooms.DEEPEST, frame)
        return
    first = _first(frame)
    for name, part, most in (("points-first", frame[first], 0), ("points", frame[~first], 1)):
        if len(part):
            zoom = _from(part, least) if most else least
            yield Layer(name, "points", "", zoom, zooms.DEEPEST, part)


def _first(frame: gpd.GeoDataFrame) -> Bools:
    """What is drawn at every zoom: sources, what helps, what there are few of; as many as fit."""
    kind = frame["l"] + "." + frame["k"]
    count = kind.map(kind.value_counts()).to_numpy()
    rank = np.full(len(frame), 3)
    rank[count <= FEW_OF_A_KIND] = 2
    rank[frame["l"].isin(FIRST_LIFELINES).to_numpy()] = 1
    rank[frame["s"].to_numpy() == 1] = 0
    order = np.lexsort((count, rank))[:MOST_FIRST]
    chosen = np.zeros(len(frame), bool)
    chosen[order] = True
    return chosen & (rank < 3)
