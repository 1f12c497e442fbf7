"""Jobs of each lane, in the order in which crews go to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.crews.arrays import OPEN, Jobs, Tasks
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
    _rank(
        tasks.skill, tasks.tier, tasks.people, tasks.crews, tasks.usual, tasks.by_loss, place, row,
        begin, end, others, other_row, other_begin, other_end, key, ready, ptr,
    )  # fmt: skip
    by = _sorted(key)
    jobs = Jobs(
        ptr,
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.full(n, OPEN, np.int32),
        np.full(n, -1, np.int32),
        np.full(n, FOREVER, np.int32),
        np.full(n, FOREVER, np.int32),
        np.full(n, FOREVER, np.int32),
    )
    where = np.empty(n, np.int32)
    _lay(by, place, row, begin, end, ready, where, jobs.row, jobs.ready, jobs.work)
    return jobs, where


@njit(nogil=True, cache=True)
def _rank(
    skill: Any, tier: Any, people: Any, crews: Any, usual: Any, by_loss: Any, place: Any, row: Any,
    begin: Any, end: Any, others: Any, other_row: Any, other_begin: Any, other_end: Any, key: Any,
    ready: Any, ptr: Any,
) -> None:  # fmt: skip
    """Key of each job (skill, then tier, then people by crew-hour, most first) and its minute."""
    for i in range(len(place)):
        f = place[i]
        r = row[f]
        made = (U(skill[r]) << U(56)) | (U(tier[r]) << U(32))
        if by_loss:
            spent = np.int64(crews[r]) * (end[f] - begin[f] + 2 * np.int64(max(usual[r], 0)))
            gain = min(people[r] * SCALE // max(spent, 1), np.int64(MOST))
            made |= U(np.int64(MOST) - gain)
        key[i] = made
        ready[i] = begin[f]
        if len(others):
            ready[i] = _dry(others, other_row, other_begin, other_end, r, begin[f])
        ptr[skill[r] + 1] += 1
    for k in range(len(ptr) - 1):
        ptr[k + 1] += ptr[k]


@njit(nogil=True, cache=True)
def _lay(
    by: Any, place: Any, row: Any, begin: Any, end: Any, ready: Any, where: Any, rows: Any,
    readies: Any, works: Any,
) -> None:  # fmt: skip
    for j in range(len(by)):
        f = place[by[j]]
        where[j] = f
        rows[j], readies[j], works[j] = row[f], ready[by[j]], end[f] - begin[f]


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
