"""Where a database is restored to: all of it stands when the block has ended, or nothing."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity import house
from rencity.db.faults import committed, told
from rencity.db.store import Store, store_of
from rencity.kit.errors import StorageError
from rencity.kit.files import storage_error, sync

_MEND = "give a new, empty database"


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Connection]:
    """A new SQLite file, closed and whole at the end."""
    store = store_of(f"sqlite:///{path.resolve()}", path.parent)
    try:
        with _one_transaction(store) as connection:
            yield connection
    finally:
        store.close()


@contextlib.contextmanager
def new_database(store: Store) -> Iterator[Connection]:
    """An empty database that a setting names.

    Raises
    ------
    StorageError : it holds tables of Rencity already
    """
    if store.embedded:
        with _new_file_elsewhere(Path(str(store.url.database))) as connection:
            yield connection
        return
    with _one_transaction(store) as connection:
        house.schema().lock(connection)
        ours = {table.name for table in house.schema().all_tables()} | {"alembic_version"}
        if held := sorted(ours & set(sa.inspect(connection).get_table_names())):
            raise StorageError(
                f"the database holds {', '.join(held[:3])} already", place=store.place, mend=_MEND
            )
        yield connection


@contextlib.contextmanager
def _one_transaction(store: Store) -> Iterator[Connection]:
    with told(store.place), store.engine.connect() as connection:
        connection.execution_options(begin="BEGIN IMMEDIATE").begin()
        yield connection
        with committed(store.place):
            connection.commit()


@contextlib.contextmanager
def _new_file_elsewhere(path: Path) -> Iterator[Connection]:
    if path.exists():
        raise StorageError("the database stands already", place=str(path), mend=_MEND)
    part = path.with_name(f".{path.name}.partial-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new_file(part) as connection:
            yield connection
        part.rename(path)
        sync(path.resolve().parent)
    except OSError as exc:
        raise storage_error(exc, path) from exc
    finally:
        for end in ("", "-wal", "-shm"):
            part.with_name(part.name + end).unlink(missing_ok=True)
