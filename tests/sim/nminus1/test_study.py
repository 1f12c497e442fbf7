"""The whole study: a link tried, what cannot be told, a folder written whole."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.kit.errors import CityError, StorageError
from rencity.sim.nminus1 import Link, study, with_link
from tests.cities import tiny_city
from tests.reference import Reference
from tests.sim.nminus1.road_cities import road_city
from tests.sim.random_cities import random_city


def people_lost(city):
    reference = Reference(city)
    people = dict(zip(city.serves["asset"], city.serves["share"] * 1000, strict=True))
    made = {}
    for asset in city.assets["id"]:
        gone = reference.normal - reference.run({asset: float("inf")}, [0])[0]
        made[asset] = round(sum(people.get(a, 0) for a in gone))
    return made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_a_link_tried_equals_the_reference_with_that_link(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng, backups=False, served=True)
    a, b = rng.choice(city.assets["id"][city.assets["lifeline"] == "power"], 2, replace=False)
    if {a, b} & set(city.links["asset"]):
        with pytest.raises(CityError, match="is the asset of a link"):
            with_link(city, a, b)
        return
    made = study(city, link=Link(a, b))
    before, after = people_lost(city), people_lost(with_link(city, a, b))
    for row in made.assets.itertuples():
        assert row.people == before[row.asset]
        assert row.people_with_link == after[row.asset]
        assert row.people_spared == before[row.asset] - after[row.asset]
    told = made.about["link"]
    spared = made.assets["people_spared"]
    assert told["people"] - told["people_with_link"] == spared.sum()
    assert (told["assets_better"], told["assets_worse"]) == ((spared > 0).sum(), (spared < 0).sum())


def test_a_ring_is_closed_by_a_link():
    city = tiny_city("power: S* a b", "S-a a-b", (), [("b", "z", 1.0)], {"z": 100})
    made = study(city, link=Link("b", "S", 500.0))
    table = made.assets.set_index("asset")
    assert table["people"].to_dict() == {"S": 100, "a": 100, "b": 100}
    assert table["people_with_link"].to_dict() == {"S": 100, "a": 0, "b": 100}
    assert made.about["link"]["largest"] == [
        {
            "asset": "a", "lifeline": "power", "kind": "node", "name": "",
            "people": 100, "people_with_link": 0,
        }
    ]  # fmt: skip


def test_a_road_gives_a_way_round():
    city = tiny_city("road: a* b c", "a-b/x b-c/y", (), [("c", "z", 1.0)], {"z": 10})
    city = city.replace(links=city.links.assign(length_m=100.0, speed_km_h=36.0))
    made = study(city, link=Link("a", "c", 250.0))
    roads = made.roads.set_index("segment")
    assert roads["detour_m"].to_dict() == {
        "a": 0, "b": np.inf, "c": 0, "x": np.inf, "y": np.inf,
    }  # fmt: skip
    assert roads["detour_m_with_link"].to_dict() == {
        "a": 0, "b": 50, "c": 0, "x": 250, "y": 250,
    }  # fmt: skip
    now, then = (made.about["link"]["roads"][k]["without_way_round"] for k in ("now", "with_link"))
    assert (now, then) == (3, 0)


@pytest.mark.parametrize(
    ("ends", "length_m", "said", "mend"),
    [
        (("S", "nowhere"), None, "no asset 'nowhere'", "use one of"),
        (("S", "S"), None, "S is both ends", "name two assets"),
        (("S", "W"), None, "S is of power and W of water", "two assets of one lifeline"),
        (("S", "x"), None, "x is the asset of a link", "at its end"),
        (("S", "b"), -3.0, "length -3 m", "above zero"),
        (("S", "b"), float("nan"), "length nan m", "above zero"),
    ],
)
def test_a_link_that_cannot_be(ends, length_m, said, mend):
    city = tiny_city("power: S* a b; water: W*", "S-a/x a-b")
    with pytest.raises(CityError) as fault:
        study(city, link=Link(*ends, length_m))
    assert said in str(fault.value)
    assert mend in str(fault.value)
    assert fault.value.place == "--with-link"


def test_an_unknown_lifeline_is_told_with_the_nearest():
    with pytest.raises(CityError, match=r"no lifeline 'powr' \| mend: did you mean 'power'"):
        study(tiny_city("power: S* a", "S-a"), lifeline="powr")


def test_only_one_lifeline_fails_and_all_are_told():
    needs = [{"asset": "W", "of": "a"}]
    serves = [("a", "z", 1.0), ("W", "z", 1.0)]
    city = tiny_city("power: S* a; water: W*", "S-a", needs, serves, {"z": 10})
    made = study(city, lifeline="power")
    table = made.assets.set_index("asset")
    assert table[["people", "people_power", "people_water"]].T.to_dict("list") == {
        "S": [20, 10, 10],
        "a": [20, 10, 10],
    }
    assert made.about["only"] == "power"
    assert made.roads is None


def test_a_lifeline_without_a_source_is_told():
    city = tiny_city("power: S* a; water: w v", "S-a w-v", (), [("a", "z", 1.0)], {"z": 5})
    [finding] = study(city).about["findings"]
    assert finding["rule"] == "n1-no-source"
    assert finding["what"].startswith("water has no source")


def test_a_lifeline_that_never_runs_is_told():
    city = tiny_city(
        "power: S*; water: W*", "", [{"asset": "S", "of": "W"}], [("S", "z", 1.0)], {"z": 5}
    )
    city = city.replace(assets=city.assets.assign(source=city.assets["id"] == "S"))
    rules = {finding["rule"] for finding in study(city).about["findings"]}
    assert rules == {"n1-nothing-runs", "n1-no-source"}


def test_nobody_and_no_facility_are_told():
    city = tiny_city("road: a* b", "a-b")
    rules = {finding["rule"] for finding in study(city).about["findings"]}
    assert {"n1-assets-counted", "n1-nobody-on-roads", "n1-no-facility", "n1-no-backbone"} <= rules


def test_a_city_without_assets():
    city = tiny_city("power: S*")
    with pytest.raises(CityError, match="no assets"):
        study(city.replace(assets=city.assets[:0]))


def test_the_folder_is_whole_and_is_not_overwritten_unasked(tmp_path):
    city = road_city(np.random.default_rng(3))
    made = study(city, check=True)
    folder = made.write(tmp_path / "n1")
    about = json.loads((folder / "n1.json").read_text("utf-8"))
    assert about["city"]["hash"] == city.hash
    assert about["assets_tried"] == len(pd.read_parquet(folder / "n1.parquet"))
    assert len(pd.read_parquet(folder / "roads.parquet")) == about["roads"]["elements"]
    assert {each["lifeline"] for each in about["second_opinion"]} == {"road", "health"}
    with pytest.raises(StorageError, match="the folder exists"):
        made.write(folder)
    made.write(folder, replace=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(StorageError, match=r"no n1\.json"):
        made.write(tmp_path / "other", replace=True)
