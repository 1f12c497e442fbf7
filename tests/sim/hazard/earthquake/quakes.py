"""Earthquakes as a user writes them, on cities small enough to reckon by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from rencity.city.model import City
from rencity.kit.findings import Finding
from rencity.sim.classes import RepairRate
from rencity.sim.damage import Classes
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of, unhit
from rencity.sim.scenario import parse_scenario
from rencity.sim.strike import Strike
from tests.sim.hazard.toy import PIPE, SUBSTATION, city_of, repair_of

GROUND = RepairRate(form="repair_rate", measure="PGD", factor=0.6, exponent=0.56, break_share=0.8)
BRIDGE = SUBSTATION.model_copy(update={"measure": "SA1"})
CLASSES = Classes(
    fragility={"sub": SUBSTATION, "bridge": BRIDGE, "main": PIPE, "ground": GROUND},
    repair={
        "sub": repair_of(slight=(1, 0.5), extensive=(10, 4)),
        "main": repair_of(**{"break": (2, 1)}),
    },
    applies_fragility={
        "power.substation_low": ("sub",),
        "road.bridge": ("bridge",),
        "water.pipe": ("main", "ground"),
    },
    applies_repair={
        "power.substation_low": ("sub",),
        "road.bridge": ("sub",),
        "water.pipe": ("main",),
    },
)
POINT = "point = {lon = 120.3, lat = 31.5, depth_km = 10}"
SIX = "magnitude = 6"


def town(*more: tuple[str, str, object]) -> City:
    """Six substations in a row eastward, a bridge, a pipe; rows by id, so more from v on."""
    row = [(f"s{i}", "power.substation_low", (120.1 + 0.1 * i, 31.5)) for i in range(6)]
    pipe = shapely.LineString([(120.2, 31.45), (120.21, 31.45)])
    return city_of(
        [*row, ("t", "road.bridge", (120.25, 31.52)), ("u", "water.pipe", pipe), *more],
    )


def hazard_of(*lines: str) -> EarthquakeHazard:
    """An earthquake of these lines of TOML."""
    text = '[scenario]\nname = "t"\n[[hazards]]\nkind = "earthquake"\n' + "\n".join(lines)
    hazard = parse_scenario(text, place="t.toml").hazards[0]
    assert isinstance(hazard, EarthquakeHazard)
    return hazard


def struck(*lines: str, city: City | None = None, base: Path = Path()) -> list[Strike]:
    """The strikes of an earthquake on the town."""
    return strikes_of(hazard_of(*lines), Scene(city or town(), CLASSES, base))


def told(*lines: str, city: City | None = None, base: Path = Path()) -> dict[str, Finding]:
    """What a run would say of it, by rule without the hazard's name."""
    found = unhit(hazard_of(*lines), Scene(city or town(), CLASSES, base))
    return {finding.rule.removeprefix("earthquake-"): finding for finding in found}


def logs(strike: Strike, samples: int, seed: int = 1, first: int = 0) -> np.ndarray:
    """ln intensity at each asset of a strike of one event, (samples, m)."""
    assert strike.sampled is not None
    event = np.zeros(samples, np.int32)
    made = strike.sampled.field.log_intensity(seed, 8, event, first)
    return made[:, strike.sampled.site]
