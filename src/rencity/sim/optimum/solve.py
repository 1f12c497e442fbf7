"""A programme handed to HiGHS through SciPy, and what it says of its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from rencity.kit.errors import RencityError
from rencity.sim.optimum.network import Bools, Floats
from rencity.sim.optimum.programme import Programme

Status = Literal["optimal", "time limit"]
OPTIMAL, LIMIT = 0, 1
NOTHING = 1e-9


@dataclass(frozen=True)
class Limits:
    """When HiGHS may stop: at this relative gap, or after this time for each programme."""

    gap: float = 1e-4
    time_s: float = 60.0


@dataclass(frozen=True, eq=False)
class Answer:
    """The best plan found and how good it is known to be.

    Attributes
    ----------
    whole : bool (periods, broken parts), what is whole by the end of each period
    bound : no plan costs less
    status : ``optimal`` within the gap that was asked for, or stopped by the ``time limit``
    gap : relative distance of the plan's cost from the bound
    """

    whole: Bools
    bound: float
    status: Status
    gap: float


def solve(programme: Programme, limits: Limits) -> Answer:
    """Solve it.

    Raises
    ------
    RencityError
        The time ran out before any plan was found.
    """
    scale = max(float(np.abs(programme.cost).max(initial=0)), NOTHING)
    found = milp(
        programme.cost / scale,
        integrality=programme.integral,
        bounds=Bounds(0, programme.ceiling),
        constraints=LinearConstraint(programme.matrix, programme.low, programme.high),
        options={"mip_rel_gap": limits.gap, "time_limit": limits.time_s},
    )
    if found.x is None or found.status not in {OPTIMAL, LIMIT}:
        raise RencityError(
            f"HiGHS found no plan within {limits.time_s:g} s: {found.message}",
            mend="give it more time, look fewer periods ahead, or break fewer parts",
        )
    bound = _bound(found.mip_dual_bound, found.fun)
    status: Status = "optimal" if found.status == OPTIMAL else "time limit"
    gap = max(0.0, (found.fun - bound) / max(abs(found.fun), NOTHING))
    return Answer(_whole(programme, found.x), bound * scale, status, gap)


def _bound(told: float | None, cost: float) -> float:
    """The dual bound, no cost being below zero; a programme without integers is its own."""
    return cost if told is None or not math.isfinite(told) else max(0.0, min(told, cost))


def _whole(programme: Programme, x: Floats) -> Bools:
    first = programme.flows + programme.works
    table = x.reshape(programme.periods, programme.width)
    return np.asarray(table[:, first : first + programme.whole] > 0.5)
