"""A budget from files: the known best set, fresh samples, bad input, the command."""

from __future__ import annotations

import functools
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from rencity import City
from rencity.city.demo.build import make_demo
from rencity.cli import app
from rencity.content import classes_of, load_packs
from rencity.kit.errors import CityError, InputError, RencityError, StorageError
from rencity.rehearse import invest
from rencity.sim.damage import Classes
from rencity.sim.measures.apply import applied
from rencity.sim.measures.reading import load_programme
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.trial import Trial
from rencity.sim.plan import losses
from rencity.sim.prepare import prepare
from rencity.sim.scenario import load_scenario
from tests.sim.measures.measured import SCENARIO, town

MEASURES = """
[loss]
weights = { water = 2.0 }
yuan_per_person_h = 30

[[measures]]
id = "iron"
title = { zh = "加固", en = "Iron" }
kind = "harden"
ids = ["a"]
probability_factor = 0.0
cost_yuan = 40

[[measures]]
id = "line"
kind = "harden"
ids = ["x"]
probability_factor = 0.0
cost_yuan = 35

[[measures]]
id = "ring"
kind = "link"
start = "S"
end = "c"
cost_yuan = 60
excludes = ["line"]

[[measures]]
id = "diesel"
kind = "backup"
ids = ["p"]
hours = 6
cost_yuan = 10

[[measures]]
id = "more-diesel"
kind = "backup"
ids = ["q"]
hours = 12
cost_yuan = 15
requires = ["diesel"]
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invest")
    town().write(folder / "town")
    (folder / "wear.toml").write_text(SCENARIO, encoding="utf-8")
    (folder / "worse.toml").write_text(
        SCENARIO.replace('"wear"', '"worse"').replace("0.2, hours = 12", "0.9, hours = 40"),
        encoding="utf-8",
    )
    (folder / "measures.toml").write_text(MEASURES, encoding="utf-8")
    return folder


def ask(place: Path, budget: float, *scenarios: str, **more: Any) -> dict[str, Any]:
    paths = [place / name for name in scenarios or ("wear.toml",)]
    more = {"samples": 300, **more}
    answer = invest(place / "town", paths, place / "measures.toml", budget, **more)
    return dict(answer.about)


@functools.cache
def lost_h(place: Path, chosen: tuple[str, ...], samples: int) -> float:
    """Mean weighted person-hours lost, by a run that knows nothing of trials."""
    measures = load_programme(place / "measures.toml").measures
    scenario = load_scenario(place / "wear.toml")
    today = Setting.of(City.open(place / "town"), packed(), scenario)
    made = applied([each for each in measures if each.id in chosen], today)
    plan = prepare(made.city, scenario, made.classes, base=place, samples=samples).plan
    weights = [2.0 if name == "water" else 1.0 for name in plan.network.lifelines]
    return float((np.array(weights) @ losses(plan).sum(axis=1)).mean()) / 60


@functools.cache
def packed() -> Classes:
    return classes_of(load_packs([]))


def by_hand(place: Path, chosen: tuple[str, ...], samples: int) -> float:
    """Mean weighted person-hours saved."""
    return lost_h(place, (), samples) - lost_h(place, chosen, samples)


def test_the_best_set_is_that_of_plain_enumeration(place: Path) -> None:
    costs = {"iron": 40, "line": 35, "ring": 60, "diesel": 10, "more-diesel": 15}
    for budget in (50, 110):
        about = ask(place, budget, exactly=True)
        found = {}
        for n in range(len(costs) + 1):
            for some in itertools.combinations(costs, n):
                apart = {"line", "ring"} <= set(some)
                bare = "more-diesel" in some and "diesel" not in some
                if sum(costs[one] for one in some) <= budget and not apart and not bare:
                    found[some] = by_hand(place, some, 300)
        best = max(found, key=found.__getitem__)
        assert tuple(about["exact"]["chosen"]) == best
        assert about["exact"]["saved"]["mean"] == pytest.approx(found[best])
        assert about["greedy"]["saved"]["mean"] <= found[best] + 1e-9
        assert about["gap"] == pytest.approx(1 - about["greedy"]["saved"]["mean"] / found[best])
        assert about["bounds"][0]["kind"] == "exact"


def test_fresh_samples_are_those_after_the_choice(place: Path) -> None:
    about = ask(place, 75, samples=200, holdout=150)
    fresh = about["scenarios"][0]["fresh_samples"]
    assert fresh == {"first": 200, "count": 150}
    chosen = tuple(about["greedy"]["chosen"])
    whole, seen = by_hand(place, chosen, 350), by_hand(place, chosen, 200)
    assert about["greedy"]["saved"]["mean"] == pytest.approx(seen)
    assert about["greedy"]["fresh"]["mean"] == pytest.approx((350 * whole - 200 * seen) / 150)
    none = ask(place, 75, samples=200, holdout=0)
    assert none["greedy"]["fresh"] is None
    assert "optimistic" in none["notes"][0]
    assert none["greedy"]["chosen"] == about["greedy"]["chosen"]


def test_no_budget_is_answered_with_nothing(place: Path) -> None:
    about = ask(place, 0)
    assert about["greedy"]["chosen"] == about["exact"]["chosen"] == []
    assert about["greedy"]["saved"] == {"mean": 0.0, "low": 0.0, "high": 0.0}
    assert about["curve"][0]["budget_yuan"] == 0


def test_the_same_again_and_with_other_threads(place: Path) -> None:
    first, second = ask(place, 75, workers=1), ask(place, 75, workers=2)
    assert first["digest"] == second["digest"]
    assert ask(place, 75, seed=9)["digest"] != first["digest"]


def test_scenarios_weigh_by_rate_else_alike(place: Path) -> None:
    (place / "set.toml").write_text(
        '[[scenarios]]\npath = "wear.toml"\nrate_per_a = 0.2\n'
        '[[scenarios]]\npath = "worse.toml"\nrate_per_a = 0.01\n',
        encoding="utf-8",
    )
    rated, alike = ask(place, 75, "set.toml"), ask(place, 75, "wear.toml", "worse.toml")
    one, two = ask(place, 75, "wear.toml"), ask(place, 75, "worse.toml")

    def saved(about: dict[str, Any], measure: str) -> float:
        return float(next(m for m in about["measures"] if m["id"] == measure)["saved"]["mean"])

    for measure in ("iron", "diesel"):
        mine = saved(one, measure), saved(two, measure)
        assert saved(rated, measure) == pytest.approx(0.2 * mine[0] + 0.01 * mine[1])
        assert saved(alike, measure) == pytest.approx(sum(mine) / 2)
    assert rated["unit"] == "person-hours a year"
    assert alike["unit"] == "person-hours"


def test_yuan_are_told_where_an_hour_has_a_value(place: Path) -> None:
    found = ask(place, 75)["greedy"]
    assert found["saved_yuan"]["mean"] == pytest.approx(30 * found["saved"]["mean"])


def test_one_sample_has_no_bounds_and_says_so(place: Path) -> None:
    about = ask(place, 75, samples=1, seed=2)
    bounds = [measure["saved"]["low"] for measure in about["measures"]]
    json.dumps(about, allow_nan=False)
    assert None in bounds or all(m["saved"]["mean"] == 0 for m in about["measures"])


@pytest.mark.parametrize(
    ("budget", "said"), [(-1.0, "-1 yuan is no budget"), (float("nan"), "nan yuan is no budget")]
)
def test_a_budget_that_is_none_is_refused(place: Path, budget: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        ask(place, budget)


def test_scenarios_of_one_name_or_with_half_the_rates_are_refused(place: Path) -> None:
    with pytest.raises(InputError, match="two scenarios are named 'wear'"):
        ask(place, 1, "wear.toml", "wear.toml")
    (place / "half.toml").write_text(
        '[[scenarios]]\npath = "worse.toml"\nrate_per_a = 0.2\n', encoding="utf-8"
    )
    with pytest.raises(InputError, match="some scenarios have an annual rate and some do not"):
        ask(place, 1, "wear.toml", "half.toml")


def test_thirteen_measures_are_too_many_for_an_exact_search(place: Path, tmp_path: Path) -> None:
    one = '[[measures]]\nid = "m{}"\nkind = "backup"\nids = ["p"]\nhours = {}\ncost_yuan = 1\n'
    (tmp_path / "many.toml").write_text("".join(one.format(i, i + 3) for i in range(13)))
    with pytest.raises(InputError, match="13 measures are too many for an exact search"):
        invest(place / "town", [place / "wear.toml"], tmp_path / "many.toml", 3, exactly=True)
    answer = invest(place / "town", [place / "wear.toml"], tmp_path / "many.toml", 3, samples=64)
    assert answer.about["exact"] is None
    assert answer.about["bounds"][0]["kind"] == "whole loss"
    assert 0 < answer.about["gap"] < 1


def test_a_city_with_errors_is_refused_as_such(place: Path) -> None:
    city = City.open(place / "town")
    broken = city.replace(links=city.links.assign(end="nowhere"))
    with pytest.raises(CityError, match="nowhere"):
        invest(broken, [place / "wear.toml"], place / "measures.toml", 5)


def test_the_command_writes_what_it_prints(place: Path, tmp_path: Path) -> None:
    words = ["invest", str(place / "town"), str(place / "wear.toml")]
    words += ["--measures", str(place / "measures.toml"), "--budget", "75", "--samples", "100"]
    out = tmp_path / "answer"
    done = CliRunner().invoke(app, [*words, "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    kept = json.loads((out / "invest.json").read_text(encoding="utf-8"))
    assert said == kept
    table = pd.read_parquet(out / "invest.parquet")
    alone = table.loc[(table["measure"] == "iron") & (table["scenario"] == "")].iloc[0]
    iron = next(m for m in kept["measures"] if m["id"] == "iron")
    assert alone["saved_mean"] == pytest.approx(iron["saved"]["mean"])
    again = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert isinstance(again.exception, StorageError)
    shown = CliRunner().invoke(app, [*words, "--out", str(out), "--replace", "--exact"])
    assert shown.exit_code == 0, shown.output
    for text in ("加固", "Iron", "穷举 exact", "上界 bound", said["digest"][:16]):
        assert text in shown.stdout


def test_the_command_leaves_other_folders_alone(place: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    words = ["invest", str(place / "town"), str(place / "wear.toml"), "--budget", "5"]
    words += ["--measures", str(place / "measures.toml"), "--out", str(tmp_path), "--replace"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, RencityError)
    assert "holds no invest.json" in str(done.exception)
    assert (tmp_path / "mine.txt").read_text() == "kept"


SHAKEN = """
[[measures]]
id = "anchors"
kind = "harden"
kinds = ["power.transformer", "power.substation_medium"]
median_factor = 1.4
cost_yuan = 1

[[measures]]
id = "half"
kind = "harden"
kinds = ["power.transformer", "water.pipe"]
probability_factor = 0.5
cost_yuan = 1

[[measures]]
id = "tie"
kind = "link"
start = "power-grid_tie-000001"
end = "power-node-000001"
asset_kind = "power.line"
cost_yuan = 1
"""


def test_shaking_of_the_demo_is_spliced_exactly(tmp_path: Path) -> None:
    """Fields drawn anew in every sample: remembered and spliced, yet those of a whole run."""
    root = Path(__file__).resolve().parents[2]
    path = root / "examples" / "demo" / "earthquake.toml"
    scenario = load_scenario(path)
    (tmp_path / "m.toml").write_text(SHAKEN, encoding="utf-8")
    measures = load_programme(tmp_path / "m.toml").measures
    today = Setting.of(make_demo("block", 1).city, packed(), scenario)
    trial = Trial(today, path.parent, measures, 48, 1)
    for n in range(len(measures) + 1):
        for some in itertools.combinations(measures, n):
            each = applied(some, today)
            made = prepare(each.city, scenario, each.classes, base=path.parent, samples=48).plan
            found = trial.losses(frozenset(one.id for one in some), 0, 48)
            np.testing.assert_array_equal(found, losses(made))
