"""Rows of any tabular or geographic file as text, numbers and WGS-84 geometry."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from pyarrow import csv as arrow_csv

from rencity.city import coordinates
from rencity.city.coordinates import shifted, system
from rencity.city.readers.decoding import decode, decode_bytes
from rencity.city.readers.heads import text_head
from rencity.city.readers.maps import guarded, read_map, read_parquet
from rencity.city.readers.markup import declared_encoding, read_markup
from rencity.kit.errors import InputError

Objects = npt.NDArray[np.object_]

WGS84 = coordinates.WGS84
TEXT = (".csv", ".tsv", ".txt")
MARKUP = (".graphml", ".xml")
MAPS = (".geojson", ".json", ".gpkg", ".shp")


@dataclass(frozen=True)
class Records:
    """Rows of one file.

    Attributes
    ----------
    name : of the file, for messages
    frame : the columns as they stand, index 0..n-1
    rows : int (n,), row of each in the file: the line for text, else the feature counted from 1
    crs : of `geometry`; empty when the file does not say
    geometry : shapely objects (n,), or None when the file has none
    ragged : rows refused because their number of fields is not the header's
    """

    name: str
    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    crs: str = ""
    geometry: Objects | None = None
    ragged: tuple[int, ...] = ()

    def column(self, name: str) -> pd.Series:
        """A column by name.

        Raises
        ------
        InputError : no such column
        """
        if name not in self.frame:
            raise InputError(
                f"no column {name!r}",
                place=self.name,
                mend=f"its columns are {', '.join(map(str, self.frame.columns))}",
            )
        return self.frame[name]

    def place(self, i: int) -> str:
        """File and row of record `i`."""
        return f"{self.name} row {self.rows[i]}"

    def take(self, keep: npt.NDArray[np.bool_]) -> Records:
        """Only the records where `keep` is true."""
        return replace(
            self,
            frame=self.frame[keep].reset_index(drop=True),
            rows=self.rows[keep],
            geometry=None if self.geometry is None else self.geometry[keep],
        )

    def with_columns(self, **columns: Any) -> Records:
        """With more columns."""
        return replace(self, frame=self.frame.assign(**columns))


def read_records(
    path: Path,
    *,
    sheet: str = "",
    encoding: str = "",
    delimiter: str = ",",
    most: int | None = None,
) -> Records:
    """Read a CSV, GeoJSON, GeoPackage, Shapefile, Parquet, GraphML or XML file.

    Parameters
    ----------
    most : rows that are wanted, from the first; None: all. Text gives those of its first bytes,
        and markup, which is read as a whole, gives all

    Raises
    ------
    InputError : no such file, of no known kind, broken, truncated or without rows
    """
    if not path.is_file():
        raise InputError("no such file", place=str(path), mend="check the path and `file`")
    try:
        made = _read(path, sheet, encoding, delimiter, most)
    except OSError as exc:
        raise InputError(
            f"cannot be read: {exc.strerror or exc}", place=str(path), mend="check its permissions"
        ) from exc
    if not len(made.frame):
        raise InputError("it has no rows", place=str(path), mend="give a file with rows")
    return made


def _read(path: Path, sheet: str, encoding: str, delimiter: str, most: int | None) -> Records:
    kind = path.suffix.lower()
    if kind in TEXT:
        tabs = kind == ".tsv" and delimiter == ","
        data = path.read_bytes() if most is None else text_head(path)
        text = decode_bytes(data, encoding, place=str(path))
        return _read_text(path, text, "\t" if tabs else delimiter)
    if kind in MAPS:
        return _from_frame(path, guarded(path, lambda: read_map(path, sheet, encoding, most)))
    if kind in MARKUP:
        said = encoding or declared_encoding(path)
        return _from_frame(path, read_markup(path, decode(path, said), sheet))
    if kind in (".parquet", ".geoparquet"):
        return _from_frame(path, guarded(path, lambda: read_parquet(path, most)))
    known = ", ".join((*TEXT, *MAPS, ".parquet", *MARKUP))
    raise InputError(f"no reader for {kind or 'this file'}", place=str(path), mend=f"use {known}")


def _read_text(path: Path, text: str, delimiter: str) -> Records:
    plain = _read_plain(path, text, delimiter)
    if plain is not None:
        return plain
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        rows = [(lines.line_num, row) for row in lines if row]
    except csv.Error as exc:
        raise InputError(
            f"line {lines.line_num}: {exc}", place=str(path), mend="mend the quotes of that line"
        ) from exc
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise InputError(
            f"column {', '.join(twice)} stands twice", place=str(path), mend="rename one of them"
        )
    whole = [(n, row) for n, row in rows if len(row) == len(header)]
    frame = pd.DataFrame([row for _, row in whole], columns=header, dtype=object)
    ragged = tuple(n for n, row in rows if len(row) != len(header))
    if ragged and not whole:
        raise InputError(
            f"no row has the {len(header)} fields of the header",
            place=str(path),
            mend="check `delimiter`",
        )
    return Records(path.name, frame, np.array([n for n, _ in whole], dtype=np.int64), ragged=ragged)


def _read_plain(path: Path, text: str, delimiter: str) -> Records | None:
    """The rows of a text without quotes of which each line has the header's fields, else None.

    Ten times as fast as the reader that takes all.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if '"' in text or "\r" in text or not delimiter.isascii():
        return None
    data = text.encode()
    raw = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(raw == ord("\n"))
    if not len(raw) or not len(ends):
        return None
    if ends[-1] != len(raw) - 1:
        ends = np.append(ends, len(raw))
    commas = np.searchsorted(np.flatnonzero(raw == ord(delimiter)), ends)
    fields = np.diff(commas, prepend=0)
    blank = np.diff(ends, prepend=-1) == 1
    if (fields[~blank] != fields[0]).any() or fields[0] == 0 or blank[0]:
        return None
    header = [name.strip() for name in data[: ends[0]].decode().split(delimiter)]
    if len(set(header)) < len(header):
        return None
    table = arrow_csv.read_csv(
        io.BytesIO(data),
        read_options=arrow_csv.ReadOptions(column_names=header, skip_rows=1),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
        ),
    )
    rows = np.flatnonzero(~blank)[1:] + 1
    return Records(path.name, table.to_pandas(), rows) if len(rows) else None


