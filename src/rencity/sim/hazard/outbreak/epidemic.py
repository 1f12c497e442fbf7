"""A well-mixed SEIR epidemic (Kermack and McKendrick 1927, with a latent state), by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
    state = np.array([1 - epidemic.first_share, 0.0, epidemic.first_share, 0.0])
    step = 1 / STEPS_A_DAY
    ill, susceptible = np.empty(days), np.empty(days)
    for day in range(days):
        before = state[3]
        for _ in range(STEPS_A_DAY):
            state = _advance(state, epidemic, step)
        ill[day], susceptible[day] = state[3] - before, state[0]
    return Course(ill, susceptible)


def _advance(state: Array, epidemic: Epidemic, step: float) -> Array:
    a = _rates(state, epidemic)
    b = _rates(state + step / 2 * a, epidemic)
    c = _rates(state + step / 2 * b, epidemic)
    d = _rates(state + step * c, epidemic)
    return state + step / 6 * (a + 2 * b + 2 * c + d)


def _rates(state: Array, epidemic: Epidemic) -> Array:
    """Change a day of susceptible, exposed and infectious, and of all who ever fell ill."""
    susceptible, exposed, infectious, _ = state
    infected = epidemic.r0 / epidemic.infectious_d * susceptible * infectious
    onset = exposed / epidemic.latent_d
    return np.array(
        [-infected, infected - onset, onset - infectious / epidemic.infectious_d, onset]
    )


def staying(ill: Array, days: float) -> Array:
    """Share away on each day of those who fell ill, each for `days`; part of a day in part."""
    whole = int(np.floor(days))
    weight = np.concatenate([np.ones(whole), [days - whole]])
    return np.convolve(ill, weight)[: len(ill)]


def by_week(daily: Array) -> Array:
    """Mean of each week; the last may be short."""
    starts = np.arange(0, len(daily), 7)
    return np.add.reduceat(daily, starts) / np.diff(np.append(starts, len(daily)))
