"""Which rows of other tables name a row: found by position, made once for a city."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.atlas.opened import Opened
from rencity.atlas.refs import ASSETS, ZONES, Refs

Ints = npt.NDArray[np.int64]


class Naming:
    """Rows of a column by the row that they name.

    Parameters
    ----------
    named : int64, row that each row of the column names; -1: none
    """

    def __init__(self, named: Ints, count: int) -> None:
        there = np.flatnonzero(named >= 0)
        self._rows = there[np.argsort(named[there], kind="stable")]
        sizes = np.bincount(named[there], minlength=count)
        self._first = np.concatenate([[0], np.cumsum(sizes)])

    def by(self, row: int) -> Ints:
        """Rows of the column that name a row, ascending."""
        return self._rows[self._first[row] : self._first[row + 1]]


class Joins:
    """The tables that join assets and zones, by row instead of by id.

    Attributes
    ----------
    start, end, own : int64, assets of each link; -1: none
    group_asset, need_group, provider : of each need group and of each need
    served_by, served : asset and zone of each row of `serves`
    carrier, rider : assets of each row of `carriers`
    """

    def __init__(self, opened: Opened) -> None:
        refs, city = opened.kept(Refs), opened.city
        asset, zone = refs.index[ASSETS], refs.index[ZONES]
        links, needs, serves = city.links, city.needs, city.serves
        assets, zones = len(asset), len(zone)
        self.start, self.end, self.own = (
            asset.get_indexer(links[name]).astype(np.int64) for name in ("start", "end", "asset")
        )
        self.by_start, self.by_end, self.by_own = (
            Naming(named, assets) for named in (self.start, self.end, self.own)
        )
        groups = city.need_groups.set_index("id").index
        self.group_asset = asset.get_indexer(city.need_groups["asset"]).astype(np.int64)
        self.groups_of = Naming(self.group_asset, assets)
        self.need_group = groups.get_indexer(needs["group"]).astype(np.int64)
        self.provider = asset.get_indexer(needs["provider"]).astype(np.int64)
        self.needs_of = Naming(self.need_group, len(groups))
        self.needs_by = Naming(self.provider, assets)
        self.served_by = asset.get_indexer(serves["asset"]).astype(np.int64)
        self.served = zone.get_indexer(serves["zone"]).astype(np.int64)
        self.serves_of = Naming(self.served_by, assets)
        self.serves_to = Naming(self.served, zones)
        self.carrier = asset.get_indexer(city.carriers["carrier"]).astype(np.int64)
        self.rider = asset.get_indexer(city.carriers["asset"]).astype(np.int64)
        self.carried = Naming(self.carrier, assets)
        self.carriers_of = Naming(self.rider, assets)
        self.parent = zone.get_indexer(city.zones["parent"]).astype(np.int64)
        self.children = Naming(self.parent, zones)
        demand = zone.get_indexer(city.demands["zone"]).astype(np.int64)
        self.demands_of = Naming(demand, zones)
        self.zone_of = zone.get_indexer(city.assets["zone"]).astype(np.int64)
