"""The compiled schedule equals the rules in plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.crews.arrays import DONE, FIRST, JOBS, LAST, TRAVELLED, WAITED, WORKED
from rencity.sim.crews.left import REASONS
from rencity.sim.crews.schedule import schedule
from rencity.sim.reach.outages import merged
from tests.sim.crews.cases import Case, joined, lane_of


@pytest.mark.parametrize("first", range(0, 120, 20))
def test_every_end_is_that_of_the_reference(first):
    sent = 0
    for seed in range(first, first + 20):
        case = Case(seed)
        found, _ = schedule(case.jobs, merged([case.others, case.unmended]), case.plan())
        for lane in range(3):
            done, _, certain = case.by_reference(lane)
            wanted = joined([(j.row, j.begin, j.finish) for j in done] + certain)
            assert lane_of(found, lane) == wanted, seed
            sent += sum(j.team is not None for j in done)
    assert sent > 50


@pytest.mark.parametrize("seed", range(40, 60))
def test_trips_and_sums_are_those_of_the_reference(seed):
    case = Case(seed, lanes=1)
    _, account = schedule(case.jobs, merged([case.others, case.unmended]), case.plan(), traced=0)
    done, teams, _ = case.by_reference(0)
    gone = sorted(
        (j.leave, j.team, min(j.crew), j.row, j.arrive, j.finish)
        for j in done
        if j.team is not None
    )
    trips = account.trips
    if not done:
        assert trips is None
        return
    columns = (trips.leave, trips.entry, trips.crew, trips.row, trips.arrive, trips.finish)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == gone
    assert account.left.sum() == len(done) - len(gone)
    for number, team in enumerate(teams):
        mine = [j for j in done if j.team == number]
        tally = account.tally[number]
        h = case.horizon
        assert tally[JOBS] == len(mine)
        assert tally[DONE] == sum(j.finish <= h for j in mine)
        assert tally[WAITED] == sum(j.leave - j.ready for j in mine)
        home = [(j.finish, j.finish + j.arrive - j.leave) for j in mine]
        out = [(j.leave, j.arrive) for j in mine]
        road = [
            j.crews * (min(b, h) - min(a, h))
            for j, pair in zip(mine + mine, out + home, strict=True)
            for a, b in [pair]
        ]
        assert tally[TRAVELLED] == sum(road)
        worked = [
            j.crews * sum(team.on(t) for t in range(team.next_on(j.arrive), min(j.finish, h)))
            for j in mine
        ]
        assert tally[WORKED] == sum(worked)
        if mine:
            assert tally[FIRST] == min(j.leave for j in mine)
        in_time = [j.finish for j in mine if j.finish <= h]
        if in_time:
            assert tally[LAST] == max(in_time)


def test_why_jobs_are_left_covers_every_reason_somewhere():
    total = np.zeros(len(REASONS), np.int64)
    for seed in range(120):
        case = Case(seed)
        _, account = schedule(case.jobs, merged([case.others, case.unmended]), case.plan())
        total += account.left.sum(axis=0)
    assert (total > 0).all()


def test_a_lane_does_not_depend_on_the_others():
    case = Case(7, lanes=6, rows=20)
    found, _ = schedule(case.jobs, case.others, case.plan())
    for lane in range(6):
        alone = case.jobs.where(case.jobs.lane == lane)
        certain = case.others.where(case.others.lane == lane)
        mine, _ = schedule(alone, certain, case.plan())
        assert lane_of(mine, lane) == lane_of(found, lane)


def test_no_job_ends_before_its_work_and_no_crew_is_in_two_places():
    for seed in range(200, 230):
        case = Case(seed, lanes=1)
        _, account = schedule(
            case.jobs, merged([case.others, case.unmended]), case.plan(), traced=0
        )
        if account.trips is None:
            continue
        trips, teams = account.trips, case.teams
        work = {}
        for row, begin, end in lane_of(case.jobs, 0):
            work.setdefault(row, []).append((begin, end - begin))
        for i, row in enumerate(trips.row.tolist()):
            team = teams[trips.entry[i]]
            assert trips.finish[i] - trips.arrive[i] >= min(w for _, w in work[row])
            assert trips.leave[i] >= max(team.arrives, min(b for b, _ in work[row]))
            assert team.on(int(trips.leave[i]))
            assert trips.arrive[i] >= trips.leave[i]
        single = case.tasks.crews[trips.row] == 1
        for entry in np.unique(trips.entry):
            if not single[trips.entry == entry].all():
                continue
            for crew in np.unique(trips.crew[trips.entry == entry]):
                mine = np.flatnonzero((trips.entry == entry) & (trips.crew == crew))
                back = trips.finish[mine] + trips.arrive[mine] - trips.leave[mine]
                assert (trips.leave[mine][1:] >= back[:-1]).all()
        for number, team in enumerate(teams):
            for part, name in enumerate(("transformer", "valve")):
                if name not in team.stock:
                    continue
                mine = (trips.entry == number) & (case.tasks.part[trips.row] == part)
                for used, leave in enumerate(np.sort(trips.leave[mine]).tolist()):
                    came = leave // team.resupply if team.resupply else 0
                    assert used < team.stock[name] * (1 + came)
