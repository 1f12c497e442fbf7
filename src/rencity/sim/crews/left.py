"""Why jobs are left at the end, and which bases are cut off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from rencity.sim.crews.arrays import OPEN, Jobs, Tasks, Teams
from rencity.sim.crews.kernel import part_at, way
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
        for j in range(jobs.ptr[k], jobs.ptr[k + 1]):
            if jobs.entry[j] == OPEN:
                left[k, _why(teams, tasks, jobs, used, table, horizon, k, j)] += 1
    return left


@njit(nogil=True, cache=True)
def _why(
    teams: Teams, tasks: Tasks, jobs: Jobs, used: Any, table: Any, horizon: Any, k: Any, j: Any
) -> Any:
    if jobs.ready[j] >= horizon:
        return WET
    row = jobs.row[j]
    why = TOO_FEW
    for e in range(teams.ptr[k], teams.ptr[k + 1]):
        if teams.crews[e] < tasks.crews[row]:
            continue
        why = max(why, NO_WAY)
        if way(table, teams.base[e], tasks, row) >= 0:
            stocked = part_at(teams, used, e, tasks.part[row]) < horizon
            why = max(why, NO_TIME if stocked else NO_PART)
    return why


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
