"""Two extracts that overlap: each way once, cut at the junctions of both.

An extract cuts a way where the kept roads of that file meet, and numbers its segments within that
file. So the same id may be another stretch in the next extract, and a road that goes on outside a
file ends there in an entry that is none in its neighbour. Way by way, the extract that holds more
of it gives its segments; they are cut at the junctions that only the other knows, and what only
that one holds of the way is added.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.readers.ledger import Part
from rencity.city.readers.osm.segments import GEOD

SEGMENT = r"osm-w\d+-[\d.]+"
SAME_M = 1.0
"""Ways whose lengths differ by no more are held whole by both."""


def overlap(city: City, part: Part) -> tuple[City, Part, dict[str, int]]:
    """The city and the part agreeing on every OpenStreetMap object that both hold.

    Returns
    -------
    Both, and how many ways were cut anew, taken from the new extract, and nodes told apart.
    """
    if not {"assets", "links"} <= set(part.tables):
        return city, part, {}
    new = City.build(city.identity, {name: part.tables[name] for name in ("assets", "links")})
    ours, theirs = _ways(city), _ways(new)
    rows: list[pd.DataFrame] = []
    report = {"osm ways of both extracts": 0, "osm ways taken from the new extract": 0}
    both = sorted(set(ours.groups) & set(theirs.groups))
    for way in both:
        a, b = ours.get_group(way), theirs.get_group(way)
        if _equal(a, b):
            continue
        first = _more(a, b)
        rows.append(_joined(str(way), *((a, b) if first else (b, a))))
        report["osm ways of both extracts"] += 1
        report["osm ways taken from the new extract"] += not first
    if rows:
        gone = {str(way) for way in both if not _equal(ours.get_group(way), theirs.get_group(way))}
        city = _with_segments(_without(city, gone), pd.concat(rows, ignore_index=True))
        new = _without(new, gone)
    city, new, nodes = _nodes(city, new)
    tables = {**part.tables, "assets": new.assets, "links": new.links}
    counts = {**report, "osm nodes": nodes}
    return city, replace(part, tables=tables), {name: n for name, n in counts.items() if n}


def _ways(city: City) -> Any:
    """Segments by way: links with their asset's row, in order along the way."""
    links = city.links[city.links["id"].str.fullmatch(SEGMENT)]
    assets = city.assets.set_index("id")
    whole = links.join(assets.add_prefix("asset_"), on="id", how="inner")
    start = shapely.get_coordinates(assets.geometry.reindex(whole["start"]).to_numpy())
    line = np.asarray(whole["asset_geometry"].to_numpy(), dtype=object)
    first = shapely.get_coordinates(shapely.get_point(line, 0))
    whole["backward"] = (first != start).any(axis=1) if len(whole) else False
    tail = whole["id"].str.extract(r"^(.*)-([\d.]+)$")
    order = np.lexsort((tail[1].astype(float), tail[0]))
    return whole.assign(way=tail[0]).iloc[order].groupby("way", sort=False)


