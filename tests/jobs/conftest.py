"""A server's desk: a database, a data folder with a city in it, and ways to wait for a job."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rencity.city.demo.build import make_demo
from rencity.db import Store, store_of
from rencity.house import RECORDS, schema
from rencity.jobs import service, worker
from rencity.jobs.processes import Process
from rencity.jobs.store import ENDED, Limits, beats, jobs
from rencity.jobs.supervisor import Supervisor
from rencity.journal.verifying import verify
from rencity.registry import Places, uploads
from rencity.registry.cities import take_in
from rencity.sim.keep import Keep, part_folder

DEADLINE_S = 120
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


def until(met: Callable[[], Any], what: str) -> Any:
    """Wait for a condition; what it says once it holds."""
    end = time.monotonic() + DEADLINE_S
    while not (said := met()):
        if time.monotonic() > end:
            pytest.fail(f"never came: {what}")
        time.sleep(0.02)
    return said


class Desk:
    """What a test asks of a server."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder
        self.store: Store = store_of(address, folder)
        self.places = Places(folder)
        self.places.make()
        schema().upgrade(self.store)

    def ask(self, kind: str, caller: str = "me", **given: Any) -> str:
        with self.store.writing(caller) as tx:
            return str(service.ask(tx, kind, given, caller)["id"])

    def upload(self, path: Path) -> str:
        incoming = uploads.Incoming(self.places)
        incoming.take(path.read_bytes())
        with self.store.writing("me") as tx:
            return str(uploads.enter(tx, path.name, incoming)["id"])

    def job(self, key: str) -> dict[str, Any]:
        with self.store.reading() as connection:
            return jobs.get(connection, key)

    def beats(self, key: str) -> Any:
        with self.store.reading() as connection:
            return connection.execute(sa.select(beats).where(beats.c.job == key)).one()

    def worker(self, key: str) -> Process | None:
        """The process that works on a job, once it has given a sign of life."""
        at = self.beats(key)
        return Process.read(at.worker) if at.beat else None

    def log(self, key: str) -> str:
        with self.store.reading() as connection:
            return "\n".join(line.text for line in service.lines(connection, key))

    def blocks(self, key: str) -> Keep:
        return Keep(part_folder(self.places.work / key / "result"))

    def ended(self, key: str) -> dict[str, Any]:
        """The job, once it has ended."""
        return until(lambda: (j := self.job(key))["state"] in ENDED and j, f"the end of {key}")

    def here(self, key: str) -> dict[str, Any]:
        """Do the next job in this process, which must be this one; its record after."""
        from rencity.jobs.attempts import claim
        from rencity.jobs.processes import mine

        with self.store.writing("system:jobs") as tx:
            row = claim(tx, Limits(), str(mine()))
        assert row is not None
        assert row["id"] == key
        worker.work(self.store, self.places, key, row["attempt"])
        return self.job(key)

    def supervisor(self, **more: Any) -> Supervisor:
        made = Supervisor(self.store, self.places, **{"slots": 1, **more})
        made.start()
        return made

    def assert_proved(self) -> None:
        """Every record is what the journal tells of it."""
        with self.store.reading() as connection:
            verdict = verify(connection, RECORDS)
        assert verdict.sound, verdict.findings


@pytest.fixture(scope="session")
def demo_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "city"
    made = make_demo("block").city
    made.with_identity(made.identity.model_copy(update={"id": "block"})).write(folder)
    return folder


@pytest.fixture
def desk(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Desk]:
    """On each kind of database, with no city."""
    made = Desk(new_database(), tmp_path / "data")
    yield made
    made.assert_proved()
    made.store.close()


@pytest.fixture
def city_desk(desk: Desk, demo_city: Path) -> Desk:
    """With the demo city `block`."""
    with desk.store.writing("me") as tx:
        take_in(tx, desk.places, demo_city)
    return desk


@pytest.fixture
def plain_desk(tmp_path: Path, demo_city: Path) -> Iterator[Desk]:
    """In SQLite only, with the demo city; signals are given back to pytest."""
    made = Desk(f"sqlite:///{tmp_path}/rencity.db", tmp_path / "data")
    with made.store.writing("me") as tx:
        take_in(tx, made.places, demo_city)
    held = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield made
    for number, handler in held.items():
        signal.signal(number, handler)
    made.assert_proved()
    made.store.close()


RENCITY = (sys.executable, "-m", "rencity")
