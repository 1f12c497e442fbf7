"""Files of the data folder: those that the records of a snapshot name, each copied once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.backup.dumping import Digesting
from rencity.backup.manifest import File
from rencity.kit.errors import StorageError
from rencity.kit.files import storage_error
from rencity.registry.places import Places
from rencity.registry.store import city_versions, runs, uploads

PART = 1 << 20


@dataclass(frozen=True)
class Named:
    """A file or folder that a record names.

    Attributes
    ----------
    record : ``kind/id`` of the record
    path : where it lies
    """

    record: str
    path: Path


def named_by(connection: Connection, places: Places) -> list[Named]:
    """What the records of a snapshot name: versions of cities, runs, uploads."""
    versions, handed = city_versions.table.c, uploads.table.c
    found = [
        Named(f"city_version/{key}", places.city(city, number))
        for key, city, number in connection.execute(
            sa.select(versions.id, versions.city, versions.number).order_by(versions.id)
        )
    ]
    made = connection.execute(sa.select(runs.table.c.id).order_by(runs.table.c.id)).scalars()
    found += [Named(f"run/{key}", places.run(key)) for key in made]
    files = connection.execute(sa.select(handed.id, handed.sha256).order_by(handed.id))
    return found + [Named(f"upload/{key}", places.upload(sha256)) for key, sha256 in files]


def files_under(top: Path) -> Iterator[Path]:
    """Every file at or below a place, in order; what has a name with a dot is in the making.

    Raises
    ------
    StorageError : a link, which could lead anywhere, or a thing that is no file
    FileNotFoundError : there is nothing
    """
    mode = top.lstat().st_mode
    if stat.S_ISREG(mode):
        yield top
    elif stat.S_ISDIR(mode):
        for name in sorted(os.listdir(top)):  # noqa: PTH208 - names alone
            if not name.startswith("."):
                yield from files_under(top / name)
    else:
        raise StorageError(
            "is a link or no file, which a backup cannot hold",
            place=str(top),
            mend="put the file itself there",
        )


def keep(source: Path, folder: Path, target: Path) -> File:
    """Copy a file of the data folder into a backup; what the manifest says of it.

    Raises
    ------
    FileNotFoundError : it is gone
    StorageError : the disk refused it
    """
    path = source.relative_to(folder).as_posix()
    placed = target / path
    reading = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        with os.fdopen(reading, "rb") as file:
            placed.parent.mkdir(parents=True, exist_ok=True)
            with placed.open("xb") as raw:
                out = Digesting(raw)
                while part := file.read(PART):
                    out.write(part)
    except OSError as exc:
        raise storage_error(exc, placed) from exc
    return File(path=path, bytes=out.bytes, sha256=out.sha256)
