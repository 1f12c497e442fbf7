"""Rows of a city by name: what every list of assets or zones shows of each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.atlas.drawn import places_of
from rencity.atlas.opened import Opened
from rencity.kit.errors import AbsentError
from rencity.kit.suggest import did_you_mean

ASSETS: Final = "assets"
ZONES: Final = "zones"
Which = Literal["assets", "zones"]
Ints = npt.NDArray[np.int64]

BESIDE = 50
LEVEL_NAMES = {
    "city": ("全市", "City"),
    "district": ("区县", "District"),
    "street": ("街道", "Street"),
    "community": ("社区", "Community"),
    "grid": ("网格", "Grid cell"),
}


@dataclass(frozen=True)
class Ref:
    """An asset or a zone.

    Attributes
    ----------
    kind : ``lifeline.kind`` of an asset, level of a zone
    lifeline : empty for a zone
    at : longitude and latitude of a point on it; None: it has no place
    """

    table: Which
    row: int
    id: str
    name: str
    kind: str
    kind_zh: str
    kind_en: str
    lifeline: str
    at: tuple[float, float] | None


class Refs:
    """Rows of a city's assets and zones by number and by id."""

    def __init__(self, opened: Opened) -> None:
        self.city = opened.city
        self._frames = {ASSETS: self.city.assets, ZONES: self.city.zones}
        self.index = {name: pd.Index(frame["id"]) for name, frame in self._frames.items()}
        self._lifeline = self.city.assets["lifeline"].to_numpy(dtype=object)
        self._kind = self.city.assets["kind"].to_numpy(dtype=object)
        self._level = self.city.zones["level"].to_numpy(dtype=object)
        self._ids = {n: f["id"].to_numpy(dtype=object) for n, f in self._frames.items()}
        self._names = {n: f["name"].to_numpy(dtype=object) for n, f in self._frames.items()}
        self._shapes = {n: f.geometry.to_numpy() for n, f in self._frames.items()}

    def rows(self, table: Which, keys: Sequence[str]) -> list[int]:
        """The row of each id.

        Raises
        ------
        AbsentError : there is none
        """
        found = self.index[table].get_indexer(np.array(keys, dtype=object))
        if len(found) and found.min() < 0:
            key = keys[int(np.flatnonzero(found < 0)[0])]
            raise AbsentError(
                f"no {table[:-1]} {key!r:.80}",
                place=table,
                mend=did_you_mean(key, self._beside(table, key), what="id"),
            )
        return [int(row) for row in found]

    def row(self, table: Which, key: str) -> int:
        """The row of an id.

        Raises
        ------
        AbsentError : there is none
        """
        return self.rows(table, [key])[0]

    def _beside(self, table: Which, key: str) -> list[str]:
        """Ids next to a word in order; to compare it with all would take long in a city."""
        ids = self._ids[table]
        at = bisect_left(ids, key)
        return [str(each) for each in ids[max(0, at - BESIDE) : at + BESIDE]]

    def known(self, table: Which, row: int) -> int:
        """The row again.

        Raises
        ------
        AbsentError : the table has no such row
        """
        count = len(self.index[table])
        if not 0 <= row < count:
            raise AbsentError(
                f"no row {row}", place=table, mend=f"{table} has rows 0 to {count - 1}"
            )
        return row

    def of(self, table: Which, rows: Iterable[int]) -> list[Ref]:
        """Rows of one table."""
        wanted = [int(row) for row in rows]
        places = places_of(self._shapes[table][wanted])
        told = self._asset if table == ASSETS else self._zone
        return [told(row, _place(at)) for row, at in zip(wanted, places.tolist(), strict=True)]

    def places(self, assets: Sequence[str]) -> list[tuple[float, float] | None]:
        """A point on each asset, in the order of the ids; None: no such asset, or no place."""
        found = self.index[ASSETS].get_indexer(np.array(assets, dtype=object))
        at = np.full((len(assets), 2), np.nan)
        at[found >= 0] = places_of(self._shapes[ASSETS][found[found >= 0]])
        return [_place(one) for one in at.tolist()]

    def one(self, table: Which, row: int) -> Ref:
        """One row."""
        return self.of(table, [row])[0]

    def _asset(self, row: int, at: tuple[float, float] | None) -> Ref:
        line = str(self._lifeline[row])
        kind = f"{line}.{self._kind[row]}"
        entry = self.city.catalogue.kinds.get(kind)
        zh, en = (entry.zh, entry.en) if entry else (kind, kind)
        key, name = str(self._ids[ASSETS][row]), str(self._names[ASSETS][row])
        return Ref(ASSETS, row, key, name, kind, zh, en, line, at)

    def _zone(self, row: int, at: tuple[float, float] | None) -> Ref:
        level = str(self._level[row])
        zh, en = LEVEL_NAMES.get(level, (level, level))
        key, name = str(self._ids[ZONES][row]), str(self._names[ZONES][row])
        return Ref(ZONES, row, key, name, level, zh, en, "", at)


def _place(at: list[float]) -> tuple[float, float] | None:
    return (at[0], at[1]) if at[0] == at[0] else None  # NaN: no place
