"""The journal against a plain model, step by step, on each database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from rencity.db import Store
from rencity.db.store import Transaction
from rencity.journal.chain import stream_of
from rencity.journal.erasing import erase
from rencity.journal.reading import ERASED, history, state_at
from rencity.journal.records import Records
from rencity.journal.roots import sign_root
from rencity.journal.store import entries
from rencity.journal.verifying import verify
from rencity.kit.crypto import signer_of
from rencity.kit.errors import AbsentError, ConflictError, StaleError, UnreachableError
from tests.journal.kinds import KINDS, Clock, emptied, gauges, opened, people

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS | st.text(st.just("\0"), max_size=1),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
ZONES = st.sampled_from([UTC, datetime.strptime("+0800", "%z").tzinfo])
INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=ZONES)
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "person": {"name": TEXTS, "contacts": JSONS, "role": TEXTS, "since": INSTANTS},
    "gauge": {
        "title": TEXTS, "data": JSONS, "count": NUMBERS, "seen": INSTANTS, "open": st.booleans(),
    },
}  # fmt: skip
KEYS = st.sampled_from(["a", "b", "b'", "é", "城市@1"])


def some_values(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Values of some fields, at times none at all (missing, or null)."""
    fields = {name: st.none() | values for name, values in FIELDS[kind].items()}
    return st.fixed_dictionaries({}, optional=fields)


VALUES = {kind: some_values(kind) for kind in FIELDS}
STEPS = st.lists(
    st.sampled_from(KINDS).flatmap(
        lambda kind: st.tuples(
            st.just(kind),
            KEYS,
            st.sampled_from(["create", "change", "remove", "erase"]),
            VALUES[kind.kind],
            st.sampled_from([None, "right", "wrong"]),
        )
    ),
    min_size=1,
    max_size=4,
)
Step = tuple[Records, str, str, dict[str, Any], str | None]


class Failing(Exception):  # noqa: N818 - what a use case stumbles over
    """A use case that fails in the middle."""


