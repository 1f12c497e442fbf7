"""Which rows name which ids: what follows when an id gives way."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rencity.city.schema import ORIGINS, TABLES

PAIRED = tuple(
    name for name, table in TABLES.items() if "id" not in table.columns and name != "lineage"
)
"""Tables whose rows are told by the ids they name: shares, amounts and trips between them."""

Tables = MutableMapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Reference:
    """A column that names ids of a table.

    Attributes
    ----------
    vital : whether the row makes no sense without what it names
    """

    table: str
    column: str
    vital: bool


def references(table: str) -> tuple[Reference, ...]:
    """Every column that names ids of `table`."""
    return tuple(
        Reference(name, a.name, a.required or (name, a.name) == ("links", "asset"))
        for name, other in TABLES.items()
        for a in other.attributes
        if a.refers == table
    )


def naming(tables: Mapping[str, pd.DataFrame], table: str, ids: set[str]) -> dict[str, int]:
    """How many rows name those ids, by ``table.column``."""
    counts = {
        f"{r.table}.{r.column}": int(tables[r.table][r.column].isin(ids).sum())
        for r in references(table)
    }
    return {name: n for name, n in counts.items() if n}


def repoint(tables: Tables, table: str, to: Mapping[str, str]) -> None:
    """Let every row that names an old id name the new one; rows that become one are united."""
    for reference in references(table):
        frame = tables[reference.table]
        column = frame[reference.column]
        hit = column.isin(to).to_numpy()
        if hit.any():
            moved = column.to_numpy(dtype=object, copy=True)
            moved[hit] = column[hit].map(to).to_numpy(dtype=object)
            tables[reference.table] = frame.assign(**{reference.column: moved})
    for name in PAIRED:
        tables[name] = united(name, tables[name])
    carriers = tables["carriers"]
    tables["carriers"] = carriers[carriers["carrier"] != carriers["asset"]]


def united(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a key: shares, amounts and trips are added, the least known origin stands."""
    key = list(TABLES[name].key)
    if not frame.duplicated(key).any():
        return frame
    sums = [a.name for a in TABLES[name].attributes if a.sums or a.name == "share"]
    if "origin" not in frame:
        return frame.drop_duplicates(key, ignore_index=True)
    rank = frame["origin"].map({origin: i for i, origin in enumerate(ORIGINS)})
    least = frame.assign(_rank=rank).sort_values("_rank", ascending=False, kind="stable")
    made = least.drop(columns="_rank").drop_duplicates(key).set_index(key)
    for column in sums:
        unknown = frame[column].isna().groupby([frame[k] for k in key]).any()
        total = frame.groupby(key)[column].sum().mask(unknown)
        made[column] = total.reindex(made.index)
        if column == "share":
            made[column] = np.minimum(made[column], 1.0)
    return made.reset_index()[list(frame.columns)]
