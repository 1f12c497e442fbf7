"""The page of earthquakes: its scenarios load, its figures are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rencity.sim.hazard.earthquake.relation import motion
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard, Liquefaction, Plane, Trace
from rencity.sim.hazard.earthquake.tables import table
from rencity.sim.scenario import load_scenario, parse_scenario

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "hazard-earthquake.md").read_text(encoding="utf-8")
SCENARIOS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_every_scenario_loads() -> None:
    first, second = (parse_scenario(text, place="docs") for text in SCENARIOS)
    example = load_scenario(ROOT / "examples" / "demo" / "earthquake.toml")
    assert first.hazards == example.hazards
    assert [hazard.start_h for hazard in second.hazards] == [0, 1]


def test_every_key_is_told() -> None:
    told = set(re.findall(r"`([a-z_0-9]+)[`\s]", PAGE))
    models = (EarthquakeHazard, Trace, Plane, Liquefaction)
    keys = {key for model in models for key in model.model_fields} - {"name", "kind", "start_h"}
    assert keys - told == set()


def test_the_table_of_medians() -> None:
    rows = re.findall(r"^\| (\d+) km \| (.*) g \| (.*) \| (.*) g \|$", PAGE, re.M)
    assert len(rows) == 4
    for km, *pairs in rows:
        for measure, pair in zip(("PGA", "PGV", "SA1"), pairs, strict=True):
            for magnitude, value in zip((5.8, 6.8), pair.split(" / "), strict=True):
                made = motion(
                    measure,
                    magnitude,
                    "strike_slip",
                    np.array([float(km)]),
                    np.array([260.0]),
                    "china_turkey",
                )
                digits = len(value.partition(".")[2])
                assert np.exp(made.mean[0]) == pytest.approx(float(value), abs=0.6 * 10**-digits)


def test_the_table_of_soils() -> None:
    held = table("liquefaction")["classes"]
    rows = re.findall(r"^\| ((?:very )?(?:low|moderate|high)) \| (.*) \|$", PAGE, re.M)
    assert len(rows) == 5
    for name, cells in rows:
        assert [float(cell) for cell in cells.split(" | ")] == list(
            held[name.replace(" ", "_")].values()
        )
