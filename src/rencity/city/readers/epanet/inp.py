"""The text of an input file as sections of rows, each with its line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from rencity.kit.errors import InputError

SECTIONS = (
    "TITLE",
    "JUNCTIONS",
    "RESERVOIRS",
    "TANKS",
    "PIPES",
    "PUMPS",
    "VALVES",
    "EMITTERS",
    "CURVES",
    "PATTERNS",
    "ENERGY",
    "STATUS",
    "CONTROLS",
    "RULES",
    "DEMANDS",
    "QUALITY",
    "REACTIONS",
    "SOURCES",
    "MIXING",
    "OPTIONS",
    "TIMES",
    "REPORT",
    "COORDINATES",
    "VERTICES",
    "LABELS",
    "BACKDROP",
    "TAGS",
    "ROUGHNESS",
    "LEAKAGE",
)
_TOKEN = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Row:
    """The fields of a line.

    Attributes
    ----------
    place : file:line, for messages
    """

    fields: tuple[str, ...]
    place: str

    def text(self, n: int, name: str) -> str:
        """Field `n`, counted from 0."""
        if n >= len(self.fields):
            raise InputError(
                f"{name} is missing after {' '.join(self.fields)}",
                place=self.place,
                mend="give every field of the line, or export the file again whole",
            )
        return self.fields[n]

    def number(self, n: int, name: str) -> float:
        """Field `n` as a finite number."""
        text = self.text(n, name)
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise InputError(
                f"{name} {text} is not a number", place=self.place, mend="correct the value"
            )
        return value

    def positive(self, n: int, name: str) -> float:
        """Field `n` as a number above zero."""
        value = self.number(n, name)
        if value <= 0:
            raise InputError(
                f"{name} {value:g} is not above 0", place=self.place, mend="correct the value"
            )
        return value


@dataclass
class Inp:
    """Rows by section, in order of the file."""

    path: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def section(self, name: str) -> list[Row]:
        """Rows of a section; none when the file has no such section."""
        return self.rows.get(name, [])


def read_inp(path: Path) -> Inp:
    """Read the rows of every section; comments and empty lines are left out.

    Raises
    ------
    InputError : missing, binary, not an EPANET file, an unknown section, or no [END]
    """
    made, section = Inp(path), ""
    for n, line in enumerate(_text(path).splitlines(), start=1):
        place = f"{path}:{n}"
        bare = line.split(";", 1)[0].strip()
        if not bare:
            continue
        if bare.startswith("["):
            section = _section(bare, place)
            if section == "END":
                return made
            made.rows.setdefault(section, [])
        elif section:
            fields = tuple(quoted or plain for quoted, plain in _TOKEN.findall(bare))
            made.rows[section].append(Row(fields, place))
        else:
            raise InputError(
                f"text before the first section: {bare[:40]}",
                place=place,
                mend="give an EPANET input file; its first line is [TITLE]",
            )
    raise InputError(
        "the file breaks off: no [END]",
        place=str(path),
        mend="export it again; if it is whole, add a last line [END]",
    )


def _text(path: Path) -> str:
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend="give an EPANET .inp text file")
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc
    if b"\0" in data:
        raise InputError(
            "a binary file, not text",
            place=str(path),
            mend="export the network as .inp: File, Export, Network",
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(
        "text in neither UTF-8 nor GB 18030", place=str(path), mend="save the file as UTF-8"
    )


def _section(line: str, place: str) -> str:
    word = line.strip("[]").upper()
    if word.startswith("END"):
        return "END"
    # EPANET itself tells sections by their first four letters
    found = [name for name in SECTIONS if word[:4] == name[:4]]
    if not found:
        raise InputError(
            f"unknown section {line}",
            place=place,
            mend=f"use one of {', '.join(SECTIONS)}",
        )
    return found[0]
