"""Level balance through a whole run: asked for by the scenario, kept, opened, told."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import rencity
from rencity.cli import app
from rencity.kit.errors import ScenarioError
from rencity.sim.result import Result
from rencity.sim.scenario import parse_scenario
from tests.cities import tiny_city
from tests.sim.balance.bounded import with_amounts

TEXT = """
[scenario]
name = "one-station"
horizon_h = 48
samples = 70
level = "balance"
{more}
[[hazards]]
kind = "random"
[[hazards.targets]]
ids = ["U"]
probability = 0.5
hours = 12
"""


@pytest.fixture
def city():
    made = tiny_city(
        "power: S* U V A", "S-U S-V U-A V-A", serves=[("A", "z", 1.0)], zones={"z": 100}
    )
    kinds = {"U": "substation_high", "V": "substation_high"}
    return with_amounts(made, {"S": 200.0, "U": 70.0, "V": 60.0}, [("z", "power", 100.0)], kinds)


def struck(city, more="", **options):
    return rencity.stress(city, TEXT.format(more=more), **options)


def test_what_reach_serves_and_balance_does_not_is_told(city, tmp_path):
    result = struck(city)
    told = result.about["balance"]
    assert told["samples"] == 64
    assert result.about["level"] == "balance"
    hit = int((result.balance["served"][0] < 100).any("step").sum())
    assert 10 < hit < 54
    power = told["lifelines"]["power"]
    assert power["reach_loss_ph"] == 0
    assert power["balance_loss_ph"] == power["reach_only_ph"] == hit * 40 * 12 / 64
    assert result.balance["reach_only_mean"].sel(zone="z").item() == power["reach_only_ph"]
    assert result.balance_assets["asset"].tolist() == ["A", "U"][:1]
    assert result.balance_assets["short_ph"].tolist() == [power["reach_only_ph"]]
    folder = result.write(tmp_path / "run")
    opened = Result.open(folder)
    assert opened.balance.identical(result.balance)
    assert opened.balance_assets.equals(result.balance_assets)
    assert opened.digest == result.digest


def test_workers_change_nothing_and_samples_may_be_fewer(city):
    few = struck(city, "balance_samples = 20")
    assert few.about["balance"]["samples"] == 20
    again = struck(city, "balance_samples = 20", workers=1)
    assert again.digest == few.digest
    more = struck(city)
    assert (more.balance["served"][..., :20] == few.balance["served"]).all()
    assert more.digest != few.digest


def test_level_reach_says_nothing_of_balance(city):
    reach = rencity.stress(city, TEXT.format(more="").replace('"balance"', '"reach"'))
    assert reach.balance is None
    assert reach.about["level"] == "reach"
    with_both = struck(city)
    assert (reach.curves["served"] == with_both.curves["served"]).all()
    assert np.array_equal(reach.weak_links["n1_people"], with_both.weak_links["n1_people"])


@pytest.mark.parametrize(
    ("more", "what"),
    [("balance_samples = 0", "balance_samples"), ("balance_samples = 129", "balance_samples")],
)
def test_samples_beyond_what_is_kept_are_refused(more, what):
    with pytest.raises(ScenarioError, match=what):
        parse_scenario(TEXT.format(more=more), place="here")
    with pytest.raises(ScenarioError, match="level"):
        parse_scenario(TEXT.format(more="").replace('"balance"', '"flow"'), place="here")


def test_the_command_prints_the_table(city, tmp_path):
    city.write(tmp_path / "city")
    (tmp_path / "s.toml").write_text(TEXT.format(more=""), "utf-8")
    done = CliRunner().invoke(
        app,
        ["stress", str(tmp_path / "city"), str(tmp_path / "s.toml"), "--out", str(tmp_path / "r")],
    )
    assert done.exit_code == 0, done.output
    assert "容量级" in done.output
    assert "reached and short" in done.output
