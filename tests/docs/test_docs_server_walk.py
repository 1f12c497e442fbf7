"""The walk with curl of docs/server.md, typed as it stands there, on each kind of database."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import require

PAGE = Path(__file__).resolve().parents[2] / "docs" / "server.md"
BLOCK = re.compile(r"(?:<!-- (\w+) -->\n)?```bash\n(.*?)```", re.DOTALL)


def commands(kind: str) -> str:
    """The walk's commands for a kind of database."""
    walk = PAGE.read_text("utf-8").split("## A walk with curl")[1].split("\n## ")[0]
    blocks = [text for name, text in BLOCK.findall(walk) if name in ("", kind)]
    return "\n".join(f"echo '=== {number}'\n{text}" for number, text in enumerate(blocks))


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def walk(kind: str, folder: Path, addresses: tuple[str, ...] = ()) -> list[str]:
    """What the commands print, block by block."""
    programs = folder / "bin"
    programs.mkdir()
    rencity = programs / "rencity"
    rencity.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m rencity "$@"\n')
    rencity.chmod(0o755)
    script = commands(kind).replace("8130", str(free_port()))
    for said, address in zip(
        ("postgresql://rencity@localhost/rencity", "postgresql://rencity@localhost/restored"),
        addresses, strict=False,
    ):  # fmt: skip
        script = script.replace(said, address)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "no_proxy": "*"}
    environment.pop("RENCITY_DB", None)
    begun = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
    done = subprocess.run(
        ["bash", "-m", "-c", begun + script],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    log = folder / "serve.log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text()[-3000:]}"
    return re.split(r"=== \d+\n", done.stdout)[1:]


def found(printed: list[str], kind: str) -> None:
    """What the page says of each step."""
    if kind == "postgresql":
        assert "db_0001" in printed.pop(0)
    start, create, change, repeat, follow, job, proof, edit, restore = printed
    assert '"ready":true' in start
    assert "201 Created" in create
    assert 'etag: "1"' in create
    assert re.findall(r"HTTP/1.1 (\d+)", change) == ["200", "412"]
    assert '"code":"stale"' in change
    assert "idempotent-replay: true" in repeat
    assert re.findall(r'"verb":"(\w+)"', repeat) == ["create", "change"]
    before, after = follow.split('{"ready"')
    names = re.compile(r"^event: (.*)$", re.MULTILINE)
    assert names.findall(before) == ["ready", "scenario.create", "scenario.change"]
    assert names.findall(after) == ["ready", "scenario.create"]
    assert "dark-too" in after
    assert '"state":"running"' in job
    assert '"cancel_asked":true' in job
    assert "cancel" in job.split('"cancel_asked":true')[1]
    assert proof
    assert "record-changed" in edit
    assert "scenario/dark" in edit
    assert edit.rstrip().endswith("caught")
    assert restore


def test_on_sqlite(tmp_path: Path) -> None:
    found(walk("sqlite", tmp_path), "sqlite")


def test_on_postgresql(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    require(shutil.which("psql") is not None, "psql (Debian: postgresql)")
    server = request.getfixturevalue("postgres")
    addresses = (server.new_database(), server.new_database())
    found(walk("postgresql", tmp_path, addresses), "postgresql")
