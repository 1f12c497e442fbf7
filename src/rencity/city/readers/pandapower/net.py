"""The JSON of a pandapower net as plain data frames.

The file names Python modules and classes for its values. They are read as text: nothing that a file
names is imported or called.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rencity.city.readers.decoding import decode
from rencity.city.readers.records import Records
from rencity.city.readers.sniff import load_json, not_a
from rencity.kit.errors import InputError

MEND = "write the net again with pandapower.to_json(net, FILE)"
FRAMES = ("DataFrame", "GeoDataFrame")


@dataclass(frozen=True)
class Net:
    """A net's tables by name, those without rows left out.

    Attributes
    ----------
    opaque : entries that are no tables (names of solvers, standard types, controllers' objects)
    """

    path: Path
    frames: Mapping[str, pd.DataFrame]
    opaque: tuple[str, ...] = ()

    def records(self, name: str) -> Records:
        """The rows of a table, numbered by their index; none where there is no such table."""
        frame = self.frames.get(name, pd.DataFrame())
        rows = np.asarray(frame.index, dtype=np.int64)
        return Records(f"{self.path.name} {name}", frame.reset_index(drop=True), rows)


def read_net(path: Path) -> Net:
    """Read the tables of a net.

    Raises
    ------
    InputError : a missing, binary or broken file, one of another kind, an encrypted net, a table
        whose rows do not fit its columns, or a net without a table of buses
    """
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend="give a net as .json")
    try:
        text = decode(path)
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc
    said = load_json(path, text, "pandapower")
    if isinstance(said, str):
        raise InputError(
            "an encrypted net, or text in quotes",
            place=str(path),
            mend="write it without encryption_key",
        )
    if not (isinstance(said, dict) and said.get("_class") == "pandapowerNet"):
        raise not_a("pandapower", path, "it holds no pandapowerNet", MEND)
    entries = said.get("_object")
    if not isinstance(entries, dict):
        raise InputError("the net's _object holds no tables", place=str(path), mend=MEND)
    tables = {str(name): _table(path, str(name), entry) for name, entry in entries.items()}
    frames = {name: frame for name, frame in tables.items() if frame is not None and len(frame)}
    if "bus" not in frames:
        raise InputError("the net has no buses", place=str(path), mend="give a net with buses")
    return Net(path, frames, tuple(name for name, frame in tables.items() if frame is None))


def _table(path: Path, name: str, entry: object) -> pd.DataFrame | None:
    """The frame of an entry; None where it is something else."""
    if not isinstance(entry, dict) or entry.get("_class") not in FRAMES:
        return None
    place = f"{path} {name}"
    inner = entry.get("_object")
    if isinstance(inner, str):
        try:
            inner = json.loads(inner)
        except (json.JSONDecodeError, RecursionError) as exc:
            raise InputError(
                f"the table's text is broken JSON: {exc}", place=place, mend=MEND
            ) from exc
    if not isinstance(inner, dict):
        raise InputError("the table holds no rows and columns", place=place, mend=MEND)
    made = _features(inner, place) if "features" in inner else _split(inner, place)
    if not made.columns.is_unique:
        twice = made.columns[made.columns.duplicated()][0]
        raise InputError(f"column {twice} stands twice", place=place, mend=MEND)
    return made


def _split(inner: dict[str, Any], place: str) -> pd.DataFrame:
    parts = [inner.get(key) for key in ("columns", "index", "data")]
    if not all(isinstance(part, list) for part in parts):
        raise InputError(
            "the table is not written as columns, index and data", place=place, mend=MEND
        )
    columns, index, data = (list(part or ()) for part in parts)
    if len(index) != len(data):
        raise InputError(f"{len(index)} indices for {len(data)} rows", place=place, mend=MEND)
    for key, row in zip(index, data, strict=True):
        if not isinstance(row, list) or len(row) != len(columns):
            raise InputError(
                f"row {key} does not have the table's {len(columns)} values", place=place, mend=MEND
            )
    return _framed(columns, _whole(index, place), data)


def _features(inner: dict[str, Any], place: str) -> pd.DataFrame:
    """Rows of a GeoDataFrame: the properties of its features, numbered by their ids."""
    features = inner["features"]
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise InputError("its features are no GeoJSON", place=place, mend=MEND)
    rows = [each.get("properties") or {} for each in features]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    index = _whole([each.get("id") for each in features], place)
    return _framed(columns, index, [[row.get(name) for name in columns] for row in rows])


def _framed(columns: list[Any], index: list[int], data: list[list[Any]]) -> pd.DataFrame:
    names = [str(name) for name in columns]
    values = np.empty((len(data), len(names)), dtype=object)
    for i, row in enumerate(data):
        values[i, :] = [_single(value) for value in row]
    return pd.DataFrame(values, index=index, columns=names, dtype=object)


def _single(value: object) -> object:
    """A value as a table can hold it: lists and objects as their JSON."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def _whole(index: list[Any], place: str) -> list[int]:
    made = []
    for key in index:
        whole = str(key).removesuffix(".0")
        if not whole.removeprefix("-").isdecimal():
            raise InputError(f"index {key!r} is no whole number", place=place, mend=MEND)
        made.append(int(whole))
    return made
