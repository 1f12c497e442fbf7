"""The ways back with the fewest obstacles: from an asset that is not reached to what is served.

A search from the asset against the links' directions, nearest first, where an asset that does not
operate and a link that is down each count one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.city.network import Network
from rencity.sim.reach.arrays import Graph
from rencity.sim.why.lane import Bools

U = np.uint64
_FAR = 1 << 30


def both_ways(network: Network) -> Bools:
    """Whether each edge, by head, has one back over the same link."""
    n, k = network.nodes, network.link_rows
    head = np.repeat(np.arange(n), np.diff(network.in_ptr))
    tail, row = network.in_node.astype(np.int64), network.in_link.astype(np.int64)
    return np.isin((head * n + tail) * k + row, (tail * n + head) * k + row)


@njit(nogil=True, cache=True, inline="always")
def bit_of(rows: Any, i: Any, word: Any, bit: Any) -> Any:
    """Whether a bit of a row is set."""
    return (rows[i, word] >> bit) & U(1) != U(0)


@njit(nogil=True, cache=True, inline="always")
def note(read: Any, row: Any, word: Any, bit: Any) -> None:
    """Remember that a row was looked at in a lane."""
    read[row, word] |= U(1) << bit


@njit(nogil=True, cache=True)
def ways_back(
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
    read: Any,
) -> Any:
    """Nodes (in `blockers`) and links (in row 0 of `level`) on the ways with fewest obstacles.

    A way leads to `target` from an asset that is served or from a source; an obstacle is an asset
    that does not operate or a link that is down. `target` itself is none. Assets between which
    and `target` nothing stands, either way, have the same ways: they are marked in `like_seen`.
    Every row whose state shaped the answer is marked in `read`.
    """
    n = len(graph.source)
    stamps[1] += 1
    stamp = stamps[1]
    least, ways = _FAR, 0
    size = np.zeros(3, np.int64)
    far_seen[target], far[target] = stamp, 0
    if bit_of(works, target, word, bit):
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
            hard = -1
            if runs[w]:
                note(read, w, word, bit)
                note_own(read, n + r, word, bit, held_ptr, held)
                hard = _obstacles_at(
                    served, works, link_up, own, word, bit, w, r, n, closed, held_ptr, held
                )
            if hard < 0:
                continue
            cost = now + hard
            if graph.source[w] or bit_of(served, w, word, bit):
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
        read,
    )


@njit(nogil=True, cache=True)
def _obstacles_at(
    served: Any,
    works: Any,
    link_up: Any,
    own: Any,
    word: Any,
    bit: Any,
    w: Any,
    r: Any,
    n: Any,
    closed: Any,
    held_ptr: Any,
    held: Any,
) -> Any:
    """Obstacles in an asset and the link from it: 0 to 2; -1 where no repair opens the link."""
    hard = 0
    if not bit_of(link_up, r, word, bit):
        if not closed[r] and not _damaged(own, n + r, word, bit, held_ptr, held):
            return -1  # open and not yet switched
        hard = 1
    if not bit_of(served, w, word, bit) and not bit_of(works, w, word, bit):
        hard += 1
    return hard


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
    read: Any,
) -> Any:
    n = len(graph.source)
    found, links, waiting = 0, 0, 0
    for i in range(ways):
        u, w, r, cost = ends[0, i], ends[1, i], ends[2, i], ends[3, i]
        if cost != least:
            continue
        if not bit_of(link_up, r, word, bit):
            level[0, links] = r
            links += 1
        if not bit_of(served, w, word, bit) and way_seen[w] != stamp:
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
        if not bit_of(works, u, word, bit):
            blockers[found] = u
            found += 1
            hard = 1
        for e in range(graph.out_ptr[u], graph.out_ptr[u + 1]):
            v, r = graph.out_node[e], graph.out_link[e]
            note_own(read, n + r, word, bit, held_ptr, held)
            down = 0 if bit_of(link_up, r, word, bit) else 1
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
    if bit_of(own, row, word, bit):
        return True
    found = False
    for i in range(held_ptr[row], held_ptr[row + 1]):
        found = found or bit_of(own, held[i], word, bit)
    return found


@njit(nogil=True, cache=True)
def note_own(read: Any, row: Any, word: Any, bit: Any, held_ptr: Any, held: Any) -> None:
    """Remember a row and what carries it."""
    note(read, row, word, bit)
    for i in range(held_ptr[row], held_ptr[row + 1]):
        note(read, held[i], word, bit)
