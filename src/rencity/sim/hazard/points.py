"""A field of scattered points: linear on Delaunay triangles, or the nearest point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
from scipy.spatial import Delaunay, QhullError

from rencity.kit.errors import InputError, ScenarioError
from rencity.sim.hazard.rows import not_negative, numbers, read_rows, refuse
from rencity.sim.hazard.spec import FieldHazard
from rencity.sim.hazard.stencil import Stencil, nowhere, reached

Array = npt.NDArray[np.float64]

WGS84 = "EPSG:4326"
TOUCHING = 1e-9
"""Share of a triangle's size by which a place may miss it: the rounding of a projection."""


@dataclass(frozen=True)
class PointField:
    """Values at points.

    Attributes
    ----------
    crs : of `xy`
    xy : (v, 2)
    values : (v,) for each measure, in the file's unit
    """

    path: Path
    crs: pyproj.CRS
    xy: Array
    values: Mapping[str, Array]

    def same_places(self, other: PointField) -> bool:
        """Whether a stencil of the other fits this one."""
        return self.crs == other.crs and np.array_equal(self.xy, other.xy)

    def stencil(self, lonlat: Array, *, method: str, within_m: float) -> Stencil:
        """Weights at each place, (p, 2) longitude and latitude.

        Raises
        ------
        InputError : the points span no area, so that nothing lies between them
        """
        back = pyproj.Transformer.from_crs(self.crs, WGS84, always_xy=True)
        field = np.column_stack(back.transform(*self.xy.T))
        start = nowhere(len(lonlat)) if method == "nearest" else self._linear(lonlat)
        return reached(start, field, lonlat, within_m)

    def _linear(self, lonlat: Array) -> Stencil:
        there = pyproj.Transformer.from_crs(WGS84, self.crs, always_xy=True)
        place = np.column_stack(there.transform(*lonlat.T))
        middle, scale = self.xy.mean(axis=0), np.ones(2)
        if self.crs.is_geographic:
            scale[0] = np.cos(np.radians(middle[1]))
        scale = scale / max(float(np.ptp(self.xy * scale, axis=0).max()), 1e-12)
        try:
            mesh = Delaunay((self.xy - middle) * scale)
        except (QhullError, ValueError) as exc:
            raise InputError(
                f"{len(self.xy)} points span no area",
                place=str(self.path),
                mend='give three points or more not on one line, or method = "nearest"',
            ) from exc
        return _barycentric(mesh, (place - middle) * scale)


def read_points(path: Path, hazard: FieldHazard) -> PointField:
    """Read a CSV or Parquet table of points with a column for each measure.

    Raises
    ------
    InputError : a broken file, a missing column, a value that is no finite number or below 0, a
        point twice, coordinates that are none of the stated system
    ScenarioError : an unknown system of coordinates
    """
    columns = {one.measure: one.column or one.measure for one in hazard.measured}
    frame = read_rows(path, (hazard.x, hazard.y, *columns.values()))
    xy = np.column_stack([numbers(frame, name, path) for name in (hazard.x, hazard.y)])
    crs = crs_of(hazard.crs or WGS84, hazard.name)
    if crs.is_geographic:
        far = np.flatnonzero(np.any(np.abs(xy) > (360, 90), axis=1))
        if len(far):
            column = hazard.y if abs(xy[far[0], 1]) > 90 else hazard.x
            refuse(frame, column, int(far[0]), path, f"is no coordinate of {crs.name}; set crs")
    _, first, count = np.unique(xy, axis=0, return_index=True, return_counts=True)
    if (count > 1).any():
        lost = np.setdiff1d(np.arange(len(xy)), first)[0]
        refuse(frame, hazard.x, int(lost), path, "starts a point that stands twice")
    values = {name: not_negative(frame, column, path) for name, column in columns.items()}
    return PointField(path, crs, xy, values)


def crs_of(name: str, hazard: str) -> pyproj.CRS:
    """A system of coordinates by its code or text.

    Raises
    ------
    ScenarioError : unknown
    """
    try:
        return pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as exc:
        raise ScenarioError(
            f"unknown system of coordinates {name!r}",
            place=f"hazard {hazard}.crs",
            mend="give a code as EPSG:4326, or WKT",
        ) from exc


def _barycentric(mesh: Delaunay, place: Array) -> Stencil:
    finite = np.isfinite(place.sum(axis=1))
    simplex = np.full(len(place), -1, np.int64)
    simplex[finite] = mesh.find_simplex(place[finite], tol=TOUCHING)
    outside = simplex < 0
    affine = mesh.transform[simplex]
    two = np.einsum("pij,pj->pi", affine[:, :2], np.where(finite[:, None], place, 0) - affine[:, 2])
    weight = np.column_stack([two, 1 - two.sum(axis=1)]).clip(0, 1)
    weight[np.isnan(weight).any(axis=1) | outside] = (1.0, 0.0, 0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    far_m = np.where(outside, np.inf, 0.0)
    return Stencil(mesh.simplices[simplex].astype(np.int64), weight, outside, far_m)
