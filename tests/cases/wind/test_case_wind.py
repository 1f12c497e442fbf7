"""The wind pack against points of the curves it was fitted to."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from rencity.content import load_packs
from rencity.sim.classes import Lognormal, RepairRate
from rencity.sim.damage import exceedance

PACKS = load_packs()
with (Path(__file__).parent / "points.csv").open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['class']}-{row['gust_m_s']}")
def test_a_published_point(row: dict[str, str]) -> None:
    curve, gust, share = (
        PACKS.fragility[row["class"]],
        float(row["gust_m_s"]),
        float(row["probability"]),
    )
    assert curve.measure == "gust"
    if isinstance(curve, Lognormal):
        assert exceedance(curve, [gust])[-1, 0] == pytest.approx(share, abs=float(row["tolerance"]))
        return
    per_km = -math.log1p(-share) / float(row["spacing_km"])
    made = exceedance(curve, [gust], [1000.0])[-1, 0]
    assert 1 / 1.6 < -math.log1p(-made) / per_km < 1.6


def test_every_class_has_points_or_says_what_it_is() -> None:
    listed = {row["class"] for row in ROWS}
    for name, held in PACKS.entries["fragility"].items():
        if held.pack == "wind":
            assert name in listed or name.startswith(("wind.standin_", "wind.example_"))
            assert name.startswith("wind.example_") == held.source.note.startswith("EXAMPLE")


def test_the_example_of_trees_is_what_it_says() -> None:
    trees = PACKS.fragility["wind.example_road_trees"]
    assert isinstance(trees, RepairRate)
    assert trees.factor * 25**trees.exponent == pytest.approx(0.02, rel=0.02)
    assert trees.factor * 45**trees.exponent == pytest.approx(0.2, rel=0.02)


@pytest.mark.parametrize(
    ("standin", "like"),
    [("grid_tie", "substation"), ("transformer", "pole"), ("mast", "tower")],
)
def test_a_wind_stand_in_is_the_curve_it_names(standin: str, like: str) -> None:
    mine, theirs = PACKS.fragility[f"wind.standin_{standin}"], PACKS.fragility[f"wind.{like}"]
    assert isinstance(mine, Lognormal)
    assert isinstance(theirs, Lognormal)
    assert mine.states == theirs.states
