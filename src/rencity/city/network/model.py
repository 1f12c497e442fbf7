"""The arrays of a city and what each of them says.

Nodes are numbered lifeline by lifeline in breadth-first order from the sources, so that what feeds
a node mostly has a lower number. A link's own asset that nothing needs, that needs nothing and
serves nobody keeps a word of its own (a *link row*) instead of becoming a node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]

NOT_OPEN = -1
PEOPLE, ASSETS = "people", "assets"


@dataclass(frozen=True)
class Network:
    """Arrays of one city; n nodes, m directed edges, k link rows, g need groups, z zones.

    Attributes
    ----------
    lifelines : names in node order; node range of lifeline l is ``first[l]:first[l+1]``
    asset : int32 (n,), row of ``city.assets`` of each node
    out_ptr, out_node, out_link : edges by tail; link row of each edge, 0 where it cannot fail
    in_ptr, in_node, in_link : edges by head, neighbours ascending
    in_mid : int64 (n,), first in-edge whose tail has a higher number than the head
    source : uint8 (n,)
    link_asset : int32 (k,), row of ``city.assets`` or -1; row 0 is the link that never fails
    link_open_min : int64 (k,), minutes until a normally open link is closed; `NOT_OPEN` if closed
    link_ptr, link_head, link_tail : the directed edges of each link row
    ride_ptr, ride_row : rows (nodes, then link rows) that ride on each row, chains included
    key : uint64 (n + k,), 64-bit key of each node's, then each link row's id
    group_node, group_quorum, group_backup_min, group_manual_min : needs; manual 0: never
    group_ptr, group_provider : alternatives of each group
    node_ptr : int64 (n+1,), groups of a node (groups are sorted by node)
    use_ptr, use_group : groups that a node can meet
    people_ptr, people_zone, people : integer people of each zone on each node; see `unit`
    zone : ids of zones that are served; region : ids of regions; zone_region : int32 (z,)
    unit : ``people``, or ``assets`` where nobody is known to hang on anything: then each node that
        is no source counts one, in its own zone, wherever people are counted otherwise
    """

    lifelines: tuple[str, ...]
    first: Ints
    asset: Ids
    out_ptr: Ints
    out_node: Ids
    out_link: Ids
    in_ptr: Ints
    in_node: Ids
    in_link: Ids
    in_mid: Ints
    source: npt.NDArray[np.uint8]
    link_asset: Ids
    link_open_min: Ints
    link_ptr: Ints
    link_head: Ids
    link_tail: Ids
    ride_ptr: Ints
    ride_row: Ids
    key: npt.NDArray[np.uint64]
    group_node: Ids
    group_quorum: Ids
    group_backup_min: Ints
    group_manual_min: Ints
    group_ptr: Ints
    group_provider: Ids
    node_ptr: Ints
    use_ptr: Ints
    use_group: Ids
    people_ptr: Ints
    people_zone: Ids
    people: Ids
    zone: tuple[str, ...]
    region: tuple[str, ...]
    zone_region: Ids
    unit: str

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.asset)

    @property
    def link_rows(self) -> int:
        """Number of link rows, the one that never fails included."""
        return len(self.link_asset)

    @property
    def lifeline(self) -> npt.NDArray[np.int8]:
        """Number of each node's lifeline, int8 (n,)."""
        counts = np.diff(self.first)
        return np.repeat(np.arange(len(counts), dtype=np.int8), counts)

    def row_of_asset(self, assets: int) -> Ints:
        """Node number, or n + link row, of each asset; -1 for an asset outside every network."""
        row = np.full(assets, -1, np.int64)
        row[self.asset] = np.arange(self.nodes)
        own = np.flatnonzero(self.link_asset >= 0)
        row[self.link_asset[own]] = self.nodes + own
        return row
