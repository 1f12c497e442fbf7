"""Meshes and forests of the demo city."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csgraph

from rencity.city.demo.draws import stream, whole
from rencity.city.demo.graph import Forest, forest, matrix, mesh, nearest


@settings(deadline=None, max_examples=25)
@given(n=st.integers(1, 60), ratio=st.floats(1, 2), seed=st.integers(0, 1000))
def test_mesh_is_connected_and_near_its_ratio(n: int, ratio: float, seed: int) -> None:
    xy = np.random.default_rng(seed).random((n, 2)) * 1000
    edges = mesh(xy, ratio)
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert (edges[:, 0] < edges[:, 1]).all()
    net = matrix(n, edges, np.ones(len(edges)))
    assert csgraph.connected_components(net)[0] == 1
    assert n - 1 <= len(edges) <= max(n - 1, round(ratio * n))


@settings(deadline=None, max_examples=25)
@given(n=st.integers(2, 60), roots=st.integers(1, 5), seed=st.integers(0, 1000))
def test_forest_reaches_everyone_and_gathers_all(n: int, roots: int, seed: int) -> None:
    xy = np.random.default_rng(seed).random((n, 2)) * 1000
    start = np.arange(min(roots, n))
    trees = forest(xy, start)
    assert set(np.flatnonzero(trees.parent < 0)) == set(start)
    for point in range(n):
        steps, here = 0, point
        while trees.parent[here] >= 0:
            here, steps = int(trees.parent[here]), steps + 1
        assert here == trees.root[point]
        assert steps == trees.depth[point]
    assert trees.gathered(np.ones(n))[start].sum() == n


def test_gathered_sums_everything_beyond() -> None:
    trees = Forest(np.array([-1, 0, 1, 1]), np.zeros(4, dtype=np.int64), np.array([0, 1, 2, 2]))
    assert trees.gathered(np.array([1.0, 10.0, 100.0, 1000.0])).tolist() == [1111, 1110, 100, 1000]


def test_penalised_ways_are_taken_only_where_the_tree_needs_them() -> None:
    rng = np.random.default_rng(0)
    xy = rng.random((80, 2))
    xy[40:, 0] += 3
    edges = mesh(xy, 1.6, lambda e: np.where((e[:, 0] < 40) & (e[:, 1] >= 40), 20.0, 1.0))
    assert ((edges[:, 0] < 40) & (edges[:, 1] >= 40)).sum() == 1


@given(
    parts=st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda p: sum(p) > 1e-3),
    total=st.integers(0, 10**7),
)
def test_whole_numbers_sum_exactly_and_stay_near(parts: list[float], total: int) -> None:
    given_parts = np.array(parts)
    made = whole(given_parts, total)
    assert made.sum() == total
    assert np.abs(made - given_parts * total / given_parts.sum()).max() <= 1 + 1e-6


def test_streams_are_apart_by_part_and_seed() -> None:
    first = stream(1, "roads").random(4).tolist()
    assert stream(1, "roads").random(4).tolist() == first
    assert stream(1, "water").random(4).tolist() != first
    assert stream(2, "roads").random(4).tolist() != first


@pytest.mark.parametrize("count", [1, 2, 9])
def test_nearest_gives_at_most_what_there_is(count: int) -> None:
    targets = np.array([[0.0, 0], [10, 0], [20, 0]])
    found = nearest(np.array([[12.0, 0]]), targets, count)
    assert found.tolist() == [[1, 2, 0][: min(count, 3)]]
