"""What differs between two versions of a city: rows, values, and what the lineage explains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.city.versions.lineage import NAMED
from rencity.kit.findings import Finding

EXAMPLES = 3
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Version:
    """One side: which version of which city, by its values."""

    id: str
    name: str
    version: int
    hash: str

    @classmethod
    def of(cls, city: City) -> Version:
        """That of a city."""
        identity = city.identity
        return cls(identity.id, identity.name, identity.version, city.hash)


@dataclass(frozen=True)
class ColumnChange:
    """Values of one column that differ in rows both versions have.

    Attributes
    ----------
    count : rows
    examples : (key, old value, new value) of the first few
    """

    count: int
    examples: tuple[tuple[str, object, object], ...]


@dataclass(frozen=True)
class TableChange:
    """What differs in one table; keys of several columns are joined by a slash.

    Attributes
    ----------
    changed : rows in both with any other value
    orphans : removed ids that no lineage explains
    """

    rows: tuple[int, int]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: int
    columns: Mapping[str, ColumnChange]
    orphans: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing that happened to ids, as the lineage has it."""

    version: int
    table: str
    change: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Diff:
    """What differs from an old to a new version.

    Attributes
    ----------
    identity : entries of `city.toml` that differ, old and new
    tables : those that differ
    rasters : name -> added, removed or changed
    lineage : what happened in between
    findings : removals that nothing explains, and versions that are not in one line
    """

    old: Version
    new: Version
    identity: Mapping[str, tuple[object, object]]
    tables: Mapping[str, TableChange]
    rasters: Mapping[str, str]
    lineage: tuple[Step, ...]
    findings: tuple[Finding, ...]

    @property
    def same(self) -> bool:
        """Whether no value differs."""
        return self.old.hash == self.new.hash


def diff(old: City, new: City) -> Diff:
    """Compare two cities value by value; rows are told by their keys."""
    rows = _between(old, new)
    tables = {}
    for name in TABLES:
        if name == "lineage":
            continue
        change = _table(name, old.tables[name], new.tables[name], rows)
        if change is not None:
            tables[name] = change
    return Diff(
        Version.of(old),
        Version.of(new),
        _identity(old.identity, new.identity),
        tables,
        _rasters(old.identity, new.identity),
        _steps(rows),
        (*_in_line(old, new), *_orphans(tables, old)),
    )


def _between(old: City, new: City) -> pd.DataFrame:
    """The lineage from the old version to the new."""
    low, high = old.identity.version, new.identity.version
    rows = new.lineage
    return rows[rows["version"].gt(low) & rows["version"].le(high)]


def _table(
    name: str, old: pd.DataFrame, new: pd.DataFrame, lineage: pd.DataFrame
) -> TableChange | None:
    key = list(TABLES[name].key)
    before, after = _index(old, key), _index(new, key)
    unique = before.drop_duplicates()
    first = np.flatnonzero(~before.duplicated())
    slot = unique.get_indexer(after)
    at = np.where(slot >= 0, first[slot] if len(first) else -1, -1)
    left = np.ones(len(unique), dtype=bool)
    left[slot[slot >= 0]] = False
    added = _keys(new, key, at < 0)
    removed = _keys(old, key, first[left])
    both = np.flatnonzero(at >= 0)
    changed, columns = _columns(name, old, new, at[both], both)
    if not (added or removed or columns):
        return None
    orphans: tuple[str, ...] = ()
    if name in NAMED:
        said = set(lineage.loc[lineage["table"].eq(name), "old"])
        orphans = tuple(i for i in removed if i not in said)
    return TableChange((len(old), len(new)), added, removed, changed, columns, orphans)


def _index(frame: pd.DataFrame, key: list[str]) -> pd.Index:
    if len(key) == 1:
        return pd.Index(frame[key[0]].to_numpy(dtype=object), dtype=object)
    return pd.MultiIndex.from_frame(frame[key])


def _keys(frame: pd.DataFrame, key: list[str], which: Mask | Rows) -> tuple[str, ...]:
    part = frame.loc[which, key] if which.dtype == bool else frame.iloc[which][key]
    columns = [part[name].astype(str).tolist() for name in key]
    return tuple("/".join(values) for values in zip(*columns, strict=True))


def _columns(
    name: str, old: pd.DataFrame, new: pd.DataFrame, a: Rows, b: Rows
) -> tuple[int, dict[str, ColumnChange]]:
    """How many of the paired rows differ, and in which columns."""
    table = TABLES[name]
    found: dict[str, ColumnChange] = {}
    any_ = np.zeros(len(a), dtype=bool)
    for column in table.columns:
        if column in table.key:
            continue
        differs = differ(old[column], new[column], a, b)
        if not differs.any():
            continue
        any_ |= differs
        some = np.flatnonzero(differs)[:EXAMPLES]
        keys = _keys(new, list(table.key), b[some])
        left, right = old[column].iloc[a[some]], new[column].iloc[b[some]]
        values = zip(keys, map(_plain, left), map(_plain, right), strict=True)
        found[column] = ColumnChange(int(differs.sum()), tuple(values))
    return int(any_.sum()), found


