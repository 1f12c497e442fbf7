"""`rencity restore` through the door a user goes through."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from rencity.city import City
from rencity.cli import app
from rencity.kit.errors import RencityError


@pytest.fixture(scope="module")
def city(tiny_city: Callable[..., City], tmp_path_factory: pytest.TempPathFactory) -> Path:
    def capacities(assets: pd.DataFrame) -> pd.DataFrame:
        assets.loc[assets["id"] == "plant", "capacity"] = 500.0
        return assets

    folder = tmp_path_factory.mktemp("restore") / "tiny"
    tiny_city(assets=capacities).write(folder)
    return folder


def test_json_is_all_that_is_printed(city: Path, tmp_path: Path) -> None:
    listed = tmp_path / "broken.txt"
    listed.write_text("\ufeffplant\n\ntransformer_b\n", "utf-8")
    words = [city, "--crews", 1, "--broken", "line", "--broken-file", listed, "--json"]
    command = [sys.executable, "-m", "rencity", "restore", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["lifelines"] == ["power"]
    assert told["people_without_undamaged"] == 0
    assert told["people_without_before"] == pytest.approx(300)
    # plant and line before anyone has power: 50 of 140 units, then the 90 behind transformer b
    assert [sorted(period["mended"]) for period in told["periods"]][2] == ["transformer_b"]
    without = [period["people_without"] for period in told["periods"]]
    assert without == pytest.approx([300, 300 * 90 / 140, 0])
    assert told["status"] == "optimal"
    assert told["bound"] is None


def inside(capfd: pytest.CaptureFixture[str], *words: str | Path) -> str:
    app(["restore", *map(str, words)], standalone_mode=False)
    return capfd.readouterr().out


def test_the_whole_horizon_has_a_bound(city: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = inside(capfd, city, "--crews", "1", "--broken", "line", "--look-ahead", "9", "--json")
    told = json.loads(out)
    assert told["bound"] == pytest.approx(told["cost"])
    assert told["gap"] == pytest.approx(0, abs=1e-6)


def test_table_says_what_is_left_out(city: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = inside(capfd, city, "--crews", "1", "--broken", "line", "--periods", "3")
    assert "optimal" in out
    assert "in the last 2 of 3 periods none is mended" in out
    assert "left out telecom: 1 sources have no capacity: core" in out


def test_a_city_short_of_capacity_is_told_so(
    tiny_city: Callable[..., City], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def capacities(assets: pd.DataFrame) -> pd.DataFrame:
        assets.loc[assets["id"] == "plant", "capacity"] = 70.0
        return assets

    tiny_city(assets=capacities).write(tmp_path / "short")
    out = inside(capfd, tmp_path / "short", "--crews", "1", "--broken", "line")
    assert "even undamaged 150 are without service" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--broken", "nowhere"], "not in the city: nowhere"),
        (["--broken", "mast"], "in none of the lifelines taken"),
        (["--lifeline", "telecom"], "no capacity: core"),
        (["--broken-file", "absent.txt"], "absent.txt: absent"),
        (["--broken", "line", "--crews", "0"], "a repair takes 1 of 0 crews"),
    ],
)
def test_wrong_input_is_one_message(city: Path, words: list[str], said: str) -> None:
    with pytest.raises(RencityError) as told:
        app(["restore", str(city), "--crews", "1", *words], standalone_mode=False)
    assert said in str(told.value)
    assert told.value.mend
