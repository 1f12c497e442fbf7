"""The rupture: a point or a rectangle in the ground, and how far places lie from it.

Distances are taken in an azimuthal equidistant plane about the rupture's reference point (true to
the ellipsoid from that point), with depth below a flat surface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj

from rencity.sim.hazard.earthquake.tables import table

Array = npt.NDArray[np.float64]

WGS84 = pyproj.Geod(ellps="WGS84")
M_PER_KM = 1000.0
LonLat = tuple[float, float]


@dataclass(frozen=True)
class Rupture:
    """A rectangle whose upper edge is level; of length and width 0 a point.

    Attributes
    ----------
    lon, lat : reference point, the middle of the plane along strike, WGS-84
    strike_deg : clockwise from north; the plane dips to the right of it
    dip_deg : below the horizon
    length_km, width_km : along strike and down dip
    top_km : depth of the upper edge
    offset_km : of the upper edge from the reference point, towards the dip
    """

    lon: float
    lat: float
    strike_deg: float
    dip_deg: float
    length_km: float
    width_km: float
    top_km: float
    offset_km: float

    @property
    def across_km(self) -> float:
        """Width of the plane seen from above."""
        return float(self.width_km * np.cos(np.radians(self.dip_deg)))

    @property
    def bottom_km(self) -> float:
        """Depth of the lower edge."""
        return float(self.top_km + self.width_km * np.sin(np.radians(self.dip_deg)))

    def aside_km(self, lonlat: Array) -> tuple[Array, Array]:
        """Places along strike from the middle and to the dip from the upper edge, (p,) each."""
        plane = pyproj.Proj(proj="aeqd", lon_0=self.lon, lat_0=self.lat, ellps="WGS84")
        east, north = (np.asarray(a) / M_PER_KM for a in plane(lonlat[:, 0], lonlat[:, 1]))
        angle = np.radians(self.strike_deg)
        along = east * np.sin(angle) + north * np.cos(angle)
        right = east * np.cos(angle) - north * np.sin(angle)
        return along, right - self.offset_km


@dataclass(frozen=True)
class Distances:
    """Distances of places from a rupture, km, (p,) each.

    Attributes
    ----------
    epicentral, hypocentral : from the point above the plane's middle, and from that middle
    joyner_boore : from the plane seen from above
    rupture : from the plane
    """

    epicentral: Array
    hypocentral: Array
    joyner_boore: Array
    rupture: Array


def point(lon: float, lat: float, depth_km: float) -> Rupture:
    """A rupture of no extent."""
    return Rupture(lon, lat, 0.0, 90.0, 0.0, 0.0, depth_km, 0.0)


def on_trace(
    ends: tuple[LonLat, LonLat], *, dip_deg: float, top_km: float, width_km: float
) -> Rupture:
    """A plane under a straight trace from the first end to the second, dipping to its right."""
    (lon, lat), (lon2, lat2) = ends
    azimuth, _, length_m = WGS84.inv(lon, lat, lon2, lat2)
    middle_lon, middle_lat, back = WGS84.fwd(lon, lat, azimuth, length_m / 2)
    strike = (back + 180.0) % 360.0
    return Rupture(
        middle_lon, middle_lat, strike, dip_deg, length_m / M_PER_KM, width_km, top_km, 0.0
    )


def about_centre(
    centre: LonLat,
    depth_km: float,
    *,
    strike_deg: float,
    dip_deg: float,
    length_km: float,
    width_km: float,
) -> Rupture:
    """A plane about its centre; it is moved down where it would reach above the ground."""
    dip = np.radians(dip_deg)
    top_km = max(0.0, float(depth_km - width_km / 2 * np.sin(dip)))
    offset_km = float(-width_km / 2 * np.cos(dip))
    return Rupture(*centre, strike_deg, dip_deg, length_km, width_km, top_km, offset_km)


def size_km(magnitude: float, mechanism: str) -> tuple[float, float]:
    """Median length and width of a rupture, km, by Wells and Coppersmith (1994)."""
    scaling = table("scaling")[mechanism]
    length, width = (10 ** (a + b * magnitude) for a, b in (scaling["length"], scaling["width"]))
    return length, width


def distances(rupture: Rupture, lonlat: Array) -> Distances:
    """Distances of places on the ground, (p, 2) longitude and latitude."""
    along, across = rupture.aside_km(lonlat)
    wide, deep = rupture.across_km, rupture.bottom_km - rupture.top_km
    past = (np.abs(along) - rupture.length_km / 2).clip(0)
    beside = np.maximum(np.maximum(-across, across - wide), 0)
    down = _share_down(across, rupture.top_km, wide, deep)
    to_plane = np.hypot(across - down * wide, rupture.top_km + down * deep)
    epicentral = np.hypot(along, across - wide / 2)
    return Distances(
        epicentral=epicentral,
        hypocentral=np.hypot(epicentral, rupture.top_km + deep / 2),
        joyner_boore=np.hypot(past, beside),
        rupture=np.hypot(past, to_plane),
    )


def _share_down(across: Array, top: float, wide: float, deep: float) -> Array:
    """Where down the dip the nearest point of the plane lies, 0 at its upper edge to 1."""
    squared = wide**2 + deep**2
    if squared == 0:
        return np.zeros_like(across)
    return ((across * wide - top * deep) / squared).clip(0, 1)
