"""Reach kernel against igraph and SciPy: same network, same failures, equal results.

100,000 nodes, 250,000 links that fail each by its own word and its own probability, 100 sources.
Failure words are made inside the timing; one thread. ``python -m bench.reach``
"""

from __future__ import annotations

import argparse
import os
import time

import igraph
import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from bench.cities import mesh_city
from rencity.city.network import Network, build_network
from rencity.kit.draws import Purpose
from rencity.sim.reach.arrays import graph_of, state_of
from rencity.sim.reach.events import failure_bits
from rencity.sim.reach.full import reach_lifeline
from rencity.sim.reach.lanes import ALL, LANES, rows

SEED = 7


class Kernel:
    """The parts of `stress` that make failure words and reach, for one block."""

    def __init__(self, network: Network, down: float) -> None:
        rng = np.random.default_rng(3)
        self.network = network
        spread = rng.uniform(0.5, 1.5, network.link_rows - 1)
        self.threshold = np.rint(down * spread * 2**32).astype(np.uint64)[None, :]
        self.key = network.key[network.nodes + 1 :]
        self.graph, self.state = graph_of(network), state_of(network)
        self.state.works[:] = ALL
        self.mask = rows(1)
        self.mask[:] = ALL
        self.failed = rows(network.link_rows - 1)

    def block(self, number: int) -> None:
        """Failure words and reach of one block of samples."""
        failure_bits(
            self.threshold, self.mask, self.key, np.uint64(SEED), np.uint64(Purpose.DAMAGE),
            number * self.failed.shape[1], self.failed,
        )  # fmt: skip
        np.invert(self.failed, out=self.state.link_up[1:])
        self.state.link_up[0] = ALL
        reach_lifeline(self.graph, self.state, self.state.works, 0)


def timed(work, least_s: float) -> tuple[int, float]:  # type: ignore[no-untyped-def]
    """Repeat until `least_s` seconds have passed; repeats and seconds."""
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < least_s:
        work(count)
        count += 1
    return count, time.perf_counter() - begin


def edges(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Tail and head of each link row but the first, once."""
    first = network.link_ptr[1:-1]
    return network.link_tail[first], network.link_head[first]


def by_igraph(network: Network, up: np.ndarray) -> np.ndarray:
    """Copy, delete, find components; the peer's usual way."""
    tail, head = edges(network)
    whole = by_igraph.whole  # type: ignore[attr-defined]
    graph = whole.copy()
    graph.delete_edges(np.flatnonzero(~up).tolist())
    part = np.array(graph.connected_components().membership)
    del tail, head
    return np.isin(part, np.unique(part[np.asarray(network.source) == 1]))


def by_scipy(network: Network, up: np.ndarray) -> np.ndarray:
    """Connected components of the links that are up."""
    tail, head = edges(network)
    n = network.nodes
    matrix = sparse.coo_matrix((np.ones(up.sum(), np.int8), (tail[up], head[up])), shape=(n, n))
    _, part = csgraph.connected_components(matrix, directed=False)
    return np.isin(part, np.unique(part[np.asarray(network.source) == 1]))


def main() -> None:
    """Print samples per second of the three, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--links", type=int, default=250_000)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    network = build_network(mesh_city(given.nodes, given.links, given.sources, SEED))
    tail, head = edges(network)
    by_igraph.whole = igraph.Graph(given.nodes, np.stack([tail, head], 1).tolist())  # type: ignore[attr-defined]
    print(f"{given.nodes:,} nodes, {given.links:,} links, {given.sources} sources, one core")
    print("| links down | rencity samples/s | igraph | scipy | × igraph | × scipy | words share |")
    print("|---|---|---|---|---|---|---|")
    for down in (0.05, 0.40):
        kernel = Kernel(network, down)
        kernel.block(0)
        up = np.unpackbits(kernel.state.link_up[1:].view(np.uint8), axis=1, bitorder="little")
        for lane in (0, 1, LANES - 1):
            mine = (kernel.state.served[:, lane >> 6] >> np.uint64(lane & 63)) & np.uint64(1)
            for peer in (by_igraph, by_scipy):
                assert (mine.astype(bool) == peer(network, up[:, lane].astype(bool))).all()
        count, seconds = timed(kernel.block, given.seconds)
        own = count * LANES / seconds
        words, words_s = timed(
            lambda i, k=kernel: failure_bits(
                k.threshold, k.mask, k.key, np.uint64(SEED), np.uint64(1), i * 8, k.failed
            ),
            1.0,
        )
        share = (words_s / words) / (seconds / count)
        rates = []
        for peer in (by_igraph, by_scipy):
            n, s = timed(lambda i, p=peer, u=up: p(network, u[:, i % LANES].astype(bool)), 3.0)
            rates.append(n / s)
        print(
            f"| {down:.0%} | {own:,.0f} | {rates[0]:.1f} | {rates[1]:.1f} | "
            f"{own / rates[0]:,.0f} | {own / rates[1]:,.0f} | {share:.0%} |"
        )


if __name__ == "__main__":
    main()
