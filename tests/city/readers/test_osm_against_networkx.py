"""The network against a plain reading: one edge per step between nodes, no splitting."""

from __future__ import annotations

import itertools
from pathlib import Path

import networkx as nx
import osmium
import pyproj
import pytest

from rencity.city.readers.osm import read_osm
from rencity.city.readers.osm.highways import highways

NAMES = ("helsinki_centre", "sao_paulo_centre", "shanghai_centre_west")


def plain(src: Path) -> nx.MultiGraph:
    graph, geod = nx.MultiGraph(), pyproj.Geod(ellps="WGS84")
    for way in osmium.FileProcessor(str(src)).with_locations():
        if not way.is_way() or highways().refusal(way.tags) or "highway" not in way.tags:
            continue
        nodes = list(way.nodes)
        for a, b in itertools.pairwise(nodes):
            if a.location.valid() and b.location.valid() and a.ref != b.ref:
                length = geod.inv(a.lon, a.lat, b.lon, b.lat)[2]
                graph.add_edge(f"osm-n{a.ref}", f"osm-n{b.ref}", length_m=length)
    return graph


@pytest.mark.parametrize("name", NAMES)
def test_same_parts_and_same_length(shared_data: Path, name: str) -> None:
    src = shared_data / "osm" / f"{name}.osm.pbf"
    links = read_osm(src).tables["links"]
    roads = links[links["lifeline"] == "road"]
    ours = nx.from_pandas_edgelist(roads, "start", "end", create_using=nx.MultiGraph)
    theirs = plain(src)
    total = sum(length for _, _, length in theirs.edges(data="length_m"))
    assert roads["length_m"].sum() == pytest.approx(total, rel=1e-9)
    parts = {
        frozenset(part) & set(ours) for part in map(frozenset, nx.connected_components(theirs))
    }
    assert parts == {frozenset(part) for part in nx.connected_components(ours)}
    bends = {node for node, degree in theirs.degree() if degree != 2}
    assert bends <= set(ours)
    assert all(ours.degree(node) == theirs.degree(node) for node in bends)
