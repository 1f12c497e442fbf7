"""Road segments into links with their own assets, and the junctions between them."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.readers.osm.account import Fates
from rencity.city.readers.osm.gather import Gathered, Lines
from rencity.city.readers.osm.highways import Highways, highways
from rencity.city.readers.osm.places import Floats, Ints, Places, distinct
from rencity.city.readers.osm.plane import Plane
from rencity.city.readers.osm.segments import Bools, Segments, split

EDGE_M = 250.0
"""A main road that ends this near the hull of the road network is taken to lead out."""

SPEED_RULE = "osm-speed-by-class"
CUT_RULE, EDGE_RULE, CLASS_RULE = "osm-entry-cut", "osm-entry-edge", "osm-entry-greatest-class"


@dataclass(frozen=True)
class Network:
    """Rows of the assets and links tables of one lifeline."""

    assets: gpd.GeoDataFrame
    links: pd.DataFrame


def roads(taken: Gathered) -> Network:
    """The road network; fates of its ways and nodes are told to the account."""
    table, lines = highways(), taken.roads
    segments = split(lines, taken.places)
    _account(lines, segments, taken.account.ways)
    ahead, directed = _directions(lines, table)
    start, end = _oriented(segments, ahead)
    links = _links(segments, lines, table, start, end, directed)
    nodes, entry = _nodes(segments, lines, table, taken.places, (start, end, directed))
    for ref in nodes["ref"]:
        taken.account.nodes.keep(int(ref))
    assets = pd.concat([_segment_assets(segments, lines), _node_assets(nodes, entry)])
    return Network(gpd.GeoDataFrame(assets, crs="EPSG:4326"), links)


def _account(lines: Lines, segments: Segments, fates: Fates) -> None:
    kept = np.bincount(segments.way, minlength=len(lines.ids)) > 0
    for key, good in zip(lines.ids, kept.tolist(), strict=True):
        if good:
            fates.keep(key)
        else:
            fates.refuse(key, "fewer than two of its nodes have a place in the file")


def _directions(lines: Lines, table: Highways) -> tuple[Bools, Bools]:
    said = [_direction(tags, table) for tags in lines.tags]
    values = np.asarray(said, np.int64)
    return values >= 0, values != 0


def _direction(tags: dict[str, str], table: Highways) -> int:
    """1 along the way only, -1 against it only, 0 both."""
    oneway = tags.get("oneway", "")
    if oneway in ("yes", "true", "1"):
        return 1
    if oneway in ("-1", "reverse"):
        return -1
    if oneway in ("no", "false", "0", "reversible", "alternating"):
        return 0
    implied = table.classes[tags["highway"]].oneway
    return int(implied or tags.get("junction") in ("roundabout", "circular"))


def _oriented(segments: Segments, ahead: Bools) -> tuple[Ints, Ints]:
    forward = ahead[segments.way]
    return (
        np.where(forward, segments.start, segments.end),
        np.where(forward, segments.end, segments.start),
    )


def _ids(segments: Segments, lines: Lines) -> list[str]:
    ways = np.asarray(lines.ids, np.int64)[segments.way].tolist()
    return [f"osm-w{way}-{n}" for way, n in zip(ways, segments.number.tolist(), strict=True)]


def _of_way(values: list[object], way: Ints) -> npt.NDArray[np.object_]:
    made = np.empty(len(values), object)
    made[:] = values
    return made[way]


def _links(
    segments: Segments, lines: Lines, table: Highways, start: Ints, end: Ints, directed: Bools
) -> pd.DataFrame:
    ids = _ids(segments, lines)
    classes = [tags["highway"] for tags in lines.tags]
    mapped = [table.speed_km_h(tags) for tags in lines.tags]
    default = [table.classes[value].speed_km_h for value in classes]
    speed = np.asarray([m or d for m, d in zip(mapped, default, strict=True)], float)
    unsaid = np.asarray([m is None for m in mapped], bool)[segments.way]
    lanes = np.asarray([_lanes(tags.get("lanes", "")) for tags in lines.tags], float)
    return pd.DataFrame(
        {
            "id": ids,
            "lifeline": "road",
            "start": [f"osm-n{ref}" for ref in start.tolist()],
            "end": [f"osm-n{ref}" for ref in end.tolist()],
            "directed": directed[segments.way],
            "asset": ids,
            "length_m": segments.length_m,
            "road_class": _of_way(list(classes), segments.way),
            "lanes": lanes[segments.way],
            "speed_km_h": speed[segments.way],
            "origin": np.where(unsaid, "inferred", "measured"),
            "rule": np.where(unsaid, SPEED_RULE, ""),
        }
    )


def _lanes(text: str) -> float:
    try:
        lanes = float(text)
    except ValueError:
        return float("nan")
    return lanes if 0 < lanes <= 40 else float("nan")


def _segment_assets(segments: Segments, lines: Lines) -> pd.DataFrame:
    kinds: list[object] = [_kind(tags) for tags in lines.tags]
    names: list[object] = [tags.get("name", "") for tags in lines.tags]
    return pd.DataFrame(
        {
            "id": _ids(segments, lines),
            "lifeline": "road",
            "kind": _of_way(kinds, segments.way),
            "name": _of_way(names, segments.way),
            "source": False,
            "length_m": segments.length_m,
            "origin": "measured",
            "rule": "",
            "geometry": segments.line,
        }
    )


def _kind(tags: dict[str, str]) -> str:
    if tags.get("bridge", "no") != "no":
        return "bridge"
    return "tunnel" if tags.get("tunnel", "no") != "no" else "segment"


def _nodes(
    segments: Segments,
    lines: Lines,
    table: Highways,
    places: Places,
    ends: tuple[Ints, Ints, Bools],
) -> tuple[pd.DataFrame, pd.Series]:
    """Nodes of the network by id, and the entry rule of each; empty where it is no entry."""
    start, end, directed = ends
    refs = distinct(np.concatenate([start, end]))
    lonlat = places.lonlat[places.rows(refs)]
    nodes = pd.DataFrame({"ref": refs, "lon": lonlat[:, 0], "lat": lonlat[:, 1]})
    if not len(refs):
        return nodes, pd.Series([], dtype=object)
    classes = [table.classes[tags["highway"]] for tags in lines.tags]
    main = np.asarray([each.entry for each in classes], bool)[segments.way]
    # who can be driven from: the oriented start, and both ends of what goes both ways
    leaves = np.concatenate([start, end[~directed[segments.way]]])
    cut = np.concatenate([segments.start[segments.cut_start], segments.end[segments.cut_end]])
    once = refs[np.bincount(np.searchsorted(refs, np.concatenate([start, end]))) == 1]
    ending = once[np.isin(once, np.concatenate([start[main], end[main]]))]
    rule = np.full(len(refs), "", object)
    out = np.flatnonzero(np.isin(refs, ending) & np.isin(refs, leaves))
    rule[out[_near_edge(lonlat[out], lonlat)]] = EDGE_RULE
    rule[np.isin(refs, cut) & np.isin(refs, leaves)] = CUT_RULE
    if not (rule != "").any():
        rank = np.asarray([each.rank for each in classes])[segments.way]
        greatest = np.concatenate([start[rank == rank.min()], end[rank == rank.min()]])
        rule[np.isin(refs, greatest)] = CLASS_RULE
    return nodes, pd.Series(rule)


def _near_edge(some: Floats, every: Floats) -> Bools:
    plane = Plane.around(every)
    # a line through all points has their hull, and is made faster than the points
    hull = shapely.convex_hull(shapely.linestrings(plane.metres(every)))
    points = shapely.points(plane.metres(some))
    return shapely.distance(shapely.boundary(hull), points) <= EDGE_M


def _node_assets(nodes: pd.DataFrame, entry: pd.Series) -> pd.DataFrame:
    is_entry = (entry != "").to_numpy(bool)
    return pd.DataFrame(
        {
            "id": [f"osm-n{ref}" for ref in nodes["ref"].tolist()],
            "lifeline": "road",
            "kind": np.where(is_entry, "entry", "junction"),
            "name": "",
            "source": is_entry,
            "length_m": np.nan,
            "origin": np.where(is_entry, "inferred", "measured"),
            "rule": entry.to_numpy(object),
            "geometry": shapely.points(nodes["lon"].to_numpy(float), nodes["lat"].to_numpy(float)),
        }
    )
