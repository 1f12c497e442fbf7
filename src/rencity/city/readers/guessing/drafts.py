"""A guessed layer under way: what it says so far, and what is in doubt of it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

from rencity.city.readers.guessing.words import Columns
from rencity.city.readers.peek import Column, Peek, Sheet

Sure = Literal["likely", "maybe", "doubtful"]
_SURE: tuple[Sure, ...] = ("likely", "maybe", "doubtful")
Value = object


@dataclass
class Draft:
    """One layer.

    Attributes
    ----------
    whole : whether file and columns are named as in a city folder
    line : its lifeline where all rows have one
    key : column that tells its rows apart; None where several do, or none
    says : keys of the layer, beside `columns`
    columns : attribute to cell
    why, doubts : in Chinese and English
    """

    file: Peek
    sheet: Sheet
    table: str
    whole: bool = False
    line: str = ""
    key: Column | None = None
    says: dict[str, Value] = field(default_factory=dict)
    columns: dict[str, Value] = field(default_factory=dict)
    why: list[tuple[str, str]] = field(default_factory=list)
    doubts: list[tuple[str, str]] = field(default_factory=list)
    weight: int = 0

    def __post_init__(self) -> None:
        self.named = Columns(self.sheet)
        kinds = (c.examples for c in self.sheet.columns if c.type == "geometry")
        self.shapes = set(next(kinds, ()))

    @property
    def prefix(self) -> str:
        """What sets ids of one table apart from those of another."""
        if self.whole:
            return ""
        where = f"{PurePosixPath(self.file.path).with_suffix('')} {self.sheet.name}"
        return re.sub(r"\W+", "-", where.lower()).strip("-") + "-"

    @property
    def sure(self) -> Sure:
        """How sure it is."""
        return _SURE[min(self.weight, 2)]

    def because(self, zh: str, en: str) -> None:
        """What speaks for it."""
        self.why.append((zh, en))

    def doubt(self, zh: str, en: str, weight: int = 1) -> None:
        """Something that somebody must look at."""
        if (zh, en) not in self.doubts:
            self.doubts.append((zh, en))
            self.weight += weight

    def text(self, number: int) -> str:
        """The layer as TOML."""
        stem = PurePosixPath(self.file.path).stem
        head: dict[str, Value] = {"name": f"{stem}-{number}", "file": self.file.path}
        if self.sheet.name:
            head["sheet"] = self.sheet.name
        if self.file.format in ("csv", "txt") and self.sheet.delimiter != ",":
            head["delimiter"] = self.sheet.delimiter
        head |= {"table": self.table, **self.says}
        lines = ["[[layers]]", *(f"{_key(k)} = {_value(v)}" for k, v in head.items())]
        cells = [f"{_key(k)} = {_value(v)}" for k, v in self.columns.items()]
        return "\n".join([*lines, "[layers.columns]", *cells]) + "\n"


def column_cell(name: str, **more: Value) -> Value:
    """A cell that takes a column, however it is named."""
    return {"column": name, **more} if more or "{" in name else name


def hole(name: str) -> str:
    """A column in a template."""
    return f"{{{name}}}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _value(value: Value) -> str:
    """As TOML writes it, which for texts is as JSON does."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)
