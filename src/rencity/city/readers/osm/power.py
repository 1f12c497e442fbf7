"""Power lines between substations, plants and the nodes they branch at."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from rencity.city.readers.osm.features import features, voltage_kv
from rencity.city.readers.osm.gather import Gathered
from rencity.city.readers.osm.places import Floats, Ints
from rencity.city.readers.osm.plane import Plane
from rencity.city.readers.osm.roads import Network
from rencity.city.readers.osm.segments import Bools, Segments, split

TIE_RULE = "osm-grid-tie-cut"
STATIONS = ("plant", "substation_high", "substation_medium", "substation_low", "transformer")
ASSETS = ["id", "lifeline", "kind", "name", "source", "voltage_kv", "length_m", "origin", "rule"]
LINKS = ["id", "lifeline", "start", "end", "directed", "asset", "length_m"]


def power_lines(taken: Gathered, stations: gpd.GeoDataFrame) -> Network:
    """Lines of the power ways; an end near a station is the station.

    A line that leaves the file ends in a grid tie, which is a source. Lines that reach neither
    station nor tie are left out. Fates are told to the account.
    """
    segments = split(taken.power, taken.places)
    refs = np.unique(np.concatenate([segments.start, segments.end]))
    if not len(refs):
        _refuse(taken, segments, np.zeros(0, bool), "fewer than two of its nodes have a place")
        return _tables([], [], [])
    lonlat = taken.places.lonlat[taken.places.rows(refs)]
    tie = np.isin(refs, _cut_refs(segments))
    at = _stations_at(lonlat, stations)
    names, group = _nodes(refs, at)
    start, end = (group[np.searchsorted(refs, each)] for each in (segments.start, segments.end))
    anchored = np.zeros(len(names), bool)
    anchored[group[(at != "") | tie]] = True
    keep = _connected(start, end, anchored) & (start != end)
    _refuse(taken, segments, keep, "reaches no substation, plant or edge of the file")
    used = np.isin(group, np.concatenate([start[keep], end[keep]]))
    for ref in refs[used & (at == "")].tolist():
        taken.account.nodes.keep(ref)
    nodes = _node_rows(refs, lonlat, tie, used & (at == ""))
    lines, links = _line_rows(taken, segments, keep, (names[start], names[end]))
    return _tables(nodes, lines, links)


def _cut_refs(segments: Segments) -> Ints:
    return np.concatenate([segments.start[segments.cut_start], segments.end[segments.cut_end]])


def _stations_at(lonlat: Floats, stations: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """The id of the nearest station within reach of each point; empty where none is."""
    at = np.full(len(lonlat), "", object)
    some = stations[(stations["lifeline"] == "power") & stations["kind"].isin(STATIONS)]
    if some.empty:
        return at
    plane = Plane.around(lonlat)
    tree = shapely.STRtree(plane.shapes(some.geometry.to_numpy()))
    points = shapely.points(plane.metres(lonlat))
    row, nearest = tree.query_nearest(
        points, max_distance=features().power_lines.snap_m, all_matches=False
    )
    at[row] = some["id"].to_numpy(object)[nearest]
    return at


def _nodes(refs: Ints, at: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], Ints]:
    """Ids of what lines join, and for each ref the row of its own."""
    own = np.asarray([each or f"osm-n{ref}" for each, ref in zip(at, refs.tolist(), strict=True)])
    names, group = np.unique(own.astype(str), return_inverse=True)
    return names.astype(object), group


def _connected(start: Ints, end: Ints, anchored: Bools) -> Bools:
    n = len(anchored)
    graph = coo_array((np.ones(len(start), np.int8), (start, end)), shape=(n, n))
    _, part = connected_components(graph, directed=False)
    good = np.bincount(part, weights=anchored, minlength=n) > 0
    return good[part[start]]


def _refuse(taken: Gathered, segments: Segments, keep: Bools, reason: str) -> None:
    kept = np.bincount(segments.way[keep], minlength=len(taken.power.ids)) > 0
    for key, stays in zip(taken.power.ids, kept.tolist(), strict=True):
        if stays:
            taken.account.ways.keep(key)
        else:
            taken.account.ways.refuse(key, f"power line: {reason}")


def _node_rows(refs: Ints, lonlat: Floats, tie: Bools, used: Bools) -> list[dict[str, Any]]:
    return [
        {
            "id": f"osm-n{ref}",
            "lifeline": "power",
            "kind": "grid_tie" if is_tie else "node",
            "name": "",
            "source": is_tie,
            "origin": "inferred" if is_tie else "measured",
            "rule": TIE_RULE if is_tie else "",
            "geometry": shapely.points(*place),
        }
        for ref, place, is_tie in zip(
            refs[used].tolist(), lonlat[used], tie[used].tolist(), strict=True
        )
    ]


def _line_rows(
    taken: Gathered, segments: Segments, keep: Bools, ends: tuple[Any, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    lines, links = [], []
    for row in np.flatnonzero(keep).tolist():
        way = int(segments.way[row])
        tags = taken.power.tags[way]
        key, kv = f"osm-w{taken.power.ids[way]}-{segments.number[row]}", voltage_kv(tags)
        length = float(segments.length_m[row])
        lines.append(
            {
                "id": key,
                "lifeline": "power",
                "kind": "line",
                "name": tags.get("name", tags.get("ref", "")),
                "source": False,
                "voltage_kv": kv if kv is not None else float("nan"),
                "length_m": length,
                "origin": "measured",
                "rule": "",
                "geometry": segments.line[row],
            }
        )
        start, end = ends[0][row], ends[1][row]
        links.append(dict(zip(LINKS, (key, "power", start, end, False, key, length), strict=True)))
    return lines, links


def _tables(nodes: list[Any], lines: list[Any], links: list[Any]) -> Network:
    rows = sorted([*nodes, *lines], key=lambda row: row["id"])
    assets = gpd.GeoDataFrame(rows, columns=[*ASSETS, "geometry"], crs="EPSG:4326")
    return Network(assets, pd.DataFrame(links, columns=LINKS))
