"""The sections of an EPANET input file."""

from __future__ import annotations

from pathlib import Path

from rencity.city.readers.inp import END, Inp, read_sections
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


def read_inp(path: Path) -> Inp:
    """Read the rows of every section; comments and empty lines are left out.

    Raises
    ------
    InputError : missing, binary, not an EPANET file, an unknown section, or no [END]
    """
    made = read_sections(path, _section, "EPANET")
    if not made.ended:
        raise InputError(
            "the file breaks off: no [END]",
            place=str(path),
            mend="export it again; if it is whole, add a last line [END]",
        )
    return made


def _section(line: str, place: str) -> str:
    word = line.strip("[]").upper()
    if word.startswith(END):
        return END
    # EPANET itself tells sections by their first four letters
    found = [name for name in SECTIONS if word[:4] == name[:4]]
    if not found:
        raise InputError(
            f"unknown section {line}",
            place=place,
            mend=f"use one of {', '.join(SECTIONS)}",
        )
    return found[0]
