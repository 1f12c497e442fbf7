"""What a set of measures saves: paired differences on common random numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Saving:
    """A mean and the two-sided 95 % bounds of the mean."""

    mean: float
    low: float
    high: float

    def times(self, factor: float) -> Saving:
        """In another unit; `factor` is not negative."""
        return Saving(self.mean * factor, self.low * factor, self.high * factor)


def paired(before: Floats, after: Floats) -> Saving:
    """Mean of the differences sample by sample, with Student's t bounds.

    What is drawn alike on both sides cancels within each pair, so the bounds are those of the
    difference and not of two runs. One sample has no bounds: they are infinite.

    Parameters
    ----------
    before, after : (n,), loss of the same samples
    """
    return weighted([before - after], [1.0])


def weighted(saved: Sequence[Floats], weight: Sequence[float]) -> Saving:
    """Sum over scenarios of weight times mean saving, with bounds by Welch and Satterthwaite.

    Parameters
    ----------
    saved : (n_k,) differences of each scenario; the scenarios are independent
    weight : of each scenario: its annual rate, or a share
    """
    mean = sum(w * float(s.mean()) for s, w in zip(saved, weight, strict=True))
    parts = [_variance(s) * w * w for s, w in zip(saved, weight, strict=True) if w > 0]
    whole = sum(parts)
    if whole == 0:
        return Saving(mean, mean, mean)
    if np.isinf(whole):
        return Saving(mean, -np.inf, np.inf)
    counts = [len(s) for s, w in zip(saved, weight, strict=True) if w > 0]
    freedom = whole**2 / sum(p**2 / (n - 1) for p, n in zip(parts, counts, strict=True) if p > 0)
    half = float(stdtrit(freedom, 0.5 + CONFIDENCE / 2)) * whole**0.5
    return Saving(mean, mean - half, mean + half)


def _variance(saved: Floats) -> float:
    """Of the mean; one sample that differs says nothing of it."""
    if len(saved) < 2:
        return np.inf if saved.any() else 0.0
    return float(saved.var(ddof=1)) / len(saved)
