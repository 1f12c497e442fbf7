"""The store: what is committed, what is refused, on each database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from rencity.db import Label, store_of
from rencity.house import schema
from rencity.journal import Records

tables = sa.MetaData()
things = Records(
    "thing",
    sa.Table(
        "things",
        tables,
        sa.Column("id", Label, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text),
    ),
)


def test_an_untold_change_is_not_kept(new_database: Callable[[], str], tmp_path: Path) -> None:
    store = store_of(new_database(), tmp_path)
    schema().upgrade(store)
    tables.create_all(store.engine)
    row = {"id": "a", "version": 1, "name": "untold"}
    with pytest.raises(RuntimeError, match="things are told nowhere"), store.writing("me") as tx:
        tx.execute(things.table.insert(), row)
    with store.reading() as connection:
        assert things.find(connection, "a") is None
    with store.writing("me") as tx:
        things.create(tx, "a", {"name": "told"})
    with store.reading() as connection:
        assert things.get(connection, "a") == {**row, "name": "told"}
    store.close()
