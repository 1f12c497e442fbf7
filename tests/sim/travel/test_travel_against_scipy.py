"""Times on real roads are those of SciPy's Dijkstra, closed roads included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse import csgraph

from rencity.city import City
from rencity.kit.errors import CityError
from rencity.sim.travel import UNREACHABLE, Closures, Roads, Travel, closed_edges, roads_of

OSM = ("helsinki", "shanghai", "sao-paulo")
TNTP = ("sioux-falls", "friedrichshain")
Real = Callable[[str], City]


def scipy_times(roads: Roads, ticks: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Ticks to every node; a link of no time is given a thousandth of a tick, then rounded away."""
    keep = np.flatnonzero((ticks < UNREACHABLE) & (roads.tail != roads.head))
    keep = keep[np.lexsort((ticks[keep], roads.head[keep], roads.tail[keep]))]
    pair = roads.tail[keep].astype(np.int64) * roads.nodes + roads.head[keep]
    keep = keep[np.unique(pair, return_index=True)[1]]  # the quickest of parallels
    weight = np.where(ticks[keep] == 0, 1e-6, ticks[keep])
    shape = (roads.nodes, roads.nodes)
    matrix = sparse.csr_array((weight, (roads.tail[keep], roads.head[keep])), shape=shape)
    found = csgraph.dijkstra(matrix, indices=sources)
    return np.where(np.isinf(found), UNREACHABLE, np.floor(found + 0.01)).astype(np.int64)


@pytest.mark.parametrize("name", [*OSM, *TNTP])
def test_times_are_those_of_scipy(name: str, real_city: Real) -> None:
    roads = roads_of(real_city(name))
    rng = np.random.default_rng(5)
    sources = rng.choice(roads.nodes, min(roads.nodes, 40), replace=False)
    travel = Travel(roads).ready()
    few = rng.choice(roads.edges, min(30, roads.edges // 4), replace=False)
    many = np.flatnonzero(rng.random(roads.edges) < 0.1)
    slowed = rng.choice(roads.edges, roads.edges // 5, replace=False)
    for closures in (
        None,
        Closures.of(roads, edges=few),
        Closures.of(roads, edges=many, slow_edges=slowed, factor=3.0),
    ):
        now = travel.under(closures)
        expected = scipy_times(roads, now.ticks, sources)
        assert (now.times(sources) == expected).all()
        assert (now.ready().times(sources, sources) == expected[:, sources]).all()
        plain = Travel(roads).under(closures)
        assert (plain.times(sources[:9]) == expected[:9]).all()
        assert (now.nearest(sources, towards=False).ticks == expected.min(axis=0)).all()


@pytest.mark.parametrize("name", ["helsinki", "shanghai"])
def test_samples_of_damage_are_those_of_scipy(name: str, real_city: Real) -> None:
    roads = roads_of(real_city(name))
    rng = np.random.default_rng(6)
    closed = closed_edges(roads, rng.random((20, roads.assets)) < 0.03)
    bases, targets = rng.choice(roads.nodes, 4), rng.choice(roads.nodes, 60)
    made = Travel(roads).ready().times_many(closed, bases, targets)
    for k in range(20):
        ticks = np.where(closed[k], UNREACHABLE, roads.ticks)
        assert (made[k] == scipy_times(roads, ticks, bases)[:, targets]).all()


@pytest.mark.parametrize("name", OSM)
def test_streets_of_a_map_are_tight_and_one_way_where_they_say(name: str, real_city: Real) -> None:
    city = real_city(name)
    roads = roads_of(city)
    pairs = {(a, b) for a, b in zip(roads.tail.tolist(), roads.head.tolist(), strict=True)}
    links = city.links
    ends = {i: node for i, node in enumerate(roads.node_of_asset.tolist()) if node >= 0}
    row = {name: i for i, name in enumerate(city.assets["id"])}
    road = links[links["lifeline"] == "road"]
    for start, end, directed in zip(road["start"], road["end"], road["directed"], strict=True):
        a, b = ends[row[start]], ends[row[end]]
        assert (a, b) in pairs
        assert directed or (b, a) in pairs
    assert road["directed"].any()
    assert len(roads.ticks) == len(road) + int((~road["directed"]).sum())
    share = np.bincount(roads.part)[0] / roads.nodes
    assert share > 0.85  # one-way streets are cut at the edge of the map
    assert any(finding.rule == "roads-in-parts" for finding in roads.findings)


def test_sioux_falls_has_its_published_nodes_and_links(real_city: Real) -> None:
    roads = roads_of(real_city("sioux-falls"))
    assert (roads.nodes, roads.edges) == (24, 76)
    assert (Travel(roads).under().times(np.arange(24)) < UNREACHABLE).all()


def test_memphis_says_that_it_has_no_roads(real_city: Real) -> None:
    with pytest.raises(CityError, match="the city has no link of lifeline road"):
        roads_of(real_city("memphis"))
