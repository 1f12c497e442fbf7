"""A well-mixed SEIR epidemic (Kermack and McKendrick 1927, with a latent state), by day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.hazard.outbreak.spec import Epidemic

Array = npt.NDArray[np.float64]
STEPS_A_DAY = 48


@dataclass(frozen=True)
class Course:
    """Shares of all people by day.

    Attributes
    ----------
    ill : (days,), who fell ill (became infectious) during the day
    susceptible : (days,), at its end
    """

    ill: Array
    susceptible: Array


def course(epidemic: Epidemic, days: int) -> Course:
    """Integrate by the fourth-order Runge-Kutta rule, `STEPS_A_DAY` steps a day."""
    made = _integrated(
        epidemic.r0, epidemic.latent_d, epidemic.infectious_d, epidemic.first_share, days
    )
    return Course(made[0], made[1])


@njit(cache=True)
def _integrated(r0: Any, latent_d: Any, infectious_d: Any, first_share: Any, days: Any) -> Any:
    """Who fell ill during each day, and who is susceptible at its end, (2, days)."""
    made = np.empty((2, days))
    rates = np.array([r0 / infectious_d, 1 / latent_d, 1 / infectious_d])
    state = np.array([1 - first_share, 0.0, first_share, 0.0])
    step = 1 / STEPS_A_DAY
    for day in range(days):
        before = state[3]
        for _ in range(STEPS_A_DAY):
            a = _change(state, rates)
            b = _change(state + step / 2 * a, rates)
            c = _change(state + step / 2 * b, rates)
            d = _change(state + step * c, rates)
            state = state + step / 6 * (a + 2 * b + 2 * c + d)
        made[0, day], made[1, day] = state[3] - before, state[0]
    return made


@njit(cache=True)
def _change(state: Any, rates: Any) -> Any:
    """Change a day of susceptible, exposed and infectious, and of all who ever fell ill."""
    infected = rates[0] * state[0] * state[2]
    onset = rates[1] * state[1]
    return np.array([-infected, infected - onset, onset - rates[2] * state[2], onset])


def staying(ill: Array, days: float) -> Array:
    """Share away on each day of those who fell ill, each for `days`; part of a day in part."""
    whole = int(np.floor(days))
    weight = np.concatenate([np.ones(whole), [days - whole]])
    return np.convolve(ill, weight)[: len(ill)]


def by_week(daily: Array) -> Array:
    """Mean of each week; the last may be short."""
    starts = np.arange(0, len(daily), 7)
    return np.add.reduceat(daily, starts) / np.diff(np.append(starts, len(daily)))
