"""Assets and zones by a word of their id, name or kind, the closest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from rencity.atlas.opened import Opened
from rencity.atlas.refs import ASSETS, LEVEL_NAMES, ZONES, Ref, Refs, Which

Bools = npt.NDArray[np.bool_]
_TABLES: tuple[Which, ...] = (ZONES, ASSETS)
_TEXTS: dict[Which, tuple[str, ...]] = {ZONES: ("id", "name", "name_en"), ASSETS: ("id", "name")}
_EXACT, _START, _WITHIN = "exact", "start", "within"


@dataclass(frozen=True)
class Found:
    """Something found; `why`: ``id``, ``name``, ``name_en`` or ``kind``, which holds the word."""

    ref: Ref
    why: str


class Finder:
    """Texts of a city, lower case."""

    def __init__(self, opened: Opened) -> None:
        self._refs, self._city = opened.kept(Refs), opened.city
        self._texts = {
            (table, column): _lower(opened.city.tables[table][column])
            for table in _TABLES
            for column in _TEXTS[table]
        }
        kinds = opened.city.assets["lifeline"] + "." + opened.city.assets["kind"]
        levels = opened.city.zones["level"]
        self._kinds = {
            ASSETS: kinds.astype("category").cat,
            ZONES: levels.astype("category").cat,
        }

    def find(self, word: str, limit: int) -> list[Found]:
        """What holds a word, the exact id first, then exact names, beginnings, and the rest."""
        said = word.strip().lower()
        seen: set[tuple[str, int]] = set()
        found: list[tuple[Which, int, str]] = []
        for table, row, why in self._hits(said) if said else ():
            if (table, row) not in seen:
                seen.add((table, row))
                found.append((table, row, why))
            if len(found) == limit:
                break
        return [Found(self._refs.one(table, row), why) for table, row, why in found]

    def _hits(self, word: str) -> Iterator[tuple[Which, int, str]]:
        within = {key: self._holding(key, word) for key in self._texts}
        for how in (_EXACT, _START, _WITHIN):
            for (table, column), rows in within.items():
                for row in self._as(how, (table, column), rows, word).tolist():
                    yield table, row, column
            if how == _EXACT:
                yield from self._of_kind(word, exact=True)
        yield from self._of_kind(word, exact=False)

    def _holding(self, key: tuple[Which, str], word: str) -> npt.NDArray[np.int64]:
        held = pc.match_substring(self._texts[key], word)
        return np.flatnonzero(held.to_numpy(zero_copy_only=False))

    def _as(
        self, how: str, key: tuple[Which, str], rows: npt.NDArray[np.int64], word: str
    ) -> npt.NDArray[np.int64]:
        if how == _WITHIN or not len(rows):
            return rows
        texts = self._texts[key].take(pa.array(rows))
        held = pc.equal(texts, word) if how == _EXACT else pc.starts_with(texts, word)
        return rows[held.to_numpy(zero_copy_only=False)]

    def _of_kind(self, word: str, *, exact: bool) -> Iterator[tuple[Which, int, str]]:
        for table in _TABLES:
            kinds = self._kinds[table]
            chosen = [
                code
                for code, name in enumerate(kinds.categories)
                if _named(word, self._said(table, str(name)), exact=exact)
            ]
            if chosen:
                for row in np.flatnonzero(np.isin(kinds.codes.to_numpy(), chosen)).tolist():
                    yield table, row, "kind"

    def _said(self, table: Which, kind: str) -> tuple[str, ...]:
        if table == ZONES:
            return (kind, *LEVEL_NAMES.get(kind, ()))
        entry = self._city.catalogue.kinds.get(kind)
        return (kind, entry.zh, entry.en) if entry else (kind,)


def _named(word: str, names: tuple[str, ...], *, exact: bool) -> bool:
    lower = [name.lower() for name in names]
    return word in lower if exact else any(word in name for name in lower)


def _lower(column: Any) -> pa.Array:
    texts = pa.array(column, type=pa.large_string())
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    return pc.utf8_lower(texts)
