"""New rows into a city: nothing doubles, nothing is overwritten, guesses give way."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.conform import conform
from rencity.city.marks import MARKED, markable, marked, silent, unmark
from rencity.city.model import City
from rencity.city.readers.ledger import Part
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError

Mask = npt.NDArray[np.bool_]


def merge(city: City, part: Part, *, place: str) -> tuple[City, dict[str, int], dict[str, int]]:
    """The city with the part's rows; rows that stand there already are not doubled.

    Returns
    -------
    The city, rows added and rows that stood there already, by table.

    Raises
    ------
    InputError : a key stands in the city with other values
    """
    more = City.build(city.identity, part.tables)
    tables: dict[str, pd.DataFrame] = {}
    added: dict[str, int] = {}
    same: dict[str, int] = {}
    for name in TABLES:
        ours, theirs = city.tables[name], more.tables[name]
        if not len(theirs):
            continue
        _no_twice(name, theirs, place)
        fresh = _fresh(name, ours, theirs, place)
        added[name], same[name] = int(fresh.sum()), int((~fresh).sum())
        tables[name] = _stacked(ours, theirs[fresh])
    return city.replace(**tables), added, same


def _stacked(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    if not len(ours) or not len(theirs):
        return ours if len(ours) else theirs
    return pd.concat([ours, theirs], ignore_index=True)


def _no_twice(name: str, theirs: pd.DataFrame, place: str) -> None:
    key = list(TABLES[name].key)
    twice = theirs[theirs.duplicated(key)]
    if len(twice):
        raise InputError(
            f"{name}: {_key_text(twice, key)} stands twice", place=place, mend="make ids unique"
        )


def _key_text(frame: pd.DataFrame, key: list[str]) -> str:
    return " + ".join(str(frame.iloc[0][name]) for name in key)


def _fresh(name: str, ours: pd.DataFrame, theirs: pd.DataFrame, place: str) -> Mask:
    key = list(TABLES[name].key)
    where = pd.MultiIndex.from_frame(ours[key]).get_indexer(pd.MultiIndex.from_frame(theirs[key]))
    known = where >= 0
    for column in TABLES[name].columns:
        a, b = ours.iloc[where[known]][column], theirs[known][column]
        if column == "inferred":
            continue
        differs = ~_same(a, b)
        if differs.any() and _is_markable(name, column):  # a rule filled it since
            guessed = marked(ours.iloc[where[known]], column)
            differs &= ~(guessed & silent(TABLES[name].attribute(column), b))
        if differs.any():
            i = int(np.flatnonzero(differs)[0])
            raise InputError(
                f"{name}: {_key_text(theirs[known].iloc[[i]], key)} is in the city already with "
                f"{column} {_shown(a.iloc[i])}, here {_shown(b.iloc[i])}",
                place=place,
                mend="give the new rows other ids (a template in the mapping), or leave them out",
            )
    return np.asarray(~known)


def _same(a: pd.Series, b: pd.Series) -> Mask:
    if isinstance(a, gpd.GeoSeries):
        left, right = shapely.to_wkb(a.values), shapely.to_wkb(b.values)
        return np.array([x == y for x, y in zip(left, right, strict=True)], dtype=bool)
    left, right = a.to_numpy(), b.to_numpy()
    return np.asarray((left == right) | (pd.isna(left) & pd.isna(right)), dtype=bool)


def _shown(value: object) -> str:
    return repr(value) if not isinstance(value, shapely.Geometry) else value.wkt[:60]


def _is_markable(name: str, column: str) -> bool:
    return name in MARKED and any(a.name == column for a in markable(TABLES[name]))


def without_overruled(city: City, tables: Mapping[str, pd.DataFrame]) -> tuple[City, int]:
    """Without what was inferred and `tables` say themselves, and how many rows and values it was.

    A need is told by asset and lifeline, a serve by zone and lifeline, a value by its row. What
    was inferred by the same rule that stands in `tables` is no news and stays. Cells of a zone
    give way to zones that `tables` put in it.
    """
    city, cells = without_cells(city, _parents(tables.get("zones")))
    city, values = _with_values(city, tables)
    city, rows = _without_rows(city, tables)
    return city, cells + values + rows


def _parents(zones: pd.DataFrame | None) -> set[str]:
    if zones is None or "parent" not in zones:
        return set()
    said = zones[zones["origin"].ne("inferred")] if "origin" in zones else zones
    return set(said["parent"].dropna().astype(str)) - {""}


def without_cells(city: City, parents: Collection[str]) -> tuple[City, int]:
    """Without the inferred grid cells of those zones, what was inferred of them, and the count.

    Raises
    ------
    InputError : a row that is not inferred names one of the cells
    """
    zones = city.zones
    gone = zones["origin"].eq("inferred") & zones["level"].eq("grid")
    gone &= zones["parent"].isin(list(parents))
    if not gone.any():
        return city, 0
    cells = set(zones.loc[gone, "id"])
    tables: dict[str, pd.DataFrame] = {"zones": zones[~gone]}
    for name in ("serves", "demands"):
        frame = city.tables[name]
        at = frame["zone"].isin(cells)
        _only_inferred(name, frame[at & frame["origin"].ne("inferred")])
        tables[name] = frame[~at]
    for end in ("start", "end"):
        _only_inferred("od", city.od[city.od[end].isin(cells)], end)
    for name in ("assets", "buildings"):
        frame = city.tables[name]
        at = frame["zone"].isin(cells).to_numpy()
        _only_inferred(name, frame[at & ~marked(frame, "zone")])
        tables[name] = unmark(frame.assign(zone=frame["zone"].mask(at, "")), "zone", at)
    return city.replace(**tables), int(gone.sum())


def _only_inferred(name: str, rows: pd.DataFrame, column: str = "zone") -> None:
    if len(rows):
        raise InputError(
            f"{name}: {_key_text(rows, list(TABLES[name].key))} names the grid cell "
            f"{rows[column].iloc[0]}, which would give way to zones of a source",
            mend="let it name the zone that holds the cell, or leave the zones out",
        )


def _with_values(city: City, tables: Mapping[str, pd.DataFrame]) -> tuple[City, int]:
    """With what `tables` say in place of the values that rules filled in."""
    changed: dict[str, pd.DataFrame] = {}
    count = 0
    for name in set(tables) & set(MARKED):
        ours = city.tables[name]
        if not ours["inferred"].ne("").any():
            continue
        key = list(TABLES[name].key)
        theirs = conform(TABLES[name], tables[name], place=name).drop_duplicates(key)
        where = pd.MultiIndex.from_frame(theirs[key])
        at = where.get_indexer(pd.MultiIndex.from_frame(ours[key]))
        for attribute in markable(TABLES[name]):
            column = attribute.name
            guessed = np.flatnonzero(marked(ours, column) & (at >= 0))
            said = theirs[column].iloc[at[guessed]]
            told = guessed[~silent(attribute, said) & ~marked(theirs, column)[at[guessed]]]
            if not len(told):
                continue
            values = ours[column].to_numpy(dtype=object, copy=True)
            values[told] = theirs[column].iloc[at[told]].to_numpy(dtype=object)
            which = np.zeros(len(ours), dtype=bool)
            which[told] = True
            ours = unmark(ours.assign(**{column: values}), column, which)
            count += len(told)
            changed[name] = ours
    return (city.replace(**changed) if changed else city), count


def _without_rows(city: City, tables: Mapping[str, pd.DataFrame]) -> tuple[City, int]:
    groups = city.need_groups
    lost = _overruled(groups, tables.get("need_groups"), ["asset", "lifeline"])
    ids = set(groups["id"][lost])
    frames = [f[["id", "lifeline"]] for f in (city.assets, tables.get("assets")) if f is not None]
    lifeline = pd.concat(frames).drop_duplicates("id").set_index("id")["lifeline"]
    serves, more = city.serves, tables.get("serves")
    gone = _overruled(
        serves.assign(lifeline=serves["asset"].map(lifeline)),
        None if more is None else more.assign(lifeline=more["asset"].map(lifeline)),
        ["zone", "lifeline"],
    )
    if not lost.any() and not gone.any():
        return city, 0
    kept = city.replace(
        need_groups=groups[~lost],
        needs=city.needs[~city.needs["group"].isin(ids)],
        serves=serves[~gone],
    )
    return kept, int(lost.sum() + gone.sum())


def _overruled(ours: pd.DataFrame, theirs: pd.DataFrame | None, by: list[str]) -> Mask:
    guessed = ours["origin"].eq("inferred").to_numpy(dtype=bool)
    if theirs is None or not guessed.any():
        return np.zeros(len(ours), dtype=bool)
    said = pd.MultiIndex.from_frame(theirs[by].astype(str))
    again = pd.MultiIndex.from_frame(theirs[[*by, "origin", "rule"]].astype(str))
    return np.asarray(
        guessed
        & pd.MultiIndex.from_frame(ours[by].astype(str)).isin(said)
        & ~pd.MultiIndex.from_frame(ours[[*by, "origin", "rule"]].astype(str)).isin(again)
    )
