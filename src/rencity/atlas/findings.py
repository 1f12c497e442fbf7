"""Findings of a check with the places of what they name, for a list and a map."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.atlas.drawn import places_of
from rencity.atlas.opened import Opened
from rencity.city.check import check
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.kit.findings import Finding

SHOWN_IDS = 200
_THROUGH = {"links": "start", "need_groups": "asset"}
"""Tables without shapes whose rows lie where an asset lies, by the column that names it."""


def findings_of(opened: Opened, classes: Mapping[str, Collection[str]]) -> list[dict[str, Any]]:
    """Every finding as plain values: `ids` cut, with a place and a row for each that is shown."""
    return [told(opened.city, finding) for finding in check(opened.city, classes=classes)]


def told(city: City, finding: Finding) -> dict[str, Any]:
    """One finding; `rows` in its table, -1 where an id is not a row's own."""
    shown = finding.ids[:SHOWN_IDS]
    rows = rows_of(city, finding.table, shown)
    return {
        **finding.to_dict(),
        "ids": list(shown),
        "ids_more": len(finding.ids) - len(shown),
        "rows": rows,
        "places": places(city, finding.table, rows),
    }


def rows_of(city: City, table: str, ids: Sequence[str]) -> list[int]:
    """Row of each id."""
    if table not in TABLES or TABLES[table].key != ("id",) or not ids:
        return [-1] * len(ids)
    known = city.tables[table]["id"].to_numpy(dtype=object)
    first = pd.Series(np.arange(len(known)), index=known)
    first = first[~first.index.duplicated()]
    return [int(row) for row in first.reindex(list(ids)).fillna(-1)]


def places(city: City, table: str, rows: Sequence[int]) -> list[tuple[float, float] | None]:
    """Place of each row; None where it has none."""
    if table in _THROUGH:
        named = city.tables[table][_THROUGH[table]].to_numpy(dtype=object)
        rows = rows_of(city, "assets", [str(named[row]) if row >= 0 else "" for row in rows])
        table = "assets"
    if table not in TABLES or not TABLES[table].geometry:
        return [None] * len(rows)
    shapes = city.tables[table].geometry.to_numpy()
    wanted = np.array([shapes[row] if row >= 0 else None for row in rows], dtype=object)
    return [_place(at) for at in places_of(wanted)]


def _place(at: npt.NDArray[np.float64]) -> tuple[float, float] | None:
    return (float(at[0]), float(at[1])) if np.isfinite(at).all() else None
