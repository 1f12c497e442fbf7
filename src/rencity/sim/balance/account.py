"""What level balance says of a block of samples, in whole people, amounts and minutes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from rencity.city.network import Network
from rencity.sim.balance.ledger import Ledger


class BalanceAccount(NamedTuple):
    """Sums of some samples; s samples, t steps, z zones, n nodes.

    People are those who have service in the undamaged city by this level too (see `Normal`).

    Attributes
    ----------
    served : int32 (lifelines, t, s), people with service
    zone_loss : int64 (lifelines, z, s), person-minutes without service
    reach_only, balance_only : int64 (lifelines, z), person-minutes, over samples, of those whom
        level reach alone counts as served, and whom this level alone does, by its stores
    wanted, granted : int64 (lifelines, classes, t, s), amounts in thousandths of the unit; wanted
        are also amounts of those who are cut off
    stock : int64 (lifelines, t, s), amount times minutes in stores at the end of each step
    out_min : int64 (n,), minutes out of service over samples
    reach_only_min : int64 (n,), minutes in which level reach alone has the node served
    short_min : int64 (n,), person-minutes short at a node that is itself served
    """

    served: Any
    zone_loss: Any
    reach_only: Any
    balance_only: Any
    wanted: Any
    granted: Any
    stock: Any
    out_min: Any
    reach_only_min: Any
    short_min: Any


def account_of(network: Network, ledger: Ledger, steps: int, samples: int) -> BalanceAccount:
    """An empty account."""
    lines, zones, n = len(network.lifelines), len(network.zone), network.nodes
    classes = len(ledger.classes)
    return BalanceAccount(
        served=np.zeros((lines, steps, samples), np.int32),
        zone_loss=np.zeros((lines, zones, samples), np.int64),
        reach_only=np.zeros((lines, zones), np.int64),
        balance_only=np.zeros((lines, zones), np.int64),
        wanted=np.zeros((lines, classes, steps, samples), np.int64),
        granted=np.zeros((lines, classes, steps, samples), np.int64),
        stock=np.zeros((lines, steps, samples), np.int64),
        out_min=np.zeros(n, np.int64),
        reach_only_min=np.zeros(n, np.int64),
        short_min=np.zeros(n, np.int64),
    )
