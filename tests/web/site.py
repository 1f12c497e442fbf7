"""A server as `make run` starts it, with its demo made, for tests in a browser."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers import new_key, until

MADE_S = 900
"""The demo is made by two cores that tests use besides."""


@dataclass(frozen=True)
class Site:
    """A server that runs, and where its data lies."""

    address: str
    data: Path

    def get(self, path: str, **query: Any) -> Any:
        """What the API answers."""
        answer = httpx.get(
            f"{self.address}api/v1/{path}", params=query, timeout=120, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        """Have something written."""
        url = f"{self.address}api/v1/{path}"
        answer = httpx.post(url, json=body, headers=new_key(), timeout=120, trust_env=False)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def hand_in(self, path: Path) -> str:
        """Id of a file that is handed in."""
        url = f"{self.address}api/v1/uploads"
        answer = httpx.post(
            url, content=path.read_bytes(), params={"name": path.name}, headers=new_key(),
            timeout=120, trust_env=False,
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def done(self, kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """A job, once it is done."""
        job = self.post("jobs", {"kind": kind, "input": dict(given)})["id"]
        return until(lambda: self._ended(job), f"the job {kind}", within_s=MADE_S)

    def _ended(self, job: str) -> dict[str, Any] | None:
        said: dict[str, Any] = self.get(f"jobs/{job}")
        assert said["state"] not in ("failed", "cancelled"), said["fault"]
        return said if said["state"] == "done" else None

    def run_of(self, what: str, city: str) -> dict[str, Any]:
        """The newest run or answer of a kind."""
        found: dict[str, Any] = self.get("runs", what=what, city=city, limit=1)["items"][0]
        return found


def begun(data: Path, *words: str, port: int = 0) -> tuple[subprocess.Popen[str], str]:
    """`rencity run` on a data folder, in a process group of its own, and its address."""
    asked = ["--port", str(port)] if port else []
    with (data.parent / f"{data.name}.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "rencity", "run", "--dir", str(data), *asked, *words],
            stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True,
        )  # fmt: skip
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address, f"no server: {(data.parent / f'{data.name}.log').read_text()}"
    return process, address


def ended(process: subprocess.Popen[str], how: int = signal.SIGTERM) -> None:
    """Stop a server with all it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait(timeout=60)
    if process.stdout is not None:
        process.stdout.close()


@contextlib.contextmanager
def shared(folder: Path) -> Iterator[Site]:
    """One site for all workers of a test run: whoever is first starts it, and ends it last.

    RENCITY_SITE names the data folder of one that runs already, by the address in its file
    ``address``: for whoever writes tests.
    """
    if named := os.environ.get("RENCITY_SITE"):
        yield Site((Path(named) / "address").read_text().strip(), Path(named))
        return
    folder.mkdir(exist_ok=True)
    said, mine = folder / "site.json", None
    with _locked(folder):
        if not said.exists():
            data = folder / "demo"
            mine, address = begun(data, "--scale", "block")
            site = Site(address, data)
            until(lambda: _made(site), "the demo", within_s=MADE_S)
            said.write_text(json.dumps({"address": address, "data": str(data), "users": 0}))
        held = _users(said, 1)
    try:
        yield Site(held["address"], Path(held["data"]))
    finally:
        with _locked(folder):
            _users(said, -1)
        if mine is not None:
            try:
                until(lambda: _left(folder), "the other workers", within_s=MADE_S)
            finally:
                ended(mine)


def _left(folder: Path) -> bool:
    """Whether nobody uses the site any more."""
    with _locked(folder):
        return not _users(folder / "site.json", 0)["users"]


def _users(said: Path, more: int) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(said.read_text())
    if more:
        held["users"] += more
        said.write_text(json.dumps(held))
    return held


def _made(site: Site) -> bool:
    jobs = site.get("jobs", limit=100)["items"]
    assert all(job["state"] != "failed" for job in jobs), jobs
    return any(job["kind"] == "invest" and job["state"] == "done" for job in jobs)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
