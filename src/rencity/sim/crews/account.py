"""What crews did: sums over samples, and the trips of one sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from rencity.sim.crews.arrays import FIRST, LAST, OPEN, TALLIES, Jobs
from rencity.sim.crews.left import REASONS
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.reach.outages import FOREVER

Ids = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


_SUMS = ("tally", "samples", "jobs", "left", "cut", "short", "short_min", "idle")


@dataclass(frozen=True)
class Trips:
    """Every trip of one sample, by departure, entry and crew.

    Attributes
    ----------
    entry, crew, row : int32 (t,), entry of the crews file, lowest number of its crews that go, row
    leave, arrive, finish : int32 (t,), minutes
    """

    FIELDS: ClassVar = ("entry", "crew", "row", "leave", "arrive", "finish")

    entry: Ids
    crew: Ids
    row: Ids
    leave: Ids
    arrive: Ids
    finish: Ids

    @classmethod
    def of(cls, jobs: Jobs) -> Trips:
        """Those of a lane."""
        order = np.lexsort((jobs.row, jobs.crew, jobs.entry, jobs.leave))
        order = order[jobs.entry[order] != OPEN]
        return cls(*(getattr(jobs, name)[order] for name in cls.FIELDS))


@dataclass
class CrewAccount:
    """Sums over samples, in whole numbers; blocks add up in any order.

    Attributes
    ----------
    tally : int64 (e, TALLIES), see `rencity.sim.crews.arrays`
    samples : samples with jobs
    jobs : int64 (skills,)
    left : int64 (skills, reasons), jobs no crew set out for, see `rencity.sim.crews.left`
    cut : int64 (e,), samples in which the base is cut off at some look at the roads
    short, short_min : int64 (e, parts), samples in which the first stock is used up, and the sum of
        the minutes at which
    idle : int64 (e,), samples with jobs of the skill in which none of its crews sets out
    trips : of one sample
    """

    tally: Ints
    samples: int
    jobs: Ints
    left: Ints
    cut: Ints
    short: Ints
    short_min: Ints
    idle: Ints
    skill: Ints
    trips: Trips | None = None

    def add(self, jobs: Jobs, tally: Ints, short: Ints, cut: Ints, left: Ints) -> None:
        """Count one lane."""
        count = np.diff(jobs.ptr)
        out = short < FOREVER
        self._join_tally(tally)
        self.samples += 1
        self.jobs += count
        self.left += left
        self.cut += cut
        self.short += out
        self.short_min += np.where(out, short, 0)
        self.idle += (tally[:, 0] == 0) & (count[self.skill] > 0)

    def join(self, other: CrewAccount) -> None:
        """Count another block's; the trips of the first that has some are kept."""
        self._join_tally(other.tally)
        self.samples += other.samples
        for name in ("jobs", "left", "cut", "short", "short_min", "idle"):
            getattr(self, name)[:] += getattr(other, name)
        self.trips = self.trips or other.trips

    def packed(self) -> Ints:
        """All sums in one row."""
        return np.concatenate([np.reshape(getattr(self, name), -1) for name in _SUMS])

    def unpacked(self, row: Ints, trips: Ids) -> CrewAccount:
        """An account of the same plan, from `packed` and `trips_table`."""
        made, at = replace(self), 0
        for name in _SUMS:
            shape = np.shape(getattr(self, name))
            end = at + int(np.prod(shape, dtype=np.int64))
            part = row[at:end].reshape(shape)
            setattr(made, name, part if shape else int(part))
            at = end
        made.trips = Trips(*trips) if trips.shape[1] else None
        return made

    def trips_table(self) -> Ids:
        """Fields of the trips, int32 (6, t)."""
        if self.trips is None:
            return np.empty((len(Trips.FIELDS), 0), np.int32)
        return np.stack([getattr(self.trips, name) for name in Trips.FIELDS])

    def _join_tally(self, tally: Ints) -> None:
        self.tally[:, :FIRST] += tally[:, :FIRST]
        self.tally[:, FIRST] = np.minimum(self.tally[:, FIRST], tally[:, FIRST])
        self.tally[:, LAST] = np.maximum(self.tally[:, LAST], tally[:, LAST])


def empty_tally(entries: int) -> Ints:
    """Nothing done."""
    tally = np.zeros((entries, TALLIES), np.int64)
    tally[:, FIRST], tally[:, LAST] = FOREVER, -1
    return tally


def empty_account(plan: CrewPlan) -> CrewAccount:
    """Nothing done by any crew of a plan."""
    entries, skills = len(plan.name), len(plan.skills)
    return CrewAccount(
        tally=empty_tally(entries),
        samples=0,
        jobs=np.zeros(skills, np.int64),
        left=np.zeros((skills, len(REASONS)), np.int64),
        cut=np.zeros(entries, np.int64),
        short=np.zeros_like(plan.teams.stock),
        short_min=np.zeros_like(plan.teams.stock),
        idle=np.zeros(entries, np.int64),
        skill=np.repeat(np.arange(skills), np.diff(plan.teams.ptr)),
    )
