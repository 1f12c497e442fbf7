"""N-1 of every asset, of every road, against a plain loop that takes out one asset at a time.

``python -m bench.nminus1 CITY [CITY ...]``: city folders; without one the demo city is made.
The loop is igraph's usual way: leave the asset out, search each lifeline from its sources, ask the
needs again until nothing moves. It runs on some assets only; both must say the same of them.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import igraph
import numpy as np

from rencity.city import City
from rencity.city.demo.build import make_demo
from rencity.city.network import NOT_OPEN, Network
from rencity.city.network.cache import network_of
from rencity.sim.nminus1.agreement import people_of_nodes
from rencity.sim.nminus1.everything import lost_alone
from rencity.sim.nminus1.roads import has_roads, study_roads

SAMPLE = 40


class Loop:
    """The same question to igraph, one asset at a time; link rows are left to the bits."""

    def __init__(self, network: Network) -> None:
        self.network = network
        tail = np.repeat(np.arange(network.nodes), np.diff(network.out_ptr))
        closed = np.asarray(network.link_open_min)[network.out_link] == NOT_OPEN
        pairs = np.stack([tail[closed], np.asarray(network.out_node)[closed]], 1)
        root = network.nodes
        starts = np.flatnonzero(network.source)
        ways = np.vstack([pairs, np.stack([np.full(len(starts), root), starts], 1)])
        self.graph = igraph.Graph(root + 1, ways.tolist(), directed=True)
        self.people = people_of_nodes(network)
        self.base = self.running(np.ones(network.nodes, bool))

    def running(self, up: np.ndarray) -> np.ndarray:
        """Greatest set that supports itself."""
        network, now = self.network, up.copy()
        while True:
            root = network.nodes
            keep = np.append(np.flatnonzero(now), root)
            part = self.graph.induced_subgraph(keep.tolist())
            reached = part.subcomponent(len(keep) - 1, mode="out")
            then = np.zeros(root + 1, bool)
            then[keep[reached]] = True
            then = then[:root]
            got = then[network.group_provider].astype(np.int64)
            total = np.concatenate([[0], np.cumsum(got)])
            met = total[network.group_ptr[1:]] - total[network.group_ptr[:-1]]
            unmet = network.group_node[met < network.group_quorum]
            then[unmet] = False
            if (then == now).all():
                return now
            now = then

    def lost(self, node: int) -> int:
        """People who lose anything when a node, and what rides on it, is out."""
        network, up = self.network, self.base.copy()
        up[node] = False
        riders = network.ride_row[network.ride_ptr[node] : network.ride_ptr[node + 1]]
        up[riders[riders < network.nodes]] = False
        return int(self.people[self.base & ~self.running(up)].sum())


def measure(folder: Path, cores: int) -> None:
    """One row of the table."""
    city = City.open(folder)
    network = network_of(city)
    small = np.zeros(network.nodes + network.link_rows, bool)
    small[: min(600, network.nodes)] = True
    lost_alone(network, wanted=small, workers=cores)  # compile
    begin = time.perf_counter()
    lost = lost_alone(network, workers=cores)
    seconds = time.perf_counter() - begin
    loop = Loop(network)
    able = np.flatnonzero(lost.runs & (np.diff(network.ride_ptr)[: network.nodes] == 0))
    some = np.random.default_rng(1).choice(able, min(SAMPLE, len(able)), replace=False)
    begin = time.perf_counter()
    people = [loop.lost(int(node)) for node in some]
    each = (time.perf_counter() - begin) / len(some)
    assert people == lost.people[:, some].sum(axis=0).tolist()
    tried = int(lost.tried.sum())
    ratio = each * tried / seconds
    row = f"| {folder.name} | {tried:,} | {seconds:.2f} | {each * 1000:.1f} ms | {ratio:,.0f} |"
    print(row, end="")
    if has_roads(city):
        study_roads(city, network, workers=cores)
        begin = time.perf_counter()
        made = study_roads(city, network, workers=cores)
        print(f" {len(made.table):,} | {time.perf_counter() - begin:.1f} |", end="")
    else:
        print(" – | – |", end="")
    print(f" {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} |", flush=True)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cities", type=Path, nargs="*")
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    print(f"{cores} threads")
    print(
        "| city | assets | N-1 of each, s | igraph, one | × igraph | roads | alone, s | GB |\n"
        "|---|---|---|---|---|---|---|---|"
    )
    if given.cities:
        for folder in given.cities:
            measure(folder, cores)
        return
    with tempfile.TemporaryDirectory() as folder:
        make_demo("city", 1).city.write(Path(folder) / "city")
        measure(Path(folder) / "city", cores)


if __name__ == "__main__":
    main()
