"""The table of track points, and every fault it may have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import InputError
from rencity.sim.hazard.places import WGS84
from rencity.sim.hazard.rows import numbers, read_rows, refuse

Array = npt.NDArray[np.float64]

NEEDED = ("time", "lon", "lat", "pressure_hpa")
LEAST_HPA = 850.0
MOST_WIND_M_S = 110.0
POLEWARD = 65.0
"""Degrees of latitude beyond which no tropical cyclone goes."""


@dataclass(frozen=True)
class Track:
    """Points of a storm, n of them.

    Attributes
    ----------
    start : time of the first point, UTC
    time_min : (n,), minutes after `start`, ascending
    lon, lat : (n,), degrees, WGS-84
    pressure_hpa : (n,), central
    wind_m_s : (n,), as in the file, NaN where not given
    rmax_km : (n,), NaN where not given
    """

    start: pd.Timestamp
    time_min: Array
    lon: Array
    lat: Array
    pressure_hpa: Array
    wind_m_s: Array
    rmax_km: Array


def read_track(path: Path, *, ambient_hpa: float, fastest_m_s: float) -> Track:
    """A track from a CSV or Parquet file.

    Raises
    ------
    InputError : a value out of its range, times that do not ascend, a jump; with its row
    """
    frame = read_rows(path, NEEDED, text=("time",))
    if len(frame) < 2:
        raise InputError(
            "a track needs two points", place=str(path), mend="give where the storm goes next"
        )
    time = _times(frame, path)
    lon, lat = _places(frame, path)
    pressure = _pressures(frame, path, ambient_hpa)
    wind = _optional(frame, "wind_m_s", path, MOST_WIND_M_S)
    rmax = _optional(frame, "rmax_km", path, 500.0)
    if (rmax == 0).any():
        refuse(frame, "rmax_km", int(np.flatnonzero(rmax == 0)[0]), path, "is no radius")
    minutes = ((time - time[0]) / pd.Timedelta(minutes=1)).to_numpy(np.float64)
    _check_jumps(frame, path, minutes, lon, lat, fastest_m_s)
    return Track(time[0], minutes, lon, lat, pressure, wind, rmax)


def _times(frame: pd.DataFrame, path: Path) -> pd.DatetimeIndex:
    time = pd.DatetimeIndex(
        pd.to_datetime(frame["time"], utc=True, errors="coerce", format="ISO8601")
    )
    bad = np.flatnonzero(time.isna())
    if len(bad):
        refuse(frame, "time", int(bad[0]), path, "is no time such as 2026-09-12T06:00Z")
    back = np.flatnonzero(np.diff(time.asi8) <= 0)
    if len(back):
        refuse(frame, "time", int(back[0]) + 1, path, "is not after the row before")
    return time


def _places(frame: pd.DataFrame, path: Path) -> tuple[Array, Array]:
    lon, lat = numbers(frame, "lon", path), numbers(frame, "lat", path)
    beyond = np.abs(lat) > POLEWARD
    if beyond.any():
        swapped = (np.abs(lon) <= POLEWARD).all()
        why = (
            "lies beyond the tropical cyclones: longitude and latitude seem to be swapped"
            if swapped
            else f"lies beyond {POLEWARD:g} degrees, where no tropical cyclone goes"
        )
        refuse(frame, "lat", int(np.flatnonzero(beyond)[0]), path, why)
    beyond = (lon < -180) | (lon > 360)
    if beyond.any():
        refuse(frame, "lon", int(np.flatnonzero(beyond)[0]), path, "is no longitude in degrees")
    return np.unwrap(lon, period=360), lat


def _pressures(frame: pd.DataFrame, path: Path, ambient_hpa: float) -> Array:
    pressure = numbers(frame, "pressure_hpa", path)
    wide = pressure > 2 * ambient_hpa
    if wide.any():
        refuse(frame, "pressure_hpa", int(np.flatnonzero(wide)[0]), path, "is Pa, not hPa")
    low = pressure < LEAST_HPA
    if low.any():
        why = f"is below {LEAST_HPA:g} hPa, lower than any storm"
        refuse(frame, "pressure_hpa", int(np.flatnonzero(low)[0]), path, why)
    flat = pressure >= ambient_hpa
    if flat.any():
        why = f"is not below ambient_hpa = {ambient_hpa:g}"
        refuse(frame, "pressure_hpa", int(np.flatnonzero(flat)[0]), path, why)
    return pressure


def _optional(frame: pd.DataFrame, column: str, path: Path, most: float) -> Array:
    if column not in frame:
        return np.full(len(frame), np.nan)
    given = frame[column].notna().to_numpy()
    values = np.full(len(frame), np.nan)
    values[given] = numbers(frame[given], column, path)
    bad = np.flatnonzero((values < 0) | (values > most))
    if len(bad):
        refuse(frame, column, int(bad[0]), path, f"is not between 0 and {most:g}")
    return values


def _check_jumps(
    frame: pd.DataFrame, path: Path, minutes: Array, lon: Array, lat: Array, fastest_m_s: float
) -> None:
    _, _, way_m = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    speed = np.asarray(way_m) / (np.diff(minutes) * 60)
    fast = np.flatnonzero(speed > fastest_m_s)
    if len(fast):
        at = int(fast[0])
        first, second = frame.index[at], frame.index[at + 1]
        raise InputError(
            f"the storm jumps: {way_m[at] / 1000:,.0f} km in {minutes[at + 1] - minutes[at]:g} min "
            f"is {speed[at]:,.0f} m/s, faster than {fastest_m_s:g}",
            place=f"{path}: rows {first} and {second}",
            mend="correct time, lon or lat, or raise fastest_m_s if it is true",
        )
