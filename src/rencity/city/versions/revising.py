"""Changes to a city, applied in order to make its next version: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rencity.city.check import check
from rencity.city.conform import conform
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.city.versions.changes import (
    Add,
    Changes,
    Merge,
    Remove,
    Replace,
    Retire,
    Set,
    Split,
    Values,
    known_columns,
)
from rencity.city.versions.lineage import COLUMNS, NAMED
from rencity.city.versions.merging import merged_row
from rencity.city.versions.references import naming, references, repoint
from rencity.city.versions.rows import given_rows, shape_of, with_values
from rencity.city.versions.splitting import split_references, split_rows
from rencity.city.versions.succession import successor
from rencity.kit.errors import CityError, InputError
from rencity.kit.suggest import did_you_mean

SHOWN = 5


@dataclass(frozen=True)
class Revision:
    """What a file of changes did.

    Attributes
    ----------
    applied : operations by what they do
    followed : ids retired because they hung on others, by table
    """

    city: City
    applied: Mapping[str, int]
    followed: Mapping[str, tuple[str, ...]]


@dataclass
class _Draft:
    """Tables under change, the lineage so far, and where changes come from."""

    tables: dict[str, pd.DataFrame]
    base: Path
    place: str
    lineage: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    followed: dict[str, list[str]] = field(default_factory=dict)


def revise(
    city: City, changes: Changes, *, base: Path = Path(), place: str = "changes"
) -> Revision:
    """The next version of a city, with every change applied.

    Parameters
    ----------
    base : folder of the files that changes name
    place : what messages call the file of changes

    Raises
    ------
    InputError : a change names what is not there, or lacks what it needs
    CityError : the result breaks the rules of lineage, or has errors that the city had not
    """
    draft = _Draft(dict(city.tables), base, place)
    applied: dict[str, int] = {}
    for number, change in enumerate(changes.changes, start=1):
        draft.place = f"{place}: change {number} ({change.do})"
        note = change.note or changes.note
        _APPLY[type(change)](draft, change, note)
        applied[change.do] = applied.get(change.do, 0) + 1
    rows = pd.DataFrame(draft.lineage, columns=list(COLUMNS), dtype="str")
    made = successor(city, draft.tables, rows)
    _refuse_new_errors(city, made, place)
    return Revision(made, applied, {name: tuple(ids) for name, ids in draft.followed.items()})


def retiring(table: str, ids: Sequence[str], why: str, *, with_dependants: bool) -> Changes:
    """Changes that retire some ids and nothing else.

    Raises
    ------
    InputError : the table has no ids of its own
    """
    if table not in NAMED:
        raise InputError(
            f"no ids to retire in table {table!r}",
            place="--table",
            mend=f"use one of {', '.join(NAMED)}",
        )
    change = {
        "do": "retire",
        "table": table,
        "ids": tuple(dict.fromkeys(ids)),
        "dependants": "retire" if with_dependants else "refuse",
    }
    return Changes.model_validate({"note": why, "changes": (change,)})


def _refuse_new_errors(old: City, new: City, place: str) -> None:
    before = {(f.rule, f.table, f.field): set(f.ids) for f in check(old) if f.severity == "error"}
    worse = [
        f
        for f in check(new)
        if f.severity == "error"
        and ((f.rule, f.table, f.field) not in before
             or set(f.ids) - before[f.rule, f.table, f.field])
    ]  # fmt: skip
    if worse:
        first = worse[0]
        shown = "; ".join(f"{f.rule}: {f.what} ({', '.join(f.ids[:SHOWN])})" for f in worse[:3])
        raise CityError(f"the changes would break the city: {shown}", place=place, mend=first.mend)


def _row(draft: _Draft, table: str, name: str) -> int:
    at = np.flatnonzero(draft.tables[table]["id"].eq(name).to_numpy())
    if not len(at):
        ids = draft.tables[table]["id"]
        raise InputError(
            f"{table} has no {name!r}", place=draft.place, mend=did_you_mean(name, ids, what="id")
        )
    return int(at[0])


def _must_be_new(draft: _Draft, table: str, names: list[str]) -> None:
    there = draft.tables[table]["id"].isin(names)
    if there.any():
        raise InputError(
            f"{table} has {draft.tables[table]['id'][there].iloc[0]!r} already",
            place=draft.place,
            mend="give what is new an id of its own",
        )


def _values(draft: _Draft, table: str, values: Values) -> dict[str, list[Any]]:
    """Values of one row as columns, the geometry as a shape."""
    known_columns(table, values, draft.place)
    return {
        name: [shape_of(value, draft.place) if name == "geometry" else value]
        for name, value in values.items()
    }


def _replace(draft: _Draft, change: Replace, note: str) -> None:
    at = _row(draft, change.table, change.id)
    _must_be_new(draft, change.table, [change.by])
    frame = draft.tables[change.table]
    which = np.zeros(len(frame), dtype=bool)
    which[at] = True
    frame = frame.assign(id=frame["id"].mask(which, change.by))
    draft.tables[change.table] = with_values(
        change.table, frame, which, _values(draft, change.table, change.values)
    )
    repoint(draft.tables, change.table, {change.id: change.by})
    draft.lineage.append((change.table, change.id, change.by, "replaced", note))


def _split(draft: _Draft, change: Split, note: str) -> None:
    at = _row(draft, change.table, change.id)
    names = [part.id for part in change.parts]
    _must_be_new(draft, change.table, [name for name in names if name != change.id])
    if len(set(names)) < len(names) or (change.heir and change.heir not in names):
        raise InputError(
            f"parts {', '.join(names)} with heir {change.heir!r}: "
            "ids repeat, or the heir is none of them",
            place=draft.place,
            mend="give each part an id of its own, and name one of them as heir",
        )
    frame = draft.tables[change.table]
    given = [_values(draft, change.table, part.values) for part in change.parts]
    parts, shares = split_rows(change, frame.iloc[[at]], given, draft.place)
    others = frame.drop(index=frame.index[at])
    draft.tables[change.table] = pd.concat([others, parts], ignore_index=True)
    split_references(draft.tables, change, parts, shares, draft.place)
    draft.lineage += [(change.table, change.id, name, "split", note) for name in names]


def _merge(draft: _Draft, change: Merge, note: str) -> None:
    rows = [_row(draft, change.table, name) for name in change.ids]
    if len(set(rows)) < len(rows):
        raise InputError("an id stands twice", place=draft.place, mend="name each once")
    if change.into not in change.ids:
        _must_be_new(draft, change.table, [change.into])
    frame = draft.tables[change.table]
    given = _values(draft, change.table, change.values)
    made = merged_row(change, frame.iloc[rows], given, draft.tables, draft.place)
    others = frame.drop(index=frame.index[rows])
    draft.tables[change.table] = pd.concat([others, made], ignore_index=True)
    repoint(draft.tables, change.table, dict.fromkeys(change.ids, change.into))
    draft.lineage += [(change.table, name, change.into, "merged", note) for name in change.ids]
    links = draft.tables["links"]
    loops = links.loc[links["start"].eq(links["end"]) & links["start"].eq(change.into), "id"]
    if change.table == "assets" and len(loops):
        _drop(draft, "links", set(loops), f"both ends merged into {change.into}", follows=True)


def _retire(draft: _Draft, change: Retire, note: str) -> None:
    for name in change.ids:
        _row(draft, change.table, name)
    ids = set(change.ids)
    hang = naming(draft.tables, change.table, ids)
    if hang and change.dependants == "refuse":
        said = ", ".join(f"{n} in {name}" for name, n in hang.items())
        raise InputError(
            f"other rows name {', '.join(sorted(ids)[:SHOWN])}: {said}",
            place=draft.place,
            mend='change those first, or say dependants = "retire" (--with-dependants)',
        )
    _drop(draft, change.table, ids, note, follows=False)


def _drop(draft: _Draft, table: str, ids: set[str], note: str, *, follows: bool) -> None:
    """Take rows out, and what hangs on them; places move to the zone above."""
    frame = draft.tables[table]
    gone = frame["id"].isin(ids).to_numpy()
    own = set(frame.loc[gone, "asset"]) - {""} if table == "links" else set()
    up = dict(zip(frame["id"], frame["parent"], strict=True)) if table == "zones" else {}
    draft.tables[table] = frame[~gone]
    draft.lineage += [(table, name, "", "retired", note) for name in sorted(frame["id"][gone])]
    if follows and gone.any():
        draft.followed.setdefault(table, []).extend(sorted(frame["id"][gone]))
    for reference in references(table):
        other = draft.tables[reference.table]
        hit = other[reference.column].isin(ids)
        if not hit.any():
            continue
        if not reference.vital:
            above = other[reference.column].map(lambda i, up=up: _above(up, i, ids))
            draft.tables[reference.table] = other.assign(
                **{reference.column: other[reference.column].mask(hit, above)}
            )
        elif "id" in other:
            _drop(draft, reference.table, set(other.loc[hit, "id"]), _with(note), follows=True)
        else:
            draft.tables[reference.table] = other[~hit]
    left = set(draft.tables["links"]["asset"])
    if own - left:
        _drop(draft, "assets", own - left, _with(note), follows=True)


def _above(up: Mapping[str, str], name: str, gone: set[str]) -> str:
    """The nearest zone above that stays; empty where there is none."""
    for _ in range(len(up)):
        if name not in gone:
            break
        name = up.get(name, "")
    return name if name not in gone else ""


def _with(note: str) -> str:
    return note if note.endswith("(follows)") else f"{note} (follows)".strip()


def _add(draft: _Draft, change: Add, note: str) -> None:  # noqa: ARG001 - one form for all
    frame = given_rows(change, draft.base, draft.place)
    table = TABLES[change.table]
    _standing(draft, change.table, frame, wanted=False)
    if table.geometry and "geometry" not in frame:
        frame = frame.assign(geometry=None)
    made = conform(table, frame, place=draft.place)
    draft.tables[change.table] = pd.concat([draft.tables[change.table], made], ignore_index=True)


def _set(draft: _Draft, change: Set, note: str) -> None:  # noqa: ARG001 - one form for all
    frame = given_rows(change, draft.base, draft.place)
    at = _standing(draft, change.table, frame, wanted=True)
    key = TABLES[change.table].key
    table = draft.tables[change.table]
    for column in [name for name in frame.columns if name not in key]:
        there = frame[column].notna().to_numpy()
        which = np.zeros(len(table), dtype=bool)
        which[at[there]] = True
        order = np.argsort(at[there])
        values = frame[column][there].to_numpy(dtype=object)[order].tolist()
        table = with_values(change.table, table, which, {column: values})
    draft.tables[change.table] = conform(TABLES[change.table], table, place=draft.place)


def _remove(draft: _Draft, change: Remove, note: str) -> None:  # noqa: ARG001 - one form for all
    table = TABLES[change.table]
    frame = pd.DataFrame(list(change.rows))
    if set(frame.columns) != set(table.key):
        raise InputError(
            f"remove: rows name {', '.join(map(str, frame.columns))}",
            place=draft.place,
            mend=f"name {' and '.join(table.key)} of each row",
        )
    at = _standing(draft, change.table, frame, wanted=True)
    held = draft.tables[change.table]
    draft.tables[change.table] = held.drop(index=held.index[at])


def _standing(
    draft: _Draft, name: str, frame: pd.DataFrame, *, wanted: bool
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Where the rows stand in their table; refuse those that do not, or, if not wanted, do."""
    key = list(TABLES[name].key)
    ours = pd.MultiIndex.from_frame(draft.tables[name][key].astype(str))
    theirs = pd.MultiIndex.from_frame(frame[key].astype(str))
    if theirs.has_duplicates:
        twice = theirs[theirs.duplicated()][0]
        raise InputError(
            f"{name}: {' + '.join(twice)} stands twice", place=draft.place, mend="name it once"
        )
    at = ours.get_indexer(theirs)
    wrong = (at < 0) if wanted else (at >= 0)
    if wrong.any():
        first = " + ".join(theirs[int(wrong.argmax())])
        said = "is not there" if wanted else "is there already"
        mend = "correct the key" if wanted else "set its values, or give it another id"
        raise InputError(f"{name}: {first} {said}", place=draft.place, mend=mend)
    return at


_APPLY: dict[type, Any] = {
    Replace: _replace,
    Split: _split,
    Merge: _merge,
    Retire: _retire,
    Add: _add,
    Set: _set,
    Remove: _remove,
}
