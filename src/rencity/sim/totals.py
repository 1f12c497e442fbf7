"""Sums over blocks of samples, added in block order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.reach.account import Account
from rencity.sim.reach.carried import carried
from rencity.sim.reach.engine import Undamaged
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages


class Total:
    """Sums over blocks, added in block order."""

    def __init__(self, network: Network, undamaged: Undamaged, steps: int, samples: int) -> None:
        lifelines, zones = len(network.lifelines), len(network.zone)
        self._network = network
        self._samples = samples
        self._can_fail = np.concatenate([undamaged.runs, np.ones(network.link_rows, bool)])
        regions = len(network.region)
        self._change = np.zeros((lifelines, regions, steps, samples), np.int32)
        self.zone_loss_sum = np.zeros((lifelines, zones))
        self.zone_loss_sq = np.zeros((lifelines, zones))
        self.zone_served = np.zeros((lifelines, zones, steps), np.int64)
        self.loss_min = np.zeros(samples)
        self.damaged = np.zeros(network.nodes + network.link_rows, np.int64)
        self._node_out = np.zeros(network.nodes, np.int64)

    def add(self, number: int, account: Account, outages: Outages) -> None:
        """Add block `number`."""
        begin = number * LANES
        lanes = min(LANES, self._samples - begin)
        self._change[..., begin : begin + lanes] = account.served[..., :lanes]
        loss = account.zone_loss[..., :lanes]
        self.zone_loss_sum += loss.sum(axis=2)
        self.zone_loss_sq += np.einsum("lzs,lzs->lz", loss.astype(float), loss.astype(float))
        self.zone_served += account.zone_served
        self.loss_min[begin : begin + lanes] = loss.sum(axis=(0, 1))
        self._node_out += account.out_min
        row, _ = outages.pairs()
        self.damaged += np.bincount(row, minlength=len(self.damaged)) * self._can_fail

    def served(self, people: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """People served, int32 (lifelines, regions, steps, samples)."""
        made = np.cumsum(self._change, axis=2, dtype=np.int32)
        made += people[:, :, None, None].astype(np.int32)
        return made

    def row_out_min(self, blocks: Sequence[Outages], horizon_min: int) -> npt.NDArray[np.int64]:
        """Minutes out of service of each row: nodes with all they need, link rows by damage."""
        made = np.zeros(len(self.damaged), np.int64)
        for outages in blocks:
            all_ = carried(self._network, outages)
            begin, end = (np.minimum(m, horizon_min) for m in (all_.begin, all_.end))
            made += np.bincount(all_.row, end - begin, len(made)).astype(np.int64)
        made[: self._network.nodes] = self._node_out
        return made


def normal_people(
    network: Network, undamaged: Undamaged
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """People served on a normal day: int64 (lifelines, regions) and (lifelines, zones)."""
    node = np.repeat(np.arange(network.nodes), np.diff(network.people_ptr))
    runs = undamaged.runs[node]
    zone, life = network.people_zone[runs], network.lifeline[node[runs]]
    zone_people = np.zeros((len(network.lifelines), len(network.zone)), np.int64)
    np.add.at(zone_people, (life, zone), network.people[runs])
    people = np.zeros((len(network.lifelines), len(network.region)), np.int64)
    np.add.at(people.T, network.zone_region, zone_people.T)
    return people, zone_people
