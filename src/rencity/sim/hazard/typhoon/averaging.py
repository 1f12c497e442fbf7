"""From one averaging time of wind to another, and to other ground.

Harper, B. A., Kepert, J. D. and Ginger, J. D. (2010): Guidelines for converting between various
wind averaging periods in tropical cyclone conditions. WMO/TD-No. 1555, tables 1.1 and 1.2.
"""

from __future__ import annotations

import math

import numpy as np

TURBULENCE = (0.10, 0.15, 0.20, 0.25)
"""Turbulence intensity at sea, of sea wind at the coast, of land wind at the coast, in land."""

GUST_3S_OF_10MIN = (1.23, 1.38, 1.52, 1.66)
"""Highest 3-s gust within 10 minutes over their mean, by the same four."""

HOUR_FACTOR_AT_SEA = {60: 1.11, 120: 1.07, 180: 1.06, 600: 1.03}
"""Highest mean of so many seconds within an hour over the hour's mean, at sea."""

SEA_ROUGHNESS_M = 10 * math.exp(-1 / TURBULENCE[0])
HEIGHT_M = 10.0


def to_10min(averaging_s: int) -> float:
    """What a storm's highest wind of `averaging_s` is multiplied by for that of 10 minutes.

    For 60 s it is 0.93, the WMO's factor at sea.
    """
    return HOUR_FACTOR_AT_SEA[600] / HOUR_FACTOR_AT_SEA[averaging_s]


def turbulence(roughness_m: float) -> float:
    """Turbulence intensity at 10 m over ground of a roughness length: 1 / ln(10 m / z0)."""
    return 1 / math.log(HEIGHT_M / roughness_m)


def mean_over_ground(roughness_m: float) -> float:
    """Mean wind at 10 m over ground as a share of that over the sea, same wind aloft.

    Logarithmic profiles whose friction velocities stand as the roughness lengths to the power
    0.0706: Simiu, E. and Scanlan, R. H. (1996): Wind effects on structures, 3rd ed., section 2.3.
    """
    friction = (roughness_m / SEA_ROUGHNESS_M) ** 0.0706
    return friction * turbulence(SEA_ROUGHNESS_M) / turbulence(roughness_m)


def gust_of_mean(roughness_m: float) -> float:
    """3-s gust over the 10-min mean of the same place, between the four published exposures."""
    return float(np.interp(turbulence(roughness_m), TURBULENCE, GUST_3S_OF_10MIN))


def gust_of_sea_mean(roughness_m: float) -> float:
    """3-s gust over ground for a 10-min mean of 1 over the sea."""
    return mean_over_ground(roughness_m) * gust_of_mean(roughness_m)
