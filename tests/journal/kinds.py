"""Kinds of record for tests: with JSON, instants, numbers and what is personal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rencity.db import Instant, Json, Label, Store, store_of
from rencity.db.store import utc_now
from rencity.house import schema
from rencity.journal import Records

tables = sa.MetaData()


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    key = sa.Column("id", Label, primary_key=True)
    return sa.Table(name, tables, key, sa.Column("version", sa.BigInteger), *columns)


people = Records(
    "person",
    _table(
        "people_of_tests",
        sa.Column("name", sa.Text),
        sa.Column("contacts", Json),
        sa.Column("role", Label),
        sa.Column("since", Instant),
    ),
    personal=("name", "contacts"),
)
gauges = Records(
    "gauge",
    _table(
        "gauges_of_tests",
        sa.Column("title", sa.Text),
        sa.Column("data", Json),
        sa.Column("count", sa.BigInteger),
        sa.Column("seen", Instant),
        sa.Column("open", sa.Boolean),
    ),
)
KINDS = (people, gauges)


effects = sa.Table(
    "effects_of_tests",
    tables,
    sa.Column("handler", Label, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True),
    sa.Column("subject", Label),
)
"""What handlers of news did: twice the same is refused by the key."""


class Clock:
    """A clock that stands until it is told to move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def opened(url: str, folder: Path, now: Callable[[], datetime] = utc_now, **more: Any) -> Store:
    """A store with every table, those of tests among them."""
    store = store_of(url, folder, now=now, **more)
    schema().upgrade(store)
    tables.create_all(store.engine)
    return store


def emptied(store: Store) -> None:
    """Every row gone, whoever wrote it."""
    with store.engine.begin() as connection:
        for table in [*schema().all_tables(), *tables.sorted_tables]:
            connection.execute(table.delete())
