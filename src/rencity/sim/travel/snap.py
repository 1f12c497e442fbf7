"""From a place to the road node next to it, with the way there; never across the city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import KDTree

from rencity.city.model import City
from rencity.sim.travel.plane import Plane
from rencity.sim.travel.roads import Floats, Ids, Roads
from rencity.sim.travel.speeds import Access, base_speeds
from rencity.sim.travel.ticks import Ticks, ticks_of

KM_H = 3.6


@dataclass(frozen=True)
class Places:
    """Where places meet the roads; p places.

    Attributes
    ----------
    node : int32 (p,), -1 where no road is within reach
    other : int32 (p,), the far end where the place is a stretch of road, else -1
    access : int32 (p,), time from the place to its node, `UNREACHABLE` where there is none
    access_m : (p,), infinite where there is none
    """

    node: Ids
    other: Ids
    access: Ticks
    access_m: Floats

    def __len__(self) -> int:
        return len(self.node)

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """Which places are on the roads at all."""
        return self.node >= 0

    @classmethod
    def on(cls, nodes: npt.ArrayLike) -> Places:
        """Places that are road nodes themselves."""
        node = np.asarray(nodes, np.int32).reshape(-1)
        none = np.full(len(node), -1, np.int32)
        return cls(node, none, np.zeros(len(node), np.int32), np.zeros(len(node)))

    @classmethod
    def joined(cls, parts: Sequence[Places]) -> Places:
        """Several after each other."""
        parts = [*parts, cls.on([])]
        return cls(
            np.concatenate([each.node for each in parts]),
            np.concatenate([each.other for each in parts]),
            np.concatenate([each.access for each in parts]),
            np.concatenate([each.access_m for each in parts]),
        )

    def take(self, rows: npt.NDArray[np.integer]) -> Places:
        """Some of them."""
        return Places(self.node[rows], self.other[rows], self.access[rows], self.access_m[rows])


def snap_points(roads: Roads, lonlat: npt.ArrayLike, access: Access | None = None) -> Places:
    """Nearest node that may be entered, of points in degrees (p, 2).

    A point is on no road where the nearest such node is farther than `access.farthest_m`.
    """
    access = access or base_speeds().access
    points = Plane(roads.origin).to_m(np.asarray(lonlat, float).reshape(-1, 2))
    entries = np.flatnonzero(roads.entry)
    none = np.full(len(points), -1, np.int32)
    if not len(entries) or not len(points):
        far = np.full(len(points), np.inf)
        return Places(none, none, ticks_of(far), far)
    far, near = KDTree(roads.xy_m[entries]).query(points)
    inside = far <= access.farthest_m
    far = np.where(inside, far, np.inf)
    node = np.where(inside, entries[near], -1).astype(np.int32)
    return Places(node, none, ticks_of(far / (access.speed_km_h / KM_H)), far)


def snap_assets(
    roads: Roads, city: City, rows: npt.ArrayLike, access: Access | None = None
) -> Places:
    """Where assets, by row of ``city.assets``, meet the roads.

    A road node is there itself; a stretch of road is reached at either end; everything else from
    the nearest node.
    """
    rows = np.asarray(rows, np.int64).reshape(-1)
    node = roads.node_of_asset[rows]
    elsewhere = np.flatnonzero(node < 0)
    first = _first_edge(roads)[rows[elsewhere]]
    stretch = elsewhere[first >= 0]
    made = Places.on(node)
    made.node[stretch] = roads.tail[first[first >= 0]]
    made.other[stretch] = roads.head[first[first >= 0]]
    off = elsewhere[first < 0]
    found = snap_points(roads, middles(city.assets.geometry.to_numpy()[rows[off]]), access)
    made.node[off] = found.node
    made.access[off] = found.access
    made.access_m[off] = found.access_m
    return made


def snap_zones(
    roads: Roads, city: City, rows: npt.ArrayLike, access: Access | None = None
) -> Places:
    """Where zones, by row of ``city.zones``, meet the roads: from a point within each."""
    geometry = city.zones.geometry.to_numpy()[np.asarray(rows, np.int64).reshape(-1)]
    return snap_points(roads, middles(geometry), access)


def _first_edge(roads: Roads) -> Ids:
    """First edge that each asset is itself, -1 for one that is none."""
    made = np.full(roads.assets, -1, np.int32)
    has = np.flatnonzero(roads.asset >= 0)[::-1]
    made[roads.asset[has]] = has
    return made


def middles(geometry: npt.NDArray[np.object_]) -> Floats:
    """A point of each: itself, or one on it; no place where it is empty."""
    points = np.array(geometry, dtype=object)
    flat = np.flatnonzero(shapely.get_type_id(points) != 0)
    points[flat] = shapely.point_on_surface(points[flat])
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])
