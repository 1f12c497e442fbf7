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
        before = self.table(name)[list(frame.columns)]
        standing = np.flatnonzero(work.stands)
        whole = pd.concat([before, frame.iloc[standing]], ignore_index=True)
        twice = np.flatnonzero(whole.duplicated(key).to_numpy())
        if not len(twice):
            return
        first = whole.drop_duplicates(key)[key].assign(first=lambda rows: rows.index)
        first_of = whole.loc[twice, key].merge(first, on=key, how="left")["first"].to_numpy()
        again, clash = np.zeros(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
        for i, j in zip(first_of, twice, strict=True):
            pairs = zip(whole.iloc[i], whole.iloc[j], strict=True)
            one = all(same(a, b) for a, b in pairs)
            (again if one else clash)[standing[j - len(before)]] = True
        work.merge(again, "the same row again")
        ids = frame[key].astype(str).agg(" + ".join, axis=1).to_numpy(dtype=object)
        work.refuse(clash, f"{' + '.join(key)} twice with other values", ids)


def same(a: object, b: object) -> bool:
    """Whether two values are one; missing equals missing."""
    if isinstance(a, shapely.Geometry) and isinstance(b, shapely.Geometry):
        return bool(a.equals_exact(b))
    if isinstance(a, shapely.Geometry) or isinstance(b, shapely.Geometry):
        return False
    return bool(a == b or (pd.isna(a) and pd.isna(b)))
