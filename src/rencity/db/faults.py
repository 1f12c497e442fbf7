"""A database's faults in words a user can act on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from rencity.kit.errors import (
    ConflictError,
    RencityError,
    RequestError,
    StorageError,
    UnreachableError,
)

_GONE = "wait until it answers again; nothing was changed"
_BUSY = "try the same again; nothing was changed"
_FULL = "free space where the database lies; nothing was changed"

_STANDS = ("23505", "23503", "23P01", "UNIQUE constraint", "FOREIGN KEY constraint")
"""How each database says that a key is taken or names nothing; other rules are broken by us."""

_SQLITE = (
    ("disk is full", StorageError, "the disk is full", _FULL),
    ("is locked", UnreachableError, "the database is busy", _BUSY),
    ("unable to open", UnreachableError, "the database cannot be opened", _GONE),
    ("disk I/O error", UnreachableError, "the disk does not answer", _GONE),
    ("readonly", StorageError, "the database cannot be written", "give write permission"),
    ("malformed", StorageError, "the database is damaged", "restore the newest backup"),
    ("not a database", StorageError, "the file is no database", "restore the newest backup"),
)
_STATES = (
    ("53100", StorageError, "the disk is full", _FULL),
    ("53", UnreachableError, "the database has no more room for callers", _BUSY),
    ("08", UnreachableError, "the database does not answer", _GONE),
    ("57P", UnreachableError, "the database is shutting down or starting", _GONE),
    ("40", UnreachableError, "another transaction came first", _BUSY),
    ("55P03", UnreachableError, "the database is busy", _BUSY),
    ("57014", UnreachableError, "the database took too long", _BUSY),
    ("25006", StorageError, "the database cannot be written", "use the one that can be written"),
    ("28", StorageError, "the database refuses this user", "correct the user or its password"),
    ("3D", StorageError, "no such database", "create it, or correct its name"),
)
_AT_THE_DOOR = (  # before it lets us in, PostgreSQL's driver has only the server's words
    ("authentication failed", StorageError, _STATES[8][2], _STATES[8][3]),
    ("no password supplied", StorageError, _STATES[8][2], _STATES[8][3]),
    ('" does not exist', StorageError, "no such database or user", "correct its name"),
)


@contextlib.contextmanager
def told(place: str) -> Iterator[None]:
    """Raise what the database says as one of our own errors.

    Raises
    ------
    UnreachableError : it is gone or busy; the same may be tried again
    StorageError : its disk is full, it cannot be written, it is damaged
    ConflictError : a row with this key stands already, or one that is named does not
    RequestError : a value is none that the database can hold
    """
    try:
        yield
    except DataError as exc:
        raise _unheld(str(exc.orig)) from exc
    except IntegrityError as exc:
        said = f"{getattr(exc.orig, 'sqlstate', '')} {exc.orig}"
        if not any(part in said for part in _STANDS):
            raise
        raise ConflictError(
            "a record with this key stands already, or one it names does not",
            place=place,
            mend="read what stands; choose another key, or name records that stand",
        ) from exc
    except PoolTimeoutError as exc:
        raise UnreachableError("every connection is in use", place=place, mend=_BUSY) from exc
    except DBAPIError as exc:
        found = _fault_of(exc, place)
        if found is None:
            raise
        raise found from exc


@contextlib.contextmanager
def committed(place: str) -> Iterator[None]:
    """Around a commit: where the database goes away in it, nobody knows whether it was kept.

    Raises
    ------
    UnreachableError : it went away; look before the same is tried again
    """
    try:
        yield
    except DBAPIError as exc:
        state = getattr(exc.orig, "sqlstate", None) or ""
        lost = exc.connection_invalidated or "disk I/O error" in str(exc.orig)
        if lost or state.startswith(("08", "57P")):
            raise UnreachableError(
                "the database went away while it was to keep a change",
                place=place,
                mend="look whether the change stands before trying the same again",
            ) from exc
        raise


@contextlib.contextmanager
def speakable() -> Iterator[None]:
    """Around a statement: values that have no place in any database.

    Raises
    ------
    RequestError : half a surrogate pair, a number of more than 64 bits or that is none
    """
    try:
        yield
    except (OverflowError, ValueError) as exc:
        raise _unheld(str(exc)) from exc
    except StatementError as exc:
        if not isinstance(exc.orig, ValueError):
            raise
        raise _unheld(str(exc.orig)) from exc


def refuse_nul(parameters: Any) -> None:
    """Refuse text with a NUL among the parameters of a statement.

    Raises
    ------
    RequestError : there is one
    """
    for part in parameters:
        if isinstance(part, str):
            if "\0" in part:
                raise _unheld("text with a NUL character")
        elif isinstance(part, (tuple, list)):
            refuse_nul(part)


def _unheld(said: str) -> RequestError:
    return RequestError(
        f"a value that cannot be kept: {said.splitlines()[0]}",
        place="request",
        mend="leave it out or correct it",
    )


def _fault_of(exc: DBAPIError, place: str) -> RencityError | None:
    state = getattr(exc.orig, "sqlstate", None)
    if state:
        for prefix, kind, what, mend in _STATES:
            if state.startswith(prefix):
                return kind(what, place=place, mend=mend)
        return None
    said = str(exc.orig)
    for part, kind, what, mend in _SQLITE:
        if part in said:
            return kind(what, place=place, mend=mend)
    for part, kind, what, mend in _AT_THE_DOOR:
        if part in said:
            return kind(what, place=place, mend=mend)
    if exc.connection_invalidated or isinstance(exc, OperationalError | InterfaceError):
        return UnreachableError("the database does not answer", place=place, mend=_GONE)
    if isinstance(exc, DataError):
        return RequestError(f"a value no column can hold: {said}", place=place, mend="correct it")
    return None
