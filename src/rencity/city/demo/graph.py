"""Planar networks on points: meshes like streets and mains, forests like feeders and sewers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph
from scipy.spatial import Delaunay, cKDTree

from rencity.city.demo.draws import Floats, Ints

Penalty = Callable[[Ints], Floats]
"""From edges, shape (m, 2), a factor on length: above 1 avoided, below 1 favoured."""


def neighbours(xy: Floats) -> Ints:
    """Edges of the Delaunay triangulation, shape (m, 2), start below end; all pairs of few."""
    if len(xy) < 4:
        return np.argwhere(np.triu(np.ones((len(xy), len(xy)), dtype=bool), 1))
    t = Delaunay(xy, qhull_options="QJ Pp").simplices.astype(np.int64)
    edges = np.sort(np.vstack([t[:, [0, 1]], t[:, [1, 2]], t[:, [0, 2]]]), axis=1)
    return _unique(edges, len(xy))


def _unique(edges: Ints, n: int) -> Ints:
    key = np.unique(edges[:, 0] * n + edges[:, 1])
    return np.column_stack([key // n, key % n])


def lengths(xy: Floats, edges: Ints) -> Floats:
    """Straight length of each edge, shape (m,)."""
    delta = xy[edges[:, 0]] - xy[edges[:, 1]]
    return np.hypot(delta[:, 0], delta[:, 1])


def matrix(n: int, edges: Ints, weight: Floats) -> sp.csr_matrix:
    """Undirected weights as a sparse matrix, shape (n, n)."""
    both = np.vstack([edges, edges[:, ::-1]])
    return sp.csr_matrix((np.tile(weight, 2), (both[:, 0], both[:, 1])), shape=(n, n))


def mesh(xy: Floats, ratio: float, penalty: Penalty | None = None) -> Ints:
    """A connected planar mesh of about `ratio` edges a point, shape (m, 2).

    The minimum spanning tree, and then of the other triangulation edges those that stand clearest
    of a third point (the Gabriel graph's order), which favours blocks over triangles. Edges with
    a penalty are used only where the tree needs them.
    """
    edges = neighbours(xy)
    if len(edges) == 0:
        return edges
    length = lengths(xy, edges)
    factor = penalty(edges) if penalty else np.ones(len(edges))
    tree = _spanning(len(xy), edges, length * factor)
    more = max(0, round(ratio * len(xy)) - int(tree.sum()))
    score = np.where(tree | (factor > 1), -1.0, _clearance(xy, edges, length) / factor)
    best = np.argsort(-score, kind="stable")[:more]
    keep = tree.copy()
    keep[best[score[best] > 0.55]] = True
    return edges[keep]


def _spanning(n: int, edges: Ints, weight: Floats) -> np.ndarray:
    tree = csgraph.minimum_spanning_tree(
        sp.csr_matrix((weight, (edges[:, 0], edges[:, 1])), shape=(n, n))
    ).tocoo()
    low, high = np.minimum(tree.row, tree.col), np.maximum(tree.row, tree.col)
    chosen = low.astype(np.int64) * n + high
    return np.isin(edges[:, 0] * n + edges[:, 1], chosen)


def _clearance(xy: Floats, edges: Ints, length: Floats) -> Floats:
    # distance from the middle to the nearest third point, in half lengths; 1 or more is Gabriel
    middle = (xy[edges[:, 0]] + xy[edges[:, 1]]) / 2
    distance, index = cKDTree(xy).query(middle, k=min(3, len(xy)))
    own = (index == edges[:, :1]) | (index == edges[:, 1:])
    nearest = np.where(own, np.inf, distance).min(axis=1)
    return nearest / (length / 2)


@dataclass(frozen=True)
class Forest:
    """Trees that grow from roots.

    Attributes
    ----------
    parent : next point towards the root, shape (n,); -1 at roots
    root : root of each point, shape (n,)
    depth : edges to the root, shape (n,)
    """

    parent: Ints
    root: Ints
    depth: Ints

    def gathered(self, amount: Floats) -> Floats:
        """Sum of `amount` over each point and all beyond it, shape (n,)."""
        total = amount.astype(np.float64)
        for depth in range(int(self.depth.max()), 0, -1):
            here = np.flatnonzero(self.depth == depth)
            np.add.at(total, self.parent[here], total[here])
        return total


def forest(
    xy: Floats, roots: Ints, *, edges: Ints | None = None, penalty: Penalty | None = None
) -> Forest:
    """Trees of short paths from the roots; long single hops cost more than chains of short ones."""
    edges = neighbours(xy) if edges is None else edges
    length = lengths(xy, edges)
    if penalty is not None:
        length = length * penalty(edges)
    _, previous, root = csgraph.dijkstra(
        matrix(len(xy), edges, length**1.5),
        indices=roots,
        min_only=True,
        return_predecessors=True,
    )
    parent = np.where(previous < 0, -1, previous).astype(np.int64)
    return Forest(parent, root.astype(np.int64), _depth(parent))


def _depth(parent: Ints) -> Ints:
    # pointer doubling: after k rounds every point has looked 2^k steps up
    n = len(parent)
    up = np.append(np.where(parent < 0, n, parent), n)
    steps = np.append((parent >= 0).astype(np.int64), 0)
    while (up < n).any():
        steps = steps + steps[up]
        up = up[up]
    return steps[:n]


def nearest(xy: Floats, targets: Floats, count: int) -> Ints:
    """Row of the nearest `count` targets (fewer if there are fewer), shape (n, count)."""
    count = min(count, len(targets))
    index = cKDTree(targets).query(xy, k=[*range(1, count + 1)])[1]
    return np.asarray(index, dtype=np.int64)
