"""Ids that must differ."""

from __future__ import annotations

import pandas as pd


def numbered(ids: pd.Series) -> pd.Series:
    """Text ids, the second of the same with ``-2`` after it, the third with ``-3``."""
    made = ids.reset_index(drop=True)
    while made.duplicated().any():
        again = made.groupby(made).cumcount()
        made = made.where(again == 0, made + "-" + (again + 1).astype(str))
    return made
