"""From tables to arrays: which assets are nodes, in what order, joined by what."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from rencity.city.model import City
from rencity.city.network.model import NOT_OPEN, Ids, Ints, Network
from rencity.city.network.needs import needs_of
from rencity.city.network.people import people_of
from rencity.city.network.rides import rides_of
from rencity.city.network.rows import find, named, pointers
from rencity.kit.errors import CityError
from rencity.kit.ids import keys_of


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
    row_of = _rows_by_asset(asset, link_asset, len(assets))
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
        link_ptr=pointers(counts),
        link_head=head[by_row].astype(np.int32),
        link_tail=tail[by_row].astype(np.int32),
        key=np.concatenate([node_keys, link_keys]),
        **rides_of(city, index, row_of, n + len(link_asset)),
        **needs_of(city, index, node_of, n),
        **people_of(city, index, node_of, n),
    )


def _rows_by_asset(asset: Ids, link_asset: Ids, assets: int) -> Ints:
    row = np.full(assets, -1, np.int64)
    row[asset] = np.arange(len(asset))
    own = np.flatnonzero(link_asset >= 0)
    row[link_asset[own]] = len(asset) + own
    return row


def _lifelines(city: City) -> tuple[str, ...]:
    known = list(city.catalogue.lifelines)
    present = set(city.assets["lifeline"])
    return tuple([name for name in known if name in present] + sorted(present - set(known)))


def _own_words(city: City, index: pd.Index) -> npt.NDArray[np.bool_]:
    """Assets that need not be nodes: only ever the own asset of links."""
    own = named(index, city.links["asset"])
    for column in (
        city.links["start"],
        city.links["end"],
        city.need_groups["asset"],
        city.needs["provider"],
        city.serves["asset"],
    ):
        own &= ~named(index, column)
    return own & ~city.assets["source"].to_numpy()


def _edges(
    city: City, index: pd.Index, own: npt.NDArray[np.bool_]
) -> tuple[Ints, Ints, Ids, Ids, Ints, npt.NDArray[np.uint64]]:
    """Directed edges between assets (head, tail, link row) and the link rows."""
    links = city.links
    start = find(index, links["start"], "links.start")
    end = find(index, links["end"], "links.end")
    has = (links["asset"] != "").to_numpy()
    middle = np.full(len(links), -1, np.int64)
    middle[has] = find(index, links["asset"][has], "links.asset")
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


def _rows_of(key: Ints, other: Ints, rows: Ids, n: int) -> tuple[Ints, Ids, Ids]:
    order = np.lexsort((rows, other, key))
    return (
        pointers(np.bincount(key, minlength=n)),
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
