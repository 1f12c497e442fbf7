"""New rows into a city: nothing doubles, nothing is overwritten, guesses give way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.conform import conform
from rencity.city.marks import MARKED, markable, marked, silent, unmark
from rencity.city.matching import pairs, renamed
from rencity.city.merge_rules import MergeRule, MergeRules
from rencity.city.model import City
from rencity.city.readers.ledger import Part
from rencity.city.schema import ORIGINS, TABLES, Table
from rencity.kit.errors import InputError

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass
class MergeReport:
    """What was one thing in two sources.

    Attributes
    ----------
    pairs : how many, by table and way, e.g. ``assets by name``
    conflicts : values that differed and of which one was chosen, by ``table.column``
    examples : a few of each conflict: id, what stood and what came
    """

    pairs: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)


def joined(
    city: City, part: Part, rules: MergeRules, *, place: str
) -> tuple[City, Part, MergeReport]:
    """Rows of the part that are things of the city, by rules, made one with them.

    Returns
    -------
    The city with the values that won; the part with the city's ids and the same values, so that
    `merge` finds them there already; the report.

    Raises
    ------
    InputError : the part is broken
    """
    report, whole = MergeReport(), dict(part.tables)
    for rule in rules.rules:
        if rule.table not in whole or not len(whole[rule.table]):
            continue
        theirs = City.build(city.identity, {rule.table: whole[rule.table]}).tables[rule.table]
        _no_twice(rule.table, theirs, place)
        found = pairs(rule, city.tables[rule.table], theirs, city.identity.metric_crs)
        if not len(found):
            continue
        ours = city.tables[rule.table].iloc[found[:, 0]].reset_index(drop=True)
        here = theirs.iloc[found[:, 1]].reset_index(drop=True)
        report.pairs[f"{rule.table} by {rule.by}"] = len(found)
        one = _one(rule, ours, here, report)
        if rule.by != "id":
            ids = dict(zip(here["id"], ours["id"], strict=True))
            whole = renamed(whole, rule.table, ids)
            theirs = renamed({rule.table: theirs}, rule.table, ids)[rule.table]
        whole[rule.table] = _put(theirs, found[:, 1], one)
        city = city.replace(**{rule.table: _put(city.tables[rule.table], found[:, 0], one)})
    return city, replace(part, tables=whole), report


def _put(frame: pd.DataFrame, at: Ints, rows: pd.DataFrame) -> pd.DataFrame:
    """The frame with other values in some rows."""
    made = frame.copy()
    for column in rows.columns:
        values = made[column].to_numpy(dtype=object, copy=True)
        values[at] = rows[column].to_numpy(dtype=object)
        made[column] = values
    return made


def _one(
    rule: MergeRule, ours: pd.DataFrame, theirs: pd.DataFrame, report: MergeReport
) -> pd.DataFrame:
    """Each pair as one row: what only one says, else what wins."""
    table = TABLES[rule.table]
    made = ours.copy()
    whole = _theirs_win(rule, rule.wins, ours, theirs)
    for column in (c for c in table.columns if c not in table.key):
        a, b = ours[column], theirs[column]
        silent_a, silent_b = _unsaid(table, column, a), _unsaid(table, column, b)
        differs = ~_same(a, b) & ~silent_a & ~silent_b
        order = rule.columns.get(column)
        win = whole if order is None else _theirs_win(rule, order, ours, theirs)
        take = (silent_a & ~silent_b) | (differs & win)
        if column in ("origin", "rule", "inferred"):
            take = whole
        values = a.to_numpy(dtype=object, copy=True)
        values[take] = b.to_numpy(dtype=object)[take]
        made[column] = values
        if column not in ("origin", "rule", "inferred") and differs.any():
            name = f"{rule.table}.{column}"
            report.conflicts[name] = report.conflicts.get(name, 0) + int(differs.sum())
            told = report.examples.setdefault(name, [])
            for i in np.flatnonzero(differs)[: 3 - len(told)]:
                told.append(
                    f"{_key_text(ours.iloc[[i]], list(table.key))}: {_shown(a.iloc[i])} here, "
                    f"{_shown(b.iloc[i])} new, {'new' if win[i] else 'here'} stands"
                )
    return made


def _theirs_win(
    rule: MergeRule, order: tuple[str, ...], ours: pd.DataFrame, theirs: pd.DataFrame
) -> Mask:
    """Where the new row's value stands; what nothing decides stays."""
    win = np.zeros(len(ours), bool)
    open_ = np.ones(len(ours), bool)
    for word in order:
        a, b = _ranks(rule, word, ours, theirs)
        win |= open_ & (b < a)
        open_ &= a == b
    return win


def _ranks(
    rule: MergeRule, word: str, ours: pd.DataFrame, theirs: pd.DataFrame
) -> tuple[Ints, Ints]:
    """How good each side is by one word; less is better."""
    n = len(ours)
    if word in ("new", "old"):
        return np.full(n, int(word == "new")), np.full(n, int(word == "old"))
    if word == "measured":
        if "origin" not in ours:
            return np.zeros(n, np.int64), np.zeros(n, np.int64)
        a, b = (frame["origin"].map(ORIGINS.index).to_numpy(np.int64) for frame in (ours, theirs))
        return a, b
    prefix, key = word.removeprefix("prefix:"), TABLES[rule.table].key[0]
    a, b = (
        (~frame[key].astype(str).str.startswith(prefix)).to_numpy(np.int64)
        for frame in (ours, theirs)
    )
    return a, b


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


