"""Rows of maps and Parquet, by the drivers of their formats; all of them, or only the first."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio

from rencity.city.readers.decoding import decode, decode_bytes
from rencity.city.readers.heads import HEAD_BYTES, geojson_head
from rencity.city.readers.sniff import looks_like, not_a
from rencity.kit.errors import InputError

T = TypeVar("T")


def read_map(path: Path, sheet: str, encoding: str, most: int | None) -> pd.DataFrame:
    """Rows of a GeoJSON, GeoPackage or Shapefile.

    Parameters
    ----------
    most : rows that are wanted, from the first; None: all
    """
    if path.suffix.lower() in (".geojson", ".json"):
        return _read_geojson(path, encoding, most)
    options = {**_options(path, sheet), "max_features": most}
    if encoding or path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists():
        return pyogrio.read_dataframe(path, encoding=encoding or None, **options)
    try:
        return pyogrio.read_dataframe(path, encoding="UTF-8", **options)
    except UnicodeDecodeError:
        return pyogrio.read_dataframe(path, encoding="GB18030", **options)


def map_info(path: Path, sheet: str) -> dict[str, Any]:
    """What the driver of a GeoPackage or Shapefile says of it without reading its rows."""
    made: dict[str, Any] = pyogrio.read_info(path, **_options(path, sheet))
    return made


def _options(path: Path, sheet: str) -> dict[str, Any]:
    refuse_other_formats(path)
    if path.suffix.lower() == ".shp":
        _check_shapefile(path)
    return {"layer": _sheet(path, sheet)} if path.suffix.lower() == ".gpkg" else {}


def _read_geojson(path: Path, encoding: str, most: int | None) -> pd.DataFrame:
    refuse_other_formats(path)
    if looks_like(path) in ("pandapower", "pyrecodes"):
        raise not_a("tables", path, "", "")
    text = None if most is None else _begun(path, encoding, most)
    data = (text or decode(path, encoding)).encode()
    return pyogrio.read_dataframe(io.BytesIO(data), fid_as_index=False)


def _begun(path: Path, encoding: str, most: int) -> str | None:
    with path.open("rb") as file:
        data = file.read(HEAD_BYTES)
    return geojson_head(decode_bytes(data[: data.rfind(b"}") + 1], encoding, place=str(path)), most)


def read_parquet(path: Path, most: int | None) -> pd.DataFrame:
    """Rows of a Parquet file, with their shapes where it says that it has them."""
    source: Path | io.BytesIO = path if most is None else _first(path, most)
    try:
        return gpd.read_parquet(source)
    except ValueError:  # plain Parquet has no geometry metadata
        return pd.read_parquet(source)


def _first(path: Path, most: int) -> io.BytesIO:
    """A Parquet file of the first rows, with all that the whole one says of itself."""
    with pq.ParquetFile(path) as file:
        batches = [next(file.iter_batches(most))] if file.metadata.num_rows else []
        made = io.BytesIO()
        pq.write_table(pa.Table.from_batches(batches, file.schema_arrow), made)
    return made


def parquet_rows(path: Path) -> int:
    """How many rows it has."""
    return int(pq.read_metadata(path).num_rows)


def guarded(path: Path, read: Callable[[], T]) -> T:
    """What `read` gives; whatever a driver complains of is told as a fault of the file.

    Raises
    ------
    InputError : broken or truncated
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # GDAL warns where a file is cut short
            return read()
    except InputError:
        raise
    except Exception as exc:
        first = str(exc).strip().splitlines()
        raise InputError(
            f"broken or truncated: {first[0] if first else type(exc).__name__}",
            place=str(path),
            mend="get the file again from its source",
        ) from exc


_BEGINS = {
    ".gpkg": (b"SQLite format 3\0",),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".geojson": (b"{", b"["),
    ".json": (b"{", b"["),
}


def refuse_other_formats(path: Path) -> None:
    """GDAL goes by content: under any name it follows a file that only points to other files."""
    with path.open("rb") as file:
        head = file.read(1000).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(_BEGINS[path.suffix.lower()]):
        raise not_a("tables", path, f"it does not begin as {path.suffix}", "save it in that format")


def _check_shapefile(path: Path) -> None:
    """GDAL reads what is left of a Shapefile cut short without a word; its headers say its size."""
    for part in (path, path.with_suffix(".shx"), path.with_suffix(".dbf")):
        if not part.is_file():
            raise InputError(f"{part.name} is missing", place=str(path), mend="copy it beside it")
        with part.open("rb") as file:
            head = file.read(100)
        if part.suffix == ".dbf":
            whole = int.from_bytes(head[8:10], "little") + int.from_bytes(
                head[4:8], "little"
            ) * int.from_bytes(head[10:12], "little")
        else:
            whole = 2 * int.from_bytes(head[24:28], "big")
        if part.stat().st_size < max(whole, 32):
            raise InputError(
                f"truncated: {part.stat().st_size} bytes of {whole}",
                place=str(part),
                mend="get the file again from its source",
            )


def _sheet(path: Path, sheet: str) -> str:
    names = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
    if not sheet and len(names) == 1:
        return names[0]
    if sheet not in names:
        raise InputError(
            f"no layer {sheet!r}" if sheet else "it has several layers",
            place=str(path),
            mend=f"set `sheet` to one of {', '.join(names)}",
        )
    return sheet
