"""Every measure on random directed, undirected and multi-edge networks against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.sim.connectivity import (
    Down,
    Graph,
    betweenness,
    connectivity_loss,
    criticality,
    efficiency_loss,
    giant_part,
)
from rencity.sim.connectivity.between import bound

MANY = settings(max_examples=80, deadline=None)


def drawn(seed):
    """A graph with parallel links, loops and zero lengths, and some events on it."""
    rng = np.random.default_rng(seed)
    n, k, e = int(rng.integers(2, 11)), int(rng.integers(0, 25)), int(rng.integers(1, 4))
    graph = Graph(
        source=rng.random(n) < 0.5,
        consumer=rng.random(n) < 0.7,
        start=rng.integers(0, n, k),
        end=rng.integers(0, n, k),
        directed=rng.random(k) < rng.choice([0.0, 0.5, 1.0]),
        weight=rng.integers(0, 5, k).astype(float),
    )
    return graph, Down(rng.random((e, n)) < 0.2, rng.random((e, k)) < 0.2)


def left_of(graph, nodes, links):
    made = nx.MultiDiGraph()
    made.add_nodes_from(np.flatnonzero(~nodes).tolist())
    for k in np.flatnonzero(~links):
        a, b = int(graph.start[k]), int(graph.end[k])
        if a in made and b in made:
            made.add_edge(a, b, key=(k, 0), weight=graph.weight[k])
            if not graph.directed[k]:
                made.add_edge(b, a, key=(k, 1), weight=graph.weight[k])
    return made


def whole(graph):
    return left_of(graph, np.zeros(graph.nodes, bool), np.zeros(graph.links, bool))


def sources_of(graph, left):
    """Sources with a path and sum of inverse lengths, by consumer."""
    made = {}
    for i in np.flatnonzero(graph.consumer).tolist():
        ways = nx.single_source_dijkstra_path_length(left.reverse(), i) if i in left else {}
        other = {j: d for j, d in ways.items() if graph.source[j] and j != i}
        made[i] = len(other), sum(1 / d for d in other.values() if d > 0)
    return made


@MANY
@given(st.integers(0, 2**32))
def test_loss_of_connectivity(seed):
    graph, down = drawn(seed)
    before = sources_of(graph, whole(graph))
    connected = sum(number > 0 for number, _ in before.values())
    if not graph.source.any() or not connected:
        return
    found = connectivity_loss(graph, down, workers=2)
    assert found.consumer.tolist() == list(before)
    bare = connectivity_loss(graph, down, pairs=False)
    assert (bare.complete == found.complete).all()
    assert np.isnan(bare.partial).all()
    for e in range(len(down)):
        now = sources_of(graph, left_of(graph, down.nodes[e], down.links[e]))
        still = sum(number > 0 for number, _ in now.values())
        assert found.complete[e] == pytest.approx(1 - still / connected)
        partial, weighted = [], []
        for place, i in enumerate(before):
            ns, w = before[i][0], before[i][0] * before[i][1]
            want = 1 - now[i][0] / ns if ns else np.nan
            want_w = 1 - now[i][0] * now[i][1] / w if w else np.nan
            assert found.partial[e, place] == pytest.approx(want, nan_ok=True)
            assert found.weighted[e, place] == pytest.approx(want_w, nan_ok=True)
            partial += [want] * bool(ns)
            weighted += [want_w] * bool(w)
        assert found.partial_event[e] == pytest.approx(np.mean(partial))
        want = np.mean(weighted) if weighted else np.nan
        assert found.weighted_event[e] == pytest.approx(want, nan_ok=True)


def efficiencies(graph, left):
    made = np.zeros(graph.nodes)
    for i in left:
        ways = nx.single_source_dijkstra_path_length(left, i)
        made[i] = sum(1 / d for j, d in ways.items() if j != i and d > 0) / (graph.nodes - 1)
    return made


@MANY
@given(st.integers(0, 2**32))
def test_loss_of_efficiency(seed):
    graph, down = drawn(seed)
    found = efficiency_loss(graph, down, workers=2)
    base = efficiencies(graph, whole(graph))
    assert found.undamaged == pytest.approx(base)
    assert not found.error_event.any()
    some = np.arange(0, graph.nodes, 2)
    part = efficiency_loss(graph, down, origins=some)
    for e in range(len(down)):
        now = efficiencies(graph, left_of(graph, down.nodes[e], down.links[e]))
        loss = [(b - x) / b if b > 0 else 0.0 for b, x in zip(base, now, strict=True)]
        assert found.loss[e] == pytest.approx(np.array(loss))
        assert found.loss_event[e] == pytest.approx(
            1 - now.mean() / base.mean() if base.any() else 0
        )
        assert part.loss[e] == pytest.approx(np.array(loss)[some])


@MANY
@given(st.integers(0, 2**32))
def test_the_giant_part(seed):
    graph, down = drawn(seed)
    for e, got in enumerate(giant_part(graph, down)):
        left = left_of(graph, down.nodes[e], down.links[e])
        parts = nx.weakly_connected_components(left)
        assert got == max((len(part) for part in parts), default=0) / graph.nodes


@MANY
@given(st.integers(0, 2**32))
def test_betweenness_of_nodes_and_links(seed):
    graph, _ = drawn(seed)
    graph = Graph(
        graph.source, graph.consumer, graph.start, graph.end, graph.directed, graph.weight + 1
    )
    left = whole(graph)
    found = betweenness(graph, workers=2)
    want = nx.betweenness_centrality(left, weight="weight")
    assert found.node == pytest.approx(np.array([want[v] for v in range(graph.nodes)]))
    assert (found.origins, found.bound) == (graph.nodes, 0.0)
    # of parallel links only the shortest carry, and they share
    thin = nx.DiGraph()
    thin.add_nodes_from(left)
    for a, b, said in left.edges(data=True):
        best = min(each["weight"] for each in left.get_edge_data(a, b).values())
        thin.add_edge(a, b, weight=min(said["weight"], best))
    by_arc = nx.edge_betweenness_centrality(thin, weight="weight")
    want = np.zeros(graph.links)
    for (a, b), value in by_arc.items():
        alike = [key for key, said in left.get_edge_data(a, b).items()
                 if said["weight"] == thin[a][b]["weight"]]  # fmt: skip
        for k, _ in alike:
            want[k] += value / len(alike)
    loops = graph.start == graph.end
    assert found.link[~loops] == pytest.approx(want[~loops])


@MANY
@given(st.integers(0, 2**32))
def test_a_sample_of_all_origins_is_exact_and_halves_add_up(seed):
    graph, _ = drawn(seed)
    n = graph.nodes
    exact = betweenness(graph)
    first, second = np.arange(0, n, 2), np.arange(1, n, 2)
    one, other = (betweenness(graph, origins=part) for part in (first, second))
    both = (one.node * len(first) + other.node * len(second)) / n
    assert both == pytest.approx(exact.node)
    assert one.bound == bound(n, len(first)) > 0


def test_the_bound_holds_on_a_star_whose_centre_has_it_all():
    n = 400
    graph = Graph(
        np.ones(n, bool), np.ones(n, bool), np.zeros(n - 1, int), np.arange(1, n),
        np.zeros(n - 1, bool), np.ones(n - 1),
    )  # fmt: skip
    exact = betweenness(graph)
    assert exact.node[0] == pytest.approx(1.0)
    origins = np.random.default_rng(1).choice(n, 100, replace=False)
    sample = betweenness(graph, origins=np.sort(origins))
    assert abs(sample.node - exact.node).max() <= sample.bound < 0.25


def test_criticality_is_how_often_times_how_much():
    graph, _ = drawn(11)
    between = betweenness(graph)
    nodes = np.zeros((4, graph.nodes), bool)
    nodes[0, 1] = nodes[3, 1] = True
    down = Down(nodes, np.zeros((4, graph.links), bool))
    by_node, by_link = criticality(between, down)
    assert by_node[1] == 0.5 * between.node[1]
    assert not by_link.any()
    per_year, _ = criticality(between, down, years=100)
    assert per_year[1] == pytest.approx(0.02 * between.node[1])
