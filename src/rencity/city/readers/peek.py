"""A look into files before they are read: what each is, its columns with examples, its place."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely

from rencity.city.readers.cells import as_text
from rencity.city.readers.decoding import decode, decode_bytes
from rencity.city.readers.heads import geojson_rows, text_head, text_rows
from rencity.city.readers.maps import guarded, map_info, parquet_rows
from rencity.city.readers.markup import read_markup
from rencity.city.readers.records import MAPS, MARKUP, TEXT, Records, read_records
from rencity.city.readers.sniff import looks_like
from rencity.kit.errors import InputError

Box = tuple[float, float, float, float]

EXAMPLES, SHOWN_TEXT, SAMPLE = 5, 80, 200
WHOLE_BYTES, FIRST_ROWS = 4_000_000, 10_000
"""A larger file is not read whole; only its first rows are."""
MOST_BYTES = 50_000_000
"""Of markup, which is read whole or not at all."""
SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".et")
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
    distinct : whether every row that was looked at has a value of its own
    sample : more of its first distinct values
    keys : where it is distinct all values of those rows
    """

    name: str
    type: str
    examples: tuple[str, ...]
    distinct: bool = False
    sample: tuple[str, ...] = field(default=(), repr=False)
    keys: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True)
class Sheet:
    """Rows of a file, or of one layer in it.

    Attributes
    ----------
    name : of the layer; empty where the file is one
    rows : of the whole file
    looked_at : rows, from the first, that `columns` tell of
    crs : empty where the file does not say
    extent : west, south, east, north in `crs`; None without geometry
    delimiter : of text, else a comma
    """

    name: str
    columns: tuple[Column, ...]
    rows: int
    looked_at: int
    crs: str
    extent: Box | None
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
    if suffix in SPREADSHEETS:
        mend = "save each of its sheets as CSV UTF-8 and hand those in"
        return Peek(name, "", size, (), "spreadsheets are not read", mend)
    if looks in _NOT_TABLES or suffix not in _TABLES:
        return Peek(name, looks, size)
    if suffix in MARKUP and size > MOST_BYTES:
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
    names, mark = _names(path), _delimiter(path)
    for name in names:
        try:
            yield _sheet(path, name, mark)
        except InputError:
            if len(names) == 1:
                raise  # of several layers those that hold rows are shown


def _sheet(path: Path, name: str, mark: str) -> Sheet:
    rows = rows_told(path, name)
    if rows is None:
        return sheet_of(name, read_records(path, sheet=name, delimiter=mark), mark)
    first = read_records(path, sheet=name, delimiter=mark, most=FIRST_ROWS)
    return sheet_of(name, first, mark, rows=rows, extent=_extent_told(path, name))


def rows_told(path: Path, name: str) -> int | None:
    """How many rows there are, where reading all of them would take long; else None."""
    kind = path.suffix.lower()
    if kind in PARQUET:
        return guarded(path, lambda: parquet_rows(path))
    if path.stat().st_size <= WHOLE_BYTES or kind in MARKUP:
        return None
    if kind in TEXT:
        return text_rows(path)
    if kind in (".geojson", ".json"):
        return geojson_rows(path)
    return int(guarded(path, lambda: map_info(path, name))["features"])


def _extent_told(path: Path, name: str) -> Box | None:
    """Where all shapes of a file lie, where it says so itself."""
    kind = path.suffix.lower()
    if kind in (".gpkg", ".shp"):
        told = guarded(path, lambda: map_info(path, name))["total_bounds"]
    elif kind in PARQUET:
        said = json.loads((pq.read_metadata(path).metadata or {}).get(b"geo", b"{}"))
        told = said.get("columns", {}).get(said.get("primary_column"), {}).get("bbox")
    else:
        return None
    if told is None or len(told) not in (4, 6):
        return None
    flat = told if len(told) == 4 else [*told[:2], *told[3:5]]
    return (float(flat[0]), float(flat[1]), float(flat[2]), float(flat[3]))


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
    head = decode_bytes(text_head(path), place=str(path)).partition("\n")[0]
    return max((",", ";", "\t", "|"), key=head.count)


def sheet_of(
    name: str,
    records: Records,
    delimiter: str = ",",
    *,
    rows: int | None = None,
    extent: Box | None = None,
) -> Sheet:
    """Columns and place of rows that were read.

    Parameters
    ----------
    rows : of the whole file, where only its first rows were read
    extent : of the whole file; None: of the rows that were read
    """
    columns = [_column(str(said), records.frame[said]) for said in records.frame]
    if records.geometry is not None:
        types = pd.unique(pd.Series([g.geom_type for g in records.geometry if g is not None]))
        columns.append(Column("geometry", "geometry", tuple(map(str, types[:EXAMPLES]))))
        extent = extent or _bounds(records)
    read = len(records.frame) + len(records.ragged)
    return Sheet(
        name,
        tuple(columns),
        read if rows is None else max(rows, read),
        read,
        records.crs,
        extent,
        delimiter,
    )


def _bounds(records: Records) -> Box | None:
    bounds = shapely.total_bounds(records.geometry)
    if not np.isfinite(bounds).all():
        return None
    return (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3]))


def _column(name: str, values: pd.Series) -> Column:
    said = pd.Series([as_text(value) for value in values], dtype=object)
    said = said[said.notna() & (said != "")]
    numbers = pd.to_numeric(said, errors="coerce")
    kind = "number" if len(said) and numbers.notna().all() else "text"
    own = tuple(str(text) for text in pd.unique(said))
    distinct = len(own) == len(values)
    return Column(
        name,
        kind,
        tuple(text[:SHOWN_TEXT] for text in own[:EXAMPLES]),
        distinct,
        own[:SAMPLE],
        frozenset(own if distinct else ()),
    )
