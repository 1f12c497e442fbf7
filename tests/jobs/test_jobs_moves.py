"""What may happen to a job: any order of asks, claims, losses, cancels, ends and retries."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.house import schema
from rencity.jobs import attempts, service
from rencity.jobs.attempts import MOST_LOSSES, Beat, SupersededError
from rencity.jobs.store import ENDED, UNFINISHED, Limits
from rencity.kit.errors import AbsentError, ConflictError, LimitError
from tests.jobs.conftest import Desk

LIMITS = Limits(unfinished=4, running=2)
FAULT = {"what": "w", "place": "p", "mend": "m"}
WORK = ("beat", "further", "done", "fail", "back", "lost")
ASKED = ("cancel", "retry", "remove")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from("ab"), st.just(0)),
        st.tuples(st.just("claim"), st.just(0), st.just(0)),
        st.tuples(st.sampled_from(WORK), st.integers(0, 5), st.integers(0, 2)),
        st.tuples(st.sampled_from(ASKED), st.integers(0, 5), st.just(0)),
    ),
    max_size=40,
)
EDGES = {
    "queued": {"running", "cancelled"},
    "running": {"done", "failed", "cancelled", "queued"},
    "failed": {"queued"},
    "cancelled": {"queued"},
    "done": set(),
}


@dataclass
class Model:
    """A job as it should be."""

    caller: str
    place: int
    state: str = "queued"
    attempt: int = 0
    asked: bool = False
    kept: int = 0
    before: int = 0
    losses: int = 0


class World:
    """The jobs as they should be, and the same steps on the database."""

    def __init__(self, desk: Desk, callers: dict[str, str]) -> None:
        self.desk, self.callers = desk, callers
        self.jobs: dict[str, Model] = {}
        self.places = itertools.count()

    def step(self, verb: str, which: Any, stale: int) -> None:
        if verb == "ask":
            self.ask(self.callers[which])
        elif verb == "claim":
            self.claim()
        elif self.jobs:
            key = list(self.jobs)[which % len(self.jobs)]
            if verb in WORK:
                self.work(verb, key, self.jobs[key].attempt - stale)
            else:
                self.asked(verb, key)

    def ask(self, caller: str) -> None:
        if self.unfinished(caller) >= LIMITS.unfinished:
            with pytest.raises(LimitError, match="cancel one"):
                self.do(lambda tx: service.ask(tx, "demo", {}, caller, limits=LIMITS))
            return
        row = self.do(lambda tx: service.ask(tx, "demo", {}, caller, limits=LIMITS))
        self.jobs[row["id"]] = Model(caller, next(self.places))

    def claim(self) -> None:
        row = self.do(lambda tx: attempts.claim(tx, LIMITS, "w"))
        free = [
            (job.place, key)
            for key, job in self.jobs.items()
            if job.state == "queued" and self.running(job.caller) < LIMITS.running
        ]
        if not free:
            assert row is None
            return
        assert row is not None
        assert row["id"] == min(free)[1]
        job = self.jobs[row["id"]]
        job.state, job.attempt = "running", job.attempt + 1
        assert row["attempt"] == job.attempt

    def work(self, verb: str, key: str, attempt: int) -> None:
        job = self.jobs[key]
        calls: dict[str, Callable[[Any], Any]] = {
            "beat": lambda tx: attempts.beat(tx, key, attempt, Beat("w", "s", 0.5, job.kept)),
            "further": lambda tx: attempts.beat(tx, key, attempt, Beat("w", kept=job.kept + 1)),
            "done": lambda tx: attempts.done(tx, key, attempt, {"run": "r"}),
            "fail": lambda tx: attempts.fail(tx, key, attempt, FAULT),
            "back": lambda tx: attempts.back(tx, key, attempt, "stopped"),
            "lost": lambda tx: attempts.lost(tx, key, attempt, "gone"),
        }
        if job.state != "running" or attempt != job.attempt:
            with pytest.raises(SupersededError):
                self.do(calls[verb])
            return
        self.do(calls[verb])
        if verb == "further":
            job.kept += 1
        elif verb in ("back", "lost") and job.asked:
            job.state = "cancelled"
        elif verb == "lost":
            job.losses = 1 if job.kept > job.before else job.losses + 1
            job.before = job.kept
            job.state = "queued" if job.losses < MOST_LOSSES else "failed"
        else:
            job.state = {"done": "done", "fail": "failed", "back": "queued"}.get(verb, job.state)

    def asked(self, verb: str, key: str) -> None:
        job = self.jobs[key]
        full = self.unfinished(job.caller) >= LIMITS.unfinished
        refused = {
            "cancel": job.state in ENDED,
            "retry": job.state not in ("failed", "cancelled") or full,
            "remove": job.state in UNFINISHED,
        }[verb]
        more = {"limits": LIMITS} if verb == "retry" else {}
        if refused:
            with pytest.raises((ConflictError, LimitError)):
                self.do(lambda tx: getattr(service, verb)(tx, key, **more))
            return
        self.do(lambda tx: getattr(service, verb)(tx, key, **more))
        if verb == "remove":
            del self.jobs[key]
        elif verb == "retry":
            job.state, job.asked, job.place = "queued", False, next(self.places)
            job.losses, job.before = 0, job.kept
        else:
            job.asked = True
            job.state = "cancelled" if job.state == "queued" else job.state

    def unfinished(self, caller: str) -> int:
        return sum(j.caller == caller and j.state in UNFINISHED for j in self.jobs.values())

    def running(self, caller: str) -> int:
        return sum(j.caller == caller and j.state == "running" for j in self.jobs.values())

    def do(self, change: Callable[[Any], Any]) -> Any:
        with self.desk.store.writing("test") as tx:
            return change(tx)

    def assert_same(self) -> None:
        for key, job in self.jobs.items():
            row, at = self.desk.job(key), self.desk.beats(key)
            assert (row["state"], row["attempt"]) == (job.state, job.attempt)
            assert row["cancel_asked"] == job.asked
            assert (at.kept, at.losses, at.kept_before) == (job.kept, job.losses, job.before)
            assert (row["ended_at"] is not None) == (job.state in ENDED)
            assert (row["outcome"] is not None) == (job.state == "done")

    def clear(self) -> None:
        for key, job in list(self.jobs.items()):
            if job.state in UNFINISHED:
                self.do(lambda tx, key=key: service.cancel(tx, key))
            if job.state == "running":
                self.do(lambda tx, key=key, n=job.attempt: attempts.back(tx, key, n, "cleared"))


def test_any_order_of_steps(desk: Desk) -> None:
    numbers = itertools.count()

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(STEPS)
    def holds(steps: list[tuple[str, Any, int]]) -> None:
        number = next(numbers)
        world = World(desk, {name: f"{name}{number}" for name in "ab"})
        try:
            for step in steps:
                before = {key: job.state for key, job in world.jobs.items()}
                world.step(*step)
                for key, job in world.jobs.items():
                    old = before.get(key, job.state)
                    assert job.state == old or job.state in EDGES[old]
            world.assert_same()
        finally:
            world.clear()

    holds()


def test_the_revisions_make_the_tables_that_the_code_knows(desk: Desk) -> None:
    assert schema().findings(desk.store) == []


def test_what_happens_is_news_and_history(desk: Desk) -> None:
    from rencity.db import outbox
    from rencity.journal.reading import history

    key = desk.ask("demo")
    with desk.store.writing("system") as tx:
        attempts.claim(tx, LIMITS, "w")
    with desk.store.writing("system") as tx:
        attempts.beat(tx, key, 1, Beat("w", "samples", 0.25, tell=True))
    with desk.store.writing("system") as tx:
        attempts.done(tx, key, 1, {"city": "x"})
    outbox.put_in_order(desk.store)
    with desk.store.reading() as connection:
        news = [n for n in outbox.after(connection, 0, limit=9) if n.subject == key]
        verbs = [entry.verb for entry in history(connection, "job", key)]
    assert [n.topic for n in news] == ["job.create", "job.begin", "job.progress", "job.done"]
    assert news[2].data == {"attempt": 1, "stage": "samples", "share": 0.25}
    assert verbs == ["create", "begin", "done"]


def _at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """What each of some threads says, begun together."""
    gate, said = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        gate.wait()
        try:
            said[number] = act(number)
        except (LimitError, ConflictError) as exc:
            said[number] = exc

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_limits_hold_for_those_who_ask_at_once(desk: Desk) -> None:
    def ask(number: int) -> Any:
        with desk.store.writing("x") as tx:
            return service.ask(tx, "demo", {}, f"c{number % 2}", limits=Limits(3, 1))

    said = _at_once(12, ask)
    assert sum(isinstance(each, LimitError) for each in said) == 6


def test_no_job_is_begun_twice_and_none_forgotten(desk: Desk) -> None:
    keys = {desk.ask("demo", caller=f"c{number % 3}") for number in range(18)}
    limits = Limits(running=4)

    def claim(_: int) -> list[str]:
        mine = []
        while True:
            with desk.store.writing("system") as tx:
                row = attempts.claim(tx, limits, "w")
            if row is None:
                return mine
            mine.append(row["id"])

    claimed = [key for mine in _at_once(6, claim) for key in mine]
    assert len(claimed) == len(set(claimed)) == 12
    for key in claimed:
        with desk.store.writing("system") as tx:
            attempts.done(tx, key, 1, {})
    rest = claim(0)
    assert set(claimed) | set(rest) == keys


def test_only_one_of_two_attempts_finishes(desk: Desk) -> None:
    key = desk.ask("demo")
    for _ in range(2):
        with desk.store.writing("system") as tx:
            row = attempts.claim(tx, LIMITS, "w")
        assert row is not None
        if row["attempt"] == 1:
            with desk.store.writing("system") as tx:
                attempts.lost(tx, key, 1, "silent")

    def finish(number: int) -> Any:
        with desk.store.writing("system") as tx:
            return attempts.done(tx, key, number + 1, {"by": number + 1})

    first, second = _at_once(2, finish)
    assert isinstance(first, SupersededError)
    assert second["outcome"] == {"by": 2}


def test_what_is_not_there(desk: Desk) -> None:
    for call in (service.cancel, service.retry, service.remove):
        with pytest.raises(AbsentError), desk.store.writing("me") as tx:
            call(tx, "nothing")
    key = desk.ask("demo")
    with pytest.raises(ConflictError, match="it is at version 1"), desk.store.writing("me") as tx:
        service.cancel(tx, key, version=7)


def test_asking_twice_with_one_key_is_asking_once(desk: Desk) -> None:
    for _ in range(2):
        try:
            with desk.store.writing("me") as tx:
                service.ask(tx, "demo", {}, "me", key="k")
        except ConflictError as exc:
            assert "stands already" in exc.what  # noqa: PT017 - the second time only
    with desk.store.reading() as connection:
        assert [row["id"] for row in service.page(connection)] == ["k"]


def test_pages_and_lines(desk: Desk) -> None:
    keys = [desk.ask("demo", caller=f"c{n % 2}") for n in range(6)][::-1]
    with desk.store.writing("me") as tx:
        service.cancel(tx, keys[0])
        for number in range(5):
            attempts.write(tx, keys[1], 0, f"line {number}")
    with desk.store.reading() as connection:
        first = service.page(connection, limit=4)
        second = service.page(connection, before=(first[-1]["asked_at"], first[-1]["id"]))
        assert [row["id"] for row in (*first, *second)] == keys
        assert [r["id"] for r in service.page(connection, state="cancelled")] == keys[:1]
        assert len(service.page(connection, caller="c0")) == 3
        assert service.page(connection, kind="stress") == []
        lines = service.lines(connection, keys[1], limit=3)
        lines += service.lines(connection, keys[1], after=lines[-1].id)
        assert [line.text for line in lines] == [f"line {number}" for number in range(5)]
        assert service.progress(connection, keys[1]).ahead == 4
