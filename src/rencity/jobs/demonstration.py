"""The demo at work: its city, its strikes and what to decide by, asked for as jobs as anyone would.

Each job has an id made of all that shapes what it makes (inputs and code), so what is there
already is not asked for again, and what an older code made goes.
"""

from __future__ import annotations

import hashlib
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import rencity
from rencity.db.store import Store, Transaction
from rencity.jobs import service
from rencity.jobs.store import CANCELLED, DONE, ENDED, FAILED, jobs
from rencity.journal.records import Row
from rencity.kit.errors import InputError, RunError
from rencity.registry import cities as registry_cities
from rencity.registry import scenarios as registry_scenarios
from rencity.registry import uploads as registry_uploads
from rencity.registry.places import Places
from rencity.registry.store import cities, runs, scenarios, uploads
from rencity.report.shelf import Shelf

CITY, SCALE, SEED = "demo-city", "city", 1
FIRST, LAST = "typhoon", "typhoon-crews"
SET = "budget/set.toml"
MEASURES = {"city": "budget/measures-city.toml", "metro": "budget/measures-city.toml"}
SMALL_MEASURES = "budget/measures.toml"
BUDGET_YUAN = {"block": 12e6}
USUAL_BUDGET_YUAN = 150e6
POLL_S = 0.2

SHAPES_A_CITY = ("kit", "city")
SHAPES_A_RUN = ("kit", "city", "sim", "content", "rehearse", "packs")
WHY = "demo"

Say = Callable[[str], None]


class StoppedError(Exception):
    """The server is being stopped; the next start goes on."""


@dataclass
class Demonstration:
    """The demo on one server.

    Attributes
    ----------
    who : who asks
    shelf : pages as they are made
    wake : called when a job was asked for
    say : told what is being done
    stopping : set when it should give up waiting
    scale : of the city, as `rencity demo` knows them
    """

    store: Store
    places: Places
    who: str
    shelf: Shelf
    wake: Callable[[], None]
    say: Say
    stopping: threading.Event
    scale: str = SCALE

    def make(self) -> Path:
        """Make all that is not there yet; the path of the page that lists it.

        Raises
        ------
        StoppedError : it was told to stop
        RunError : a job failed
        """
        self.shelf.write()
        self._city()
        for name in self._scenarios():
            self.shelf.add(self._answer("stress", name, {"scenario": name}, "打击推演"))
        return self.shelf.add_answers(list(self._answers()))

    def _city(self) -> None:
        """The city, made again when the code that makes it has changed."""
        key = f"demo-{self.scale}-{_digest(_code(SHAPES_A_CITY))}"
        with self.store.reading() as connection:
            held = cities.find(connection, CITY)
            made = held and registry_cities.version_of(connection, CITY, held["current"])["job"]
        if made == key:
            return
        if held is not None:
            self._clear()
        given = {"scale": self.scale, "seed": SEED, "city": CITY}
        self._done(key, "demo", given, f"生成演示城市 {self.scale}")

    def _clear(self) -> None:
        """Remove the city of an older code, and what leans on it."""
        with self._writing() as tx:
            of_city = sa.select(runs.table.c.id).where(runs.table.c.city == CITY)
            for run in tx.execute(of_city).scalars().all():
                runs.remove(tx, run)
            registry_cities.remove(tx, CITY, version=None, why=WHY)

    def _scenarios(self) -> list[str]:
        """Keep the example scenarios as they are in the examples; `FIRST` first, `LAST` last."""
        found = sorted(examples().glob("*.toml"), key=_order)
        with self._writing() as tx:
            for path in found:
                text = path.read_text(encoding="utf-8")
                files = {name: self._upload(tx, path.parent / name) for name in _named(text, path)}
                said = registry_scenarios.checked(tx, text, files)
                new = scenarios.find(tx, path.stem) is None
                registry_scenarios.put(tx, path.stem, said, new=new, why=WHY)
        return [path.stem for path in found]

    def _upload(self, tx: Transaction, path: Path) -> str:
        """The id of a file that was handed in, once for each content."""
        data = path.read_bytes()
        same = sa.and_(
            uploads.table.c.sha256 == hashlib.sha256(data).hexdigest(),
            uploads.table.c.name == path.name,
        )
        held = tx.execute(sa.select(uploads.table.c.id).where(same)).scalar()
        if held is not None:
            return str(held)
        incoming = registry_uploads.Incoming(self.places)
        try:
            incoming.take(data)
            return str(registry_uploads.enter(tx, path.name, incoming)["id"])
        finally:
            incoming.drop()

    def _answers(self) -> Iterator[Path]:
        members = [
            {"scenario": Path(each["path"]).stem, "rate_per_a": each["rate_per_a"]}
            for each in tomllib.loads((examples() / SET).read_text("utf-8"))["scenarios"]
        ]
        total = tomllib.loads((examples() / SET).read_text("utf-8"))["set"]["total_rate_per_a"]
        of_set = {"scenarios": members, "total_rate_per_a": total}
        measures = (examples() / MEASURES.get(self.scale, SMALL_MEASURES)).read_text("utf-8")
        budget = BUDGET_YUAN.get(self.scale, USUAL_BUDGET_YUAN)
        asked: dict[str, dict[str, Any]] = {
            "n1": {},
            "measure": {"scenario": FIRST, "events": 20},
            "rate": {**of_set, "samples": 256},
            "invest": {
                **of_set, "measures_text": measures, "budget_yuan": budget, "samples": 64,
            },
        }  # fmt: skip
        for kind, given in asked.items():
            yield self._answer(kind, kind, given, "求解")

    def _answer(self, kind: str, name: str, given: Mapping[str, Any], what: str) -> Path:
        """The folder of an answer to the city as it is, asked for where it is not there yet."""
        with self.store.reading() as connection:
            current = cities.get(connection, CITY)["current"]
            version = registry_cities.version_of(connection, CITY, current)
            told = [scenarios.get(connection, each)["version"] for each in _scenarios_of(given)]
        said = repr((version["hash"], sorted(given.items()), told))
        prefix = f"demo-{kind}-{name}-"
        key = prefix + _digest(_code(SHAPES_A_RUN), said)
        self._done(key, kind, {"city": CITY, **given}, f"{what} {name}")
        with self._writing() as tx:
            stale = sa.and_(runs.table.c.id.startswith(prefix), runs.table.c.id != key)
            for run in tx.execute(sa.select(runs.table.c.id).where(stale)).scalars().all():
                if len(run) == len(key):
                    runs.remove(tx, run)
        return self.places.run(key)

    def _done(self, key: str, kind: str, given: Mapping[str, Any], what: str) -> None:
        """Have a job done once; one that failed or was cancelled is tried again."""
        with self._writing() as tx:
            row = jobs.find(tx, key)
            if row is not None and row["state"] == DONE and not _gone(tx, row):
                return
            self.say(what)
            if row is not None and row["state"] == DONE:
                service.remove(tx, key)
                row = None
            if row is None:
                service.ask(tx, kind, given, self.who, key=key)
            elif row["state"] in (FAILED, CANCELLED):
                service.retry(tx, key)
        self.wake()
        self._await(key)

    def _await(self, key: str) -> None:
        while True:
            with self.store.reading() as connection:
                row = jobs.get(connection, key)
            if row["state"] in ENDED:
                break
            if self.stopping.wait(POLL_S):
                raise StoppedError
        if row["state"] != DONE:
            fault = {"what": row["state"], "mend": "start again", **(row["fault"] or {})}
            raise RunError(str(fault["what"]), place=f"job/{key}", mend=str(fault["mend"]))

    def _writing(self) -> AbstractContextManager[Transaction]:
        return self.store.writing(self.who, why=WHY)


