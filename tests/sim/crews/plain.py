"""The rules of crews in plain Python, minute by minute where that is simplest to see."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

DAY = 1440
FOREVER = 2**31 - 1
TICKS = 600


@dataclass
class Team:
    skill: int
    base: int
    count: int
    arrives: int = 0
    begin: int = 0
    length: int = DAY
    stock: dict = field(default_factory=dict)
    resupply: int = 0

    def __post_init__(self):
        self.free = [self.arrives] * self.count
        self.used = dict.fromkeys(self.stock, 0)

    def on(self, t):
        return (t - self.begin) % DAY < self.length

    def next_on(self, t):
        while not self.on(t):
            t += 1
        return t

    def work(self, t, minutes):
        """First minute after so many minutes on shift from t."""
        while minutes:
            minutes -= self.on(t)
            t += 1
        return t

    def part_from(self, part):
        """When a part is there: stock at 0, as many again at each delivery."""
        if part not in self.stock:
            return 0
        for number in range(200):
            if self.used[part] < self.stock[part] * (number + 1):
                return number * self.resupply
            if not self.resupply:
                break
        return None


@dataclass
class Job:
    row: int
    skill: int
    begin: int
    work: int
    people: int
    tier: int
    id: str
    crews: int = 1
    part: str = ""
    sites: tuple = ()
    access: int = 0
    usual: int = 0
    ready: int = 0
    team: int | None = None
    crew: list = field(default_factory=list)
    leave: int | None = None
    arrive: int | None = None
    finish: int = FOREVER


def schedule(jobs, teams, certain, ways_of, edges, looks, road, by_loss):
    """`certain`: (row, begin, end); `ways_of(closed)`: {(base, site): ticks}."""
    for job in jobs:
        job.ready = dry(job, certain)
    jobs = sorted(jobs, key=lambda job: rank(job, by_loss))
    for now, until in itertools.pairwise(edges):
        if now in looks:
            closed = {j.row for j in jobs if j.row in road and j.begin <= now < j.finish}
            closed |= {row for row, b, e in certain if row in road and b <= now < e}
            ways = ways_of(closed)
        held = set()
        for job in jobs:
            if job.team is None and job.ready <= now:
                give(job, teams, ways, now, until, held)
    return jobs


def dry(job, certain):
    ready = job.begin
    for row, begin, end in sorted(certain):
        if row == job.row and begin <= ready:
            ready = max(ready, end)
    return ready


def rank(job, by_loss):
    spent = max(job.crews * (job.work + 2 * job.usual), 1)
    gain = min(job.people * 1024 // spent, 2**32 - 1) if by_loss else 0
    return job.skill, job.tier, -gain, job.id, job.begin


def give(job, teams, ways, now, until, held):
    best, waiting = None, None
    for number, team in enumerate(teams):
        if number in held or team.skill != job.skill or team.count < job.crews:
            continue
        there = [ways[team.base, s] for s in job.sites if ways[team.base, s] is not None]
        part = team.part_from(job.part)
        if not there or part is None or part >= until:
            continue
        way = -(-(min(there) + job.access) // TICKS)
        order = sorted(range(team.count), key=lambda c: (team.free[c], c))[: job.crews]
        first, free = team.free[order[0]], team.free[order[-1]]
        leave = team.next_on(max(free, now, part))
        if leave >= until:
            some = team.next_on(max(first, now)) < until
            if job.crews > 1 and some and (waiting is None or free < waiting[0]):
                waiting = free, number
            continue
        finish = team.work(team.next_on(leave + way), job.work)
        if best is None or finish < best[0]:
            best = finish, number, order, leave, way
    if best is not None:
        job.finish, job.team, job.crew, job.leave, way = best
        job.arrive = job.leave + way
        team = teams[job.team]
        for c in job.crew:
            team.free[c] = job.finish + way
        if job.part in team.used:
            team.used[job.part] += 1
    elif waiting is not None:
        held.add(waiting[1])
