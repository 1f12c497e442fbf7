"""The design storm of Keifer & Chu (1957), known as the Chicago storm.

With mean intensity A / (t + b)^n of the heaviest t minutes, the heaviest t minutes of the storm
fall r·t before its peak and (1 − r)·t after, and hold just the formula's depth for every t up to
the duration (C. J. Keifer and H. H. Chu, J. Hydraulics Division ASCE 83(HY4), 1957).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rencity.sim.flood.content import MM_MIN, StormFormula

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Storm:
    """Rain over time.

    Attributes
    ----------
    end_min : float64 (s,), end of each step after the storm's start, rising
    depth_mm : float64 (s,), rain in each step
    """

    end_min: Floats
    depth_mm: Floats

    @property
    def total_mm(self) -> float:
        """Depth of the whole storm."""
        return float(self.depth_mm.sum())


def depth_mm(formula: StormFormula, return_period_a: float, duration_min: npt.ArrayLike) -> Floats:
    """Depth of the heaviest `duration_min` minutes, A·t / (t + b)^n; shape as given."""
    t = np.asarray(duration_min, np.float64)
    a = formula.a * MM_MIN[formula.unit] * (1 + formula.c * np.log10(return_period_a))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(t > 0, a * t / (t + formula.b) ** formula.n, 0.0)


def design_storm(
    formula: StormFormula,
    *,
    return_period_a: float,
    duration_min: float,
    step_min: float,
    peak_ratio: float,
) -> Storm:
    """The storm's depth in each step; the steps add up to the formula's depth.

    The last step is shorter where `step_min` does not divide the duration.

    Parameters
    ----------
    peak_ratio : r, share of the duration before the peak, 0 to 1
    """
    steps = max(1, int(np.ceil(duration_min / step_min - 1e-9)))
    end = np.minimum(np.arange(1, steps + 1) * step_min, duration_min)
    end[-1] = duration_min
    peak = peak_ratio * duration_min
    before = peak_ratio * depth_mm(
        formula, return_period_a, _ratio(np.maximum(peak - end, 0.0), peak_ratio)
    )
    after = (1 - peak_ratio) * depth_mm(
        formula, return_period_a, _ratio(np.maximum(end - peak, 0.0), 1 - peak_ratio)
    )
    whole = peak_ratio * float(depth_mm(formula, return_period_a, duration_min))
    fallen = np.where(end <= peak, whole - before, whole + after)
    return Storm(end, np.maximum(np.diff(fallen, prepend=0.0), 0.0))


def _ratio(time: Floats, share: float) -> Floats:
    return time / share if share > 0 else np.zeros_like(time)
