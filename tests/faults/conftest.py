"""A small city, a door to the command line, and ways to see that nothing was left behind."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rencity.cli import main
from tests.conftest import require

SCENARIO = """
[scenario]
name = "test"
horizon_h = 48
step_h = 6
samples = 64
[[hazards]]
kind = "random"
targets = [{ lifeline = "power", probability = 0.05, hours = 24 }]
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def refuses(self, *words: str) -> None:
        """One message that says where, what and how to mend it; nothing on stdout."""
        assert self.code == 1, self
        assert self.out == ""
        assert "Traceback" not in self.err
        assert self.err.startswith("error: ")
        assert "mend: " in self.err
        for word in words:
            assert word in self.err

    @property
    def json(self) -> dict:
        assert self.code == 0, self
        assert self.err == ""
        return json.loads(self.out)


Cli = Callable[..., Done]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command through `main` in this process."""

    def run(*words: object) -> Done:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["rencity", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return Done(int(left.value.code or 0), out, err)

    return run


@pytest.fixture(scope="session")
def block(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo city of one block; never written to."""
    folder = tmp_path_factory.mktemp("block") / "city"
    command = [sys.executable, "-m", "rencity", "demo", str(folder), "--scale", "block"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def city(block: Path, tmp_path: Path) -> Path:
    """A copy of the block that a test may break."""
    return Path(shutil.copytree(block, tmp_path / "city"))


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A scenario that fits the block."""
    path = tmp_path / "scenario.toml"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 500 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=500k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    require(mounted, "the right to mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but kept arrays, with its bytes; hidden ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".cache" not in path.parts
    }
