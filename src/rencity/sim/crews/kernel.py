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
from rencity.sim.crews.clock import DAY, done_at, next_on, on_shift
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
    # arrays go one by one: taken out of a tuple in a loop, each is counted up and down again
    may = np.empty(len(teams.crews), np.bool_)
    for i in range(len(edges) - 1):
        for k in range(len(teams.ptr) - 1):
            _plan(
                teams.ptr[k], teams.ptr[k + 1], teams.base, teams.crews, teams.begin, teams.length,
                teams.stock, teams.resupply, tasks.crews, tasks.part, tasks.site, tasks.access,
                jobs.ptr[k + 1], jobs.row, jobs.ready, jobs.work, jobs.entry, jobs.crew,
                jobs.leave, jobs.arrive, jobs.finish, heap, used, short, head, k, edges[i],
                edges[i + 1], table, may, horizon, tally,
            )  # fmt: skip


@njit(nogil=True, cache=True)
def _plan(
    first: Any, last: Any, base: Any, crews: Any, begin: Any, length: Any, stock: Any,
    resupply: Any, needs: Any, parts: Any, site: Any, access: Any, end: Any, rows: Any, ready: Any,
    works: Any, entry: Any, crew: Any, leaves: Any, arrives: Any, finishes: Any, heap: Any,
    used: Any, short: Any, head: Any, k: Any, now: Any, until: Any, table: Any, may: Any,
    horizon: Any, tally: Any,
) -> None:  # fmt: skip
    """One plan of one skill: its jobs in order, its entries from `first` to before `last`.

    A job for several crews at once that lacks some holds back the entry that has them soonest, so
    that those that are free are not taken by jobs behind it.
    """
    j = head[k]
    while j < end and entry[j] != OPEN:
        j += 1
    head[k] = j
    able = 0
    for e in range(first, last):
        may[e] = crews[e] > 0 and _free(heap[e, 0], now, begin[e], length[e]) < until
        able += may[e]
    while j < end and able > 0:
        if entry[j] != OPEN or ready[j] > now:
            j += 1
            continue
        row = rows[j]
        need, part = np.int64(needs[row]), parts[row]
        best, held, leave, way, finish = _choose(
            first, last, base, crews, begin, length, stock, resupply, need, part, site[row, 0],
            site[row, 1], access[row], np.int64(works[j]), heap, used, now, until, table, may,
        )  # fmt: skip
        if best >= 0:
            e = best
            entry[j], leaves[j] = e, leave
            arrives[j] = min(leave + way, FOREVER)
            finishes[j] = min(finish, FOREVER)
            crew[j] = _take(heap, crews[e], e, need, finish + way)
            if part >= 0:
                used[e, part] += 1
                if used[e, part] == stock[e, part]:
                    short[e, part] = leave
            _book(
                tally, e, need, np.int64(ready[j]), leave, leave + way, finish,
                begin[e], length[e], horizon,
            )  # fmt: skip
            if _free(heap[e, 0], now, begin[e], length[e]) >= until:
                may[e] = False
                able -= 1
        elif held >= 0:
            may[held] = False
            able -= 1
        j += 1


@njit(nogil=True, cache=True)
def _choose(
    first: Any, last: Any, base: Any, crews: Any, begin: Any, length: Any, stock: Any,
    resupply: Any, need: Any, part: Any, a: Any, b: Any, access: Any, work: Any, heap: Any,
    used: Any, now: Any, until: Any, table: Any, may: Any,
) -> Any:  # fmt: skip
    """The entry that finishes a job first, one that is held for it, and when crews would go."""
    best, held, best_finish, held_free = -1, -1, NEVER, NEVER
    best_leave, best_way = np.int64(0), np.int64(0)
    for e in range(first, last):
        if not may[e] or crews[e] < need:
            continue
        free = heap[e, 0] >> CREW_BITS if need == 1 else _together(heap, crews[e], e, need)
        soonest = max(free, now)
        if soonest + work >= best_finish:
            continue
        way = minutes(table, base[e], a, b, access)
        stocked = part_at(stock, used, resupply[e], e, part)
        if way < 0 or stocked >= until:
            continue
        leave = next_on(max(soonest, stocked), begin[e], length[e])
        if leave >= until:
            if need > 1 and free < held_free:
                held, held_free = e, free
            continue
        finish = done_at(next_on(leave + way, begin[e], length[e]), work, begin[e], length[e])
        if finish < best_finish:
            best, best_finish, best_leave, best_way = e, finish, leave, way
    return best, held, best_leave, best_way, best_finish


@njit(nogil=True, cache=True, inline="always")
def _free(top: Any, now: Any, begin: Any, length: Any) -> Any:
    """When the first crew of an entry could leave."""
    return next_on(max(top >> CREW_BITS, now), begin, length)


@njit(nogil=True, cache=True)
def minutes(table: Any, base: Any, a: Any, b: Any, access: Any) -> Any:
    """Minutes from a base to a row by the nearer of two sites, rounded up; −1 for no way."""
    best = np.int64(UNREACHABLE)
    if a >= 0:
        best = min(best, np.int64(table[base, a]))
    if b >= 0:
        best = min(best, np.int64(table[base, b]))
    if best >= UNREACHABLE:
        return np.int64(-1)
    return (best + access + PER_MINUTE - 1) // PER_MINUTE


@njit(nogil=True, cache=True)
def part_at(stock: Any, used: Any, resupply: Any, e: Any, part: Any) -> Any:
    """When the next part can be taken along."""
    if part < 0 or stock[e, part] < 0 or used[e, part] < stock[e, part]:
        return np.int64(0)
    if stock[e, part] == 0 or resupply == 0:
        return NEVER
    return (used[e, part] // stock[e, part]) * resupply


@njit(nogil=True, cache=True)
def _together(heap: Any, count: Any, e: Any, crews: Any) -> Any:
    """When so many crews of an entry are free at once."""
    return np.partition(heap[e, :count], crews - 1)[crews - 1] >> CREW_BITS


@njit(nogil=True, cache=True)
def _book(
    tally: Any, e: Any, crews: Any, ready: Any, leave: Any, arrive: Any, finish: Any, begin: Any,
    length: Any, horizon: Any,
) -> None:  # fmt: skip
    tally[e, JOBS] += 1
    out, back = min(arrive, horizon) - leave, min(finish + arrive - leave, horizon)
    tally[e, TRAVELLED] += crews * (out + back - min(finish, horizon))
    start = min(next_on(arrive, begin, length), horizon)
    at_work = min(finish, horizon) - start
    if length < DAY:
        at_work = on_shift(min(finish, horizon), begin, length) - on_shift(start, begin, length)
    tally[e, WORKED] += crews * at_work
    tally[e, WAITED] += leave - ready
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


@njit(nogil=True, cache=True)
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
