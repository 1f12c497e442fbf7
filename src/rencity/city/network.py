"""The city as arrays: what the engine reads, derived from its tables.

Nodes are numbered lifeline by lifeline in breadth-first order from the sources, so that what feeds
a node mostly has a lower number. A link's own asset that nothing needs, that needs nothing and
serves nobody keeps a word of its own (a *link row*) instead of becoming a node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from rencity.city.model import City
from rencity.city.schema import LEVELS, MOST_ALTERNATIVES
from rencity.kit.errors import CityError
from rencity.kit.ids import keys_of

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]

MOST_REGIONS = 64
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


def build_network(city: City) -> Network:
    """Derive the arrays from the tables of a city without an error.

    Raises
    ------
    CityError : a need has more than `MOST_ALTERNATIVES` alternatives, or an id dangles
    """
    assets = city.assets
    index = pd.Index(assets["id"])
    own = _own_words(city, index)
    heads, tails, rows, link_asset, link_open, link_keys = _edges(city, index, own)
    lifelines = _lifelines(city)
    number = {name: i for i, name in enumerate(lifelines)}
    is_node = ~own
    node_asset = np.flatnonzero(is_node)
    life = assets["lifeline"].map(number).to_numpy()[node_asset]
    source = assets["source"].to_numpy()[node_asset]
    local = np.full(len(assets), -1, np.int64)
    local[node_asset] = np.arange(len(node_asset))
    order = _order(local[tails], local[heads], rows, link_open, source, life)
    asset = node_asset[order].astype(np.int32)
    node_of = np.full(len(assets), -1, np.int64)
    node_of[asset] = np.arange(len(asset))
    n = len(asset)
    tail, head = node_of[tails], node_of[heads]
    out_ptr, out_node, out_link = _rows_of(tail, head, rows, n)
    in_ptr, in_node, in_link = _rows_of(head, tail, rows, n)
    lower = in_node < np.repeat(np.arange(n), np.diff(in_ptr))
    in_mid = in_ptr[:-1] + np.bincount(np.repeat(np.arange(n), np.diff(in_ptr))[lower], minlength=n)
    by_row = np.argsort(rows, kind="stable")
    counts = np.bincount(rows, minlength=len(link_asset))
    counts[0] = 0
    by_row = by_row[rows[by_row] > 0]
    node_keys = keys_of(assets["id"].to_numpy()[asset])
    return Network(
        lifelines=lifelines,
        first=np.searchsorted(life[order], np.arange(len(lifelines) + 1)).astype(np.int64),
        asset=asset,
        out_ptr=out_ptr,
        out_node=out_node,
        out_link=out_link,
        in_ptr=in_ptr,
        in_node=in_node,
        in_link=in_link,
        in_mid=in_mid.astype(np.int64),
        source=source[order].astype(np.uint8),
        link_asset=link_asset,
        link_open_min=link_open,
        link_ptr=_pointers(counts),
        link_head=head[by_row].astype(np.int32),
        link_tail=tail[by_row].astype(np.int32),
        key=np.concatenate([node_keys, link_keys]),
        **_needs(city, index, node_of, n),
        **_people(city, index, node_of, n),
    )


def _lifelines(city: City) -> tuple[str, ...]:
    known = list(city.catalogue.lifelines)
    present = set(city.assets["lifeline"])
    return tuple([name for name in known if name in present] + sorted(present - set(known)))


def _own_words(city: City, index: pd.Index) -> npt.NDArray[np.bool_]:
    """Assets that need not be nodes: only ever the own asset of links."""
    own = _named(index, city.links["asset"])
    for column in (
        city.links["start"],
        city.links["end"],
        city.need_groups["asset"],
        city.needs["provider"],
        city.serves["asset"],
    ):
        own &= ~_named(index, column)
    return own & ~city.assets["source"].to_numpy()


def _named(index: pd.Index, ids: pd.Series) -> npt.NDArray[np.bool_]:
    """Which entries of the index a column names."""
    found = index.get_indexer(ids)
    named = np.zeros(len(index), bool)
    named[found[found >= 0]] = True
    return named


def _find(index: pd.Index, ids: pd.Series, what: str) -> Ints:
    found = index.get_indexer(ids)
    if (found < 0).any():
        lost = str(ids.to_numpy()[np.flatnonzero(found < 0)[0]])
        raise CityError(
            f"{what} names {lost}, which is not there",
            place=f"{what}",
            mend="run `rencity city check` for every fault at once",
        )
    return found.astype(np.int64)


def _edges(
    city: City, index: pd.Index, own: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints, Ids, Ids, Ints, npt.NDArray[np.uint64]]:
    """Directed edges between assets (head, tail, link row) and the link rows."""
    links = city.links
    start = _find(index, links["start"], "links.start")
    end = _find(index, links["end"], "links.end")
    has = (links["asset"] != "").to_numpy()
    middle = np.full(len(links), -1, np.int64)
    middle[has] = _find(index, links["asset"][has], "links.asset")
    keeps = has.copy()
    keeps[has] = own[middle[has]]
    opened = links["normally_open"].to_numpy()
    # a link row: one for each own-word asset, one for each open link without such an asset
    row_asset = np.unique(middle[keeps])
    bare = np.flatnonzero(opened & ~keeps)
    link_asset = np.concatenate([[-1], row_asset, np.full(len(bare), -1)]).astype(np.int32)
    row = np.zeros(len(links), np.int32)
    row[keeps] = 1 + np.searchsorted(row_asset, middle[keeps])
    row[bare] = 1 + len(row_asset) + np.arange(len(bare))
    mixed = np.intersect1d(row[opened & keeps], row[~opened & keeps])
    if len(mixed):
        shared = city.assets["id"].to_numpy()[link_asset[mixed[0]]]
        raise CityError(
            f"{shared} carries a normally open and a closed link",
            place="links.asset",
            mend="give the normally open link an asset of its own",
        )
    minutes = links["switching_min"].fillna(np.inf).to_numpy()
    link_open = np.full(len(link_asset), NOT_OPEN, np.int64)
    never = np.iinfo(np.int32).max
    link_open[row[opened]] = np.minimum(np.ceil(minutes[opened]), never).astype(np.int64)
    keys = np.concatenate(
        [
            np.zeros(1, np.uint64),
            keys_of(city.assets["id"].to_numpy()[row_asset]),
            keys_of(links["id"].to_numpy()[bare]),
        ]
    )
    through = has & ~keeps
    both = ~links["directed"].to_numpy()
    tails, heads, rows = [], [], []
    closed = np.zeros_like(row)
    for mask, a, b, word in (
        (~through, start, end, row),
        (through, start, middle, closed),
        (through, middle, end, row),  # the switch of an open link stands at its end
    ):
        tails += [a[mask], b[mask & both]]
        heads += [b[mask], a[mask & both]]
        rows += [word[mask], word[mask & both]]
    return (
        np.concatenate(heads),
        np.concatenate(tails),
        np.concatenate(rows),
        link_asset,
        link_open,
        keys,
    )


def _pointers(counts: npt.NDArray[np.integer]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _rows_of(key: Ints, other: Ints, rows: Ids, n: int) -> tuple[Ints, Ids, Ids]:
    order = np.lexsort((rows, other, key))
    return (
        _pointers(np.bincount(key, minlength=n)),
        other[order].astype(np.int32),
        rows[order].astype(np.int32),
    )


def _order(
    tail: Ints,
    head: Ints,
    rows: Ids,
    link_open: Ints,
    source: npt.NDArray[np.bool_],
    life: npt.NDArray[np.integer],
) -> Ints:
    """Nodes by lifeline, then breadth first from the sources; what is not reached comes last."""
    n = len(source)
    closed = link_open[rows] == NOT_OPEN
    ptr, node, _ = _rows_of(tail[closed], head[closed], rows[closed], n)
    rank = _breadth_first(ptr, node, np.flatnonzero(source))
    return np.lexsort((rank, life))


@njit(cache=True)
def _breadth_first(ptr: Ints, node: Ids, sources: Ints) -> Ints:
    n = len(ptr) - 1
    rank = np.full(n, n, np.int64)
    queue = np.empty(n, np.int64)
    end = 0
    for s in sources:
        rank[s] = end
        queue[end] = s
        end += 1
    begin = 0
    while begin < end:
        u = queue[begin]
        begin += 1
        for e in range(ptr[u], ptr[u + 1]):
            v = node[e]
            if rank[v] == n:
                rank[v] = end
                queue[end] = v
                end += 1
    return rank


def _needs(city: City, index: pd.Index, node_of: Ints, n: int) -> dict[str, Any]:
    groups = city.need_groups
    needer = node_of[_find(index, groups["asset"], "need_groups.asset")]
    order = np.argsort(needer, kind="stable")
    place = pd.Index(groups["id"].to_numpy()[order])
    group = _find(place, city.needs["group"], "needs.group")
    provider = node_of[_find(index, city.needs["provider"], "needs.provider")]
    by_group = np.lexsort((provider, group))
    counts = np.bincount(group, minlength=len(groups))
    if len(groups) and counts.max() > MOST_ALTERNATIVES:
        raise CityError(
            f"{place[int(counts.argmax())]} has {counts.max()} alternatives",
            place="needs",
            mend=f"name at most {MOST_ALTERNATIVES} providers of one need",
        )
    by_provider = np.lexsort((group, provider))
    manual = groups["manual_start_h"].fillna(0).to_numpy()[order]
    return {
        "group_node": needer[order].astype(np.int32),
        "group_quorum": groups["quorum"].to_numpy()[order].astype(np.int32),
        "group_backup_min": _minutes(groups["backup_h"].to_numpy()[order]),
        "group_manual_min": _minutes(manual),
        "group_ptr": _pointers(counts),
        "group_provider": provider[by_group].astype(np.int32),
        "node_ptr": _pointers(np.bincount(needer, minlength=n)),
        "use_ptr": _pointers(np.bincount(provider, minlength=n)),
        "use_group": group[by_provider].astype(np.int32),
    }


def _minutes(hours: npt.NDArray[np.float64]) -> Ints:
    return np.ceil(np.round(hours * 60, 6)).astype(np.int64)


def _people(city: City, index: pd.Index, node_of: Ints, n: int) -> dict[str, Any]:
    serves, zones = city.serves, city.zones
    asset = _find(index, serves["asset"], "serves.asset")
    zone_row = _find(pd.Index(zones["id"]), serves["zone"], "serves.zone")
    served, zone = np.unique(zone_row, return_inverse=True)
    people = _whole_people(
        zone,
        city.assets["lifeline"].to_numpy()[asset],
        serves["share"].to_numpy(),
        zones["people_night"].to_numpy()[served],
    )
    if not people.any():
        return _assets_for_people(city, node_of, n)
    return _by_node(node_of[asset], zone, people, n) | _zones_of(zones, served) | {"unit": PEOPLE}


def _assets_for_people(city: City, node_of: Ints, n: int) -> dict[str, Any]:
    """One for each node that is no source, in its own zone, else in the first one at the top."""
    counted = np.flatnonzero((node_of >= 0) & ~city.assets["source"].to_numpy())
    zone_index = pd.Index(city.zones["id"])
    row = zone_index.get_indexer(city.assets["zone"].iloc[counted])
    top = np.flatnonzero(city.zones["parent"] == "")
    served, zone = np.unique(np.where(row < 0, top[0] if len(top) else 0, row), return_inverse=True)
    ones = np.ones(len(counted), np.int64)
    made = _by_node(node_of[counted], zone, ones, n) | {"unit": ASSETS}
    if not len(city.zones):
        only = (city.identity.id,) if len(counted) else ()
        return made | {"zone": only, "region": only, "zone_region": np.zeros(len(only), np.int32)}
    return made | _zones_of(city.zones, served)


def _by_node(node: Ints, zone: Ints, people: Ints, n: int) -> dict[str, Any]:
    order = np.lexsort((zone, node))
    return {
        "people_ptr": _pointers(np.bincount(node, minlength=n)),
        "people_zone": zone[order].astype(np.int32),
        "people": people[order].astype(np.int32),
    }


def _zones_of(zones: pd.DataFrame, served: Ints) -> dict[str, Any]:
    regions, zone_region = np.unique(_regions(zones)[served], return_inverse=True)
    ids = zones["id"].to_numpy()
    return {
        "zone": tuple(ids[served]),
        "region": tuple(ids[regions]),
        "zone_region": zone_region.astype(np.int32),
    }


def _whole_people(
    zone: Ints,
    lifeline: npt.NDArray[np.object_],
    share: npt.NDArray[np.float64],
    people: npt.NDArray[np.float64],
) -> Ints:
    """Whole people of each share by largest remainder, so that zone totals are kept."""
    exact = share * people[zone]
    whole = np.floor(exact + 1e-9)
    if not len(zone):
        return whole.astype(np.int64)
    cell = pd.DataFrame({"zone": zone, "lifeline": lifeline}).groupby(
        ["zone", "lifeline"], sort=False
    )
    group = cell.ngroup().to_numpy()
    short = np.round(np.bincount(group, exact)) - np.bincount(group, whole)
    order = np.lexsort((np.arange(len(zone)), -(exact - whole), group))
    starts = _pointers(np.bincount(group))[group[order]]
    extra = np.empty(len(zone))
    extra[order] = np.arange(len(zone)) - starts < short[group[order]]
    return (whole + extra).astype(np.int64)


def _regions(zones: pd.DataFrame) -> Ints:
    """The zone that each zone is counted under: its ancestor at the first level of several."""
    counts = zones["level"].value_counts()
    several = [name for name in LEVELS if 1 < counts.get(name, 0) <= MOST_REGIONS]
    index = pd.Index(zones["id"])
    parent = index.get_indexer(zones["parent"])
    region = np.arange(len(zones), dtype=np.int64)
    if not several:
        return _climb(region, parent, np.zeros(len(zones), bool))
    return _climb(region, parent, (zones["level"] == several[0]).to_numpy())


def _climb(region: Ints, parent: Ints, stop: npt.NDArray[np.bool_]) -> Ints:
    """Go up until a zone of the level, or the top, or where no such zone lies above."""
    has = stop.copy()
    for _ in LEVELS:  # whether the level stands at or above each zone
        has |= np.where(parent >= 0, has[parent], False)
    for _ in LEVELS:
        move = ~stop[region] & (parent[region] >= 0) & (has[region] | ~has.any())
        region = np.where(move, parent[region], region)
    return region
