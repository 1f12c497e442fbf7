"""Folders of answers about one small city, made by the commands' own doors."""

from __future__ import annotations

from pathlib import Path

from rencity.rehearse import invest, rate
from rencity.rehearse.measure import measure
from rencity.sim.nminus1 import study
from tests.sim.measures.measured import SCENARIO, town

MEASURES = """
title = { zh = "几项措施", en = "Some measures" }
[loss]
weights = { water = 2.0 }
[[measures]]
id = "iron"
title = { zh = "加固甲", en = "Harden a" }
kind = "harden"
ids = ["a"]
probability_factor = 0.0
cost_yuan = 40
[[measures]]
id = "ring"
kind = "link"
start = "S"
end = "c"
cost_yuan = 60
[[measures]]
id = "diesel"
title = { zh = "柴油机", en = "Diesel" }
kind = "backup"
ids = ["p"]
hours = 6
cost_yuan = 10
"""
SET = """
[set]
title = { zh = "两个情景", en = "Two scenarios" }
[[scenarios]]
path = "wear.toml"
rate_per_a = 0.5
[[scenarios]]
path = "bad.toml"
rate_per_a = 0.01
"""
KINDS = ("n1", "rate", "invest", "measures")


def write_answers(parent: Path) -> dict[str, Path]:
    """Answers of every kind, by kind; the city has no roads."""
    parent.mkdir(parents=True, exist_ok=True)
    scenario, worse = parent / "wear.toml", parent / "bad.toml"
    scenario.write_text(SCENARIO.replace("samples = 600", "samples = 60"), encoding="utf-8")
    worse.write_text(
        scenario.read_text("utf-8").replace('"wear"', '"bad"').replace("hours = 10", "hours = 40"),
        encoding="utf-8",
    )
    rates, wishes = parent / "set.toml", parent / "measures.toml"
    rates.write_text(SET, encoding="utf-8")
    wishes.write_text(MEASURES, encoding="utf-8")
    city = town()
    made = {
        "n1": study(city),
        "rate": rate(city, rates),
        "invest": invest(city, [rates], wishes, 75.0),
        "measures": measure(city, scenario, events=20),
    }
    return {name: answer.write(parent / name) for name, answer in made.items()}
