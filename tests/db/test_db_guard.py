"""No change of a journaled table slips past the journal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rencity.db import Store, store_of
from rencity.db.columns import Instant, Json
from rencity.db.store import TOLD, Transaction, _changed, utc_now
from rencity.house import RECORDS, schema
from rencity.journal.verifying import verify
from rencity.kit.errors import StorageError
from tests.journal.kinds import gauges, opened

TABLES = [records.table for records in RECORDS]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(f"sqlite:///{tmp_path / 'guard.db'}", tmp_path)
    with made.writing("maker") as tx:
        gauges.create(tx, "a", {"count": 1})
    yield made
    made.close()


def row_of(table: sa.Table) -> dict[str, Any]:
    """Any row that the table takes."""
    kinds: dict[type, Any] = {Json: {}, sa.BigInteger: 1, sa.Boolean: True}
    values = {
        column.name: next((v for kind, v in kinds.items() if isinstance(column.type, kind)), "x")
        for column in table.columns
        if not isinstance(column.type, Instant)
    }
    at = {column.name for column in table.columns} - values.keys()
    return {**values, **dict.fromkeys(at, utc_now())}


def ways(table: sa.Table) -> dict[str, Callable[[], sa.Executable]]:
    """Every way that Core has of changing a table."""
    mine = table.c.id == "x"
    copy = sa.select(*(sa.literal(v, table.c[n].type).label(n) for n, v in row_of(table).items()))
    inserted = table.insert().values(**row_of(table)).returning(table.c.id)
    return {
        "insert": lambda: table.insert().values(**row_of(table)),
        "insert from select": lambda: table.insert().from_select(list(row_of(table)), copy),
        "update": lambda: table.update().where(mine).values(version=9),
        "delete": lambda: table.delete().where(mine),
        "with insert, select": lambda: sa.select(inserted.cte("w")),
        "with delete, select": lambda: sa.select(
            table.delete().where(mine).returning(table.c.id).cte("w")
        ),
        "with update beside": lambda: sa.select(sa.literal(1)).add_cte(
            table.update().values(version=9).cte("w")
        ),
        "with in a where": lambda: sa.select(table).where(
            table.c.id.in_(sa.select(inserted.cte("w").c.id))
        ),
    }


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("way", list(ways(TABLES[0])))
def test_a_write_past_the_records_is_not_kept(store: Store, table: sa.Table, way: str) -> None:
    if way.startswith("with"):  # only PostgreSQL runs these; here it is seen that they are noticed
        assert table.name in set(_changed(ways(table)[way]()))
        return
    with (
        pytest.raises(RuntimeError, match=f"changes of {table.name} are told nowhere"),
        store.writing("sly") as tx,
    ):
        tx.execute(ways(table)[way]())
    with store.reading() as connection:
        assert connection.execute(sa.select(table)).first() is None


@pytest.mark.parametrize("way", list(ways(gauges.table)))
def test_in_postgresql_too(postgres: Any, tmp_path: Path, way: str) -> None:
    store = opened(postgres.new_database(), tmp_path)
    with store.writing("maker") as tx:
        gauges.create(tx, "y", {"count": 1})
    with (
        pytest.raises(RuntimeError, match=f"changes of {gauges.table.name} are told nowhere"),
        store.writing("sly") as tx,
    ):
        tx.execute(ways(gauges.table)[way]())
    with store.reading() as connection:
        assert verify(connection, [gauges]).findings == []
        assert connection.execute(sa.select(gauges.table.c.id)).scalars().all() == ["y"]
    store.close()


def test_a_told_change_covers_no_other_of_the_same_table(store: Store) -> None:
    def sly(tx: Transaction) -> None:
        tx.execute(gauges.table.update().values(count=99))

    def told(tx: Transaction) -> None:
        gauges.create(tx, "b", {"count": 1})

    def both(*works: Callable[[Transaction], None]) -> None:
        with store.writing("sly") as tx:
            for work in works:
                work(tx)

    for works in ((sly, told), (told, sly)):
        with pytest.raises(RuntimeError, match="told nowhere"):
            both(*works)


@pytest.mark.parametrize(
    "statement",
    [
        sa.text("DELETE FROM gauges_of_tests"),
        sa.text("DELETE FROM gauges_of_tests RETURNING id").columns(sa.column("id")),
        sa.DDL("DROP TABLE gauges_of_tests"),
    ],
)
def test_text_is_refused(store: Store, statement: sa.Executable) -> None:
    with pytest.raises(TypeError, match="text cannot be checked"), store.writing("sly") as tx:
        tx.execute(statement)


def test_reading_changes_nothing(new_database: Callable[[], str], tmp_path: Path) -> None:
    store = store_of(new_database(), tmp_path)
    schema().upgrade(store)
    table = TABLES[0]
    with contextlib.suppress(StorageError), store.reading() as connection:
        connection.execute(table.insert().values(**row_of(table)))
    with store.reading() as connection:
        assert connection.execute(sa.select(table)).first() is None
    store.close()


def test_every_record_of_the_house_is_verified() -> None:
    told = {table.name for table in schema().all_tables() if table.info.get(TOLD)}
    assert told == {records.table.name for records in RECORDS}
    assert len({records.kind for records in RECORDS}) == len(RECORDS)
