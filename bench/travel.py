"""Travel on the demo metro's own roads against SciPy's Dijkstra: same roads, equal times.

Some 200,000 nodes, one thread. The least of several runs counts; times that are asked of both are
proved equal in the same run. ``python -m bench.travel [--city DIR]``; without a city the demo metro
is made first.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from rencity.city import City
from rencity.city.demo.build import make_demo
from rencity.sim.travel import UNREACHABLE, Closures, Roads, Travel, closed_edges, roads_of
from rencity.sim.travel.customise import customised
from rencity.sim.travel.hierarchy import hierarchy_of
from rencity.sim.travel.order import order_of
from rencity.sim.travel.search import table_of

SEED = 7
SOURCES, TARGETS, CLOSED = 200, 1_000, 100
SAMPLES, BASES, DOWN = 64, 10, 0.02


def least_s(work: Callable[[], object], runs: int = 5) -> float:
    """Seconds of the fastest of several runs, after one that compiles."""
    work()
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def once_s(work: Callable[[], object]) -> float:
    """Seconds of one run."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class Scipy:
    """The peer: Dijkstra on a matrix of floats, open edges only."""

    def __init__(self, roads: Roads, ticks: np.ndarray) -> None:
        keep = ticks < UNREACHABLE
        shape = (roads.nodes, roads.nodes)
        entries = (ticks[keep].astype(float), (roads.tail[keep], roads.head[keep]))
        self.matrix = sparse.csr_array(entries, shape=shape)

    def times(self, sources: np.ndarray) -> np.ndarray:
        """Ticks to every node, (s, n)."""
        found = csgraph.dijkstra(self.matrix, indices=sources)
        return np.where(np.isinf(found), UNREACHABLE, found)


def separators(travel: Travel) -> str:
    """How good the order is."""
    tree = travel.tree
    ups = np.diff(tree.up_ptr)
    depth = np.zeros(len(ups), np.int64)
    for v in range(len(ups) - 1, -1, -1):
        depth[v] = 0 if tree.parent[v] < 0 else depth[tree.parent[v]] + 1
    triangles = int((ups * (ups - 1) // 2).sum())
    return (
        f"{tree.arcs:,} arcs, {triangles:,} lower triangles; a node has {ups.mean():.1f} higher "
        f"ends on average, {ups.max()} at most, and {depth.mean():.0f} nodes above it, "
        f"{depth.max()} at most"
    )


def row(name: str, own_s: float, peer_s: float, goal: str) -> None:
    """A line of the table."""
    print(f"| {name} | {own_s * 1e3:,.1f} | {peer_s * 1e3:,.1f} | {peer_s / own_s:.1f} | {goal} |")


def once(travel: Travel, folder: Path | None) -> None:
    """What is done once for a network."""
    roads = travel.roads
    order_of(roads)
    order_s = once_s(lambda: order_of(roads))
    tree_s = least_s(lambda: hierarchy_of(roads, travel.order), 2)
    whole_s = least_s(lambda: customised(travel.tree, roads.ticks))
    print(f"{roads.nodes:,} nodes, {roads.edges:,} edges{f', {folder}' if folder else ''}")
    print(f"order {order_s:.1f} s, contract {tree_s:.2f} s, customise {whole_s * 1e3:.0f} ms, once")
    print(separators(travel))


def questions(travel: Travel) -> None:
    """Undamaged and after closures, against SciPy."""
    roads, rng = travel.roads, np.random.default_rng(SEED)
    sources, targets = (rng.choice(roads.nodes, k, replace=False) for k in (SOURCES, TARGETS))
    peer = Scipy(roads, roads.ticks)
    now = travel.under().ready()
    assert (now.times(sources[:3]) == peer.times(sources[:3])).all()
    scipy_s = least_s(lambda: peer.times(sources[:1]), 3)
    row("one to all", least_s(lambda: now.times(sources[:1])), scipy_s, "40")
    own_s = least_s(lambda: table_of(now._outward, sources[:1].astype(np.int32), targets), 3)
    row("one to all, own plain search", own_s, scipy_s, "")
    table_s = once_s(lambda: peer.times(sources))
    row(f"{SOURCES} x {TARGETS:,}", least_s(lambda: now.times(sources, targets)), table_s, "1,000")
    peer_s = least_s(lambda: csgraph.dijkstra(peer.matrix, indices=sources, min_only=True), 2)
    row(f"nearest of {SOURCES}", least_s(lambda: now.nearest(sources)), peer_s, "")
    a, b = int(sources[0]), int(sources[1])
    path_s = least_s(lambda: now.path(a, b))
    row("one path, unpacked", path_s, scipy_s, "")
    closures = Closures.of(roads, edges=rng.choice(roads.edges, CLOSED, replace=False))
    again_s = least_s(lambda: travel.under(closures).ready())
    damaged = travel.under(closures).ready()
    closed = Scipy(roads, damaged.ticks)
    assert (damaged.times(sources[:3]) == closed.times(sources[:3])).all()
    peer_s = least_s(lambda: Scipy(roads, damaged.ticks), 2)
    row(f"ready after {CLOSED} closures", again_s, peer_s, "50")
    own_s = least_s(lambda: travel.under(closures).ready().times(sources[:1]))
    peer_s = least_s(lambda: Scipy(roads, damaged.ticks).times(sources[:1]), 2)
    row("the same and one to all", own_s, peer_s, "")


def samples(travel: Travel) -> None:
    """Many samples with their own closures, against SciPy on some of them."""
    roads, rng = travel.roads, np.random.default_rng(SEED + 1)
    closed = closed_edges(roads, rng.random((SAMPLES, roads.assets), np.float32) < DOWN)
    bases, targets = (rng.choice(roads.nodes, k, replace=False) for k in (BASES, TARGETS))
    own_s = least_s(lambda: travel.times_many(closed, bases, targets), 1)
    found = travel.times_many(closed, bases, targets)
    begin = time.perf_counter()
    for k in (0, SAMPLES - 1):
        ticks = np.where(closed[k], UNREACHABLE, roads.ticks)
        assert (Scipy(roads, ticks).times(bases)[:, targets] == found[k]).all()
    peer_s = (time.perf_counter() - begin) / 2 * SAMPLES
    row(f"{SAMPLES} samples x {BASES} bases x {TARGETS:,}", own_s, peer_s, "")


def main() -> None:
    """Print what is done once, then a table of questions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=Path)
    given = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    city = City.open(given.city) if given.city else make_demo("metro", SEED).city
    travel = Travel(roads_of(city))
    del city
    once(travel.ready(), given.city)
    print("| Question | Rencity, ms | SciPy, ms | x SciPy | Goal, ms |")
    print("|---|---|---|---|---|")
    questions(travel)
    samples(travel)


if __name__ == "__main__":
    main()
