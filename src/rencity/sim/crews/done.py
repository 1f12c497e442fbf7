"""What crews did in a run, as plain values and as a table for the run folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.sim.crews.account import CrewAccount, Trips, empty_account
from rencity.sim.crews.arrays import DONE, FIRST, JOBS, LAST, TRAVELLED, WAITED, WORKED
from rencity.sim.crews.clock import on_shift
from rencity.sim.crews.left import REASONS
from rencity.sim.crews.plan import CrewPlan
from rencity.sim.crews.spec import CrewFile, Crews

MIN_PER_H = 60

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CrewsDone:
    """Sums over the samples of a run.

    Attributes
    ----------
    samples : of the run; those without a job count too
    lacking : damaged assets, summed over samples, by skill that no crew has and kind
    """

    file: CrewFile
    plan: CrewPlan
    account: CrewAccount
    samples: int
    lacking: tuple[tuple[str, str, int], ...]

    def entry(self, number: int) -> Crews:
        """An entry of the crews file in the order of the plan."""
        name = self.plan.name[number]
        return next(one for one in self.file.crews if one.name == name)

    def available_min(self, number: int) -> int:
        """Crew-minutes on shift of an entry from its arrival to the horizon."""
        teams, horizon = self.plan.teams, self.plan.horizon_min
        begin, length = int(teams.begin[number]), int(teams.length[number])
        since = min(int(teams.arrives[number]), horizon)
        minutes = on_shift(horizon, begin, length) - on_shift(since, begin, length)
        return int(teams.crews[number]) * int(minutes)

    def facts(self) -> dict[str, Any]:
        """Plain values for `run.json`; means are over all samples."""
        n, account = self.samples, self.account
        left = account.left.tolist()
        return {
            "priority": self.file.priority.rule,
            "jobs_mean": int(account.jobs.sum()) / n,
            "done_mean": int(account.tally[:, DONE].sum()) / n,
            "entries": [self._entry_facts(e) for e in range(len(self.plan.name))],
            "left": [
                {
                    "skill": skill,
                    "jobs_mean": int(account.jobs[k]) / n,
                    **{f"{why}_mean": left[k][r] / n for r, why in enumerate(REASONS)},
                }
                for k, skill in enumerate(self.plan.skills)
            ],
        }

    def _entry_facts(self, e: int) -> dict[str, Any]:
        one, n, tally = self.entry(e), self.samples, self.account.tally[e].tolist()
        busy, available = tally[TRAVELLED] + tally[WORKED], self.available_min(e) * n
        return {
            "name": one.name,
            **one.title.model_dump(),
            "skill": one.skill,
            "count": one.count,
            "place": one.place if isinstance(one.place, str) else one.place.model_dump(),
            "jobs_mean": tally[JOBS] / n,
            "done_mean": tally[DONE] / n,
            "travelled_h_mean": tally[TRAVELLED] / MIN_PER_H / n,
            "worked_h_mean": tally[WORKED] / MIN_PER_H / n,
            "job_waited_h_mean": tally[WAITED] / MIN_PER_H / max(tally[JOBS], 1),
            "busy_share": busy / available if available else 0.0,
            "first_h": tally[FIRST] / MIN_PER_H if tally[JOBS] else None,
            "last_h": tally[LAST] / MIN_PER_H if tally[DONE] else None,
            "cut_off_samples": int(self.account.cut[e]),
            "idle_samples": int(self.account.idle[e]),
        }

    def table(self, city: City, asset: Ints) -> pd.DataFrame:
        """Trips of the first sample.

        Parameters
        ----------
        asset : int64 (rows,), row of ``city.assets`` of each row of the network
        """
        trips = self.account.trips
        if trips is None:
            trips = Trips(*np.empty((len(Trips.FIELDS), 0), np.int32))
        assets = city.assets.iloc[asset[trips.row]]
        names = np.array(self.plan.name, object)
        return pd.DataFrame(
            {
                "crews": names[trips.entry] if len(names) else names,
                "crew": trips.crew,
                "asset": assets["id"].to_numpy(),
                "lifeline": assets["lifeline"].to_numpy(),
                "kind": assets["kind"].to_numpy(),
                "name": assets["name"].to_numpy(),
                "leave_h": trips.leave / MIN_PER_H,
                "arrive_h": trips.arrive / MIN_PER_H,
                "finish_h": trips.finish / MIN_PER_H,
            }
        )


def crews_done(
    plan: CrewPlan | None,
    file: CrewFile | None,
    blocks: Sequence[tuple[Ints, npt.NDArray[np.int32]]],
    samples: int,
    damaged: Ints,
) -> CrewsDone | None:
    """Add up what crews did in each block; None where no crews are named.

    Parameters
    ----------
    damaged : int64 (rows,), samples in which each row is out by damage
    """
    if plan is None or file is None:
        return None
    account = empty_account(plan)
    for row, trips in blocks:
        account.join(account.unpacked(row, trips))
    lacking = tuple((skill, kind, int(damaged[rows].sum())) for skill, kind, rows in plan.lacking)
    return CrewsDone(file, plan, account, samples, lacking)
