"""The wind of a storm by distance from its centre, before it moves.

Gradient wind: Holland, G. J. (1980), Mon. Wea. Rev. 108, 1212-1218. Gradient to 10 m: Knaff, J. A.
et al. (2011), J. Appl. Meteor. Climatol. 50, 2149-2166, figure 3.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

AIR_KG_M3 = 1.15
PA_PER_HPA = 100.0
M_PER_KM = 1000.0
EARTH_TURN_RAD_S = 7.292115e-5
LEAST_B, MOST_B = 0.8, 2.5
NEAR_RATIO, FAR_RATIO = 0.90, 0.75
NEAR_M, FAR_M = 100e3, 700e3


def coriolis(lat: npt.ArrayLike) -> Array:
    """Coriolis parameter, 1/s, without its sign."""
    return 2 * EARTH_TURN_RAD_S * np.sin(np.radians(np.abs(np.asarray(lat, np.float64))))


def rmax_km(deficit_hpa: npt.ArrayLike, lat: npt.ArrayLike) -> Array:
    """Radius of the highest wind from the pressure deficit and the latitude.

    Vickery, P. J. and Wadhera, D. (2008), J. Appl. Meteor. Climatol. 47, 2497-2517, all hurricanes.
    """
    deficit = np.asarray(deficit_hpa, np.float64)
    return np.exp(3.015 - 6.291e-5 * deficit**2 + 0.0337 * np.abs(np.asarray(lat, np.float64)))


def shape_of_pressure(deficit_hpa: npt.ArrayLike, radius_km: npt.ArrayLike) -> Array:
    """Holland's B where no wind is known.

    Vickery, P. J., Skerlj, P. F. and Twisdale, L. A. (2000), J. Struct. Eng. 126, 1222-1237.
    """
    deficit, radius = np.asarray(deficit_hpa, np.float64), np.asarray(radius_km, np.float64)
    return np.clip(1.38 + 0.00184 * deficit - 0.00309 * radius, LEAST_B, MOST_B)


def shape_of_wind(
    gradient_m_s: npt.ArrayLike,
    deficit_hpa: npt.ArrayLike,
    radius_m: npt.ArrayLike,
    lat: npt.ArrayLike,
) -> Array:
    """Holland's B that gives a gradient wind at the radius of the highest wind, within bounds."""
    wind, radius = np.asarray(gradient_m_s, np.float64), np.asarray(radius_m, np.float64)
    deficit = np.asarray(deficit_hpa, np.float64) * PA_PER_HPA
    exact = AIR_KG_M3 * np.e * wind * (wind + radius * coriolis(lat)) / deficit
    return np.clip(exact, LEAST_B, MOST_B)


def gradient_wind(
    r_m: npt.ArrayLike,
    deficit_hpa: npt.ArrayLike,
    radius_m: npt.ArrayLike,
    shape: npt.ArrayLike,
    lat: npt.ArrayLike,
) -> Array:
    """Holland's gradient wind, m/s, at distances above 0 from the centre."""
    r = np.asarray(r_m, np.float64)
    power = (np.asarray(radius_m, np.float64) / r) ** np.asarray(shape, np.float64)
    pull = np.asarray(shape) * np.asarray(deficit_hpa) * PA_PER_HPA / AIR_KG_M3
    turn = r * coriolis(lat) / 2
    return np.sqrt(pull * power * np.exp(-power) + turn**2) - turn


def surface_ratio(r_m: npt.ArrayLike) -> Array:
    """1-min wind at 10 m over the sea as a share of the gradient wind."""
    return np.interp(np.asarray(r_m, np.float64), (NEAR_M, FAR_M), (NEAR_RATIO, FAR_RATIO))


def inflow_deg(r_over_rmax: npt.ArrayLike) -> Array:
    """Angle by which the wind turns in towards the centre.

    Sobey, R. J., Harper, B. A. and Stark, K. P. (1977), James Cook Univ. Res. Bull. CS14.
    """
    x = np.asarray(r_over_rmax, np.float64)
    return np.where(x < 1, 10 * x, np.where(x < 1.2, 75 * x - 65, 25.0))


def decayed_wind(landfall_m_s: npt.ArrayLike, hours: npt.ArrayLike) -> Array:
    """Highest 1-min wind some hours after landfall; it never rises above that at landfall.

    V = Vb + (R V0 - Vb) exp(-a t) with Vb = 26.7 kt, R = 0.9, a = 0.095 per hour: Kaplan, J. and
    DeMaria, M. (1995), J. Appl. Meteor. 34, 2499-2512.
    """
    first = np.asarray(landfall_m_s, np.float64)
    level = np.minimum(26.7 * 1852 / 3600, 0.9 * first)
    since = np.maximum(np.asarray(hours, np.float64), 0)
    return level + (0.9 * first - level) * np.exp(-0.095 * since)
