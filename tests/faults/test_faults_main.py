"""The command itself: version, help, usage, pipes, encodings, safe names of targets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rencity
from rencity.city import City
from rencity.kit.plain import plain
from tests.faults.conftest import Cli, files_of

RENCITY = (sys.executable, "-m", "rencity")
HEAVY = (
    "sqlalchemy",
    "alembic",
    "numba",
    "geopandas",
    "pandas",
    "scipy",
    "xarray",
    "rasterio",
    "osmium",
    "shapely",
)


def test_version(cli: Cli) -> None:
    done = cli("--version")
    assert (done.code, done.out, done.err) == (0, f"rencity {rencity.__version__}\n", "")


@pytest.mark.parametrize(
    "words",
    [("--help",), ("stress", "--help"), ("city", "import", "--help"), ("jobs", "ask", "--help")],
)
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    code = (
        "import sys; from rencity.cli import app; "
        f"app({list(words)!r}, standalone_mode=False); "
        f"print(*sorted(set(sys.modules) & set({HEAVY!r})), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stderr.strip() == ""


@pytest.mark.parametrize(
    "words", [("dragons",), ("city", "dragons"), ("--dragons",), ("stress",), ("demo",)]
)
def test_wrong_usage_exits_2_on_stderr(cli: Cli, words: tuple[str, ...]) -> None:
    done = cli(*words)
    assert (done.code, done.out) == (2, "")
    assert "Usage" in done.err
    assert "Traceback" not in done.err


def test_a_reader_that_leaves_is_no_fault(city: Path) -> None:
    """As `rencity … | head`: the reading end is closed before anything is written."""
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [*RENCITY, "city", "info", str(city), "--json"],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_full_output_is_told(city: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*RENCITY, "city", "info", str(city), "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("encoding", ["gbk", "latin-1"])
def test_any_terminal_encoding_shows_every_name(city: Path, encoding: str) -> None:
    toml = city / "city.toml"
    toml.write_text(toml.read_text().replace('name_en = "', 'name_en = "💧'))
    env = os.environ | {"PYTHONIOENCODING": encoding}
    for words in (("city", "info", str(city)), ("city", "info", str(city), "--json")):
        done = subprocess.run([*RENCITY, *words], env=env, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        done.stdout.decode(encoding)


def test_a_run_replaces_only_a_run(cli: Cli, city: Path, scenario: Path, tmp_path: Path) -> None:
    """`--out CITY --replace` by mistake must not swap the city for a run."""
    letter = tmp_path / "letter"
    letter.write_text("keep me")
    before = files_of(tmp_path)
    for place in (city, letter, tmp_path):
        done = cli("stress", city, scenario, "--out", place, "--replace", "--json")
        done.refuses(str(place))
        assert files_of(tmp_path) == before
    (tmp_path / "run").mkdir()
    words = ["stress", city, scenario, "--out", tmp_path / "run", "--replace", "--json"]
    first = cli(*words).json
    assert cli(*words).json["digest"] == first["digest"]
    cli(*words[:-2], "--json").refuses("exists")


def test_a_demo_replaces_only_a_city(cli: Cli, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "letter").write_text("keep me")
    (tmp_path / "file").write_text("keep me")
    before = files_of(tmp_path)
    for name in ("mine", "file"):
        cli("demo", tmp_path / name, "--json").refuses("exists")
    cli("demo", tmp_path / "file", "--replace", "--json").refuses("file")
    cli("demo", tmp_path / "file" / "city", "--json").refuses("file")
    cli("demo", tmp_path / ("n" * 300), "--json").refuses("shorter name")
    assert files_of(tmp_path) == before


def test_a_target_said_as_dot_is_the_folder_here(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    made = cli("demo", ".", "--replace", "--json").json
    assert made["assets"] == len(City.open(place).assets) > 900
    assert (place / "city.toml").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["here"]


@pytest.mark.parametrize("fault", ["gone", "junk", "a file"])
def test_broken_packs_are_refused(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, fault: str
) -> None:
    pack = tmp_path / "pack"
    if fault == "junk":
        pack.mkdir()
        (pack / "pack.yaml").write_bytes(b"\x00\xff: [" * 9)
    if fault == "a file":
        pack.write_text("x")
    done = cli("stress", city, scenario, "--out", tmp_path / "run", "--pack", pack, "--json")
    done.refuses(str(pack))
    told = cli("pack", "check", pack, "--json")
    assert told.code == 1
    assert "Traceback" not in told.err
    assert not told.out or json.loads(told.out)["errors"]
    assert str(pack) in told.out + told.err


def test_plain_text_has_nothing_that_acts() -> None:
    assert plain("泵站 pump 💧 👩\u200d🚒 محطة") == "泵站 pump 💧 👩\u200d🚒 محطة"
    assert plain("a\x1b[2J\nb\u202e\x7f\x85\u2028\x00") == (
        "a\\x1b[2J\\nb\\u202e\\x7f\\x85\\u2028\\x00"
    )
    assert plain("a\nb\t", keep="\n") == "a\nb\\t"
    assert plain("\udcff") == "\\udcff"
