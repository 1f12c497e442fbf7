"""Rows of one table of a net: what still stands, and at which bus."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.readers.cells import Mask, Work
from rencity.city.readers.ledger import Layer
from rencity.city.readers.pandapower.net import Net

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

KW_PER_MW = 1000.0
UNLIMITED = 99999.0
"""Written by converters of other formats where a rating is not known."""


class Rows:
    """A table's rows while they are read; every row ends kept, merged or refused.

    Attributes
    ----------
    work : mask of the rows that stand, and their account
    index : of the rows in the net, shape (n,)
    off : rows out of service, refused unless `keep_off`
    """

    def __init__(self, net: Net, name: str, *, keep_off: bool = False) -> None:
        records = net.records(name)
        self.work = Work(records, Layer(name, read=len(records.frame)), ())
        self.index: Ints = records.rows
        if len(self):
            self._no_twice()
        self.off: Mask = ~self.true("in_service", default=True)
        if not keep_off:
            self.work.refuse(self.off, "out of service")

        self._first = pd.Series(np.arange(len(self)), index=self.index)
        self._first = self._first[~self._first.index.duplicated()]

    def __len__(self) -> int:
        return len(self.index)

    @property
    def name(self) -> str:
        """Of the table."""
        return self.work.layer.name

    @property
    def layer(self) -> Layer:
        """The account, closed: what stands is kept."""
        self.work.layer.kept = int(self.work.stands.sum())
        return self.work.layer

    @property
    def stands(self) -> Mask:
        """Rows not refused or merged, shape (n,)."""
        return self.work.stands

    def has(self, column: str) -> bool:
        """Whether the table has the column."""
        return column in self.work.records.frame

    def text(self, column: str) -> npt.NDArray[np.object_]:
        """Text of a column, empty where it is missing."""
        if not self.has(column):
            return np.full(len(self), "", dtype=object)
        made = self.work.text(column)
        made[np.array([value is None for value in made], dtype=bool)] = ""
        return made

    def numbers(
        self, column: str, default: float | None = None, least: float | None = None
    ) -> Floats:
        """Numbers of a column; rows whose value is none, infinite or below `least` are refused.

        Parameters
        ----------
        default : where the column or a value is missing; None: such rows are refused, and a missing
            column stops the reading
        """
        if not len(self) or (default is not None and not self.has(column)):
            return np.full(len(self), np.nan if default is None else default)
        text = self.work.text(column)
        made = self.work.numbers(text, column)
        absent = np.array([value is None for value in text], dtype=bool)
        if default is None:
            self.work.refuse(absent, f"{column}: no value")
        else:
            made[absent] = default
        if least is not None:
            self.work.refuse(made < least, f"{column}: below {least:g}", text)
        return made

    def true(self, column: str, *, default: bool | None = None) -> Mask:
        """Truth of a column; rows whose value is neither true nor false are refused."""
        if not len(self) or (default is not None and not self.has(column)):
            return np.full(len(self), bool(default))
        said = np.array([str(value).lower() for value in self.work.text(column)], dtype=object)
        self.work.refuse(
            ~np.isin(said, ["true", "false", "1", "0"]), f"{column}: neither true nor false", said
        )
        return np.asarray(np.isin(said, ["true", "1"]))

    def positions(self, named: Floats) -> Ints:
        """Row of each index named, -1 where there is none."""
        whole = np.isfinite(named) & (named == np.floor(named)) & (np.abs(named) < 2**53)
        keys = np.where(whole, named, -1).astype(np.int64)
        found = self._first.reindex(keys).to_numpy(dtype=float, na_value=-1)
        return np.where(whole, found, -1).astype(np.int64)

    def at(self, column: str, buses: Buses) -> Ints:
        """Position of the bus that a column names, -1 where the row is refused, shape (n,)."""
        named = self.numbers(column)
        found = buses.rows.positions(named)
        values = np.array([f"{name:g}" for name in named], dtype=object)
        self.work.refuse(found < 0, f"{column} names no bus of the net", values)
        dead = (found >= 0) & ~buses.stands[found]
        self.work.refuse(dead, f"{column} names a bus that is out of service or refused", values)
        return np.where(dead, -1, found)

    def _no_twice(self) -> None:
        text = self.work.records.frame.astype(str).assign(_index=self.index)
        again = text.duplicated().to_numpy()
        self.work.merge(again, "the same row again")
        twice = pd.Series(self.index).duplicated().to_numpy()
        self.work.refuse(twice, "its index stands before with other values")


class Buses:
    """The buses of a net by their position in its table."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    @property
    def stands(self) -> Mask:
        """Buses in service, shape (n,)."""
        return self.rows.stands

    def ids(self, at: Ints) -> npt.NDArray[np.object_]:
        """Ids of the assets of buses at the positions."""
        return np.array([f"pandapower-bus-{i}" for i in self.rows.index[at]], dtype=object)
