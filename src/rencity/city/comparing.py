"""Whether two rows say the same, and how a message names them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.schema import TABLES, Table
from rencity.kit.errors import InputError

Mask = npt.NDArray[np.bool_]


def no_twice(name: str, theirs: pd.DataFrame, place: str) -> None:
    """Refuse a key that stands twice.

    Raises
    ------
    InputError : one does
    """
    key = list(TABLES[name].key)
    twice = theirs[theirs.duplicated(key)]
    if len(twice):
        raise InputError(
            f"{name}: {key_text(twice, key)} stands twice", place=place, mend="make ids unique"
        )


def key_text(frame: pd.DataFrame, key: list[str]) -> str:
    """The key of the first row, for a message."""
    return " + ".join(str(frame.iloc[0][name]) for name in key)


def unsaid(table: Table, column: str, values: pd.Series) -> Mask:
    """Where a value is what stands when nothing is said: what was filled since may differ."""
    if column == "geometry":
        return np.asarray(values.isna(), dtype=bool)
    default = table.attribute(column).default
    if default == "" or (column == "people_night" and default == 0):
        return np.asarray(values == default, dtype=bool)
    return np.asarray(values.isna(), dtype=bool)


def same(a: pd.Series, b: pd.Series) -> Mask:
    """Where two columns hold the same; two missing values are the same."""
    if isinstance(a, gpd.GeoSeries):
        left, right = shapely.to_wkb(a.values), shapely.to_wkb(b.values)
        return np.array([x == y for x, y in zip(left, right, strict=True)], dtype=bool)
    left, right = a.to_numpy(), b.to_numpy()
    return np.asarray((left == right) | (pd.isna(left) & pd.isna(right)), dtype=bool)


def shown(value: object) -> str:
    """A value as a message shows it."""
    plain = value.item() if isinstance(value, np.generic) else value
    return repr(plain) if not isinstance(plain, shapely.Geometry) else plain.wkt[:60]
