"""Level balance over the first samples of a run, and what it had to assume."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.city.network import Network
from rencity.kit.findings import Finding
from rencity.sim.balance.account import BalanceAccount, account_of
from rencity.sim.balance.engine import Normal, balance_of, normal_of
from rencity.sim.balance.findings import findings_of
from rencity.sim.balance.fit import fitted
from rencity.sim.balance.ledger import Ledger, ledger_of
from rencity.sim.reach.engine import Undamaged
from rencity.sim.reach.outages import Outages

TOGETHER = 8
"""Samples that one piece of work follows: the sums are the same for any number."""


@dataclass(frozen=True)
class Balanced:
    """What level balance found in the first samples of a run.

    Attributes
    ----------
    samples : how many samples it followed
    ledger : amounts, bounds that the undamaged city exceeds raised
    people : int64 (lifelines, zones), people with service undamaged, by this level
    """

    samples: int
    ledger: Ledger
    account: BalanceAccount
    people: npt.NDArray[np.int64]
    findings: tuple[Finding, ...]


def balanced(
    city: City,
    network: Network,
    undamaged: Undamaged,
    kept: npt.NDArray[np.int32],
    samples: int,
    edge_min: npt.NDArray[np.int64],
    horizon_min: int,
    pool: Executor,
    share: Callable[[float], None] = lambda _: None,
) -> Balanced:
    """Follow samples of the first block with capacities.

    Parameters
    ----------
    kept : int32 (4, f), row, sample, begin and end of outages of samples 0 to at least `samples`
    share : told the share that is done
    """
    plain = ledger_of(city, network)
    ledger, raised = fitted(network, plain, undamaged)
    normal = normal_of(network, ledger, undamaged)
    outages = Outages(*kept)
    outages = outages.where(outages.lane < samples)
    spans = [np.arange(a, min(a + TOGETHER, samples)) for a in range(0, samples, TOGETHER)]

    def one(lanes: npt.NDArray[np.int64]) -> BalanceAccount:
        return balance_of(
            network,
            ledger,
            outages,
            edge_min,
            horizon_min,
            lanes=lanes,
            undamaged=undamaged,
            normal=normal,
        )

    made = account_of(network, ledger, len(edge_min), samples)
    for number, (lanes, part) in enumerate(zip(spans, pool.map(one, spans), strict=True)):
        add(made, part, slice(int(lanes[0]), int(lanes[-1]) + 1))
        share((number + 1) / len(spans))
    found = findings_of(city, network, plain, raised, normal, undamaged)
    return Balanced(samples, ledger, made, _people(network, normal), tuple(found))


def add(total: BalanceAccount, part: BalanceAccount, at: slice) -> None:
    """Add the account of some samples to that of all."""
    for name in BalanceAccount._fields:
        whole, more = getattr(total, name), getattr(part, name)
        if name in ("served", "zone_loss", "wanted", "granted", "stock"):
            whole[..., at] = more
        else:
            whole += more


def _people(network: Network, normal: Normal) -> npt.NDArray[np.int64]:
    node = np.repeat(np.arange(network.nodes), np.diff(network.people_ptr))
    made = np.zeros((len(network.lifelines), len(network.zone)), np.int64)
    np.add.at(made, (network.lifeline[node], network.people_zone), normal.people)
    return made
