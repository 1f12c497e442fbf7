"""What can be closed on the roads: each segment, bridge, tunnel and junction, with its edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.network.rows import pointers
from rencity.sim.travel import UNREACHABLE, Roads

Ints = npt.NDArray[np.int64]
DM = 10
"""Decimetres in a metre: lengths are counted whole, so that sums are the same on any machine."""


@dataclass(frozen=True)
class Elements:
    """Things that close alone; k elements.

    Attributes
    ----------
    asset : int64 (k,), row of ``city.assets``; -1 for a link without an asset
    link : int64 (k,), row of ``city.links`` where it has no asset, else -1
    node : int64 (k,), road node that it is, -1 for a stretch
    ptr, edge : int64, directed edges of `Roads` that it closes
    """

    asset: Ints
    link: Ints
    node: Ints
    ptr: Ints
    edge: Ints

    def __len__(self) -> int:
        return len(self.asset)


def elements_of(roads: Roads) -> Elements:
    """Every asset that closes an edge, then every link without an asset."""
    counts = np.diff(roads.own_ptr)
    asset = np.flatnonzero(counts).astype(np.int64)
    bare = np.flatnonzero(roads.asset < 0)
    bare = bare[np.argsort(roads.link[bare], kind="stable")]
    link, count = np.unique(roads.link[bare], return_counts=True)
    none = np.full(len(link), -1, np.int64)
    return Elements(
        asset=np.concatenate([asset, none]),
        link=np.concatenate([np.full(len(asset), -1, np.int64), link.astype(np.int64)]),
        node=np.concatenate([roads.node_of_asset[asset].astype(np.int64), none]),
        ptr=pointers(np.concatenate([counts[asset], count])),
        edge=np.concatenate([roads.own_edge, bare]).astype(np.int64),
    )


def whole_costs(roads: Roads) -> tuple[Ints, Ints]:
    """Decimetres and ticks of every edge, int64 (m,); -1 where nothing passes."""
    closed = roads.ticks >= UNREACHABLE
    length = np.rint(roads.length_m * DM).astype(np.int64)
    return np.where(closed, -1, length), np.where(closed, -1, roads.ticks.astype(np.int64))


def two_way(roads: Roads) -> bool:
    """Whether every edge has its twin, so that ways back are as long as ways there."""
    ways = np.stack([roads.tail, roads.head, roads.link, roads.ticks]).astype(np.int64)
    back = ways[[1, 0, 2, 3]]
    first, second = (each[:, np.lexsort(each)] for each in (ways, back))
    return bool((first == second).all())
