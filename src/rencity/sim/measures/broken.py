"""What a scenario breaks in samples, in two: what crews may mend, and all that ends by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city.network import Network
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.crews.schedule import schedule
from rencity.sim.hazard.once import Once
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.measures.drawn import Drawn, joined, sorted_by_sample, spliced
from rencity.sim.measures.remembered import Memory
from rencity.sim.measures.setting import Setting
from rencity.sim.reach.events import Drawing, Draws, draws_of
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import Outages, merged

MIN_PER_H = 60


@dataclass(frozen=True)
class Broken:
    """Outages before anybody mends them, taken apart as crews see them.

    Attributes
    ----------
    jobs : damage, which crews may mend; everything where none are sent
    others : outages that end by themselves
    """

    jobs: Drawn
    others: Drawn

    @classmethod
    def joined(cls, parts: Sequence[Broken]) -> Broken:
        """That of several hazards; see `rencity.sim.measures.drawn.joined`."""
        return cls(joined([each.jobs for each in parts]), joined([each.others for each in parts]))

    def spliced(self, parts: Iterable[tuple[Broken, npt.NDArray[np.uint64]]]) -> Broken:
        """The same with what touched assets suffer, uint64 keys, from elsewhere.

        Crews are sent after it: how long a job waits depends on all the others of its sample.
        """
        pairs = list(parts)
        return Broken(
            spliced(self.jobs, [(each.jobs, keys) for each, keys in pairs]),
            spliced(self.others, [(each.others, keys) for each, keys in pairs]),
        )

    def digests(self, samples: Sequence[int]) -> list[bytes]:
        """A digest of each sample; of two that are alike the same crews make the same outages."""
        jobs, others = self.jobs.digests(samples), self.others.digests(samples)
        return [one + other for one, other in zip(jobs, others, strict=True)]

    def outages(
        self, samples: Sequence[int], network: Network, crews: CrewPlan | None = None
    ) -> Outages:
        """Outages of chosen samples, the first in lane 0, on a network, ended by crews."""
        jobs = self.jobs.outages(samples, network)
        if crews is None:
            return jobs
        return schedule(jobs, self.others.outages(samples, network), crews)[0]


@dataclass(frozen=True)
class Luck:
    """What draws are made of, besides the setting.

    Attributes
    ----------
    base : folder of the scenario file
    samples : drawn are 0 until before this
    memory : of random fields that were drawn before
    once : of other work of hazards
    """

    base: Path
    samples: int
    seed: int
    memory: Memory
    once: Once = field(default_factory=Once)


def broken_of(setting: Setting, number: int, network: Network, luck: Luck) -> Broken:
    """Draw everything that one hazard of the scenario takes out.

    Parameters
    ----------
    number : of the hazard in its scenario
    network : of the setting's city

    Raises
    ------
    InputError, ScenarioError, CityError : as `rencity.sim.hazard.striking.strikes_of`
    """
    draws = _draws(setting, number, network, luck)
    halves: list[tuple[Outages, Outages]] = []
    for block in range(-(-luck.samples // LANES)):
        drawing = Drawing(draws, luck.seed, block, luck.samples)
        whole = drawing.outages(), merged([])
        halves.append(whole if setting.crews is None else drawing.split())
    jobs, others = zip(*halves, strict=True)
    return Broken(_by_asset(jobs, network), _by_asset(others, network))


def _by_asset(blocks: Sequence[Outages], network: Network) -> Drawn:
    """Outages of blocks by sample and asset."""
    sample = [part.lane.astype(np.int64) + b * LANES for b, part in enumerate(blocks)]
    row, begin, end = (
        np.concatenate([getattr(part, name) for part in blocks]) for name in ("row", "begin", "end")
    )
    made = Drawn(np.concatenate(sample).astype(np.int32), network.key[row], begin, end)
    return sorted_by_sample(made)


def _draws(setting: Setting, number: int, network: Network, luck: Luck) -> list[Draws]:
    """Every strike of a hazard made ready for drawing."""
    hazard = setting.scenario.hazards[number]
    horizon_min = round(setting.scenario.horizon_h * MIN_PER_H)
    frame = luck.base, luck.samples, luck.seed, horizon_min, network, luck.once
    return [
        draws_of(
            luck.memory.remembering(strike),
            number,
            network,
            len(setting.city.assets),
            part=part,
            start_min=round(hazard.start_h * MIN_PER_H),
        )
        for part, strike in enumerate(
            strikes_of(hazard, Scene(setting.city, setting.classes, *frame))
        )
    ]
