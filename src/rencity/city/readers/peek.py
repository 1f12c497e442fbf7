"""A look into files before they are read: what each is, its columns with examples, its place."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely

from rencity.city.readers.markup import read_markup
from rencity.city.readers.records import MAPS, MARKUP, TEXT, Records, decode, read_records
from rencity.city.readers.sniff import looks_like
from rencity.kit.errors import InputError

EXAMPLES, SHOWN_TEXT = 5, 80
MOST_BYTES = 200_000_000
"""Of a file that is looked into; a larger one takes too long while somebody waits."""
PARQUET = (".parquet", ".geoparquet")
_TABLES = (*TEXT, *MAPS, *PARQUET, ".xml", ".graphml")
_RASTERS = (".tif", ".tiff", ".asc")
_NOT_TABLES = ("osm", "swmm", "epanet", "tntp", "pandapower", "pyrecodes")


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes
    ----------
    type : ``number``, ``text`` or ``geometry``
    examples : the first distinct values
    distinct : whether every row has a value of its own
    """

    name: str
    type: str
    examples: tuple[str, ...]
    distinct: bool = False


@dataclass(frozen=True)
class Sheet:
    """Rows of a file, or of one layer in it.

    Attributes
    ----------
    name : of the layer; empty where the file is one
    crs : empty where the file does not say
    extent : west, south, east, north in `crs`; None without geometry
    delimiter : of text, else a comma
    """

    name: str
    columns: tuple[Column, ...]
    rows: int
    crs: str
    extent: tuple[float, float, float, float] | None
    delimiter: str = ","


@dataclass(frozen=True)
class Peek:
    """What a file is.

    Attributes
    ----------
    format : suffix of a table, else name of the reader it looks like, ``raster`` or empty
    fault : why it cannot be read as what it claims to be; empty where it can
    """

    path: str
    format: str
    bytes: int
    sheets: tuple[Sheet, ...] = ()
    fault: str = ""
    mend: str = ""


def peek(folder: Path) -> tuple[Peek, ...]:
    """What lies in a folder, by path.

    Raises
    ------
    OSError : the disk refused it
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return tuple(_peek(path, path.relative_to(folder).as_posix()) for path in paths)


def _peek(path: Path, name: str) -> Peek:
    size, suffix = path.stat().st_size, path.suffix.lower()
    looks = format_of(path)
    if looks in _NOT_TABLES or suffix not in _TABLES:
        return Peek(name, looks, size)
    if size > MOST_BYTES:
        why = f"{size:,} bytes are too many to look into"
        return Peek(name, suffix.lstrip("."), size, (), why, "import it as it is")
    try:
        return Peek(name, suffix.lstrip("."), size, tuple(_sheets(path)))
    except InputError as exc:
        return Peek(name, suffix.lstrip("."), size, (), exc.what, exc.mend)


def format_of(path: Path) -> str:
    """The reader that a file looks like by content and suffix, ``raster``, or empty."""
    suffix = path.suffix.lower()
    if suffix in _RASTERS:
        return "raster"
    if path.name.lower().endswith(".osm.pbf"):
        return "osm"
    if suffix == ".zip":
        return "gtfs" if _holds_feed(path) else ""
    said = looks_like(path)
    return said if " " not in said else ""


def _holds_feed(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = {Path(name).name for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile):
        return False
    return {"stops.txt", "stop_times.txt"} <= names


def _sheets(path: Path) -> Iterator[Sheet]:
    for name in _names(path):
        try:
            mark = _delimiter(path)
            yield sheet_of(name, read_records(path, sheet=name, delimiter=mark), mark)
        except InputError:
            if len(_names(path)) == 1:
                raise  # of several layers those that hold rows are shown


def _names(path: Path) -> tuple[str, ...]:
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        with path.open("rb") as file:  # GDAL goes by content, and would follow what points away
            if not file.read(16).startswith(b"SQLite format 3"):
                return ("",)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # reading its rows tells them
                return tuple(str(name) for name in pyogrio.list_layers(path)[:, 0])
        except pyogrio.errors.DataSourceError as exc:
            raise InputError(f"broken: {exc}", place=path.name, mend="save it again") from exc
    if suffix == ".graphml":
        return ("nodes", "edges")
    if suffix in MARKUP:
        read_markup(path, decode(path), "")
    return ("",)


def _delimiter(path: Path) -> str:
    if path.suffix.lower() not in TEXT:
        return ","
    head = decode(path).partition("\n")[0]
    return max((",", ";", "\t", "|"), key=head.count)


def sheet_of(name: str, records: Records, delimiter: str = ",") -> Sheet:
    """Columns and place of rows that were read."""
    columns = [_column(str(said), records.frame[said]) for said in records.frame]
    extent = None
    if records.geometry is not None:
        types = pd.unique(pd.Series([g.geom_type for g in records.geometry if g is not None]))
        columns.append(Column("geometry", "geometry", tuple(map(str, types[:EXAMPLES]))))
        bounds = shapely.total_bounds(records.geometry)
        if np.isfinite(bounds).all():
            extent = (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3]))
    rows = len(records.frame) + len(records.ragged)
    return Sheet(name, tuple(columns), rows, records.crs, extent, delimiter)


def _column(name: str, values: pd.Series) -> Column:
    said = values[values.notna()].astype(str)
    said = said[said.str.strip() != ""]
    numbers = pd.to_numeric(said, errors="coerce")
    kind = "number" if len(said) and numbers.notna().all() else "text"
    examples = tuple(text[:SHOWN_TEXT] for text in pd.unique(said)[:EXAMPLES])
    distinct = len(said) == len(values) and said.is_unique
    return Column(name, kind, examples, distinct)
