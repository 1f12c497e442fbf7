"""Places in any system of coordinates as WGS-84, and back.

GCJ-02 (AMap, Tencent, DataV) and BD-09 (Baidu) are no systems that PROJ knows: within a box round
China they move each place by some hundred metres. The shift is written as WGS-84 to GCJ-02 to
BD-09; the way back is solved by iteration, so that there and back gives the same place to 1e-9
degrees. Outside the box both are WGS-84. The constants are those of the public descriptions of the
shift; no authority has published them, so trust it to a metre, not to a centimetre.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyproj

from rencity.kit.errors import InputError

Floats = npt.NDArray[np.float64]

WGS84 = "EPSG:4326"
GCJ02, BD09 = "GCJ-02", "BD-09"
CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of the box within which places are moved, degrees."""

_AXIS_M, _ECCENTRICITY2 = 6_378_245.0, 0.00669342162296594323  # Krasovsky's ellipsoid
_TOLERANCE_DEG, _MOST_STEPS = 1e-11, 30
_BD_TURN = np.pi * 3000 / 180


def shifted(crs: str) -> str:
    """``GCJ-02`` or ``BD-09`` where `crs` names one, however written; else empty."""
    name = crs.upper().replace("-", "").replace("_", "").replace(" ", "")
    return {"GCJ02": GCJ02, "GCJ2": GCJ02, "BD09": BD09, "BD09LL": BD09}.get(name, "")


def system(crs: str, *, place: str = "") -> pyproj.CRS:
    """The system of that name; of a shifted one WGS-84, whose axes it shares.

    Raises
    ------
    InputError : no such system
    """
    try:
        return pyproj.CRS.from_user_input(WGS84 if shifted(crs) else crs)
    except pyproj.exceptions.CRSError as exc:
        raise InputError(
            f"no coordinate system {crs!r}",
            place=place,
            mend="use a code such as EPSG:4549, GCJ-02 or BD-09",
        ) from exc


def to_wgs84(points: Floats, crs: str, *, place: str = "") -> Floats:
    """Points of any system as longitude and latitude in degrees.

    Parameters
    ----------
    points : (n, 2), east (or longitude) first whatever the system's own order
    crs : ``EPSG:n`` or another name PROJ knows, ``GCJ-02`` or ``BD-09``
    place : where the system was named, for messages

    Returns
    -------
    (n, 2); infinite where the system has no such place

    Raises
    ------
    InputError : no such system
    """
    points = np.asarray(points, float).reshape(-1, 2)
    named = shifted(crs)
    if named:
        there = _gcj02_to_bd09 if named == BD09 else _unmoved
        return _undone(_wgs84_to_gcj02, _undone(there, points))
    return _changed(points, system(crs, place=place), pyproj.CRS(WGS84))


def from_wgs84(lonlat: Floats, crs: str, *, place: str = "") -> Floats:
    """Longitude and latitude in degrees, (n, 2), as points of any system; see `to_wgs84`."""
    lonlat = np.asarray(lonlat, float).reshape(-1, 2)
    named = shifted(crs)
    if not named:
        return _changed(lonlat, pyproj.CRS(WGS84), system(crs, place=place))
    moved = _wgs84_to_gcj02(lonlat)
    return _gcj02_to_bd09(moved) if named == BD09 else moved


def _changed(points: Floats, source: pyproj.CRS, target: pyproj.CRS) -> Floats:
    if source.equals(target, ignore_axis_order=True):
        return points
    change = pyproj.Transformer.from_crs(source, target, always_xy=True)
    return np.column_stack(change.transform(points[:, 0], points[:, 1]))


def _undone(there: Callable[[Floats], Floats], moved: Floats) -> Floats:
    """The places that `there` brings to `moved`: a fixed point, as the shift varies slowly."""
    made, inside = moved.copy(), _in_china(moved)
    target = moved[inside]
    guess = target.copy()
    for _ in range(_MOST_STEPS):
        miss = there(guess) - target
        guess -= miss
        if not (np.abs(miss) > _TOLERANCE_DEG).any():
            break
    made[inside] = guess
    return made


def _unmoved(lonlat: Floats) -> Floats:
    return lonlat


def _in_china(lonlat: Floats) -> npt.NDArray[np.bool_]:
    west, south, east, north = CHINA
    lon, lat = lonlat.T
    return np.asarray((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def _wgs84_to_gcj02(lonlat: Floats) -> Floats:
    moved, inside = lonlat.copy(), _in_china(lonlat)
    moved[inside] += _shift(lonlat[inside])
    return moved


def _shift(lonlat: Floats) -> Floats:
    """What is added to longitude and latitude, (n, 2) degrees."""
    x, y = lonlat[:, 0] - 105.0, lonlat[:, 1] - 35.0
    wave = 20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)
    root = np.sqrt(np.abs(x))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (wave + _waves(y, 20, 40) + 160 * np.sin(y * np.pi / 12)) * 2 / 3
    north_m += 320 * np.sin(y * np.pi / 30) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (wave + _waves(x, 20, 40) + 150 * np.sin(x * np.pi / 12)) * 2 / 3
    east_m += 300 * np.sin(x * np.pi / 30) * 2 / 3
    latitude = np.radians(lonlat[:, 1])
    flat = 1 - _ECCENTRICITY2 * np.sin(latitude) ** 2
    meridian = _AXIS_M * (1 - _ECCENTRICITY2) / flat**1.5
    parallel = _AXIS_M / np.sqrt(flat) * np.cos(latitude)
    return np.degrees(np.column_stack([east_m / parallel, north_m / meridian]))


def _waves(t: Floats, one: float, three: float) -> Floats:
    made: Floats = one * np.sin(np.pi * t) + three * np.sin(np.pi * t / 3)
    return made


def _gcj02_to_bd09(lonlat: Floats) -> Floats:
    moved, inside = lonlat.copy(), _in_china(lonlat)
    x, y = lonlat[inside].T
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * _BD_TURN)
    moved[inside, 0] = radius * np.cos(angle) + 0.0065
    moved[inside, 1] = radius * np.sin(angle) + 0.006
    return moved
