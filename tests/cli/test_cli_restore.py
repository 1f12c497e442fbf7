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


@pytest.fixture(scope="module")
def city(tiny_city: Callable[..., City], tmp_path_factory: pytest.TempPathFactory) -> Path:
    def capacities(assets: pd.DataFrame) -> pd.DataFrame:
        assets.loc[assets["id"] == "plant", "capacity"] = 500.0
        return assets

    folder = tmp_path_factory.mktemp("restore") / "tiny"
    tiny_city(assets=capacities).write(folder)
    return folder


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rencity", "restore", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_json_is_all_that_is_printed(city: Path, tmp_path: Path) -> None:
    listed = tmp_path / "broken.txt"
    listed.write_text("\ufeffplant\n\ntransformer_b\n", "utf-8")
    done = run(city, "--crews", "1", "--broken", "line", "--broken-file", listed, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["lifelines"] == ["power"]
    assert told["people_without_before"] == pytest.approx(300)
    # plant and line before anyone has power (100 people by transformer_a), then 200 more
    assert [sorted(p["mended"]) for p in told["periods"]][2] == ["transformer_b"]
    without = [period["people_without"] for period in told["periods"]]
    assert without == pytest.approx([300, 90 / 140 * 300, 0])
    assert told["status"] == "optimal"
    assert told["bound"] is None


def test_the_whole_horizon_has_a_bound(city: Path) -> None:
    done = run(city, "--crews", "1", "--broken", "line", "--look-ahead", "9", "--json")
    told = json.loads(done.stdout)
    assert told["bound"] == pytest.approx(told["cost"])
    assert told["gap"] == pytest.approx(0, abs=1e-6)


def test_table_says_what_is_left_out(city: Path) -> None:
    done = run(city, "--crews", "1", "--broken", "line")
    assert done.returncode == 0, done.stderr
    assert "line" in done.stdout
    assert "optimal" in done.stdout
    assert "left out telecom: 1 sources have no capacity: core" in done.stdout


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
    done = run(city, "--crews", "1", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
