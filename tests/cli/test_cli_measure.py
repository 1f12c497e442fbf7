"""`rencity measure` as a user calls it."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from rencity.cli import app

SCENARIO = """
[scenario]
name = "down"
title = { zh = "停", en = "down" }
horizon_h = 24
step_h = 6
samples = 4
seed = 1

[[hazards]]
kind = "random"
name = "out"
targets = [{ kinds = ["power.substation_medium"], probability = 1.0, hours = 12 }]
"""


def rencity(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def folder(tiny_city, tmp_path):
    tiny_city().write(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_undamaged_in_both_languages(folder):
    said = rencity("measure", folder)
    assert said.exit_code == 0, said.output
    assert "网络指标 network measures" in said.output
    assert "most between" in said.output


def test_a_file_of_failures_is_measured_and_written(folder, tmp_path):
    (tmp_path / "failed.csv").write_text("asset\nline\n")
    out = tmp_path / "out"
    said = rencity("measure", folder, "--failed", tmp_path / "failed.csv", "--json", "--out", out)
    assert said.exit_code == 0, said.output
    about = json.loads(said.output)
    assert about == json.loads((out / "measures.json").read_text("utf-8"))
    loss = {each["lifeline"]: each["average_loss"] for each in about["lifelines"]}
    assert loss["power"]["complete"] == 1.0  # the only line from the plant
    assert loss["water"]["complete"] == 0.0  # the network by itself: needs are not followed


def test_the_draws_of_a_scenario_are_the_events(folder, tmp_path):
    (tmp_path / "s.toml").write_text(SCENARIO, "utf-8")
    words = ("--events", 7, "--lifeline", "power", "--json")
    said = rencity("measure", folder, tmp_path / "s.toml", *words)
    assert said.exit_code == 0, said.output
    about = json.loads(said.output)
    assert about["events"] == {
        "from": "scenario", "scenario": "down", "seed": 1, "count": 7, "years": None,
    }  # fmt: skip
    [power] = about["lifelines"]
    assert power["average_loss"]["complete"] == 1.0


def test_a_folder_that_stands_is_refused_before_the_work(folder, tmp_path):
    said = rencity("measure", tmp_path / "none", "--out", folder)
    assert "the folder exists" in str(said.exception)
