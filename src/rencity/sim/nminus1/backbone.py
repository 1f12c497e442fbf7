"""Whether the arterial network stays in one piece without one of its segments or junctions."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse import csgraph

from rencity.city.model import City
from rencity.sim.nminus1.elements import Elements, Ints
from rencity.sim.nminus1.lowlink import Walk, below_weight, star_of, walk
from rencity.sim.travel import UNREACHABLE, Roads


@cache
def arterial_classes() -> frozenset[str]:
    """Classes of road that make the arterial network, from `backbone.toml`."""
    text = resources.files("rencity.sim.nminus1").joinpath("backbone.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)["classes"])


@dataclass(frozen=True)
class Backbone:
    """The arterial network and what breaks it.

    Attributes
    ----------
    nodes, links : how many it has; parts : how many pieces it is in undamaged
    member : bool (k,), elements of it
    apart : int64 (k,), its junctions cut from the greatest piece that is left of theirs
    """

    nodes: int
    links: int
    parts: int
    member: npt.NDArray[np.bool_]
    apart: Ints


def backbone_of(city: City, roads: Roads, elements: Elements) -> Backbone:
    """Take out each element of the arterial network; direction is not looked at."""
    classes = city.links["road_class"].to_numpy(dtype=object)
    of_class = np.isin(classes.astype(str), sorted(arterial_classes()))
    edge = np.flatnonzero(of_class[roads.link] & (roads.ticks < UNREACHABLE))
    link, first = np.unique(roads.link[edge], return_index=True)
    edge = edge[first]
    node, ends = np.unique([roads.tail[edge], roads.head[edge]], return_inverse=True)
    start, end = ends.reshape(2, -1)
    n = len(node)
    apart = np.zeros(len(elements), np.int64)
    owner = _links_of(roads, elements, link.astype(np.int64))
    at = pd.Index(node).get_indexer(elements.node)
    member = (at >= 0) & (elements.node >= 0)
    member[owner.row] = True
    if not n:
        return Backbone(0, 0, 0, member, apart)
    walked = walk(star_of(n, start, end))
    by_node, by_link = _apart_nodes(walked), _apart_links(walked, len(link))
    mine = np.flatnonzero(at >= 0)
    apart[mine] = by_node[at[mine]]
    count = np.bincount(owner.row, minlength=len(elements))
    one = count[owner.row] == 1
    apart[owner.row[one]] = by_link[owner.col[one]]
    for k in np.flatnonzero(count > 1):
        apart[k] = _apart_without(n, start, end, owner.col[owner.row == k])
    return Backbone(n, len(link), int((walked.parent < 0).sum()), member, apart)


def _links_of(roads: Roads, elements: Elements, link: Ints) -> sparse.coo_array:
    """Which links of the backbone each stretch closes."""
    k = np.repeat(np.arange(len(elements)), np.diff(elements.ptr))
    place = pd.Index(link).get_indexer(roads.link[elements.edge])
    keep = (place >= 0) & (elements.node[k] < 0)
    shape = (len(elements), len(link))
    ones = np.ones(int(keep.sum()), np.int8)
    made = sparse.coo_array((ones, (k[keep], place[keep])), shape=shape)
    made.sum_duplicates()
    return made


def _piece(walked: Walk) -> tuple[Ints, Ints]:
    """Root of each node's piece, and how many nodes each root's piece has."""
    root = walked.parent < 0
    roots = walked.order[np.flatnonzero(root[walked.order])]
    size = walked.last[roots] - walked.rank[roots]
    which = np.empty(len(root), np.int64)
    which[walked.order] = np.repeat(np.arange(len(roots)), size)
    return roots[which], size[which]


def _apart_links(walked: Walk, links: int) -> Ints:
    """Nodes in the lesser of the two pieces that a link alone joins, int64 (links,)."""
    made = np.zeros(links, np.int64)
    _, size = _piece(walked)
    child = np.flatnonzero(walked.parent >= 0)
    child = child[walked.low[child] > walked.rank[walked.parent[child]]]
    below = walked.last[child] - walked.rank[child]
    made[walked.by[child]] = np.minimum(below, size[child] - below)
    return made


def _apart_nodes(walked: Walk) -> Ints:
    """Nodes outside the greatest piece that is left of theirs when each goes, int64 (n,)."""
    n = len(walked.rank)
    _, size = _piece(walked)
    below = below_weight(walked, np.ones(n, np.int64))
    child = np.flatnonzero(walked.parent >= 0)
    up = walked.parent[child]
    hangs = walked.low[child] >= walked.rank[up]
    total, greatest = np.zeros(n, np.int64), np.zeros(n, np.int64)
    np.add.at(total, up[hangs], below[child[hangs]])
    np.maximum.at(greatest, up[hangs], below[child[hangs]])
    rest = size - 1 - total
    return size - 1 - np.maximum(greatest, rest)


def _apart_without(n: int, start: Ints, end: Ints, gone: Ints) -> int:
    """The same for several links that go together: what they part from the greatest rest."""
    keep = np.ones(len(start), bool)
    keep[gone] = False
    whole = _parts(n, start, end)
    left = _parts(n, start[keep], end[keep])
    apart = 0
    for piece in np.unique(whole[np.concatenate([start[gone], end[gone]])]):
        sizes = np.bincount(left[whole == piece])
        apart += int(sizes.sum() - sizes.max())
    return apart


def _parts(n: int, start: Ints, end: Ints) -> Ints:
    ones = np.ones(len(start), np.int8)
    graph = sparse.coo_array((ones, (start, end)), shape=(n, n))
    return csgraph.connected_components(graph, directed=False)[1].astype(np.int64)
