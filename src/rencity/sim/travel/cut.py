"""Small cuts through a road network that leave two halves, by place and by flow, compiled.

Inertial flow: nodes are sorted along a direction; the first share of them is a source, the last a
sink, and the least cut between them is a maximum flow of unit edges (A. Schild and C. Sommer, "On
balanced separators in road networks", SEA 2015). The flow is found by blocking flows in layered
graphs (E. A. Dinic, Soviet Mathematics Doklady 11, 1970).
"""

from __future__ import annotations

import numpy as np
from numba import njit

SHARE = 0.25
"""Of the nodes, that are source and that are sink."""
DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [0.7, 0.7], [0.7, -0.7]])


@njit(cache=True)
def halves(ptr, head, twin, x, y):
    """Side of each node, int8 (n,): 0 and 1 for the halves, 2 for what separates them.

    Parameters
    ----------
    ptr, head, twin : undirected edges as arcs both ways, and the number of each one's opposite
    x, y : (n,), metres
    """
    n = len(ptr) - 1
    band = max(1, int(n * SHARE))
    side = np.zeros(n, np.int8)
    best, uneven = len(head) + 1, n
    flow = np.empty(len(head), np.int8)
    level = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    at = np.empty(n, np.int64)
    path = np.empty(n + 1, np.int64)
    pole = np.empty(n, np.int8)
    for d in range(len(DIRECTIONS)):
        order = np.argsort(x * DIRECTIONS[d, 0] + y * DIRECTIONS[d, 1], kind="mergesort")
        pole[:] = 0
        pole[order[:band]] = 1
        pole[order[n - band :]] = 2
        cut = _most_flow(ptr, head, twin, pole, best, flow, level, queue, at, path)
        if cut > best:
            continue
        for back in range(2):
            marks, size = _reached(ptr, head, twin, pole, flow, queue, back)
            off = abs(n - 2 * size)
            if cut < best or off < uneven:
                best, uneven = cut, off
                for v in range(n):
                    side[v] = marks[v] ^ back
    _separate(ptr, head, side)
    return side


@njit(cache=True)
def _most_flow(ptr, head, twin, pole, most, flow, level, queue, at, path):
    """Fill `flow` with a maximum flow from pole 1 to pole 2; gives up above `most`."""
    flow[:] = 0
    total = 0
    while total <= most and _layers(ptr, head, pole, flow, level, queue):
        at[:] = ptr[:-1]
        for s in range(len(pole)):
            if pole[s] != 1:
                continue
            while _augment(ptr, head, twin, pole, flow, level, at, path, s):
                total += 1
    return total


@njit(cache=True)
def _layers(ptr, head, pole, flow, level, queue):
    """Distances from the source in what is left; whether the sink is reached."""
    level[:] = -1
    end = 0
    for v in range(len(pole)):
        if pole[v] == 1:
            level[v] = 0
            queue[end] = v
            end += 1
    begin, sink = 0, np.int32(2**30)
    while begin < end:
        v = queue[begin]
        begin += 1
        if level[v] >= sink:
            break
        for e in range(ptr[v], ptr[v + 1]):
            w = head[e]
            if flow[e] < 1 and level[w] < 0:
                level[w] = level[v] + 1
                if pole[w] == 2:
                    sink = level[w]
                queue[end] = w
                end += 1
    return sink < 2**30


@njit(cache=True)
def _augment(ptr, head, twin, pole, flow, level, at, path, s):
    """One more unit along a shortest way from s, if there is one."""
    depth, v = 0, s
    while True:
        if pole[v] == 2:
            for i in range(depth):
                flow[path[i]] += 1
                flow[twin[path[i]]] -= 1
            return True
        while at[v] < ptr[v + 1]:
            e = at[v]
            if flow[e] < 1 and level[head[e]] == level[v] + 1:
                break
            at[v] += 1
        if at[v] < ptr[v + 1]:
            path[depth] = at[v]
            depth += 1
            v = head[at[v]]
            continue
        if depth == 0:
            return False
        depth -= 1
        v = head[twin[path[depth]]]
        at[v] += 1


@njit(cache=True)
def _reached(ptr, head, twin, pole, flow, queue, back):
    """0 for what the source still reaches (or, back, for what still reaches the sink), else 1."""
    mine = 1 if back == 0 else 2
    marks = np.ones(len(pole), np.int8)
    end = 0
    for v in range(len(pole)):
        if pole[v] == mine:
            marks[v] = 0
            queue[end] = v
            end += 1
    begin = 0
    while begin < end:
        v = queue[begin]
        begin += 1
        for e in range(ptr[v], ptr[v + 1]):
            left = flow[e] if back == 0 else flow[twin[e]]
            if left < 1 and marks[head[e]] == 1:
                marks[head[e]] = 0
                queue[end] = head[e]
                end += 1
    return marks, end


@njit(cache=True)
def _separate(ptr, head, side):
    """Mark the ends of the cut on the side that has fewer of them."""
    count = np.zeros(2, np.int64)
    met = np.zeros(len(side), np.bool_)
    for v in range(len(side)):
        for e in range(ptr[v], ptr[v + 1]):
            if side[head[e]] != side[v]:
                met[v] = True
        if met[v]:
            count[side[v]] += 1
    chosen = 0 if count[0] <= count[1] else 1
    for v in range(len(side)):
        if met[v] and side[v] == chosen:
            side[v] = 2
