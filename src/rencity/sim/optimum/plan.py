"""What was mended when, what it cost, what was still missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from rencity.kit.errors import CityError
from rencity.sim.optimum.evaluate import FlowProgramme
from rencity.sim.optimum.network import Bools, Floats, FlowNetwork, Ids

NOTHING = 1e-9


@dataclass(frozen=True)
class Period:
    """One period of a plan.

    Attributes
    ----------
    mended : ids of the parts mended in it; they work in this period already
    unmet : units of demand not met at its end, all lifelines
    flow_cost, shortage_cost, surplus_cost, repair_cost, site_cost : its cost
    status : how the choice was made: ``optimal``, ``time limit``, ``given``
    gap : relative gap of the programme that chose it
    """

    mended: tuple[str, ...]
    unmet: float
    flow_cost: float
    shortage_cost: float
    surplus_cost: float
    repair_cost: float
    site_cost: float
    status: str
    gap: float = 0.0

    @property
    def cost(self) -> float:
        """All costs of the period: INDP's objective."""
        return (
            self.flow_cost
            + self.shortage_cost
            + self.surplus_cost
            + self.repair_cost
            + self.site_cost
        )


@dataclass(frozen=True)
class Plan:
    """A restoration.

    Attributes
    ----------
    before : the state before any repair
    periods : one after the other
    left : ids of broken parts that were never mended
    bound : no plan over these periods costs less; None where none was proved
    """

    before: Period
    periods: tuple[Period, ...]
    left: tuple[str, ...]
    bound: float | None = None

    @property
    def cost(self) -> float:
        """All costs of all periods."""
        return sum(period.cost for period in self.periods)

    @property
    def unmet(self) -> float:
        """Units of demand not met, summed over the periods."""
        return sum(period.unmet for period in self.periods)

    @property
    def status(self) -> str:
        """``time limit`` if any period's choice was stopped by it."""
        told = {period.status for period in self.periods}
        return "time limit" if "time limit" in told else "/".join(sorted(told)) or "nothing broken"

    @property
    def gap(self) -> float | None:
        """Relative distance from the bound; None where none was proved."""
        if self.bound is None:
            return None
        return max(0.0, self.cost - self.bound) / max(self.cost, NOTHING)

    def table(self) -> pd.DataFrame:
        """A row for each period, from 1."""
        columns = [made.name for made in fields(Period)]
        rows = [[getattr(period, name) for name in columns] for period in self.periods]
        made = pd.DataFrame(rows, columns=columns)
        made.insert(1, "cost", [period.cost for period in self.periods])
        made.index = pd.RangeIndex(1, len(rows) + 1, name="period")
        return made


class Books:
    """Keeps the account of a restoration while it goes on."""

    def __init__(self, network: FlowNetwork, broken: Bools) -> None:
        if broken.shape != (network.parts,) or broken.dtype != bool:
            raise CityError(
                f"broken has shape {broken.shape}, type {broken.dtype}",
                mend=f"mark each of the {network.parts} parts as broken or not",
            )
        self.network = network
        self.broken = broken.copy()
        self._flows = FlowProgramme(network)
        self._flow = self._flows.solve(~broken)
        self.before = self._told(np.zeros(0, np.int64), "before", 0.0)
        self.periods: list[Period] = []

    def mend(self, parts: Ids, status: str, gap: float = 0.0) -> None:
        """Mend these parts in one period and account for it."""
        self.broken[parts] = False
        if len(parts):
            self._flow = self._flows.solve(~self.broken)
        self.periods.append(self._told(np.sort(parts), status, gap))

    def cost_with(self, mended: Bools) -> float:
        """Flow, shortage and surplus with these parts whole."""
        return self._flows.solve(mended).cost

    def plan(self, bound: float | None = None) -> Plan:
        """The account closed."""
        left = tuple(self.network.part[row] for row in np.flatnonzero(self.broken))
        return Plan(self.before, tuple(self.periods), left, bound)

    def _told(self, parts: Ids, status: str, gap: float) -> Period:
        network, flow = self.network, self._flow
        sites = np.unique(network.site[np.isin(network.site_part, parts)])
        return Period(
            tuple(network.part[row] for row in parts),
            flow.unmet,
            flow.flow_cost,
            flow.shortage_cost,
            flow.surplus_cost,
            float(network.repair_cost[parts].sum()),
            float(network.site_cost[sites].sum()),
            status,
            gap,
        )


def before(network: FlowNetwork, broken: Bools) -> Period:
    """The state with these parts broken and nothing mended."""
    return Books(network, broken).before


def crews_of(
    network: FlowNetwork, broken: Bools, crews: float | Sequence[float], periods: int | None
) -> Floats:
    """Crews of each period, float64 (periods,).

    Raises
    ------
    CityError
        Crews are no figure or below zero, or a number of periods is missing and cannot be told.
    """
    given = np.atleast_1d(np.asarray(crews, dtype=float))
    if not (np.isfinite(given) & (given >= 0)).all():
        raise CityError(
            f"{crews} is no number of crews", mend="give a figure that is not below zero"
        )
    if np.ndim(crews) == 1:
        if periods is not None and periods != len(given):
            raise CityError(
                f"numbers of crews for {len(given)} periods, while {periods} are asked",
                mend="give one for each",
            )
        return given
    if periods is None:
        periods = _enough(network.crew[broken], float(given[0]))
    if periods < 1:
        raise CityError(f"{periods} is no number of periods", mend="give at least one")
    return np.repeat(given, periods)


def _enough(work: Floats, crews: float) -> int:
    """Periods in which everything can be mended, one at least."""
    if not work.any():
        return 1
    if crews < work.max():
        raise CityError(
            f"a repair takes {work.max():g} of {crews:g} crews, so not everything is ever mended",
            mend="give more crews, or say how many periods to look at",
        )
    if (work == work[0]).all():
        return int(np.ceil(len(work) / np.floor(crews / work[0])))
    return len(work)
