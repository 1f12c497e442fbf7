"""New rows into a city: nothing doubles and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.comparing import key_text, no_twice, same, shown, unsaid
from rencity.city.marks import MARKED, markable, marked, silent
from rencity.city.model import City
from rencity.city.readers.ledger import Part
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError

Mask = npt.NDArray[np.bool_]


def merge(city: City, part: Part, *, place: str) -> tuple[City, dict[str, int], dict[str, int]]:
    """The city with the part's rows; rows that stand there already are not doubled.

    Returns
    -------
    The city, rows added and rows that stood there already, by table.

    Raises
    ------
    InputError : a key stands in the city with other values
    """
    more = City.build(city.identity, part.tables)
    tables: dict[str, pd.DataFrame] = {}
    added: dict[str, int] = {}
    same: dict[str, int] = {}
    for name in TABLES:
        ours, theirs = city.tables[name], more.tables[name]
        if not len(theirs):
            continue
        no_twice(name, theirs, place)
        fresh = _fresh(name, ours, theirs, place)
        added[name], same[name] = int(fresh.sum()), int((~fresh).sum())
        tables[name] = _stacked(ours, theirs[fresh])
    return city.replace(**tables), added, same


def changed(city: City, changes: Mapping[str, pd.DataFrame]) -> tuple[City, dict[str, int]]:
    """The city with other values in rows that stand, and how many rows differ now, by table.

    Raises
    ------
    InputError : a row to change does not stand
    """
    tables: dict[str, pd.DataFrame] = {}
    counts: dict[str, int] = {}
    for name, more in changes.items():
        frame, key = city.tables[name].copy(), list(TABLES[name].key)
        at = pd.MultiIndex.from_frame(frame[key]).get_indexer(pd.MultiIndex.from_frame(more[key]))
        if (at < 0).any():
            raise InputError(
                f"{name}: {key_text(more[at < 0], key)} is not in the city",
                mend="import what it describes first",
            )
        other = np.zeros(len(more), dtype=bool)
        for column in (c for c in more.columns if c not in key):
            values = frame[column].to_numpy(copy=True)
            new = more[column].to_numpy()
            other |= ~((values[at] == new) | (pd.isna(values[at]) & pd.isna(new)))
            values[at] = new
            frame[column] = values
        tables[name], counts[name] = frame, int(other.sum())
    return (city.replace(**tables) if any(counts.values()) else city), counts


def _stacked(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    if not len(ours) or not len(theirs):
        return ours if len(ours) else theirs
    return pd.concat([ours, theirs], ignore_index=True)


def _fresh(name: str, ours: pd.DataFrame, theirs: pd.DataFrame, place: str) -> Mask:
    key = list(TABLES[name].key)
    where = pd.MultiIndex.from_frame(ours[key]).get_indexer(pd.MultiIndex.from_frame(theirs[key]))
    known = where >= 0
    for column in TABLES[name].columns:
        a, b = ours.iloc[where[known]][column], theirs[known][column]
        if column == "inferred":
            continue
        differs = ~same(a, b) & ~unsaid(TABLES[name], column, b)
        if differs.any() and _is_markable(name, column):  # a rule filled it since
            guessed = marked(ours.iloc[where[known]], column)
            differs &= ~(guessed & silent(TABLES[name].attribute(column), b))
        if differs.any():
            i = int(np.flatnonzero(differs)[0])
            raise InputError(
                f"{name}: {key_text(theirs[known].iloc[[i]], key)} is in the city already with "
                f"{column} {shown(a.iloc[i])}, here {shown(b.iloc[i])}",
                place=place,
                mend="give the new rows other ids (a template in the mapping), leave them out, or "
                "say with --merge which stands",
            )
    return np.asarray(~known)


def _is_markable(name: str, column: str) -> bool:
    return name in MARKED and any(a.name == column for a in markable(TABLES[name]))
