"""The land: a fine raster of points with district and people, inside an invented outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.affinity

from rencity.city.demo.draws import Floats, Ints, stream
from rencity.city.demo.plan import Plan

POINTS_PER_CELL = 20


@dataclass(frozen=True)
class Land:
    """Raster points of the land in local metres.

    Attributes
    ----------
    outline : the land
    spacing_m : distance between points
    points : shape (p, 2)
    district : row of the plan's districts, shape (p,)
    people : residents around each point, shape (p,); sums to the city's
    towns : centre of each street or town, shape (streets, 2), grouped by district
    town_district : shape (streets,)
    """

    outline: shapely.Polygon
    spacing_m: float
    points: Floats
    district: Ints
    people: Floats
    towns: Floats
    town_district: Ints


def make_land(plan: Plan, km2: Floats) -> Land:
    """Lay out districts of these areas, shape (districts,), and people round centres and towns."""
    rng = stream(plan.seed, "land")
    outline = _roughened(shapely.Polygon(plan.metres(plan.drawn["outline_km"])), rng)
    spacing = float(np.sqrt(outline.area / (POINTS_PER_CELL * plan.size["cells"])))
    points = _raster(outline, spacing, rng)
    centres = plan.metres([centre["at_km"] for centre in plan.drawn["centres"]])
    district = _divide(points, centres, km2, rng)
    towns, town_district = _towns(plan, points, district, centres, rng)
    people = _people(plan, points, district, centres, towns, rng)
    return Land(outline, spacing, points, district, people, towns, town_district)


def _roughened(outline: shapely.Polygon, rng: np.random.Generator) -> shapely.Polygon:
    """The outline with bends between its corners and the same area."""
    side = float(np.sqrt(outline.area))
    ring = shapely.get_coordinates(shapely.segmentize(outline.exterior, side / 150))[:-1]
    along = np.arange(len(ring)) / len(ring) * 2 * np.pi
    wave = np.arange(9, 80)
    size = side * 0.02 / wave**0.7 * rng.normal(0, 0.5, (2, len(wave)))
    phase = rng.uniform(0, 2 * np.pi, (2, len(wave), 1))
    sway = np.einsum("dw,dwn->nd", size, np.sin(wave[:, None] * along + phase))
    rough = shapely.Polygon(ring + sway).buffer(0)
    whole = max(shapely.get_parts(rough), key=shapely.area)
    factor = float(np.sqrt(outline.area / whole.area))
    return shapely.affinity.scale(whole, factor, factor, origin=(0, 0))


def _raster(outline: shapely.Polygon, spacing: float, rng: np.random.Generator) -> Floats:
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(np.arange(west, east, spacing), np.arange(south, north, spacing))
    xy = np.column_stack([x.ravel(), y.ravel()])
    xy += rng.uniform(-0.35, 0.35, xy.shape) * spacing
    shapely.prepare(outline)
    return xy[shapely.contains_xy(outline, xy[:, 0], xy[:, 1])]


def _divide(points: Floats, centres: Floats, km2: Floats, rng: np.random.Generator) -> Ints:
    """District of each point, so that areas fit.

    The first is the core, an oval round its centre; the others share the rest by a power diagram
    whose weights are moved.
    """
    district = np.zeros(len(points), dtype=np.int64)
    rest = np.flatnonzero(_oval(points - centres[0]) > _core_edge(points, centres[0], km2))
    if len(centres) == 1:
        return district
    some = points[rest[rng.permutation(len(rest))[:20_000]]]
    weight, share = np.zeros(len(centres) - 1), km2[1:] / km2[1:].sum()
    reach = float(np.sqrt(np.ptp(points, axis=0).prod()))
    distance = _squares(some, centres[1:])
    for step in range(400):
        held = np.bincount(np.argmin(distance - weight, axis=1), minlength=len(share)) / len(some)
        weight += (share - held) * reach**2 * 0.5 / (1 + step / 20)
    district[rest] = 1 + np.argmin(_squares(points[rest], centres[1:]) - weight, axis=1)
    return district


def _oval(delta: Floats) -> Floats:
    """Distance from a centre, shorter along the canal's bearing, shape (n,)."""
    along, across = (delta[:, 0] - delta[:, 1]) / np.sqrt(2), delta.sum(axis=1) / np.sqrt(2)
    return np.hypot(along / 1.2, across * 1.2)


def _core_edge(points: Floats, centre: Floats, km2: Floats) -> float:
    return float(np.quantile(_oval(points - centre), km2[0] / km2.sum()))


def _squares(points: Floats, centres: Floats) -> Floats:
    return ((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)


def _towns(
    plan: Plan, points: Floats, district: Ints, centres: Floats, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Town centres: the first by the district's, each next the farthest of some random places."""
    towns: list[Floats] = []
    rows: list[int] = []
    for row, entry in enumerate(plan.districts):
        own = points[district == row]
        mine = [own[np.argmin(((own - centres[row]) ** 2).sum(axis=1))]]
        while len(mine) < len(entry.streets):
            tried = own[rng.integers(0, len(own), 12)]
            mine.append(tried[np.argmax(_squares(tried, np.array(mine)).min(axis=1))])
        towns += mine
        rows += [row] * len(mine)
    return np.array(towns), np.array(rows, dtype=np.int64)


def _people(
    plan: Plan,
    points: Floats,
    district: Ints,
    centres: Floats,
    towns: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Residents thin out from centres and towns and are few on hills."""
    spread = plan.metres([centre["spread_km"] for centre in plan.drawn["centres"]])
    size = rng.uniform(0.15, 0.5, len(towns))
    density = np.full(len(points), 0.03)
    for centre, reach in zip(centres, spread, strict=True):
        density += np.exp(-np.hypot(*(points - centre).T) / reach * 1.6)
    for town, weight in zip(towns, size, strict=True):
        density += weight * np.exp(-np.hypot(*(points - town).T) / (spread.mean() * 0.22))
    for hill in plan.drawn.get("hills", ()):
        distance = np.hypot(*(points - plan.metres(hill["at_km"])).T)
        density *= 1 - 0.95 * np.exp(-((distance / plan.metres(hill["radius_km"])) ** 2))
    density *= rng.lognormal(0, 0.25, len(points))
    held = np.bincount(district, weights=density, minlength=len(centres))
    return density * (plan.district_people / held)[district]
