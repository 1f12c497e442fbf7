"""`rencity demo` at the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rencity.city.model import City
from rencity.cli import app
from rencity.kit.errors import InputError, StorageError

run = CliRunner()


def test_json_is_the_summary_and_nothing_else(tmp_path: Path) -> None:
    result = run.invoke(app, ["demo", str(tmp_path / "c"), "--scale", "block", "--json"])
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    city = City.open(tmp_path / "c")
    assert summary["hash"] == city.hash
    assert summary["assets"] == len(city.assets) == sum(r["count"] for r in summary["kinds"])
    assert summary["zones"][0] == {"level": "city", "count": 1, "people": 8000}
    assert summary["synthetic"] is True


def test_text_names_districts_and_counts(tmp_path: Path) -> None:
    result = run.invoke(app, ["demo", str(tmp_path / "c"), "--seed", "5"])
    assert result.exit_code == 0
    for word in ("合成", "Synthetic", "梁溪区", "junction", "8,000", "seed 5"):
        assert word in result.stdout


def test_an_existing_folder_is_kept_without_replace(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "mine").write_text("x")
    result = run.invoke(app, ["demo", str(tmp_path / "c")])
    assert isinstance(result.exception, StorageError)
    assert (tmp_path / "c" / "mine").read_text() == "x"
    assert run.invoke(app, ["demo", str(tmp_path / "c"), "--replace"]).exit_code == 0
    assert City.open(tmp_path / "c").identity.synthetic


def test_an_unknown_scale_names_the_known_ones(tmp_path: Path) -> None:
    result = run.invoke(app, ["demo", str(tmp_path / "c"), "--scale", "planet"])
    assert isinstance(result.exception, InputError)
    assert "block" in str(result.exception)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--scale", "planet"], 1), (["--seed", "-1"], 2), (["--nope"], 2)]
)
def test_faults_are_messages_with_a_code(tmp_path: Path, arguments: list[str], code: int) -> None:
    command = [sys.executable, "-m", "rencity", "demo", str(tmp_path / "c"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr
