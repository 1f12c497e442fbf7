"""A network's drawing on the globe: by a known system, in degrees, or in a frame of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from rencity.city.coordinates import to_wgs84
from rencity.kit.errors import InputError

LOCAL = "local"
LOCAL_CRS = "+proj=aeqd +lat_0=0 +lon_0=0 +datum=WGS84 +units=m"
LOCAL_ORIGIN_M = 1000.0
"""How far east and north of 0/0 a local frame begins: what lies at 0/0 has no known place."""

GEOD = pyproj.Geod(ellps="WGS84")
PLAUSIBLE = (0.2, 5.0)
"""Drawn over stated length of the middle line within which coordinates are taken as degrees."""

Floats = npt.NDArray[np.float64]
MEND = (
    "give --crs EPSG:n of the drawing, or --crs local to place it near latitude 0, longitude 0 "
    "in metres, scaled to the stated lengths"
)


def placed(
    every: Floats,
    lines: list[Floats],
    stated_m: Floats,
    crs: str | None,
    place: str,
    *,
    mend: str = MEND,
) -> Floats:
    """Coordinates in WGS-84.

    Parameters
    ----------
    every : x and y of the drawing, finite, shape (n, 2)
    lines : x and y along some lines, to compare with `stated_m`, their lengths (0 where unknown)
    crs : system of the drawing; ``local``: metres north-east of 0/0, scaled so that the middle
        line is as long as stated; None: degrees, if the middle line is then about as long
    place : file, for messages

    Raises
    ------
    InputError : an unknown system, coordinates outside it, or no system where one is needed
    """
    if crs is None:
        _check_degrees(every, lines, stated_m, place, mend)
        return every
    if crs == LOCAL:
        metres = (every - every.min(axis=0)) * _scale(lines, stated_m)
        return converted(metres + LOCAL_ORIGIN_M, LOCAL_CRS, place)
    return converted(every, crs, place)


def converted(every: Floats, crs: str, place: str) -> Floats:
    """Coordinates of a system, shape (n, 2), as degrees in WGS-84.

    Raises
    ------
    InputError : an unknown system, or coordinates outside it
    """
    made = to_wgs84(every, crs, place=place)
    if not np.isfinite(made).all() or (np.abs(made) > (180.0, 90.0)).any():
        raise InputError(f"coordinates lie outside {crs}", place=place, mend=MEND)
    return made


def _check_degrees(
    every: Floats, lines: list[Floats], stated_m: Floats, place: str, mend: str
) -> None:
    if (np.abs(every) > (180.0, 90.0)).any():
        raise InputError(
            "coordinates are no degrees, and no system is given", place=place, mend=mend
        )
    drawn = np.array([GEOD.line_length(*line.T) for line in lines])
    both = (drawn > 0) & (stated_m > 0)
    if not both.any():
        return
    ratio = float(np.median(drawn[both] / stated_m[both]))
    if not PLAUSIBLE[0] <= ratio <= PLAUSIBLE[1]:
        raise InputError(
            f"read as degrees, the middle line is {ratio:.3g} times as long as the file says",
            place=place,
            mend=mend,
        )


def _scale(lines: list[Floats], stated_m: Floats) -> float:
    drawn = np.array([np.hypot(*np.diff(line, axis=0).T).sum() for line in lines])
    both = (drawn > 0) & (stated_m > 0)
    return float(np.median(stated_m[both] / drawn[both])) if both.any() else 1.0


def places_of(xy: Mapping[str, tuple[float, float] | None], path: Path) -> Floats:
    """Coordinates of the nodes of an ``.inp`` file, shape (n, 2).

    Raises
    ------
    InputError : a node without coordinates
    """
    missing = [key for key, place in xy.items() if place is None]
    if missing:
        raise InputError(
            f"{len(missing)} of {len(xy)} nodes have no coordinates, first {missing[0]}",
            place=f"{path} [COORDINATES]",
            mend="give each node its coordinates, or take it and its links out",
        )
    return np.array(list(xy.values()), dtype=float)


def line_or_middle(line: Floats, *, long: bool) -> Any:
    """The line of what is long, else the point in its middle; a line without length is a point."""
    drawn = shapely.linestrings(line)
    if long and drawn.length > 0:
        return drawn
    return shapely.line_interpolate_point(drawn, 0.5, normalized=True)
