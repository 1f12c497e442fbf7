"""A ground-motion relation: the median of each measure and how far nature strays from it.

The form is that of Boore, Stewart, Seyhan and Atkinson (2014), equations 1 to 17; its figures are
in ``bssa14.toml``. Without a basin term: the depth to rock is the mean of places of that Vs30.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from rencity.sim.hazard.earthquake.tables import table

Array = npt.NDArray[np.float64]
Mechanism = Literal["unspecified", "strike_slip", "normal", "reverse"]
Region = Literal["global", "china_turkey", "japan_italy"]

_EVENT_TERM: dict[str, str] = {
    "unspecified": "e0",
    "strike_slip": "e1",
    "normal": "e2",
    "reverse": "e3",
}
SMALL, LARGE = 4.5, 5.5
"""Magnitudes between which the scatter goes from one value to another."""
FULL_NONLINEAR_M_S, SOFTEST_M_S = 760.0, 360.0


@dataclass(frozen=True)
class Motion:
    """Shaking at places: natural logarithms in the measure's unit (g, or cm/s for PGV).

    Attributes
    ----------
    mean : (p,), ln of the median
    between : standard deviation of an event as a whole
    within : (p,), standard deviation of places within an event
    """

    mean: Array
    between: float
    within: Array


def motion(
    measure: str,
    magnitude: float,
    mechanism: Mechanism,
    rjb_km: Array,
    vs30_m_s: Array,
    region: Region = "global",
) -> Motion:
    """Shaking of a magnitude at Joyner-Boore distances (p,) on ground of Vs30 (p,).

    Valid ranges stand in the file of figures; nothing is clipped here.

    Raises
    ------
    KeyError : the relation does not give this measure
    """
    held = table("bssa14")
    figures, fixed = held["measures"][measure], held["constants"]
    rock_g = np.exp(_on_rock(held["measures"]["PGA"], fixed, magnitude, mechanism, rjb_km, region))
    mean = _on_rock(figures, fixed, magnitude, mechanism, rjb_km, region)
    mean = mean + _site(figures, fixed, vs30_m_s, rock_g)
    between = _graded(figures["tau1"], figures["tau2"], magnitude)
    return Motion(mean, between, _within(figures, fixed, magnitude, rjb_km, vs30_m_s))


def measures() -> tuple[str, ...]:
    """Measures the relation gives."""
    return tuple(table("bssa14")["measures"])


def _on_rock(
    c: Mapping[str, Any],
    fixed: Mapping[str, float],
    magnitude: float,
    mechanism: Mechanism,
    rjb_km: Array,
    region: Region,
) -> Array:
    """Event and path terms (equations 2 to 4): ln of the median at Vs30 760 m/s."""
    above = magnitude - c["mh"]
    size = c["e6"] * above if above > 0 else c["e4"] * above + c["e5"] * above**2
    r = np.hypot(rjb_km, c["h_km"])
    spread = c["c1"] + c["c2"] * (magnitude - fixed["m_ref"])
    loss = c["c3"] + c["dc3"][region]
    path = spread * np.log(r / fixed["r_ref_km"]) + loss * (r - fixed["r_ref_km"])
    return np.asarray(c[_EVENT_TERM[mechanism]] + size + path)


def _site(
    c: Mapping[str, Any], fixed: Mapping[str, float], vs30_m_s: Array, rock_g: Array
) -> Array:
    """Linear and non-linear soil (equations 5 to 8)."""
    linear = c["c"] * np.log(np.minimum(vs30_m_s, c["vc_m_s"]) / fixed["v_ref_m_s"])
    stiff = np.exp(c["f5"] * (np.minimum(vs30_m_s, FULL_NONLINEAR_M_S) - SOFTEST_M_S))
    slope = c["f4"] * (stiff - np.exp(c["f5"] * (FULL_NONLINEAR_M_S - SOFTEST_M_S)))
    return np.asarray(linear + fixed["f1"] + slope * np.log1p(rock_g / fixed["f3_g"]))


def _within(
    c: Mapping[str, Any],
    fixed: Mapping[str, float],
    magnitude: float,
    rjb_km: Array,
    vs30_m_s: Array,
) -> Array:
    """Scatter within an event by magnitude, distance and soil (equations 14 to 17)."""
    far = np.log(np.clip(rjb_km, c["r1_km"], c["r2_km"]) / c["r1_km"])
    far = far / np.log(c["r2_km"] / c["r1_km"])
    v1, v2 = fixed["v1_m_s"], fixed["v2_m_s"]
    soft = np.log(v2 / np.clip(vs30_m_s, v1, v2)) / np.log(v2 / v1)
    whole = _graded(c["phi1"], c["phi2"], magnitude)
    return np.asarray(whole + c["dphi_r"] * far - c["dphi_v"] * soft)


def _graded(small: float, large: float, magnitude: float) -> float:
    share = min(max((magnitude - SMALL) / (LARGE - SMALL), 0.0), 1.0)
    return small + (large - small) * share