def _equal(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    if len(a) != len(b) or (a["id"].to_numpy() != b["id"].to_numpy()).any():
        return False
    ends = ["start", "end"]
    return bool((a[ends].to_numpy() == b[ends].to_numpy()).all())


def _more(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    """Whether `a` holds more of the way; where both hold it whole, the one that is cut finer."""
    apart = float(a["length_m"].sum() - b["length_m"].sum())
    return apart > 0 if abs(apart) > SAME_M else len(a) >= len(b)


def _joined(way: str, segments: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Segments cut at the nodes of `others`, and what only `others` hold of the way."""
    made = [p for row in segments.to_dict("records") for p in _pieces(row, _nodes_at(others))]
    held = {point for row in made for point in _points(row["asset_geometry"])}
    more = [p for row in others.to_dict("records") for p in _pieces(row, _nodes_at(segments))]
    more = [row for row in more if not held.issuperset(_points(row["asset_geometry"]))]
    numbers = [row["id"].rsplit("-", 1)[1].split(".")[0] for row in (*made, *more)]
    last = max(int(number) for number in numbers)
    for k, row in enumerate(more):
        row["id"] = row["asset"] = f"{way}-{last + 1 + k}"
    return pd.DataFrame(made + more)


def _points(line: Any) -> list[tuple[float, float]]:
    return [(x, y) for x, y in shapely.get_coordinates(line).tolist()]


def _nodes_at(segments: pd.DataFrame) -> dict[tuple[float, float], str]:
    """The node at each end of each segment."""
    found: dict[tuple[float, float], str] = {}
    for row in segments.itertuples():
        points = _points(row.asset_geometry)
        first, last = (row.end, row.start) if row.backward else (row.start, row.end)
        found |= {points[0]: first, points[-1]: last}
    return found


def _pieces(
    row: dict[str, Any], node_at: dict[tuple[float, float], str]
) -> Iterator[dict[str, Any]]:
    points = shapely.get_coordinates(row["asset_geometry"])
    inner = [k for k in range(1, len(points) - 1) if tuple(points[k].tolist()) in node_at]
    if not inner:
        yield row
        return
    stops = [0, *inner, len(points) - 1]
    names = [node_at[tuple(points[k].tolist())] for k in inner]
    ahead = not row["backward"]
    nodes = [row["start"] if ahead else row["end"], *names, row["end"] if ahead else row["start"]]
    for k in range(len(stops) - 1):
        part = points[stops[k] : stops[k + 1] + 1]
        ends = nodes[k : k + 2] if ahead else nodes[k : k + 2][::-1]
        length = float(GEOD.line_length(*part.T))
        key = row["id"] if k == 0 else f"{row['id']}.{k + 1}"
        yield row | {
            "id": key, "asset": key, "start": ends[0], "end": ends[1], "length_m": length,
            "asset_length_m": length, "asset_geometry": shapely.linestrings(part),
        }  # fmt: skip


def _without(city: City, ways: set[str]) -> City:
    """A city without the segments of some ways, and their assets."""
    links = city.links
    gone = links["id"].str.fullmatch(SEGMENT) & links["id"].str.replace(
        r"-[\d.]+$", "", regex=True
    ).isin(ways)
    ids = links["id"][gone]
    return city.replace(links=links[~gone], assets=city.assets[~city.assets["id"].isin(ids)])


def _with_segments(city: City, rows: pd.DataFrame) -> City:
    assets = rows[[c for c in rows.columns if c.startswith("asset_")]]
    assets = assets.rename(columns=lambda name: name.removeprefix("asset_")).assign(id=rows["id"])
    frame = gpd.GeoDataFrame(assets, geometry="geometry", crs=4326)
    return city.replace(
        links=pd.concat([city.links, rows[list(city.links.columns)]], ignore_index=True),
        assets=pd.concat([city.assets, frame[list(city.assets.columns)]], ignore_index=True),
    )


def _nodes(city: City, new: City) -> tuple[City, City, int]:
    """Of a node (or facility) in both, what was measured stands; else what the city holds."""
    ours, theirs = city.assets, new.assets
    at = pd.Index(ours["id"]).get_indexer(theirs["id"])
    both = (at >= 0) & theirs["id"].str.startswith("osm-").to_numpy()
    a, b = ours.iloc[at[both]].reset_index(drop=True), theirs[both].reset_index(drop=True)
    better = (b["origin"].eq("measured") & a["origin"].eq("inferred")).to_numpy()
    differs = (a["kind"].to_numpy() != b["kind"].to_numpy()) | (
        a["source"].to_numpy() != b["source"].to_numpy()
    )
    keep = b.assign(zone=a["zone"], elevation_m=a["elevation_m"])
    one = pd.concat([a[~better], keep[better]]).sort_index()
    city = city.replace(assets=pd.concat([ours.drop(index=at[both]), one], ignore_index=True))
    new = new.replace(assets=pd.concat([theirs[~both], one], ignore_index=True))
    return city, new, int(differs.sum())
