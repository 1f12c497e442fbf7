"""How many values of each column are measured, inferred, synthetic or missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.marks import MARKED, markable, rules_of, silent
from rencity.city.model import City
from rencity.city.schema import ORIGINS, TABLES

Objects = npt.NDArray[np.object_]


def origins_of(city: City) -> dict[str, Any]:
    """Counts by table and column, and of assets by lifeline, as plain values."""
    assets = city.assets
    return {
        "tables": [
            {"table": name, "rows": len(city.tables[name]), "columns": _columns(name, frame)}
            for name in MARKED
            if len(frame := city.tables[name])
        ],
        "lifelines": [
            {"lifeline": str(line), "rows": len(part), "columns": _columns("assets", part)}
            for line, part in assets.groupby("lifeline", sort=True)
        ],
    }


def _columns(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    origin = frame["origin"].to_numpy(dtype=object)
    whole = np.where(origin == "measured", "", frame["rule"].to_numpy(dtype=object))
    made = []
    for attribute in markable(TABLES[name]):
        there = ~silent(attribute, frame[attribute.name])
        marks = rules_of(frame, attribute.name)
        made.append(_column(attribute.name, origin, whole, marks, there))
    if TABLES[name].geometry:
        there = ~np.asarray(shapely.is_missing(frame["geometry"].to_numpy()))
        none = np.full(len(frame), "", dtype=object)
        made.append(_column("geometry", origin, whole, none, there))
    return made


def _column(
    name: str, origin: Objects, whole: Objects, marks: Objects, there: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    marked = marks[there] != ""
    said = np.where(marked, "inferred", origin[there])
    rule = np.where(marked, marks[there], whole[there])
    rules = pd.Series(rule[(rule != "") & (said == "inferred")], dtype=object).value_counts()
    return {
        "column": name,
        **{each: int((said == each).sum()) for each in ORIGINS},
        "missing": int(len(there) - there.sum()),
        "rules": {str(key): int(count) for key, count in sorted(rules.items())},
    }
