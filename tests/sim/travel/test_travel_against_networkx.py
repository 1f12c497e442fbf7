"""Every way of asking for times gives what networkx gives, on random streets."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.travel import (
    UNREACHABLE,
    Closures,
    Places,
    Roads,
    Travel,
    closed_edges,
    roads_of,
)
from tests.sim.travel.streets import plain_times, random_streets, street_city

SEEDS = range(12)


def roads_at(seed: int) -> Roads:
    return roads_of(street_city(*random_streets(seed)))


def some_closures(roads: Roads, seed: int) -> Closures:
    rng = np.random.default_rng([seed, 1])
    return Closures.of(
        roads,
        assets=rng.choice(roads.assets, 4, replace=False),
        edges=rng.choice(roads.edges, 6, replace=False),
        slow_edges=rng.choice(roads.edges, 10, replace=False),
        factor=2.5,
    )


@pytest.fixture(params=["plain", "ordered"])
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def travel_on(roads: Roads, way: str) -> Travel:
    travel = Travel(roads)
    return travel.ready() if way == "ordered" else travel


def now_under(roads: Roads, closures: Closures | None, way: str):  # type: ignore[no-untyped-def]
    now = travel_on(roads, way).under(closures)
    return now.ready() if way == "ordered" else now


@pytest.mark.parametrize("seed", SEEDS)
def test_times_are_those_of_networkx(seed: int, way: str) -> None:
    roads = roads_at(seed)
    for closures in (None, some_closures(roads, seed)):
        now = now_under(roads, closures, way)
        expected = plain_times(roads, now.ticks)
        every = np.arange(roads.nodes)
        assert (now.times(every) == expected).all()
        assert (now.times(every[:3], every[5:9]) == expected[:3, 5:9]).all()
        assert (now.times([7]) == expected[7:8]).all()
        assert (expected == UNREACHABLE).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_nearest_takes_the_first_of_equals(seed: int, way: str) -> None:
    roads = roads_at(seed)
    now = now_under(roads, some_closures(roads, seed), way)
    between = plain_times(roads, now.ticks)
    rng = np.random.default_rng([seed, 2])
    nodes = rng.choice(roads.nodes, 9)  # some node twice, now and then
    access = rng.integers(0, 40, 9).astype(np.int32)
    facilities = Places(nodes.astype(np.int32), np.full(9, -1, np.int32), access, np.zeros(9))
    for towards in (True, False):
        ways = between[:, nodes].T if towards else between[nodes]
        ways = np.minimum(ways + access[:, None], UNREACHABLE)
        found = now.nearest(facilities, towards=towards)
        assert (found.ticks == ways.min(axis=0)).all()
        first = np.where(ways.min(axis=0) < UNREACHABLE, ways.argmin(axis=0), -1)
        assert (found.which == first).all()
        assert (now.cut_off(facilities, towards=towards) == (first < 0)).all()
        near = now.isochrone(facilities, 60, towards=towards)
        assert ((near.ticks < UNREACHABLE) == (ways.min(axis=0) <= 60)).all()
        assert ((near.which >= 0) == (ways.min(axis=0) <= 60)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_path_takes_as_long_as_its_time_and_hangs_together(seed: int, way: str) -> None:
    roads = roads_at(seed)
    now = now_under(roads, some_closures(roads, seed), way)
    between = plain_times(roads, now.ticks)
    rng = np.random.default_rng([seed, 3])
    for a, b in rng.integers(0, roads.nodes, (40, 2)).tolist():
        path = now.path(a, b)
        assert path.ticks == between[a, b]
        if path.ticks >= UNREACHABLE:
            assert not len(path.nodes)
            assert path.length_m == np.inf
            continue
        assert path.nodes[0] == a
        assert path.nodes[-1] == b
        assert (roads.tail[path.edges] == path.nodes[:-1]).all()
        assert (roads.head[path.edges] == path.nodes[1:]).all()
        assert (now.ticks[path.edges] < UNREACHABLE).all()
        assert now.ticks[path.edges].sum() == path.ticks
        assert len(set(path.nodes.tolist())) == len(path.nodes)
        assert path.length_m == roads.length_m[path.edges].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_many_samples_at_once_are_those_one_by_one(seed: int, way: str) -> None:
    roads = roads_at(seed)
    rng = np.random.default_rng([seed, 4])
    down = rng.random((21, roads.assets)) < 0.08
    closed = closed_edges(roads, down)
    travel = travel_on(roads, way)
    sources, targets = rng.choice(roads.nodes, 3), rng.choice(roads.nodes, 8)
    made = travel.times_many(closed, sources, targets)
    assert made.shape == (21, 3, 8)
    assert made.dtype == np.int32
    for k in range(21):
        closures = Closures.of(roads, assets=np.flatnonzero(down[k]))
        assert (np.flatnonzero(closed[k]) == closures.closed).all()
        expected = plain_times(roads, closures.ticks(roads))
        assert (made[k] == expected[np.ix_(sources, targets)]).all()
    slowed = [some_closures(roads, i) for i in range(5)]
    again = travel.times_many(slowed, sources)
    for k, each in enumerate(slowed):
        assert (again[k] == plain_times(roads, each.ticks(roads))[sources]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_both_ends_of_a_stretch_and_the_way_to_the_road_count(seed: int, way: str) -> None:
    roads = roads_at(seed)
    now = now_under(roads, None, way)
    between = plain_times(roads, now.ticks)
    rng = np.random.default_rng([seed, 5])
    ends = rng.integers(0, roads.nodes, (2, 2, 6)).astype(np.int32)
    ends[:, 1, ::2] = -1
    ends[1, :, 1] = -1  # a place on no road
    access = rng.integers(0, 50, (2, 6)).astype(np.int32)
    access[1, 1] = UNREACHABLE
    a, b = (Places(ends[i, 0], ends[i, 1], access[i], np.zeros(6)) for i in (0, 1))
    made = now.times(a, b)
    for i in range(6):
        for j in range(6):
            ways = [
                int(between[u, v]) + int(access[0, i]) + int(access[1, j])
                for u in ends[0, :, i]
                for v in ends[1, :, j]
                if u >= 0 and v >= 0
            ]
            assert made[i, j] == min([*ways, UNREACHABLE])
    found = now.nearest(b, a)
    assert (found.ticks == made.min(axis=1)).all()
