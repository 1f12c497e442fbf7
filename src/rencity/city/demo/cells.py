"""The lowest zones: Voronoi cells, small where people are many, whose outer edge is the shore."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Voronoi, cKDTree

from rencity.city.demo.draws import Bools, Floats, Ints, stream
from rencity.city.demo.graph import Penalty
from rencity.city.demo.land import Land, make_land
from rencity.city.demo.plan import Plan

FEW = 5
"""So many places and more are evened out."""

NEAR = 0.5
"""Weight above which a raster point counts as near."""

WET, CANAL = 20.0, 4.0
"""Factors on the length of a way that leaves the land or crosses a canal."""


def spread(
    points: Floats, weight: Floats, count: int, rng: np.random.Generator, rounds: int = 3
) -> Floats:
    """Places among weighted points, dense where weight is, evenly apart, shape (count, 2).

    Weighted draws without replacement, then rounds of Lloyd's algorithm.
    """
    key = rng.exponential(size=len(points)) / np.maximum(weight, 1e-12)
    chosen = points[np.argsort(key, kind="stable")[:count]]
    for _ in range(rounds):
        near = cKDTree(chosen).query(points)[1]
        held = np.bincount(near, weights=weight, minlength=len(chosen))
        mean = np.column_stack(
            [
                np.bincount(near, weights=weight * points[:, i], minlength=len(chosen))
                for i in (0, 1)
            ]
        )
        some = held > 0
        chosen = np.where(some[:, None], mean / np.where(some, held, 1)[:, None], chosen)
    return chosen


@dataclass(frozen=True)
class Ground:
    """Cells, and the raster points that lie on them.

    Attributes
    ----------
    seeds : shape (n, 2); a place belongs to the cell of its nearest seed
    shapes : polygon of each cell, shape (n,), local metres; neighbours share vertices exactly
    district : shape (n,)
    people : residents of each cell before rounding, shape (n,)
    points, point_people : raster points on land, shape (p, 2) and (p,)
    canals : centre lines, one geometry
    canal_width_m : shape (canals,)
    """

    plan: Plan
    land: Land
    seeds: Floats
    shapes: npt.NDArray[np.object_]
    district: Ints
    people: Floats
    points: Floats
    point_people: Floats
    canals: shapely.MultiLineString
    canal_width_m: Floats
    _all: cKDTree
    _cells: cKDTree

    def on_land(self, xy: Floats) -> Bools:
        """Whether each place lies in a cell, shape (n,)."""
        return np.asarray(self._all.query(xy)[1] < len(self.seeds))

    def cell_of(self, xy: Floats) -> Ints:
        """The cell that holds each place, or the nearest one, shape (n,)."""
        return np.asarray(self._cells.query(xy)[1], dtype=np.int64)

    def sites(
        self, part: str, count: int, power: float = 1.0, near: Floats | None = None
    ) -> Floats:
        """Places on land for `count` things of a part, dense as people to `power`, shape (n, 2).

        With `near`, a weight per raster point, places stand only where it is above `NEAR`.
        """
        rng = stream(self.plan.seed, f"sites {part}")
        weight = self.point_people**power * (1.0 if near is None else near)
        # few places evened out would all come to stand in the middle
        places = spread(self.points, weight, count, rng, 3 if count >= FEW else 0)
        allowed = self.points if near is None else self.points[near > NEAR]
        home = allowed[cKDTree(allowed).query(places)[1]]
        places = places if near is None else home
        moved = places + rng.uniform(-0.3, 0.3, places.shape) * self.land.spacing_m
        return np.where(self.on_land(moved)[:, None], moved, self._jittered(home, rng))

    def _jittered(self, xy: Floats, rng: np.random.Generator) -> Floats:
        # a metre's shift keeps two things from standing on one spot; seeds and shores are far
        return xy + rng.uniform(-1, 1, xy.shape)

    def point_of(self, xy: Floats) -> Ints:
        """The raster point nearest to each place, shape (n,)."""
        return np.asarray(self._points.query(xy)[1], dtype=np.int64)

    @cached_property
    def _points(self) -> cKDTree:
        return cKDTree(self.points)

    def beside(self, xy: Floats, away_m: float) -> Floats:
        """A place on land at that distance from each place, or a metre off it, shape (n, 2)."""
        found = xy + np.sqrt(0.5)
        for step in ((-1, 1), (1, -1), (-1, -1), (1, 1)):
            moved = xy + np.array(step) * away_m * np.sqrt(0.5)
            found = np.where(self.on_land(moved)[:, None], moved, found)
        return found

    def wet(self, start: Floats, end: Floats) -> Bools:
        """Whether the straight way between two places leaves the land, shape (m,)."""
        out = np.zeros(len(start), dtype=bool)
        for part in np.linspace(0.1, 0.9, 5):
            out |= ~self.on_land(start + (end - start) * part)
        return out

    def dry_first(self, xy: Floats) -> Penalty:
        """Penalty of ways between these places: open water and canals count as longer."""

        def penalty(edges: Ints) -> Floats:
            start, end = xy[edges[:, 0]], xy[edges[:, 1]]
            canal = np.where(self.crosses(start, end), CANAL, 1.0)
            return np.where(self.wet(start, end), WET, canal)

        return penalty

    def crosses(self, start: Floats, end: Floats) -> Bools:
        """Whether the straight way between two places crosses a canal, shape (m,)."""
        shapely.prepare(self.canals)
        return shapely.intersects(self.canals, shapely.linestrings(np.stack([start, end], axis=1)))

    @cached_property
    def near_water(self) -> Floats:
        """Weight of each raster point: 1 near open water (without any, a canal), else almost 0."""
        drawn = self.plan.drawn
        bodies = [
            shapely.Polygon(self.plan.metres(drawn[name])).buffer(0)
            for name in ("lake_km", "river_km")
            if drawn[name]
        ]
        water = shapely.union_all(bodies) if bodies else self.canals
        near = shapely.dwithin(water, shapely.points(self.points), drawn["water_m"])
        return np.asarray(near, dtype=np.float64) + 1e-9


def make_ground(plan: Plan) -> Ground:
    """Lay out the land and cut it into cells.

    Small cells lose ground to large ones where districts meet, so a first cut measures by how
    much each district comes out too large and the second asks for as much less.
    """
    km2 = np.array([d.km2 for d in plan.districts], dtype=np.float64)
    first = _cut(plan, make_land(plan, km2))
    area = np.bincount(first.district, shapely.area(first.shapes) / 1e6, len(km2))
    return _cut(plan, make_land(plan, km2 * km2 / area))


def _cut(plan: Plan, land: Land) -> Ground:
    rng = stream(plan.seed, "cells")
    seeds = spread(land.points, land.people**0.6, plan.size["cells"], rng)
    near = land.points[cKDTree(land.points).query(seeds)[1]]
    inside = shapely.contains_xy(land.outline, seeds[:, 0], seeds[:, 1])
    seeds = np.where(inside[:, None], seeds, near)
    beyond = _beyond(land, seeds)
    everything = np.vstack([seeds, beyond])
    all_tree, own_tree = cKDTree(everything), cKDTree(seeds)
    on_land = all_tree.query(land.points)[1] < len(seeds)
    cell = own_tree.query(land.points[on_land])[1]
    people = np.bincount(cell, weights=land.people[on_land], minlength=len(seeds))
    lines = [shapely.LineString(plan.metres(c["line_km"])) for c in plan.drawn["canals"]]
    return Ground(
        plan=plan,
        land=land,
        seeds=seeds,
        shapes=_polygons(everything, len(seeds)),
        district=land.district[cKDTree(land.points).query(seeds)[1]],
        people=np.maximum(people, 1e-6).astype(np.float64),
        points=land.points[on_land],
        point_people=land.people[on_land],
        canals=shapely.MultiLineString(lines),
        canal_width_m=np.array([c["width_m"] for c in plan.drawn["canals"]], dtype=np.float64),
        _all=all_tree,
        _cells=own_tree,
    )


def _beyond(land: Land, seeds: Floats) -> Floats:
    """Seeds outside the land: mirror images across the outline, so that cell edges follow it."""
    ring = land.outline.exterior
    place = shapely.points(seeds)
    foot = shapely.get_coordinates(
        shapely.line_interpolate_point(ring, shapely.line_locate_point(ring, place))
    )
    pitch = cKDTree(seeds).query(seeds, k=2)[0][:, 1]
    edge = shapely.distance(ring, place) < 3 * pitch
    mirror = 2 * foot[edge] - seeds[edge]
    coarse = float(np.median(pitch)) * 2
    west, south, east, north = land.outline.buffer(8 * coarse).bounds
    x, y = np.meshgrid(np.arange(west, east, coarse), np.arange(south, north, coarse))
    far = np.column_stack([x.ravel(), y.ravel()])
    far = far[cKDTree(mirror).query(far)[0] > coarse]
    far = far[shapely.distance(land.outline, shapely.points(far)) > coarse]
    out = ~shapely.contains_xy(land.outline, mirror[:, 0], mirror[:, 1])
    return np.vstack([mirror[out], far])


def _polygons(everything: Floats, count: int) -> npt.NDArray[np.object_]:
    diagram = Voronoi(everything)
    regions = [diagram.regions[i] for i in diagram.point_region[:count]]
    cell = np.repeat(np.arange(count), [len(region) for region in regions])
    corner = diagram.vertices[np.concatenate([np.asarray(r, dtype=np.int64) for r in regions])]
    delta = corner - everything[cell]
    order = np.lexsort((np.arctan2(delta[:, 1], delta[:, 0]), cell))
    return shapely.polygons(shapely.linearrings(corner[order], indices=cell))