def _from_frame(path: Path, frame: pd.DataFrame) -> Records:
    rows = np.arange(1, len(frame) + 1)
    frame = frame.reset_index(drop=True)
    if not isinstance(frame, gpd.GeoDataFrame) or frame._geometry_column_name not in frame:
        return Records(path.name, pd.DataFrame(frame), rows)
    geometry = np.asarray(frame.geometry.values, dtype=object)
    crs = frame.crs.to_string() if frame.crs is not None else ""
    plain = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return Records(path.name, plain, rows, crs, geometry)


def to_wgs84(geometry: Objects, crs: str, *, place: str) -> Objects:
    """Geometry in any system as longitude and latitude in degrees; None stays None.

    Raises
    ------
    InputError : the system is unknown
    """
    if not shifted(crs) and system(crs, place=place).equals(
        pyproj.CRS(WGS84), ignore_axis_order=True
    ):
        return geometry
    out: Objects = shapely.transform(
        shapely.force_2d(geometry), lambda points: coordinates.to_wgs84(points, crs, place=place)
    )
    return out


def utm_of(bounds: npt.NDArray[np.float64]) -> str:
    """EPSG code of the UTM zone, WGS-84, at the middle of (west, south, east, north) in degrees."""
    longitude, latitude = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    zone = min(max(int((longitude + 180) // 6) + 1, 1), 60)
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def projected(geometry: Objects, crs: str) -> Objects:
    """WGS-84 geometry in a projected system, in metres."""
    out: Objects = np.asarray(
        gpd.GeoSeries(list(geometry), crs=WGS84).to_crs(crs).values, dtype=object
    )
    return out
