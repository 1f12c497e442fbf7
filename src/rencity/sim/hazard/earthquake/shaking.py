"""Random fields of an earthquake: a measure of shaking, and ground that gives way.

ln(intensity) = mean + between · η + within · ε: one η a sample, ε a field correlated in space. The
η and ε of the measures are mixed from the same white noise, so that they are correlated at a place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.sim.hazard.earthquake.liquefaction import displacement_cm, probability
from rencity.sim.hazard.earthquake.tables import table
from rencity.sim.hazard.earthquake.torus import Fields, normals, uniforms

F32 = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]

NOTHING = np.float32(-np.inf)
"""ln of no shaking at all."""
WITHIN, BETWEEN, SOIL = 0, 1, 2
"""What the draws add to the purpose they are given."""


def mix_of(measure: str) -> tuple[float, ...]:
    """Weights of white noise that give a measure its correlation with those before it."""
    held = table("correlation")["measures"]
    row = held["names"].index(measure)
    lower = np.linalg.cholesky(np.array(held["correlation"]))
    return tuple(lower[row, : row + 1].tolist())


@dataclass(frozen=True)
class Shaking:
    """A measure of shaking at s sites in c events, see `RandomField`.

    Attributes
    ----------
    mean : float32 (c, s), ln of the median; `NOTHING` where the shaking does not reach
    between : float32 (c,), standard deviation of events
    within : float32 (c, s), standard deviation of places
    mix : of white noise, see `mix_of`
    fields : scatter within an event at the sites; None: no scatter at all
    """

    mean: F32
    between: F32
    within: F32
    mix: tuple[float, ...]
    fields: Fields | None

    def log_intensity(
        self, seed: int, purpose: int, event: npt.NDArray[np.int32], first: int
    ) -> F32:
        """As `rencity.sim.strike.RandomField`, float32 (samples, s)."""
        if self.fields is None:
            return self.mean[event]
        made = self.fields.at(seed, purpose + WITHIN, first, len(event))
        eta = np.zeros(len(event), np.float64)
        for component, weight in enumerate(self.mix):
            eta += weight * normals(seed, purpose + BETWEEN, component, first, len(event))
        apart = self.between[event] * eta.astype(np.float32)
        for lane, which in enumerate(event):
            made[lane] *= self.within[which]
            made[lane] += self.mean[which] + apart[lane]
        return made


@dataclass(frozen=True)
class GroundFailure:
    """Displacement of soil that liquefies under shaking, cm, see `RandomField`.

    A whole site liquefies or does not, by one draw a sample.

    Attributes
    ----------
    shaking : PGA at the same sites
    magnitude : (c,), of each event
    susceptibility : (s,), place in `liquefaction.classes`
    key : uint64 (s,), names each site's draws
    """

    shaking: Shaking
    magnitude: tuple[float, ...]
    susceptibility: Index
    groundwater_m: float
    key: npt.NDArray[np.uint64]

    def log_intensity(
        self, seed: int, purpose: int, event: npt.NDArray[np.int32], first: int
    ) -> F32:
        """As `rencity.sim.strike.RandomField`, float32 (samples, s)."""
        made = self.shaking.log_intensity(seed, purpose, event, first)
        soft = np.flatnonzero(self.susceptibility > 0)
        kind, key = self.susceptibility[soft], self.key[soft]
        for lane, which in enumerate(event):
            pga_g = np.exp(made[lane, soft])
            magnitude = self.magnitude[which]
            likely = probability(kind, pga_g, magnitude, self.groundwater_m)
            gone = uniforms(seed, purpose + SOIL, key, first + lane) < likely
            made[lane] = NOTHING
            moved_cm = displacement_cm(kind[gone], pga_g[gone], magnitude)
            with np.errstate(divide="ignore"):
                made[lane, soft[gone]] = np.log(moved_cm)
        return made
