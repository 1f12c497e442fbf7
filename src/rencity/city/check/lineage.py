"""Rules on what became of ids: closed, in order, nothing back from the dead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rencity.city.check.facts import Facts, Mask
from rencity.kit.findings import Finding


def version(facts: Facts) -> list[Finding]:
    """A later version names the hash of the one before; a first one names none."""
    identity = facts.city.identity
    if (identity.version > 1) == (identity.parent is not None):
        return []
    said = (
        f"version {identity.version} does not name the hash of version {identity.version - 1}"
        if identity.version > 1
        else "version 1 names a version before it"
    )
    mend = "make versions by `rencity city revise`, `retire` or `version`, not by hand"
    return [Finding("version", "error", said, mend, table="city.toml", field="parent")]


def lineage_version(facts: Facts) -> list[Finding]:
    """No row is of a version that is yet to come."""
    late = facts.city.lineage["version"].gt(facts.city.identity.version).to_numpy(dtype=bool)
    return facts.found(
        "lineage",
        "lineage-version",
        "version",
        late,
        f"rows are of a version after this one ({facts.city.identity.version})",
        "correct the version of the rows or of the city",
    )


def lineage_open(facts: Facts) -> list[Finding]:
    """What follows an id is there, or has a later row that says what became of it."""
    rows = facts.city.lineage
    named = rows["new"].ne("").to_numpy(dtype=bool)
    last = rows.groupby(["table", "old"])["version"].max()
    own = pd.MultiIndex.from_frame(rows[["table", "new"]])
    later = last.reindex(own).fillna(0).to_numpy() > rows["version"].to_numpy()
    lost = named & ~_there(facts, "new") & ~later
    return facts.found(
        "lineage",
        "lineage-open",
        "new",
        lost,
        "rows name a new id that is neither there nor followed further",
        "add what is missing, or say in a later row what became of it",
    )


def lineage_reused(facts: Facts) -> list[Finding]:
    """An id that ended is not there, and ends once."""
    rows = facts.city.lineage
    keys = ["version", "table", "old"]
    own = rows.loc[rows["old"] == rows["new"], keys]
    ends = ~pd.MultiIndex.from_frame(rows[keys]).isin(pd.MultiIndex.from_frame(own))
    ended = rows.loc[ends, keys].drop_duplicates()
    twice = ended[ended.duplicated(["table", "old"])]
    again = pd.MultiIndex.from_frame(rows[["table", "old"]]).isin(
        pd.MultiIndex.from_frame(twice[["table", "old"]])
    )
    return facts.found(
        "lineage",
        "lineage-reused",
        "old",
        ends & (_there(facts, "old") | again),
        "rows end an id that is there, or that ended before",
        "ids are permanent: give the new thing an id of its own",
    )


def _there(facts: Facts, column: str) -> Mask:
    """Whether the id is in its table now."""
    rows = facts.city.lineage
    found = np.zeros(len(rows), dtype=bool)
    for name in rows["table"].unique():
        mine = rows["table"].eq(name).to_numpy()
        if name in facts.city.tables:
            # as plain objects: membership of Arrow strings is many times slower
            ids = facts.column(name, "id")
            found[mine] = rows.loc[mine, column].astype(object).isin(ids).to_numpy()
    return found
