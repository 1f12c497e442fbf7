"""Tables under way while layers are read: no id twice, no row twice."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import shapely

from rencity.city.readers.cells import Work
from rencity.city.schema import TABLES


class Gathered:
    """Tables under way: frames in order, and what is already in them."""

    def __init__(self) -> None:
        self._frames: dict[str, list[pd.DataFrame]] = defaultdict(list)

    def table(self, name: str) -> pd.DataFrame:
        """The rows of a table so far, with every column."""
        frames = self._frames.get(name)
        if not frames:
            return pd.DataFrame({column: [] for column in TABLES[name].columns}, dtype=object)
        return pd.concat([f.astype(object) for f in frames], ignore_index=True)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table that has rows."""
        return {name: self.table(name) for name in self._frames}

    def add(self, name: str, frame: pd.DataFrame, work: Work) -> None:
        """Add the rows that still stand; `frame` has one row a record."""
        self.sift(name, frame, work)
        self.extend(name, frame[work.stands])

    def extend(self, name: str, frame: pd.DataFrame) -> None:
        """Add rows that were sifted."""
        if len(frame):
            self._frames[name].append(frame.reset_index(drop=True))

    def sift(self, name: str, frame: pd.DataFrame, work: Work) -> None:
        """Refuse ids met before, and merge rows met before."""
        key = list(TABLES[name].key)
        known = {_key(row, key): row for row in _dicts(self.table(name))}
        same, clash = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
        rows = _dicts(frame)
        for i in np.flatnonzero(work.stands):
            before = known.setdefault(_key(rows[i], key), rows[i])
            if before is not rows[i]:
                (same if _equal(before, rows[i]) else clash)[i] = True
        work.merge(same, "the same row again")
        ids = np.array([" + ".join(map(str, _key(row, key))) for row in rows], dtype=object)
        work.refuse(clash, f"{' + '.join(key)} twice with other values", ids)


def _dicts(frame: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = frame.to_dict("records")
    return rows


def _key(row: dict[str, object], key: list[str]) -> tuple[object, ...]:
    return tuple(row[name] for name in key)


def _equal(a: dict[str, object], b: dict[str, object]) -> bool:
    return all(same(a.get(name), b.get(name)) for name in a.keys() | b.keys())


def same(a: object, b: object) -> bool:
    """Whether two values are one; missing equals missing."""
    if isinstance(a, shapely.Geometry) and isinstance(b, shapely.Geometry):
        return bool(a.equals_exact(b))
    if isinstance(a, shapely.Geometry) or isinstance(b, shapely.Geometry):
        return False
    return bool(a == b or (pd.isna(a) and pd.isna(b)))
