"""The door to the database: a snapshot to read, or one transaction to change what stands.

A transaction that changes a table whose changes must be told, and tells of none, does not commit.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from rencity.db.faults import committed, refuse_nul, speakable, told
from rencity.kit.errors import StorageError, UnreachableError

WAIT_S = 10
"""Longest wait for another writer; then the caller is told to try again."""
TOLD = "told"
"""Mark in a table's `info`: its changes must be told before they are committed."""

Now = Callable[[], datetime]


class Reader(Protocol):
    """Whatever reads: a snapshot, or a transaction that sees its own changes."""

    def execute(self, statement: sa.Select[Any], /) -> sa.Result[Any]:
        """Run a query."""


@cache
def _insert_new(table: sa.Table, dialect: str) -> sa.Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return make(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def _changed(statement: sa.Executable) -> Iterator[str]:
    """Tables that must be told of and that a statement changes, also inside a WITH."""
    for part in visitors.iterate(statement):  # type: ignore[arg-type]
        if isinstance(part, UpdateBase):
            table = getattr(part, "table", None)
            if isinstance(table, sa.Table) and table.info.get(TOLD):
                yield table.name


def utc_now() -> datetime:
    """The system's clock."""
    return datetime.now(UTC)


@dataclass
class Transaction:
    """What a use case holds while it changes records.

    Attributes
    ----------
    who : id of whoever asks
    at : instant at which it began, by the server's clock
    why : reason given by whoever asks
    request : id of the request that caused it
    held : what rooms keep for as long as the transaction lasts, by their own keys
    """

    who: str
    at: datetime
    why: str
    request: str
    dialect: str
    _connection: Connection
    _untold: set[str] = field(default_factory=set)
    _at_end: list[Callable[[], None]] = field(default_factory=list)
    held: dict[object, Any] = field(default_factory=dict)

    def execute(
        self,
        statement: sa.Executable,
        rows: list[dict[str, Any]] | Mapping[str, Any] | None = None,
        *,
        told: bool = False,
    ) -> CursorResult[Any]:
        """Run a statement inside the transaction.

        Parameters
        ----------
        told : whoever runs it tells of this very change, or it changes nothing that must be told

        Raises
        ------
        RequestError : it holds a value that no database can hold
        """
        if isinstance(statement, (sa.TextClause, sa.TextualSelect, ExecutableDDLElement)):
            raise TypeError("text cannot be checked for untold changes: build the statement")
        if not told:
            self._untold.update(_changed(statement))
        with speakable():
            return self._connection.execute(statement, rows)

    def insert_new(self, table: sa.Table, row: Mapping[str, Any], *, told: bool = False) -> bool:
        """Insert a row unless one with its key stands; whether it was inserted."""
        return self.execute(_insert_new(table, self.dialect), row, told=told).rowcount == 1

    def hold(self, name: str) -> None:
        """Wait until no other transaction holds this name; it is held until this one ends.

        For what no row stands for yet, such as the next version of something.
        """
        if self.dialect == "postgresql":  # SQLite has one writer
            key = int.from_bytes(
                hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True
            )
            self.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def tell(self, table: sa.Table) -> None:
        """Say that the changes of a table are told in this transaction."""
        self._untold.discard(table.name)

    def at_end(self, action: Callable[[], None]) -> None:
        """Do something last before the commit."""
        self._at_end.append(action)

    def end(self) -> None:
        """What stands at the end of every transaction.

        Raises
        ------
        RuntimeError : a table was changed and the change is told nowhere
        """
        for action in self._at_end:
            action()
        if self._untold:
            tables = ", ".join(sorted(self._untold))
            raise RuntimeError(f"changes of {tables} are told nowhere, so they are not kept")


class Store:
    """A database, reached through one pool of connections.

    Parameters
    ----------
    url : of SQLAlchemy
    now : the clock
    wait_s : longest wait for another writer
    """

    def __init__(self, url: sa.URL, *, now: Now = utc_now, wait_s: float = WAIT_S) -> None:
        self.url = url
        self.now = now
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._wait_s = wait_s
        self.place = url.set(query={}).render_as_string(hide_password=True)
        self.engine = _sqlite(url, wait_s) if self.embedded else _postgresql(url, wait_s)
        # SQLite has one writer; threads that queue here are served in turn, without polling
        self._turn = threading.Lock() if self.embedded else None

    @property
    def embedded(self) -> bool:
        """Whether it is the SQLite file of this server."""
        return self.url.get_backend_name() == "sqlite"

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """One snapshot of everything, for as long as the block lasts; it cannot be changed.

        Raises
        ------
        UnreachableError, StorageError : see `rencity.db.faults.told`
        """
        with told(self.place):
            if self.embedded:
                options: dict[str, Any] = {"begin": "BEGIN"}
            else:
                options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            with self.engine.connect().execution_options(**options) as connection:
                yield connection
                connection.rollback()

    @contextlib.contextmanager
    def writing(self, who: str, *, why: str = "", request: str = "") -> Iterator[Transaction]:
        """One transaction: all of it is durable when the block has ended, or none of it.

        Raises
        ------
        UnreachableError, StorageError, ConflictError : see `rencity.db.faults.told`
        RuntimeError : a table was changed and the change is told nowhere
        """
        with told(self.place), self._in_turn():
            connection = self.engine.connect()
            with connection.execution_options(begin="BEGIN IMMEDIATE"):
                made = Transaction(
                    who, self._instant(), why, request, self.engine.dialect.name, connection
                )
                connection.begin()
                try:
                    yield made
                    made.end()
                    with committed(self.place):
                        connection.commit()
                except BaseException:
                    with contextlib.suppress(sa.exc.DBAPIError):  # the first fault is the one told
                        connection.rollback()
                    raise

    def not_before(self, instant: datetime) -> None:
        """Date no transaction before this instant: a clock that was set back turns no order."""
        self._latest = max(self._latest, instant)

    def _instant(self) -> datetime:
        self._latest = max(self._latest, self.now())
        return self._latest

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextlib.contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._wait_s):
            raise UnreachableError(
                "the database is busy", place=self.place, mend="try the same again"
            )
        try:
            yield
        finally:
            self._turn.release()


