"""Where the nodes are that kept lines and areas run through."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from osmium.filter import IdFilter
from pyarrow import csv

from rencity.city.readers.osm.stream import NODE, opl

ABSENT, GOOD, OUTSIDE, ZERO = 0, 1, 2, 3
WHY_BAD = {OUTSIDE: "coordinates outside the globe", ZERO: "at latitude 0, longitude 0"}

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def _ints() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Places:
    """Nodes by ascending id.

    Attributes
    ----------
    refs : int64 (n,)
    lonlat : float64 (n, 2), degrees; NaN where not good
    state : uint8 (n,); absent from the file, good, outside the globe, at 0/0
    """

    refs: Ints = field(default_factory=_ints)
    lonlat: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    state: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))

    @classmethod
    def read(cls, path: Path, refs: Ints) -> Places:
        """Take the locations of `refs` (ascending, unique) from a file."""
        lonlat = np.full((len(refs), 2), np.nan)
        state = np.full(len(refs), ABSENT, np.uint8)
        found, place = _locations(opl(path, NODE, IdFilter(refs.tolist())))
        row = np.searchsorted(refs, found)
        inside = (np.abs(place[:, 0]) <= 180) & (np.abs(place[:, 1]) <= 90)
        state[row] = np.where(inside, GOOD, OUTSIDE)
        lonlat[row] = np.where(inside[:, None], place, np.nan)
        zero = (state == GOOD) & (lonlat == 0).all(axis=1)
        state[zero], lonlat[zero] = ZERO, np.nan
        return cls(refs, lonlat, state)

    def rows(self, refs: Ints) -> Ints:
        """The row of each ref; all must be known."""
        return np.searchsorted(self.refs, refs)


def _locations(text: bytes) -> tuple[Ints, Floats]:
    """Ids and places of nodes from OPL text; NaN where none is given."""
    if not text:
        return _ints(), np.zeros((0, 2))
    plain = text[1:].replace(b"\nn", b"\n").replace(b" x", b" ").replace(b" y", b" ")
    names = ["id", "tags", "x", "y"]
    table = csv.read_csv(
        io.BytesIO(plain),
        read_options=csv.ReadOptions(column_names=names),
        parse_options=csv.ParseOptions(delimiter=" ", quote_char=False),
        convert_options=csv.ConvertOptions(
            include_columns=["id", "x", "y"],
            column_types={"id": pa.int64(), "x": pa.float64(), "y": pa.float64()},
        ),
    )
    x, y = (table[name].to_numpy().astype(np.float64) for name in "xy")
    return table["id"].to_numpy(), np.column_stack([x, y])


def distinct(values: Ints) -> Ints:
    """Each value once, ascending; by sorting, which beats hashing where ids run in a row."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), bool)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]
