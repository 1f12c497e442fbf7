"""Where assets feel a field, and how long they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

LINES = (1, 2, 5)
"""Shapely's type numbers of line, ring and many lines."""
WGS84 = pyproj.Geod(ellps="WGS84")

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Places:
    """Points at which a field is read, one or more an asset.

    Attributes
    ----------
    lonlat : (p, 2), WGS-84
    start : (m,), first point of each asset; its points run to the next one's first
    """

    lonlat: Array
    start: Index

    def worst(self, values: Array) -> Array:
        """Greatest value of each asset's points: (p,) to (m,)."""
        return values if len(values) == len(self.start) else np.maximum.reduceat(values, self.start)

    @property
    def owner(self) -> Index:
        """Asset of each point, shape (p,)."""
        ends = np.append(self.start[1:], len(self.lonlat))
        return np.repeat(np.arange(len(self.start)), ends - self.start)


def places_of(geometry: Geometries, *, vertices: bool) -> Places:
    """Points of assets: a line's mid-point along it, or with `vertices` all its vertices.

    A polygon is read at a point within it. Lengths are compared after scaling longitude by the
    cosine of the latitude, which is true to a millionth over a city.

    Parameters
    ----------
    geometry : (m,), shapely, WGS-84, none empty
    """
    line = np.isin(shapely.get_type_id(geometry), LINES)
    if vertices and line.any():
        points = geometry.copy()
        points[~line] = shapely.point_on_surface(geometry[~line])
        lonlat, owner = shapely.get_coordinates(points, return_index=True)
        return Places(lonlat, np.searchsorted(owner, np.arange(len(geometry))))
    points = geometry.copy()
    points[line] = _midpoints(geometry[line])
    flat = ~line & (shapely.get_type_id(geometry) != 0)
    points[flat] = shapely.point_on_surface(geometry[flat])
    return Places(shapely.get_coordinates(points), np.arange(len(geometry)))


def lengths_m(geometry: Geometries) -> Array:
    """Geodesic length on the WGS-84 ellipsoid, shape (m,); 0 for what is no line."""
    line = np.isin(shapely.get_type_id(geometry), LINES)
    geometry = np.where(line, geometry, shapely.Point())
    coordinates, part = shapely.get_coordinates(shapely.get_parts(geometry), return_index=True)
    owner = _owner_of_parts(geometry)[part]
    same = part[1:] == part[:-1]
    a, b = coordinates[:-1][same], coordinates[1:][same]
    _, _, step_m = WGS84.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])
    return np.bincount(owner[1:][same], np.asarray(step_m), len(geometry)).astype(np.float64)


def _owner_of_parts(geometry: Geometries) -> Index:
    return np.repeat(np.arange(len(geometry)), shapely.get_num_geometries(geometry))


def _midpoints(lines: Geometries) -> Geometries:
    if not len(lines):
        return lines
    coordinates = shapely.get_coordinates(lines)
    scale = np.array([np.cos(np.radians(coordinates[:, 1].mean())), 1.0])
    flat = shapely.set_coordinates(lines.copy(), coordinates * scale)
    middle = shapely.line_interpolate_point(flat, 0.5, normalized=True)
    return shapely.points(shapely.get_coordinates(middle) / scale)
