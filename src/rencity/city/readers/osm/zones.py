"""Administrative boundaries into nested zones."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from rencity.city.readers.osm.boundaries import boundaries
from rencity.city.readers.osm.gather import Gathered, Thing
from rencity.city.readers.osm.rings import area_m2, outline
from rencity.city.schema import LEVELS

EXTENT_RULE = "osm-extent-zone"
TWICE = "the same boundary as another object"


def zones(taken: Gathered, name: str, extent: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Zones of the file; one of the data's hull, called `name`, where it has none whole."""
    rows = [row for thing in taken.things if thing.feature is None for row in _row(thing, taken)]
    rows = _once(rows, taken)
    if not rows:
        return _extent(name, extent)
    frame = gpd.GeoDataFrame(rows, crs="EPSG:4326").sort_values("id", ignore_index=True)
    frame["parent"] = _parents(frame)
    return frame.drop(columns=["thing"])


def _row(thing: Thing, taken: Gathered) -> list[dict[str, object]]:
    shape, reason = outline(thing, taken)
    if reason:
        taken.account.of(thing.letter).refuse(thing.key, f"boundary: {reason}")
        return []
    tags = thing.tags
    return [
        {
            "thing": thing,
            "id": thing.id,
            "level": boundaries().rank(taken.country, tags),
            "name": tags.get("name", ""),
            "name_en": tags.get("name:en", ""),
            "people_night": _people(tags.get("population", "")),
            "geometry": shape,
        }
    ]


def _people(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _once(rows: list[dict[str, object]], taken: Gathered) -> list[dict[str, object]]:
    """One row a boundary: a relation wins over the closed way it is made of."""
    seen: dict[tuple[object, object], Thing] = {}
    kept = []
    for row in sorted(rows, key=lambda row: str(row["id"])):
        thing = row.pop("thing")
        assert isinstance(thing, Thing)  # noqa: S101
        same = (row["level"], shapely.to_wkb(shapely.normalize(row["geometry"])))
        if same in seen:
            taken.account.of(thing.letter).merge(thing.key, TWICE)
            continue
        seen[same] = thing
        taken.account.of(thing.letter).keep(thing.key)
        for way, _ in thing.members:
            taken.account.ways.merge(way, "part of the outline of a relation")
        kept.append(row | {"thing": thing})
    return kept


def _parents(frame: gpd.GeoDataFrame) -> list[str]:
    """The smallest zone of a higher rank that holds a point inside each zone."""
    rank = frame["level"].map(LEVELS.index).to_numpy(np.int64)
    size = np.asarray([area_m2(shape) for shape in frame.geometry])
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    ids = frame["id"].tolist()
    best: dict[int, tuple[float, str]] = {}
    pairs = shapely.STRtree(frame.geometry.to_numpy()).query(inside, predicate="intersects")
    for child, parent in zip(*pairs.tolist(), strict=True):
        if rank[parent] < rank[child]:
            best[child] = min(best.get(child, (np.inf, "")), (float(size[parent]), ids[parent]))
    return [best.get(row, (0.0, ""))[1] for row in range(len(frame))]


def _extent(name: str, extent: gpd.GeoSeries) -> gpd.GeoDataFrame:
    points = shapely.get_coordinates(extent.to_numpy())
    hull = shapely.convex_hull(shapely.linestrings(np.concatenate([points, points[:1]])))
    if hull.geom_type != "Polygon":  # one place or one line: a zone still needs an area
        hull = shapely.buffer(hull, 0.001)
    row = {
        "id": f"osm-extent-{name}",
        "level": "city",
        "name": name,
        "origin": "inferred",
        "rule": EXTENT_RULE,
        "geometry": hull,
    }
    return gpd.GeoDataFrame([row], crs="EPSG:4326")
