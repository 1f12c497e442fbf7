"""What comes first: tiers of rows by the rule of the crews file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.crews.spec import Priority

Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

LAST_TIER = (1 << 24) - 1


def tiers(priority: Priority, critical: Bools, usual: Ids, listed: Ids) -> tuple[Ids, bool]:
    """Tier of each row, lower first, and whether people by crew-hour decide inside one.

    Parameters
    ----------
    critical : bool (n,), rows of critical facilities and of what feeds them
    usual : int32 (n,), minutes from the nearest base of the skill, −1 for no way
    listed : rows of the list, in its order
    """
    if priority.rule == "nearest":
        near = np.where(usual < 0, LAST_TIER, np.minimum(usual, LAST_TIER))
        return near.astype(np.int32), False
    tier = np.zeros(len(usual), np.int32)
    if priority.rule == "critical":
        tier[~critical] = 1
    if priority.rule == "list":
        tier[:] = len(listed)
        tier[listed[::-1]] = np.arange(len(listed), dtype=np.int32)[::-1]
    return tier, True


def feeding(network: Network, facilities: npt.NDArray[np.int64]) -> Bools:
    """Rows of facilities, of whatever may meet their needs, and of the shortest feed of each.

    The shortest feed of a node is the way with fewest links from a source of its lifeline in the
    undamaged network; of its own needs every alternative counts, and so on until the sources.
    """
    n = network.nodes
    made = np.zeros(n + network.link_rows, bool)
    waiting = [int(row) for row in facilities if row < n]
    made[facilities] = True
    while waiting:
        v = waiting.pop()
        found = [int(row) for row in _providers(network, v)]
        if not network.source[v] and network.in_ptr[v + 1] > network.in_ptr[v]:
            first = network.in_ptr[v]  # neighbours ascend, and nodes are numbered from the sources
            found.append(int(network.in_node[first]))
            made[n + network.in_link[first]] |= network.in_link[first] > 0
        for row in found:
            if not made[row]:
                made[row] = True
                if row < n:
                    waiting.append(row)
    return made


def _providers(network: Network, node: int) -> Ids:
    first, last = network.node_ptr[node], network.node_ptr[node + 1]
    return network.group_provider[network.group_ptr[first] : network.group_ptr[last]]
