"""Closed ways and relations into polygons, or the reason why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from rencity.city.readers.osm.gather import Gathered, Thing
from rencity.city.readers.osm.places import GOOD
from rencity.city.readers.osm.segments import GEOD

INCOMPLETE = "its outline is not whole in the file"
NO_OUTLINE = "its outline does not close"


def outline(thing: Thing, taken: Gathered) -> tuple[Any, str]:
    """The polygon of a closed way or of a relation, or None and the reason why not."""
    outer = [key for key, role in thing.members if role != "inner"]
    inner = [key for key, role in thing.members if role == "inner"]
    rings = [[_ring(key, taken) for key in keys] for keys in (outer or [thing.key], inner)]
    if any(ring is None for part in rings for ring in part):
        return None, INCOMPLETE
    polygons = [_polygons(part) for part in rings]
    if any(polygon is None for polygon in polygons):
        return None, NO_OUTLINE
    made = shapely.make_valid(shapely.difference(*polygons), method="structure")
    if made.is_empty or made.geom_type not in ("Polygon", "MultiPolygon"):
        return None, NO_OUTLINE
    return shapely.normalize(made), ""


def area_m2(polygon: Any) -> float:
    """Area on the ellipsoid."""
    return abs(GEOD.geometry_area_perimeter(polygon)[0])


def _ring(way: int, taken: Gathered) -> Any:
    if way not in taken.row_of:
        return None
    refs = taken.outlines.refs_of(taken.row_of[way])
    rows = taken.places.rows(refs)
    if (taken.places.state[rows] != GOOD).any() or len(refs) < 2:
        return None
    return shapely.linestrings(taken.places.lonlat[rows])


def _polygons(lines: list[Any]) -> Any:
    if not lines:
        return shapely.Polygon()
    polygons, cuts, dangles, invalid = shapely.polygonize_full(shapely.node(lines))
    if any(len(left.geoms) for left in (cuts, dangles, invalid)) or not len(polygons.geoms):
        return None
    # a ring inside a ring comes as a hole of one face and as a face: the union holds both
    return shapely.union_all(np.asarray(polygons.geoms, object))
