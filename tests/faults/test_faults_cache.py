"""Kept arrays that are broken, stale, wrong or cannot be written change no result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rencity.city import City
from rencity.city.network.cache import network_of
from tests.conftest import require
from tests.faults.conftest import SCENARIO, Cli
from tests.faults.test_faults_city import edit, put


@pytest.fixture
def kept(city: Path) -> Path:
    """The city with its arrays kept."""
    network_of(City.open(city))
    (cache,) = (city / ".cache").iterdir()
    return cache


@pytest.fixture(scope="module")
def whole(block: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a run of a city without kept arrays."""
    place = tmp_path_factory.mktemp("whole")
    shutil.copytree(block, place / "city")
    (place / "scenario.toml").write_text(SCENARIO)
    command = [sys.executable, "-m", "rencity", "stress", "city", "scenario.toml", "--json"]
    done = subprocess.run([*command, "--out", "run"], cwd=place, capture_output=True, check=True)
    return json.loads(done.stdout)["digest"]


def digest(cli: Cli, city: Path, scenario: Path, out: Path) -> str:
    return cli("stress", city, scenario, "--out", out, "--replace", "--json").json["digest"]


def names(cache: Path, change: Callable[[dict], object]) -> None:
    path = cache / "names.json"
    said = json.loads(path.read_text())
    path.write_text(json.dumps(change(said)))


def other_people(cache: Path) -> None:
    people = np.load(cache / "people.npy")
    np.save(cache / "people.npy", people[::-1] + 7)


BREAK: dict[str, Callable[[Path], object]] = {
    "truncated": lambda c: (c / "key.npy").write_bytes((c / "key.npy").read_bytes()[:-40]),
    "truncated in its head": lambda c: (c / "key.npy").write_bytes(b"\x93NUMPY\x01"),
    "empty": lambda c: (c / "out_ptr.npy").write_bytes(b""),
    "gone": lambda c: (c / "in_node.npy").unlink(),
    "junk": lambda c: (c / "asset.npy").write_bytes(b"junk" * 99),
    "a folder": lambda c: ((c / "asset.npy").unlink(), (c / "asset.npy").mkdir()),
    "another shape": lambda c: np.save(c / "people.npy", np.zeros(3, np.int32)),
    "another type": lambda c: np.save(
        c / "people.npy", np.load(c / "people.npy").astype(np.float32)
    ),
    "other values": other_people,
    "pickled": lambda c: np.save(c / "key.npy", np.array([{}], object), allow_pickle=True),
    "names gone": lambda c: (c / "names.json").unlink(),
    "names cut": lambda c: (c / "names.json").write_text('{"zone": ["a'),
    "names a list": lambda c: (c / "names.json").write_text("[]"),
    "names changed": lambda c: names(c, lambda s: s | {"zone": s["zone"][::-1]}),
    "names of a number": lambda c: names(c, lambda s: s | {"zone": 3}),
    "names of another version": lambda c: names(c, lambda s: {"lifelines": s["lifelines"]}),
}


@pytest.mark.parametrize("fault", BREAK)
def test_a_broken_cache_is_made_anew(
    cli: Cli, kept: Path, city: Path, scenario: Path, whole: str, tmp_path: Path, fault: str
) -> None:
    before = {p.name: p.read_bytes() for p in kept.iterdir()}
    BREAK[fault](kept)
    assert digest(cli, city, scenario, tmp_path / "run") == whole
    assert {p.name: p.read_bytes() for p in kept.iterdir()} == before


def test_a_changed_city_does_not_take_the_old_arrays(
    cli: Cli, city: Path, kept: Path, scenario: Path, tmp_path: Path
) -> None:
    before = digest(cli, city, scenario, tmp_path / "run")
    edit(city, "zones", lambda f: f.assign(people_night=f["people_night"] * 2))
    assert digest(cli, city, scenario, tmp_path / "run") != before
    edit(city, "links", put("start", "ghost"))
    cli("stress", city, scenario, "--out", tmp_path / "b").refuses("ghost")
    assert kept.exists()


def test_a_file_where_the_cache_would_be(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path
) -> None:
    (city / ".cache").write_text("mine")
    assert digest(cli, city, scenario, tmp_path / "run")
    assert (city / ".cache").read_text() == "mine"


def test_a_read_only_city_runs_without_a_word(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path
) -> None:
    place = tmp_path / "read-only"
    place.mkdir()
    bound = subprocess.run(
        ["mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True, check=False
    )
    require(bound.returncode == 0, "the right to mount a disk")
    try:
        shutil.copytree(city, place / "city")
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        done = cli("stress", place / "city", scenario, "--out", tmp_path / "run", "--json")
        assert done.json["digest"] == digest(cli, city, scenario, tmp_path / "other")
        assert not (place / "city" / ".cache").exists()
        cli("demo", place / "new").refuses("read-only", "can be written")
        cli("demo", place / "city", "--replace").refuses("can be written")
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_two_runs_at_once_on_one_city(city: Path, scenario: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rencity", "stress", str(city), str(scenario), "--json"]
    runs = [
        subprocess.Popen(
            [*command, "--workers", "1", "--out", str(tmp_path / f"run{i}")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for i in range(2)
    ]
    ends = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], ends
    assert [err for _, err in ends] == [b"", b""]
    one, two = (json.loads(out)["digest"] for out, _ in ends)
    assert one == two
    assert len(list((city / ".cache").iterdir())) == 1
