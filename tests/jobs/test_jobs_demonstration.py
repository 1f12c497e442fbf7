"""The demo on a server, with what its jobs make replaced by small things."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rencity.api import serve
from rencity.city.model import City
from rencity.db import Store, store_of
from rencity.house import RECORDS
from rencity.jobs import attempts, demonstration, service
from rencity.jobs.demonstration import Demonstration, StoppedError
from rencity.journal.verifying import verify
from rencity.kit.errors import RunError
from rencity.registry import cities
from rencity.registry.places import Places
from rencity.registry.store import runs, scenarios, uploads
from rencity.report.shelf import Shelf
from tests.report.fake_answers import write_answers
from tests.report.fake_run import write_run

STRIKES = ["typhoon", "blackout", "earthquake", "rain", "typhoon-crews"]
QUESTIONS = ["n1", "measure", "rate", "invest"]


class Small:
    """Does jobs as they are asked for, in this process, by writing small folders."""

    def __init__(self, folder: Path, city: Callable[..., City], answers: dict[str, Path]) -> None:
        self.places = Places(folder)
        self.places.make()
        self.store: Store = store_of(None, folder)
        serve.schema().upgrade(self.store)
        self._city, self._answers = city, answers
        self.done: list[str] = []
        self.fails: set[str] = set()
        self.stopping = threading.Event()

    def make(self, scale: str = demonstration.SCALE) -> Path:
        self.done.clear()
        shelf = Shelf(self.places.reports, awaited=len(STRIKES) + 1)
        return Demonstration(
            self.store, self.places, "operator:me", shelf, self.work, lambda _: None, self.stopping,
            scale,
        ).make()  # fmt: skip

    def work(self) -> None:
        with self.store.writing("system:jobs") as tx:
            row = attempts.claim(tx, service.Limits(), "here")
            assert row is not None
            kind, key = row["kind"], row["id"]
            self.done.append(row["input"]["scenario"] if kind == "stress" else kind)
            if self.done[-1] in self.fails:
                fault = {"what": "broken", "place": "", "mend": "mend it"}
                attempts.fail(tx, key, row["attempt"], fault)
                return
            if kind == "demo":
                folder = self.places.work / "city"
                self._city({"id": row["input"]["city"]}).write(folder, replace=True)
                cities.take_in(tx, self.places, folder, job=key)
                attempts.done(tx, key, row["attempt"], {"city": row["input"]["city"]})
                return
            self._run(kind, self.places.run(key))
            said = {"what": kind, "city": row["input"]["city"], "job": key, "at": tx.at}
            runs.create(tx, key, {**_NOTHING, **said})
            attempts.done(tx, key, row["attempt"], {"run": key})

    def _run(self, kind: str, out: Path) -> None:
        shutil.rmtree(out, ignore_errors=True)  # no server is here to clear what was removed
        if kind == "stress":
            write_run(out, samples=4, side=2)
            return
        shutil.copytree(self._answers["measures" if kind == "measure" else kind], out)


_NOTHING: dict[str, Any] = {
    "city_version": 1, "city_hash": "", "scenario": "", "scenario_version": 0, "samples": 0,
    "seed": 0, "digest": "", "packs": {}, "note": "",
}  # fmt: skip


Use = Callable[[Path], contextlib.AbstractContextManager[Small]]


@pytest.fixture(scope="module")
def use(tmp_path_factory: pytest.TempPathFactory, tiny_city: Callable[..., City]) -> Use:
    """Use a server's folder, which is sound at the end."""
    answers = write_answers(tmp_path_factory.mktemp("answers"))

    @contextlib.contextmanager
    def used(folder: Path) -> Iterator[Small]:
        held = Small(folder, tiny_city, answers)
        yield held
        with held.store.reading() as connection:
            verdict = verify(connection, RECORDS)
        held.store.close()
        assert verdict.sound, verdict.findings

    return used


@pytest.fixture
def small(use: Use, tmp_path: Path) -> Iterator[Small]:
    with use(tmp_path / "data") as held:
        yield held


