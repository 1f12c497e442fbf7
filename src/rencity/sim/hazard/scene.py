"""What a hazard is given to strike."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from rencity.city.model import City
from rencity.city.network import Network
from rencity.city.network.cache import network_of
from rencity.sim.damage import Classes
from rencity.sim.hazard.once import Once


@dataclass(frozen=True)
class Scene:
    """The city, the classes in force and the frame of the run.

    Attributes
    ----------
    classes : with the scenario's own laid over, see `Classes.overlaid`
    base : folder of the scenario file, which paths are relative to
    horizon_min : end of the run, minutes after the scenario's start
    arrays : of the city, where they are at hand
    once : work kept for the next scene of the same city
    """

    city: City
    classes: Classes
    base: Path
    samples: int = 1
    seed: int = 1
    horizon_min: int = 30 * 24 * 60
    arrays: Network | None = None
    once: Once = field(default_factory=Once)

    @cached_property
    def network(self) -> Network:
        """The arrays of the city."""
        return self.arrays or network_of(self.city)
