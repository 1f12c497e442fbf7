"""What differs between two versions, cut to what a page shows, with places for a map."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from rencity.atlas.findings import places, told
from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.city.versions.diff import Step, TableChange, diff, differ

SHOWN_IDS, SHOWN_STEPS, SHOWN_PLACES = 200, 500, 2_000


def changes(old: City, new: City) -> dict[str, Any]:
    """The difference as plain values."""
    found = diff(old, new)
    moved = list(_moved(found.tables.get("assets"), old, new))
    return {
        "old": vars(found.old),
        "new": vars(found.new),
        "same": found.same,
        "identity": [
            {"field": name, "old": _text(a), "new": _text(b)}
            for name, (a, b) in found.identity.items()
        ],
        "tables": [_table(name, change) for name, change in found.tables.items()],
        "rasters": dict(found.rasters),
        "lineage": [_step(step) for step in found.lineage[:SHOWN_STEPS]],
        "lineage_more": max(0, len(found.lineage) - SHOWN_STEPS),
        "findings": [told(new, finding) for finding in found.findings],
        "places": moved[:SHOWN_PLACES],
        "places_more": max(0, len(moved) - SHOWN_PLACES),
    }


def _table(name: str, change: TableChange) -> dict[str, Any]:
    return {
        "table": name,
        "rows_old": change.rows[0],
        "rows_new": change.rows[1],
        **_cut("added", change.added),
        **_cut("removed", change.removed),
        **_cut("orphans", change.orphans),
        "changed": change.changed,
        "columns": [
            {
                "column": column,
                "count": said.count,
                "examples": [{"key": k, "old": a, "new": b} for k, a, b in said.examples],
            }
            for column, said in change.columns.items()
        ],
    }


def _cut(name: str, ids: Sequence[str]) -> dict[str, Any]:
    return {name: list(ids[:SHOWN_IDS]), f"{name}_more": max(0, len(ids) - SHOWN_IDS)}


def _step(step: Step) -> dict[str, Any]:
    said: Mapping[str, Any] = vars(step)
    return {**said, "old": list(step.old[:SHOWN_IDS]), "new": list(step.new[:SHOWN_IDS])}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _moved(change: TableChange | None, old: City, new: City) -> Iterator[dict[str, Any]]:
    """Assets that were added, removed or changed, with the place of each."""
    if change is None:
        return
    before, after = (pd.Index(city.assets["id"]) for city in (old, new))
    yield from _placed("added", change.added, after, new)
    yield from _placed("removed", change.removed, before, old)
    at = before.get_indexer(after)
    both = np.flatnonzero(at >= 0)
    differs = np.zeros(len(both), bool)
    for column in TABLES["assets"].columns:
        if column != "id":
            differs |= differ(old.assets[column], new.assets[column], at[both], both)
    yield from _placed("changed", after[both[differs]].tolist(), after, new)


def _placed(how: str, ids: Sequence[str], index: pd.Index, city: City) -> Iterator[dict[str, Any]]:
    rows = [int(row) for row in index.get_indexer(np.array(ids, dtype=object))]
    for key, row, place in zip(ids, rows, places(city, "assets", rows), strict=True):
        yield {"how": how, "id": str(key), "row": row, "at": place}
