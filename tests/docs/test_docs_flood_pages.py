"""The pages of rain and river tell every key, and what they show runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rencity.content import load_packs
from rencity.sim.hazard.rain.spec import DrainZones, Gauge, RainHazard
from rencity.sim.hazard.river.spec import Hydrograph, Reach, RiverHazard
from rencity.sim.scenario import load_scenario, parse_scenario

ROOT = Path(__file__).resolve().parents[2]
COMMON = {"kind", "name", "start_h"}


def page(name: str) -> str:
    return (ROOT / "docs" / f"hazard-{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "folder", "specs"),
    [
        ("rain", "demo", (RainHazard, Gauge, DrainZones)),
        ("river", "high-river", (RiverHazard, Reach, Hydrograph)),
    ],
)
def test_every_key_is_told_and_the_example_loads(
    name: str, folder: str, specs: tuple[type, ...]
) -> None:
    text = page(name)
    keys = {key for spec in specs for key in spec.model_fields}  # type: ignore[attr-defined]
    assert keys - COMMON - set(re.findall(r"`(\w+)`", text)) == set()
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert parse_scenario(example, place=name).hazards[0].kind == name
    assert load_scenario(ROOT / "examples" / folder / f"{name}.toml").hazards[0].kind == name


def test_shipped_content_is_told_and_the_examples_use_it() -> None:
    packs = load_packs(region="320200")
    text = page("rain")
    assert all(f"`{name}`" in text for name in packs.storms)
    (storm,) = load_scenario(ROOT / "examples" / "demo" / "rain.toml").hazards
    assert isinstance(storm, RainHazard)
    assert storm.storm in packs.storms
    assert storm.ground in packs.grounds


def test_stand_ins_say_so() -> None:
    packs = load_packs(region="320200")
    for kind in ("fragility", "repair", "grounds", "closures"):
        for name, entry in packs.entries[kind].items():
            if name.startswith("flood.") and name not in ("flood.road", "flood.water"):
                assert "Stand-in" in entry.source.title, name


def test_every_damaged_kind_is_closed_and_mended() -> None:
    packs = load_packs(region="320200")
    struck = {k for f in packs.fragility.values() if f.measure == "depth" for k in f.applies}
    mended = {k for r in packs.repair.values() if "depth" in r.measures for k in r.applies}
    assert struck
    assert struck == mended
    assert struck <= set(packs.closures)
