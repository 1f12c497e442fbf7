"""Greatest flow through a graph of whole amounts: level graphs and blocking flows.

Arcs stand in pairs, ``e`` and its reverse ``e ^ 1``; arcs of a vertex are a linked list. After
E. A. Dinic, Soviet Math. Doklady 11:1277 (1970).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

BIG = np.int64(1) << np.int64(50)
"""More than any flow: a capacity without bound."""


@njit(cache=True, nogil=True)
def add_arc(head: Any, nxt: Any, to: Any, cap: Any, count: Any, a: Any, b: Any, c: Any) -> Any:
    """Add an arc from a to b that carries c, and its reverse; the new count of arcs."""
    to[count], cap[count], nxt[count] = b, c, head[a]
    head[a] = count
    to[count + 1], cap[count + 1], nxt[count + 1] = a, 0, head[b]
    head[b] = count + 1
    return count + 2


@njit(cache=True, nogil=True)
def _levels(
    head: Any, nxt: Any, to: Any, cap: Any, vertices: Any, s: Any, t: Any, level: Any, queue: Any
) -> Any:
    """Arcs from s to each vertex, -1 where none leads; whether t is reached."""
    level[:vertices] = -1
    level[s] = 0
    queue[0] = s
    begin, end = 0, 1
    while begin < end and level[t] < 0:
        u = queue[begin]
        begin += 1
        e = head[u]
        while e >= 0:
            v = to[e]
            if cap[e] > 0 and level[v] < 0:
                level[v] = level[u] + 1
                queue[end] = v
                end += 1
            e = nxt[e]
    return level[t] >= 0


@njit(cache=True, nogil=True)
def push(
    head: Any, nxt: Any, to: Any, cap: Any, vertices: Any, s: Any, t: Any, level: Any, queue: Any,
    now: Any, path: Any,
) -> Any:  # fmt: skip
    """Push as much as goes from s to t over what is left of `cap`; how much that was."""
    total = np.int64(0)
    while _levels(head, nxt, to, cap, vertices, s, t, level, queue):
        now[:vertices] = head[:vertices]
        u, depth = s, 0
        while True:
            if u == t:
                least = BIG
                for i in range(depth):
                    least = min(least, cap[path[i]])
                total += least
                back = depth
                for i in range(depth - 1, -1, -1):
                    cap[path[i]] -= least
                    cap[path[i] ^ 1] += least
                    if cap[path[i]] == 0:
                        back = i
                depth = back
                u = to[path[depth] ^ 1]
            e = now[u]
            while e >= 0 and (cap[e] <= 0 or level[to[e]] != level[u] + 1):
                e = nxt[e]
            now[u] = e
            if e >= 0:
                path[depth] = e
                depth += 1
                u = to[e]
            elif u == s:
                break
            else:
                level[u] = -1
                depth -= 1
                u = to[path[depth] ^ 1]
    return total
