"""Servers for tests: one in a thread, or one of its own processes that can be killed."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from rencity.api import serve
from rencity.api.services import Services
from rencity.db import store_of
from rencity.db.outbox import Handler
from rencity.registry.places import Places

_keys = itertools.count()
DEADLINE_S = 60

CUTOFF = """[scenario]
name = "dark"
horizon_h = 96

[scenario.title]
zh = "停电"
en = "Blackout"

[[hazards]]
kind = "cutoff"
lifeline = "power"
hours = {hours}
"""


def new_key() -> dict[str, str]:
    """Headers of a write of its own."""
    return {"Idempotency-Key": f"{os.getpid()}-{next(_keys)}-{time.monotonic_ns()}"}


def scenario(key: str, hours: float = 48) -> dict[str, Any]:
    """A new scenario."""
    return {"id": key, "text": CUTOFF.format(hours=hours)}


def until(condition: Callable[[], Any], what: str = "it", *, within_s: float = DEADLINE_S) -> Any:
    """The value of a condition once it is true; fails after a deadline."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if found := condition():
            return found
        threading.Event().wait(0.02)
    pytest.fail(f"waited {within_s:g} s for {what}")


class Here:
    """A server in a thread of this process, and a client of it."""

    def __init__(self, services: Services, **asked: Any) -> None:
        self.services = services
        self._stack = contextlib.ExitStack()
        listening = serve.listening(services, serve.Asked(port=0, **asked))
        self._server, self.address, taken = self._stack.enter_context(listening)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [taken]})
        self._thread.start()
        self.client = httpx.Client(base_url=self.address + "api/v1", trust_env=False, timeout=60)

    def stop(self) -> None:
        """Stop it as a signal does."""
        self.services.stopping.set()
        self.services.wire.wake_listeners()
        self._server.should_exit = True
        self._thread.join()
        self._stack.close()
        self.client.close()


@pytest.fixture
def here(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Here]:
    """A server on each kind of database."""
    server = here_on(new_database(), tmp_path / "data")
    yield server
    server.stop()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Here]:
    """A server on each kind of database for tests that change nothing but what is their `own`."""
    folder = tmp_path_factory.mktemp("standing")
    url = f"sqlite:///{folder / 'a.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
    server = here_on(url, folder / "data")
    yield server
    server.stop()


@pytest.fixture
def own(request: pytest.FixtureRequest) -> str:
    """A name that no other test of the server `standing` uses."""
    return f"own-{zlib.crc32(request.node.nodeid.encode()):08x}"


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    """A server for tests of what lies in files, which no database has a part in."""
    folder = tmp_path_factory.mktemp("still")
    server = here_on(f"sqlite:///{folder / 'a.db'}", folder / "data")
    yield server
    server.stop()


def here_on(url: str, data: Path, more: Sequence[Handler] = (), *, wait_s: float = 10) -> Here:
    """A server on a database and a data folder."""
    store = store_of(url, data, wait_s=wait_s)
    serve.schema().upgrade(store)
    return Here(serve.services_of(store, Places(data), more=more))


class Process:
    """`rencity serve` as a process group of its own."""

    def __init__(self, data: Path, url: str | None = None, *words: str) -> None:
        self._errors = (data.parent / f"{data.name}.log").open("a")
        environment = {**os.environ, "RENCITY_DB": url or ""}
        command = [sys.executable, "-m", "rencity", "serve", "--data", str(data), "--port", "0"]
        self.process = subprocess.Popen(
            [*command, *words], stdout=subprocess.PIPE, stderr=self._errors, text=True,
            env=environment, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            pytest.fail(f"the server did not start: {self.log(data)}")
        self.client = httpx.Client(base_url=self.address + "api/v1", trust_env=False, timeout=60)

    @staticmethod
    def log(data: Path) -> str:
        """What servers of a data folder have logged."""
        return (data.parent / f"{data.name}.log").read_text()

    def kill(self) -> None:
        """SIGKILL to the whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self._ended()

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        self.process.terminate()
        return self._ended()

    def _ended(self) -> int:
        assert self.process.stdout is not None
        self.process.stdout.close()
        status = self.process.wait(DEADLINE_S)
        self.client.close()
        self._errors.close()
        return status


def events_of(response: httpx.Response) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Name, id and data of each server-sent event."""
    held: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            held[name] = value
        elif "event" in held:
            yield held["event"], int(held["id"]), json.loads(held["data"])
            held = {}
