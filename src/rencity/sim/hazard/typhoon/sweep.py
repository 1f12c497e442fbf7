"""The highest wind at many places as a storm passes, and when it blows.

The wind is the vortex, turned in by its inflow, and with it the wind of the storm's own motion,
which fades away from the centre as the vortex does (Mattocks and Forbes 2008, Ocean Modelling 25,
93-119; Lin and Chavas 2012, J. Geophys. Res. 117, D09120).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.sim.hazard.typhoon import vortex
from rencity.sim.hazard.typhoon.averaging import to_10min
from rencity.sim.hazard.typhoon.passage import Passage

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

EARTH_M = 6_371_008.8
_CENTRE_M = 1.0
_STEP_M = 250.0
_ENTRIES = 8193


def peak_wind(passage: Passage, lonlat: Array) -> tuple[Array, Array]:
    """Highest 10-min mean wind at 10 m over the sea, and the minutes after the track's start.

    Parameters
    ----------
    lonlat : (p, 2), WGS-84 degrees

    Returns
    -------
    m/s (p,) and minutes (p,)
    """
    steps, places = _steps(passage), _on_sphere(lonlat[:, 0], lonlat[:, 1])
    keep = _may_hold_a_peak(passage, steps, places)
    best, at = np.zeros(len(lonlat)), np.zeros(len(lonlat), np.int64)
    _sweep(places, steps[keep], _profiles(passage)[keep], best, at)
    return best, passage.time_min[keep][at]


def nearest_km(passage: Passage, lonlat: Array) -> float:
    """Least distance of any place from the centre at any step."""
    places, centre = _on_sphere(lonlat[:, 0], lonlat[:, 1]), _steps(passage)[:, :3]
    least = min(float(((places - one) ** 2).sum(axis=1).min()) for one in centre)
    return 2 * EARTH_M * float(np.arcsin(min(1.0, np.sqrt(least) / 2))) / vortex.M_PER_KM


def _on_sphere(lon: Array, lat: Array) -> Array:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def _steps(passage: Passage) -> Array:
    """One row a step: centre, east and north there (3 each), inflow radius, own wind, side."""
    x, y = np.radians(passage.lon), np.radians(passage.lat)
    swirl = np.maximum(passage.swirl_m_s, 1e-9)
    return np.column_stack(
        [
            _on_sphere(passage.lon, passage.lat),
            np.column_stack([-np.sin(x), np.cos(x), np.zeros(len(x))]),
            np.column_stack([-np.sin(y) * np.cos(x), -np.sin(y) * np.sin(x), np.cos(y)]),
            passage.radius_m,
            passage.east_m_s / swirl,
            passage.north_m_s / swirl,
            np.where(passage.lat < 0, -1.0, 1.0),
        ]
    )


def _vortex(passage: Passage, r_m: Array) -> Array:
    """10-min wind of the vortex at 10 m over the sea, of each step at its own distances."""
    wind = vortex.gradient_wind(
        r_m, passage.deficit_hpa, passage.radius_m, passage.shape, passage.lat
    )
    return wind * passage.scale * vortex.surface_ratio(r_m) * to_10min(60)


def _profiles(passage: Passage) -> Array:
    """The vortex at every `_STEP_M` from the centre, (steps, entries); calm in the centre."""
    table = np.zeros((len(passage.time_min), _ENTRIES))
    for number in range(1, _ENTRIES):
        table[:, number] = _vortex(passage, np.full(len(table), number * _STEP_M))
    return table


def _may_hold_a_peak(passage: Passage, steps: Array, places: Array) -> npt.NDArray[np.bool_]:
    """Steps that can be the peak of some place, by bounds over the ball round all places.

    The vortex falls off from its radius outwards, so over a range of distances its bounds are at
    the ends, or at the radius where that lies between.
    """
    if not len(places):
        return np.ones(len(steps), bool)
    middle = places.mean(axis=0)
    ball = float(np.sqrt(((places - middle) ** 2).sum(axis=1).max()))
    far = np.sqrt(((steps[:, :3] - middle) ** 2).sum(axis=1))
    # a chord of the sphere is at most 12 % shorter than its arc within 100 degrees
    near_m = np.maximum((far - ball) * EARTH_M, _CENTRE_M)
    far_m = np.maximum((far + ball) * EARTH_M * 1.3, _CENTRE_M)
    own = np.hypot(passage.east_m_s, passage.north_m_s)
    most = _vortex(passage, np.maximum(near_m, passage.radius_m * 0.8))
    inside = near_m <= passage.radius_m * 1.2
    most = np.where(inside, np.maximum(most, 1.1 * passage.swirl_m_s), most)
    least = np.minimum(_vortex(passage, near_m), _vortex(passage, far_m))
    swirl = np.maximum(passage.swirl_m_s, 1e-9)
    upper = most * (1 + own / swirl)
    lower = least * np.maximum(0, 1 - own / swirl)
    return upper >= lower.max()


@njit(nogil=True, cache=True)
def _sweep(places: Any, steps: Any, profile: Any, best: Any, at: Any) -> None:
    entries = profile.shape[1]
    for s in range(len(steps)):
        x, y, z = steps[s, 0], steps[s, 1], steps[s, 2]
        radius, east_share, north_share, side = steps[s, 9:13]
        most = 1 + np.sqrt(east_share * east_share + north_share * north_share)
        for i in range(len(places)):
            a, b, c = places[i, 0] - x, places[i, 1] - y, places[i, 2] - z
            chord2 = a * a + b * b + c * c
            # arc of a chord: 2 asin(c / 2), its series to a millionth within 1,500 km
            r = EARTH_M * np.sqrt(chord2) * (1 + chord2 / 24 + 3 * chord2 * chord2 / 640)
            column = r / _STEP_M
            left = min(int(column), entries - 2)
            share = min(column - left, 1.0)
            wind = profile[s, left] * (1 - share) + profile[s, left + 1] * share
            if most * wind <= best[i]:
                continue
            east = a * steps[s, 3] + b * steps[s, 4] + c * steps[s, 5]
            north = a * steps[s, 6] + b * steps[s, 7] + c * steps[s, 8]
            out = max(np.sqrt(east * east + north * north), 1e-12)
            east, north = east / out, north / out
            cos_in, sin_in = _inflow(r / radius)
            u = -side * north * cos_in - east * sin_in + east_share
            v = side * east * cos_in - north * sin_in + north_share
            speed = wind * np.sqrt(u * u + v * v)
            if speed > best[i]:
                best[i] = speed
                at[i] = s


@njit(nogil=True, cache=True, inline="always")
def _inflow(x: Any) -> Any:
    if x >= 1.2:
        return 0.9063077870366499, 0.42261826174069944
    degrees = 10 * x if x < 1 else 75 * x - 65
    return np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
