"""People cut from the nearest facility, or farther from it, when one thing on the roads is closed.

The quickest ways from facilities make a forest. Closing something can only concern what hangs
below it there; that part alone is searched again from what borders on it. The answer is exact and
costs, over all elements, the sum of the sizes of the parts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.sim.nminus1.elements import Elements, Ints
from rencity.sim.nminus1.heap import pop, push
from rencity.sim.spread import in_order
from rencity.sim.travel import Places, Roads

CHUNK = 4096
FAR = np.int64(1) << np.int64(60)


@dataclass(frozen=True)
class Cut:
    """What each element's closing does to the way between people and the nearest facility.

    Attributes
    ----------
    people : int64 (k,), people left without a way to any; those who live at a closed node apart
    later : int64 (k,), people who have a longer way
    ticks : int64 (k,), sum over them of what one trip takes longer
    without : people who have no way in the undamaged city
    """

    people: Ints
    later: Ints
    ticks: Ints
    without: int


class Room(NamedTuple):
    """Room for one thread; sizes by node n and edge m."""

    hit: Any
    now: Any
    part: Any
    shut: Any
    key: Any
    item: Any
    size: Any
    mark: Any


def _room_of(n: int, m: int) -> Room:
    sizes = (n, n, n, m, m + n + 2, m + n + 2, 1, 1)
    return Room(*(np.zeros(size, np.int64) for size in sizes))


def cut_from(
    roads: Roads,
    elements: Elements,
    cost: Ints,
    facilities: Places,
    people: Ints,
    *,
    towards: bool,
    workers: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
) -> Cut:
    """Close each element alone and ask who still has a way.

    Parameters
    ----------
    cost : int64 (m,), ticks of each edge, -1 where nothing passes
    facilities : where they meet the roads; those off the roads are left out
    people : int64 (n,), who lives at each road node
    towards : people drive to the place; else help drives from it
    """
    edges = np.arange(roads.edges, dtype=np.int32)
    star = (roads.ptr, edges, roads.tail, roads.head)
    into = (roads.in_ptr, roads.in_edge)
    if towards:  # the same against the edges' direction
        star, into = (*into, roads.head, roads.tail), (roads.ptr, edges)
    start = np.full(roads.nodes, FAR, np.int64)
    on = facilities.found
    np.minimum.at(start, facilities.node[on], facilities.access[on].astype(np.int64))
    second = on & (facilities.other >= 0)
    np.minimum.at(start, facilities.other[second], facilities.access[second].astype(np.int64))
    far, by = _forest(star[0], star[1], star[3], cost, start)
    order, rank, last = _preorder(star[2], far, by)
    found = [np.zeros(len(elements), np.int64) for _ in range(3)]
    local = threading.local()

    def one(begin: int) -> int:
        if not hasattr(local, "room"):
            local.room = _room_of(roads.nodes, roads.edges)
        end = min(begin + CHUNK, len(elements))
        _close(
            *star, *into, cost, start, far, by, order, rank, last, people, elements.ptr,
            elements.edge, elements.node, begin, end, local.room, *found,
        )  # fmt: skip
        return end

    with ThreadPoolExecutor(workers) as pool:
        for end in in_order(pool, 2 * workers, one, range(0, len(elements), CHUNK)):
            progress(end / len(elements))
    without = int(people[far >= FAR].sum())
    return Cut(people=found[0], later=found[1], ticks=found[2], without=without)


@njit(nogil=True, cache=True)
def _forest(ptr: Any, edge: Any, far_end: Any, cost: Any, start: Any) -> Any:
    """Quickest way from any facility to each node, and the edge it comes by, -1 at its own."""
    n = len(ptr) - 1
    far, by = start.copy(), np.full(n, -1, np.int64)
    key, item = np.empty(len(edge) + n + 2, np.int64), np.empty(len(edge) + n + 2, np.int64)
    size = np.zeros(1, np.int64)
    for v in range(n):
        if start[v] < FAR:
            push(key, item, size, start[v], v)
    while size[0] > 0:
        d, u = pop(key, item, size)
        if d > far[u]:
            continue
        for i in range(ptr[u], ptr[u + 1]):
            e = edge[i]
            v = far_end[e]
            if cost[e] >= 0 and d + cost[e] < far[v]:
                far[v], by[v] = d + cost[e], e
                push(key, item, size, far[v], v)
    return far, by


@njit(nogil=True, cache=True)
def _preorder(near: Any, far: Any, by: Any) -> Any:
    """Nodes so that what hangs below each is a stretch: order, rank, end of the stretch."""
    n = len(far)
    first, after = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for v in range(n - 1, -1, -1):
        if by[v] >= 0:
            u = near[by[v]]
            after[v], first[u] = first[u], v
    order, rank, last = np.empty(n, np.int64), np.full(n, -1, np.int64), np.zeros(n, np.int64)
    count = 0
    for root in range(n):
        if far[root] >= FAR or by[root] >= 0:
            continue
        v = root
        down = True
        while True:
            if down:
                rank[v] = count
                order[count] = v
                count += 1
                if first[v] >= 0:
                    v = first[v]
                    continue
            last[v] = count
            if v == root:
                break
            if after[v] >= 0:
                v = after[v]
                down = True
            else:
                v = near[by[v]]
                down = False
    return order, rank, last


@njit(nogil=True, cache=True)
def _close(
    ptr: Any, edge: Any, near: Any, far_end: Any, in_ptr: Any, in_edge: Any, cost: Any, start: Any,
    far: Any, by: Any, order: Any, rank: Any, last: Any, people: Any, own_ptr: Any, own_edge: Any,
    own_node: Any, begin: Any, end: Any, room: Room, cut: Any, later: Any, ticks: Any,
) -> None:  # fmt: skip
    now, part = room.now, room.part
    for k in range(begin, end):
        own = own_edge[own_ptr[k] : own_ptr[k + 1]]
        count = _hanging(own, far_end, by, order, rank, last, room)
        _border(count, near, in_ptr, in_edge, cost, start, far, room)
        _spread(ptr, edge, far_end, cost, room)
        for j in range(count):
            v = part[j]
            if v == own_node[k] or people[v] == 0:
                continue
            if now[v] >= FAR:
                cut[k] += people[v]
            elif now[v] > far[v]:
                later[k] += people[v]
                ticks[k] += (now[v] - far[v]) * people[v]


@njit(nogil=True, cache=True)
def _hanging(own: Any, far_end: Any, by: Any, order: Any, rank: Any, last: Any, room: Room) -> Any:
    """Shut edges and gather what hangs below them in the forest; how many nodes."""
    hit, shut, part = room.hit, room.shut, room.part
    room.mark[0] += 1
    run = room.mark[0]
    for e in own:
        shut[e] = run
    count = 0
    for e in own:
        v = far_end[e]
        if by[v] != e or hit[v] == run:
            continue
        for j in range(rank[v], last[v]):
            u = order[j]
            if hit[u] != run:
                hit[u] = run
                part[count] = u
                count += 1
    return count


@njit(nogil=True, cache=True)
def _border(
    count: Any, near: Any, in_ptr: Any, in_edge: Any, cost: Any, start: Any, far: Any, room: Room
) -> None:
    """First figures of what hangs: from facilities there and from what borders on it."""
    hit, now, shut, run = room.hit, room.now, room.shut, room.mark[0]
    for j in range(count):
        v = room.part[j]
        now[v] = start[v]
        for i in range(in_ptr[v], in_ptr[v + 1]):
            e = in_edge[i]
            u = near[e]
            if cost[e] >= 0 and shut[e] != run and hit[u] != run and far[u] < FAR:
                now[v] = min(now[v], far[u] + cost[e])
        if now[v] < FAR:
            push(room.key, room.item, room.size, now[v], v)


@njit(nogil=True, cache=True)
def _spread(ptr: Any, edge: Any, far_end: Any, cost: Any, room: Room) -> None:
    """Settle what hangs, from its border inwards."""
    hit, now, shut, run = room.hit, room.now, room.shut, room.mark[0]
    while room.size[0] > 0:
        d, u = pop(room.key, room.item, room.size)
        if d > now[u]:
            continue
        for i in range(ptr[u], ptr[u + 1]):
            e = edge[i]
            v = far_end[e]
            if hit[v] == run and cost[e] >= 0 and shut[e] != run and d + cost[e] < now[v]:
                now[v] = d + cost[e]
                push(room.key, room.item, room.size, now[v], v)
