"""A table as compressed lines of JSON: written from a snapshot, read into an empty table.

Values are those that are kept: instants and JSON as canonical text, whatever the database.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.backup.manifest import MEND, Table
from rencity.db.columns import as_kept
from rencity.kit.errors import ProofError

ROWS = 5_000
_LEVEL = 3
"""Of gzip: most of what it can win, at a fifth of the time."""
_VALUES = (str, int, float, bool, type(None))
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Digesting(io.RawIOBase):
    """A file being written, with the digest and number of its bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self.bytes = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Write and digest."""
        self._digest.update(data)
        size = memoryview(data).nbytes
        self.bytes += size
        self._file.write(data)
        return size

    @property
    def sha256(self) -> str:
        """Of all that was written."""
        return self._digest.hexdigest()


def dump(connection: Connection, table: sa.Table, path: Path) -> Table:
    """Write every row of a table, in the order of its key; what the manifest says of it."""
    columns = [as_kept(column, connection.dialect.name) for column in table.columns]
    query = sa.select(*columns).order_by(*table.primary_key).execution_options(yield_per=ROWS)
    rows = text_bytes = 0
    with path.open("xb") as raw:
        out = Digesting(raw)
        with gzip.GzipFile("", "wb", _LEVEL, fileobj=out, mtime=0) as packed:
            for part in connection.execute(query).partitions():
                text = "".join([f"{_encode(list(row))}\n" for row in part]).encode()
                packed.write(text)
                rows += len(part)
                text_bytes += len(text)
    return Table(
        name=table.name, columns=tuple(table.columns.keys()), rows=rows, text_bytes=text_bytes,
        bytes=out.bytes, sha256=out.sha256,
    )  # fmt: skip


def load(connection: Connection, said: Table, path: Path, place: str) -> None:
    """Read a table's rows back into its empty table.

    Parameters
    ----------
    place : where the file lies in the backup

    Raises
    ------
    ProofError : the file is not what the manifest says
    """
    table = sa.Table(said.name, sa.MetaData(), autoload_with=connection)
    if set(said.columns) != set(table.columns.keys()):
        raise ProofError(
            f"its columns are {', '.join(said.columns)}, but the table has "
            f"{', '.join(table.columns.keys())}",
            place=place,
            mend=MEND,
        )
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in said.columns)
    rows = _Rows(said, path, place).parts()
    if connection.dialect.name == "postgresql":
        _copy(connection, f"COPY {quote(said.name)} ({names}) FROM STDIN", rows, place)
        _count_on(connection, table)
        return
    marks = ", ".join("?" * len(said.columns))
    insert = f"INSERT INTO {quote(said.name)} ({names}) VALUES ({marks})"  # noqa: S608 - quoted
    for part in rows:
        try:
            connection.exec_driver_sql(insert, part)
        except (sa.exc.IntegrityError, OverflowError, UnicodeEncodeError) as exc:
            raise _refused(exc, place) from exc


def _copy(
    connection: Connection, statement: str, parts: Iterator[list[tuple[Any, ...]]], place: str
) -> None:
    raw: Any = connection.connection.cursor()
    try:
        with raw, raw.copy(statement) as copy:
            for part in parts:
                for row in part:
                    copy.write_row(row)
    except (psycopg.DataError, psycopg.IntegrityError, UnicodeEncodeError) as exc:
        raise _refused(exc, place) from exc
    except psycopg.Error as exc:
        raise sa.exc.DBAPIError(statement, None, exc) from exc


def _refused(exc: Exception, place: str) -> ProofError:
    return ProofError(f"a row is refused: {str(exc).splitlines()[0]}", place=place, mend=MEND)


def _count_on(connection: Connection, table: sa.Table) -> None:
    """Let numbers that the database gives out go on after those that are there."""
    for column in table.primary_key:
        if column.server_default is None and column.identity is None:
            continue
        last = sa.select(sa.func.max(column)).scalar_subquery()
        sequence = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
        connection.execute(sa.select(sa.func.setval(sequence, last)))


class _Rows:
    """The rows in a table's file; `place` is where it lies in the backup."""

    def __init__(self, said: Table, path: Path, place: str) -> None:
        self._said, self._path, self._place = said, path, place

    def parts(self) -> Iterator[list[tuple[Any, ...]]]:
        """Some thousand at a time."""
        count = 0
        lines = self._lines()
        while part := [self._row(line) for line in itertools.islice(lines, ROWS)]:
            count += len(part)
            yield part
        if count != self._said.rows:
            raise self._fault(f"{count} rows, not {self._said.rows}")

    def _lines(self) -> Iterator[bytes]:
        """Unpacked, and no more of it than the manifest says."""
        left = self._said.text_bytes
        try:
            with gzip.open(self._path, "rb") as packed:
                while line := packed.readline(left + 1):
                    left -= len(line)
                    if left < 0:
                        raise self._fault(f"unpacks to more than {self._said.text_bytes} bytes")
                    yield line
        except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
            raise self._fault(f"cannot be unpacked: {exc}") from exc
        if left:
            raise self._fault(f"unpacks to less than {self._said.text_bytes} bytes")

    def _row(self, line: bytes) -> tuple[Any, ...]:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        width = len(self._said.columns)
        if (
            not isinstance(row, list)
            or len(row) != width
            or not all(isinstance(value, _VALUES) for value in row)
        ):
            raise self._fault("holds a line that is no row")
        return tuple(row)

    def _fault(self, what: str) -> ProofError:
        return ProofError(what, place=self._place, mend=MEND)
