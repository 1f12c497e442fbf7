"""Text in sections of rows, as EPANET and SWMM write it, each row with its line."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from rencity.city.readers.decoding import decode
from rencity.kit.errors import InputError

END = "END"
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

    def at_least_0(self, n: int, name: str) -> float:
        """Field `n` as a number not below zero."""
        value = self.number(n, name)
        if value < 0:
            raise InputError(
                f"{name} {value:g} is below 0", place=self.place, mend="correct the value"
            )
        return value


@dataclass
class Inp:
    """Rows by section, in order of the file.

    Attributes
    ----------
    ended : whether the file has its last line, [END]
    """

    path: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    ended: bool = False

    def section(self, name: str) -> list[Row]:
        """Rows of a section; none when the file has no such section."""
        return self.rows.get(name, [])


def read_sections(path: Path, section_of: Callable[[str, str], str], program: str) -> Inp:
    """Read the rows of every section; comments after ``;`` and empty lines are left out.

    Parameters
    ----------
    section_of : name of a section from its header line and place; `END` ends the reading
    program : whose file it is, for messages

    Raises
    ------
    InputError : missing, unreadable or binary, or text before the first section
    """
    made, section = Inp(path), ""
    for n, line in enumerate(_text(path, program).splitlines(), start=1):
        bare = line.split(";", 1)[0].strip()
        if not bare:
            continue
        place = f"{path}:{n}"
        if bare.startswith("["):
            section = section_of(bare, place)
            if section == END:
                made.ended = True
                return made
            made.rows.setdefault(section, [])
        elif section:
            fields = tuple(quoted or plain for quoted, plain in _TOKEN.findall(bare))
            made.rows[section].append(Row(fields, place))
        else:
            raise InputError(
                f"text before the first section: {bare[:40]}",
                place=place,
                mend=f"give an {program} input file; its first line is [TITLE]",
            )
    return made


def _text(path: Path, program: str) -> str:
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend=f"give an {program} .inp text file")
    try:
        with path.open("rb") as file:
            binary = b"\0" in file.read()
        if binary:
            raise InputError(
                "a binary file, not text",
                place=str(path),
                mend=f"export the network from {program} as .inp",
            )
        return decode(path)
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
        ) from exc


class Placed(Protocol):
    """What knows where it stands in its file, as ``file:line``."""

    @property
    def place(self) -> str: ...  # noqa: D102 - the class says it


def refuse_twice(row: Row, known: Mapping[str, Placed]) -> None:
    """Refuse a row whose id stands already.

    Raises
    ------
    InputError : it does
    """
    key = row.fields[0]
    if key in known:
        raise InputError(
            f"id {key} stands twice, first at line {known[key].place.rsplit(':', 1)[1]}",
            place=row.place,
            mend="give one of them another id",
        )
