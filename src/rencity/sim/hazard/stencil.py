"""Interpolation as weights: which values of a field a place takes, in what parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from rencity.sim.hazard.places import WGS84

Array = npt.NDArray[np.float64]

M_PER_DEGREE = 111_195.0
"""Mean length of a degree of latitude; only ranks neighbours, distances are geodesic."""


@dataclass(frozen=True)
class Stencil:
    """Weights of a field's values at each place.

    Attributes
    ----------
    vertex : (p, w), position of each value
    weight : (p, w), not negative, sums to 1
    outside : bool (p,), places no value reaches; their weights mean nothing
    far_m : (p,), distance to the nearest value where outside the field, else 0
    """

    vertex: npt.NDArray[np.int64]
    weight: Array
    outside: npt.NDArray[np.bool_]
    far_m: Array

    def of(self, values: Array) -> Array:
        """The field at each place, shape (p,); 0 where outside."""
        total = np.zeros(len(self.vertex))
        for column in range(self.vertex.shape[1]):
            total += values[self.vertex[:, column]] * self.weight[:, column]
        total[self.outside] = 0
        return total


def nowhere(n: int) -> Stencil:
    """A stencil that reaches nothing yet."""
    return Stencil(
        np.zeros((n, 1), np.int64), np.ones((n, 1)), np.ones(n, bool), np.full(n, np.inf)
    )


def reached(stencil: Stencil, field: Array, places: Array, within_m: float) -> Stencil:
    """The stencil with places outside given the nearest value, if it is within reach.

    Parameters
    ----------
    field : (v, 2), longitude and latitude of each value
    places : (p, 2), longitude and latitude
    """
    out = np.flatnonzero(stencil.outside)
    if not len(out) or not len(field):
        return stencil
    scale = M_PER_DEGREE * np.array([np.cos(np.radians(field[:, 1].mean())), 1.0])
    _, near = cKDTree(field * scale).query(places[out] * scale)
    a, b = places[out], field[near]
    _, _, far_m = WGS84.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    vertex, weight = stencil.vertex.copy(), stencil.weight.copy()
    vertex[out], weight[out] = near[:, None], 0.0
    weight[out, 0] = 1.0
    outside, distance_m = stencil.outside.copy(), stencil.far_m.copy()
    outside[out] = np.asarray(far_m) > within_m
    distance_m[out] = far_m
    return Stencil(vertex, weight, outside, distance_m)
