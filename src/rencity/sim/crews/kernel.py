"""The schedule of one lane: jobs in order, each to the entry whose crews finish it first."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.crews.arrays import (
    CREW_BITS,
    DONE,
    FIRST,
    JOBS,
    LAST,
    OPEN,
    TRAVELLED,
    WAITED,
    WORKED,
    Jobs,
    Tasks,
    Teams,
)
from rencity.sim.crews.clock import done_at, next_on, on_shift
from rencity.sim.reach.outages import FOREVER
from rencity.sim.travel import PER_MINUTE, UNREACHABLE

NEVER = np.int64(1) << 40
AWAY = NEVER << CREW_BITS
MASK = (1 << CREW_BITS) - 1


@njit(nogil=True, cache=True)
def stand(teams: Teams, heap: Any, used: Any) -> None:
    """Put every crew at its base, nothing used up."""
    used[:] = 0
    for e in range(len(teams.crews)):
        for i in range(teams.crews[e]):
            heap[e, i] = (teams.arrives[e] << CREW_BITS) | i


@njit(nogil=True, cache=True)
def send(
    teams: Teams,
    tasks: Tasks,
    jobs: Jobs,
    heap: Any,
    used: Any,
    short: Any,
    head: Any,
    edges: Any,
    table: Any,
    horizon: Any,
    tally: Any,
) -> None:
    """Send crews out from ``edges[0]`` until the last edge, a plan at each edge before it.

    Parameters
    ----------
    heap : int64 (e, most crews), a binary heap of each entry's crews by when they are free
    used : int64 (e, parts), taken so far
    short : int64 (e, parts), minute at which the first stock is used up
    head : int64 (skills,), first job of each skill that may be open
    table : int32 (bases, sites), ticks from base to site, `UNREACHABLE` for no way
    """
    may = np.empty(len(teams.crews), np.bool_)
    for i in range(len(edges) - 1):
        for k in range(len(teams.ptr) - 1):
            _plan(
                teams, tasks, jobs, heap, used, short, head, k, edges[i], edges[i + 1], table,
                may, horizon, tally,
            )  # fmt: skip


@njit(nogil=True, cache=True)
def _plan(
    teams: Teams,
    tasks: Tasks,
    jobs: Jobs,
    heap: Any,
    used: Any,
    short: Any,
    head: Any,
    k: Any,
    now: Any,
    until: Any,
    table: Any,
    may: Any,
    horizon: Any,
    tally: Any,
) -> None:
    end = jobs.ptr[k + 1]
    j = head[k]
    while j < end and jobs.entry[j] != OPEN:
        j += 1
    head[k] = j
    able = 0
    for e in range(teams.ptr[k], teams.ptr[k + 1]):
        may[e] = _free(teams, heap, e, now) < until
        able += may[e]
    while j < end and able > 0:
        if jobs.entry[j] == OPEN and jobs.ready[j] <= now:
            e, sent = _choose(teams, tasks, jobs, heap, used, k, j, now, until, table, may)
            if sent:
                _go(teams, tasks, jobs, heap, used, short, e, j, now, table, horizon, tally)
            if e >= 0 and (not sent or _free(teams, heap, e, now) >= until):
                may[e] = False
                able -= 1
        j += 1


@njit(nogil=True, cache=True, inline="always")
def _free(teams: Teams, heap: Any, e: Any, now: Any) -> Any:
    """When the first crew of an entry could leave."""
    if teams.crews[e] == 0:
        return NEVER
    return next_on(max(heap[e, 0] >> CREW_BITS, now), teams.begin[e], teams.length[e])


@njit(nogil=True, cache=True, inline="always")
def way(table: Any, base: Any, tasks: Tasks, row: Any) -> Any:
    """Minutes from a base to a row by the nearer of its sites, rounded up; −1 for no way."""
    best = UNREACHABLE
    for end in range(2):
        at = tasks.site[row, end]
        if at >= 0:
            best = min(best, table[base, at])
    if best >= UNREACHABLE:
        return -1
    return (best + tasks.access[row] + PER_MINUTE - 1) // PER_MINUTE


@njit(nogil=True, cache=True, inline="always")
def part_at(teams: Teams, used: Any, e: Any, part: Any) -> Any:
    """When the next part can be taken along."""
    if part < 0 or teams.stock[e, part] < 0:
        return 0
    stock = teams.stock[e, part]
    if used[e, part] < stock:
        return 0
    if stock == 0 or teams.resupply[e] == 0:
        return NEVER
    return (used[e, part] // stock) * teams.resupply[e]


@njit(nogil=True, cache=True)
def _choose(
    teams: Teams,
    tasks: Tasks,
    jobs: Jobs,
    heap: Any,
    used: Any,
    k: Any,
    j: Any,
    now: Any,
    until: Any,
    table: Any,
    may: Any,
) -> Any:
    """The entry that finishes a job first, and whether it goes; else the one that is held for it.

    A job for several crews at once that lacks some holds back the entry that has them soonest, so
    that those that are free are not taken by jobs behind it.
    """
    row = jobs.row[j]
    crews, part = tasks.crews[row], tasks.part[row]
    best, best_finish, held, held_free = -1, NEVER, -1, NEVER
    for e in range(teams.ptr[k], teams.ptr[k + 1]):
        if not may[e] or teams.crews[e] < crews:
            continue
        travel = way(table, teams.base[e], tasks, row)
        stocked = part_at(teams, used, e, part)
        if travel < 0 or stocked >= until:
            continue
        begin, length = teams.begin[e], teams.length[e]
        free = _together(heap, teams.crews[e], e, crews)
        leave = next_on(max(free, now, stocked), begin, length)
        if leave >= until:
            if crews > 1 and free < held_free:
                held, held_free = e, free
            continue
        finish = done_at(next_on(leave + travel, begin, length), jobs.work[j], begin, length)
        if finish < best_finish:
            best, best_finish = e, finish
    if best >= 0:
        return best, True
    return held, False


@njit(nogil=True, cache=True, inline="always")
def _together(heap: Any, count: Any, e: Any, crews: Any) -> Any:
    """When so many crews of an entry are free at once."""
    if crews == 1:
        return heap[e, 0] >> CREW_BITS
    return np.partition(heap[e, :count], crews - 1)[crews - 1] >> CREW_BITS


@njit(nogil=True, cache=True)
def _go(
    teams: Teams,
    tasks: Tasks,
    jobs: Jobs,
    heap: Any,
    used: Any,
    short: Any,
    e: Any,
    j: Any,
    now: Any,
    table: Any,
    horizon: Any,
    tally: Any,
) -> None:
    row, count = jobs.row[j], teams.crews[e]
    crews, part = tasks.crews[row], tasks.part[row]
    begin, length = teams.begin[e], teams.length[e]
    free = max(_together(heap, count, e, crews), now, part_at(teams, used, e, part))
    travel = way(table, teams.base[e], tasks, row)
    leave = next_on(free, begin, length)
    arrive = leave + travel
    start = next_on(arrive, begin, length)
    finish = done_at(start, jobs.work[j], begin, length)
    first = _take(heap, count, e, crews, finish + travel)
    if part >= 0:
        used[e, part] += 1
        if used[e, part] == teams.stock[e, part]:
            short[e, part] = leave
    jobs.entry[j], jobs.crew[j] = e, first
    jobs.leave[j] = leave
    jobs.arrive[j] = min(arrive, FOREVER)
    jobs.finish[j] = min(finish, FOREVER)
    tally[e, JOBS] += 1
    home = min(finish + travel, horizon) - min(finish, horizon)
    tally[e, TRAVELLED] += crews * (min(arrive, horizon) - leave + home)
    at_work = on_shift(min(finish, horizon), begin, length) - on_shift(
        min(start, horizon), begin, length
    )
    tally[e, WORKED] += crews * at_work
    tally[e, WAITED] += leave - jobs.ready[j]
    tally[e, FIRST] = min(tally[e, FIRST], leave)
    if finish <= horizon:
        tally[e, DONE] += 1
        tally[e, LAST] = max(tally[e, LAST], finish)


@njit(nogil=True, cache=True)
def _take(heap: Any, count: Any, e: Any, crews: Any, back: Any) -> Any:
    """Send the crews that are free first until they are `back`; the lowest number among them."""
    if crews == 1:
        first = heap[e, 0] & MASK
        _replace_top(heap, count, e, (back << CREW_BITS) | first)
        return first
    first = MASK
    taken = np.empty(crews, np.int64)
    for i in range(crews):
        taken[i] = heap[e, 0] & MASK
        first = min(first, taken[i])
        _replace_top(heap, count, e, AWAY)
    for i in range(crews):
        _lift(heap, count, e, (back << CREW_BITS) | taken[i])
    return first


@njit(nogil=True, cache=True, inline="always")
def _replace_top(heap: Any, count: Any, e: Any, value: Any) -> None:
    i = 0
    while True:
        child = 2 * i + 1
        if child >= count:
            break
        if child + 1 < count and heap[e, child + 1] < heap[e, child]:
            child += 1
        if heap[e, child] >= value:
            break
        heap[e, i] = heap[e, child]
        i = child
    heap[e, i] = value


@njit(nogil=True, cache=True)
def _lift(heap: Any, count: Any, e: Any, value: Any) -> None:
    """Put a crew back in place of one that is away."""
    i = count - 1
    while heap[e, i] != AWAY:
        i -= 1
    while i > 0 and heap[e, (i - 1) // 2] > value:
        heap[e, i] = heap[e, (i - 1) // 2]
        i = (i - 1) // 2
    heap[e, i] = value
