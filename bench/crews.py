"""Jobs scheduled per second, against a heap in plain Python; and on the roads of a city.

    python -m bench.crews [CITY]

The first table takes no city: a million rows, every tenth broken in each sample, 400 crews of four
skills in 20 entries, trips of half an hour. With a city folder, the second breaks every tenth asset
of its own, roads included, and sends crews out on what is left; it takes some minutes for a
metropolis the first time, as the roads are ordered once.
"""

from __future__ import annotations

import heapq
import sys
import time
from pathlib import Path

import numpy as np

from rencity.city import City
from rencity.city.network.cache import network_of
from rencity.content import load_packs
from rencity.content.classes import classes_of
from rencity.sim.crews.arrays import DONE, JOBS, Tasks, Teams
from rencity.sim.crews.build import crew_plan
from rencity.sim.crews.plan import CrewPlan, Level, plan_edges
from rencity.sim.crews.schedule import schedule
from rencity.sim.crews.spec import parse_crews
from rencity.sim.reach.outages import Outages, merged
from rencity.sim.travel import PER_MINUTE

SPAN = 64
HORIZON_MIN = 30 * 1440
SKILLS = ("line", "pipe", "pump", "road")


def broken(rows: int, share: float, seed: int = 1) -> Outages:
    """Every so many rows of each lane, with 30 to 600 minutes of work."""
    rng = np.random.default_rng(seed)
    hit = rng.random((rows, SPAN), dtype=np.float32) < share
    row, lane = np.nonzero(hit)
    end = rng.integers(30, 600, len(row)).astype(np.int32)
    return Outages.at_start(row.astype(np.int32), lane.astype(np.int32), end)


def level_plan(rows: int) -> CrewPlan:
    """Twenty entries of twenty crews, every trip 30 minutes."""
    rng = np.random.default_rng(2)
    entries = 20
    ones = np.ones(entries, np.int64)
    teams = Teams(
        ptr=np.arange(0, entries + 1, entries // len(SKILLS)).astype(np.int64),
        base=0 * ones,
        crews=20 * ones,
        arrives=0 * ones,
        begin=0 * ones,
        length=1440 * ones,
        stock=np.full((entries, 1), -1, np.int64),
        resupply=0 * ones,
    )
    zero = np.zeros(rows, np.int32)
    tasks = Tasks(
        skill=rng.integers(0, len(SKILLS), rows).astype(np.int16),
        crews=np.ones(rows, np.int16),
        part=np.full(rows, -1, np.int16),
        site=np.zeros((rows, 2), np.int32),
        access=zero,
        usual=zero + 30,
        people=rng.integers(0, 10_000, rows),
        tier=zero,
        by_loss=True,
        order=np.arange(rows, dtype=np.int32),
    )
    edges, looks = plan_edges(HORIZON_MIN, 360, np.zeros(1, np.int64), np.zeros(1, np.int64))
    table = np.full((1, 1), 30 * PER_MINUTE, np.int32)
    names = tuple(f"crews-{e}" for e in range(entries))
    road = np.zeros(rows, bool)
    return CrewPlan(names, SKILLS, ("",), teams, tasks, Level(table), edges, looks, road)


def plainly(jobs: Outages, plan: CrewPlan, lane: int) -> int:
    """One lane by heaps in Python: jobs in order, each to the crew that is free first."""
    tasks, done = plan.tasks, 0
    mine = jobs.lane == lane
    work = dict(zip(jobs.row[mine].tolist(), jobs.end[mine].tolist(), strict=True))
    for skill in range(len(SKILLS)):
        rows = [row for row in work if tasks.skill[row] == skill]
        rows.sort(key=lambda row: (-(int(tasks.people[row]) * 1024 // (work[row] + 60)), row))
        crews = [0] * 100
        for row in rows:
            if crews[0] >= HORIZON_MIN:
                break
            heapq.heapreplace(crews, crews[0] + 60 + work[row])
            done += 1
    return done


def by_level(rows: int = 1_000_000, share: float = 0.1) -> None:
    """The scheduler alone."""
    plan, jobs, none = level_plan(rows), broken(rows, share), merged([])
    schedule(jobs.where(jobs.lane == 0), none, plan)
    begin = time.process_time()
    _, account = schedule(jobs, none, plan)
    ours = time.process_time() - begin
    begin = time.process_time()
    lanes = 2
    begun = sum(plainly(jobs, plan, lane) for lane in range(lanes))
    theirs = time.process_time() - begin
    sent = int(account.tally[:, JOBS].sum())
    print(
        f"{rows:,} rows, {share:.0%} broken, {SPAN} samples: {len(jobs.row):,} jobs, {sent:,} begun"
    )
    print(f"  compiled  {ours:8.2f} CPU s  {len(jobs.row) / ours:12,.0f} jobs/s")
    all_jobs = int((jobs.lane < lanes).sum())
    print(f"  plain     {theirs:8.2f} CPU s  {all_jobs / theirs:12,.0f} jobs/s ({begun:,} begun)")
    print(f"  ratio     {len(jobs.row) / ours / (all_jobs / theirs):.0f}")
    print(f"  1,000 samples: {ours * 1000 / SPAN:.0f} CPU s")


def on_city(folder: Path, share: float = 0.1) -> None:
    """A span of samples of a city whose roads break too."""
    city = City.open(folder)
    network = network_of(city)
    entries = [
        f'[[crews]]\nname = "{skill}-{base}"\nskill = "{skill}"\ncount = {count}\nbase = "{base}"\n'
        for skill, count in (("line", 20), ("pipe", 20), ("pump", 5), ("road", 40))
        for base in [f"road-depot-{i:06d}" for i in range(1, 5)]
    ]
    file = parse_crews("\n".join(entries), place="bench")
    classes = classes_of(load_packs()).with_work(file.skills)
    rng = np.random.default_rng(3)
    rows = network.nodes + network.link_rows
    people = rng.integers(0, 10_000, rows)
    begin = time.perf_counter()
    plan, _ = crew_plan(file, city, network, classes, people=people, horizon_min=HORIZON_MIN)
    print(f"{folder.name}: {rows:,} rows, plan made in {time.perf_counter() - begin:.1f} s")
    jobs, none = broken(rows, share), merged([])
    schedule(jobs.where(jobs.lane < 16), none, plan)
    begin, cpu = time.perf_counter(), time.process_time()
    _, account = schedule(jobs, none, plan)
    wall, cpu = time.perf_counter() - begin, time.process_time() - cpu
    done = int(account.tally[:, DONE].sum())
    sent = int(account.jobs.sum())
    print(f"  {share:.0%} broken, {SPAN} samples: {sent:,} jobs, {done:,} done, {cpu:.1f} CPU s")
    print(f"  1,000 samples: {cpu * 1000 / SPAN:.0f} CPU s ({wall:.1f} s of wall time for these)")


if __name__ == "__main__":
    by_level()
    for name in sys.argv[1:]:
        on_city(Path(name))
