"""Which single values of a row a rule filled in: ``column=rule`` in the row's `inferred`.

A row whose `origin` says so is inferred as a whole by its `rule`; a mark speaks of one value of a
row that is otherwise as its origin says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.schema import TABLES, Attribute, Table

Mask = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]
Frame = TypeVar("Frame", bound=pd.DataFrame)

MARKED = tuple(name for name, table in TABLES.items() if "inferred" in table.columns)
"""Tables whose rows carry marks."""

_NEVER = ("origin", "rule", "inferred")


def parse(text: str) -> dict[str, str]:
    """Rule of each column that a row's `inferred` names.

    Raises
    ------
    ValueError : a part is not ``column=rule``, or a column stands twice
    """
    said: dict[str, str] = {}
    for part in filter(None, text.split("; ")):
        column, equals, rule = part.partition("=")
        if not (column and equals and rule) or column in said or column != column.strip():
            raise ValueError(f"{part!r} is not column=rule")
        said[column] = rule
    return said


def as_text(rules: Mapping[str, str]) -> str:
    """The marks of a row as its `inferred` says them, by column."""
    return "; ".join(f"{column}={rules[column]}" for column in sorted(rules))


def markable(table: Table) -> tuple[Attribute, ...]:
    """Attributes whose values may be inferred one by one: all but the key and the origin."""
    return tuple(a for a in table.attributes if a.name not in (*table.key, *_NEVER))


def rules_of(frame: pd.DataFrame, column: str) -> Names:
    """The rule that filled each row's value of `column`, empty where none did, shape (n,)."""
    return _each(frame["inferred"], lambda rules: rules.get(column, ""))


def marked(frame: pd.DataFrame, column: str) -> Mask:
    """Rows whose value of `column` a rule filled in, shape (n,)."""
    return np.asarray(rules_of(frame, column) != "", dtype=bool)


def mark(frame: Frame, column: str, rule: str, which: Mask) -> Frame:
    """The frame with those rows' value of `column` marked as filled by `rule`."""
    return _changed(frame, lambda rules: {**rules, column: rule}, which)


def unmark(frame: Frame, column: str, which: Mask) -> Frame:
    """The frame without the marks of `column` in those rows."""
    return _changed(frame, lambda rules: {c: r for c, r in rules.items() if c != column}, which)


def silent(attribute: Attribute, values: pd.Series) -> Mask:
    """Where a value says nothing: missing, or empty text."""
    if attribute.kind in ("id", "text", "choice"):
        return values.eq("").to_numpy(dtype=bool)
    return values.isna().to_numpy(dtype=bool)


def _changed(
    frame: Frame, change: Callable[[dict[str, str]], dict[str, str]], which: Mask
) -> Frame:
    if not which.any():
        return frame
    made = frame["inferred"].to_numpy(dtype=object, copy=True)
    made[which] = _each(frame["inferred"][which], lambda rules: as_text(change(rules)))
    return frame.assign(inferred=pd.Series(made, dtype="str", index=frame.index))


def _each(texts: pd.Series, told: Callable[[dict[str, str]], str]) -> Names:
    """What is told of each text; each distinct one is read once."""
    codes, distinct = pd.factorize(texts)
    said = np.array([told(_lenient(str(text))) for text in distinct], dtype=object)
    return said[codes] if len(codes) else np.zeros(0, dtype=object)


def _lenient(text: str) -> dict[str, str]:
    try:
        return parse(text)
    except ValueError:  # a broken text marks nothing; the check of the city names its rows
        return {}