def changed(city: City, changes: Mapping[str, pd.DataFrame]) -> tuple[City, dict[str, int]]:
    """The city with other values in rows that stand, and how many rows differ now, by table.

    Raises
    ------
    InputError : a row to change does not stand
    """
    tables: dict[str, pd.DataFrame] = {}
    counts: dict[str, int] = {}
    for name, more in changes.items():
        frame, key = city.tables[name].copy(), list(TABLES[name].key)
        at = pd.MultiIndex.from_frame(frame[key]).get_indexer(pd.MultiIndex.from_frame(more[key]))
        if (at < 0).any():
            raise InputError(
                f"{name}: {_key_text(more[at < 0], key)} is not in the city",
                mend="import what it describes first",
            )
        other = np.zeros(len(more), dtype=bool)
        for column in (c for c in more.columns if c not in key):
            values = frame[column].to_numpy(copy=True)
            new = more[column].to_numpy()
            other |= ~((values[at] == new) | (pd.isna(values[at]) & pd.isna(new)))
            values[at] = new
            frame[column] = values
        tables[name], counts[name] = frame, int(other.sum())
    return (city.replace(**tables) if any(counts.values()) else city), counts


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
        differs = ~_same(a, b) & ~_unsaid(TABLES[name], column, b)
        if differs.any() and _is_markable(name, column):  # a rule filled it since
            guessed = marked(ours.iloc[where[known]], column)
            differs &= ~(guessed & silent(TABLES[name].attribute(column), b))
        if differs.any():
            i = int(np.flatnonzero(differs)[0])
            raise InputError(
                f"{name}: {_key_text(theirs[known].iloc[[i]], key)} is in the city already with "
                f"{column} {_shown(a.iloc[i])}, here {_shown(b.iloc[i])}",
                place=place,
                mend="give the new rows other ids (a template in the mapping), leave them out, or "
                "say with --merge which stands",
            )
    return np.asarray(~known)


def _unsaid(table: Table, column: str, values: pd.Series) -> Mask:
    """Where a value is what stands when nothing is said: what was filled since may differ."""
    if column == "geometry":
        return np.asarray(values.isna(), dtype=bool)
    default = table.attribute(column).default
    if default == "" or (column == "people_night" and default == 0):
        return np.asarray(values == default, dtype=bool)
    return np.asarray(values.isna(), dtype=bool)


def _same(a: pd.Series, b: pd.Series) -> Mask:
    if isinstance(a, gpd.GeoSeries):
        left, right = shapely.to_wkb(a.values), shapely.to_wkb(b.values)
        return np.array([x == y for x, y in zip(left, right, strict=True)], dtype=bool)
    left, right = a.to_numpy(), b.to_numpy()
    return np.asarray((left == right) | (pd.isna(left) & pd.isna(right)), dtype=bool)


def _shown(value: object) -> str:
    plain = value.item() if isinstance(value, np.generic) else value
    return repr(plain) if not isinstance(plain, shapely.Geometry) else plain.wkt[:60]


def _is_markable(name: str, column: str) -> bool:
    return name in MARKED and any(a.name == column for a in markable(TABLES[name]))


def without_overruled(city: City, tables: Mapping[str, pd.DataFrame]) -> tuple[City, int]:
    """Without what was inferred and `tables` say themselves, and how many rows and values it was.

    A need is told by asset and lifeline, a serve by zone and lifeline, a value by its row. What
    was inferred by the same rule that stands in `tables` is no news and stays. Cells of a zone
    give way to zones that `tables` put in it. What a zone was inferred to receive goes when it gets
    parts, which are served instead.
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
    city, parted = _refined(city, tables.get("zones"))
    gone |= parted
    if not lost.any() and not gone.any():
        return city, 0
    kept = city.replace(
        need_groups=groups[~lost],
        needs=city.needs[~city.needs["group"].isin(ids)],
        serves=serves[~gone],
    )
    return kept, int(lost.sum() + gone.sum())


def _refined(city: City, zones: pd.DataFrame | None) -> tuple[City, Mask]:
    """Where zones get parts: their assets lose the zone, to be found a smaller one.

    Returns
    -------
    The city, and the inferred serves of those zones, which go to the parts.
    """
    parted = set() if zones is None or "parent" not in zones else set(zones["parent"]) - {""}
    parted &= set(city.zones["id"]) - set(city.zones["parent"])
    serves = city.serves["zone"].isin(parted) & city.serves["origin"].eq("inferred")
    within = city.assets["zone"].isin(parted)
    if within.any():
        assets = city.assets.assign(zone=city.assets["zone"].mask(within, ""))
        city = city.replace(assets=unmark(assets, "zone", within.to_numpy(dtype=bool)))
    return city, serves.to_numpy(dtype=bool)


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
