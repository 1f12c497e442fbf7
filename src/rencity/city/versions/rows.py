"""Rows that a file of changes gives, written out or in a file beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.marks import as_text, markable, marked, silent, unmark
from rencity.city.schema import TABLES
from rencity.city.versions.changes import Add, Set, known_columns
from rencity.kit.errors import InputError


def given_rows(change: Add | Set, base: Path, place: str) -> pd.DataFrame:
    """The rows of a change as a frame; geometry as shapes in WGS-84.

    Raises
    ------
    InputError : neither or both of rows and file, a file that cannot be read, unknown columns
    """
    if bool(change.rows) == bool(change.file):
        raise InputError(f"{change.do}: give rows or a file", place=place, mend="one of the two")
    if change.file:
        frame = _read(base / change.file)
        place = str(base / change.file)
    else:
        frame = pd.DataFrame(list(change.rows))
    known_columns(change.table, dict.fromkeys(frame.columns), place)
    missing = [name for name in TABLES[change.table].key if name not in frame]
    if missing:
        raise InputError(
            f"{change.table}: no {', '.join(missing)}", place=place, mend="name the key of each row"
        )
    if "geometry" in frame:
        shapes = [shape_of(value, place) for value in frame["geometry"]]
        frame = frame.assign(geometry=pd.Series(shapes, dtype=object, index=frame.index))
    return frame


def _read(path: Path) -> pd.DataFrame:
    mend = "name a CSV, GeoJSON, GeoPackage or Parquet file beside the file of changes"
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend=mend)
    try:
        if path.suffix.lower() == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
            return frame.replace("", np.nan)
        if path.suffix.lower() == ".parquet":
            return pd.DataFrame(pd.read_parquet(path))
        layer = gpd.read_file(path)
        return pd.DataFrame(layer.to_crs("EPSG:4326") if layer.crs is not None else layer)
    except Exception as exc:
        raise InputError(f"cannot be read: {exc}", place=str(path), mend=mend) from exc


def shape_of(value: object, place: str) -> shapely.Geometry | None:
    """A shape from WKT, WKB or itself; None where there is none.

    Raises
    ------
    InputError : text that is no WKT
    """
    if value is None or isinstance(value, shapely.Geometry):
        return value
    if isinstance(value, float):
        return None
    try:
        made = shapely.from_wkb(value) if isinstance(value, bytes) else shapely.from_wkt(str(value))
    except shapely.errors.ShapelyError as exc:
        raise InputError(
            f"geometry {str(value)[:40]!r} is no WKT",
            place=place,
            mend="write it as WKT in WGS-84, such as POINT (120.3 31.5)",
        ) from exc
    return made


def with_values(
    table: str, frame: pd.DataFrame, which: np.ndarray[Any, Any], values: dict[str, Any]
) -> pd.DataFrame:
    """The frame with values set in those rows, which are known from now on.

    A row that was inferred as a whole becomes one whose other values are marked with its rule.
    """
    if "origin" in frame and not {"origin", "rule", "inferred"} & set(values):
        frame = _known_rows(table, frame, which)
    for column, value in values.items():
        old = frame[column].to_numpy(dtype=object, copy=True)
        for i, new in zip(np.flatnonzero(which), value, strict=True):
            old[i] = new
        frame = frame.assign(**{column: old})
        if "inferred" in frame and column not in ("origin", "rule", "inferred"):
            frame = unmark(frame, column, which)
    return frame


def _known_rows(table: str, frame: pd.DataFrame, which: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Rows inferred as a whole as measured ones with every value marked."""
    guessed = np.flatnonzero(which & frame["origin"].eq("inferred").to_numpy())
    if not len(guessed):
        return frame
    columns = markable(TABLES[table])
    part = frame.iloc[guessed]
    known = {a.name: ~silent(a, part[a.name]) for a in columns}
    own = {a.name: marked(part, a.name) for a in columns}
    texts = frame["inferred"].to_numpy(dtype=object, copy=True)
    for n, i in enumerate(guessed):
        rule = str(frame["rule"].iloc[i]) or "inferred"
        said = {name: rule for name, there in known.items() if there[n] and not own[name][n]}
        before = dict(p.split("=", 1) for p in str(texts[i]).split("; ") if "=" in p)
        texts[i] = as_text({**said, **before})
    origin = frame["origin"].to_numpy(dtype=object, copy=True)
    rule_ = frame["rule"].to_numpy(dtype=object, copy=True)
    origin[guessed], rule_[guessed] = "measured", ""
    return frame.assign(origin=origin, rule=rule_, inferred=texts)
