"""The files of a feed, from a ZIP or a folder, as columns of text.

Nothing is unpacked to the disk, and what would unpack to more than a limit is refused, so a ZIP
made to do harm finds no way.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from rencity.city.readers.decoding import decode_bytes
from rencity.kit.errors import InputError

REQUIRED = ("stops", "routes", "trips", "stop_times")
MOST_BYTES = 4 << 30
"""Of one file, unpacked."""

MOST_RATIO = 250
"""Of unpacked to packed, above `SMALL_BYTES`: timetables reach 30, bombs 1,000."""

SMALL_BYTES = 16 << 20
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Table:
    """A file of the feed.

    Attributes
    ----------
    columns : text without blanks at its ends; a column the file lacks is empty text
    ragged : rows left out because their number of fields is not the header's
    """

    name: str
    columns: pa.Table
    ragged: int

    @property
    def rows(self) -> int:
        """Rows kept."""
        return int(self.columns.num_rows)

    def text(self, name: str) -> npt.NDArray[np.object_]:
        """A column as an array of text."""
        return np.asarray(self.columns[name].to_numpy(), dtype=object)

    def numbers(self, name: str) -> npt.NDArray[np.float64]:
        """A column as numbers; NaN where it is none."""
        column = self.columns[name]
        try:
            return np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype=np.float64)
        except pa.ArrowInvalid:
            made = pd.to_numeric(pd.Series(self.text(name)), errors="coerce")
            return np.asarray(made, dtype=np.float64)

    def codes(self, name: str, known: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
        """Row of each value in `known`, whose values differ; -1 where it is not there."""
        packed = self.columns[name].combine_chunks().dictionary_encode()
        at = pd.Index(known).get_indexer(pd.Index(np.asarray(packed.dictionary, dtype=object)))
        at = np.append(at, -1)
        return np.asarray(at[packed.indices.to_numpy(zero_copy_only=False)], dtype=np.int64)


class Feed:
    """Files of a feed by name.

    Raises
    ------
    InputError : no ZIP and no folder, a broken ZIP, or a required file is missing
    """

    def __init__(self, src: Path) -> None:
        self.src = src
        self._zip = None if src.is_dir() else _opened(src)
        self._entries = {} if self._zip is None else _entries(self._zip, src)
        missing = [f"{name}.txt" for name in REQUIRED if not self.has(name)]
        if missing:
            raise InputError(
                f"{', '.join(missing)} is missing",
                place=str(src),
                mend="give a whole GTFS feed, as a ZIP or a folder",
            )

    def has(self, name: str) -> bool:
        """Whether the feed has ``NAME.txt``."""
        return name in self._entries if self._zip else (self.src / f"{name}.txt").is_file()

    def files(self) -> list[Path]:
        """The feed's own files on the disk."""
        if self._zip:
            return [self.src]
        return sorted(p for p in self.src.iterdir() if p.suffix == ".txt" and p.is_file())

    def table(self, name: str, columns: Sequence[str], needed: Sequence[str] = ()) -> Table:
        """Columns of a file; no rows where the feed lacks it.

        Raises
        ------
        InputError : it cannot be read, or lacks a needed column
        """
        if not self.has(name):
            return Table(name, pa.table({c: pa.array([], pa.string()) for c in columns}), 0)
        place = f"{self.src}/{name}.txt"
        data = _as_utf8(self._bytes(name), place)
        line, _, rest = data.partition(b"\n")
        try:
            header = [field.strip() for field in next(csv.reader([line.decode()]), [])]
        except csv.Error as exc:
            raise InputError(
                f"its heading is no line of CSV: {exc}",
                place=place,
                mend="save it with line breaks of Windows or Unix",
            ) from exc
        absent = [column for column in needed if column not in header]
        twice = sorted({field for field in header if header.count(field) > 1})
        if absent or twice:
            names = ", ".join(absent or twice)
            what = f"no column {names}" if absent else f"column {names} stands twice"
            raise InputError(what, place=place, mend="correct the first line")
        return _parsed(name, rest, header, columns, place)

    def _bytes(self, name: str) -> bytes:
        if self._zip is None:
            path = self.src / f"{name}.txt"
            try:
                return path.read_bytes()
            except OSError as exc:
                raise InputError(
                    f"cannot be read: {exc.strerror}", place=str(path), mend="check its permissions"
                ) from exc
        info = self._entries[name]
        _check_size(info, self.src)
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as exc:
            raise InputError(
                f"{info.filename} is broken: {exc}",
                place=str(self.src),
                mend="get the feed again from its source",
            ) from exc


def _opened(src: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(src)
    except (zipfile.BadZipFile, OSError, EOFError) as exc:
        raise InputError(
            f"not a ZIP: {exc}", place=str(src), mend="give a GTFS feed, as a ZIP or a folder"
        ) from exc


def _entries(archive: zipfile.ZipFile, src: Path) -> dict[str, zipfile.ZipInfo]:
    """The feed's files, at the top or in one folder of the ZIP."""
    found: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if path.suffix.lower() == ".txt" and len(path.parts) <= 2 and not path.name.startswith("."):
            found.setdefault(path.parent, {})[path.stem.lower()] = info
    folders = [folder for folder, files in found.items() if "stops" in files]
    if len(folders) > 1:
        raise InputError(
            f"it holds {len(folders)} feeds: {', '.join(map(str, folders))}",
            place=str(src),
            mend="give one at a time",
        )
    return found[folders[0]] if folders else {}


def _check_size(info: zipfile.ZipInfo, src: Path) -> None:
    ratio = info.file_size / max(info.compress_size, 1)
    if info.flag_bits & _ENCRYPTED:
        what, mend = "is encrypted", "unpack it and give the folder"
    elif info.file_size > MOST_BYTES:
        what = f"unpacks to {info.file_size >> 20} MiB, more than {MOST_BYTES >> 20}"
        mend = "unpack it yourself if you trust it, and give the folder"
    elif info.file_size > SMALL_BYTES and ratio > MOST_RATIO:
        what = f"unpacks to {ratio:.0f} times its size"
        mend = "unpack it yourself if you trust it, and give the folder"
    else:
        return
    raise InputError(f"{info.filename} {what}", place=str(src), mend=mend)


def _as_utf8(data: bytes, place: str) -> bytes:
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError:
        return decode_bytes(data, place=place).encode()
    if b"\0" in data:
        raise InputError("binary, not text", place=place, mend="get the feed again")
    return data


def _parsed(name: str, data: bytes, header: list[str], columns: Sequence[str], place: str) -> Table:
    ragged: list[int] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        ragged.append(row.actual_columns)
        return "skip"

    there = [column for column in columns if column in header]
    try:
        made = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(column_names=header, block_size=1 << 24),
            parse_options=arrow_csv.ParseOptions(
                newlines_in_values=name != "stop_times", invalid_row_handler=skip
            ),
            convert_options=arrow_csv.ConvertOptions(
                include_columns=there, column_types=dict.fromkeys(there, pa.string())
            ),
        )
    except pa.ArrowInvalid as exc:
        if not data.strip():
            made = pa.table({column: pa.array([], pa.string()) for column in there})
        else:
            raise InputError(
                f"not a table: {exc}", place=place, mend="mend its quotes and line ends"
            ) from exc
    empty = pa.array([""] * made.num_rows, pa.string())
    whole = {c: pc.utf8_trim_whitespace(made[c]) if c in there else empty for c in columns}
    return Table(name, pa.table(whole), len(ragged))
