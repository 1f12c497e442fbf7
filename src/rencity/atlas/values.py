"""Every value of a row that says something, with its unit and how it came to be known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rencity.city.marks import markable, parse
from rencity.city.schema import TABLES, Attribute

Said = str | float | int | bool


@dataclass(frozen=True)
class Value:
    """A value of a row.

    Attributes
    ----------
    origin : ``measured``, ``inferred`` or ``synthetic``
    rule : the rule that inferred or made it; empty if measured
    """

    column: str
    value: Said
    unit: str
    description: str
    origin: str
    rule: str


def values_of(table: str, frame: pd.DataFrame, row: int, unit: str = "") -> list[Value]:
    """The values of a row, keys and origin apart.

    Parameters
    ----------
    unit : of its lifeline, where a value is in it
    """
    marks = _marks(frame, row)
    return [
        _value(attribute, value, unit, *origin_of(frame, row, attribute.name, marks))
        for attribute in markable(TABLES[table])
        if (value := plain(frame[attribute.name].iloc[row])) is not None
    ]


def origin_of(
    frame: pd.DataFrame, row: int, column: str, marks: dict[str, str] | None = None
) -> tuple[str, str]:
    """Origin and rule of a value."""
    held = _marks(frame, row) if marks is None else marks
    if column in held:
        return "inferred", held[column]
    origin = str(frame["origin"].iloc[row])
    return origin, "" if origin == "measured" else str(frame["rule"].iloc[row])


def plain(value: Any) -> Said | None:
    """A cell as a plain value; None where it says nothing."""
    if pd.isna(value) or value == "":
        return None
    said: Said = value.item() if hasattr(value, "item") else value
    return said


def _value(attribute: Attribute, value: Said, unit: str, origin: str, rule: str) -> Value:
    its = unit if attribute.unit == "lifeline unit" else attribute.unit
    return Value(attribute.name, value, its, attribute.description, origin, rule)


def _marks(frame: pd.DataFrame, row: int) -> dict[str, str]:
    try:
        return parse(str(frame["inferred"].iloc[row]))
    except ValueError:  # a broken text marks nothing; the check of the city names its rows
        return {}
