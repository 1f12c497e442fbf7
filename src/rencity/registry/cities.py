"""Cities a server knows: registered from folders, one folder for each version."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy import func, select

from rencity.city.model import City
from rencity.db.store import Reader, Transaction
from rencity.journal.records import Row
from rencity.kit.errors import ConflictError, RequestError
from rencity.kit.files import staged_folder
from rencity.registry.places import Places
from rencity.registry.store import cities, city_versions, runs

COUNTED = ("zones", "assets", "links", "needs", "serves", "buildings")


def version_id(city: str, number: int) -> str:
    """The id of one version of a city."""
    return f"{city}@{number}"


def version_of(reader: Reader, city: str, number: int) -> Row:
    """The record of one version of a city.

    Raises
    ------
    AbsentError : there is none
    """
    return city_versions.get(reader, version_id(city, number))


def next_number(tx: Transaction, city: str) -> int:
    """The number of the version that comes next; nobody else is given it until `tx` ends."""
    tx.hold(f"city/{city}")
    row = cities.find(tx, city)
    return 1 if row is None else int(row["current"]) + 1


def take_in(tx: Transaction, places: Places, folder: Path, *, job: str = "") -> Row:
    """Copy a city folder into the data folder as the next version of its city; the city's record.

    The same content again changes nothing.

    Raises
    ------
    CityError, InputError : the folder holds no sound city
    StorageError : the disk refused it
    """
    city = City.open(folder)
    number = next_number(tx, city.identity.id)
    if number > 1:
        held = city_versions.get(tx, version_id(city.identity.id, number - 1))
        if held["hash"] == city.hash:
            return cities.get(tx, city.identity.id)
    target = places.city(city.identity.id, number)
    # without the transaction's end nothing names this folder, and the next attempt replaces it
    with staged_folder(target, replace=True) as stage:
        shutil.copytree(folder, stage, dirs_exist_ok=True, ignore=_caches)
    return enter(tx, city, number, job=job)


def enter(tx: Transaction, city: City, number: int, *, job: str = "") -> Row:
    """Make a version that lies in its place the one in force; the city's record."""
    identity = city.identity
    parent = ""
    if number > 1:
        parent = city_versions.get(tx, version_id(identity.id, number - 1))["hash"]
    city_versions.create(
        tx,
        version_id(identity.id, number),
        {
            "city": identity.id,
            "number": number,
            "hash": city.hash,
            "parent": parent,
            "job": job,
            "counts": {name: len(city.tables[name]) for name in COUNTED},
            "at": tx.at,
        },
    )
    said = {
        "name": identity.name,
        "name_en": identity.name_en,
        "code": identity.code,
        "time_zone": identity.time_zone,
        "current": number,
    }
    if number == 1:
        return cities.create(tx, identity.id, {**said, "note": ""})
    return cities.change(tx, identity.id, said)


def remove(tx: Transaction, city: str, *, version: int | None, why: str) -> Row:
    """Remove a city and all its versions; its folders go once that is durable.

    Raises
    ------
    AbsentError, StaleError : as `rencity.journal.records.Records.remove`
    ConflictError : runs still lean on it
    """
    count = tx.execute(
        select(func.count()).select_from(runs.table).where(runs.table.c.city == city)
    ).scalar_one()
    if count:
        raise ConflictError(
            f"{count} runs lean on it", place=f"city/{city}", mend="remove those runs first"
        )
    row = cities.remove(tx, city, version=version, why=why)
    for number in range(1, row["current"] + 1):
        if city_versions.find(tx, version_id(city, number)) is not None:
            city_versions.remove(tx, version_id(city, number), why=why)
    return row


def folder_of(row: Row, places: Places, number: int | None = None) -> Path:
    """The folder of a version of a city; of the one in force where none is named.

    Raises
    ------
    RequestError : there is no such version
    """
    wanted = row["current"] if number is None else number
    folder = places.city(row["id"], wanted)
    if not 1 <= wanted <= row["current"] or not folder.is_dir():
        raise RequestError(
            f"{row['id']} has no version {wanted}",
            place=f"city/{row['id']}",
            mend=f"give a version from 1 to {row['current']}",
        )
    return folder


def _caches(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(".")]
