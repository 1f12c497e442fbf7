"""How much hangs on each asset, by several measures; each value is of a row of ``city.assets``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from rencity.city.model import City
from rencity.city.network import NOT_OPEN, Network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.n1 import people_lost

Array = npt.NDArray[np.float64]


def people(city: City, network: Network) -> Array:
    """People who lose any lifeline when the asset fails alone, summed over lifelines."""
    lost = people_lost(Engine(network, np.zeros(1, np.int64), 1)).sum(axis=0)
    return _by_asset(lost.astype(np.float64), city, network)


def degree(city: City, network: Network) -> Array:  # noqa: ARG001 - measures are called alike
    """Links that end at the asset; of a link's own asset the sum of both ends."""
    index = pd.Index(city.assets["id"])
    ends = [index.get_indexer(city.links[end]) for end in ("start", "end")]
    count = np.bincount(np.concatenate(ends), minlength=len(index)).astype(np.float64)
    own = index.get_indexer(city.links["asset"])
    has = own >= 0
    both = count[ends[0][has]] + count[ends[1][has]]
    np.maximum.at(count, own[has], both)
    return count


def capacity(city: City, network: Network) -> Array:  # noqa: ARG001 - measures are called alike
    """Stated capacity; nothing where none is stated."""
    return np.nan_to_num(city.assets["capacity"].to_numpy(np.float64), nan=0.0)


def downstream(city: City, network: Network) -> Array:
    """Assets whose breadth-first way from the sources leads over it, itself included.

    A link's own asset counts those over the link.
    """
    n = network.nodes
    closed = np.asarray(network.link_open_min) == NOT_OPEN
    order, parent, link = _tree(
        np.asarray(network.out_ptr),
        np.asarray(network.out_node),
        np.asarray(network.out_link),
        np.asarray(network.source),
        closed,
    )
    count = _counts(order, parent)
    row = np.zeros(n + network.link_rows)
    row[:n] = count
    np.add.at(row, n + link[order], count[order] * (link[order] > 0))
    row[n] = 0
    return _by_asset(row, city, network)


def _by_asset(row: Array, city: City, network: Network) -> Array:
    at = network.row_of_asset(len(city.assets))
    return np.where(at >= 0, row[np.maximum(at, 0)], 0.0)


@njit(cache=True)
def _tree(ptr: Any, node: Any, link: Any, source: Any, closed: Any) -> Any:
    """Visiting order, parent (-1 at a source) and the link row from it."""
    n = len(ptr) - 1
    parent = np.full(n, -2, np.int64)
    over = np.zeros(n, np.int64)
    queue = np.empty(n, np.int64)
    end = 0
    for v in range(n):
        if source[v]:
            parent[v] = -1
            queue[end] = v
            end += 1
    begin = 0
    while begin < end:
        u = queue[begin]
        begin += 1
        for e in range(ptr[u], ptr[u + 1]):
            v = node[e]
            if parent[v] == -2 and closed[link[e]]:
                parent[v] = u
                over[v] = link[e]
                queue[end] = v
                end += 1
    return queue[:end], parent, over


@njit(cache=True)
def _counts(order: Any, parent: Any) -> Any:
    count = np.zeros(len(parent))
    for i in range(len(order) - 1, -1, -1):
        v = order[i]
        count[v] += 1.0
        if parent[v] >= 0:
            count[parent[v]] += count[v]
    return count
