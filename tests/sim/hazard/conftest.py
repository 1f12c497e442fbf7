"""Hazards written as a user writes them, and what they do to a small city."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.city.model import City
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.scenario import parse_scenario
from rencity.sim.strike import Strike
from tests.sim.hazard.toy import FLOODED, PIPE, SUBSTATION, repair_of


@pytest.fixture
def classes() -> Classes:
    return Classes(
        fragility={"sub": SUBSTATION, "wet": FLOODED, "main": PIPE},
        repair={
            "sub": repair_of(slight=(1, 0.5), extensive=(10, 4)),
            "wet": repair_of(flooded=(3, 0)),
            "main": repair_of(**{"break": (2, 1)}),
        },
        applies_fragility={
            "power.substation_low": ("sub",),
            "water.pump": ("wet",),
            "water.pipe": ("main",),
        },
        applies_repair={
            "power.substation_low": ("sub",),
            "water.pump": ("wet",),
            "water.pipe": ("main",),
        },
    )


@pytest.fixture
def hazard() -> Callable[[str], Hazard]:
    def parse(text: str) -> Hazard:
        head = '[scenario]\nname = "t"\n[[hazards]]\n'
        return parse_scenario(head + text, place="t.toml").hazards[0]

    return parse


@pytest.fixture
def strike(
    classes: Classes, hazard: Callable[[str], Hazard], tmp_path: Path
) -> Callable[[str, City], Strike]:
    """The strike of one hazard on a city, its files beside the scenario."""

    def made(text: str, city: City, samples: int = 10) -> Strike:
        return strikes_of(hazard(text), Scene(city, classes, tmp_path, samples))[0]

    return made
