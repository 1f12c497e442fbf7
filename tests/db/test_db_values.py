"""Values that no database holds are refused by both; all others come back as they went in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rencity.db import store_of
from rencity.db.outbox import outbox
from rencity.house import schema
from rencity.journal.reading import history
from rencity.journal.verifying import verify
from rencity.kit.errors import ConflictError, RencityError, RequestError, StorageError
from tests.journal.kinds import gauges, opened, tables


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "with \0 inside"),
        ("title", "half \ud800 a pair"),
        ("data", {"half": "\udfff"}),
        ("data", [float("nan")]),
        ("count", 2**63),
        ("count", -(2**63) - 1),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(
    new_database: Callable[[], str], tmp_path: Path, field: str, value: Any
) -> None:
    store = opened(new_database(), tmp_path)
    with store.writing("me") as tx:
        gauges.create(tx, "a", {})
    with pytest.raises(RequestError, match="cannot be kept"), store.writing("me") as tx:
        gauges.create(tx, "b", {field: value})
    with pytest.raises(RequestError, match="cannot be kept"), store.writing("me") as tx:
        gauges.change(tx, "a", {field: value})
    with store.reading() as connection:
        assert verify(connection, [gauges]).sound
        assert gauges.get(connection, "a")["version"] == 1
    store.close()


@pytest.mark.parametrize("why", ["\0", "\ud800"])
def test_reasons_too(new_database: Callable[[], str], tmp_path: Path, why: str) -> None:
    store = opened(new_database(), tmp_path)
    with pytest.raises(RequestError, match="cannot be kept"), store.writing("me") as tx:
        gauges.create(tx, "a", {}, why=why)
    with store.reading() as connection:
        assert gauges.find(connection, "a") is None
    store.close()


def test_one_and_true_are_two_things(new_database: Callable[[], str], tmp_path: Path) -> None:
    store = opened(new_database(), tmp_path)
    with store.writing("me") as tx:
        gauges.create(tx, "a", {"data": {"on": 1}})
        assert gauges.change(tx, "a", {"data": {"on": True}})["version"] == 2
        assert gauges.change(tx, "a", {"data": {"on": 1.0}})["version"] == 3
        assert gauges.change(tx, "a", {"data": {"on": 1.0}})["version"] == 3
        gauges.create(tx, "b", {"data": [1, 2]})
        assert gauges.change(tx, "b", {"data": (1, 2)})["version"] == 1
        gauges.create(tx, "c", {"seen": datetime(2026, 1, 1, 8, tzinfo=UTC)})
        same = datetime.fromisoformat("2026-01-01T16:00:00+08:00")
        assert gauges.change(tx, "c", {"seen": same})["version"] == 1
    with store.reading() as connection:
        assert len(history(connection, "gauge", "a")) == 3
        assert verify(connection, [gauges]).sound
    store.close()


def test_a_field_that_is_not_there_is_a_fault_of_the_caller(tmp_path: Path) -> None:
    store = opened(f"sqlite:///{tmp_path / 'a.db'}", tmp_path)
    with pytest.raises(KeyError, match="no titel"), store.writing("me") as tx:
        gauges.create(tx, "a", {"titel": "x"})
    store.close()


def test_a_missing_value_is_not_told_as_a_taken_key(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    store = store_of(new_database(), tmp_path)
    schema().upgrade(store)
    with pytest.raises(sa.exc.IntegrityError), store.writing("me") as tx:
        tx.execute(outbox.insert(), {"at": tx.at, "topic": "x"})
    tables.create_all(store.engine)
    rows = [{"id": "a", "version": 1}, {"id": "a", "version": 1}]
    with pytest.raises(ConflictError, match="stands already"), store.writing("me") as tx:
        tx.execute(gauges.table.insert(), rows, told=True)
    store.close()


@pytest.mark.parametrize(
    "text", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "no url at all", "://", "x" * 5000]
)
def test_other_databases_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(StorageError, match="no database Rencity knows"):
        store_of(text, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone:hunter2@127.0.0.1:1/db",
        "postgresql://someone@127.0.0.1:1/db?password=hunter2",
        "postgresql+psycopg://:hunter2@127.0.0.1:1/db?sslpassword=hunter2",
    ],
)
def test_passwords_are_never_shown(tmp_path: Path, url: str) -> None:
    store = store_of(url, tmp_path)
    assert "hunter2" not in store.place
    with pytest.raises(RencityError) as caught:
        schema().upgrade(store)
    assert "hunter2" not in str(caught.value)
