"""Small street networks as cities, and a plain second opinion on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point

from rencity.city import City, Identity
from rencity.sim.travel import UNREACHABLE, Roads

WEST, SOUTH = 120.0, 31.5
DEG = 1e-3
"""About 100 m."""


class Street(NamedTuple):
    """A link; `length_m` at 36 km/h takes as many ticks."""

    start: int
    end: int
    length_m: float | None = 100.0
    directed: bool = False
    speed_km_h: float | None = 36.0
    own: bool = False
    road_class: str = "residential"
    normally_open: bool = False


def street_city(
    places: Sequence[tuple[float, float]],
    streets: Sequence[Street],
    *,
    assets: Sequence[dict[str, Any]] = (),
    zones: gpd.GeoDataFrame | None = None,
    buildings: gpd.GeoDataFrame | None = None,
) -> City:
    """A city of junctions at places in thousandths of a degree, and streets between them."""
    at = [Point(WEST + x * DEG, SOUTH + y * DEG) for x, y in places]
    rows = [
        {"id": f"j{i:04d}", "lifeline": "road", "kind": "junction", "geometry": point}
        for i, point in enumerate(at)
    ]
    links = []
    for i, street in enumerate(streets):
        if street.own:
            line = LineString([at[street.start], at[street.end]])
            rows.append(
                {"id": f"s{i:04d}", "lifeline": "road", "kind": "segment", "geometry": line}
            )
        links.append(
            {
                "id": f"l{i:04d}",
                "lifeline": "road",
                "start": f"j{street.start:04d}",
                "end": f"j{street.end:04d}",
                "asset": f"s{i:04d}" if street.own else "",
                "length_m": np.nan if street.length_m is None else street.length_m,
                "speed_km_h": np.nan if street.speed_km_h is None else street.speed_km_h,
                "directed": street.directed,
                "road_class": street.road_class,
                "normally_open": street.normally_open,
            }
        )
    tables: dict[str, pd.DataFrame] = {
        "assets": gpd.GeoDataFrame([*rows, *assets], crs=4326),
        "links": pd.DataFrame(links),
    }
    if zones is not None:
        tables["zones"] = zones
    if buildings is not None:
        tables["buildings"] = buildings
    return City.build(Identity(id="streets", name="街", metric_crs="EPSG:32651"), tables)


def random_streets(
    seed: int, nodes: int = 40, links: int = 70
) -> tuple[list[tuple[float, float]], list[Street]]:
    """Places and links at random: parts, loops, parallels, one-way streets, ties, no-time links."""
    rng = np.random.default_rng(seed)
    places = [tuple(xy) for xy in rng.uniform(0, 9, (nodes, 2))]
    streets = [
        Street(
            int(a),
            int(b),
            float(rng.choice([0.0, 0.0, 1.0, 2.0, 5.0, 30.0, 30.0, 400.0])),
            directed=bool(rng.random() < 0.4),
            own=bool(rng.random() < 0.6),
        )
        for a, b in rng.integers(0, nodes, (links, 2))
    ]
    streets += [Street(0, 0, 3.0), Street(1, 2, 8.0), Street(2, 1, 6.0, directed=True)]
    return places, streets  # type: ignore[return-value]


def graph_of(roads: Roads, ticks: np.ndarray) -> nx.DiGraph:
    """The open edges as a graph of another library, the quickest of parallels."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(roads.nodes))
    for a, b, t in zip(roads.tail.tolist(), roads.head.tolist(), ticks.tolist(), strict=True):
        if t < UNREACHABLE and t < graph.get_edge_data(a, b, {"ticks": t + 1})["ticks"]:
            graph.add_edge(a, b, ticks=t)
    return graph


def plain_times(roads: Roads, ticks: np.ndarray) -> np.ndarray:
    """Times between all nodes by networkx, int64 (n, n)."""
    made = np.full((roads.nodes, roads.nodes), UNREACHABLE, np.int64)
    graph = graph_of(roads, ticks)
    for a, found in nx.all_pairs_dijkstra_path_length(graph, weight="ticks"):
        made[a, list(found)] = list(found.values())
    return made
