"""Who is out of service when: intervals of rows in samples.

An outage is (row, lane, begin, end): a node or link row, out of service in a sample from one
minute after the scenario's start until before another. Rows are numbered as in `Network.key`: nodes
first, then link rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.reach.lanes import LANES, Rows, rows

U = np.uint64
FOREVER = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Outages:
    """Outages of one block, ascending by (row, lane, begin); those of one pair do not touch.

    Attributes
    ----------
    row, lane, begin, end : int32 (f,), minutes; begin < end
    NAMES : of these columns, in order
    """

    NAMES: ClassVar[tuple[str, ...]] = ("row", "lane", "begin", "end")

    row: npt.NDArray[np.int32]
    lane: npt.NDArray[np.int32]
    begin: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]

    @classmethod
    def at_start(
        cls,
        row: npt.NDArray[np.int32],
        lane: npt.NDArray[np.int32],
        end: npt.NDArray[np.int32],
    ) -> Outages:
        """Outages that all begin with the scenario."""
        return cls(row, lane, np.zeros(len(row), np.int32), end)

    def down(self, n: int) -> Rows:
        """Bits out of service at the start, rows (n,)."""
        made = rows(n)
        now = self.begin == 0
        set_bits(self.row[now], self.lane[now], made)
        return made

    def where(self, mask: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Outages:
        """Some of them, by mask or place."""
        return Outages(self.row[mask], self.lane[mask], self.begin[mask], self.end[mask])

    def pairs(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Row and lane of every pair that is ever out, once each."""
        place = self.row.astype(np.int64) * LANES + self.lane
        first = np.diff(place, prepend=-1) != 0
        return self.row[first], self.lane[first]


def merged(parts: Sequence[Outages]) -> Outages:
    """Outages of each (row, lane) joined where they overlap or touch; empty ones are left out."""
    full = [part.where(part.end > part.begin) for part in parts]
    full = [part for part in full if len(part.row)]
    if not full:
        none_ = np.empty(0, np.int32)
        return Outages(none_, none_, none_, none_)
    row, lane, begin, end = (
        np.concatenate([getattr(part, name) for part in full])
        for name in ("row", "lane", "begin", "end")
    )
    place = row.astype(np.int64) * LANES + lane
    if np.all(place[1:] > place[:-1]):
        return Outages(row, lane, begin, end)
    late = begin.any()
    order = np.lexsort((begin, place)) if late else np.argsort(place, kind="stable")
    place, begin, end = place[order], begin[order], end[order]
    count = _join(place, begin, end)
    row, lane = np.divmod(place[:count], LANES)
    return Outages(row.astype(np.int32), lane.astype(np.int32), begin[:count], end[:count])


@njit(nogil=True, cache=True)
def _join(place: Any, begin: Any, end: Any) -> Any:
    """Join neighbours in place; how many are left."""
    last = 0
    for i in range(1, len(place)):
        if place[i] == place[last] and begin[i] <= end[last]:
            end[last] = max(end[last], end[i])
        else:
            last += 1
            place[last], begin[last], end[last] = place[i], begin[i], end[i]
    return last + 1


@njit(nogil=True, cache=True)
def set_bits(row: Any, lane: Any, made: Any) -> None:
    """Set the bit of each lane in its row."""
    for i in range(len(row)):
        made[row[i], lane[i] >> 6] |= U(1) << U(lane[i] & 63)
