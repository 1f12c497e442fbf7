"""One row out of several, when things become one."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from rencity.city.marks import as_text, marked
from rencity.city.schema import ORIGINS, TABLES, Attribute
from rencity.city.versions.changes import Merge
from rencity.city.versions.rows import shape_of
from rencity.kit.errors import InputError

SUM_RULE = "sum-of-parts"


def merged_row(
    change: Merge,
    rows: pd.DataFrame,
    given: dict[str, list[Any]],
    tables: MutableMapping[str, pd.DataFrame],
    place: str,
) -> pd.DataFrame:
    """The row that several become: sums are added, what all agree on stays, `given` wins.

    Shares in which merged zones are served are weighed by their people first.

    Raises
    ------
    InputError : an attribute that a row must have differs and is not given, or shapes do not unite
    """
    table = TABLES[change.table]
    made: dict[str, list[Any]] = {"id": [change.into]}
    marks: dict[str, str] = {}
    for attribute in table.attributes:
        if attribute.name in ("id", "inferred"):
            continue
        if attribute.name in given:
            made[attribute.name] = given[attribute.name]
            continue
        value, guessed = _joined(attribute, rows, place)
        made[attribute.name] = [value]
        if guessed and not pd.isna(value):
            marks[attribute.name] = SUM_RULE
    made["inferred"] = [as_text(marks)]
    if table.geometry:
        made["geometry"] = given.get("geometry") or [_united(change.table, rows, place)]
    if change.table == "zones":
        _weigh(tables, rows)
    return pd.DataFrame(made)


def _joined(attribute: Attribute, rows: pd.DataFrame, place: str) -> tuple[Any, bool]:
    """The value of the whole, and whether it rests on a value that a rule filled in."""
    column = rows[attribute.name]
    if attribute.name == "origin":
        return max(column, key=ORIGINS.index), False
    if attribute.sums:
        if column.isna().any():
            return attribute.default if attribute.default is not None else np.nan, False
        return float(column.sum()), bool(marked(rows, attribute.name).any())
    distinct = column.drop_duplicates()
    if len(distinct) == 1:
        return distinct.iloc[0], bool(marked(rows, attribute.name).any())
    if attribute.kind == "bool":
        return bool(column.any()), False
    if attribute.default is None:
        raise InputError(
            f"{attribute.name} differs: {', '.join(map(str, distinct))}",
            place=place,
            mend=f"give {attribute.name} among the values",
        )
    return attribute.default, False


def _united(table: str, rows: pd.DataFrame, place: str) -> shapely.Geometry | None:
    shapes = [shape_of(shape, place) for shape in rows["geometry"]]
    there = [shape for shape in shapes if shape is not None]
    if not there:
        return None
    whole = shapely.union_all(there)
    if whole.geom_type == "MultiLineString":
        whole = shapely.line_merge(whole)
    if whole.geom_type not in TABLES[table].geometry:
        raise InputError(
            f"their shapes make a {whole.geom_type}",
            place=place,
            mend="give the geometry of the whole among the values, as WKT",
        )
    return whole


def _weigh(tables: MutableMapping[str, pd.DataFrame], zones: pd.DataFrame) -> None:
    people = zones["people_night"].to_numpy(dtype=np.float64)
    people = people if np.nansum(people) > 0 else np.ones(len(zones))
    weight = dict(zip(zones["id"], np.nan_to_num(people) / np.nansum(people), strict=True))
    serves = tables["serves"]
    factor = serves["zone"].map(weight).fillna(1.0).to_numpy(dtype=np.float64)
    tables["serves"] = serves.assign(share=serves["share"] * factor)
