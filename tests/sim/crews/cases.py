"""Random cities of jobs and crews, as arrays for the schedule and as objects for the reference."""

from __future__ import annotations

import numpy as np

from rencity.sim.crews.arrays import Tasks, Teams
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.reach.lanes import LANES
from rencity.sim.reach.outages import FOREVER, Outages, merged
from rencity.sim.travel import PER_MINUTE, UNREACHABLE
from tests.sim.crews import plain

PARTS = ("transformer", "valve")


class Ways:
    """Travel ticks drawn anew for each set of closed rows; some ways are closed."""

    def __init__(self, seed, bases, sites, longest=200, closing=True):
        self.seed, self.shape = seed, (bases, sites)
        self.longest, self.closing = longest, closing

    def ticks(self, closed):
        return [self._table([int(row) for row in rows]) for rows in closed]

    def _table(self, closed):
        rng = np.random.default_rng([self.seed, *closed] if self.closing else [self.seed])
        table = rng.integers(0, self.longest * PER_MINUTE, self.shape).astype(np.int32)
        table[rng.random(self.shape) < 0.2] = UNREACHABLE
        return table

    def plain(self, closed):
        table = self._table(sorted(closed))
        return {
            (b, s): None if table[b, s] >= UNREACHABLE else int(table[b, s])
            for b in range(self.shape[0])
            for s in range(self.shape[1])
        }


