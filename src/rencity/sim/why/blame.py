"""Who is to blame in one sample at one step: from what is out back to what is damaged.

For each asset in question: its own damage; the damage behind every provider that an unmet need
lacks; and, where it is not reached, the damage on the ways back with the fewest obstacles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.arrays import Graph, State
from rencity.sim.why.lane import Bools, Ints, closed_links

U = np.uint64
_FAR = 1 << 30


@dataclass
class Scratch:
    """Room for the search, kept between calls."""

    ints: tuple[Any, ...]
    fixed: tuple[Any, ...]
    roots: Ints
    wanted: Ints

    @classmethod
    def of(cls, network: Network, runs: Bools) -> Scratch:
        """Make room for a network."""
        n, rows = network.nodes, network.nodes + network.link_rows
        held_ptr, held = _carriers(network)
        stamps = tuple(np.zeros(size, np.int64) for size in (n, n, rows, n, n, n))
        lists = tuple(np.zeros(n, np.int64) for _ in range(3))
        return cls(
            ints=(
                *stamps,
                np.zeros(n, np.int64),  # distance
                *lists,
                np.zeros((3, len(network.in_node) + 1), np.int64),  # levels to visit
                np.zeros((4, len(network.in_node)), np.int64),  # ways' ends
                np.zeros(2, np.int64),  # stamps last used
            ),
            fixed=(runs, closed_links(network), held_ptr, held, _both_ways(network)),
            roots=np.zeros(rows, np.int64),
            wanted=np.zeros(n, np.int64),
        )


def blame(
    graph: Graph,
    state: State,
    own: npt.NDArray[np.uint64],
    lane: int,
    targets: Ints,
    scratch: Scratch,
) -> tuple[Ints, Ints]:
    """Rows whose own outages are to blame for `targets` being out, and every asset asked about.

    Parameters
    ----------
    own : uint64 (n + k, words), bits out of service by an outage of their own at this step
    targets : nodes that run undamaged and are out in the lane
    """
    count, asked = _blame(
        graph,
        state,
        own,
        lane >> 6,
        U(lane & 63),
        targets,
        *scratch.fixed,
        *scratch.ints,
        scratch.roots,
        scratch.wanted,
    )
    return np.sort(scratch.roots[:count]), np.sort(scratch.wanted[:asked])


def obstacles(
    graph: Graph,
    state: State,
    own: npt.NDArray[np.uint64],
    lane: int,
    node: int,
    scratch: Scratch,
) -> tuple[Ints, Ints]:
    """Nodes that do not operate and link rows that are down on the ways back to a node.

    The ways are those with the fewest obstacles; see `blame` for the parameters.
    """
    runs, closed, held_ptr, held, both = scratch.fixed
    far_seen, way_seen, like_seen, far, _, way, blockers, level, ends, stamps = scratch.ints[3:]
    stamps[0] += 1
    found, links = _ways(
        graph,
        state.served,
        state.works,
        state.link_up,
        own,
        lane >> 6,
        U(lane & 63),
        node,
        runs,
        closed,
        held_ptr,
        held,
        both,
        far_seen,
        way_seen,
        like_seen,
        far,
        way,
        blockers,
        level,
        ends,
        stamps,
    )
    return np.unique(blockers[:found]), np.unique(level[0, :links])


def _both_ways(network: Network) -> Bools:
    """Whether each edge, by head, has one back over the same link."""
    n, k = network.nodes, network.link_rows
    head = np.repeat(np.arange(n), np.diff(network.in_ptr))
    tail, row = network.in_node.astype(np.int64), network.in_link.astype(np.int64)
    return np.isin((head * n + tail) * k + row, (tail * n + head) * k + row)


def _carriers(network: Network) -> tuple[Ints, Ints]:
    """Rows that carry each row, as pointers and values."""
    rows = len(network.ride_ptr) - 1
    carrier = np.repeat(np.arange(rows), np.diff(network.ride_ptr))
    order = np.argsort(network.ride_row, kind="stable")
    count = np.bincount(network.ride_row, minlength=rows)
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64), carrier[order]


@njit(nogil=True, cache=True, inline="always")
def _bit(rows: Any, i: Any, word: Any, bit: Any) -> Any:
    return (rows[i, word] >> bit) & U(1) != U(0)


@njit(nogil=True, cache=True)
def _emit(
    own: Any,
    row: Any,
    word: Any,
    bit: Any,
    held_ptr: Any,
    held: Any,
    seen: Any,
    stamp: Any,
    roots: Any,
    count: Any,
) -> Any:
    """Add a row that is down: itself where it is damaged, and what carries it and is."""
    if _bit(own, row, word, bit) and seen[row] != stamp:
        seen[row] = stamp
        roots[count] = row
        count += 1
    for i in range(held_ptr[row], held_ptr[row + 1]):
        carrier = held[i]
        if _bit(own, carrier, word, bit) and seen[carrier] != stamp:
            seen[carrier] = stamp
            roots[count] = carrier
            count += 1
    return count


@njit(nogil=True, cache=True)
def _blame(
    graph: Graph,
    state: State,
    own: Any,
    word: Any,
    bit: Any,
    targets: Any,
    runs: Any,
    closed: Any,
    held_ptr: Any,
    held: Any,
    both: Any,
    want_seen: Any,
    work_seen: Any,
    root_seen: Any,
    far_seen: Any,
    way_seen: Any,
    like_seen: Any,
    far: Any,
    halted: Any,
    way: Any,
    blockers: Any,
    level: Any,
    ends: Any,
    stamps: Any,
    roots: Any,
    wanted: Any,
) -> Any:
    served, works, up, link_up = state.served, state.works, state.up, state.link_up
    n = len(graph.source)
    stamps[0] += 1
    stamp = stamps[0]
    count, asked, done, to_halt = 0, 0, 0, 0
    for i in range(len(targets)):
        if want_seen[targets[i]] != stamp:
            want_seen[targets[i]] = stamp
            wanted[asked] = targets[i]
            asked += 1
    while done < asked:
        v = wanted[done]
        done += 1
        to_halt = 0
        if not _bit(works, v, word, bit) and work_seen[v] != stamp:
            work_seen[v] = stamp
            halted[to_halt] = v
            to_halt += 1
        if not graph.source[v] and like_seen[v] != stamp:
            found, links = _ways(
                graph,
                served,
                works,
                link_up,
                own,
                word,
                bit,
                v,
                runs,
                closed,
                held_ptr,
                held,
                both,
                far_seen,
                way_seen,
                like_seen,
                far,
                way,
                blockers,
                level,
                ends,
                stamps,
            )
            for i in range(links):
                count = _emit(
                    own, n + level[0, i], word, bit, held_ptr, held, root_seen, stamp, roots, count
                )
            for i in range(found):
                u = blockers[i]
                if work_seen[u] != stamp:
                    work_seen[u] = stamp
                    halted[to_halt] = u
                    to_halt += 1
        for i in range(to_halt):
            u = halted[i]
            if not _bit(up, u, word, bit):
                count = _emit(own, u, word, bit, held_ptr, held, root_seen, stamp, roots, count)
            asked = _lacking(graph, state, word, bit, u, runs, want_seen, stamp, wanted, asked)
    return count, asked


@njit(nogil=True, cache=True)
def _lacking(
    graph: Graph,
    state: State,
    word: Any,
    bit: Any,
    u: Any,
    runs: Any,
    want_seen: Any,
    stamp: Any,
    wanted: Any,
    asked: Any,
) -> Any:
    """Ask about every provider that is out of a need of u that is neither met nor waived."""
    served, ok, provider = state.served, state.ok, graph.group_provider
    for g in range(graph.node_ptr[u], graph.node_ptr[u + 1]):
        if _bit(ok, g, word, bit):
            continue
        for j in range(graph.group_ptr[g], graph.group_ptr[g + 1]):
            p = provider[j]
            if runs[p] and want_seen[p] != stamp and not _bit(served, p, word, bit):
                want_seen[p] = stamp
                wanted[asked] = p
                asked += 1
    return asked


@njit(nogil=True, cache=True)
def _ways(
    graph: Graph,
    served: Any,
    works: Any,
    link_up: Any,
    own: Any,
    word: Any,
    bit: Any,
    target: Any,
    runs: Any,
    closed: Any,
    held_ptr: Any,
    held: Any,
    both: Any,
    far_seen: Any,
    way_seen: Any,
    like_seen: Any,
    far: Any,
    way: Any,
    blockers: Any,
    level: Any,
    ends: Any,
    stamps: Any,
) -> Any:
    """Nodes (in `blockers`) and links (in row 0 of `level`) on the ways with fewest obstacles.

    A way leads to `target` from an asset that is served or from a source; an obstacle is an asset
    that does not operate or a link that is down. `target` itself is none. Assets between which
    and `target` nothing stands, either way, have the same ways: they are marked in `like_seen`.
    """
    n = len(graph.source)
    stamps[1] += 1
    stamp = stamps[1]
    least, ways = _FAR, 0
    size = np.zeros(3, np.int64)
    far_seen[target], far[target] = stamp, 0
    if _bit(works, target, word, bit):
        like_seen[target] = stamps[0]
    level[0, 0], size[0] = target, 1
    now, empty = 0, 0
    while empty < 3 and now <= least:
        here = now % 3
        if size[here] == 0:
            now += 1
            empty += 1
            continue
        empty = 0
        size[here] -= 1
        u = level[here, size[here]]
        if far[u] != now or way_seen[u] == -stamp:
            continue
        way_seen[u] = -stamp
        for e in range(graph.in_ptr[u], graph.in_ptr[u + 1]):
            w, r = graph.in_node[e], graph.in_link[e]
            if not runs[w]:
                continue
            cost = now
            if not _bit(link_up, r, word, bit):
                if not closed[r] and not _damaged(own, n + r, word, bit, held_ptr, held):
                    continue  # open and not yet switched: no repair closes it
                cost += 1
            if _bit(served, w, word, bit):
                if cost <= least:
                    least = cost
                    ends[0, ways], ends[1, ways], ends[2, ways], ends[3, ways] = u, w, r, cost
                    ways += 1
                continue
            if not _bit(works, w, word, bit):
                cost += 1
            if graph.source[w]:
                if cost <= least:
                    least = cost
                    ends[0, ways], ends[1, ways], ends[2, ways], ends[3, ways] = u, w, r, cost
                    ways += 1
                continue
            if cost == 0 and both[e] and like_seen[u] == stamps[0]:
                like_seen[w] = stamps[0]
            if far_seen[w] != stamp or cost < far[w]:
                far_seen[w], far[w] = stamp, cost
                level[cost % 3, size[cost % 3]] = w
                size[cost % 3] += 1
    return _on_ways(
        graph,
        served,
        works,
        link_up,
        own,
        word,
        bit,
        target,
        closed,
        held_ptr,
        held,
        far_seen,
        way_seen,
        far,
        way,
        blockers,
        level,
        ends,
        ways,
        least,
        stamp,
    )


@njit(nogil=True, cache=True)
def _on_ways(
    graph: Graph,
    served: Any,
    works: Any,
    link_up: Any,
    own: Any,
    word: Any,
    bit: Any,
    target: Any,
    closed: Any,
    held_ptr: Any,
    held: Any,
    far_seen: Any,
    way_seen: Any,
    far: Any,
    way: Any,
    blockers: Any,
    level: Any,
    ends: Any,
    ways: Any,
    least: Any,
    stamp: Any,
) -> Any:
    n = len(graph.source)
    found, links, waiting = 0, 0, 0
    for i in range(ways):
        u, w, r, cost = ends[0, i], ends[1, i], ends[2, i], ends[3, i]
        if cost != least:
            continue
        if not _bit(link_up, r, word, bit):
            level[0, links] = r
            links += 1
        if not _bit(served, w, word, bit) and way_seen[w] != stamp:
            way_seen[w] = stamp
            blockers[found] = w
            found += 1
        if way_seen[u] != stamp:
            way_seen[u] = stamp
            way[waiting] = u
            waiting += 1
    while waiting > 0:
        waiting -= 1
        u = way[waiting]
        if u == target:
            continue
        hard = 0
        if not _bit(works, u, word, bit):
            blockers[found] = u
            found += 1
            hard = 1
        for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
            v, r = graph.out_node[e], graph.out_link[e]
            down = 0 if _bit(link_up, r, word, bit) else 1
            if far_seen[v] != stamp or far[v] + down + hard != far[u]:
                continue
            if down and not closed[r] and not _damaged(own, n + r, word, bit, held_ptr, held):
                continue
            if down:
                level[0, links] = r
                links += 1
            if way_seen[v] != stamp:
                way_seen[v] = stamp
                way[waiting] = v
                waiting += 1
    return found, links


@njit(nogil=True, cache=True)
def _damaged(own: Any, row: Any, word: Any, bit: Any, held_ptr: Any, held: Any) -> Any:
    if _bit(own, row, word, bit):
        return True
    found = False
    for i in range(held_ptr[row], held_ptr[row + 1]):
        found = found or _bit(own, held[i], word, bit)
    return found
