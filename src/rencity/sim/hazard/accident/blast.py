"""Overpressure of a blast on the ground by distance.

Swisdak, M. M. (1994): Simplified Kingery airblast calculations. Minutes of the 26th DoD Explosives
Safety Seminar: incident pressure of a hemispherical surface burst at sea level.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LEAST_Z, MOST_Z = 0.2, 198.5
"""Scaled distances the fit holds for, m/kg^(1/3)."""

TNT_MJ_KG = 4.184

_UPPER = (2.9, 23.8, MOST_Z)
_LN_KPA = (
    (7.2106, -2.1069, -0.3229, 0.1117, 0.0685),
    (7.5938, -3.0523, 0.40977, 0.0261, -0.01267),
    (6.0536, -1.4066, 0.0, 0.0, 0.0),
)


def overpressure_kpa(distance_m: npt.ArrayLike, tnt_kg: float) -> Array:
    """Highest incident overpressure; nearer than the fit holds, that at its nearest.

    Beyond `MOST_Z` it is 0: less than 0.3 kPa.
    """
    z = np.maximum(np.asarray(distance_m, np.float64) / np.cbrt(tnt_kg), LEAST_Z)
    log = np.log(z)
    made = np.zeros(z.shape)
    lower = 0.0
    for upper, terms in zip(_UPPER, _LN_KPA, strict=True):
        here = (z > lower) & (z <= upper)
        made[here] = np.exp(sum(a * log[here] ** power for power, a in enumerate(terms)))
        lower = upper
    return made


def reach_m(kpa: float, tnt_kg: float) -> float:
    """Distance at which the overpressure has fallen to `kpa`, m."""
    z = np.geomspace(LEAST_Z, MOST_Z, 20_001)
    strong = np.flatnonzero(overpressure_kpa(z, 1.0) >= kpa)
    return float(z[strong[-1]] * np.cbrt(tnt_kg)) if len(strong) else 0.0


def tnt_of_fuel_kg(fuel_kg: float, heat_mj_kg: float, yield_share: float) -> float:
    """TNT that gives as much energy as the share of a fuel's heat that goes into its blast."""
    return yield_share * fuel_kg * heat_mj_kg / TNT_MJ_KG
