"""What an attempt made, put in its place and entered with the end of its job.

The folder is put in place by links to files that stay with the job until the end is durable: an
attempt killed between the two has lost nothing, and the next one does just this again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rencity.atlas.tiles import map_folder
from rencity.city.model import City
from rencity.db.store import Transaction
from rencity.jobs import attempts
from rencity.jobs.context import Context, Made
from rencity.journal.records import Row
from rencity.kit.errors import ConflictError
from rencity.kit.files import staged_folder, write_bytes
from rencity.registry import cities as registry_cities
from rencity.registry.cities import folder_of
from rencity.registry.places import Places
from rencity.registry.store import cities, city_versions, runs

MADE = "made.json"


class OvertakenError(ConflictError):
    """The city went on to another version while the next one was made."""


def note(context: Context, made: Made) -> None:
    """Note what was made, so that no attempt makes it again."""
    text = json.dumps(asdict(made), ensure_ascii=False, allow_nan=False)
    write_bytes(context.work / MADE, text.encode())


def noted(context: Context) -> Made | None:
    """What an earlier attempt made; None where there is nothing whole."""
    path = context.work / MADE
    if not path.exists() or not context.result.is_dir():
        return None
    return Made(**json.loads(path.read_text("utf-8")))


def forget(context: Context) -> None:
    """Forget what was made, so that it is made again."""
    (context.work / MADE).unlink(missing_ok=True)
    shutil.rmtree(context.result, ignore_errors=True)


def entering(context: Context, made: Made) -> Callable[[Transaction], Row]:
    """What is done in the transaction that ends the job.

    Raises
    ------
    SupersededError : the job is no longer this attempt's
    OvertakenError : the city went on meanwhile
    AbsentError : the city of a map is gone by now
    ConflictError : a city to be made stands by now
    StorageError : the disk refused it
    """
    job = context.job
    city = _opened(context.result) if made.place == "city" else None

    def enter(tx: Transaction) -> Row:
        attempts.own(tx, job["id"], job["attempt"])
        if city is not None:
            where = _enter_city(tx, context, made, city)
        elif made.place == "map":
            where = _enter_map(tx, context, made)
        elif made.place == "run":
            where = _enter_run(tx, context, made)
        else:
            where = _enter_pages(context)
        return attempts.done(tx, job["id"], job["attempt"], {**where, **made.outcome})

    return enter


def _opened(folder: Path) -> City:
    """The city with its hash, which takes longer than a transaction should."""
    city = City.open(folder)
    _ = city.hash
    return city


def _enter_run(tx: Transaction, context: Context, made: Made) -> Mapping[str, Any]:
    key = context.job["id"]
    tx.hold(f"run/{key}")
    _link(context.result, context.places.run(key))
    runs.create(tx, key, {**made.said, "job": key, "at": tx.at, "note": ""})
    return {"run": key}


def _enter_pages(context: Context) -> Mapping[str, Any]:
    _link(context.result, pages_of(context.places, context.job["id"]))
    return {"report": context.job["id"]}


def _enter_map(tx: Transaction, context: Context, made: Made) -> Mapping[str, Any]:
    key, version = made.said["city"], made.said["version"]
    tx.hold(f"city/{key}")
    folder = folder_of(cities.get(tx, key), context.places, version)
    held = registry_cities.version_of(tx, key, version)
    if held["hash"] != made.said["hash"]:  # removed, and another took its name
        raise ConflictError(
            "another city stands there by now", place=f"city/{key}", mend="ask for its map"
        )
    _link(context.result, map_folder(folder, held["hash"]))
    return {"city": key, "version": version}


def _enter_city(tx: Transaction, context: Context, made: Made, city: City) -> Mapping[str, Any]:
    key, base = made.said["city"], made.said["base"]
    number = registry_cities.next_number(tx, key)
    if number != base + 1:
        raise _overtaken(key, base, number - 1)
    if base and _same(tx, key, base, city):
        return {"city": key, "version": base}
    _link(context.result, context.places.city(key, number))
    registry_cities.enter(tx, city, number, job=context.job["id"])
    return {"city": key, "version": number}


def _same(tx: Transaction, key: str, number: int, city: City) -> bool:
    held = city_versions.get(tx, registry_cities.version_id(key, number))
    return bool(held["hash"] == city.hash)


def _overtaken(key: str, base: int, current: int) -> ConflictError:
    if base == 0:
        return ConflictError(
            f"a city {key!r} was made meanwhile",
            place=f"city/{key}",
            mend="choose another id, or import into it",
        )
    return OvertakenError(
        f"it went on from version {base} to {current} meanwhile",
        place=f"city/{key}",
        mend="retry the job: it begins from the version in force",
    )


def pages_of(places: Places, job: str) -> Path:
    """Folder of the pages that a job wrote."""
    return places.reports / job


def _link(source: Path, target: Path) -> None:
    """Put a folder in its place, whole or not at all, without copying what a link can hold."""
    with staged_folder(target, replace=True) as stage:
        shutil.copytree(source, stage, dirs_exist_ok=True, copy_function=_linked)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a disk without links
        shutil.copy2(source, target)
