"""What the rows of a file became."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from rencity.city.readers.gtfs.feed import Table
from rencity.city.readers.ledger import Layer

Mask = npt.NDArray[np.bool_]
RAGGED = "not as many fields as the header"


class Account:
    """The account of a file; each row is told once, by the first that tells it."""

    def __init__(self, table: Table, column: str) -> None:
        self._table, self._column = table, column
        self.open: Mask = np.ones(table.rows, dtype=bool)
        self.layer = Layer(table.name, read=table.rows + table.ragged)
        if table.ragged:
            self.layer.refuse(RAGGED, f"{table.name}.txt", table.ragged)

    def refuse(self, rows: Mask, reason: str) -> None:
        """Leave out the rows of these that are not told yet."""
        self._tell(self.layer.refuse, rows, reason)

    def merge(self, rows: Mask, reason: str) -> None:
        """Make the rows of these that are not told yet part of others."""
        self._tell(self.layer.merge, rows, reason)

    def keep(self) -> None:
        """Keep the rows that are not told yet."""
        self.layer.kept += int(self.open.sum())
        self.open[:] = False

    def _tell(self, count: Callable[[str, str, int], None], rows: Mask, reason: str) -> None:
        at = np.flatnonzero(rows & self.open)
        self.open[at] = False
        for name in self._table.columns[self._column].take(at[:3]).to_pylist():
            count(reason, f"{self._table.name}.txt {name}", 1)
        if len(at) > 3:
            count(reason, f"{self._table.name}.txt", len(at) - 3)