class Model:
    """What a mapping of ids to rows, and a list of its past states, would hold."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}
        self.past: dict[tuple[str, str], list[tuple[datetime, str, dict[str, Any] | None]]] = {}
        self.stream_at: dict[int, datetime] = {}

    def copy(self) -> Model:
        other = Model()
        other.rows = {key: dict(row) for key, row in self.rows.items()}
        other.past = {
            key: [(at, verb, state and dict(state)) for at, verb, state in told]
            for key, told in self.past.items()
        }
        other.stream_at = dict(self.stream_at)
        return other

    def told(self, key: tuple[str, str], at: datetime, verb: str) -> None:
        stream = stream_of(*key)
        at = self.stream_at[stream] = max(at, self.stream_at.get(stream, at))
        row = self.rows.get(key)
        self.past.setdefault(key, []).append((at, verb, row and dict(row)))

    def step(
        self, kind: Records, key: str, verb: str, values: dict[str, Any], at: datetime
    ) -> None:
        mine = (kind.kind, key)
        row = self.rows.get(mine)
        if verb == "create":
            self.rows[mine] = {"version": 1, **dict.fromkeys(kind.fields), **values}
        elif verb == "change":
            assert row is not None
            differ = {name: value for name, value in values.items() if odd(row[name], value)}
            if not differ:
                return
            self.rows[mine] = {**row, **differ, "version": row["version"] + 1}
        elif verb == "remove":
            del self.rows[mine]
        else:
            self._erase(kind, mine)
        self.told(mine, at, verb)

    def _erase(self, kind: Records, mine: tuple[str, str]) -> None:
        if mine in self.rows:
            row = self.rows[mine]
            row |= {"version": row["version"] + 1, **dict.fromkeys(kind.personal)}
        blank: dict[str, Any] = {}
        for _, verb, state in self.past.get(mine, []):
            if verb == "create":
                blank = dict.fromkeys(kind.personal, ERASED)
            elif verb == "erase":
                blank = {}
            if state is not None:
                # what was set is hidden; what an earlier erasure emptied stays empty until set anew
                state |= {
                    name: ERASED
                    for name in kind.personal
                    if name in blank or state[name] is not None
                }


def odd(one: Any, other: Any) -> bool:
    """Whether two values differ, by their types, too."""
    return shape(one) != shape(other)


def shape(value: Any) -> Any:
    if isinstance(value, datetime):
        return ("instant", value.timestamp(), value.microsecond)
    if isinstance(value, dict):
        return ("dict", {name: shape(each) for name, each in value.items()})
    if isinstance(value, (list, tuple)):
        return ("list", [shape(each) for each in value])
    return (type(value).__name__, repr(value))


class Machine(RuleBasedStateMachine):
    """Steps on a store and on the model."""

    store: Store
    clock: Clock
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        emptied(self.store)
        self.clock.at = datetime(2026, 3, 1, 8, tzinfo=UTC)
        self.model = Model()

    @rule(seconds=st.sampled_from([-90_000, -1, 0, 0.000001, 1, 86_400]))
    def move_clock(self, seconds: float) -> None:
        self.clock.move(seconds)

    @rule()
    def sign(self) -> None:
        sign_root(self.store, signer_of(self.folder / "journal.key"))

    @rule(steps=STEPS, fails=st.booleans())
    def transact(self, steps: list[Step], fails: bool) -> None:
        after = self.model.copy()
        try:
            with self.store.writing("tester") as tx:
                for step in steps:
                    self._step(tx, after, step)
                if fails:
                    raise Failing
        except (Failing, AbsentError, ConflictError):
            return  # nothing of it is kept
        self.model = after

    def _step(self, tx: Transaction, after: Model, step: Step) -> None:
        kind, key, verb, values, wanted = step
        row = after.rows.get((kind.kind, key))
        version = None
        if row is not None and wanted is not None:
            version = row["version"] + (wanted == "wrong")
        known = row is not None or (verb == "erase" and (kind.kind, key) in after.past)
        if known == (verb == "create"):
            with pytest.raises(ConflictError if known else AbsentError):
                self._act(tx, kind, key, verb, values, None)
            raise Failing
        if wanted == "wrong" and verb in ("change", "remove"):
            with pytest.raises(StaleError):
                self._act(tx, kind, key, verb, values, version)
            return
        self._act(tx, kind, key, verb, values, version)
        after.step(kind, key, verb, values, tx.at)

    def _act(
        self, tx: Transaction, kind: Records, key: str, verb: str, values: Any, version: Any
    ) -> None:
        if verb == "create":
            kind.create(tx, key, values)
        elif verb == "change":
            kind.change(tx, key, values, version=version)
        elif verb == "remove":
            kind.remove(tx, key, version=version)
        else:
            erase(tx, kind, key, "asked to")

    @invariant()
    def proves_itself(self) -> None:
        with self.store.reading() as connection:
            verdict = verify(connection, KINDS)
            assert verdict.findings == []
            assert verdict.records == len(self.model.rows)
            assert verdict.entries == sum(map(len, self.model.past.values()))
            for kind in KINDS:
                rows = connection.execute(sa.select(kind.table)).mappings().all()
                held = {(kind.kind, row["id"]): dict(row) for row in rows}
                mine = {key: row for key, row in self.model.rows.items() if key[0] == kind.kind}
                assert held.keys() == mine.keys()
                for key, row in held.items():
                    assert shape(row) == shape({**mine[key], "id": key[1]})

    @invariant()
    def remembers(self) -> None:
        with self.store.reading() as connection:
            for (kind, key), told in self.model.past.items():
                said = history(connection, kind, key)
                assert [(entry.at, entry.verb) for entry in said] == [t[:2] for t in told]
                for at in {at for at, _, _ in told}:
                    expected = [state for when, _, state in told if when <= at][-1]
                    assert plain(state_at(connection, kind, key, at)) == plain(expected)
                before = told[0][0] - timedelta(microseconds=1)
                assert state_at(connection, kind, key, before) is None


def plain(state: dict[str, Any] | None) -> Any:
    """A state as JSON would say it."""
    if state is None:
        return None
    text = {
        name: value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        if isinstance(value, datetime)
        else value
        for name, value in state.items()
    }
    return shape(text)


def test_the_journal_is_what_a_model_says(new_database: Callable[[], str], tmp_path: Path) -> None:
    clock = Clock()
    store = opened(new_database(), tmp_path, clock)

    class Here(Machine):
        pass

    Here.store, Here.clock, Here.folder = store, clock, tmp_path
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=30, stateful_step_count=12, deadline=None, database=None,
            derandomize=True, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    store.close()


def test_threads_do_not_lose_or_double_a_change(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = opened(new_database(), tmp_path)
    with store.writing("tester") as tx:
        for key in ("a", "b", "c"):
            gauges.create(tx, key, {"count": 0})
    done: list[tuple[str, int]] = []
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                key = "abc"[(number + turn) % 3]
                while True:
                    try:
                        with store.writing(f"thread-{number}") as tx:
                            row = gauges.held(tx, key)
                            assert row is not None
                            count = row["count"] + 1
                            # two records in one transaction, each thread in an order of its own
                            made = gauges.change(tx, key, {"count": count})
                            people.create(tx, f"{number}-{turn}", {"name": str(turn)})
                        break
                    except UnreachableError:
                        continue  # another came first, as the message says
                done.append((key, made["version"]))
        except BaseException as exc:  # noqa: BLE001 - told in the main thread
            faults.append(exc)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert len(done) == len(set(done)) == 120
    with store.reading() as connection:
        verdict = verify(connection, KINDS)
        assert (verdict.findings, verdict.entries) == ([], 3 + 240)
        for key in "abc":
            said = history(connection, "gauge", key)
            assert [entry.version for entry in said] == list(range(1, len(said) + 1))
            assert gauges.get(connection, key)["count"] == len(said) - 1
        ids = connection.execute(sa.select(entries.c.id).order_by(entries.c.stream, entries.c.seq))
        assert len(set(ids.scalars())) == 243
    store.close()


def test_what_is_told_at_the_very_end_is_told(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = opened(new_database(), tmp_path)
    with store.writing("tester") as tx:
        gauges.create(tx, "a", {})
        tx.at_end(lambda: gauges.create(tx, "b", {}) and None)
    with store.reading() as connection:
        verdict = verify(connection, KINDS)
    assert (verdict.findings, verdict.entries, verdict.records) == ([], 2, 2)
    store.close()
