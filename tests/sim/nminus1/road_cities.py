"""Random small road networks as cities: one-way streets, parallel roads, hospitals, people."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import pandas as pd
from shapely.geometry import LineString, Point

from rencity.city import City, Identity

CLASSES = ("primary", "secondary", "residential")


def road_city(rng, *, one_way=0.3, hospitals=2) -> City:
    n = int(rng.integers(3, 11))
    at = [Point(120 + x, 31 + y) for x, y in rng.random((n, 2)) * 0.02]
    assets = [row(f"j{i}", "junction", at[i]) for i in range(n)]
    pairs = [(int(rng.integers(0, i)), i) for i in range(1, n)]
    pairs += [tuple(map(int, rng.integers(0, n, 2))) for _ in range(int(rng.integers(0, 2 * n)))]
    links = []
    for k, (a, b) in enumerate(p for p in pairs if p[0] != p[1] and rng.random() < 0.9):
        own = rng.choice(["", f"s{k}", "bridge"], p=[0.2, 0.7, 0.1])
        if own and own not in {each["id"] for each in assets}:
            kind = "bridge" if own == "bridge" else "segment"
            assets.append(row(own, kind, LineString([at[a], at[b]])))
        links.append(
            {
                "id": f"l{k}", "lifeline": "road", "start": f"j{a}", "end": f"j{b}",
                "directed": bool(rng.random() < one_way), "asset": own,
                "length_m": float(rng.integers(1, 9) * 100), "speed_km_h": 36.0,
                "road_class": str(rng.choice(CLASSES)),
            }
        )  # fmt: skip
    places = rng.choice(n, min(hospitals, n), replace=False)
    assets += [row(f"h{i}", "hospital", at[i], "health") for i in places]
    people = rng.integers(0, 50, n)
    zones = [zone(f"z{i}", float(people[i]), at[i]) for i in range(n)]
    serves = [{"asset": f"j{i}", "zone": f"z{i}", "share": 1.0} for i in range(n)]
    tables = {
        "assets": gpd.GeoDataFrame(assets, crs=4326),
        "links": pd.DataFrame(links),
        "zones": gpd.GeoDataFrame(zones, crs=4326),
        "serves": pd.DataFrame(serves),
    }
    return City.build(Identity(id="roads", name="路"), {k: t for k, t in tables.items() if len(t)})


def row(name, kind, shape, lifeline="road"):
    source = name == "j0" or lifeline == "health"
    return {"id": name, "lifeline": lifeline, "kind": kind, "source": source, "geometry": shape}


def zone(name, people, at):
    return {"id": name, "level": "grid", "people_night": people, "geometry": at.buffer(1e-4)}


def as_graph(city) -> nx.MultiDiGraph:
    """The roads as networkx sees them; each edge knows its link, asset and length."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from({*city.links["start"], *city.links["end"]})
    for link in city.links.itertuples():
        said = {"link": link.id, "asset": link.asset, "length": link.length_m}
        graph.add_edge(link.start, link.end, **said)
        if not link.directed:
            graph.add_edge(link.end, link.start, **said)
    return graph


def closed(graph, name) -> nx.MultiDiGraph:
    """The same without a junction, a segment, or a link that has no asset."""
    left = graph.copy()
    if name in left:
        left.remove_node(name)
    else:
        gone = [
            (u, v, k)
            for u, v, k, said in left.edges(keys=True, data=True)
            if name in (said["asset"], said["link"] if not said["asset"] else None)
        ]
        left.remove_edges_from(gone)
    return left


def elements(city) -> list[str]:
    """Everything that can be closed, by the name it goes by in the table."""
    ends = {*city.links["start"], *city.links["end"]}
    bare = city.links["id"][city.links["asset"] == ""]
    return sorted(ends | set(city.links["asset"]) - {""} | set(bare))
