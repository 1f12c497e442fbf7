"""The storm at every step of its way: where, how fast, how strong."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import ScenarioError
from rencity.sim.hazard.places import WGS84
from rencity.sim.hazard.typhoon import vortex
from rencity.sim.hazard.typhoon.averaging import to_10min
from rencity.sim.hazard.typhoon.spec import AVERAGING_S, TyphoonHazard
from rencity.sim.hazard.typhoon.track import Track

Array = npt.NDArray[np.float64]

BACKGROUND = 0.55
"""Share of the storm's speed that the wind around it has (Lin and Chavas 2012)."""
TURN_DEG = 20.0
"""How far that wind turns against the storm's way, cyclonically (Lin and Chavas 2012)."""
MOST_BACKGROUND = 0.5
"""Share of the highest wind that may come of the storm's speed: a fast weak storm still turns."""


@dataclass(frozen=True)
class Passage:
    """Steps of a storm, s of them; winds are 10-min means at 10 m over the sea.

    Attributes
    ----------
    time_min : (s,), after the first point of the track
    lon, lat : (s,), degrees
    deficit_hpa, radius_m, shape : (s,), of the vortex
    swirl_m_s : (s,), highest wind of the vortex alone
    scale : (s,), from Holland's gradient wind to the gradient wind that `swirl_m_s` asks for
    east_m_s, north_m_s : (s,), wind that comes of the storm's own speed
    """

    time_min: Array
    lon: Array
    lat: Array
    deficit_hpa: Array
    radius_m: Array
    shape: Array
    swirl_m_s: Array
    scale: Array
    east_m_s: Array
    north_m_s: Array

    def stronger(self, factor: float) -> Passage:
        """With every wind multiplied."""
        return replace(
            self,
            swirl_m_s=self.swirl_m_s * factor,
            scale=self.scale * factor,
            east_m_s=self.east_m_s * factor,
            north_m_s=self.north_m_s * factor,
        )

    def aside(self, right_m: float) -> Passage:
        """Moved to the right of its way everywhere."""
        east = np.gradient(self.lon) * np.cos(np.radians(self.lat))
        toward = np.degrees(np.arctan2(east, np.gradient(self.lat)))
        lon, lat, _ = WGS84.fwd(self.lon, self.lat, toward + 90, np.full(len(self.lon), right_m))
        return replace(self, lon=np.asarray(lon), lat=np.asarray(lat))


def passage_of(hazard: TyphoonHazard, track: Track) -> Passage:
    """The storm at regular steps.

    Position and intensity are linear between the points of the track. With a wind in the track,
    the vortex has what is left of it after the wind of the storm's own motion is taken off;
    without, the pressure alone says how strong it is.

    Raises
    ------
    ScenarioError : a landfall that is no time of the track
    """
    time = _steps(track, hazard.step_min)
    lon, lat = (
        np.interp(time, track.time_min, track.lon),
        np.interp(time, track.time_min, track.lat),
    )
    deficit = hazard.ambient_hpa - np.interp(time, track.time_min, track.pressure_hpa)
    east, north = _motion(time, lon, lat)
    given_km = _between(time, track.time_min, track.rmax_km)
    radius_km = np.where(np.isnan(given_km), vortex.rmax_km(deficit, lat), given_km)
    highest = _between(time, track.time_min, track.wind_m_s)
    highest = highest * to_10min(AVERAGING_S[hazard.averaging])
    speed = np.hypot(east, north)
    swirl = _swirl(highest, speed, deficit, radius_km, lat)
    if hazard.landfall is not None:
        swirl, deficit = _decayed(hazard, track, time, swirl, deficit)
    return _composed(time, lon, lat, deficit, radius_km, swirl, east, north)


def _steps(track: Track, step_min: float) -> Array:
    end = track.time_min[-1]
    return np.append(np.arange(0, end, step_min), end)


def _motion(time_min: Array, lon: Array, lat: Array) -> tuple[Array, Array]:
    """Velocity of the centre to the east and north, m/s."""
    toward, _, way_m = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    speed = np.asarray(way_m) / (np.diff(time_min) * 60)
    east, north = (speed * f(np.radians(toward)) for f in (np.sin, np.cos))
    return _at_ends(east), _at_ends(north)


def _at_ends(between: Array) -> Array:
    padded = np.concatenate([between[:1], between, between[-1:]])
    return (padded[1:] + padded[:-1]) / 2


def _between(time: Array, at: Array, values: Array) -> Array:
    """Linear between known values; NaN all along where none is known."""
    known = ~np.isnan(values)
    if not known.any():
        return np.full(len(time), np.nan)
    return np.interp(time, at[known], values[known])


def _swirl(highest: Array, speed: Array, deficit: Array, radius_km: Array, lat: Array) -> Array:
    """Highest 10-min wind of the vortex alone."""
    moving = np.minimum(BACKGROUND * speed, MOST_BACKGROUND * highest)
    radius_m = radius_km * vortex.M_PER_KM
    shape = vortex.shape_of_pressure(deficit, radius_km)
    by_pressure = vortex.gradient_wind(radius_m, deficit, radius_m, shape, lat)
    by_pressure = by_pressure * vortex.surface_ratio(radius_m) * to_10min(60)
    return np.where(np.isnan(highest), by_pressure, highest - moving)


def _decayed(
    hazard: TyphoonHazard, track: Track, time: Array, swirl: Array, deficit: Array
) -> tuple[Array, Array]:
    """Wind and pressure deficit after landfall; the deficit falls as the square of the wind."""
    when = pd.to_datetime(hazard.landfall, utc=True, errors="coerce", format="ISO8601")
    at = np.nan if pd.isna(when) else (when - track.start) / pd.Timedelta(minutes=1)
    if not 0 <= at <= time[-1]:
        raise ScenarioError(
            f"landfall {hazard.landfall!r} is no time of the track",
            place=f"hazard {hazard.name}.landfall",
            mend=f"give one from {track.start.isoformat()} on, within the track, or leave it out",
        )
    over_land = time >= at
    first = np.interp(at, time, swirl)
    later = vortex.decayed_wind(first / to_10min(60), (time - at) / 60) * to_10min(60)
    made = np.where(over_land, later, swirl)
    share = made[over_land] / max(float(first), 1e-9)
    deficit = deficit.copy()
    deficit[over_land] = np.interp(at, time, deficit) * np.maximum(share, 0.1) ** 2
    return made, deficit


def _composed(
    time: Array,
    lon: Array,
    lat: Array,
    deficit: Array,
    radius_km: Array,
    swirl: Array,
    east: Array,
    north: Array,
) -> Passage:
    radius_m = radius_km * vortex.M_PER_KM
    gradient = swirl / (vortex.surface_ratio(radius_m) * to_10min(60))
    shape = vortex.shape_of_wind(gradient, deficit, radius_m, lat)
    made = vortex.gradient_wind(radius_m, deficit, radius_m, shape, lat)
    turn = np.radians(TURN_DEG) * np.where(lat < 0, -1, 1)
    around = np.maximum(BACKGROUND * np.hypot(east, north), 1e-9)
    share = BACKGROUND * np.minimum(1, swirl / around)
    return Passage(
        time_min=time,
        lon=lon,
        lat=lat,
        deficit_hpa=deficit,
        radius_m=radius_m,
        shape=shape,
        swirl_m_s=swirl,
        scale=gradient / made,
        east_m_s=share * (east * np.cos(turn) - north * np.sin(turn)),
        north_m_s=share * (east * np.sin(turn) + north * np.cos(turn)),
    )
