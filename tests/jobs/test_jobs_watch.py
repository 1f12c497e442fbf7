"""Which workers count as lost: by a clock of the test, with processes near and far."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from rencity.jobs import attempts, service
from rencity.jobs.attempts import Beat
from rencity.jobs.processes import Process, mine
from rencity.jobs.store import Limits
from rencity.jobs.watching import LEASE_S, OBEY_S, START_S, STUCK_S, Lost, Watch
from tests.jobs.conftest import Desk

FAR = str(replace(mine(), host="elsewhere", boot="another"))


class Watched:
    """A job that runs, watched by a clock that the test turns."""

    def __init__(self, desk: Desk, worker: str) -> None:
        self.desk, self.now = desk, 0.0
        self.key = desk.ask("demo")
        with desk.store.writing("system") as tx:
            attempts.claim(tx, Limits(), worker)
        self.worker = worker
        self.watch = Watch(clock=lambda: self.now)

    def beat(self) -> None:
        with self.desk.store.writing("system") as tx:
            attempts.beat(tx, self.key, 1, Beat(self.worker))

    def look(self, after_s: float = 0.0) -> list[Lost]:
        self.now += after_s
        with self.desk.store.reading() as connection:
            return self.watch.look(connection)

    def looks(self, seconds: float) -> list[Lost]:
        found: list[Lost] = []
        for _ in range(int(seconds)):
            found = self.look(1.0)
        return found


@pytest.fixture
def far(desk: Desk) -> Watched:
    return Watched(desk, FAR)


def test_silence_counts_from_the_last_beat(far: Watched) -> None:
    assert far.looks(START_S) == []  # it had yet to start
    far.beat()
    assert far.looks(LEASE_S) == []
    (lost,) = far.looks(1)
    assert (lost.job, lost.attempt) == (far.key, 1)
    assert "no sign of life for 15 s" in lost.why


def test_who_never_began_is_lost(far: Watched) -> None:
    assert far.looks(START_S) == []
    assert far.looks(1)[0].why == "no sign of life for 60 s"


def test_while_nobody_could_look_nobody_is_lost(far: Watched) -> None:
    """A database that was away for an hour has kept workers from beating, too."""
    assert far.looks(5) == []
    assert far.look(3600.0) == []
    far.beat()
    assert far.looks(LEASE_S) == []


def test_a_near_process_is_known_to_live(desk: Desk) -> None:
    watched = Watched(desk, str(mine()))
    assert watched.looks(STUCK_S) == []
    assert watched.looks(1)[0].worker == mine()


def test_a_near_process_is_known_to_be_gone(desk: Desk) -> None:
    telling = "from rencity.jobs.processes import mine; print(mine(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", telling], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        watched = Watched(desk, child.stdout.readline())
        assert watched.look() == []
        child.kill()
        child.wait()
        (lost,) = watched.look()
    assert lost.why == "its process is gone"


def test_another_process_of_the_same_number_is_another() -> None:
    assert not mine().gone
    assert replace(mine(), start=mine().start + 1).gone
    assert not replace(mine(), boot="another").gone
    assert Process.read(str(mine())) == mine()
    assert Process.read("") is None
    assert Process.read("{}") is None


def test_who_does_not_stop_when_asked(desk: Desk) -> None:
    watched = Watched(desk, str(mine()))
    watched.look()
    with desk.store.writing("me") as tx:
        service.cancel(tx, watched.key)
    for _ in range(int(OBEY_S) - 1):
        watched.beat()
        found = watched.look(1.0)
    assert found == []
    assert watched.look(1.0)[0].why == "it did not stop when asked"