def store_of(
    text: str | None, folder: Path, *, now: Now = utc_now, wait_s: float = WAIT_S
) -> Store:
    """The database a setting names, else the embedded one in the data folder.

    Raises
    ------
    StorageError : no such kind of database, or its folder cannot be made
    """
    if not text:
        folder.mkdir(parents=True, exist_ok=True)
        text = f"sqlite:///{folder.resolve() / 'rencity.db'}"
    try:
        url = sa.make_url(text)
        name = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError) as exc:
        raise _unknown("that") from exc
    if name == "postgresql":
        return Store(url.set(drivername="postgresql+psycopg"), now=now, wait_s=wait_s)
    if name == "sqlite" and url.database and url.database != ":memory:":
        return Store(url.set(drivername="sqlite+pysqlite"), now=now, wait_s=wait_s)
    raise _unknown(name)


def _unknown(name: str) -> StorageError:
    return StorageError(
        f"{name} is no database Rencity knows",
        place="--db",
        mend="give sqlite:///PATH or postgresql://USER@HOST/NAME",
    )


def _sqlite(url: sa.URL, wait_s: float) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,  # what rows hold has no place in a log
        connect_args={"timeout": wait_s, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself
        for setting in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {setting}")

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _refuse_nul(*said: Any) -> None:
        refuse_nul(said[3])  # PostgreSQL holds none, and what is kept must fit both

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _postgresql(url: sa.URL, wait_s: float) -> Engine:
    settings = {
        "synchronous_commit": "on",
        "lock_timeout": f"{wait_s:g}s",
        "idle_in_transaction_session_timeout": "60s",
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return sa.create_engine(
        url,
        hide_parameters=True,
        pool_size=10,
        max_overflow=30,
        pool_timeout=wait_s,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": 5,
            "options": options,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "application_name": "rencity",
        },
    )
