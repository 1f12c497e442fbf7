"""Small networks, and what they cost worked out without the room under test: sets and networkx."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np

from rencity.sim.optimum import FlowNetwork

NO_IDS = np.zeros(0, np.int64)
MANY = 10**6


def network(supply: list[float], pairs: list[tuple[int, int]], **edits: Any) -> FlowNetwork:
    """Two-way links of capacity 10 and cost 1 between the nodes a, b, c, …; keywords replace."""
    n, k = len(supply), len(pairs)
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    made: dict[str, Any] = {
        "node": tuple("abcdefghij"[:n]),
        "link": tuple("abcdefghij"[i] + "-" + "abcdefghij"[j] for i, j in pairs),
        "lifelines": ("power",),
        "lifeline": np.zeros(n, np.int64),
        "supply": np.array(supply, float),
        "shortage_cost": np.full(n, 100.0),
        "surplus_cost": np.zeros(n),
        "throughput": np.full(n, np.inf),
        "arc_tail": np.concatenate([ends[:, 0], ends[:, 1]]),
        "arc_head": np.concatenate([ends[:, 1], ends[:, 0]]),
        "arc_link": np.concatenate([np.arange(k), np.arange(k)]),
        "capacity": np.full(2 * k, 10.0),
        "flow_cost": np.ones(2 * k),
        "repair_cost": np.ones(n + k),
        "crew": np.ones(n + k),
        "need_node": NO_IDS,
        "need_quorum": NO_IDS,
        "need_ptr": np.zeros(1, np.int64),
        "need_provider": NO_IDS,
        "site_cost": np.zeros(0),
        "site_part": NO_IDS,
        "site": NO_IDS,
    }
    return FlowNetwork(**(made | edits))


def drawn(rng: np.random.Generator) -> FlowNetwork:
    """Two lifelines of four to six nodes in all that need each other, whole figures throughout."""
    n = int(rng.integers(4, 7))
    line = np.sort(rng.integers(0, 2, n))
    pairs = [
        p for p in combinations(range(n), 2) if line[p[0]] == line[p[1]] and rng.random() < 0.7
    ]
    k = len(pairs)
    parts = n + k
    needing = np.flatnonzero(rng.random(n) < 0.4)
    providers = [rng.choice(n, int(rng.integers(1, 4)), replace=False) for _ in needing]
    sites = int(rng.integers(0, 3))
    on_site = np.flatnonzero(rng.random(parts) < 0.5) if sites else NO_IDS
    return network(
        [float(s) for s in rng.integers(-6, 7, n)],
        pairs,
        lifelines=("power", "water"),
        lifeline=line,
        shortage_cost=rng.integers(0, 50, n).astype(float),
        surplus_cost=rng.integers(0, 4, n).astype(float),
        throughput=np.where(rng.random(n) < 0.2, 3.0, np.inf),
        capacity=rng.integers(0, 8, 2 * k).astype(float),
        flow_cost=rng.integers(0, 4, 2 * k).astype(float),
        repair_cost=rng.integers(0, 20, parts).astype(float),
        crew=rng.integers(1, 3, parts).astype(float),
        need_node=needing,
        need_quorum=np.array([rng.integers(1, len(p) + 1) for p in providers], np.int64),
        need_ptr=np.concatenate([[0], np.cumsum([len(p) for p in providers])]).astype(np.int64),
        need_provider=np.concatenate([NO_IDS, *providers]).astype(np.int64),
        site_cost=rng.integers(0, 30, sites).astype(float),
        site_part=on_site,
        site=rng.integers(0, max(1, sites), len(on_site)),
    )


def working(net: FlowNetwork, whole: set[int]) -> set[int]:
    """Nodes that are whole and have what they need, taken away one by one."""
    up = {node for node in range(len(net.node)) if node in whole}
    ptr = net.need_ptr
    while True:
        lost = {
            int(node)
            for i, node in enumerate(net.need_node)
            if sum(int(p) in up for p in net.need_provider[ptr[i] : ptr[i + 1]])
            < net.need_quorum[i]
        } & up
        if not lost:
            return up
        up -= lost


def served_cost(net: FlowNetwork, whole: set[int]) -> int:
    """The same where providers must be served: the best over all sets of nodes that work.

    Each need has one provider.
    """
    may = sorted(working(net, whole))
    found = []
    for size in range(len(may) + 1):
        for up in map(set, combinations(may, size)):
            asked = {
                int(p)
                for node, p in zip(net.need_node, net.need_provider, strict=True)
                if node in up
            }
            if asked <= up:
                found.append(period_cost(net, whole, up, asked))
    return min(cost for cost in found if cost < MANY)


def period_cost(
    net: FlowNetwork,
    whole: set[int],
    up: set[int] | None = None,
    served: set[int] | frozenset[int] = frozenset(),
) -> int:
    """Flow, shortage and surplus of a period, by networkx's minimum-cost flow.

    `served` must get all they take; where they cannot, the cost is beyond `MANY`.
    """
    up, graph = working(net, whole) if up is None else up, nx.DiGraph()
    graph.add_edge("sink", "source", capacity=MANY, weight=0)
    fixed = 0
    for node, amount in enumerate(net.supply.astype(int)):
        worth = int((net.surplus_cost if amount > 0 else net.shortage_cost)[node])
        worth += MANY if node in served and amount < 0 else 0
        fixed += abs(amount) * worth
        if node not in up:
            continue
        limit = net.throughput[node]
        graph.add_edge((node, "in"), node, capacity=int(limit) if np.isfinite(limit) else MANY)
        ends = ("source", node) if amount > 0 else (node, "sink")
        graph.add_edge(*ends, capacity=abs(amount), weight=-worth)
    for arc, (tail, head) in enumerate(zip(net.arc_tail, net.arc_head, strict=True)):
        if {int(tail), int(head)} <= up and len(net.node) + int(net.arc_link[arc]) in whole:
            ends = (int(tail), (int(head), "in"))
            graph.add_edge(*ends, capacity=int(net.capacity[arc]), weight=int(net.flow_cost[arc]))
    flow = nx.min_cost_flow(graph)
    return fixed + int(nx.cost_of_flow(graph, flow))


def best(net: FlowNetwork, broken: list[int], crews: list[float]) -> int:
    """Least cost over all ways to mend, period by period, by trying each."""
    whole = set(range(net.parts)) - set(broken)
    if not crews:
        return 0
    found = []
    for size in range(len(broken) + 1):
        for chosen in combinations(broken, size):
            if net.crew[list(chosen)].sum() > crews[0]:
                continue
            sites = {int(s) for p, s in zip(net.site_part, net.site, strict=True) if p in chosen}
            own = period_cost(net, whole | set(chosen))
            own += int(net.repair_cost[list(chosen)].sum() + net.site_cost[list(sites)].sum())
            left = [part for part in broken if part not in chosen]
            found.append(own + best(net, left, crews[1:]))
    return min(found)