@pytest.fixture(scope="module")
def finished(use: Use, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a server whose demo is made; never written to."""
    folder = tmp_path_factory.mktemp("finished") / "data"
    with use(folder) as held:
        held.make()
    return folder


@pytest.fixture
def made(use: Use, finished: Path, tmp_path: Path) -> Iterator[Small]:
    """With the demo made."""
    with use(Path(shutil.copytree(finished, tmp_path / "data"))) as held:
        yield held


def test_it_asks_for_everything_once(small: Small) -> None:
    index = small.make()
    assert small.done == ["demo", *STRIKES, *QUESTIONS]
    assert index == small.places.reports / "index.html"
    pages = small.places.reports
    assert len(list(pages.glob("*-zh.html"))) == len(list(pages.glob("*-en.html"))) == 6
    assert "decide-zh.html" in index.read_text(encoding="utf-8")
    small.make()
    assert small.done == []


def test_scenarios_are_kept_with_the_files_they_name(made: Small) -> None:
    with made.store.reading() as connection:
        held = {name: scenarios.get(connection, name) for name in STRIKES}
        files = connection.execute(uploads.table.select()).all()
    assert held["typhoon"]["files"].keys() == {"typhoon.csv"}
    assert held["typhoon-crews"]["files"].keys() == {"crews/crews.toml", "typhoon.csv"}
    assert sorted(row.name for row in files) == ["crews.toml", "typhoon.csv"]
    assert held["typhoon"]["text"] == (demonstration.examples() / "typhoon.toml").read_text("utf-8")


def test_what_is_asked_of_the_answers_is_what_the_examples_say(made: Small) -> None:
    with made.store.reading() as connection:
        rows = service.page(connection, limit=50)
    given = {row["kind"]: row["input"] for row in rows}
    rates = {each["scenario"]: each["rate_per_a"] for each in given["rate"]["scenarios"]}
    assert rates == {"typhoon": 0.05, "rain": 0.01, "blackout": 0.01, "earthquake": 0.0025}
    assert given["invest"]["budget_yuan"] == demonstration.USUAL_BUDGET_YUAN
    assert "anchor-substations" in given["invest"]["measures_text"]


def test_a_smaller_demo_is_another_city_with_measures_and_budget_of_its_size(made: Small) -> None:
    made.make("block")
    assert made.done[0] == "demo"
    with made.store.reading() as connection:
        rows = service.page(connection, limit=50)
        held = cities.version_of(connection, demonstration.CITY, 1)
    given = {row["id"]: row["input"] for row in rows}
    assert given[held["job"]]["scale"] == "block"
    newest = max((row for row in rows if row["kind"] == "invest"), key=lambda row: row["asked_at"])
    assert newest["input"]["budget_yuan"] == demonstration.BUDGET_YUAN["block"]


def test_code_that_strikes_another_way_strikes_again(
    made: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _run_ids(made)
    monkeypatch.setattr(demonstration, "SHAPES_A_RUN", ("kit",))
    made.make()
    assert made.done == [*STRIKES, *QUESTIONS]
    after = _run_ids(made)
    assert len(after) == len(before) == len(STRIKES) + len(QUESTIONS)
    assert not after & before


def test_code_that_makes_the_city_another_way_makes_everything_again(
    made: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "SHAPES_A_CITY", ("kit",))
    made.make()
    assert made.done[0] == "demo"
    with made.store.reading() as connection:
        assert cities.version_of(connection, demonstration.CITY, 1)["number"] == 1


def test_a_run_that_was_removed_is_made_again(made: Small) -> None:
    run = next(key for key in _run_ids(made) if "-stress-rain-" in key)
    with made.store.writing("me") as tx:
        runs.remove(tx, run)
    made.make()
    assert made.done == ["rain"]


def test_a_job_that_fails_is_told_and_tried_again(small: Small) -> None:
    small.fails = {"rain"}
    with pytest.raises(RunError, match="broken"):
        small.make()
    assert small.done == ["demo", "typhoon", "blackout", "earthquake", "rain"]
    small.fails = set()
    small.make()
    assert small.done == ["rain", "typhoon-crews", *QUESTIONS]


def test_it_gives_up_waiting_when_the_server_stops(small: Small) -> None:
    small.work = lambda: None  # type: ignore[method-assign]
    small.stopping.set()
    with pytest.raises(StoppedError):
        small.make()
    with small.store.reading() as connection:
        assert [row["state"] for row in service.page(connection)] == ["queued"]
    assert "推演报告" in (small.places.reports / "index.html").read_text(encoding="utf-8")


def test_compiled_code_is_no_change_of_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "rencity" / "sim"
    for path in (room / "a.py", room / "__pycache__" / "a.nbi", room / "__pycache__" / "a.pyc"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    monkeypatch.setattr("rencity.__file__", str(tmp_path / "rencity" / "__init__.py"))
    assert demonstration._code(("sim",)) == [room / "a.py"]


def _run_ids(small: Small) -> set[str]:
    with small.store.reading() as connection:
        return {row.id for row in connection.execute(runs.table.select())}
