"""Metres around a place, good to about 1 % over a city: for nearness, not for lengths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from rencity.city.readers.osm.places import Floats

M_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Plane:
    """Equal steps of latitude and longitude as metres, true at one latitude."""

    lon: float
    lat: float

    @classmethod
    def around(cls, lonlat: Floats) -> Plane:
        """The plane that is true in the middle of the points, (n, 2)."""
        middle = (lonlat.min(axis=0) + lonlat.max(axis=0)) / 2 if len(lonlat) else np.zeros(2)
        return cls(float(middle[0]), float(middle[1]))

    def metres(self, lonlat: Floats) -> Floats:
        """East and north of the middle, (n, 2) m."""
        scale = np.asarray([np.cos(np.radians(self.lat)), 1.0]) * M_PER_DEGREE
        return (lonlat - np.asarray([self.lon, self.lat])) * scale

    def shapes(self, geometry: Any) -> Any:
        """Shapes in degrees as shapes in metres."""
        return shapely.transform(geometry, self.metres)
