"""Bridges and articulation points of random multigraphs equal networkx's."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.sim.nminus1.lowlink import articulations, below_weight, bridges, star_of, walk


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_bridges_and_articulation_points(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 16)), int(rng.integers(0, 28))
    start, end = rng.integers(0, n, m), rng.integers(0, n, m)
    walked = walk(star_of(n, start, end), int(rng.integers(0, n)))
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(zip(start.tolist(), end.tolist(), strict=True))
    found = {frozenset((start[e], end[e])) for e in np.flatnonzero(bridges(walked, m))}
    assert found == {frozenset(edge) for edge in nx.bridges(graph)}
    assert set(np.flatnonzero(articulations(walked))) == set(
        nx.articulation_points(nx.Graph(graph))
    )
    assert sorted(walked.order) == list(range(n))


def test_what_hangs_below_is_summed():
    star = star_of(5, np.array([0, 1, 1, 3]), np.array([1, 2, 3, 4]))
    below = below_weight(walk(star), np.array([1, 10, 100, 1000, 10000]))
    assert below.tolist() == [11111, 11110, 100, 11000, 10000]


def test_a_road_of_half_a_million_nodes_is_no_depth():
    n = 500_000
    walked = walk(star_of(n, np.arange(n - 1), np.arange(1, n)))
    assert bridges(walked, n - 1).all()
    assert articulations(walked).sum() == n - 2


def test_nothing_at_all():
    walked = walk(star_of(0, np.empty(0, int), np.empty(0, int)))
    assert not len(walked.order)
    assert not len(bridges(walked, 0))
