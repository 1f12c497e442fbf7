"""One sample alone: served, needs, losses and starts by the rules of level reach, with shedding.

The same sets as `rencity.sim.reach` settles for 512 samples at once; here a need may also be shed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from rencity.sim.reach.arrays import Graph


class Lane(NamedTuple):
    """What moves, for one sample. n nodes, k link rows, g needs.

    Attributes
    ----------
    up, works, served, feeds : uint8 (n,); `feeds`: a source, or a store that is not empty
    link_up : uint8 (k,)
    met, waived, shed : uint8 (g,)
    age, used : int64 (g,), minutes unmet without a break; minutes of backup spent
    falling, rising, touched : uint8 (lifelines,), losses to settle; starts to settle; changed since
        amounts were last shared out
    seen, queue, moved : scratch (n,)
    """

    up: Any
    works: Any
    served: Any
    feeds: Any
    link_up: Any
    met: Any
    waived: Any
    shed: Any
    age: Any
    used: Any
    falling: Any
    rising: Any
    touched: Any
    seen: Any
    queue: Any
    moved: Any


def lane_of(nodes: int, links: int, groups: int, lifelines: int) -> Lane:
    """Arrays for one sample; the engine fills them."""
    node_flags = {name: np.zeros(nodes, np.uint8) for name in ("up", "works", "served", "feeds")}
    group_flags = {name: np.zeros(groups, np.uint8) for name in ("met", "waived", "shed")}
    flags = {name: np.zeros(lifelines, np.uint8) for name in ("falling", "rising", "touched")}
    return Lane(
        link_up=np.zeros(links, np.uint8),
        age=np.zeros(groups, np.int64),
        used=np.zeros(groups, np.int64),
        seen=np.zeros(nodes, np.uint8),
        queue=np.zeros(nodes, np.int32),
        moved=np.zeros(nodes, np.int32),
        **node_flags,
        **group_flags,
        **flags,
    )


@njit(cache=True, nogil=True)
def renew_node(graph: Graph, lane: Lane, v: Any) -> None:
    """Whether v works, from `up` and its needs; marks its lifeline where that changed."""
    works = lane.up[v]
    for g in range(graph.node_ptr[v], graph.node_ptr[v + 1]):
        if not (lane.met[g] or lane.waived[g]):
            works = np.uint8(0)
    if works != lane.works[v]:
        lane.works[v] = works
        line = _line(graph, v)
        if works:
            lane.rising[line] = 1
        elif lane.served[v]:
            lane.falling[line] = 1


@njit(cache=True, nogil=True)
def _line(graph: Graph, v: Any) -> Any:
    return np.searchsorted(graph.first, v, side="right") - 1


@njit(cache=True, nogil=True)
def renew_need(graph: Graph, lane: Lane, g: Any) -> None:
    """Whether need g is met, from who is served and whether it is shed."""
    count = 0
    for i in range(graph.group_ptr[g], graph.group_ptr[g + 1]):
        count += lane.served[graph.group_provider[i]]
    met = np.uint8(count >= graph.group_quorum[g] and not lane.shed[g])
    if met != lane.met[g]:
        lane.met[g] = met
        if not lane.waived[g]:
            renew_node(graph, lane, graph.group_node[g])


@njit(cache=True, nogil=True)
def _reach(graph: Graph, lane: Lane, line: Any, inside: Any) -> Any:
    """Reach a lifeline anew, `inside` what was served or not; how many nodes are in `moved`."""
    out_ptr, out_node, out_link = graph.out_ptr, graph.out_node, graph.out_link
    works, served, feeds, link_up = lane.works, lane.served, lane.feeds, lane.link_up
    seen, queue, moved = lane.seen, lane.queue, lane.moved
    first, last = graph.first[line], graph.first[line + 1]
    end = 0
    for v in range(first, last):
        seen[v] = 0
        if feeds[v] and works[v] and (served[v] or not inside):
            seen[v] = 1
            queue[end] = v
            end += 1
    begin = 0
    while begin < end:
        u = queue[begin]
        begin += 1
        for e in range(out_ptr[u], out_ptr[u + 1]):
            v = out_node[e]
            if seen[v] or not works[v] or not link_up[out_link[e]]:
                continue
            if inside and not served[v]:
                continue
            seen[v] = 1
            queue[end] = v
            end += 1
    count = 0
    for v in range(first, last):
        if seen[v] != served[v]:
            served[v] = seen[v]
            moved[count] = v
            count += 1
    return count


@njit(cache=True, nogil=True)
def settle(graph: Graph, lane: Lane, wait: Any, inside: Any) -> None:
    """Settle losses (`inside`, `wait` the falling lifelines) or starts (`wait` the rising ones)."""
    again = True
    while again:
        again = False
        for line in range(len(wait)):
            if not wait[line]:
                continue
            wait[line] = 0
            again = True
            count = _reach(graph, lane, line, inside)
            if count:
                lane.touched[line] = 1
            for i in range(count):
                u = lane.moved[i]
                for j in range(graph.use_ptr[u], graph.use_ptr[u + 1]):
                    renew_need(graph, lane, graph.use_group[j])


@njit(cache=True, nogil=True)
def age_needs(graph: Graph, lane: Lane, passed_min: Any, refill: Any) -> None:
    """Let a step pass: unmet needs age and burn their backup, met ones fill it up again."""
    for g in range(len(lane.met)):
        backup, manual = graph.group_backup_min[g], graph.group_manual_min[g]
        if lane.met[g]:
            lane.age[g] = 0
            lane.used[g] = 0 if refill == 0 else max(0, lane.used[g] - passed_min // refill)
        else:
            lane.age[g] += passed_min
            lane.used[g] = min(backup, lane.used[g] + passed_min)
        waived = np.uint8(lane.used[g] < backup or (manual > 0 and lane.age[g] >= manual))
        if waived != lane.waived[g]:
            lane.waived[g] = waived
            if not lane.met[g]:
                renew_node(graph, lane, graph.group_node[g])
