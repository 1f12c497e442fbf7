"""A database's faults in words a user can act on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
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


@contextlib.contextmanager
def told(place: str) -> Iterator[None]:
    """Raise what the database says as one of our own errors.

    Raises
    ------
    UnreachableError : it is gone or busy; the same may be tried again
    StorageError : its disk is full, it cannot be written, it is damaged
    ConflictError : a row with this key stands already, or one that is named does not
    RequestError : a value that no column can hold
    """
    try:
        yield
    except IntegrityError as exc:
        raise ConflictError(
            "a record with this key stands already, or one it names does not",
            place=place,
            mend="read what stands, then choose another key",
        ) from exc
    except PoolTimeoutError as exc:
        raise UnreachableError("every connection is in use", place=place, mend=_BUSY) from exc
    except DBAPIError as exc:
        found = _fault_of(exc, place)
        if found is None:
            raise
        raise found from exc


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
    if exc.connection_invalidated or isinstance(exc, OperationalError | InterfaceError):
        return UnreachableError("the database does not answer", place=place, mend=_GONE)
    if isinstance(exc, DataError):
        return RequestError(f"a value no column can hold: {said}", place=place, mend="correct it")
    return None
