"""Sets of scenarios with rates: sums that must add up, averages, curves, the command."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from rencity import stress
from rencity.cli import app
from rencity.kit.errors import InputError, RunError, ScenarioError, StorageError
from rencity.rehearse import rate
from rencity.rehearse.rated import Rated
from rencity.rehearse.sets import parse_set
from tests.cities import tiny_city
from tests.sim.measures.measured import SCENARIO, town

SET = """
[set]
title = { zh = "两种", en = "Two" }
total_rate_per_a = 0.21

[[scenarios]]
path = "wear.toml"
rate_per_a = 0.2

[[scenarios]]
path = "worse.toml"
rate_per_a = 0.01
title = { zh = "更糟", en = "Worse" }
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rate")
    town().write(folder / "town")
    (folder / "wear.toml").write_text(SCENARIO, encoding="utf-8")
    worse = SCENARIO.replace('"wear"', '"worse"').replace("0.2, hours = 12", "0.9, hours = 40")
    (folder / "worse.toml").write_text(worse, encoding="utf-8")
    (folder / "set.toml").write_text(SET, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def answer(place: Path) -> Rated:
    return rate(place / "town", place / "set.toml", samples=150)


def test_the_average_is_that_of_whole_runs(place: Path, answer: Rated) -> None:
    wanted = 0.0
    for name, often in (("wear", 0.2), ("worse", 0.01)):
        result = stress(place / "town", place / f"{name}.toml", samples=150)
        lost = sum(one["loss_person_h"]["mean"] for one in result.summary["lifelines"].values())
        wanted += often * lost
    assert answer.about["aal"]["total"]["mean_h_per_a"] == pytest.approx(wanted)


def test_parts_add_up(answer: Rated) -> None:
    aal = answer.aal.set_index(["lifeline", "region", "scenario"])["mean_h_per_a"]
    total = aal["", "", ""]
    lifelines = [name for name in answer.aal["lifeline"].unique() if name]
    regions = [name for name in answer.aal["region"].unique() if name]
    assert len(regions) > 1
    assert sum(aal[name, "", ""] for name in lifelines) == pytest.approx(total)
    assert sum(aal["", name, ""] for name in regions) == pytest.approx(total)
    assert sum(aal[a, b, ""] for a in lifelines for b in regions) == pytest.approx(total)
    assert aal["", "", "wear"] + aal["", "", "worse"] == pytest.approx(total)
    assert sum(each["aal_share"] for each in answer.about["scenarios"]) == pytest.approx(1)


def test_every_curve_encloses_its_average(answer: Rated) -> None:
    aal = answer.aal.loc[answer.aal["scenario"] == ""]
    for row in aal.to_dict("records"):
        curve = answer.exceedance.loc[
            (answer.exceedance["lifeline"] == row["lifeline"])
            & (answer.exceedance["region"] == row["region"])
        ]
        area = (curve["loss_h"].diff().fillna(curve["loss_h"]) * curve["frequency_per_a"]).sum()
        assert area == pytest.approx(row["mean_h_per_a"])


def test_a_finished_run_counts_as_its_scenario(place: Path, answer: Rated, tmp_path: Path) -> None:
    stress(place / "town", place / "worse.toml", samples=150).write(tmp_path / "worse")
    text = SET.replace('"worse.toml"', f'"{tmp_path / "worse"}"')
    (place / "mixed.toml").write_text(text, encoding="utf-8")
    mixed = rate(place / "town", place / "mixed.toml", samples=150)
    assert mixed.about["scenarios"][1]["from_run"]
    assert mixed.about["aal"] == answer.about["aal"]
    pd.testing.assert_frame_equal(mixed.exceedance, answer.exceedance)


def test_a_run_of_another_city_is_refused(place: Path, tmp_path: Path) -> None:
    other = tiny_city("power: S* a b c x p", "S-a", serves=[("a", "z", 1.0)], zones={"z": 5})
    stress(other, place / "wear.toml", samples=5).write(tmp_path / "run")
    (place / "alien.toml").write_text(
        f'[[scenarios]]\npath = "{tmp_path / "run"}"\nrate_per_a = 0.1\n', encoding="utf-8"
    )
    with pytest.raises(RunError, match="of another city or version"):
        rate(place / "town", place / "alien.toml")


def test_a_folder_that_is_no_run_is_refused(place: Path, tmp_path: Path) -> None:
    (place / "empty.toml").write_text(
        f'[[scenarios]]\npath = "{tmp_path}"\nrate_per_a = 0.1\n', encoding="utf-8"
    )
    with pytest.raises(RunError, match=r"no run\.json here"):
        rate(place / "town", place / "empty.toml")


def test_scenarios_watched_for_different_times_are_told(place: Path) -> None:
    text = SCENARIO.replace('"wear"', '"brief"').replace("horizon_h = 48", "horizon_h = 24")
    (place / "brief.toml").write_text(text, encoding="utf-8")
    (place / "uneven.toml").write_text(SET.replace("worse.toml", "brief.toml"), encoding="utf-8")
    found = rate(place / "town", place / "uneven.toml", samples=20).about["findings"]
    assert [each["rule"] for each in found] == ["horizons-differ"]
    assert "24, 48 h" in found[0]["what"]


def test_the_same_for_any_number_of_threads(place: Path) -> None:
    digests = {
        rate(place / "town", place / "set.toml", samples=600, workers=n).about["digest"]
        for n in (1, 2)
    }
    assert len(digests) == 1


ONE = '[[scenarios]]\npath = "a.toml"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SET.replace("0.21", "0.3"), "the rates sum to 0.21 a year, but total_rate_per_a says 0.3"),
        (
            "[set]\nrate_per_a = 0.1\n" + ONE + "weight = 0.5\n" + ONE + "weight = 0.4\n",
            "sum to 0.9, not 1, so their rates to 0.09 a year, not 0.1",
        ),
        (ONE + "rate_per_a = 0\n", "scenarios[0].rate_per_a: Input should be greater than 0"),
        (ONE + "rate_per_a = -1\n", "scenarios[0].rate_per_a"),
        (ONE + "rate_per_a = inf\n", "scenarios[0].rate_per_a"),
        (ONE + "rate_per_a = nan\n", "scenarios[0].rate_per_a"),
        (ONE, "scenarios[0]: 'rate_per_a' is missing"),
        (ONE + "weight = 1.0\n", "a weight without a rate of the set"),
        ("[set]\nrate_per_a = 1.0\n" + ONE + "rate_per_a = 1.0\n", "beside that of the set"),
        ("[set]\nrate_per_a = 1.0\n" + ONE, "scenarios[0]: 'weight' is missing"),
        (ONE + "rate = 1.0\n", "unknown key 'rate' (value 1.0) | mend: did you mean 'rate_per_a'"),
        ("", "'scenarios' is missing | mend: add a [[scenarios]] table"),
        ("scenarios = []", "nothing in it"),
        ("[set", "not TOML"),
        ("set = 3\n" + ONE, "[set] is no table of its own"),
        ("[[scenarios]]\nrate_per_a = 1.0\n", "scenarios[0].path: 'path' is missing"),
    ],
)
def test_faults_of_a_set_are_told(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_set(text, place="set.toml")
    assert said in str(caught.value)


def test_weights_share_the_rate_of_the_set() -> None:
    text = "[set]\nrate_per_a = 0.1\n" + ONE + "weight = 0.25\n" + ONE + "weight = 0.75\n"
    assert parse_set(text, place="x").rates_per_a == pytest.approx((0.025, 0.075))


def test_a_missing_scenario_is_named(place: Path) -> None:
    (place / "lost.toml").write_text(ONE + "rate_per_a = 1.0\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"a\.toml"):
        rate(place / "town", place / "lost.toml")
    with pytest.raises(InputError, match="No such file"):
        rate(place / "town", place / "none.toml")


def test_the_command_writes_and_prints(place: Path, tmp_path: Path) -> None:
    out = tmp_path / "year"
    words = ["rate", str(place / "town"), str(place / "set.toml"), "--out", str(out)]
    done = CliRunner().invoke(app, [*words, "--samples", "50", "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    kept = json.loads((out / "rate.json").read_text(encoding="utf-8"))
    assert said == {"folder": str(out), **kept}
    assert len(pd.read_parquet(out / "exceedance.parquet")) > 10
    assert isinstance(CliRunner().invoke(app, words).exception, StorageError)
    shown = CliRunner().invoke(app, [*words, "--samples", "50", "--replace"])
    assert shown.exit_code == 0, shown.output
    for text in ("更糟 Worse", "年均损失", "return period", kept["digest"][:16]):
        assert text in shown.stdout
