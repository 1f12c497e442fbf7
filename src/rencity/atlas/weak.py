"""Weak links of a run: by loss they would have spared, by who hangs on them alone, by where."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

from rencity.report.about import Number

if TYPE_CHECKING:
    import pandas as pd

    from rencity.atlas.runs import OpenedRun

By = Literal["saved", "n1", "location"]


class WeakLink(BaseModel):
    """An asset on which much hangs, by three measures."""

    number: int | None = Field(description="as the report numbers it; null: not among those")
    row: int = Field(description="in the city's assets table; -1: not there")
    asset: str
    lifeline: str
    kind: str
    kind_zh: str
    kind_en: str
    name: str
    lon: Number
    lat: Number
    n1_people: float = Field(description="who lose service when it alone fails, all lifelines")
    n1_by: dict[str, int] = Field(description="the same by lifeline")
    knock_samples: int = Field(description="samples run again without its damage; 0: not tried")
    knock_saved_ph: Number = Field(description="mean loss spared, person-hours")
    knock_low_ph: Number = Field(description="95 % bounds of it")
    knock_high_ph: Number
    cond_diff_ph: Number = Field(description="loss with its damage less loss without, controlled")
    cond_q: Number = Field(description="false discovery rate at which that stands")
    damaged_share: float


class WeakLinks(BaseModel):
    """Weak links in order, and the single points of failure."""

    unit: str
    by: By
    total: int = Field(description="that fit, shown or not")
    items: list[WeakLink]
    single_points: list[WeakLink] = Field(
        description="assets without which alone somebody loses service, most people first"
    )


def weak_links(opened: OpenedRun, by: By, lifeline: str | None, limit: int) -> WeakLinks:
    """Weak links by one of the measures, the gravest first."""
    table = opened.made.of(("weak",), lambda: _numbered(opened))
    if lifeline is not None:
        table = table[table["lifeline"] == lifeline]
    ranked, alone = _ranked(table, by), _ranked(table, "n1")
    return WeakLinks(
        unit=opened.run.about.unit,
        by=by,
        total=len(ranked),
        items=_links(ranked.head(limit)),
        single_points=_links(alone.head(limit)),
    )


def _numbered(opened: OpenedRun) -> pd.DataFrame:
    """The run's table with the report's numbers and rows of the city's assets."""
    from rencity.report.tables import marked_weak  # noqa: PLC0415 - heavy

    marked = marked_weak(opened.run).set_index("asset")["number"]
    weak = opened.run.weak_links
    return weak.assign(
        number=marked.reindex(weak["asset"]).to_numpy(), row=opened.row_of(weak["asset"])
    )


def _ranked(table: pd.DataFrame, by: By) -> pd.DataFrame:
    from rencity.report.tables import Q_LIMIT  # noqa: PLC0415 - heavy

    if by == "saved":
        table, column = table[table["knock_samples"] > 0], "knock_saved_ph"
    elif by == "n1":
        table, column = table[table["n1_people"] > 0], "n1_people"
    else:
        fits = (table["cond_q"] < Q_LIMIT) & (table["cond_diff_ph"] > 0)
        table, column = table[fits], "cond_diff_ph"
    return table.sort_values([column, "asset"], ascending=[False, True])


def _links(table: pd.DataFrame) -> list[WeakLink]:
    return [_link(row) for row in table.to_dict("records")]


def _link(row: dict[Any, Any]) -> WeakLink:
    said = {name: row[name] for name in WeakLink.model_fields}
    number = None if said["number"] != said["number"] else int(said["number"])
    return WeakLink(**{**said, "number": number, "n1_by": json.loads(row["n1_by"] or "{}")})
