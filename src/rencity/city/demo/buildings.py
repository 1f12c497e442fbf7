"""Buildings: people by day and night under roofs, so that they add up to the zones."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Bools, Floats, Ints, stream, whole, whole_by
from rencity.city.demo.plan import RULE, Plan
from rencity.city.demo.zones import Zones, on_globe

HOMES = 0.6
"""Share of a zone's buildings that are homes."""

ROOM = 1.3
"""How far floors may outgrow ground and storeys: galleries, cellars, what rounding takes."""

OLDEST, NEWEST = 1975, 2024


def make_buildings(ground: Ground, zones: Zones) -> gpd.GeoDataFrame:
    """A row stands for one building, or for a group of one use where the scale has few.

    Every zone has a home, where all its residents sleep; those not at home by day are at the other
    buildings, or at home where a zone has no other.
    """
    rng = stream(ground.plan.seed, "buildings")
    zone, place = _places(ground, zones, rng)
    home = _homes(zone, len(ground.seeds))
    use = _uses(ground.plan, home, rng)
    night, day = _people(ground.plan, zones, zone, home, rng)
    floor_m2 = _floor(ground.plan, use, np.where(home, night, day), rng)
    storeys = _storeys(ground.plan, use, _inwards(ground, zones)[zone], rng)
    shapes = _footprints(place, floor_m2 / storeys, ground.shapes[zone], rng)
    storeys = np.maximum(storeys, np.ceil(floor_m2 / shapely.area(shapes) / ROOM))
    frame = pd.DataFrame(
        {
            "id": [f"building-{n:06d}" for n in range(1, len(zone) + 1)],
            "zone": zones.lowest[zone],
            "use": use,
            "storeys": storeys,
            "floor_area_m2": floor_m2,
            "people_night": night.astype(np.float64),
            "people_day": day.astype(np.float64),
            "year": rng.integers(OLDEST, NEWEST + 1, len(zone)).astype(np.float64),
            "origin": "synthetic",
            "rule": f"{RULE}.buildings",
        }
    )
    return gpd.GeoDataFrame(frame, geometry=on_globe(ground.plan, shapes), crs="EPSG:4326")


def _places(ground: Ground, zones: Zones, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Zone and place of each building: raster points of the land, more where people are more."""
    cell = ground.cell_of(ground.points)
    held = np.bincount(cell, minlength=len(ground.seeds))
    weight = np.asarray((zones.night + zones.day) ** 0.7, dtype=np.float64)
    wanted = whole(weight, ground.plan.counts["building"])
    count = np.clip(wanted, np.minimum(2, held), held)
    order = np.lexsort((rng.random(len(cell)), cell))
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(held) - held, held)
    chosen = order[rank < np.repeat(count, held)]
    bare = np.flatnonzero(held == 0)
    zone = np.concatenate([cell[chosen], bare])
    place = np.vstack([ground.points[chosen], ground.seeds[bare]])
    by_zone = np.argsort(zone, kind="stable")
    return zone[by_zone], place[by_zone]


def _homes(zone: Ints, zones: int) -> Bools:
    """Which buildings are homes: the first of each zone, up to their share, never all of two."""
    count = np.bincount(zone, minlength=zones)
    first = np.cumsum(count) - count
    most = np.where(count > 1, np.clip(np.round(count * HOMES), 1, count - 1), 1)
    return np.asarray(np.arange(len(zone)) - first[zone] < most[zone])


def _uses(plan: Plan, home: Bools, rng: np.random.Generator) -> npt.NDArray[np.object_]:
    shares = {name: figures["share"] for name, figures in _work(plan).items()}
    drawn = rng.choice(np.array(list(shares), dtype=object), len(home), p=list(shares.values()))
    return np.where(home, "residential", drawn)


def _work(plan: Plan) -> dict[str, Any]:
    return {name: f for name, f in plan.figures["buildings"].items() if "share" in f}


def _people(
    plan: Plan, zones: Zones, zone: Ints, home: Bools, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Whole people by night and day, shape (n,) each."""
    size = rng.lognormal(0, 0.5, len(zone))
    night = whole_by(size * home, zone, zones.night)
    stay = np.minimum(np.round(plan.figures["people"]["stay_share"] * zones.night), zones.day)
    works = np.bincount(zone, ~home, len(zones.night)) > 0
    stay = np.where(works, stay, zones.day).astype(np.int64)
    at_home = whole_by(np.where(home, night + 1e-9, 0.0), zone, stay)
    return night, at_home + whole_by(size * ~home, zone, zones.day - stay)


def _floor(
    plan: Plan, use: npt.NDArray[np.object_], people: Ints, rng: np.random.Generator
) -> Floats:
    """Floor area of each building for its people, at least a small room."""
    per_head = _by_use(plan, use, "m2")
    return np.round(np.maximum(people, 1) * per_head * rng.lognormal(-0.02, 0.2, len(use)), 1)


def _storeys(
    plan: Plan, use: npt.NDArray[np.object_], inwards: Floats, rng: np.random.Generator
) -> Floats:
    low, high = _by_use(plan, use, "storeys").T
    tall = np.clip(inwards**2 + rng.normal(0, 0.15, len(use)), 0, 1)
    return np.round(low + (high - low) * tall)


def _by_use(plan: Plan, use: npt.NDArray[np.object_], name: str) -> Floats:
    figures = plan.figures["buildings"]
    names, row = np.unique(use.astype(str), return_inverse=True)
    return np.array([figures[n][name] for n in names], dtype=np.float64)[row]


def _inwards(ground: Ground, zones: Zones) -> Floats:
    """Rank of each cell's density of people by day and night, 0 least to 1, shape (cells,)."""
    dense = (zones.night + zones.day) / shapely.area(ground.shapes)
    return np.argsort(np.argsort(dense, kind="stable"), kind="stable") / max(1, len(dense) - 1)


def _footprints(
    place: Floats, area_m2: Floats, cell: npt.NDArray[np.object_], rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    """A turned rectangle of that area round each place, cut to its cell.

    One that loses much at the edge of its cell stands in the middle of it instead.
    """
    aspect, turn = rng.uniform(1, 2.2, len(place)), rng.uniform(0, np.pi / 2, len(place))
    long, wide = np.sqrt(area_m2 * aspect) / 2, np.sqrt(area_m2 / aspect) / 2
    x = np.stack([-long, long, long, -long], axis=1)
    y = np.stack([-wide, -wide, wide, wide], axis=1)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    corner = np.stack([x * cos - y * sin, x * sin + y * cos], axis=2)
    made = shapely.intersection(shapely.polygons(place[:, None, :] + corner), cell)
    cut = np.flatnonzero(shapely.area(made) * ROOM < area_m2)
    middle = shapely.get_coordinates(shapely.point_on_surface(cell[cut]))
    made[cut] = shapely.intersection(shapely.polygons(middle[:, None, :] + corner[cut]), cell[cut])
    return made