class Case:
    """One random case; `lane_jobs` makes the reference's objects of a lane."""

    def __init__(self, seed, lanes=3, rows=None, skills=None):
        rng = self.rng = np.random.default_rng(seed)
        n = self.rows = rows or int(rng.integers(3, 25))
        self.skills = skills or int(rng.integers(1, 4))
        bases, sites = int(rng.integers(1, 4)), int(rng.integers(2, 6))
        self.ways = Ways(seed, bases, sites)
        self.teams = [self._team(rng, bases) for _ in range(int(rng.integers(1, 6)))]
        self.teams.sort(key=lambda team: team.skill)
        self.horizon = int(rng.integers(2, 9)) * 1440
        self.tasks = self._tasks(rng, n, sites)
        every = int(rng.choice([120, 360, 777, 1440]))
        self.edges = np.unique([*range(0, self.horizon, every), self.horizon]).astype(np.int64)
        looks = rng.random(len(self.edges) - 1) < 0.5
        looks[0] = True
        self.looks = self.edges[:-1][looks]
        self.road = rng.random(n) < 0.3
        self.jobs = self._outages(rng, n, lanes, 0.6, never=False)
        mended = self.tasks.skill[self.jobs.row] >= 0
        self.unmended = self.jobs.where(~mended)
        self.jobs = self.jobs.where(mended)
        self.others = self._outages(rng, n, lanes, 0.2, never=True)

    def _team(self, rng, bases):
        length = int(rng.choice([1440, 1440, 600, 480, 1]))
        chosen = [part for part in PARTS if rng.random() < 0.5]
        return plain.Team(
            skill=int(rng.integers(0, self.skills)),
            base=int(rng.integers(0, bases)),
            count=int(rng.choice([0, 1, 1, 2, 3, 7])),
            arrives=int(rng.choice([0, 0, 100, 2000])),
            begin=int(rng.integers(0, 1440)) if length < 1440 else 0,
            length=length if length > 1 else 240,
            stock={part: int(rng.integers(0, 4)) for part in chosen},
            resupply=int(rng.choice([0, 700, 3000])),
        )

    def _tasks(self, rng, n, sites):
        site = rng.integers(-1, sites, (n, 2)).astype(np.int32)
        return Tasks(
            skill=rng.integers(-1, self.skills, n).astype(np.int16),
            crews=rng.choice([1, 1, 1, 2, 3], n).astype(np.int16),
            part=rng.choice([-1, -1, 0, 1], n).astype(np.int16),
            site=site,
            access=rng.integers(0, 2000, n).astype(np.int32),
            usual=rng.integers(-1, 100, n).astype(np.int32),
            people=rng.choice([0, 1, 50, 3000, 10**8], n).astype(np.int64),
            tier=rng.integers(0, 3, n).astype(np.int32),
            by_loss=bool(rng.random() < 0.7),
            order=rng.permutation(n).astype(np.int32),
        )

    def _outages(self, rng, n, lanes, share, *, never):
        parts = []
        for _ in range(2):
            hit = np.argwhere(rng.random((n, lanes)) < share / 2).astype(np.int32)
            begin = rng.choice([0, 0, 0, 500, 2500], len(hit)).astype(np.int32)
            end = begin + rng.integers(1, 1500, len(hit)).astype(np.int32)
            if never:
                end = np.where(rng.random(len(hit)) < 0.1, FOREVER, end)
            parts.append(Outages(hit[:, 0], hit[:, 1], begin, end.astype(np.int32)))
        return merged(parts)

    def plan(self, ways=None):
        count = np.bincount([team.skill for team in self.teams], minlength=self.skills)
        stock = [[team.stock.get(part, -1) for part in PARTS] for team in self.teams]

        def each(name):
            return np.array([getattr(team, name) for team in self.teams], np.int64)

        return CrewPlan(
            name=tuple(f"team{i}" for i in range(len(self.teams))),
            skills=tuple(f"skill{k}" for k in range(self.skills)),
            parts=PARTS,
            teams=Teams(
                np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
                each("base"),
                each("count"),
                each("arrives"),
                each("begin"),
                each("length"),
                np.array(stock, np.int64).reshape(len(self.teams), len(PARTS)),
                each("resupply"),
            ),
            tasks=self.tasks,
            ways=ways or self.ways,
            edge_min=self.edges,
            road_min=self.looks,
            road=self.road,
        )

    def by_reference(self, lane):
        """The reference's jobs of a lane, and its teams."""
        tasks, jobs = self.tasks, self.jobs
        place = {int(row): i for i, row in enumerate(tasks.order)}
        made = [
            plain.Job(
                row=int(row),
                skill=int(tasks.skill[row]),
                begin=int(jobs.begin[f]),
                work=int(jobs.end[f]) - int(jobs.begin[f]),
                people=int(tasks.people[row]),
                tier=int(tasks.tier[row]),
                id=f"{place[int(row)]:09d}",
                crews=int(tasks.crews[row]),
                part=PARTS[tasks.part[row]] if tasks.part[row] >= 0 else "",
                sites=tuple(int(s) for s in tasks.site[row] if s >= 0),
                access=int(tasks.access[row]),
                usual=max(int(tasks.usual[row]), 0),
            )
            for f, row in enumerate(jobs.row)
            if jobs.lane[f] == lane
        ]
        rest = merged([self.others, self.unmended])
        certain = [
            (int(rest.row[f]), int(rest.begin[f]), int(rest.end[f]))
            for f in np.flatnonzero(rest.lane == lane)
        ]
        teams = [
            plain.Team(t.skill, t.base, t.count, t.arrives, t.begin, t.length, t.stock, t.resupply)
            for t in self.teams
        ]
        done = plain.schedule(
            made,
            teams,
            certain,
            self.ways.plain,
            [int(edge) for edge in self.edges],
            {int(look) for look in self.looks},
            set(np.flatnonzero(self.road).tolist()),
            tasks.by_loss,
        )
        return done, teams, certain


def lane_of(outages, lane):
    """Outages of one lane as tuples."""
    mine = outages.where(outages.lane == lane)
    return list(zip(mine.row.tolist(), mine.begin.tolist(), mine.end.tolist(), strict=True))


def joined(intervals):
    """Intervals (row, begin, end) joined where they overlap or touch."""
    made = []
    for row, begin, end in sorted(intervals):
        if made and made[-1][0] == row and begin <= made[-1][2]:
            made[-1] = (row, made[-1][1], max(made[-1][2], end))
        else:
            made.append((row, begin, end))
    return made


assert LANES == 512
