"""Guesses give way: what rules inferred goes where a source says it itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.comparing import key_text
from rencity.city.conform import conform
from rencity.city.marks import MARKED, markable, marked, silent, unmark
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError

Mask = npt.NDArray[np.bool_]


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
            f"{name}: {key_text(rows, list(TABLES[name].key))} names the grid cell "
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
