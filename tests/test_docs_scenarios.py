"""Every scenario printed in the docs loads, and every key of the schema is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rencity.sim.classes import MEASURES
from rencity.sim.hazard.spec import FieldHazard
from rencity.sim.intensity import units_of
from rencity.sim.scenario import Scenario, parse_scenario

PAGE = (Path(__file__).parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_loads(number: int) -> None:
    assert parse_scenario(EXAMPLES[number], place=f"example {number + 1}").hazards


def test_there_is_an_example_of_every_kind() -> None:
    kinds = {
        hazard.kind for text in EXAMPLES for hazard in parse_scenario(text, place="docs").hazards
    }
    assert kinds == {"field", "random", "cutoff", "given"}


def test_every_key_measure_and_unit_is_told() -> None:
    keys = (set(Scenario.model_fields) | set(FieldHazard.model_fields)) - {"hazards", "kind"}
    units = {unit for measure in MEASURES for unit in units_of(measure)}
    told = set(re.findall(r"`([^`\s]+)`|\[(classes)\]", PAGE))
    words = {word for pair in told for word in pair}
    assert (keys | units | set(MEASURES)) - words == set()
