"""A flat map about the middle of a city, in metres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rencity.sim.travel.ticks import Floats

_AXIS_M, _ECCENTRICITY2 = 6_378_137.0, 0.00669437999014  # WGS-84


@dataclass(frozen=True)
class Plane:
    """Longitude and latitude scaled by the ellipsoid's radii at one place.

    Over 100 km it is true to some parts in a thousand: enough to say which node is near, and to
    order nodes by place.
    """

    origin: tuple[float, float]

    @classmethod
    def about(cls, lonlat: Floats) -> Plane:
        """About the middle of the points' extent, (n, 2) degrees."""
        low, high = lonlat.min(axis=0), lonlat.max(axis=0)
        return cls((float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2))

    def to_m(self, lonlat: Floats) -> Floats:
        """Metres east and north, (n, 2)."""
        lon, lat = self.origin
        flat = 1 - _ECCENTRICITY2 * np.sin(np.radians(lat)) ** 2
        east = _AXIS_M / np.sqrt(flat) * np.cos(np.radians(lat))
        north = _AXIS_M * (1 - _ECCENTRICITY2) / flat**1.5
        return np.radians(np.asarray(lonlat, float) - (lon, lat)) * (east, north)
