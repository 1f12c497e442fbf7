"""Things with a place of their own: each mapped once, whatever the number of objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from rencity.city.catalogue import base_catalogue
from rencity.city.readers.osm.features import features, voltage_kv
from rencity.city.readers.osm.gather import Gathered, Thing
from rencity.city.readers.osm.plane import Plane
from rencity.city.readers.osm.rings import area_m2, outline

SAME_M = 50.0
"""A point this near an area of its kind, with no other name, is the same thing."""

SAME = "the same thing as an area of its kind"


class Facility(NamedTuple):
    """A thing, its kind, shape and what chose the kind."""

    thing: Thing
    kind: str
    rule: str
    shape: Any
    area_m2: float

    @property
    def name(self) -> str:
        """Its name as mapped."""
        return self.thing.tags.get("name", "")


@dataclass(frozen=True)
class Facilities:
    """Rows of the assets table, in order of id."""

    assets: gpd.GeoDataFrame


def facilities(taken: Gathered) -> Facilities:
    """Facilities of every kind; fates of their objects are told to the account."""
    known = features()
    found: list[Facility] = []
    for thing in taken.things:
        feature = thing.feature
        if feature is None:
            continue
        shape, reason = _shape(thing, taken)
        size = area_m2(shape) if shape is not None and thing.letter != "n" else 0.0
        if not reason and size < feature.least_area_m2:
            reason = f"open space smaller than {feature.least_area_m2:g} m2 or of unknown size"
        if reason:
            taken.account.of(thing.letter).refuse(thing.key, reason)
            continue
        found.append(Facility(thing, *known.kind(feature, thing.tags), shape, size))
    return Facilities(_assets(_merged(found, taken), taken))


def _shape(thing: Thing, taken: Gathered) -> tuple[Any, str]:
    if thing.letter == "n":
        return shapely.points(*taken.points[thing.key]), ""
    return outline(thing, taken)


def _merged(found: list[Facility], taken: Gathered) -> list[tuple[Facility, str]]:
    """Facilities that stay, with their names; the others become part of an area that stays."""
    if not found:
        return []
    ordered = sorted(found, key=lambda each: (-each.area_m2, each.thing.id))
    shapes = np.asarray([each.shape for each in ordered], object)
    plane = Plane.around(shapely.get_coordinates(shapes))
    metric = plane.shapes(shapes)
    inner = shapely.point_on_surface(metric)
    pairs = shapely.STRtree(metric).query(inner, predicate="dwithin", distance=SAME_M)
    into: dict[int, int] = {}
    names = [each.name for each in ordered]
    for small, large in sorted(zip(*pairs.tolist(), strict=True)):
        if small in into or large >= small or large in into:
            continue
        contained = shapely.intersects(metric[large], inner[small])
        if _same(ordered[small], ordered[large], names[large], bool(contained)):
            into[small] = large
            names[large] = names[large] or names[small]
    for small in into:
        thing = ordered[small].thing
        taken.account.of(thing.letter).merge(thing.key, SAME)
    return [(each, names[n]) for n, each in enumerate(ordered) if n not in into]


def _same(small: Facility, large: Facility, name: str, contained: bool) -> bool:
    if small.kind != large.kind or large.area_m2 == 0:
        return False
    if small.area_m2 > 0 and not contained:
        return False
    return not small.name or not name or small.name == name


def _assets(kept: list[tuple[Facility, str]], taken: Gathered) -> gpd.GeoDataFrame:
    kinds = base_catalogue().kinds
    rows = []
    for each, name in sorted(kept, key=lambda pair: pair[0].thing.id):
        thing = each.thing
        taken.account.of(thing.letter).keep(thing.key)
        for way, _ in thing.members:
            taken.account.ways.merge(way, "part of the outline of a relation")
        kv = voltage_kv(thing.tags)
        rows.append(
            {
                "id": thing.id,
                "lifeline": each.kind.split(".")[0],
                "kind": each.kind.split(".")[1],
                "name": name,
                "source": kinds[each.kind].source,
                "voltage_kv": kv if kv is not None else float("nan"),
                "owner": thing.tags.get("operator", ""),
                "origin": "inferred" if each.rule else "measured",
                "rule": each.rule,
                "geometry": each.shape,
            }
        )
    columns = ["id", "lifeline", "kind", "name", "source", "voltage_kv", "owner", "origin", "rule"]
    return gpd.GeoDataFrame(rows, columns=[*columns, "geometry"], crs="EPSG:4326")
