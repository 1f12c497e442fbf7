"""Degrees and lengths of the demo's roads as networkx counts them."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest

from rencity.city.demo.build import make_demo
from rencity.city.statistics import statistics


def test_degrees_are_those_of_the_graph() -> None:
    city = make_demo("block", 3).city
    streets = city.links[(city.links["lifeline"] == "road") & (city.links["asset"] != "")]
    graph = nx.from_pandas_edgelist(streets, "start", "end", ["length_m"], nx.MultiGraph)
    count = Counter(min(degree, 5) for _, degree in graph.degree())
    found = statistics(city)["roads"]
    assert found["nodes"] == graph.number_of_nodes()
    assert found["junctions"] == sum(n for degree, n in count.items() if degree >= 3)
    for name, share in found["degree_share"].items():
        assert share == pytest.approx(count[int(name[0])] / graph.number_of_nodes())
    assert found["mean_degree"] == pytest.approx(2 * len(streets) / graph.number_of_nodes())
    assert found["km"] == pytest.approx(graph.size(weight="length_m") / 1000)
    assert sum(c["km"] for c in found["classes"].values()) == pytest.approx(found["km"])
    zones = city.zones.to_crs(city.identity.metric_crs)
    drawn = zones.loc[zones["level"] == "grid"].area.sum() / 1e6
    assert statistics(city)["km2"] == pytest.approx(drawn, rel=0.005)
