"""The order: every node once, small separators, kept and made anew when broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rencity.city import City
from rencity.sim.travel import Travel, roads_of
from rencity.sim.travel.hierarchy import hierarchy_of
from rencity.sim.travel.keep import kept_order
from rencity.sim.travel.order import order_of, simple_graph
from tests.sim.travel.streets import Street, random_streets, street_city


def grid_city(side: int) -> City:
    places = [(float(i % side), float(i // side)) for i in range(side * side)]
    across = [Street(i, i + 1) for i in range(side * side) if i % side < side - 1]
    up = [Street(i, i + side) for i in range(side * (side - 1))]
    return street_city(places, across + up)


@pytest.mark.parametrize("seed", range(6))
def test_every_node_stands_in_the_order_once(seed: int) -> None:
    roads = roads_of(street_city(*random_streets(seed)))
    assert sorted(order_of(roads).tolist()) == list(range(roads.nodes))


def test_the_two_halves_of_a_grid_meet_only_over_a_line() -> None:
    side = 24
    roads = roads_of(grid_city(side))
    order = order_of(roads)
    rank = np.empty(roads.nodes, int)
    rank[order] = np.arange(roads.nodes)
    top = set(order[-side:].tolist())
    seen = {int(order[0])}
    stack = list(seen)
    while stack:
        v = stack.pop()
        for w in roads.head[roads.ptr[v] : roads.ptr[v + 1]].tolist():
            if w not in seen and w not in top:
                seen.add(w)
                stack.append(w)
    assert roads.nodes / 5 < len(seen) < 4 * roads.nodes / 5  # one side of what is left


def test_a_dissected_grid_has_few_shortcuts() -> None:
    roads = roads_of(grid_city(24))
    ordered = hierarchy_of(roads)
    by_rows = hierarchy_of(roads, np.arange(roads.nodes))
    assert ordered.arcs < 0.65 * by_rows.arcs  # 13,271: the band of the grid
    assert np.diff(ordered.up_ptr).max() <= 2.5 * 24


@pytest.mark.parametrize("seed", range(4))
def test_the_arcs_are_those_of_elimination(seed: int) -> None:
    """Against sets: join all higher neighbours of each node, from the lowest up."""
    roads = roads_of(street_city(*random_streets(seed)))
    tree = hierarchy_of(roads)
    above: list[set[int]] = [set() for _ in range(roads.nodes)]
    for a, b in zip(tree.rank[roads.tail].tolist(), tree.rank[roads.head].tolist(), strict=True):
        if a != b:
            above[min(a, b)].add(max(a, b))
    for v in range(roads.nodes):
        if above[v]:
            above[min(above[v])] |= above[v] - {min(above[v])}
    for v in range(roads.nodes):
        mine = tree.up_head[tree.up_ptr[v] : tree.up_ptr[v + 1]].tolist()
        assert mine == sorted(above[v])
        assert tree.parent[v] == (min(above[v]) if above[v] else -1)


def test_twins_are_opposites() -> None:
    roads = roads_of(street_city(*random_streets(1)))
    ptr, head, twin = simple_graph(roads.tail, roads.head, roads.nodes)
    tail = np.repeat(np.arange(roads.nodes), np.diff(ptr))
    assert (head[twin] == tail).all()
    assert (twin[twin] == np.arange(len(head))).all()
    assert (head != tail).all()


def test_the_order_is_kept_with_the_city_and_made_anew_when_broken(tmp_path: Path) -> None:
    city = grid_city(8).write(tmp_path / "city")
    made = Travel.of(city).order
    (place,) = (tmp_path / "city" / ".cache").glob("road-order-*")
    kept = np.arange(64, dtype=np.int32)[::-1].copy()
    np.save(place / "order.npy", kept)
    assert (Travel.of(city).order == kept).all()  # it is read, not made
    for broken in (b"", b"no array", kept.tobytes()):
        (place / "order.npy").write_bytes(broken)
        assert (Travel.of(city).order == made).all()
        assert (np.load(place / "order.npy") == made).all()
    for wrong in (kept[:-1], np.zeros(64, np.int32), kept + 1, kept.astype(np.int64)):
        np.save(place / "order.npy", wrong)
        assert (Travel.of(city).order == made).all()


def test_other_roads_do_not_take_the_kept_order(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    first = kept_order(roads_of(grid_city(6)), folder)
    second = kept_order(roads_of(grid_city(7)), folder)
    assert (len(first), len(second)) == (36, 49)
    assert len(list((folder / ".cache").glob("road-order-*"))) == 2


def test_few_questions_do_not_order_the_roads_and_many_do() -> None:
    travel = Travel(roads_of(grid_city(6)))
    now = travel.under()
    few = now.times(np.arange(3))
    assert not travel.ordered
    for _ in range(4):
        again = now.times(np.arange(36))
    assert travel.ordered
    assert (again[:3] == few).all()
