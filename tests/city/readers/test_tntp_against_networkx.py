"""Which zones a network serves, against paths that never drive through a zone."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from rencity.city import City, Identity
from rencity.city.check.facts import Facts
from rencity.city.readers.tntp import read_tntp
from rencity.city.readers.tntp.files import Net, find_files, read_net


@pytest.fixture(scope="module")
def berlin(shared_data: Path) -> tuple[City, Net]:
    folder = shared_data / "roads_tntp/Berlin-Friedrichshain"
    made = City.build(Identity(id="b", name="b"), read_tntp(folder, crs="local").tables)
    return made, read_net(find_files(folder).net)


def works(made: City, seed: int) -> np.ndarray:
    """Assets that work with half of the roads closed."""
    roads = np.flatnonzero(made.assets["kind"].eq("segment"))
    up = np.ones(len(made.assets), dtype=bool)
    up[np.random.default_rng(seed).choice(roads, len(roads) // 2, replace=False)] = False
    return up


def zones_by_paths(made: City, net: Net, up: np.ndarray, *, through: bool) -> set[str]:
    """Zones with an end of a connector that paths from the sources reach."""
    ids = made.assets["id"].to_numpy()
    closed = made.links.loc[made.links["asset"].isin(ids[~up]), "id"].str[7:]
    graph = nx.DiGraph(zip(net.start, net.end, strict=True))
    graph.remove_edges_from([tuple(link.split("-")[:2]) for link in closed])
    zones = {str(n + 1) for n in range(net.zones)}
    open_ = graph if through else graph.subgraph(set(graph) - zones)
    starts = [node[7:] for node in ids[made.assets["source"]]]
    reached = set(starts).union(*(nx.descendants(open_, node) for node in starts))
    ends = {zone: {*graph.successors(zone), *graph.predecessors(zone)} for zone in zones}
    return {f"tntp-z-{zone}" for zone in zones if ends[zone] & reached}


@pytest.mark.parametrize("seed", range(8))
def test_zones_reached_with_half_of_the_roads_closed(berlin: tuple[City, Net], seed: int) -> None:
    made, net = berlin
    up = works(made, seed)
    served = set(made.assets["id"].to_numpy()[Facts(made).supply.reach(up)])
    zones = set(made.serves.loc[made.serves["asset"].isin(served), "zone"])
    assert zones == zones_by_paths(made, net, up, through=False)


def test_driving_through_zones_would_serve_more(berlin: tuple[City, Net]) -> None:
    made, net = berlin
    more = 0
    for seed in range(8):
        up = works(made, seed)
        fewer = zones_by_paths(made, net, up, through=False)
        every = zones_by_paths(made, net, up, through=True)
        assert fewer <= every
        more += len(every - fewer)
    assert more > 0
