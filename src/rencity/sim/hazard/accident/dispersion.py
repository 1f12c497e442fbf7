"""Concentration downwind of a steady release.

Gaussian plume with reflection at the ground; spread by Briggs, G. A. (1973): Diffusion estimation
for small emissions, ATDL 79, open country and urban, for distances of 100 m to 10 km.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Terrain = Literal["rural", "urban"]

FURTHEST_M = 10_000.0
"""How far Briggs' curves were meant for."""
MOLAR_M3 = 24.45e-3
"""Volume of a mole of gas at 25 degrees and one atmosphere."""

# sigma = a x (1 + b x)^c: (a, b, c) across and (a, b, c) upwards
_RURAL = {
    "A": ((0.22, 1e-4, -0.5), (0.20, 0.0, 1.0)),
    "B": ((0.16, 1e-4, -0.5), (0.12, 0.0, 1.0)),
    "C": ((0.11, 1e-4, -0.5), (0.08, 2e-4, -0.5)),
    "D": ((0.08, 1e-4, -0.5), (0.06, 1.5e-3, -0.5)),
    "E": ((0.06, 1e-4, -0.5), (0.03, 3e-4, -1.0)),
    "F": ((0.04, 1e-4, -0.5), (0.016, 3e-4, -1.0)),
}
_URBAN = {
    "A": ((0.32, 4e-4, -0.5), (0.24, 1e-3, 0.5)),
    "B": ((0.32, 4e-4, -0.5), (0.24, 1e-3, 0.5)),
    "C": ((0.22, 4e-4, -0.5), (0.20, 0.0, 1.0)),
    "D": ((0.16, 4e-4, -0.5), (0.14, 3e-4, -0.5)),
    "E": ((0.11, 4e-4, -0.5), (0.08, 1.5e-3, -0.5)),
    "F": ((0.11, 4e-4, -0.5), (0.08, 1.5e-3, -0.5)),
}


def sigmas_m(x_m: npt.ArrayLike, stability: str, terrain: Terrain) -> tuple[Array, Array]:
    """Spread across and upwards, m, at distances above 0 downwind."""
    x = np.asarray(x_m, np.float64)
    both = (_RURAL if terrain == "rural" else _URBAN)[stability]
    across, up = (a * x * (1 + b * x) ** c for a, b, c in both)
    return across, up


def concentration_kg_m3(
    x_m: npt.ArrayLike,
    y_m: npt.ArrayLike,
    z_m: npt.ArrayLike,
    *,
    rate_kg_s: float,
    height_m: float,
    wind_m_s: float,
    stability: str,
    terrain: Terrain,
) -> Array:
    """Steady concentration x downwind, y across, z above the ground; 0 upwind."""
    x, y, z = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (x_m, y_m, z_m)))
    made = np.zeros(x.shape)
    down = x > 0
    across, up = sigmas_m(x[down], stability, terrain)
    spread = rate_kg_s / (2 * np.pi * wind_m_s * across * up)
    aside = np.exp(-((y[down] / across) ** 2) / 2)
    over = [np.exp(-(((z[down] + sign * height_m) / up) ** 2) / 2) for sign in (-1, 1)]
    made[down] = spread * aside * (over[0] + over[1])
    return made


def ppm(kg_m3: npt.ArrayLike, molar_g: float) -> Array:
    """Parts per million by volume at 25 degrees and one atmosphere."""
    return np.asarray(kg_m3, np.float64) * 1000 / molar_g * MOLAR_M3 * 1e6


def kg_m3_of_ppm(value: float, molar_g: float) -> float:
    """The other way."""
    return value / 1e6 / MOLAR_M3 * molar_g / 1000


def contour(x_m: Array, middle_kg_m3: Array, across_m: Array, limit_kg_m3: float) -> Array:
    """Half width of the contour of a limit at each distance, m; 0 where the middle is below."""
    ratio = np.maximum(middle_kg_m3 / limit_kg_m3, 1.0)
    return across_m * np.sqrt(2 * np.log(ratio)) * (x_m > 0)
