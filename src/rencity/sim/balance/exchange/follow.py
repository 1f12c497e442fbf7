"""Communities followed from the shock until all is mended, one lane after the other."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.balance.exchange.distribute import (
    CLOSE,
    best_paths,
    follows,
    lower,
    share_out,
)
from rencity.sim.balance.exchange.model import Exchange, Floats, Plan

SURGE_TIMES = 10.0
SURGE_DECAY = 0.3
"""Emergency calls: ten times the normal use in the step of the shock, falling by exp(-0.3) a step
and never below normal; the constants of the published model whose files are read."""


class Unmet(NamedTuple):
    """What was wanted and not had.

    Attributes
    ----------
    unmet : float64 (lanes, r), demand not met, summed over steps
    wanted : float64 (lanes, r), demand, summed over steps
    steps : int32 (lanes,), steps followed
    """

    unmet: Floats
    wanted: Floats
    steps: npt.NDArray[np.int32]


def follow(exchange: Exchange, damage: Floats) -> Unmet:
    """Follow a community under several damages.

    Parameters
    ----------
    damage : float64 (lanes, c), 0 whole to 1 destroyed
    """
    lanes, r = len(damage), len(exchange.resource)
    transfers = np.unique(exchange.transfer[exchange.transfer >= 0]).astype(np.int32)
    number = np.full(r, -1, np.int32)
    number[transfers] = np.arange(len(transfers))
    made = Unmet(np.zeros((lanes, r)), np.zeros((lanes, r)), np.zeros(lanes, np.int32))
    span = (exchange.shock_step, exchange.last_step)
    _follow(exchange.plan(), damage, transfers, number, *span, *made)
    return made


@njit(nogil=True, cache=True)
def _follow(
    plan: Plan, damages: Any, transfers: Any, number: Any, shock: Any, last: Any, unmet: Any,
    wanted: Any, steps: Any,
) -> None:  # fmt: skip
    c, r = plan.supply.shape
    supply, demand, met = np.empty((c, r)), np.empty((c, r)), np.ones((c, r))
    damage, rate = np.empty(c), np.empty(c)
    pairs = (len(plan.pair_ptr) - 1) // max(1, len(transfers))
    best = np.zeros((max(1, len(transfers)), pairs))
    giver, left = np.empty(len(plan.order), np.int64), np.empty(len(plan.order))
    for lane in range(len(damages)):
        damage[:] = 0.0
        rate[:] = 0.0
        for step in range(last):
            if step == shock:
                damage[:] = damages[lane]
                rate[:] = damage / plan.repair_steps
            over = step > shock and np.all(damage <= CLOSE)
            _renew(plan, damage, step - shock, supply, demand)
            _ride(plan, supply, demand)
            best_paths(plan, supply, transfers, best)
            _settle(plan, supply, demand, met, best, number, giver, left)
            for row in range(c):
                for k in range(r):
                    wanted[lane, k] += demand[row, k]
                    unmet[lane, k] += demand[row, k] * (1.0 - met[row, k])
            steps[lane] = step + 1
            if over:
                break
            if step > shock:
                for row in range(c):
                    damage[row] = max(0.0, damage[row] - rate[row])


@njit(cache=True)
def _renew(plan: Plan, damage: Any, since: Any, supply: Any, demand: Any) -> None:
    """Amounts by how well each component works; `since` steps after the shock."""
    c, r = supply.shape
    surge = max(1.0, SURGE_TIMES * np.exp(-SURGE_DECAY) ** since) if since >= 0 else 1.0
    for row in range(c):
        works = follows(plan.works_by[row], damage[row])
        for k in range(r):
            supply[row, k] = plan.supply[row, k] * follows(plan.supply_follows[row, k], works)
            demand[row, k] = plan.demand[row, k] * follows(plan.demand_follows[row, k], works)
            if plan.surges[row, k] and since >= 0:
                demand[row, k] = plan.demand[row, k] * surge


@njit(cache=True)
def _ride(plan: Plan, supply: Any, demand: Any) -> None:
    """Links on a bridge carry as far as the bridge holds."""
    for i in range(len(plan.ride_link)):
        link = plan.ride_link[i]
        want = demand[link, plan.bridge]
        if want > 0.0:
            lower(plan, supply, link, min(1.0, supply[plan.ride_bridge[i], plan.bridge] / want))


@njit(cache=True)
def _settle(
    plan: Plan, supply: Any, demand: Any, met: Any, best: Any, number: Any, giver: Any, left: Any
) -> None:
    """Share every resource out until no supply falls any more; supplies only fall, so it ends."""
    for r in plan.alone:
        share_out(plan, r, supply, demand, met, best, number, giver, left)
    fell = True
    while fell:
        fell = False
        for r in plan.together:
            fell |= share_out(plan, r, supply, demand, met, best, number, giver, left)
