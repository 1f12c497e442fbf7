"""Sums over blocks of samples, added in block order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.reach.account import People
from rencity.sim.reach.block import Block
from rencity.sim.reach.engine import Undamaged
from rencity.sim.reach.lanes import LANES


class Total:
    """Sums over blocks, added in block order."""

    def __init__(
        self, network: Network, undamaged: Undamaged, people: People, steps: int, samples: int
    ) -> None:
        rows, pairs = network.nodes + network.link_rows, len(people.pair_life)
        self._shape = len(network.lifelines), len(network.zone)
        self._people = people
        self._can_fail = np.concatenate([undamaged.runs, np.ones(network.link_rows, bool)])
        self._change = np.zeros((self._shape[0], len(network.region), steps, samples), np.int32)
        self._pair_loss = np.zeros(pairs, np.int64)
        self._pair_loss_sq: npt.NDArray[np.float64] | None = np.zeros(pairs)
        self._pair_served = np.zeros((pairs, steps), np.int64)
        self.loss_min = np.zeros(samples, np.int64)
        self.out_min = np.zeros(rows, np.int64)
        self._hit = np.zeros(rows, np.int64)
        self._hit_loss = np.zeros(rows)
        self._hit_loss_sq = np.zeros(rows)
        self.kept = np.empty((4, 0), np.int32)
        self.kept_samples = 0
        self.crews: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]] = []

    def add(self, number: int, block: Block) -> None:
        """Add block `number`."""
        at = slice(number * LANES, number * LANES + len(block.loss))
        self._change[..., at] = block.served
        self.loss_min[at] = block.loss
        self._pair_loss += block.pair_loss
        if len(block.pair_loss_sq) < len(self._pair_loss):
            self._pair_loss_sq = None
        elif self._pair_loss_sq is not None:
            self._pair_loss_sq += block.pair_loss_sq
        self._pair_served += block.pair_served
        self.out_min += block.out_min
        self._hit += block.hit
        self._hit_loss += block.hit_loss
        self._hit_loss_sq += block.hit_loss_sq
        if len(block.crews):
            self.crews.append((block.crews, block.trips))
        if number == 0:
            self.kept, self.kept_samples = block.kept, int(block.kept_lanes[0])

    def hits(
        self,
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Samples, losses and squared losses by damaged row."""
        return self._hit, self._hit_loss, self._hit_loss_sq

    @property
    def damaged(self) -> npt.NDArray[np.int64]:
        """Samples in which each row that runs undamaged is out by damage, int64 (rows,)."""
        return self._hit * self._can_fail

    def served(self, people: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """People served, int32 (lifelines, regions, steps, samples); the sums are used up."""
        made = np.cumsum(self._change, axis=2, dtype=np.int32, out=self._change)
        made += people[:, :, None, None].astype(np.int32)
        return made

    def zone_served(
        self, zone_people: npt.NDArray[np.int64], samples: int
    ) -> npt.NDArray[np.int64]:
        """People served, summed over samples, int64 (lifelines, zones, steps)."""
        made = np.empty((*self._shape, self._pair_served.shape[1]), np.int64)
        made[:] = samples * zone_people[:, :, None]
        made[self._at] += np.cumsum(self._pair_served, axis=1)
        return made

    @property
    def zone_loss(self) -> npt.NDArray[np.float64]:
        """Person-minutes summed over samples, float64 (lifelines, zones)."""
        made = np.zeros(self._shape)
        made[self._at] = self._pair_loss
        return made

    @property
    def zone_loss_sq(self) -> npt.NDArray[np.float64]:
        """Squared person-minutes summed over samples, as `zone_loss`; NaN in a great city."""
        made = np.zeros(self._shape)
        made[self._at] = np.nan if self._pair_loss_sq is None else self._pair_loss_sq
        return made

    @property
    def _at(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        return self._people.pair_life, self._people.pair_zone


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
