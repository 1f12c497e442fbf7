"""Rows of two sources that are one thing by a rule."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.merge_rules import MergeRule
from rencity.city.schema import TABLES

Ints = npt.NDArray[np.int64]


def pairs(rule: MergeRule, ours: pd.DataFrame, theirs: pd.DataFrame, metric_crs: str) -> Ints:
    """Positions of rows of ours and theirs that are one thing, (n, 2), each row at most once."""
    if not len(ours) or not len(theirs):
        return np.zeros((0, 2), np.int64)
    if rule.by == "id":
        key = list(TABLES[rule.table].key)
        return _by_key(ours[key].astype(str), theirs[key].astype(str))
    if rule.by == "code":
        return _by_key(*(_text(frame, ["level", "code"]) for frame in (ours, theirs)))
    return _by_place(rule, ours, theirs, metric_crs)


def renamed(
    tables: Mapping[str, pd.DataFrame], table: str, ids: Mapping[str, str]
) -> dict[str, pd.DataFrame]:
    """Tables in which every mention of the ids of a table, and the ids, are others."""
    made = dict(tables)
    for name, frame in tables.items():
        columns = [a.name for a in TABLES[name].attributes if a.refers == table and a.name in frame]
        if name == table:
            columns.append("id")
        if columns and len(frame):
            new = {column: frame[column].astype(str).replace(dict(ids)) for column in columns}
            made[name] = frame.assign(**new)
    return made


def _text(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Columns as text; rows of which the last is empty match nothing."""
    text = frame[columns].astype(str)
    return text[text[columns[-1]] != ""]


def _by_key(ours: pd.DataFrame, theirs: pd.DataFrame) -> Ints:
    """Rows with equal keys that stand once on each side; the index holds their positions."""
    ours, theirs = ours[~ours.duplicated(keep=False)], theirs[~theirs.duplicated(keep=False)]
    at = pd.MultiIndex.from_frame(ours).get_indexer(pd.MultiIndex.from_frame(theirs))
    found = at >= 0
    return np.column_stack([ours.index.to_numpy()[at[found]], theirs.index.to_numpy()[found]])


def _by_place(rule: MergeRule, ours: pd.DataFrame, theirs: pd.DataFrame, metric_crs: str) -> Ints:
    """The nearest pairs of one kind (and name) within reach, nearest first, each row once."""
    here, there = (_candidates(rule, frame) for frame in (ours, theirs))
    a, b = (f.loc[i].geometry.to_crs(metric_crs) for f, i in ((ours, here), (theirs, there)))
    if not len(a) or not len(b):
        return np.zeros((0, 2), np.int64)
    inner = [np.asarray(shapely.centroid(each.to_numpy()), dtype=object) for each in (a, b)]
    their, our = shapely.STRtree(inner[0]).query(
        inner[1], predicate="dwithin", distance=max(rule.within_m, 1e-6)
    )
    far = shapely.distance(inner[0][our], inner[1][their])
    our, their = here[our], there[their]
    words = _words(rule)
    same = (ours[words].to_numpy()[our] == theirs[words].to_numpy()[their]).all(axis=1)
    order = np.lexsort((their, our, far))
    return _once(np.column_stack([our, their])[order[same[order]]])


def _once(found: Ints) -> Ints:
    kept, left, right = [], set[int](), set[int]()
    for ours, theirs in found.tolist():
        if ours not in left and theirs not in right:
            kept.append((ours, theirs))
            left.add(ours)
            right.add(theirs)
    return np.array(kept, np.int64).reshape(-1, 2)


def _words(rule: MergeRule) -> list[str]:
    kind = {"zones": ["level"], "assets": ["lifeline", "kind"], "buildings": ["use"]}[rule.table]
    return [*kind, "name"] if rule.by == "name" else kind


def _candidates(rule: MergeRule, frame: pd.DataFrame) -> Ints:
    """Rows with a place (and a name), of the rule's kinds."""
    able = ~shapely.is_missing(frame["geometry"].to_numpy())
    if rule.by == "name":
        able &= frame["name"].ne("").to_numpy()
    if rule.kinds and rule.table == "assets":
        able &= (frame["lifeline"] + "." + frame["kind"]).isin(rule.kinds).to_numpy()
    return np.flatnonzero(able)