def differ(old: pd.Series, new: pd.Series, a: Rows, b: Rows) -> Mask:
    """Whether values of paired rows differ; a missing value is as another."""
    if isinstance(old, gpd.GeoSeries):
        left, right = shapely.to_wkb(old.to_numpy()[a]), shapely.to_wkb(new.to_numpy()[b])
        return np.asarray(left != right, dtype=bool)
    left, right = old.to_numpy()[a], new.to_numpy()[b]
    missing = pd.isna(left) & pd.isna(right)
    return np.asarray((left != right) & ~missing, dtype=bool)


def _plain(value: Any) -> object:
    """A value for JSON; a shape as its kind, place and size in degrees."""
    if isinstance(value, shapely.Geometry):
        if value.is_empty:
            return f"{value.geom_type} empty"
        centre = value.centroid
        points = shapely.get_num_coordinates(value)
        return f"{value.geom_type} of {points} points about {centre.x:.5f} {centre.y:.5f}"
    if isinstance(value, np.generic):
        value = value.item()
    return None if pd.isna(value) else value


_APART = ("imports", "rasters", "parent")


def _identity(old: Identity, new: Identity) -> dict[str, tuple[object, object]]:
    a, b = old.model_dump(mode="json"), new.model_dump(mode="json")
    return {key: (a[key], b[key]) for key in a if key not in _APART and a[key] != b[key]}


def _rasters(old: Identity, new: Identity) -> dict[str, str]:
    a = {raster.name: raster.sha256 for raster in old.rasters}
    b = {raster.name: raster.sha256 for raster in new.rasters}
    made = dict.fromkeys(sorted(set(b) - set(a)), "added")
    made |= dict.fromkeys(sorted(set(a) - set(b)), "removed")
    return made | {name: "changed" for name in sorted(set(a) & set(b)) if a[name] != b[name]}


def _steps(rows: pd.DataFrame) -> tuple[Step, ...]:
    """Rows of the lineage as what happened: mergers by heir, splits by origin."""
    steps: list[Step] = []
    for by, kinds in (("new", ("merged",)), ("old", ("replaced", "split", "retired"))):
        part = rows[rows["change"].isin(kinds)]
        for (version, table, change, _), group in part.groupby(
            ["version", "table", "change", by], sort=True
        ):
            new = tuple(i for i in dict.fromkeys(group["new"]) if i)
            notes = "; ".join(dict.fromkeys(n for n in group["note"] if n))
            old = tuple(dict.fromkeys(group["old"]))
            steps.append(Step(int(version), table, change, old, new, notes))
    return tuple(sorted(steps, key=lambda s: (s.version, s.table, s.change, s.old)))


def _in_line(old: City, new: City) -> list[Finding]:
    """Whether the new version comes after the old one."""
    a, b = old.identity, new.identity
    said = ""
    if a.id != b.id:
        said = f"{b.id} is another city than {a.id}"
    elif b.version < a.version:
        said = f"version {b.version} is older than version {a.version}"
    elif b.version == a.version and old.hash != new.hash:
        said = f"both are version {a.version}, with other values"
    elif b.version == a.version + 1 and b.parent != old.hash:
        said = f"version {b.version} was made from other values of version {a.version}"
    if not said:
        return []
    mend = "compare a version with one made from it, or read the differences as those of drafts"
    return [Finding("not-in-line", "warning", said, mend, table="city.toml", field="version")]


def _orphans(tables: Mapping[str, TableChange], old: City) -> list[Finding]:
    found = []
    for name, change in tables.items():
        if not change.orphans:
            continue
        frame = old.tables[name]
        guessed = set(frame.loc[frame["origin"].eq("inferred"), "id"])
        hard = tuple(i for i in change.orphans if i not in guessed)
        soft = tuple(i for i in change.orphans if i in guessed)
        if hard:
            found.append(
                Finding(
                    "orphan-removal",
                    "error",
                    f"{len(hard)} ids are gone and the lineage does not say why",
                    "say what became of them: rencity city version DIR --from OLD --lineage FILE",
                    table=name,
                    field="id",
                    ids=hard,
                )
            )
        if soft:
            found.append(
                Finding(
                    "guess-gone",
                    "note",
                    f"{len(soft)} inferred rows are gone",
                    "nothing to do: guesses need no lineage",
                    table=name,
                    field="id",
                    ids=soft,
                )
            )
    return found
