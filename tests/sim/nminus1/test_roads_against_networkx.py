"""Detours, people cut off and the backbone on random roads, each closing by brute force."""

from __future__ import annotations

import math
from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.nminus1.backbone import arterial_classes
from rencity.sim.nminus1.roads import study_roads
from rencity.sim.travel import roads_of, snap_assets
from tests.sim.nminus1.road_cities import as_graph, closed, elements, road_city

MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def studied(city, workers=1):
    return study_roads(city, build_network(city), workers=workers)


def drawn(seed, **options):
    while True:
        city = road_city(np.random.default_rng(seed), **options)
        if len(city.links):
            return city
        seed += 1


def length(graph, a, b):
    try:
        return nx.dijkstra_path_length(graph, a, b, weight="length")
    except nx.NetworkXNoPath:
        return math.inf


def shortest(graph, a, b):
    return min(said["length"] for said in graph.get_edge_data(a, b).values())


def detour(graph, name):
    """Extra metres at worst, and pairs without a way."""
    left = closed(graph, name)
    if name in graph:
        pairs = permutations({*graph.predecessors(name), *graph.successors(name)} - {name}, 2)
        asked = [
            (a, b, shortest(graph, a, name) + shortest(graph, name, b))
            for a, b in pairs
            if graph.has_edge(a, name) and graph.has_edge(name, b)
        ]
    else:
        gone = [e for e in graph.edges(keys=True, data=True) if not left.has_edge(*e[:3])]
        asked = [(a, b, said["length"]) for a, b, _, said in gone]
    extra = [length(left, a, b) - through for a, b, through in asked]
    finite = [e for e in extra if e < math.inf]
    return max([0.0, *finite]), any(e == math.inf for e in extra)


@MANY
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.5]))
def test_detours(seed, one_way):
    city = drawn(seed, one_way=one_way)
    table = studied(city).table.set_index("segment")
    graph = as_graph(city)
    assert sorted(table.index) == elements(city)
    for name, row in table.iterrows():
        extra, cut = detour(graph, name)
        assert row["detour_m_finite"] == pytest.approx(extra), name
        assert (row["pairs_cut"] > 0) == cut, name
        assert row["detour_m"] == (math.inf if cut else pytest.approx(extra))
        assert row["detour_s"] == (math.inf if cut else pytest.approx(extra / 10))  # 36 km/h


@MANY
@given(st.integers(0, 2**32))
def test_people_cut_from_the_nearest_hospital(seed):
    city = drawn(seed)
    found = studied(city)
    table, graph = found.table.set_index("segment"), as_graph(city)
    roads, ids = roads_of(city), city.assets["id"].to_numpy()
    places = snap_assets(roads, city, np.flatnonzero(city.assets["kind"] == "hospital"))
    at = ids[roads.node_asset[places.node[places.found]]]
    zones, night = city.zones["id"], city.zones["people_night"]
    people = {f"j{z[1:]}": p for z, p in zip(zones, night, strict=True)}
    if "cut_hospital" not in table:
        assert not places.found.any()
        return

    def nearest(left):
        """Ticks from each junction; at 36 km/h a metre is one."""
        back = left.reverse()
        access = zip(at, places.access[places.found], strict=True)
        start = [("root", j, ticks) for j, ticks in access if j in left]
        back.add_weighted_edges_from(start, "length")
        back.add_node("root")
        found = nx.single_source_dijkstra_path_length(back, "root", weight="length")
        return {j: d for j, d in found.items() if j != "root"}

    before = nearest(graph)
    for name, row in table.iterrows():
        after = nearest(closed(graph, name))
        others = [j for j in before if j != name and people[j]]
        assert row["cut_hospital"] == sum(people[j] for j in others if j not in after), name
        late = [j for j in others if j in after and after[j] > before[j]]
        assert row["later_hospital"] == sum(people[j] for j in late), name
        extra = sum((after[j] - before[j]) / 600 * people[j] for j in late)
        assert row["later_hospital_person_min"] == pytest.approx(extra, abs=0.06), name
        assert row["people_at"] == (people[name] if name in graph else 0)
    off = sum(people[j] for j in graph if j not in before)
    assert found.summary["cut"]["hospital"]["without_undamaged"] == off


@MANY
@given(st.integers(0, 2**32))
def test_the_backbone_breaks_where_brute_force_says(seed):
    city = drawn(seed)
    found = studied(city)
    arterial = city.links["road_class"].isin(arterial_classes())
    graph = as_graph(city.replace(links=city.links[arterial]))
    for row in found.table.itertuples():
        left = closed(graph, row.segment)
        apart = 0
        for part in nx.connected_components(nx.Graph(graph)):
            parts = [len(c) for c in nx.connected_components(nx.Graph(left.subgraph(part)))]
            apart += sum(parts) - max(parts, default=0)
        assert row.backbone_apart == apart, row.segment
    assert found.summary["backbone"]["nodes"] == len(graph)


def test_threads_do_not_matter():
    city = drawn(5)
    assert studied(city).table.equals(studied(city, workers=3).table)
