"""The roads of a city as arrays: nodes, directed edges, and the time each takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.kit.findings import Finding
from rencity.sim.travel.ticks import Ticks

Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Roads:
    """A road network; n nodes by asset row, m directed edges by tail, then head, then link.

    Attributes
    ----------
    node_asset : int32 (n,), row of ``city.assets`` of each node
    node_of_asset : int32 (a,), node of each asset, -1 for one that is none
    xy_m : (n, 2), metres east and north on a local plane about `origin`
    origin : longitude and latitude of the plane's middle, degrees
    part : int32 (n,), strongly connected part, the greatest is 0
    entry : bool (n,), whether places may be entered from the node
    ptr, tail, head : int64 (n+1,), int32 (m,), int32 (m,): edge e of node v in ptr[v]:ptr[v+1]
    ticks : int32 (m,), undamaged time, tenths of a second; `UNREACHABLE` where normally open
    length_m : (m,)
    asset : int32 (m,), row of the link's own asset, -1 where it has none
    link : int32 (m,), row of ``city.links``
    in_ptr, in_edge : int64 (n+1,), int32 (m,): edges that end at each node
    own_ptr, own_edge : int64 (a+1,), int32: edges that each asset closes when it is down: those
        that it is, and those that end at it
    findings : what was assumed, and what is odd
    """

    node_asset: Ids
    node_of_asset: Ids
    xy_m: Floats
    origin: tuple[float, float]
    part: Ids
    entry: Bools
    ptr: Ints
    tail: Ids
    head: Ids
    ticks: Ticks
    length_m: Floats
    asset: Ids
    link: Ids
    in_ptr: Ints
    in_edge: Ids
    own_ptr: Ints
    own_edge: Ids
    findings: tuple[Finding, ...] = ()

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_asset)

    @property
    def edges(self) -> int:
        """Number of directed edges."""
        return len(self.head)

    @property
    def assets(self) -> int:
        """Number of assets of the city, on roads or not."""
        return len(self.node_of_asset)

    def edges_of(self, assets: npt.ArrayLike) -> Ints:
        """Edges that stand closed while any of these assets is down; sorted, each once."""
        rows = np.unique(np.asarray(assets, np.int64))
        first, last = self.own_ptr[rows], self.own_ptr[rows + 1]
        if not len(rows):
            return np.zeros(0, np.int64)
        count = last - first
        ends = np.cumsum(count)
        where = np.arange(ends[-1]) - np.repeat(ends - count, count) + np.repeat(first, count)
        return np.unique(self.own_edge[where]).astype(np.int64)
