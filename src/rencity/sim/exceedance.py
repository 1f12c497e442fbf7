"""How often a loss is reached: annual frequencies, average annual loss, return periods.

Scenarios strike as independent Poisson processes with annual rates; within a scenario each of its n
samples is as likely as another, so it stands for a rate of rate / n.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.sim.measures.saving import Saving, weighted

Floats = npt.NDArray[np.float64]
Z95 = 1.959964


@dataclass(frozen=True)
class Exceedance:
    """How often a loss is reached or passed.

    Attributes
    ----------
    loss : float64 (p,), ascending, distinct, above 0: every loss that occurred
    frequency_per_a : float64 (p,), falling: annual rate of events with that loss or more
    low_per_a, high_per_a : float64 (p,), 95 % normal bounds of it
    """

    loss: Floats
    frequency_per_a: Floats
    low_per_a: Floats
    high_per_a: Floats

    @property
    def probability_1a(self) -> Floats:
        """Chance of at least one such event in a year, (p,)."""
        return -np.expm1(-self.frequency_per_a)

    @property
    def area(self) -> float:
        """Integral of the frequency over the loss from 0: the average annual loss."""
        return float(np.diff(self.loss, prepend=0.0) @ self.frequency_per_a)


@dataclass(frozen=True)
class Returned:
    """Loss of a return period.

    Attributes
    ----------
    loss : greatest loss reached at least once in so many years on average; 0 where none is
    low, high : the same of the bounds of the frequency
    beyond : whether the greatest loss of any sample is reached more often, so that the samples say
        only that it is this much or more
    """

    period_a: float
    loss: float
    low: float
    high: float
    beyond: bool


def exceedance(losses: Sequence[Floats], rates_per_a: Sequence[float]) -> Exceedance:
    """The curve of all scenarios together.

    Parameters
    ----------
    losses : (n_k,) loss of each sample of each scenario, not negative
    rates_per_a : of each scenario
    """
    points = np.unique(np.concatenate([np.asarray(each, np.float64) for each in losses]))
    points = points[points > 0]
    frequency, variance = np.zeros(len(points)), np.zeros(len(points))
    for each, rate in zip(losses, rates_per_a, strict=True):
        ordered = np.sort(np.asarray(each, np.float64))
        share = (len(ordered) - np.searchsorted(ordered, points)) / len(ordered)
        frequency += rate * share
        variance += rate**2 * share * (1 - share) / len(ordered)
    half = Z95 * np.sqrt(variance)
    top = float(sum(rates_per_a))
    low, high = np.maximum(frequency - half, 0.0), np.minimum(frequency + half, top)
    return Exceedance(points, frequency, low, high)


def average_annual(losses: Sequence[Floats], rates_per_a: Sequence[float]) -> Saving:
    """Average annual loss with the bounds of a stratified mean, the lower one not negative."""
    found = weighted([np.asarray(each, np.float64) for each in losses], list(rates_per_a))
    return Saving(found.mean, max(found.low, 0.0), found.high)


def returned(curve: Exceedance, period_a: float) -> Returned:
    """Loss of a return period in years."""
    least = 1 / period_a
    loss, low, high = (
        _greatest(curve.loss, each, least)
        for each in (curve.frequency_per_a, curve.low_per_a, curve.high_per_a)
    )
    beyond = bool(len(curve.loss)) and bool(curve.frequency_per_a[-1] > least)
    return Returned(period_a, loss, low, high, beyond)


def _greatest(loss: Floats, frequency: Floats, least: float) -> float:
    """The greatest loss reached at least so often; a bound need not fall throughout."""
    reached = np.flatnonzero(frequency >= least * (1 - 1e-12))
    return float(loss[reached[-1]]) if len(reached) else 0.0
