"""What rides on a damaged carrier is out for as long as the carrier is."""

from __future__ import annotations

import numpy as np

from rencity.city.network import Network
from rencity.sim.reach.events import Outages, merged


def carried(network: Network, outages: Outages) -> Outages:
    """The outages and those of all that rides on what is out."""
    counts = np.diff(network.ride_ptr)[outages.row]
    total = int(counts.sum())
    if total == 0:
        return outages
    which = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    rider = network.ride_row[network.ride_ptr[outages.row[which]] + within]
    riding = Outages(rider, outages.lane[which], outages.begin[which], outages.end[which])
    return merged([outages, riding])
