"""What became of ids from one version of a city to the next, and the rules it keeps.

- An id that vanishes stands in the lineage: replaced, split, merged or retired.
- An id that ended never comes back for something else.
- Every id that the lineage says follows is there.
- A split or a merger may keep one of its ids: it is then its own heir, in a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.city.schema import TABLES
from rencity.kit.findings import Finding

NAMED = tuple(name for name, table in TABLES.items() if table.key == ("id",))
"""Tables whose rows have a permanent id."""

COLUMNS = ("table", "old", "new", "change", "note")


def no_rows() -> pd.DataFrame:
    """A lineage of nothing."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in COLUMNS})


def among(ids: pd.Series, known: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether each id is one of the known, shape (n,); fast for millions."""
    # as plain objects: membership of Arrow strings is many times slower
    values = known.to_numpy(dtype=object)
    return pd.Series(ids.to_numpy(dtype=object), dtype=object).isin(values).to_numpy(dtype=bool)


def ended(lineage: pd.DataFrame) -> pd.DataFrame:
    """Rows of ids that are no more: they are not among their own heirs."""
    own = lineage[lineage["old"] == lineage["new"]]
    kept = pd.MultiIndex.from_frame(own[["version", "table", "old"]])
    ids = pd.MultiIndex.from_frame(lineage[["version", "table", "old"]])
    return lineage[~ids.isin(kept)]


def heirs(lineage: pd.DataFrame, table: str, ids: Iterable[str], *, since: int = 1) -> set[str]:
    """What ids of version `since` are called now; empty where all of them were retired."""
    rows = lineage[lineage["table"].eq(table) & lineage["version"].gt(since)]
    names = set(ids)
    for _, step in rows.groupby("version", sort=True):
        mine = step[step["old"].isin(names)]
        names = (names - set(mine["old"])) | (set(mine["new"]) - {""})
    return names


def faults(old: City, tables: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> list[Finding]:
    """What is wrong with a lineage from a city to the tables of its next version.

    Parameters
    ----------
    rows : columns table, old, new, change, note: what happened between the two
    """
    found = _shapes(rows)
    for name in NAMED:
        mine = rows[rows["table"].eq(name)]
        found += _closed(name, old.tables[name], tables[name], mine)
        found += _kept_ids(name, old, tables[name], mine)
    strange = sorted(set(rows["table"]) - set(NAMED))
    return found + _found(
        "lineage-table", "", strange, "tables have no ids", "use a table with ids"
    )


def _closed(name: str, old: pd.DataFrame, new: pd.DataFrame, rows: pd.DataFrame) -> list[Finding]:
    """Both ends of every row are there, each on its side."""
    unknown = rows.loc[~among(rows["old"], old["id"]), "old"]
    lost = rows.loc[rows["new"].ne("") & ~among(rows["new"], new["id"]), "new"]
    own = rows.loc[rows["old"] == rows["new"], "old"]
    still = rows.loc[among(rows["old"], new["id"]) & ~among(rows["old"], own), "old"]
    return [
        *_found("lineage-old", name, unknown, "ids in the lineage were not in the old version",
            "correct them: a lineage speaks of the version before"),
        *_found("lineage-new", name, lost, "ids that should follow are not in the new version",
            "add them, or correct the lineage"),
        *_found("lineage-kept", name, still, "ids ended by the lineage are still there",
            "take them out, or add a row in which the id follows itself"),
    ]  # fmt: skip


def _kept_ids(name: str, old: City, new: pd.DataFrame, rows: pd.DataFrame) -> list[Finding]:
    """No id vanishes unsaid, and none that ended comes back."""
    before = old.tables[name]
    measured = before[before["origin"].ne("inferred")]
    gone = measured.loc[~among(measured["id"], new["id"]), "id"]
    gone = gone[~among(gone, rows["old"])]
    past = ended(old.lineage[old.lineage["table"].eq(name)])
    fresh = new.loc[~among(new["id"], before["id"]), "id"]
    back = fresh[among(fresh, past["old"])]
    return [
        *_found("lineage-missing", name, gone, "ids vanish without a word in the lineage",
            "say for each what became of it: replaced, split, merged or retired"),
        *_found("lineage-reused", name, back, "ids that ended in an earlier version come back",
            "give the new things ids of their own"),
    ]  # fmt: skip


def _shapes(rows: pd.DataFrame) -> list[Finding]:
    """Each change has as many ends as its word says."""
    if not len(rows):
        return []
    key = ["table", "old"]
    kinds = rows.groupby(key)["change"].nunique()
    mixed = [old for _, old in kinds[kinds > 1].index]
    per_old = rows.groupby(key)["new"].transform("nunique")
    per_new = rows.groupby(["table", "new"])["old"].transform("nunique")
    retired, replaced = rows["change"].eq("retired"), rows["change"].eq("replaced")
    split, merged = rows["change"].eq("split"), rows["change"].eq("merged")
    no_heir = rows["new"].eq("")
    wrong = (
        (retired & ~no_heir)
        | (~retired & no_heir)
        | (replaced & ((per_old > 1) | (per_new > 1) | (rows["old"] == rows["new"])))
        | (split & (per_old < 2))
        | (merged & ((per_old > 1) | (per_new < 2)))
        | ~(retired | replaced | split | merged)
    )
    twice = rows[rows.duplicated([*key, "new"])]["old"]
    return [
        *_found("lineage-mixed", "lineage", mixed, "ids meet two kinds of change at once",
            "give each id one change per version"),
        *_found("lineage-shape", "lineage", rows.loc[wrong, "old"],
            "rows do not fit their change", "retired has no new id; replaced one for one old; "
            "split several new of one old; merged one new of several old"),
        *_found("lineage-twice", "lineage", twice, "rows stand twice", "leave one out"),
    ]  # fmt: skip


def _found(rule: str, table: str, ids: Iterable[str], what: str, mend: str) -> list[Finding]:
    names = tuple(dict.fromkeys(str(i) for i in ids))
    if not names:
        return []
    return [
        Finding(rule, "error", f"{len(names)} {what}", mend, table=table, field="id", ids=names)
    ]
