"""From what is broken to when it is mended, for one block of samples.

A plan is made at each edge: in every sample the jobs that stand open go, in the order of their
priority, each to the entry of the crews file whose crews finish it first on the roads of that
time. A crew loads parts at its base, drives out, works and drives back.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from rencity.sim.crews.account import CrewAccount, Trips, empty_account, empty_tally
from rencity.sim.crews.arrays import Jobs
from rencity.sim.crews.kernel import send, stand
from rencity.sim.crews.lanes import by_lane, jobs_of
from rencity.sim.crews.left import cut_off, why_left
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import FOREVER, Outages, merged

Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


def schedule(
    jobs: Outages, others: Outages, plan: CrewPlan, *, traced: int = 0
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
    block = _Block(work, rest, plan)
    account = empty_account(plan)
    for lane in range(LANES):
        if block.has_jobs(lane):
            done = block.run(lane, account)
            if lane == traced:
                account.trips = Trips.of(done)
    return merged([Outages(work.row, work.lane, work.begin, block.end), rest]), account


class _Block:
    """The jobs of one block, dealt out to lanes, and room for the state of one lane."""

    def __init__(self, work: Outages, rest: Outages, plan: CrewPlan) -> None:
        self.plan, self.work, self.rest = plan, work, rest
        self.place, self.ptr = by_lane(work, plan.tasks.order)
        self.other, self.other_ptr = by_lane(rest, np.arange(len(plan.road), dtype=np.int32))
        teams = plan.teams
        self.heap = np.zeros((len(plan.name), max(1, int(teams.crews.max(initial=1)))), np.int64)
        self.used = np.zeros_like(teams.stock)
        self.end = np.full(len(work.row), FOREVER, np.int32)

    def has_jobs(self, lane: int) -> bool:
        """Whether anything is to be mended there."""
        return bool(self.ptr[lane + 1] > self.ptr[lane])

    def run(self, lane: int, account: CrewAccount) -> Jobs:
        """Send crews through all of the run."""
        jobs, where = self._jobs(lane)
        teams, tasks = self.plan.teams, self.plan.tasks
        tally, short = empty_tally(len(teams.crews)), np.full(self.used.shape, FOREVER, np.int64)
        head = jobs.ptr[:-1].copy()
        stand(teams, self.heap, self.used)
        state = (self.heap, self.used, short, head)
        cut = np.zeros(len(teams.crews), bool)
        for edges, table in self._parts(lane, jobs, where):
            cut |= cut_off(table)[teams.base] & (teams.arrives < edges[-1])
            send(teams, tasks, jobs, *state, edges, table, self.plan.horizon_min, tally)
        left = why_left(teams, tasks, jobs, self.used, table, self.plan.horizon_min)
        account.add(jobs, tally, short, cut, left)
        self.end[where] = jobs.finish
        return jobs

    def _jobs(self, lane: int) -> tuple[Jobs, Ids]:
        work, rest, plan = self.work, self.rest, self.plan
        return jobs_of(
            plan.tasks,
            len(plan.skills),
            self.place[self.ptr[lane] : self.ptr[lane + 1]],
            work.row,
            work.begin,
            work.end,
            self.other[self.other_ptr[lane] : self.other_ptr[lane + 1]],
            rest.row,
            rest.begin,
            rest.end,
        )

    def _parts(self, lane: int, jobs: Jobs, where: Ids) -> Iterator[tuple[Ints, Ids]]:
        """Edges and travel times from one look at the roads to the next, as they are by then."""
        plan = self.plan
        mended = np.flatnonzero(plan.road[jobs.row])
        since = self.work.begin[where[mended]]
        other = self.other[self.other_ptr[lane] : self.other_ptr[lane + 1]]
        other = other[plan.road[self.rest.row[other]]]
        closed: Ids | None = None
        for look, until in self._looks(len(mended) + len(other) > 0):
            shut = mended[(since <= look) & (jobs.finish[mended] > look)]
            wet = other[(self.rest.begin[other] <= look) & (self.rest.end[other] > look)]
            now = np.unique(np.concatenate([jobs.row[shut], self.rest.row[wet]]))
            if closed is None or not np.array_equal(closed, now):
                closed, table = now, plan.roads.minutes(now)
            edges = plan.edge_min
            yield edges[(edges >= look) & (edges <= until)], table

    def _looks(self, closing: bool) -> list[tuple[int, int]]:
        """When to look at the roads, each until the next; once where nothing ever closes them."""
        begins = self.plan.road_min if closing else self.plan.road_min[:1]
        ends = [*begins[1:], self.plan.horizon_min]
        return [(int(a), int(b)) for a, b in zip(begins, ends, strict=True)]
