"""Ctrl-C and kill at any moment: the target is absent or whole, and nothing else is left."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.city import City
from rencity.kit import files
from rencity.kit.errors import StorageError
from rencity.kit.files import staged_folder
from rencity.sim.result import Result
from tests.faults.conftest import Cli, files_of
from tests.faults.test_faults_import import MAP

DEADLINE_S = 60
STOPPED = "stopped; nothing half written is left\n"

# tells each stage on stdout before it begins, as a progress bar would
TELLING = """
import sys
pause = sys.argv.pop(1)
from rencity.cli import stress
tell = stress.Bar._tell
def told(self, stage, share):
    if share == 0:
        print("at", stage, flush=True)
    tell(self, stage, share)
stress.Bar._tell = told
import rencity.kit.files as files
for name in ("_flush", "_swap"):
    def wrap(name=name, real=getattr(files, name)):
        def told(*args):
            if name == pause and ".cache" not in args[0].parts:
                print("at", name, flush=True)
                sys.stdin.readline()
            return real(*args)
        setattr(files, name, told)
    wrap()
from rencity.__main__ import main
main()
"""


class Running:
    """A command that is at a stage; those of writing wait to be ended."""

    def __init__(self, stage: str, *words: object) -> None:
        self._run = subprocess.Popen(
            [sys.executable, "-c", TELLING, stage, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._wait_for(stage)

    def _wait_for(self, stage: str) -> None:
        said, end = b"", time.monotonic() + DEADLINE_S
        assert self._run.stdout is not None
        while f"at {stage}\n".encode() not in said:
            ready, _, _ = select.select([self._run.stdout], [], [], max(0, end - time.monotonic()))
            more = os.read(self._run.stdout.fileno(), 4096) if ready else b""
            if not more:
                self._run.kill()
                pytest.fail(f"never came to {stage}: {said!r} {self._run.communicate()[1]!r}")
            said += more

    def end(self, how: signal.Signals) -> tuple[int, str]:
        self._run.send_signal(how)
        err = self._run.communicate(timeout=DEADLINE_S)[1]
        return self._run.returncode, err.decode()


def stress(city: Path, scenario: Path, out: Path, *more: object) -> list[object]:
    return ["stress", city, scenario, "--out", out, "--workers", 1, *more]


def without_blocks(folder: Path) -> dict[str, bytes]:
    """Every file but the finished blocks of a stopped run."""
    return {
        name: data for name, data in files_of(folder).items() if not name.startswith("run.part/")
    }


@pytest.mark.parametrize("stage", ["network", "samples", "knock_out"])
def test_an_interrupted_run_leaves_nothing(
    city: Path, scenario: Path, tmp_path: Path, stage: str
) -> None:
    samples = 200_000 if stage == "samples" else 2_000
    before = files_of(tmp_path)
    running = Running(stage, *stress(city, scenario, tmp_path / "run", "--samples", samples))
    code, said = running.end(signal.SIGINT)
    assert code == 130
    assert said.endswith(STOPPED)
    assert without_blocks(tmp_path) == before
    assert not (tmp_path / "run").exists()
    kept = tmp_path / "run.part"
    assert kept.exists() == ("are kept in" in said)
    assert stage != "network" or not kept.exists()
    assert stage != "knock_out" or kept.exists()


@pytest.mark.parametrize("stage", ["samples", "_flush", "_swap"])
def test_an_interrupted_run_leaves_the_old_one(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, stage: str
) -> None:
    out = tmp_path / "run"
    old = cli(*stress(city, scenario, out, "--json")).json
    before = files_of(tmp_path)
    samples = 200_000 if stage == "samples" else 64
    running = Running(stage, *stress(city, scenario, out, "--samples", samples, "--replace"))
    code, said = running.end(signal.SIGINT)
    assert code == 130
    assert said.endswith(STOPPED)
    assert without_blocks(tmp_path) == before
    assert Result.open(out).digest == old["digest"]


@pytest.mark.parametrize(("stage", "there"), [("_flush", False), ("_swap", True)])
def test_an_interrupted_demo(block: Path, tmp_path: Path, stage: str, there: bool) -> None:
    out = tmp_path / "out"
    if there:
        City.open(block).write(out)
    before = files_of(tmp_path)
    running = Running(stage, "demo", out, "--seed", 2, "--replace")
    assert running.end(signal.SIGINT) == (130, STOPPED)
    assert files_of(tmp_path) == before
    assert out.exists() == there


@pytest.mark.parametrize("there", [False, True])
def test_an_interrupted_import(block: Path, tmp_path: Path, there: bool) -> None:
    out = tmp_path / "out"
    if there:
        City.open(block).write(out)
    (tmp_path / "map.toml").write_text(MAP)
    (tmp_path / "nodes.csv").write_text(
        "id,lifeline,kind,x,y,source\na,power,transformer,120.3,31.5,1\n"
    )
    before = files_of(tmp_path)
    words = ["city", "import", "tables", tmp_path, "--map", tmp_path / "map.toml", "--into", out]
    assert Running("_swap", *words).end(signal.SIGINT) == (130, STOPPED)
    assert files_of(tmp_path) == before
    assert out.exists() == there


@pytest.mark.parametrize("stage", ["samples", "_flush", "_swap"])
def test_a_killed_run_leaves_the_old_one_and_the_next_sweeps(
    cli: Cli, city: Path, scenario: Path, tmp_path: Path, stage: str
) -> None:
    place = tmp_path / "runs"
    place.mkdir()
    out = place / "run"
    old = cli(*stress(city, scenario, out, "--json")).json["digest"]
    running = Running(stage, *stress(city, scenario, out, "--seed", 2, "--replace"))
    assert running.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert Result.open(out).digest == old
    left = {path.name.split("-")[0] for path in place.iterdir()}
    assert left <= (
        {"run", "run.part"} if stage == "samples" else {"run", "run.part", ".run.partial"}
    )
    new = cli(*stress(city, scenario, out, "--seed", 2, "--replace", "--json")).json["digest"]
    assert new != old
    assert Result.open(out).digest == new
    assert [p.name for p in place.iterdir()] == ["run"]


def partial(place: Path, name: str) -> list[str]:
    return [p.name for p in place.iterdir() if p.name.startswith(f".{name}.partial-")]


def test_only_what_nobody_makes_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".a.partial-dead").mkdir()
    (tmp_path / ".a.partial-dead" / "x").write_text("x")
    (tmp_path / ".b.partial-dead").mkdir()
    (tmp_path / ".a.partial-file").write_text("x")
    with staged_folder(tmp_path / "a") as first, staged_folder(tmp_path / "a2") as other:
        (first / "x").write_text("first")
        (other / "x").write_text("other")
        with staged_folder(tmp_path / "b") as second:  # sweeps b's, not a's
            (second / "x").write_text("b")
        with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / "a"):
            stop()
        assert sorted(partial(tmp_path, "a")) == sorted([first.name, ".a.partial-file"])
    assert (tmp_path / "a" / "x").read_text() == "first"
    assert (tmp_path / "a2" / "x").read_text() == "other"
    assert partial(tmp_path, "a") == [".a.partial-file"]
    assert partial(tmp_path, "b") == []


def test_who_comes_second_is_told(tmp_path: Path) -> None:
    target = tmp_path / "a"
    told = pytest.raises(StorageError, match="exists")
    with told, staged_folder(target), staged_folder(target) as winner:
        (winner / "x").write_text("first")
    assert files_of(tmp_path) == {"a/x": b"first"}


def stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupt_between_two_renames_brings_the_old_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Where names cannot be exchanged in one step."""
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    target = tmp_path / "a"
    with staged_folder(target) as stage:
        (stage / "x").write_text("old")
    rename: Callable[[Path, Path], Path] = Path.rename
    calls = []

    def told(self: Path, other: Path) -> Path:
        calls.append(self)
        if len(calls) == at:
            stop()
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", told)
    with pytest.raises(KeyboardInterrupt), staged_folder(target, replace=True) as stage:
        (stage / "x").write_text("new")
    assert files_of(tmp_path) == {"a/x": b"old"}
    monkeypatch.undo()
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    with staged_folder(target, replace=True) as stage:
        (stage / "x").write_text("new")
    assert files_of(tmp_path) == {"a/x": b"new"}
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_a_replaced_folder_is_there_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a"
    with staged_folder(target) as stage:
        (stage / "x").write_text("old")
    if not files._exchange(target, target.with_name("a")):
        pytest.skip("no exchange of names here")
    monkeypatch.setattr(Path, "rename", stop)
    with staged_folder(target, replace=True) as stage:
        (stage / "x").write_text("new")
    assert files_of(tmp_path) == {"a/x": b"new"}


def test_a_disk_without_locks_is_written_and_not_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(95, "not supported")

    monkeypatch.setattr(files.fcntl, "flock", none)
    (tmp_path / ".a.partial-other").mkdir()
    with staged_folder(tmp_path / "a") as stage:
        (stage / "x").write_text("x")
    assert files_of(tmp_path) == {"a/x": b"x"}
    assert partial(tmp_path, "a") == [".a.partial-other"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with staged_folder(tmp_path / "link", replace=True) as stage:
        (stage / "x").write_text("x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "x").read_text() == "x"
