"""The next version of a city: one number up, the hash of the one before, and what became of ids."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from rencity.city.conform import conform
from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.city.schema import CHANGES, TABLES
from rencity.city.versions.lineage import COLUMNS, faults, no_rows
from rencity.kit.errors import CityError, InputError
from rencity.kit.findings import Finding

SHOWN = 5


def successor(
    old: City, tables: Mapping[str, pd.DataFrame], lineage: pd.DataFrame | None = None
) -> City:
    """The version of a city after `old`, in which some tables are others.

    Parameters
    ----------
    tables : by name; a table that is not given stays as it is
    lineage : columns table, old, new, change and note, one row for each pair of ids

    Raises
    ------
    CityError : the lineage leaves an id out or breaks another of its rules; it names every fault
    InputError : a table does not fit its schema
    """
    return _sealed(old, old.identity, {**old.tables, **tables}, lineage, old)


def adopted(old: City, new: City, lineage: pd.DataFrame | None = None) -> City:
    """A city that was made anew, as the version after `old`; its own identity and rasters stay.

    Raises
    ------
    CityError : it is another city, a later version already, or as `successor`
    """
    if old.identity.id != new.identity.id:
        raise CityError(
            f"the city {new.identity.id} is no version of {old.identity.id}",
            place=str(new.folder or "city.toml"),
            mend=f"give both the same id, such as --id {old.identity.id}",
        )
    if new.identity.version != 1:
        raise CityError(
            f"it is version {new.identity.version} already",
            place=str(new.folder or "city.toml"),
            mend="make the next version from a city that was newly made, or revise this one",
        )
    return _sealed(old, new.identity, dict(new.tables), lineage, new)


def _sealed(
    old: City,
    identity: Identity,
    tables: Mapping[str, pd.DataFrame],
    lineage: pd.DataFrame | None,
    rasters_of: City,
) -> City:
    rows = no_rows() if lineage is None else _rows(lineage)
    version = old.identity.version + 1
    whole = {name: conform(TABLES[name], tables.get(name), place=name) for name in TABLES}
    _refuse(faults(old, whole, rows), old)
    more = rows.assign(version=version)
    whole["lineage"] = pd.concat([old.lineage, more], ignore_index=True)
    sealed = identity.model_copy(update={"version": version, "parent": old.hash})
    return City.build(sealed, whole, folder=rasters_of.folder, fresh=rasters_of.fresh)


def _rows(lineage: pd.DataFrame) -> pd.DataFrame:
    """The lineage with every column as text."""
    unknown = [str(name) for name in lineage.columns if name not in COLUMNS]
    missing = [name for name in COLUMNS[:4] if name not in lineage]
    if unknown or missing:
        said = [f"missing {', '.join(missing)}"] if missing else []
        said += [f"unknown {', '.join(unknown)}"] if unknown else []
        raise InputError(
            f"columns {' and '.join(said)}",
            place="lineage",
            mend=f"its columns are {', '.join(COLUMNS)}",
        )
    return pd.DataFrame(
        {
            name: lineage[name].fillna("").astype("str") if name in lineage else ""
            for name in COLUMNS
        }
    ).reset_index(drop=True)


def read_lineage(path: Path) -> pd.DataFrame:
    """A lineage from a CSV file with columns table, old, new, change and, if wanted, note.

    Raises
    ------
    InputError : no such file, not CSV, or a change of an unknown kind, with its line
    """
    mend = f"write a CSV with the columns {', '.join(COLUMNS)}"
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except OSError as exc:
        raise InputError(exc.strerror or str(exc), place=str(path), mend=mend) from exc
    except ValueError as exc:  # pandas' own errors and undecodable bytes
        raise InputError(f"not CSV in UTF-8: {exc}", place=str(path), mend=mend) from exc
    if "change" in frame and (strange := ~frame["change"].isin(CHANGES)).any():
        row = int(strange.to_numpy().argmax())
        raise InputError(
            f"unknown change {frame['change'].iloc[row]!r}",
            place=f"{path}:{row + 2}",
            mend=f"use one of {', '.join(CHANGES)}",
        )
    return _rows(frame)


def _refuse(found: list[Finding], old: City) -> None:
    if not found:
        return
    shown = "; ".join(
        f"{f.what} ({f.table}: {', '.join(f.ids[:SHOWN])}{' …' if len(f.ids) > SHOWN else ''})"
        for f in found
    )
    raise CityError(shown, place=str(old.folder or old.identity.id), mend=found[0].mend)
