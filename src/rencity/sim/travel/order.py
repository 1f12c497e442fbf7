"""In which order nodes are contracted: nested dissection by small cuts, compiled.

What separates two halves comes after both, so that no shortcut joins them below it (A. George,
"Nested dissection of a regular finite element mesh", SIAM Journal on Numerical Analysis 10, 1973).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from scipy import sparse

from rencity.sim.travel.cut import halves
from rencity.sim.travel.roads import Ids, Ints, Roads

LEAF = 2


def order_of(roads: Roads) -> Ids:
    """Nodes from the first contracted to the last, int32 (n,)."""
    ptr, head, twin = simple_graph(roads.tail, roads.head, roads.nodes)
    return _dissected(ptr, head, twin, roads.xy_m[:, 0].copy(), roads.xy_m[:, 1].copy())


def simple_graph(tail: Ids, head: Ids, nodes: int) -> tuple[Ints, Ids, Ints]:
    """Undirected, without loops and parallels: arcs by tail, then head, and each one's opposite."""
    apart = tail != head
    a, b = tail[apart], head[apart]
    ones = np.ones(2 * len(a), np.int8)
    both = sparse.csr_array(
        (ones, (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(nodes, nodes)
    )
    both.sum_duplicates()
    both.sort_indices()
    ptr, head = both.indptr.astype(np.int64), both.indices.astype(np.int32)
    tail = np.repeat(np.arange(nodes), np.diff(ptr))
    twin = np.argsort(np.lexsort((tail, head)), kind="stable")
    return ptr, head, twin.astype(np.int64)


@njit(cache=True)
def _dissected(ptr, head, twin, x, y):
    n = len(ptr) - 1
    order = np.arange(n).astype(np.int32)
    local = np.full(n, -1, np.int32)
    stack = [(0, n)]
    while stack:
        low, high = stack.pop()
        if high - low <= LEAF:
            continue
        side = _split(ptr, head, twin, x, y, order[low:high], local)
        a, b = _laid(order, low, side)
        stack.append((low, low + a))
        stack.append((low + a, low + a + b))
    return order


@njit(cache=True)
def _split(ptr, head, twin, x, y, nodes, local):
    """Halves of the part of the graph on some nodes; `local` is -1 before and after."""
    size, count = len(nodes), 0
    for i in range(size):
        local[nodes[i]] = i
    for v in nodes:
        for e in range(ptr[v], ptr[v + 1]):
            count += local[head[e]] >= 0
    own_ptr = np.zeros(size + 1, np.int64)
    own_head = np.empty(count, np.int32)
    place = np.empty(count, np.int64)
    k = 0
    for i in range(size):
        v = nodes[i]
        for e in range(ptr[v], ptr[v + 1]):
            if local[head[e]] >= 0:
                own_head[k] = local[head[e]]
                place[k] = e
                k += 1
        own_ptr[i + 1] = k
    own_twin = _twins(own_ptr, own_head, place, twin)
    side = halves(own_ptr, own_head, own_twin, x[nodes], y[nodes])
    for v in nodes:
        local[v] = -1
    return side


@njit(cache=True)
def _twins(own_ptr, own_head, place, twin):
    """Opposite of each arc of a part: among those of its head, the one that is its twin's."""
    made = np.empty(len(own_head), np.int64)
    for k in range(len(own_head)):
        w = own_head[k]
        for f in range(own_ptr[w], own_ptr[w + 1]):
            if place[f] == twin[place[k]]:
                made[k] = f
    return made


@njit(cache=True)
def _laid(order, low, side):
    """First half, second half, separator in place; the sizes of the halves."""
    nodes = order[low : low + len(side)].copy()
    count = np.zeros(3, np.int64)
    for s in side:
        count[s] += 1
    if count[0] == len(side) or count[1] == len(side):  # nothing was cut off
        order[low : low + len(side)] = nodes
        return 0, 0
    at = np.array([low, low + count[0], low + count[0] + count[1]])
    for i in range(len(side)):
        order[at[side[i]]] = nodes[i]
        at[side[i]] += 1
    return count[0], count[1]
