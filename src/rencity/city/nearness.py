"""Whether what is imported lies where the city lies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyproj
import shapely

from rencity.city.model import City
from rencity.city.rasters import Floats
from rencity.city.schema import TABLES
from rencity.kit.errors import InputError

FAR_KM = 200.0
"""No city is wider: what lies farther off is another city, or in another system."""
GEOD = pyproj.Geod(ellps="WGS84")


def check_near(city: City, tables: Mapping[str, pd.DataFrame], *, place: str) -> None:
    """Refuse rows that lie far from all that the city holds.

    Raises
    ------
    InputError : the nearest sides of both extents are more than `FAR_KM` apart
    """
    ours, theirs = extent(city.tables), extent(tables)
    if ours is None or theirs is None:
        return
    far_km = apart_km(ours, theirs)
    if far_km <= FAR_KM:
        return
    swapped = theirs[[1, 0, 3, 2]]
    if apart_km(ours, swapped) <= FAR_KM:
        mend = "longitude and latitude look swapped: change x and y"
    elif np.abs(theirs).max() < 1:
        mend = "it lies at latitude 0, longitude 0, in the sea: give its true system with --crs"
    else:
        mend = "give its true system with --crs, import it into a city of its own, or allow --far"
    raise InputError(
        f"it lies round {told(_middle(theirs))}, {far_km:,.0f} km from the city round "
        f"{told(_middle(ours))}",
        place=place,
        mend=mend,
    )


def extent(tables: Mapping[str, pd.DataFrame]) -> Floats | None:
    """West, south, east, north of everything that has a place, degrees; None where nothing has."""
    boxes = [
        shapely.total_bounds(np.asarray(frame["geometry"].to_numpy(), dtype=object))
        for name, frame in tables.items()
        if TABLES[name].geometry and len(frame) and "geometry" in frame
    ]
    known = np.array([box for box in boxes if np.isfinite(box).all()])
    if not len(known):
        return None
    return np.concatenate([known[:, :2].min(axis=0), known[:, 2:].max(axis=0)])


def apart_km(one: Floats, other: Floats) -> float:
    """Between the nearest sides of two extents; 0 where they touch."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:], other[2:])
    gap = np.where(low > high, 1.0, 0.0)
    start, end = np.where(gap > 0, high, (low + high) / 2), np.where(gap > 0, low, (low + high) / 2)
    if (np.abs([start[1], end[1]]) > 90).any():
        return float("inf")
    return float(GEOD.inv(*start, *end)[2] / 1000)


def told(lonlat: Floats) -> str:
    """A place as a person writes it."""
    lon, lat = (float(v) for v in lonlat)
    return f"{abs(lat):.2f}°{'NS'[lat < 0]} {abs(lon):.2f}°{'EW'[lon < 0]}"


def _middle(box: Floats) -> Floats:
    return np.asarray((box[:2] + box[2:]) / 2)
