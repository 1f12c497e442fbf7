"""`rencity n1` as a user calls it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from rencity.cli import app
from rencity.kit.errors import CityError, StorageError
from tests.sim.nminus1.road_cities import road_city


def rencity(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def folder(tiny_city, tmp_path):
    city = tiny_city()
    city.write(tmp_path / "tiny")
    return tmp_path / "tiny"


def test_the_ranking_in_both_languages(folder):
    said = rencity("n1", folder)
    assert said.exit_code == 0, said.output
    assert "逐个失效 N-1" in said.output
    first = next(line for line in said.output.splitlines() if "power.plant" in line)
    assert "900" in first  # 300 people of power, water and telecom


def test_json_says_what_the_folder_says(folder, tmp_path):
    out = tmp_path / "n1"
    said = rencity("n1", folder, "--out", out, "--json", "--check")
    assert said.exit_code == 0, said.output
    assert json.loads(said.output) == json.loads((out / "n1.json").read_text("utf-8"))
    worst = json.loads(said.output)["worst"][0]
    table = pd.read_parquet(out / "n1.parquet")
    assert worst["asset"] == table["asset"].iloc[0]
    assert worst["people"] == table["people"].iloc[0] == 900


def test_roads_and_a_link_are_printed(tmp_path):
    city = road_city(np.random.default_rng(3))
    city.write(tmp_path / "roads")
    a, b = city.links["start"].iloc[0], city.links["end"].iloc[-1]
    said = rencity("n1", tmp_path / "roads", "--with-link", a, b, "--check", "--top", 3)
    assert said.exit_code == 0, said.output
    for words in ("roads closed one by one", f"with a link {a} – {b}", "second opinion road"):
        assert words in said.output


def test_a_length_goes_with_a_link(folder):
    said = rencity("n1", folder, "--length-m", 3)
    assert said.exit_code == 2
    assert "goes with --with-link" in said.output


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        (("--lifeline", "powr"), CityError, "did you mean 'power'"),
        (("--with-link", "plant", "nowhere"), CityError, "no asset 'nowhere'"),
        (("--with-link", "plant", "works"), CityError, "is of power and works of water"),
    ],
)
def test_bad_words_are_one_message(folder, words, kind, text):
    said = rencity("n1", folder, *words)
    assert isinstance(said.exception, kind)
    assert text in str(said.exception)


def test_a_folder_that_stands_is_refused_before_the_work(folder, tmp_path):
    said = rencity("n1", tmp_path / "no-city", "--out", folder)
    assert isinstance(said.exception, StorageError)
    assert "the folder exists" in str(said.exception)


def test_a_second_opinion_that_differs_ends_with_1(folder, monkeypatch):
    from rencity.sim.nminus1 import agreement, whole

    wrong = agreement.Opinion("power", rows=3, wrong=np.array([1]))
    monkeypatch.setattr(whole, "second_opinion", lambda *_, **__: [wrong])
    said = rencity("n1", folder, "--check")
    assert said.exit_code == 1
    assert "two ways to reckon differ on 1 of 3 rows" in said.output
