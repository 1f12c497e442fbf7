"""In the undamaged demo city everything is served: shown without the engine."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from scipy.sparse import csgraph

from rencity.city.model import City
from tests.cities import demo_of


def ends(city: City) -> list[tuple[str, str]]:
    """Directed steps that service takes, through the links' own assets."""
    steps: list[tuple[str, str]] = []
    for link in city.links[~city.links["normally_open"]].itertuples(index=False):
        way = [link.start, link.asset, link.end] if link.asset else [link.start, link.end]
        for a, b in itertools.pairwise(way):
            steps.append((a, b))
            if not link.directed:
                steps.append((b, a))
    return steps


def greatest_served(city: City) -> set[str]:
    """Nothing waived: drop what is not reached or lacks a need, until nothing more falls."""
    graph = nx.DiGraph(ends(city))
    graph.add_nodes_from(city.assets["id"])
    sources = set(city.assets.loc[city.assets["source"], "id"])
    providers = city.needs.groupby("group")["provider"].agg(list)
    groups = city.need_groups
    served = set(city.assets["id"])
    while True:
        met = [
            sum(p in served for p in providers[g]) >= q
            for g, q in zip(groups["id"], groups["quorum"], strict=True)
        ]
        working = set(city.assets["id"]) - set(groups["asset"][~np.array(met)])
        inside = graph.subgraph(working).copy()
        inside.add_edges_from(("*", s) for s in sources & working)
        reached = nx.descendants(inside, "*") if "*" in inside else set()
        if reached == served:
            return served
        served = reached


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_block_is_wholly_served(seed: int) -> None:
    city = demo_of("block", seed).city
    assert greatest_served(city) == set(city.assets["id"])


def test_city_is_wholly_served_and_stands_on_its_ties() -> None:
    city = demo_of("city").city
    assert greatest_served(city) == set(city.assets["id"])
    one_road_net(city)
    dark = city.assets.copy()
    dark["source"] &= dark["lifeline"] != "power"
    left = greatest_served(city.replace(assets=dark))
    without = city.assets.loc[city.assets["id"].isin(left), "lifeline"].value_counts()
    assert "power" not in without
    assert without["road"] > 0
    assert "telecom" not in without


def test_every_loop_of_needs_has_a_manual_start() -> None:
    """Loops between lifelines pass only through needs that end by themselves."""
    city = demo_of("block", 1).city
    hard = city.need_groups[city.need_groups["manual_start_h"].isna()]
    graph = nx.DiGraph(ends(city))
    graph.add_nodes_from(city.assets["id"])
    rows = city.needs[city.needs["group"].isin(hard["id"])]
    asset = hard.set_index("id")["asset"]
    needy = [(p, asset[g]) for g, p in zip(rows["group"], rows["provider"], strict=True)]
    graph.add_edges_from(needy)
    component = {n: i for i, c in enumerate(nx.strongly_connected_components(graph)) for n in c}
    assert len(needy) > 0
    assert all(component[a] != component[b] for a, b in needy)


def test_manual_starts_take_longer_than_backups() -> None:
    groups = demo_of("block", 1).city.need_groups
    with_start = groups[groups["manual_start_h"].notna()]
    assert (with_start["manual_start_h"] > with_start["backup_h"]).all()
    assert with_start["manual_start_h"].between(24, 84).all()


def test_every_junction_is_reached_from_every_entry() -> None:
    one_road_net(demo_of("block", 2).city)


KINDS = ["junction", "entry", "depot", "utility_tunnel"]


def one_road_net(city: City) -> None:
    links = city.links[city.links["lifeline"] == "road"]
    ids = city.assets.loc[city.assets["kind"].isin(KINDS)]
    ids = ids.loc[ids["lifeline"] == "road", "id"]
    row = {name: i for i, name in enumerate(ids)}
    a, b = links["start"].map(row), links["end"].map(row)
    net = sp.coo_matrix((np.ones(len(links)), (a, b)), shape=(len(ids), len(ids)))
    assert csgraph.connected_components(net, directed=False)[0] == 1


def test_roads_are_planar() -> None:
    import shapely

    city = demo_of("block", 4).city
    roads = city.assets[city.assets["kind"].isin(["segment", "bridge", "tunnel"])]
    roads = roads[roads["lifeline"] == "road"]
    lines = roads.to_crs(city.identity.metric_crs).geometry.to_numpy()
    tree = shapely.STRtree(lines)
    a, b = tree.query(lines, predicate="crosses")
    assert len(a) == 0, list(zip(a, b, strict=True))[:3]
