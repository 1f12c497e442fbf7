"""Liquefaction of soil by the Hazus screening: whether it happens, how far the ground moves.

All figures stand in ``liquefaction.toml``. Displacement is the greater of lateral spread and
settlement where soil liquefies, and nothing elsewhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.sim.hazard.earthquake.tables import table

Floats = npt.NDArray[np.floating]
Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

CM_PER_IN = 2.54
M_PER_FT = 0.3048


def classes() -> tuple[str, ...]:
    """Susceptibility from least to most; a class is called by its place in this list."""
    return tuple(table("liquefaction")["classes"])


def probability(
    susceptibility: Index, pga_g: Floats, magnitude: float, groundwater_m: float
) -> Array:
    """P(soil liquefies) at places of a class (s,) shaken by a PGA (s,)."""
    held = table("liquefaction")
    likely = (_of(susceptibility, "slope") * pga_g - _of(susceptibility, "intercept")).clip(0, 1)
    wet = held["groundwater"]["per_ft"] * groundwater_m / M_PER_FT + held["groundwater"]["base"]
    km = float(np.polyval(held["magnitude"]["cubic"], magnitude))
    return np.asarray((likely * _of(susceptibility, "share") / (km * wet)).clip(0, 1))


def displacement_cm(susceptibility: Index, pga_g: Floats, magnitude: float) -> Array:
    """Displacement of soil that liquefies, (s,)."""
    spread = table("liquefaction")["spread"]
    ratio = pga_g / _of(susceptibility, "threshold_g")
    piece = np.searchsorted(spread["from"], ratio, side="right") - 1
    slope, base = (np.append(np.array(spread[name], float), 0.0) for name in ("slope", "base"))
    aside_in = (slope[piece] * ratio + base[piece]) * np.polyval(spread["cubic"], magnitude)
    return np.asarray(np.maximum(aside_in, _of(susceptibility, "settlement_in")) * CM_PER_IN)


def _of(susceptibility: Index, name: str) -> Array:
    held = table("liquefaction")["classes"]
    return np.array([one[name] for one in held.values()], np.float64)[susceptibility]
