"""Workers and servers that are killed, stopped, cancelled or cut off, as processes of their own."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rencity.jobs import service
from rencity.jobs.processes import Process
from rencity.jobs.store import jobs
from rencity.jobs.supervisor import Supervisor
from rencity.jobs.watching import Watch
from rencity.journal.reading import history
from rencity.rehearse import stress
from rencity.sim.keep import part_folder
from rencity.sim.result import Result
from tests.databases import Postgres
from tests.jobs.conftest import RENCITY, SCENARIO, Desk, until

SECRET = "geheim"  # noqa: S105 - of no server
SAMPLES = 4_000
GATE = 3
"""Block at which a run waits for the test; those before it are finished."""
ASKED = {"city": "block", "text": SCENARIO, "samples": SAMPLES, "explain": 0}
on_sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("new_database", ["postgresql"], indirect=True)


@dataclass(frozen=True)
class Alone:
    """What the run is when nothing happens to it: its digest, and the key of its blocks."""

    digest: str
    key: str


@pytest.fixture(scope="module")
def alone(demo_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Alone:
    run = tmp_path_factory.mktemp("alone") / "run"
    made = stress(demo_city, SCENARIO, samples=SAMPLES, explain=0, keep_beside=run)
    return Alone(made.digest, (part_folder(run) / "key").read_text("utf-8"))


class Held:
    """A job that waits in the midst of its work until the test lets it go on."""

    def __init__(self, desk: Desk, alone: Alone) -> None:
        self.desk, self._alone = desk, alone
        self.key = desk.ask("stress", **ASKED)
        blocks = desk.blocks(self.key)
        self._gate = blocks.path(GATE)
        self._gate.parent.mkdir(parents=True)
        (blocks.folder / "key").write_text(alone.key, "utf-8")
        os.mkfifo(self._gate)  # whoever opens it to read waits for one who writes

    def begun(self) -> Process:
        """Its worker, once the blocks before the gate are finished and it has told of itself."""
        first = self.desk.blocks(self.key)
        until(lambda: all(first.path(n).exists() for n in range(GATE)), "blocks before the gate")
        self.first = first.path(0).stat().st_ino
        return until(lambda: self.desk.worker(self.key), "a sign of life")

    def beats(self, count: int) -> None:
        """Let so many further signs of life pass."""
        now = self.desk.beats(self.key).beat
        until(lambda: self.desk.beats(self.key).beat >= now + count, "signs of life")

    def open(self) -> None:
        """Let it go on."""
        try:
            os.close(os.open(self._gate, os.O_WRONLY | os.O_NONBLOCK))
        except OSError as exc:
            assert exc.errno == errno.ENXIO  # noqa: PT017 - nobody waits
        self._gate.unlink()

    def done(self, *, attempt: int) -> None:
        """Wait for its end: the same result, from the blocks that were finished."""
        first = self.desk.blocks(self.key).path(0)

        def over() -> Any:
            with contextlib.suppress(FileNotFoundError):
                assert first.stat().st_ino == self.first, "the first block was done again"
            job = self.desk.job(self.key)
            return job["state"] not in ("queued", "running") and job

        job = until(over, f"the end of {self.key}")
        digest = self._alone.digest
        assert (job["state"], job["attempt"]) == ("done", attempt), self.desk.log(self.key)
        assert job["outcome"] == {"run": self.key, "digest": digest}
        assert Result.open(self.desk.places.run(self.key)).digest == digest
        work = self.desk.places.work / self.key
        until(lambda: not work.exists(), "the end of the job's folder")


@pytest.fixture
def held(city_desk: Desk, alone: Alone) -> Held:
    return Held(city_desk, alone)


@pytest.fixture
def supervisor(city_desk: Desk) -> Iterator[Supervisor]:
    made = city_desk.supervisor()
    yield made
    made.stop()


@contextlib.contextmanager
def server(desk: Desk) -> Iterator[subprocess.Popen[bytes]]:
    """A server of its own process, which the test ends."""
    command = [*RENCITY, "jobs", "run", "--data", str(desk.folder)]
    env = {**os.environ, "RENCITY_DB": desk.address}
    with subprocess.Popen(command, env=env, start_new_session=True) as made:
        yield made


@pytest.mark.usefixtures("supervisor")
def test_a_killed_worker_s_job_goes_on_from_its_blocks(held: Held) -> None:
    held.begun().kill()
    held.open()
    held.done(attempt=2)
    assert "lost: it was killed" in held.desk.log(held.key)


def test_a_killed_server_s_job_is_taken_up_by_the_next(held: Held) -> None:
    with server(held.desk) as first:
        worker = held.begun()
        os.killpg(first.pid, signal.SIGKILL)
        worker.kill()
    held.open()
    after = held.desk.supervisor()
    held.done(attempt=2)
    after.stop()
    assert "its process is gone" in held.desk.log(held.key)


@on_sqlite
def test_a_worker_that_outlives_its_server_is_left_to_it(held: Held) -> None:
    with server(held.desk) as first:
        held.begun()
        first.kill()
    after = held.desk.supervisor()
    held.beats(2)  # while the next server looks at it
    held.open()
    held.done(attempt=1)
    after.stop()


@on_postgresql
def test_a_stopped_server_puts_its_jobs_back(held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    before = held.desk.supervisor()
    held.begun()
    told, send = threading.Event(), before._send
    monkeypatch.setattr(before, "_send", lambda what: (send(what), told.set()))
    stopping = threading.Thread(target=before.stop)
    stopping.start()
    told.wait()
    held.open()
    stopping.join()
    assert held.desk.job(held.key)["state"] == "queued"
    assert held.desk.beats(held.key).losses == 0
    assert "stopped with the server" in held.desk.log(held.key)
    after = held.desk.supervisor()
    held.done(attempt=2)
    after.stop()


@on_sqlite
def test_a_cancelled_job_stops_and_a_retry_goes_on(held: Held, supervisor: Supervisor) -> None:
    desk, key = held.desk, held.key
    held.begun()
    with desk.store.writing("me") as tx:
        assert service.cancel(tx, key, why="another question")["cancel_asked"]
    held.beats(2)  # the second comes after the worker was interrupted
    held.open()
    job = desk.ended(key)
    assert (job["state"], job["outcome"]) == ("cancelled", None)
    assert not desk.places.run(key).exists()
    with desk.store.writing("me") as tx:
        service.retry(tx, key)
    supervisor.wake()
    held.done(attempt=2)


@on_sqlite
def test_who_does_not_stop_is_ended(held: Held) -> None:
    supervisor = held.desk.supervisor(watch=Watch(obey_s=0.1))
    worker = held.begun()
    os.kill(worker.pid, signal.SIGSTOP)
    with held.desk.store.writing("me") as tx:
        service.cancel(tx, held.key)
    job = held.desk.ended(held.key)
    supervisor.stop()
    assert job["state"] == "cancelled"
    assert worker.gone


def test_two_servers_share_one_queue(new_database: Callable[[], str], tmp_path: Path) -> None:
    one, two = (Desk(address, tmp_path / "data") for address in [new_database()] * 2)
    servers = [desk.supervisor() for desk in (one, two)]
    keys = [
        one.ask("demo", city=f"c{number}", seed=number, caller=f"p{number}") for number in range(4)
    ]
    ended = [one.ended(key) for key in keys]
    for server in servers:
        server.stop()
    assert [(job["state"], job["attempt"]) for job in ended] == [("done", 1)] * 4
    with one.store.reading() as connection:
        told = [[entry.verb for entry in history(connection, "job", key)] for key in keys]
    assert told == [["create", "begin", "done"]] * 4
    one.assert_proved()
    for desk in (one, two):
        desk.store.close()


@on_postgresql
@pytest.mark.usefixtures("supervisor")
def test_a_database_that_goes_away_costs_nothing(held: Held, postgres: Postgres) -> None:
    held.begun()
    postgres.stop()
    try:
        held.open()
        made = held.desk.places.work / held.key / "made.json"
        until(made.exists, "the end of the work without a database")
    finally:
        postgres.start()
    held.done(attempt=1)


def test_the_password_is_in_no_command_and_no_log(
    city_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    class Began:
        def __init__(self, command: list[str], env: dict[str, str], **_: Any) -> None:
            told.append((command, env))
            raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr("rencity.jobs.supervisor.subprocess.Popen", Began)
    address = city_desk.store.url.set(password=SECRET, username="u", host="h")
    monkeypatch.setattr(city_desk.store, "url", address)
    supervisor = Supervisor(city_desk.store, city_desk.places, slots=1)
    key = city_desk.ask("stress", **ASKED)
    supervisor.work_off()
    job = city_desk.job(key)
    assert job["state"] == "failed"
    assert "3 times in a row" in job["fault"]["what"]
    assert "Cannot allocate memory" in job["fault"]["what"]
    assert len(told) == 3
    for command, env in told:
        assert SECRET not in " ".join(command)
        assert SECRET in env["RENCITY_DB"]
    assert SECRET not in city_desk.log(key)
    with city_desk.store.reading() as connection:
        assert SECRET not in str(jobs.get(connection, key))
