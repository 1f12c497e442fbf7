"""Tables as their schema says: columns in order, typed, defaults filled, sorted by key."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from rencity.city.schema import Attribute, Table
from rencity.kit.errors import InputError


def conform(table: Table, frame: pd.DataFrame | None, *, place: str) -> pd.DataFrame:
    """The frame with the table's columns in order, typed, defaults filled, sorted by key.

    Extra columns are refused: what a table may hold is said in one place.

    Raises
    ------
    InputError : a required or unknown column, or a value of the wrong type, with its row
    """
    if frame is None:
        frame = pd.DataFrame({name: [] for name in table.columns})
    missing = [a.name for a in table.attributes if a.required and a.name not in frame]
    if table.geometry and "geometry" not in frame:
        missing.append("geometry")
    extra = [str(name) for name in frame.columns if name not in table.columns]
    if missing or extra:
        said = [f"missing {', '.join(missing)}"] if missing else []
        said += [f"unknown {', '.join(extra)}"] if extra else []
        raise InputError(
            f"table {table.name}: columns {' and '.join(said)}",
            place=place,
            mend=f"its columns are {', '.join(table.columns)}",
        )
    data: dict[str, Any] = {
        a.name: _column(table, a, frame.get(a.name), len(frame), place) for a in table.attributes
    }
    if table.geometry:
        made = gpd.GeoDataFrame(
            data, geometry=np.asarray(frame["geometry"], dtype=object), crs="EPSG:4326"
        )
    else:
        made = pd.DataFrame(data)
    return made.sort_values(list(table.key), kind="stable", ignore_index=True)


def _column(
    table: Table, attribute: Attribute, column: pd.Series | None, n: int, place: str
) -> pd.Series:
    text = attribute.kind in ("id", "text", "choice")
    if column is None:
        return pd.Series([attribute.default] * n, dtype=_DTYPES[attribute.kind])
    column = column.reset_index(drop=True)
    if attribute.default is not None:
        absent = column.isna()
        if absent.any():
            column = column.astype(object).where(~absent, attribute.default)
    elif column.isna().any():
        row = int(np.flatnonzero(column.isna())[0])
        raise InputError(
            f"{table.name}.{attribute.name} is empty in row {row + 1}",
            place=place,
            mend="give it a value or leave the row out",
        )
    try:
        if text:
            if pd.api.types.infer_dtype(column, skipna=False) != "string":
                column = column.map(_as_text)
            return column.astype("str")
        return column.astype(_DTYPES[attribute.kind])
    except (ValueError, TypeError) as exc:
        raise InputError(
            f"{table.name}.{attribute.name} holds a value that is not {attribute.kind}: {exc}",
            place=place,
            mend="correct the value",
        ) from exc


_DTYPES = {
    "id": "str",
    "text": "str",
    "choice": "str",
    "float": "float64",
    "int": "int64",
    "bool": "bool",
}


def _as_text(value: object) -> str:
    # ids read from spreadsheets come as 12.0
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
