"""One value per row from a mapping's cell, and the rows that have none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rencity.city.readers.ledger import Layer
from rencity.city.readers.picking import Cell, Wanted
from rencity.city.readers.records import Objects, Records
from rencity.city.schema import Attribute
from rencity.kit.errors import InputError

Mask = npt.NDArray[np.bool_]

_TRUE = frozenset(("true", "1", "yes", "y", "t", "是"))
_FALSE = frozenset(("false", "0", "no", "n", "f", "否"))
_PLAIN = ("string", "floating", "integer", "mixed-integer-float", "empty")
_HOLE = re.compile(r"\{([^{}]+)\}")


class Work:
    """Records of a layer while its table is made: which still stand, and the account.

    `stands` is a mask over the records; `refuse` takes records out of it with a reason.
    """

    def __init__(self, records: Records, layer: Layer, missing: tuple[str, ...]) -> None:
        self.records = records
        self.layer = layer
        self.missing = frozenset(missing)
        self.stands: Mask = np.ones(len(records.frame), dtype=bool)

    def refuse(self, mask: Mask, reason: str, values: Objects | None = None) -> None:
        """Leave out the rows of `mask` that still stand."""
        for i in np.flatnonzero(mask & self.stands).tolist():
            shown = "" if values is None else f": {str(values[i])[:80]!r}"
            self.layer.refuse(reason, f"{self.records.place(i)}{shown}")
        self.stands &= ~mask

    def merge(self, mask: Mask, reason: str) -> None:
        """Count the rows of `mask` that still stand as part of another row."""
        for i in np.flatnonzero(mask & self.stands).tolist():
            self.layer.merge(reason, self.records.place(i))
        self.stands &= ~mask

    def text(self, name: str) -> Objects:
        """A column as text, None where missing."""
        column = self.records.column(name)
        if pd.api.types.infer_dtype(column, skipna=True) == "string":
            whole = pc.utf8_trim_whitespace(pa.array(column, pa.string(), from_pandas=True))
            gone = pc.is_in(whole, value_set=pa.array(sorted(self.missing), pa.string()))
            none = pa.scalar(None, pa.string())
            return objects_of(pc.if_else(gone, none, whole))
        made = np.array([as_text(value) for value in column], dtype=object)
        made[np.array([value is None or value in self.missing for value in made], dtype=bool)] = (
            None
        )
        return made

    def values(self, cell: Cell, where: str) -> Objects:
        """The cell's value of each row: text, or what `map` or `default` say; None if missing."""
        made = self._raw(cell)
        if cell.map:
            made = self._mapped(cell, made, where)
        if cell.default is not None:
            made[absent(made)] = cell.default
        made[absent(made)] = None  # TOML's nan
        return made

    def _raw(self, cell: Cell) -> Objects:
        n = len(self.records.frame)
        if cell.column is not None:
            return self.text(cell.column)
        if cell.template is None:
            return np.full(n, cell.value, dtype=object)
        parts = _HOLE.split(cell.template)  # literal, column, literal, …
        filled = [
            pa.array(self.text(part), pa.string()) if i % 2 else pa.scalar(part, pa.string())
            for i, part in enumerate(parts)
        ]
        joined = pc.binary_join_element_wise(*filled, "", null_handling="emit_null")
        return objects_of(joined) if len(parts) > 1 else np.full(n, cell.template, dtype=object)

    def _mapped(self, cell: Cell, values: Objects, where: str) -> Objects:
        known: dict[object, object] = {None: None}
        for value in dict.fromkeys(values):
            if value is not None:
                known[value] = _looked_up(cell, as_text(value) or "")
        if cell.default is None:
            unknown = np.array([v is not None and known[v] is None for v in values], dtype=bool)
            self.refuse(unknown, f"{where}: value not in the map", values)
        return np.array([known[value] for value in values], dtype=object)

    def attribute(self, attribute: Attribute, cell: Cell, where: str) -> pd.Series:
        """The cell as a column of the schema; rows with a value that cannot be are refused."""
        values = self.values(cell, where)
        if attribute.required:
            self.refuse(absent(values), f"{where}: no value")
        if attribute.kind in ("float", "int"):
            return pd.Series(self._numbers(attribute, cell, values, where))
        if attribute.kind == "bool":
            return pd.Series(self._truths(attribute, values, where))
        text = _texts(values, once=cell.value is not None and not cell.map)
        if attribute.kind == "choice":
            wrong = np.array(
                [v is not None and v not in attribute.choices for v in text], dtype=bool
            )
            self.refuse(wrong, f"{where}: not one of {', '.join(attribute.choices)}", text)
        return pd.Series(text, dtype=object)

    def numbers(self, values: Objects, where: str) -> npt.NDArray[np.float64]:
        """Text as finite numbers, NaN where missing; other rows are refused."""
        made = _numbers(values)
        self.refuse(np.isnan(made) & ~absent(values), f"{where}: not a number", values)
        self.refuse(np.isinf(made), f"{where}: not finite", values)
        return made

    def _numbers(
        self, attribute: Attribute, cell: Cell, values: Objects, where: str
    ) -> npt.NDArray[np.float64]:
        made = self.numbers(values, where) * cell.factor
        if cell.unit:
            made = made * unit_factor(cell.unit, attribute.unit, place=where)
        if attribute.least is not None:
            self.refuse(made < attribute.least, f"{where}: below {attribute.least:g}", values)
        if attribute.most is not None:
            self.refuse(made > attribute.most, f"{where}: above {attribute.most:g}", values)
        return made

    def _truths(self, attribute: Attribute, values: Objects, where: str) -> Objects:
        said = np.array([None if v is None else str(v).strip().lower() for v in values], object)
        wrong = np.array([v is not None and v not in _TRUE | _FALSE for v in said], dtype=bool)
        self.refuse(wrong, f"{where}: neither true nor false", values)
        return np.array([attribute.default if v is None else v in _TRUE for v in said], object)

    def matches(self, where: Mapping[str, Wanted]) -> Mask:
        """Rows whose columns pass the tests."""
        keep: Mask = np.ones(len(self.records.frame), dtype=bool)
        for name, test in where.items():
            keep &= _passes(test, self.text(name))
        return keep


