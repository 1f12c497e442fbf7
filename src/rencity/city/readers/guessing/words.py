"""What columns, files and values are called."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from rencity.city.readers.peek import Column, Sheet

_BRACKETS = re.compile(r"[（(\[](.*?)[）)\]]")
_SIGNS = re.compile(r"[\s_.\-/:：]+")


@cache
def words() -> dict[str, dict[str, Any]]:
    """The lists of `words.toml`."""
    held = resources.files("rencity.city.readers.guessing").joinpath("words.toml")
    return tomllib.loads(held.read_text(encoding="utf-8"))


def plain(name: str) -> str:
    """A name without its unit, spaces and signs: ``Length (ft)`` is ``length``."""
    return _SIGNS.sub("", _BRACKETS.sub("", name).lower())


def unit_in(name: str) -> str:
    """The unit that a name gives in brackets; empty where it gives none."""
    found = _BRACKETS.search(name)
    said = found[1].strip() if found else ""
    return str(words()["units"].get(said, said))


def holds(text: str, group: str) -> str:
    """The first name of a group of words of which one is in a text; empty where none is."""
    low = text.lower()
    return next((key for key, some in words()[group].items() if any(w in low for w in some)), "")


class Columns:
    """The columns of a sheet, found by what they may be called."""

    def __init__(self, sheet: Sheet) -> None:
        self.all = [column for column in sheet.columns if column.type != "geometry"]
        self.names = {column.name: column for column in self.all}
        self._plain: dict[str, Column] = {}
        for column in self.all:
            self._plain.setdefault(plain(column.name), column)

    def find(self, group: str, role: str, *, but: tuple[Column | None, ...] = ()) -> Column | None:
        """The column of a role, other than those named."""
        called = words()[group].get(role, [role])
        found = (self._plain.get(word) for word in called)
        return next((c for c in found if c is not None and all(c is not b for b in but)), None)
