"""Cities and settings for tests of measures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from rencity.city import City
from rencity.sim.classes import Lognormal, LognormalState, Repair, RepairState
from rencity.sim.damage import Classes
from rencity.sim.measures.reading import parse_programme
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Programme
from rencity.sim.plan import losses
from rencity.sim.prepare import prepare
from rencity.sim.scenario import Scenario, parse_scenario
from tests.cities import tiny_city

BASE = Path()
SCENARIO = """
[scenario]
name = "wear"
horizon_h = 48
step_h = 1
samples = 600
seed = 3

[[hazards]]
kind = "random"
targets = [
  { ids = ["a"], probability = 0.5, hours = 10 },
  { ids = ["b"], probability = 0.4, hours = 20 },
  { ids = ["c"], probability = 0.3, hours = 30 },
  { ids = ["p"], probability = 0.2, hours = 12 },
  { ids = ["x"], probability = 0.3, hours = 9 },
]
"""
"""Everything fails now and then."""


def town() -> City:
    """Power S to a, b, c in a row by a line x; water W to p and q, p needs b, q needs c."""
    return tiny_city(
        "power: S* a b c; water: W* p q",
        "S-a/x a-b b-c W-p p-q",
        needs=[
            {"asset": "p", "of": "b", "backup_h": 2},
            {"asset": "q", "of": "c", "backup_h": 4, "manual_start_h": 30},
        ],
        serves=[
            ("a", "z1", 1.0),
            ("b", "z2", 1.0),
            ("c", "z3", 1.0),
            ("p", "z1", 1.0),
            ("q", "z2", 1.0),
        ],
        zones={"z1": 100, "z2": 50, "z3": 10},
    )


def classes() -> Classes:
    """Curves of shaking and wind for every node, and a stronger one of shaking."""
    return Classes(
        fragility={
            "weak": _curve("PGA", 0.2),
            "strong": _curve("PGA", 0.8),
            "sail": _curve("gust", 30.0),
        },
        repair={"days": Repair(states=(RepairState(state="broken", mean_d=1.0, sd_d=0.3),))},
        applies_fragility={"power.node": ("weak", "sail"), "water.node": ("weak",)},
        applies_repair={"power.node": ("days",), "water.node": ("days",)},
    )


def setting(city: City | None = None, text: str = SCENARIO) -> Setting:
    """A town today."""
    scenario = parse_scenario(text, place="test")
    return Setting.of(town() if city is None else city, classes(), scenario)


def programme(text: str) -> Programme:
    """Measures from TOML."""
    return parse_programme(text, place="measures.toml")


def plain_losses(made: Setting, samples: int) -> npt.NDArray[np.int64]:
    """Person-minutes by the run's own door, (lifelines, regions, samples)."""
    scenario: Scenario = made.scenario
    plan = prepare(made.city, scenario, made.classes, base=BASE, samples=samples).plan
    return losses(plan)


def _curve(measure: str, median: float) -> Lognormal:
    states = (LognormalState(state="broken", median=median, beta=0.5),)
    return Lognormal(form="lognormal", measure=measure, states=states)
