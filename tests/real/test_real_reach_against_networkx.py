"""What the engine serves in real networks just after a shock, against networkx."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from rencity.city import City
from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.outages import Outages
from tests.real.conftest import Brought

SAMPLES = 32
SHARES = (0.05, 0.20, 0.40)
DAY_MIN = 1440
ROOT = "root"


def without_needs(city: City) -> City:
    return city.replace(need_groups=city.need_groups[:0], needs=city.needs[:0])


def drawn(city: City, share: float) -> np.ndarray:
    """Assets down, bool (samples, assets)."""
    return np.random.default_rng(round(share * 100)).random((SAMPLES, len(city.assets))) < share


def by_engine(city: City, down: np.ndarray) -> tuple[list[set[str]], set[str]]:
    """Served nodes of each sample, and every node, by id."""
    network = build_network(city)
    ids = city.assets["id"].to_numpy()
    row = network.row_of_asset(len(ids))
    lane, asset = np.nonzero(down & (row >= 0))
    minutes = np.full(len(lane), DAY_MIN, np.int32)
    outages = Outages.at_start(row[asset].astype(np.int32), lane.astype(np.int32), minutes)
    engine = Engine(network, np.zeros(1, np.int64), DAY_MIN)
    state = next(engine.states(outages))
    bits = (state.served[:, 0][None, :] >> np.arange(SAMPLES, dtype=np.uint64)[:, None]) & 1
    nodes = ids[network.asset]
    return [set(nodes[mine != 0]) for mine in bits], set(nodes)


def graph_of(city: City) -> nx.DiGraph:
    """Every asset a node, links' own assets too; a root feeds the sources; open links are out."""
    graph = nx.DiGraph()
    graph.add_nodes_from(city.assets["id"])
    graph.add_edges_from((ROOT, source) for source in city.assets["id"][city.assets["source"]])
    for link in city.links.itertuples():
        if link.normally_open:
            continue
        path = [link.start, link.asset, link.end] if link.asset else [link.start, link.end]
        for a, b in pairwise(path):
            graph.add_edge(a, b)
            if not link.directed:
                graph.add_edge(b, a)
    return graph


def by_networkx(city: City, down: np.ndarray) -> list[set[str]]:
    """Greatest set in which each asset is up, reached and has what it cannot wait for."""
    graph, ids = graph_of(city), city.assets["id"].to_numpy()
    of = city.needs.groupby("group")["provider"].agg(set)
    groups = city.need_groups
    every = [(group.asset, group.quorum, of[group.id]) for group in groups.itertuples()]
    hard = [need for need, hours in zip(every, groups["backup_h"], strict=True) if hours == 0]
    normal = settled(graph, set(ids), every)
    return [settled(graph, normal - set(ids[mine]), hard) for mine in down]


def settled(graph: nx.DiGraph, up: set[str], needs: list[tuple[str, int, set[str]]]) -> set[str]:
    while True:
        served = nx.descendants(graph.subgraph(up | {ROOT}), ROOT)
        kept = served - {asset for asset, quorum, of in needs if len(of & served) < quorum}
        if kept == up:
            return served
        up = kept


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("name", ["memphis", "ky4", "net3", "helsinki-as-told"])
def test_served_without_needs(brought: Callable[[str], Brought], name: str, share: float) -> None:
    city = without_needs(brought(name).city)
    compare(city, share)


@pytest.mark.parametrize("share", SHARES)
def test_served_with_needs(brought: Callable[[str], Brought], share: float) -> None:
    """Memphis' pumps need power at once; other needs are waived while batteries last."""
    compare(brought("memphis").city, share)


@pytest.mark.parametrize("share", SHARES)
def test_served_when_nothing_has_a_backup(brought: Callable[[str], Brought], share: float) -> None:
    """All 73 needs at once: the cascade goes round all four lifelines."""
    city = brought("memphis").city
    bare = city.need_groups.assign(backup_h=0.0, manual_start_h=np.nan)
    compare(city.replace(need_groups=bare), share)


def compare(city: City, share: float) -> None:
    down = drawn(city, share)
    got, nodes = by_engine(city, down)
    want = [served & nodes for served in by_networkx(city, down)]
    assert got == want
    assert len({frozenset(served) for served in want}) > 5
    assert all(served < nodes for served in want)
