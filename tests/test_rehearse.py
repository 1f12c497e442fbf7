"""The Python door: what it takes, and that it is the command's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import rencity
from rencity import City, Result, load_scenario, stress
from rencity.city.demo.build import make_demo
from rencity.cli import app
from rencity.kit.errors import InputError, ScenarioError

ROOT = Path(__file__).resolve().parents[1]
TEXT = """
[scenario]
name = "dark"
title = { zh = "停电<b>", en = "Dark" }
horizon_h = 48
samples = 70

[[hazards]]
kind = "cutoff"
kinds = ["power.grid_tie", "power.plant"]
hours = 12

[[hazards]]
kind = "random"
targets = [{ kinds = ["power.transformer"], probability = 0.2, hours = 30 }]
"""
FIELD = """
[scenario]
name = "quake"
samples = 20
[[hazards]]
kind = "field"
measure = "PGA"
unit = "g"
column = "pga"
x = "lon"
y = "lat"
crs = "EPSG:4326"
within_m = 100000
events = [{ path = "a.csv", name = "a" }, { path = "b.csv", name = "b" }]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cities") / "block"
    make_demo("block", 1).city.write(place)
    return place


@pytest.fixture(scope="module")
def result(folder: Path) -> Result:
    return stress(folder, TEXT)


@pytest.fixture
def quake(tmp_path: Path) -> Path:
    rows = [f"{x},{y},{{}}" for x in (120.2, 120.4) for y in (31.5, 31.6)]
    for name, pga in (("a", "0.1"), ("b", "0.6")):
        lines = [row.format(pga) for row in rows]
        (tmp_path / f"{name}.csv").write_text("\n".join(["lon,lat,pga", *lines]))
    (tmp_path / "quake.toml").write_text(FIELD, encoding="utf-8")
    return tmp_path / "quake.toml"


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys, rencity; assert rencity.__version__; print(*sys.modules)"
    run = [sys.executable, "-c", code]
    env = {"PYTHONPATH": str(ROOT / "src")}
    loaded = subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout.split()
    assert not {"pandas", "numpy", "matplotlib", "rencity.city", "rencity.sim"} & set(loaded)


def test_a_run_loads_no_drawing() -> None:
    code = "import sys, rencity; rencity.stress; assert 'matplotlib.pyplot' not in sys.modules"
    env = {"PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", code], env=env, check=True)


def test_its_doors_are_listed_and_no_other() -> None:
    assert {"City", "Result", "load_scenario", "stress"} <= set(dir(rencity))
    with pytest.raises(AttributeError, match="no attribute 'strike'"):
        rencity.strike  # noqa: B018


def test_file_text_and_scenario_give_the_same(folder: Path, result: Result, tmp_path: Path) -> None:
    path = tmp_path / "dark.toml"
    path.write_text(TEXT, encoding="utf-8")
    city = City.open(folder)
    for given in (path, str(path), load_scenario(path)):
        assert stress(city, given, workers=1).digest == result.digest
    assert stress(city, path, samples=30).about["samples"] == 30
    assert stress(city, path, seed=2).digest != result.digest


def test_the_command_finds_the_same(folder: Path, result: Result, tmp_path: Path) -> None:
    path = tmp_path / "dark.toml"
    path.write_text(TEXT, encoding="utf-8")
    words = ["stress", str(folder), str(path), "--out", str(tmp_path / "run"), "--json"]
    said = json.loads(CliRunner().invoke(app, words).stdout)
    assert said["digest"] == result.digest
    assert Result.open(tmp_path / "run").scenario_toml == TEXT


def test_a_changed_scenario_is_checked_again(folder: Path, quake: Path) -> None:
    scenario = load_scenario(quake).model_copy(update={"samples": -1})
    with pytest.raises(ScenarioError, match="samples"):
        stress(folder, scenario)


def test_paths_start_at_the_file_or_at_base(
    folder: Path, quake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = stress(folder, quake)
    assert stress(folder, FIELD, base=quake.parent).digest == whole.digest
    with pytest.raises(InputError, match=r"a\.csv"):
        stress(folder, load_scenario(quake), base=quake.parent / "elsewhere")
    monkeypatch.chdir(quake.parent)
    assert stress(folder, load_scenario(quake)).digest == whole.digest


def test_one_event_is_named_in_the_result(folder: Path, quake: Path) -> None:
    one = stress(folder, quake, event="b")
    assert one.about["events"] == [{"name": "b", "weight": 1.0, "samples": 20}]
    assert "event b" in repr(one)
    assert "2 weighted events" in repr(stress(folder, quake))
    with pytest.raises(ScenarioError, match="no event 'c'"):
        stress(folder, quake, event="c")


def test_an_event_where_there_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"no event 'a'.*leave the event out"):
        stress(folder, TEXT, event="a")


def test_a_path_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ScenarioError, match="nowhere"):
        stress(folder, "nowhere.toml")
    with pytest.raises(InputError, match="nowhere"):
        stress("nowhere", TEXT)


def test_more_packs_are_laid_over(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pack.toml").write_text(
        'format = 1\nid = "own"\nversion = "7"\nlicence = "CC0-1.0"\n'
        'title = {zh = "自有", en = "Own"}\ndescription = {zh = "自有", en = "Own"}\n',
        encoding="utf-8",
    )
    assert stress(folder, TEXT, samples=1, packs=[tmp_path]).about["packs"]["own"] == "7"


def test_a_result_says_what_it_holds(result: Result) -> None:
    said, page = repr(result), result._repr_html_()
    assert "70 samples" in said
    assert "停电<b>" in said
    assert "停电&lt;b&gt;" in page
    assert "<b>" not in page
    people = result.summary["lifelines"]["power"]["people"]
    for text in (said, page):
        assert f"{people:,}" in text
        assert "optimistic" in text


def test_a_city_says_what_it_holds_and_escapes_names(folder: Path) -> None:
    city = City.open(folder)
    assert f"{len(city.assets):,} assets" in repr(city)
    assert str(folder) in repr(city)
    named = city.identity.model_copy(update={"name": "<script>x</script>"})
    page = City.build(named, city.tables)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "in memory" in page
    odd = city.assets.assign(lifeline="<i>power")
    assert "<i>" not in city.replace(assets=odd)._repr_html_()
    nothing = {name: frame.iloc[:0] for name, frame in city.tables.items()}
    assert "0 assets" in repr(City.build(city.identity, nothing))


def test_the_summary_that_is_printed_names_what_is_to_blame(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "dark.toml"
    path.write_text(TEXT.replace("0.2", "0.05"), encoding="utf-8")
    words = ["stress", str(folder), str(path), "--out", str(tmp_path / "run")]
    printed = CliRunner().invoke(app, words).stdout
    weak = Result.open(tmp_path / "run").weak_links
    sure = weak[weak["knock_low_ph"] > 0].nlargest(1, "knock_saved_ph").iloc[0]
    blame, alone = printed.split("此情景下该怪谁")[1].split("单独失效时影响最大")
    assert f"{sure.knock_saved_ph:,.0f}" in blame
    assert f"{weak.n1_people.max():,}" in alone
    assert pd.notna(sure.knock_saved_ph)


def test_the_summary_says_when_nothing_is_to_blame(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "calm.toml"
    path.write_text(TEXT[: TEXT.rindex("[[hazards]]")].replace("12", "0.001"), encoding="utf-8")
    words = ["stress", str(folder), str(path), "--out", str(tmp_path / "run")]
    assert "没有单个设施该怪" in CliRunner().invoke(app, words).stdout