def examples() -> Path:
    """Where the demo's scenarios lie: in the package, or beside a checkout's `src`.

    Raises
    ------
    InputError : nowhere
    """
    package = Path(str(rencity.__file__)).parent
    inside = package / "examples" / "demo"
    found = inside if inside.is_dir() else package.parents[1] / "examples" / "demo"
    if not found.is_dir():
        raise InputError("no demo scenarios", place=str(found), mend="install Rencity again")
    return found


def _order(path: Path) -> tuple[int, str]:
    return {FIRST: 0, LAST: 2}.get(path.stem, 1), path.name


def _named(text: str, path: Path) -> list[str]:
    """Files beside a scenario that it names."""
    said = set(_texts(tomllib.loads(text)))
    return sorted(name for name in said if name and (path.parent / name).is_file())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else ():
        yield from _texts(part)
    for part in value if isinstance(value, list) else ():
        yield from _texts(part)


def _scenarios_of(given: Mapping[str, Any]) -> list[str]:
    one = [given["scenario"]] if "scenario" in given else []
    return one + [each["scenario"] for each in given.get("scenarios", ())]


def _gone(tx: Transaction, row: Row) -> bool:
    """Whether what a job made was removed since."""
    made = row["outcome"] or {}
    if "run" in made:
        return runs.find(tx, made["run"]) is None
    return "city" in made and cities.find(tx, made["city"]) is None


def _code(rooms: Iterable[str]) -> list[Path]:
    package = Path(str(rencity.__file__)).parent
    shipped = [package / "__init__.py"]
    for room in rooms:
        inside = package / room
        top = inside if inside.exists() else package.parents[1] / room
        shipped += [top, *sorted(top.rglob("*"))]
    # compiled code is made by running, so it must not say that the code has changed
    return [p for p in shipped if p.is_file() and "__pycache__" not in p.parts]


def _digest(paths: Iterable[Path], said: str = "") -> str:
    digest = hashlib.sha256(said.encode())
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
