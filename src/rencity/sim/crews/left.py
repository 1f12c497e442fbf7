"""Why jobs are left at the end, and which bases are cut off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.crews.arrays import OPEN, Jobs, Tasks, Teams
from rencity.sim.crews.kernel import minutes, part_at
from rencity.sim.travel import UNREACHABLE

REASONS = ("wet", "too_few", "no_way", "no_part", "no_time")
"""Something else still holds it out; fewer crews in any entry than it takes; no way from any base;
no part at any base that reaches it; all that could go were busy."""
WET, TOO_FEW, NO_WAY, NO_PART, NO_TIME = range(len(REASONS))


@njit(nogil=True, cache=True)
def why_left(teams: Teams, tasks: Tasks, jobs: Jobs, used: Any, table: Any, horizon: Any) -> Any:
    """Jobs no crew set out for, int64 (skills, reasons), by what stood against them at the end."""
    left = np.zeros((len(teams.ptr) - 1, len(REASONS)), np.int64)
    for k in range(len(teams.ptr) - 1):
        _count(
            teams.ptr[k], teams.ptr[k + 1], teams.base, teams.crews, teams.stock, teams.resupply,
            tasks.crews, tasks.part, tasks.site, tasks.access, jobs.ptr[k], jobs.ptr[k + 1],
            jobs.row, jobs.ready, jobs.entry, used, table, horizon, left[k],
        )  # fmt: skip
    return left


@njit(nogil=True, cache=True)
def _count(
    first: Any, last: Any, base: Any, crews: Any, stock: Any, resupply: Any, needs: Any,
    parts: Any, site: Any, access: Any, begin: Any, end: Any, rows: Any, ready: Any, entry: Any,
    used: Any, table: Any, horizon: Any, left: Any,
) -> None:  # fmt: skip
    for j in range(begin, end):
        if entry[j] != OPEN:
            continue
        if ready[j] >= horizon:
            left[WET] += 1
            continue
        row, why = rows[j], TOO_FEW
        for e in range(first, last):
            if crews[e] < needs[row]:
                continue
            why = max(why, NO_WAY)
            if minutes(table, base[e], site[row, 0], site[row, 1], access[row]) >= 0:
                stocked = part_at(stock, used, resupply[e], e, parts[row])
                why = max(why, NO_TIME if stocked < horizon else NO_PART)
                if why == NO_TIME:
                    break
        left[why] += 1


@njit(nogil=True, cache=True)
def cut_off(table: Any) -> Any:
    """Bases from which at most one site can be reached, bool (bases,)."""
    cut = np.ones(table.shape[0], np.bool_)
    if table.shape[1] <= 1:
        return ~cut
    for b in range(table.shape[0]):
        found = 0
        for s in range(table.shape[1]):
            found += table[b, s] < UNREACHABLE
            if found > 1:
                cut[b] = False
                break
    return cut
