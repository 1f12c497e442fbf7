"""Files go after the record that named them is gone for good; a second time does no harm."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rencity.db.outbox import Handler, News
from rencity.db.store import Store, Transaction
from rencity.journal import reading
from rencity.kit.files import storage_error
from rencity.registry.places import Places
from rencity.registry.store import cities, city_versions, runs, uploads

OLD = timedelta(days=1)
"""Longest time that a file may take from its first byte to its record."""
CLEARING = "clearing"
"""Held by who clears: two at once would each take the other for a backup."""
TOPICS = frozenset({"run.remove", "city_version.remove", "upload.remove"})


def leaving(places: Places) -> Handler:
    """The handler that clears a data folder."""

    def handle(tx: Transaction, news: News) -> None:
        kind = news.topic.partition(".")[0]
        tx.hold(CLEARING)
        # one of the same id may be on its way in again
        if kind != "upload":
            tx.hold(f"{kind.removesuffix('_version')}/{news.subject.partition('@')[0]}")
        with places.cleared():
            _clear_of(tx, places, kind, news.subject)

    return Handler("leaving", TOPICS, handle)


def sweep(store: Store, places: Places) -> int:
    """Remove files that no record names: of uploads that broke off or were never acknowledged.

    Only what is older than `OLD` goes: younger ones may be on their way in. How many.

    Raises
    ------
    UnreachableError : the database is gone, or a backup reads the files
    """
    last = (store.now() - OLD).timestamp()
    with store.reading() as connection:
        named = set(connection.execute(sa.select(uploads.table.c.sha256)).scalars())
    stray = [path for path in places.uploads.iterdir() if path.name not in named]
    return sum(_swept(store, places, path, last) for path in stray)


def _swept(store: Store, places: Places, path: Path, last: float) -> bool:
    """Remove one file, unless it has come in again meanwhile."""
    with store.writing("system:leaving") as tx:
        tx.hold(CLEARING)
        tx.hold(f"upload {path.name}")
        if tx.execute(_naming(path.name)).first() is not None:
            return False
        with places.cleared():
            return _unlinked(path, last)


def _unlinked(path: Path, last: float) -> bool:
    try:
        if path.stat().st_mtime >= last:
            return False
        path.unlink()
    except FileNotFoundError:  # it came to its place, or its caller broke off
        return False
    return True


def _naming(sha256: str) -> sa.Select[Any]:
    return sa.select(sa.literal(1)).where(uploads.table.c.sha256 == sha256).limit(1)


def _clear_of(tx: Transaction, places: Places, kind: str, subject: str) -> None:
    if kind == "run" and runs.find(tx, subject) is None:
        _clear(places.run(subject))
    elif kind == "city_version" and city_versions.find(tx, subject) is None:
        city, _, number = subject.rpartition("@")
        _clear(places.city(city, int(number)))
        if cities.find(tx, city) is None:
            _clear_empty(places.cities / city)
    elif kind == "upload":
        _clear_upload(tx, places, subject)


def _clear_upload(tx: Transaction, places: Places, key: str) -> None:
    """Remove the bytes unless another record names the same."""
    told = reading.history(tx, "upload", key)
    before = reading.folded(entry for entry in told if entry.verb != "remove")
    if before is None:
        return
    sha256 = before["sha256"]
    tx.hold(f"upload {sha256}")  # the same file may be on its way in again
    if tx.execute(_naming(sha256)).first() is None:
        places.upload(sha256).unlink(missing_ok=True)


def _clear(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as exc:
        raise storage_error(exc, folder) from exc


def _clear_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
