"""Which table the rows of a sheet may become."""

from __future__ import annotations

from pathlib import PurePosixPath

from rencity.city.readers.guessing.words import Columns, holds, words
from rencity.city.readers.mapping import COLUMNS, REQUIRED
from rencity.city.readers.peek import Peek, Sheet

_POLYGONS, _LINES = {"Polygon", "MultiPolygon"}, {"LineString", "MultiLineString"}


def is_whole(file: Peek, sheet: Sheet) -> str:
    """The table whose file in a city folder this is; empty where it is none."""
    stem = PurePosixPath(file.path).stem.lower()
    names = {column.name for column in sheet.columns}
    if stem == "needs" and names >= {"group", "provider"}:
        return stem
    if stem in COLUMNS and names >= set(REQUIRED[stem]):
        return stem
    return ""


def table_of(file: Peek, sheet: Sheet) -> str:
    """The table by columns, shapes and the name of the file; empty where none fits."""
    named = Columns(sheet)
    stem = f"{PurePosixPath(file.path).stem} {sheet.name}".lower()
    shapes = set(next((c.examples for c in sheet.columns if c.type == "geometry"), ()))
    placed = bool(shapes) or _both(named, "columns", "x", "y")
    if not placed:
        return _relation(named, stem) or ("zones" if _census(named) else "")
    if shapes and shapes <= _LINES and _both(named, "ends", "start", "end"):
        return "links"
    sized = named.find("columns", "storeys") or named.find("columns", "floor_area_m2")
    if _called(stem, "buildings") or sized:
        return "buildings"
    people = named.find("columns", "people_night")
    if shapes and shapes <= _POLYGONS:
        other = holds(file.path, "lifelines") and not _is_area(named, stem)
        return "zones" if people or not other else "assets"
    return "assets"


def _relation(named: Columns, stem: str) -> str:
    """The table of rows that join two things, or a thing and an amount."""
    trips = named.find("trips", "start"), named.find("trips", "end")
    if all(trips) and named.find("columns", "trips", but=trips):
        plainly = {c.name.lower() for c in trips if c} <= {"o", "d", "origin", "destination"}
        if plainly or _called(stem, "od"):
            return "od"
    if _both(named, "carriers", "asset", "carrier"):
        return "carriers"
    if _both(named, "needs", "asset", "provider") or _two_lines(named, stem):
        return "needs"
    start, end = named.find("ends", "start"), named.find("ends", "end")
    if start and end and (len(start.name + end.name) > 2 or len(named.all) > 2):
        return "links"
    zone = named.find("columns", "zone")
    if zone and named.find("columns", "amount"):
        return "demands"
    shared = named.find("columns", "share") or _called(stem, "serves")
    return "serves" if zone and shared and named.find("serves", "asset", but=(zone,)) else ""


def two_lines(named: Columns) -> tuple[str, ...]:
    """Two columns of ids that are named after lifelines, as ``water_id, power_id``."""
    said = [column.name for column in named.all if holds(column.name, "lifelines")]
    return tuple(said) if len(said) == 2 == len(named.all) else ()


def _two_lines(named: Columns, stem: str) -> bool:
    return _called(stem, "needs") and bool(two_lines(named))


def _both(named: Columns, group: str, one: str, other: str) -> bool:
    first = named.find(group, one)
    return first is not None and named.find(group, other, but=(first,)) is not None


def _census(named: Columns) -> bool:
    people = named.find("columns", "people_night")
    name = named.find("columns", "name") or named.find("columns", "code")
    return people is not None and name is not None


def _is_area(named: Columns, stem: str) -> bool:
    text = " ".join([stem, *named.names])
    return bool(holds(text, "levels")) or _called(stem, "zones")


def _called(stem: str, table: str) -> bool:
    return any(word in stem.lower() for word in words()["tables"][table])
