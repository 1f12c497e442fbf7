"""N-1 and network measures of real networks: Memphis, Helsinki's streets, Sioux Falls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from rencity.city import City
from rencity.city.importing import NewCity, import_into
from rencity.city.network import build_network
from rencity.sim.connectivity import betweenness
from rencity.sim.connectivity.lifeline import graph_of
from rencity.sim.nminus1 import study
from rencity.sim.nminus1.agreement import second_opinion
from rencity.sim.nminus1.roads import study_roads
from tests.real.conftest import Brought
from tests.sim.nminus1.road_cities import as_graph, closed

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CLOSED = 40


def test_memphis_power_water_and_gas_agree_with_the_walk(brought: Callable[[str], Brought]) -> None:
    network = build_network(brought("memphis").city)
    opinions = {each.lifeline: each for each in second_opinion(network)}
    for name in ("power", "water", "gas"):
        assert not opinions[name].why_not
        assert not len(opinions[name].wrong)
        assert opinions[name].losing > 0


def test_memphis_loses_what_lies_behind_each_asset_and_what_needs_it(
    brought: Callable[[str], Brought],
) -> None:
    city = brought("memphis").city
    made = study(city, check=True)
    assert not [f for f in made.about["findings"] if f["severity"] == "error"]
    alone = made.assets.set_index("asset")
    bare = study(city.replace(need_groups=city.need_groups[:0], needs=city.needs[:0]))
    without = bare.assets.set_index("asset").loc[alone.index]
    # needs only ever add to what is lost, and somewhere they do
    assert (alone["people"] >= without["people"]).all()
    assert (alone["people"] > without["people"]).any()


def test_helsinki_detours_equal_networkx(brought: Callable[[str], Brought]) -> None:
    city = brought("helsinki").city
    made = study_roads(city, build_network(city))
    graph = as_graph(city)
    links = made.table[made.table["role"] == "link"].reset_index(drop=True)
    assert np.isinf(links["detour_m"]).any()
    assert made.summary["backbone"]["breaking"] > 0
    lengths = city.links.set_index("id")
    assert lengths["length_m"][lengths["lifeline"] == "road"].notna().all()
    some = np.random.default_rng(1).choice(len(links), CLOSED, replace=False)
    for row in links.iloc[some].itertuples():
        left = closed(graph, row.segment)
        extra = []
        for a, b, key, said in graph.edges(keys=True, data=True):
            if row.segment in (said["asset"], said["link"]) and not left.has_edge(a, b, key):
                try:
                    way = nx.dijkstra_path_length(left, a, b, weight="length")
                    extra.append(way - said["length"])
                except nx.NetworkXNoPath:
                    extra.append(np.inf)
        finite = [e for e in extra if np.isfinite(e)]
        assert row.detour_m_finite == pytest.approx(max([0.0, *finite]), abs=5), row.segment
        assert (row.pairs_cut > 0) == (len(finite) < len(extra)), row.segment


def test_sioux_falls_betweenness_and_no_road_without_a_way_round(
    shared_data: Path, tmp_path: Path
) -> None:
    example = EXAMPLES / "tntp" / "sioux-falls.toml"
    into = tmp_path / "sioux"
    import_into(
        "tntp", shared_data / "roads_tntp" / "SiouxFalls", into, mapping=example,
        new=NewCity("sioux", "Sioux Falls"),
    )  # fmt: skip
    city = City.open(into)
    made = study_roads(city, build_network(city))
    assert made.summary["without_way_round"] == 0
    lifeline = graph_of(city, build_network(city), "road", both=True)
    graph = nx.DiGraph()
    for a, b, weight, one in zip(
        lifeline.graph.start, lifeline.graph.end, lifeline.graph.weight, lifeline.graph.directed,
        strict=True,
    ):  # fmt: skip
        graph.add_edge(a, b, weight=weight)
        if not one:
            graph.add_edge(b, a, weight=weight)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (24, 76)
    want = nx.betweenness_centrality(graph, weight="weight")
    assert betweenness(lifeline.graph).node == pytest.approx(np.array([want[v] for v in range(24)]))
