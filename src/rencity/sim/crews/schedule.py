"""From what is broken to when it is mended, for some samples of a block.

A plan is made at each edge: in every sample the jobs that stand open go, in the order of their
priority, each to the entry of the crews file whose crews finish it first on the roads of that
time. A crew loads parts at its base, drives out, works and drives back.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.sim.crews.account import CrewAccount, Trips, empty_account, empty_tally
from rencity.sim.crews.arrays import OPEN
from rencity.sim.crews.kernel import send, stand
from rencity.sim.crews.lanes import by_lane, jobs_of
from rencity.sim.crews.left import cut_off, why_left
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import FOREVER, Outages, merged

TOGETHER = 16
"""Lanes whose travel times are made at once: more take more memory and no less time."""

_UNSEEN = np.full(1, -1, np.int32)
"""Closed rows before the first look: no set that a look finds."""

Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


def schedule(
    jobs: Outages, others: Outages, plan: CrewPlan, *, traced: int = -1
) -> tuple[Outages, CrewAccount]:
    """When each job is done, joined with what ends by itself; and what crews did.

    Parameters
    ----------
    jobs : damage; end − begin is the time at the asset. Rows that no crew mends end as they say
    others : certain outages such as water on a road; what they hold out waits for them
    traced : lane whose trips are kept

    Returns
    -------
    as `jobs` and `others` together, with the end of each job: when it is mended, FOREVER if never
    """
    mine = plan.tasks.skill[jobs.row] >= 0
    work, rest = jobs.where(mine), merged([jobs.where(~mine), others])
    account = empty_account(plan)
    end = np.full(len(work.row), FOREVER, np.int32)
    dealt = _Dealt(work, rest, plan)
    busy = [lane for lane in range(LANES) if dealt.ptr[lane + 1] > dealt.ptr[lane]]
    for first in range(0, len(busy), TOGETHER):
        lanes = [_Lane(dealt, lane) for lane in busy[first : first + TOGETHER]]
        _follow(lanes, plan)
        for one in lanes:
            end[one.where] = one.jobs.finish
            account.add(one.jobs, one.tally, one.short, one.cut, one.left())
            if one.lane == traced:
                account.trips = Trips.of(one.jobs)
    return merged([Outages(work.row, work.lane, work.begin, end), rest]), account


def _follow(lanes: list[_Lane], plan: CrewPlan) -> None:
    """Send crews from one look at the roads to the next, in all lanes."""
    ends = [*plan.road_min[1:], plan.horizon_min]
    for look, until in zip(plan.road_min, ends, strict=True):
        edges = plan.edge_min[(plan.edge_min >= look) & (plan.edge_min <= until)]
        stale = [one for one in lanes if one.look(look)]
        for one, table in zip(stale, plan.ways.ticks([o.closed for o in stale]), strict=True):
            one.table = table
        for one in lanes:
            one.send(edges)


class _Dealt:
    """The jobs and other outages of a block, dealt out to lanes."""

    def __init__(self, work: Outages, rest: Outages, plan: CrewPlan) -> None:
        self.plan, self.work, self.rest = plan, work, rest
        rows = len(plan.road)
        self.place, self.ptr = by_lane(work, plan.tasks.order, rows)
        self.other, self.other_ptr = by_lane(rest, np.arange(rows, dtype=np.int32), rows)


class _Lane:
    """The crews and jobs of one sample."""

    table: Ids

    def __init__(self, dealt: _Dealt, lane: int) -> None:
        self.plan, self.lane, self.rest = dealt.plan, lane, dealt.rest
        teams, work, rest = dealt.plan.teams, dealt.work, dealt.rest
        other = dealt.other[dealt.other_ptr[lane] : dealt.other_ptr[lane + 1]]
        self.jobs, self.where = jobs_of(
            dealt.plan.tasks,
            len(dealt.plan.skills),
            dealt.place[dealt.ptr[lane] : dealt.ptr[lane + 1]],
            *(work.row, work.begin, work.end),
            other,
            *(rest.row, rest.begin, rest.end),
        )
        self.heap = np.zeros((len(teams.crews), int(teams.crews.max(initial=1))), np.int64)
        self.used = np.zeros_like(teams.stock)
        self.short = np.full(teams.stock.shape, FOREVER, np.int64)
        self.head = self.jobs.ptr[:-1].copy()
        self.tally = empty_tally(len(teams.crews))
        self.cut = np.zeros(len(teams.crews), bool)
        self.closed: Ids = _UNSEEN
        road = dealt.plan.road
        self.mended = np.flatnonzero(road[self.jobs.row])
        self.since = work.begin[self.where[self.mended]]
        self.wet = other[road[rest.row[other]]]
        stand(teams, self.heap, self.used)

    def look(self, now: int) -> bool:
        """See which roads are closed; whether that has changed and anybody is still to go."""
        if not (self.jobs.entry == OPEN).any():
            return False
        shut = self.mended[(self.since <= now) & (self.jobs.finish[self.mended] > now)]
        wet = self.wet[(self.rest.begin[self.wet] <= now) & (self.rest.end[self.wet] > now)]
        closed = np.unique(np.concatenate([self.jobs.row[shut], self.rest.row[wet]]))
        same = np.array_equal(closed, self.closed)
        self.closed = closed
        return not same

    def send(self, edges: Ints) -> None:
        """Send crews out from the first edge until the last."""
        plan = self.plan
        self.cut |= cut_off(self.table)[plan.teams.base] & (plan.teams.arrives < edges[-1])
        send(
            plan.teams,
            plan.tasks,
            self.jobs,
            self.heap,
            self.used,
            self.short,
            self.head,
            edges,
            self.table,
            plan.horizon_min,
            self.tally,
        )

    def left(self) -> Ints:
        """Jobs no crew set out for, by skill and reason."""
        plan = self.plan
        found: Ints = why_left(
            plan.teams, plan.tasks, self.jobs, self.used, self.table, plan.horizon_min
        )
        return found
