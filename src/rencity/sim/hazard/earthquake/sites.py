"""Sites: the cells of the grid of scatter in which assets lie, and the ground of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.sim.hazard.earthquake.tables import table
from rencity.sim.hazard.earthquake.torus import Torus, torus_for

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

KM_PER_DEGREE = 111.195
"""Mean length of a degree of latitude."""


def range_km(measure: str, soil: str) -> float:
    """Distance at which motion of a measure is no longer alike, Jayaram and Baker (2009)."""
    held = table("correlation")
    period = held["period_s"][measure]
    base, slope = held["range"]["from_1_s" if period >= 1 else soil]
    return float(base + slope * period)


@dataclass(frozen=True)
class Frame:
    """A flat frame about a latitude, and the grid on it.

    East is longitude times the cosine of a whole degree of latitude, so that a city keeps its
    cells when it grows.

    Attributes
    ----------
    parallel : whole degree of latitude that keeps its lengths
    """

    parallel: float
    torus: Torus

    def xy_km(self, lonlat: Array) -> Array:
        """Places east and north in the frame, (p, 2)."""
        return lonlat * self._scale

    def middles(self, square: Index) -> Array:
        """Longitude and latitude of the middle of squares (s, 2) counted from the origin."""
        return (square + 0.5) * self.size_deg

    def corner(self, square: Index) -> Array:
        """Longitude and latitude of the south-west corner of squares (..., 2)."""
        return square * self.size_deg

    @property
    def size_deg(self) -> Array:
        """Degrees of longitude and of latitude a square is wide and high."""
        return self.torus.cell_km / self._scale

    @property
    def _scale(self) -> Array:
        return KM_PER_DEGREE * np.array([np.cos(np.radians(self.parallel)), 1.0])


def frame_of(bounds: Array, soil: str) -> Frame:
    """The frame of a city of these bounds: west, south, east, north in degrees."""
    west, south, east, north = bounds
    parallel = float(np.round((south + north) / 2))
    ranges = [range_km(measure, soil) for measure in table("correlation")["period_s"]]
    wide = KM_PER_DEGREE * (east - west) * np.cos(np.radians(parallel))
    extent_km = float(max(wide, KM_PER_DEGREE * (north - south)))
    return Frame(parallel, torus_for(extent_km, min(ranges), max(ranges)))


@dataclass(frozen=True)
class Sites:
    """Squares of a grid in which something lies; in one square each zone is a site of its own.

    Attributes
    ----------
    square : (s, 2), number of the square east and north of the frame's origin
    lonlat : (s, 2), middle of the square
    cell : (s,), of the torus
    zone : object (s,), zone where the ground goes by zones, else empty
    of : int32 (p,), site of each place
    """

    square: Index
    lonlat: Array
    cell: Index
    zone: npt.NDArray[np.object_]
    of: npt.NDArray[np.int32]


def sites_of(frame: Frame, lonlat: Array, zone: npt.NDArray[np.object_] | None) -> Sites:
    """Sites of places (p, 2); `zone` (p,) of each where it matters."""
    square = np.floor(frame.xy_km(lonlat) / frame.torus.cell_km).astype(np.int64)
    low = square.min(axis=0, initial=0)
    high = square.max(axis=0, initial=0) - low + 1
    code, names = (0, np.array([""], object)) if zone is None else pd.factorize(zone, sort=True)
    east, north = (square - low).T
    key = (east * high[1] + north) * len(names) + code
    seen, of = np.unique(key, return_inverse=True)
    line, which = np.divmod(seen, len(names))
    squares = np.column_stack(np.divmod(line, high[1])) + low
    middles = frame.middles(squares)
    cells = frame.torus.cells_of(frame.xy_km(middles))
    return Sites(squares, middles, cells, np.asarray(names, object)[which], of.astype(np.int32))
