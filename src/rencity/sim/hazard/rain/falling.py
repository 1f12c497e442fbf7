"""A storm cut into steps, with what soil and drains take of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.sim.flood.content import Ground
from rencity.sim.flood.inundation import Step
from rencity.sim.hazard.rain.losses import horton_mm, split_mm
from rencity.sim.hazard.rain.storm import Storm

Floats = npt.NDArray[np.float64]
MIN_PER_H = 60.0
RECESSION_GROWS = 0.2
"""After the rain a step is at least this share of the time since its end."""


@dataclass(frozen=True)
class Kinds:
    """Kinds of ground with their drains.

    Attributes
    ----------
    ground : (kinds,)
    drain_mm_h : float64 (kinds,), capacity of the drains
    """

    ground: Sequence[Ground]
    drain_mm_h: Floats

    def soak_mm(self, start_h: float, end_h: float) -> Floats:
        """Greatest infiltration on the pervious part between two times, (kinds,)."""
        return np.array(
            [
                horton_mm(g.first_mm_h, g.last_mm_h, g.decay_per_h, start_h, end_h)
                for g in self.ground
            ]
        )

    @property
    def share(self) -> Floats:
        """Pervious share, (kinds,)."""
        return np.array([ground.pervious_share for ground in self.ground])


def steps_of(storm: Storm, kinds: Kinds, until_min: float) -> Iterator[Step]:
    """The storm's steps, then ever longer ones while its water goes, up to a time."""
    ends = [*storm.end_min, *_recession(storm, until_min)]
    rain = np.concatenate([storm.depth_mm, np.zeros(len(ends) - len(storm.depth_mm))])
    start = 0.0
    for number, (end, fell) in enumerate(zip(ends, rain, strict=True)):
        soak = kinds.soak_mm(start / MIN_PER_H, end / MIN_PER_H)
        drain = kinds.drain_mm_h * ((end - start) / MIN_PER_H)
        soaked, drained, _ = split_mm(float(fell), kinds.share, soak, drain)
        yield Step(
            end_min=float(end),
            rain_mm=float(fell),
            soaked_mm=soaked,
            drained_mm=drained,
            soak_spare_mm=np.maximum(kinds.share * soak - soaked, 0.0),
            drain_spare_mm=np.maximum(drain - drained, 0.0),
            over=number + 1 >= len(storm.depth_mm),
        )
        start = end


def _recession(storm: Storm, until_min: float) -> list[float]:
    end = now = float(storm.end_min[-1])
    step = float(storm.end_min[0])
    times = []
    while now < until_min:
        now = min(now + max(step, RECESSION_GROWS * (now - end)), until_min)
        times.append(now)
    return times
