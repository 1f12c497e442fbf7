"""What damage brings with it: what rides on it goes too, and open links wait to be switched."""

from __future__ import annotations

import numpy as np

from rencity.city.network import NOT_OPEN, Network
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import FOREVER, Outages, merged


def in_full(network: Network, damage: Outages, lanes: tuple[int, int]) -> Outages:
    """Damage, what rides on it, and normally open links until they are closed.

    Parameters
    ----------
    damage : of lanes from the first of `lanes` until before its second
    """
    return opened(network, damage, carried(network, damage), lanes)


def opened(network: Network, damage: Outages, full: Outages, lanes: tuple[int, int]) -> Outages:
    """`full` and normally open links, which carry nothing until switched after `damage` begins."""
    return merged([full, _waiting(network, damage, lanes)])


def carried(network: Network, damage: Outages) -> Outages:
    """The outages and those of all that rides on what is out, for as long as the carrier is."""
    counts = np.diff(network.ride_ptr)[damage.row]
    total = int(counts.sum())
    if total == 0:
        return damage
    which = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    rider = network.ride_row[network.ride_ptr[damage.row[which]] + within]
    riding = Outages(rider, damage.lane[which], damage.begin[which], damage.end[which])
    return merged([damage, riding])


def _waiting(network: Network, damage: Outages, lanes: tuple[int, int]) -> Outages:
    """Normally open links until they are switched, counted from the first damage of the lane."""
    rows_open = np.flatnonzero(network.link_open_min != NOT_OPEN)
    first = np.full(LANES, FOREVER, np.int64)
    np.minimum.at(first, damage.lane, damage.begin)
    lane = np.arange(*lanes, dtype=np.int32)
    closed = network.link_open_min[rows_open][:, None] + first[None, slice(*lanes)]
    return Outages(
        np.repeat(rows_open + network.nodes, len(lane)).astype(np.int32),
        np.tile(lane, len(rows_open)),
        np.zeros(len(lane) * len(rows_open), np.int32),
        np.minimum(closed, FOREVER).reshape(-1).astype(np.int32),
    )
