"""The examples of measures and rates are what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rencity.content import classes_of, load_packs
from rencity.rehearse.sets import told
from rencity.sim.crews.spec import load_crews
from rencity.sim.measures.check import assert_fits
from rencity.sim.measures.choice import MOST_EXACT
from rencity.sim.measures.reading import load_programme
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Crews, Stock
from rencity.sim.scenario import load_scenario
from tests.cities import demo_of

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.mark.parametrize(("scale", "name"), [("block", "measures"), ("city", "measures-city")])
def test_the_demo_measures_fit_their_city_and_its_set(scale: str, name: str) -> None:
    given = told([EXAMPLES / "demo" / "budget" / "set.toml"])
    assert sum(each.rate_per_a or 0 for each in given) == pytest.approx(0.0725)
    city, classes = demo_of(scale).city, classes_of(load_packs([]))
    settings = [Setting.of(city, classes, each.scenario) for each in given if each.scenario]
    assert len(settings) == 4
    programme = load_programme(EXAMPLES / "demo" / "budget" / f"{name}.toml")
    assert_fits(programme, settings, place=name)


def test_the_memphis_measures_are_few_enough_to_try_all() -> None:
    programme = load_programme(EXAMPLES / "memphis" / "measures.toml")
    assert len(programme.measures) == 10


def test_the_memphis_crews_hold_what_its_measures_add_to() -> None:
    folder = EXAMPLES / "memphis"
    programme = load_programme(folder / "measures-crews.toml")
    assert len(programme.measures) <= MOST_EXACT
    scenario = load_scenario(folder / "earthquake-crews.toml")
    entries = {one.name: one for one in load_crews(folder / scenario.crews).crews}
    hired = [each for each in programme.measures if isinstance(each, Crews)]
    stocked = [each for each in programme.measures if isinstance(each, Stock)]
    assert hired
    assert stocked
    assert all(each.crews in entries for each in hired)
    assert all(set(each.parts) <= set(entries[each.crews].parts) for each in stocked)
    work = classes_of(load_packs([folder / name for name in scenario.packs])).work
    used = {one.part for one in work.values()}
    assert all(set(each.parts) <= used for each in stocked)
