"""Who hangs on nodes: people by lifeline and by zone, assets by lifeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rencity.city.network import Network
from rencity.sim.why.lane import Ints
from rencity.sim.why.names import Names


@dataclass(frozen=True)
class ZoneLoss:
    """People of a zone who lose each lifeline."""

    zone: str
    name: str
    people: Mapping[str, int]


def assets_on(network: Network, nodes: Ints) -> dict[str, int]:
    """How many nodes of each lifeline, those with none left out."""
    count = np.bincount(network.lifeline[nodes], minlength=len(network.lifelines))
    return {name: int(n) for name, n in zip(network.lifelines, count, strict=True) if n}


def _entries(network: Network, nodes: Ints) -> tuple[Ints, Ints]:
    """Places in `people` of nodes, and the node of each."""
    first = network.people_ptr[nodes]
    count = network.people_ptr[nodes + 1] - first
    node = np.repeat(nodes, count)
    within = np.arange(len(node)) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(first, count) + within, node


def people_by_node(network: Network) -> Ints:
    """People on each node, int64 (n,)."""
    upto = np.concatenate([[0], np.cumsum(network.people, dtype=np.int64)])
    return upto[network.people_ptr[1:]] - upto[network.people_ptr[:-1]]


def people_on(network: Network, nodes: Ints) -> dict[str, int]:
    """People on nodes by lifeline, those without any left out."""
    at, node = _entries(network, nodes)
    line = network.lifeline[node]
    total = np.bincount(line, network.people[at], len(network.lifelines)).astype(np.int64)
    return {name: int(n) for name, n in zip(network.lifelines, total, strict=True) if n}


def zones_on(network: Network, names: Names, nodes: Ints) -> list[ZoneLoss]:
    """Zones that lose people's service, most people first, ties by id."""
    at, node = _entries(network, nodes)
    lines, zones = len(network.lifelines), len(network.zone)
    place = network.people_zone[at].astype(np.int64) * lines + network.lifeline[node]
    table = np.bincount(place, network.people[at], zones * lines).astype(np.int64)
    table = table.reshape(zones, lines)
    total = table.sum(axis=1)
    hit = sorted(np.flatnonzero(total), key=lambda z: (-total[z], network.zone[z]))
    return [
        ZoneLoss(
            network.zone[z],
            names.zone_name(network.zone[z]),
            {name: int(n) for name, n in zip(network.lifelines, table[z], strict=True) if n},
        )
        for z in hit
    ]
