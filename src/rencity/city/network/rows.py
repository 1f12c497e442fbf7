"""Ids to row numbers, counts to pointers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.network.model import Ints
from rencity.kit.errors import CityError


def named(index: pd.Index, ids: pd.Series) -> npt.NDArray[np.bool_]:
    """Which entries of the index a column names."""
    found = index.get_indexer(ids)
    named = np.zeros(len(index), bool)
    named[found[found >= 0]] = True
    return named


def find(index: pd.Index, ids: pd.Series, what: str) -> Ints:
    """Row of each id in the index; `what` names the column for the error."""
    found = index.get_indexer(ids)
    if (found < 0).any():
        lost = str(ids.to_numpy()[np.flatnonzero(found < 0)[0]])
        raise CityError(
            f"{what} names {lost}, which is not there",
            place=f"{what}",
            mend="run `rencity city check` for every fault at once",
        )
    return found.astype(np.int64)


def pointers(counts: npt.NDArray[np.integer]) -> Ints:
    """Where each group begins and the last one ends, from their sizes."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
