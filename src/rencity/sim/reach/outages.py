"""Who is out of service when: intervals of rows in samples.

An outage is (row, lane, begin, end): a node or link row, out of service in a sample from one
minute after the scenario's start until before another. Rows are numbered as in `Network.key`: nodes
first, then link rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.reach.lanes import LANES, Rows, rows

U = np.uint64
FOREVER = np.iinfo(np.int32).max
FEW = 4
JOINED, TOUCHING, MIXED = range(3)


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
    full = [part for part in map(_lasting, parts) if len(part.row)]
    if not full:
        none_ = np.empty(0, np.int32)
        return Outages(none_, none_, none_, none_)
    if len(full) > FEW:
        full = [_together(full)]
    return reduce(_both, map(_in_order, full))


def _lasting(part: Outages) -> Outages:
    """Those that last; the same arrays where all do."""
    lasts = part.end > part.begin
    return part if lasts.all() else part.where(lasts)


def _together(parts: Sequence[Outages]) -> Outages:
    return Outages(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Outages.NAMES)
    )


def _in_order(part: Outages) -> Outages:
    """Ascending and joined; the same arrays where they are."""
    standing = _standing(part.row, part.lane, part.begin, part.end)
    if standing == JOINED:
        return part
    place = part.row.astype(np.int64) * LANES + part.lane
    begin, end = part.begin, part.end
    if standing == MIXED:
        order = np.lexsort((begin, place)) if begin.any() else np.argsort(place, kind="stable")
        place, begin, end = place[order], begin[order], end[order]
    else:
        begin, end = begin.copy(), end.copy()
    count = _join(place, begin, end)
    row, lane = np.divmod(place[:count], LANES)
    return Outages(row.astype(np.int32), lane.astype(np.int32), begin[:count], end[:count])


def _both(one: Outages, other: Outages) -> Outages:
    """Two in order as one; without a sort, which for a metropolis takes four copies of it."""
    made = tuple(np.empty(len(one.row) + len(other.row), np.int32) for _ in Outages.NAMES)
    count = _zip(
        one.row, one.lane, one.begin, one.end, other.row, other.lane, other.begin, other.end, *made
    )
    return Outages(*(column[:count] for column in made))


@njit(nogil=True, cache=True)
def _standing(row: Any, lane: Any, begin: Any, end: Any) -> Any:
    """Whether outages ascend, and then whether none touches the one before."""
    found = JOINED
    for i in range(1, len(row)):
        if row[i] != row[i - 1]:
            if row[i] < row[i - 1]:
                return MIXED
        elif lane[i] != lane[i - 1]:
            if lane[i] < lane[i - 1]:
                return MIXED
        elif begin[i] < begin[i - 1]:
            return MIXED
        elif begin[i] <= end[i - 1]:
            found = TOUCHING
    return found


@njit(nogil=True, cache=True)
def _zip(
    row_a: Any, lane_a: Any, begin_a: Any, end_a: Any,
    row_b: Any, lane_b: Any, begin_b: Any, end_b: Any,
    row: Any, lane: Any, begin: Any, end: Any,
) -> Any:  # fmt: skip
    """Write two ascending lists as one, joined; how many it has."""
    i, j, last = 0, 0, -1
    while i < len(row_a) or j < len(row_b):
        first = j == len(row_b)
        if not first and i < len(row_a):
            if row_a[i] != row_b[j]:
                first = row_a[i] < row_b[j]
            elif lane_a[i] != lane_b[j]:
                first = lane_a[i] < lane_b[j]
            else:
                first = begin_a[i] <= begin_b[j]
        if first:
            r, k, b, e = row_a[i], lane_a[i], begin_a[i], end_a[i]
            i += 1
        else:
            r, k, b, e = row_b[j], lane_b[j], begin_b[j], end_b[j]
            j += 1
        if last >= 0 and row[last] == r and lane[last] == k and b <= end[last]:
            end[last] = max(end[last], e)
        else:
            last += 1
            row[last], lane[last], begin[last], end[last] = r, k, b, e
    return last + 1


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
