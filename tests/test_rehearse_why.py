"""Asking a run why, through the doors a user goes through: the command and Python."""

from __future__ import annotations

import json
import re
import shutil

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box
from typer.testing import CliRunner

from rencity.city import City
from rencity.cli import app
from rencity.kit.errors import InputError, RunError
from rencity.rehearse import stress
from rencity.rehearse import why as module
from rencity.rehearse.why import Asked, why, why_of_run
from rencity.sim.result import Result
from rencity.sim.why.about import about_of, outages_in
from tests.cities import tiny_city

SCENARIO = """
[scenario]
name = "two"
horizon_h = 48
step_h = 6
samples = 40
[[hazards]]
kind = "random"
name = "storm"
[[hazards.targets]]
lifeline = "power"
probability = 0.4
hours = 18
[[hazards]]
kind = "random"
name = "burst"
[[hazards.targets]]
lifeline = "water"
probability = 0.3
hours = 9
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """Power, and water that needs it, for two communities of a district."""
    made = tiny_city(
        "power: S* sub t1 t2; water: W* p both; road: lonely",
        "S-sub sub-t1 sub-t2 W-p p-both",
        [{"asset": "W", "of": "t1", "backup_h": 4}],
        serves=[("t1", "z1", 1.0), ("t2", "z2", 1.0), ("p", "z1", 1.0)],
        zones={"z1": 60, "z2": 40},
    )
    frame = pd.DataFrame(
        {
            "id": ["d", "z1", "z2", "both", "empty"],
            "name": ["东区", "甲", "乙", "同名", "空"],
            "level": ["district", *["community"] * 4],
            "parent": ["", "d", "d", "d", ""],
            "people_night": [100.0, 60, 40, 0, 5],
        }
    )
    zones = gpd.GeoDataFrame(frame, geometry=[box(119, 30, 121, 32)] * 5, crs=4326)
    return made.replace(zones=zones).write(tmp_path_factory.mktemp("why") / "city")


@pytest.fixture(scope="module")
def run(city, tmp_path_factory):
    return stress(city, SCENARIO).write(tmp_path_factory.mktemp("why") / "run")


def rencity(*words):
    done = CliRunner().invoke(app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_the_command_tells_both_ways_in_both_languages(run):
    told = rencity("why", run, "sub", "--lang", "en")
    assert "sub, node, failing alone:" in told
    assert "2 cut off at sub [t1, t2] (100 people)" in told
    assert "stopped for want of t1 [W]; with backups first out at hour 4" in told
    assert "Why sub was out:" in told
    assert "was damaged by storm, out from hour 0 to hour 18." in told
    assert "sub，node，单独失效：" in rencity("why", run, "sub")


def test_json_is_what_python_finds_and_the_text_leaves_no_gap(run):
    told = json.loads(rencity("why", run, "p", "--json"))
    found = why(run, "p")
    assert told == json.loads(json.dumps(found.to_dict()))
    assert told["target"] == {"kind": "asset", "id": "p", "name": "", "lifeline": "water"}
    for lang in ("zh", "en"):
        assert not re.search(r"[{}]|None|nan", found.to_text(lang))


def test_of_fewer_samples_it_says_of_how_many(run, city):
    whole, few = why(run, "sub").causes, why(run, "sub", samples=5)
    assert (whole.samples, whole.of) == (40, 40)
    assert (few.causes.samples, few.causes.of) == (5, 40)
    table = pd.read_parquet(run / "outages.parquet")
    first = table[(table["sample"] < 5) & table["asset"].isin(["S", "sub"])]
    assert few.causes.out_samples == first["sample"].nunique()
    told = rencity("why", run, "sub", "--samples", 5, "--lang", "en")
    assert f"Out in {few.causes.out_samples} of the first 5 of 40 samples kept;" in told
    assert "保留的 40 个样本的前 5 个样本中" in rencity("why", run, "sub", "--samples", 5)
    (told,) = why_of_run(Result.open(run), city, ["sub"], samples=5)
    assert (told["causes"]["samples"], told["causes"]["of"]) == (5, 40)
    assert why(run, "sub", samples=999).causes == whole


def test_in_a_great_city_few_samples_are_told_of_at_once(run, city, monkeypatch):
    about = about_of(run)
    asked = Asked(about, outages_in(run, about), city)
    assert asked.prompt == 40
    steps = len(about["outages"]["edge_min"])
    rows = asked.network.nodes + asked.network.link_rows
    monkeypatch.setattr(module, "WORK", 20 * steps * rows)
    assert asked.prompt == 20
    monkeypatch.setattr(module, "WORK", 1)
    assert asked.prompt == module.LEAST
    before = asked.answer("sub", None, None).to_dict()
    asked.rest()
    assert asked.answer("sub", None, None).to_dict() == before


def test_causes_of_a_zone_are_counted_in_people(run):
    found = why(run, "z1", lifeline="water")
    assert found.consequences is None
    table = pd.read_parquet(run / "outages.parquet")
    for cause in found.causes.causes:
        mine = table[table["asset"] == cause.asset.id]
        assert cause.samples <= mine["sample"].nunique()
        assert {"S", "sub", "t1", "W", "p"} >= {cause.asset.id}
    burst = next(c for c in found.causes.causes if c.asset.id == "p")
    held = table[(table["asset"] == "p") & (table["begin_min"] == 0)]
    assert burst.samples == held["sample"].nunique()
    assert set(table["hazard"]) == {"storm", "burst"}


def test_a_district_is_asked_about_through_its_parts(run):
    district, *parts = (why(run, z, lifeline="power").causes for z in ("d", "z1", "z2"))
    assert district.out_h == pytest.approx(sum(part.out_h for part in parts))


def test_out_hours_are_those_of_the_run(run):
    loss = Result.open(run).curves["zone_loss_mean"]
    for zone, line in (("z1", "water"), ("z2", "power")):
        want = float(loss.sel(lifeline=line, zone=zone))
        assert why(run, zone, lifeline=line).causes.out_h == pytest.approx(want)


def test_one_hour_only(run):
    found = why(run, "z2", lifeline="power", at_h=13)
    curves = Result.open(run).curves
    step = int((curves["step_start_h"] <= 13).sum()) - 1
    served = float(curves["zone_served_mean"].sel(lifeline="power", zone="z2")[step])
    assert found.causes.out_h == pytest.approx(40 - served)
    assert "at hour 13" in found.to_text("en")
    with pytest.raises(InputError, match="hour 48 is outside the run"):
        why(run, "z2", lifeline="power", at_h=48)


def test_many_targets_for_a_report(run, city):
    found = why_of_run(Result.open(run), city, ["sub", ("z1", "water")])
    assert [each["target"]["id"] for each in found] == ["sub", "z1"]
    assert {name: found[0][name] for name in ("target", "causes")} == {
        name: why(run, "sub").to_dict()[name] for name in ("target", "causes")
    }
    assert found[1]["text"]["en"].startswith("Why 甲 (z1) was without")
    assert found[1]["causes"] == why(run, "z1", lifeline="water").to_dict()["causes"]
    few = why_of_run(Result.open(run), city, [("z1", "water")], samples=5)[0]["causes"]
    table = pd.read_parquet(run / "outages.parquet")
    assert few["samples"] == 5
    assert {c["asset"]["id"] for c in few["causes"]} <= set(table["asset"][table["sample"] < 5])


@pytest.mark.parametrize(
    ("word", "line", "said"),
    [
        ("subb", None, "no asset or zone 'subb' in this city | mend: did you mean 'sub'?"),
        ("zone:sub", None, "no zone 'sub'"),
        ("both", None, "'both' is an asset and a zone | mend: say asset:both or zone:both"),
        ("zone:both", None, "nothing supplies zone both"),
        ("empty", None, "nothing supplies zone empty"),
        ("z1", None, "zone z1 is supplied with power, water"),
        ("z1", "gas", "zone z1 is not supplied with gas"),
        ("sub", "water", "sub is of lifeline power, not water"),
    ],
)
def test_bad_targets_are_told(run, word, line, said):
    with pytest.raises(InputError) as told:
        why(run, word, lifeline=line)
    assert said in str(told.value)


def test_an_asset_that_nothing_leads_to_is_told(run):
    found = why(run, "lonely")
    assert found.causes.never
    assert not found.consequences.runs
    assert "not served even in the undamaged city" in found.to_text("en")


def test_another_version_of_the_city_is_refused_with_both_hashes(run, city, tmp_path):
    other = city.replace(zones=city.zones.assign(people_night=1.0)).write(tmp_path / "other")
    with pytest.raises(RunError) as told:
        why(run, "sub", city=tmp_path / "other")
    assert city.hash[:16] in str(told.value)
    assert other.hash[:16] in str(told.value)
    assert "--city" in str(told.value)


def test_a_city_that_has_moved_is_asked_for(run, city, tmp_path):
    moved = shutil.copytree(run, tmp_path / "run")
    about = json.loads((moved / "run.json").read_text("utf-8"))
    about["city"]["folder"] = "/nowhere"
    (moved / "run.json").write_text(json.dumps(about), "utf-8")
    with pytest.raises(RunError, match=r"its city is not at /nowhere.*--city DIR"):
        why(moved, "sub")
    assert why(moved, "sub", city=city.folder).causes is not None


def test_a_run_that_kept_no_outages_still_tells_what_goes_down(run, tmp_path):
    older = shutil.copytree(run, tmp_path / "run")
    about = json.loads((older / "run.json").read_text("utf-8"))
    del about["outages"]
    (older / "run.json").write_text(json.dumps(about), "utf-8")
    found = why(older, "sub")
    assert found.causes is None
    assert "kept no outages" in found.to_text("en")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("run.json", None, "no run here"),
        ("run.json", "{", "cannot be read"),
        ("run.json", "[]", "does not say which city it is of"),
        ("outages.parquet", None, "a part is missing or broken"),
        ("outages.parquet", "x", "a part is missing or broken"),
    ],
)
def test_a_broken_run_is_told(run, tmp_path, name, text, said):
    broken = shutil.copytree(run, tmp_path / "run")
    (broken / name).unlink()
    if text is not None:
        (broken / name).write_text(text, "utf-8")
    with pytest.raises(RunError, match=said):
        why(broken, "sub")


def test_a_city_opened_as_such_may_be_given(run, city):
    assert why(run, "sub", city=City.open(city.folder)).target.id == "sub"
