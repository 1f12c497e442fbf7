"""Jobs of each lane, in the order in which crews go to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.crews.arrays import Jobs, Tasks
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import FOREVER, Outages

U = np.uint64
Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
DIGIT = 11
SCALE = 1024
"""People by crew-minute are counted in this part of one."""
MOST = (1 << 32) - 1


def by_lane(outages: Outages, order: Ids, rows: int) -> tuple[Ids, Ints]:
    """Places in `outages` lane after lane, rows in `order` within; and where each lane begins."""
    begins = np.concatenate([[0], np.cumsum(np.bincount(outages.row, minlength=rows))])
    count = np.bincount(outages.lane, minlength=LANES)
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    place = np.empty(len(outages.row), np.int32)
    _deal(begins, outages.lane, order, ptr[:-1].copy(), place)
    return place, ptr


@njit(nogil=True, cache=True)
def _deal(begins: Any, lane: Any, order: Any, next_: Any, place: Any) -> None:
    for i in range(len(order)):
        row = order[i]
        for f in range(begins[row], begins[row + 1]):
            place[next_[lane[f]]] = f
            next_[lane[f]] += 1


@njit(nogil=True, cache=True)
def jobs_of(
    tasks: Tasks,
    skills: Any,
    place: Any,
    row: Any,
    begin: Any,
    end: Any,
    others: Any,
    other_row: Any,
    other_begin: Any,
    other_end: Any,
) -> Any:
    """The jobs of one lane in order, and the place of each in the block's outages.

    Parameters
    ----------
    place : of the lane's jobs, rows by id
    others : places of the lane's other outages, ascending by row and begin
    """
    n = len(place)
    key = np.empty(n, np.uint64)
    ready = np.empty(n, np.int32)
    ptr = np.zeros(skills + 1, np.int64)
    for i in range(n):
        f = place[i]
        r = row[f]
        key[i] = _key(tasks, r, end[f] - begin[f])
        ready[i] = _dry(others, other_row, other_begin, other_end, r, begin[f])
        ptr[tasks.skill[r] + 1] += 1
    for k in range(skills):
        ptr[k + 1] += ptr[k]
    by = _sorted(key)
    jobs = Jobs(
        ptr,
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.full(n, -1, np.int32),
        np.full(n, -1, np.int32),
        np.full(n, FOREVER, np.int32),
        np.full(n, FOREVER, np.int32),
        np.full(n, FOREVER, np.int32),
    )
    where = np.empty(n, np.int32)
    for j in range(n):
        i = by[j]
        f = place[i]
        where[j] = f
        jobs.row[j], jobs.ready[j], jobs.work[j] = row[f], ready[i], end[f] - begin[f]
    return jobs, where


@njit(nogil=True, cache=True, inline="always")
def _key(tasks: Tasks, row: Any, work: Any) -> Any:
    """Skill, then tier, then people by crew-hour, most first."""
    key = (U(tasks.skill[row]) << U(56)) | (U(tasks.tier[row]) << U(32))
    if tasks.by_loss:
        spent = np.int64(tasks.crews[row]) * (work + 2 * np.int64(max(tasks.usual[row], 0)))
        gain = min(tasks.people[row] * SCALE // max(spent, 1), np.int64(MOST))
        key |= U(np.int64(MOST) - gain)
    return key


@njit(nogil=True, cache=True)
def _dry(others: Any, row: Any, begin: Any, end: Any, wanted: Any, since: Any) -> Any:
    """The first minute from `since` at which nothing else holds the row out."""
    low, high = 0, len(others)
    while low < high:
        middle = (low + high) // 2
        if row[others[middle]] < wanted:
            low = middle + 1
        else:
            high = middle
    ready = since
    while low < len(others) and row[others[low]] == wanted and begin[others[low]] <= ready:
        ready = max(ready, end[others[low]])
        low += 1
    return ready


@njit(nogil=True, cache=True)
def _sorted(key: Any) -> Any:
    """Places by rising key, equal ones as they stand."""
    n = len(key)
    by, other = np.arange(n).astype(np.int32), np.empty(n, np.int32)
    differ = U(0)
    for i in range(1, n):
        differ |= key[i] ^ key[0]
    shift = 0
    while shift < 64:
        if (differ >> U(shift)) & U((1 << DIGIT) - 1):
            count = np.zeros((1 << DIGIT) + 1, np.int64)
            for i in range(n):
                count[((key[i] >> U(shift)) & U((1 << DIGIT) - 1)) + U(1)] += 1
            for d in range(1 << DIGIT):
                count[d + 1] += count[d]
            for i in range(n):
                d = (key[by[i]] >> U(shift)) & U((1 << DIGIT) - 1)
                other[count[d]] = by[i]
                count[d] += 1
            by, other = other, by
        shift += DIGIT
    return by
