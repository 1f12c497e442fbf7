"""Customising in part, again and again, is customising as a whole."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.travel import UNREACHABLE, roads_of
from rencity.sim.travel.customise import changed, customised
from rencity.sim.travel.hierarchy import hierarchy_of
from tests.sim.travel.streets import random_streets, street_city


@pytest.mark.parametrize("seed", range(8))
def test_a_row_of_changes_in_part_equals_a_fresh_start(seed: int) -> None:
    roads = roads_of(street_city(*random_streets(seed, nodes=60, links=110)))
    tree = hierarchy_of(roads)
    rng = np.random.default_rng([seed, 1])
    ticks = roads.ticks.copy()
    metric = customised(tree, ticks)
    for _ in range(25):
        edges = np.unique(rng.integers(0, roads.edges, rng.integers(1, 9)))
        was = ticks.copy()
        ticks[edges] = rng.choice([0, 1, 7, 90, UNREACHABLE], len(edges))
        back = rng.random(len(edges)) < 0.3
        ticks[edges[back]] = roads.ticks[edges[back]]
        before = metric.up.copy(), metric.down.copy()
        now = changed(tree, metric, ticks, np.flatnonzero(ticks != was))
        fresh = customised(tree, ticks)
        assert (now.up == fresh.up).all()
        assert (now.down == fresh.down).all()
        assert (metric.up == before[0]).all()
        assert (metric.down == before[1]).all()
        metric = now


@pytest.mark.parametrize("seed", range(4))
def test_any_order_gives_the_same_times(seed: int) -> None:
    from rencity.sim.travel.sweep import above, times_lanes

    roads = roads_of(street_city(*random_streets(seed)))
    rng = np.random.default_rng(seed)
    made = []
    for order in (None, rng.permutation(roads.nodes), np.arange(roads.nodes)):
        tree = hierarchy_of(roads, order)
        metric = customised(tree, roads.ticks)
        sources = tree.rank[np.arange(20)]
        made.append(times_lanes(tree, metric, sources, tree.rank, above(tree, None)))
    assert (made[0] == made[1]).all()
    assert (made[0] == made[2]).all()