def _passes(test: Wanted, text: Objects) -> Mask:
    keep: Mask = np.ones(len(text), dtype=bool)
    if test.any:
        keep &= _one_of(test.any, text)
    if test.none:
        keep &= ~_one_of(test.none, text)
    if test.given is not None:
        keep &= absent(text) != test.given
    numbers = _numbers(text) if test.least is not None or test.most is not None else None
    if numbers is not None and test.least is not None:
        keep &= numbers >= test.least
    if numbers is not None and test.most is not None:
        keep &= numbers <= test.most
    return keep


def _one_of(values: tuple[object, ...], text: Objects) -> Mask:
    tests = [_pattern(as_text(value) or "") for value in values]
    return np.array([any(t.fullmatch(v or "") for t in tests) for v in text], dtype=bool)


def absent(values: Objects) -> Mask:
    """Where there is no value."""
    return np.asarray(pd.isna(values), dtype=bool)


def objects_of(column: pa.Array) -> Objects:
    """A column of text as an array, None where it has none."""
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)


def _texts(values: Objects, *, once: bool) -> Objects:
    """Each value as text; `once` where all of them are one and the same."""
    if pd.api.types.infer_dtype(values, skipna=True) == "string":
        return values
    if once and len(values):
        return np.full(len(values), as_text(values[0]), dtype=object)
    return np.array([None if v is None else as_text(v) for v in values], dtype=object)


def _numbers(values: Objects) -> npt.NDArray[np.float64]:
    """Each value as a number, NaN where it is none."""
    there = ~absent(values)
    made = np.full(len(values), np.nan)
    kind = pd.api.types.infer_dtype(values, skipna=True)
    if kind not in _PLAIN:
        return np.array([_number(value) for value in values], dtype=float)
    try:
        quick = values[there].astype(np.float64)
    except (ValueError, TypeError):
        return np.array([_number(value) for value in values], dtype=float)
    if kind == "string" and pc.any(pc.match_substring(pa.array(values, pa.string()), "_")).as_py():
        return np.array([_number(value) for value in values], dtype=float)
    made[there] = quick
    return made


def _looked_up(cell: Cell, value: str) -> object:
    if value in cell.map:
        return cell.map[value]
    for key, new in cell.map.items():
        if "*" in key and _pattern(key).fullmatch(value):
            return new
    return value if cell.keep else None


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in text.split("*")), re.DOTALL)


def as_text(value: object) -> str | None:
    """A value of a file as the text a person would write; None where there is none."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return str(value).strip()


def _number(value: object) -> float:
    text = str(value)
    if value is None or "_" in text:  # Python reads 1_000 as a number; no file means that
        return np.nan
    try:
        return float(text)
    except ValueError:
        return np.nan


@cache
def _units() -> dict[str, tuple[str, float]]:
    text = (
        resources.files("rencity.city.readers").joinpath("units.toml").read_text(encoding="utf-8")
    )
    return {
        unit: (dimension, float(size))
        for dimension, sizes in tomllib.loads(text).items()
        for unit, size in sizes.items()
    }


def unit_factor(unit: str, wanted: str, *, place: str) -> float:
    """What a number in `unit` is multiplied by to be in `wanted`.

    Raises
    ------
    InputError : unknown unit, or of another dimension
    """
    units = _units()
    if wanted not in units:
        raise InputError(
            f"the attribute's unit is {wanted or 'none'}; {unit!r} cannot be converted",
            place=place,
            mend="leave `unit` out and use `factor`",
        )
    dimension = units[wanted][0]
    if unit not in units or units[unit][0] != dimension:
        known = ", ".join(name for name, (of, _) in units.items() if of == dimension)
        raise InputError(f"{unit!r} is no unit of {dimension}", place=place, mend=f"use {known}")
    return units[unit][1] / units[wanted][1]
