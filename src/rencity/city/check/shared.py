"""Rules on what several layers share: carriers, buildings, entrances, switches, marks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj.exceptions import CRSError
from scipy.sparse import csgraph

from rencity.city.check.facts import Facts, Mask
from rencity.city.check.geometry import usable
from rencity.city.check.network import graph
from rencity.city.marks import MARKED, markable, marked, parse, silent
from rencity.city.schema import TABLES
from rencity.kit.findings import Finding

FAR_M = 200.0
"""How far a rider may lie from its carrier: what is drawn in another file is drawn apart."""

PEOPLE_TOLERANCE = 0.01
CROWDED_M2 = 2.0
"""Floor per resident below which storeys, area or people are wrong."""

FLOORS_LOW, FLOORS_HIGH = 0.2, 2.0
"""Stated floor area over ground times storeys that is still believed."""

ENTRANCE_M = 10.0
SWITCHING_MIN = 7 * 24 * 60.0
Floats = npt.NDArray[np.float64]


def carrier_loop(facts: Facts) -> list[Finding]:
    """Nothing rides on itself, by way of what it rides on."""
    carriers = facts.city.carriers
    tail = facts.rows("assets", carriers["carrier"])
    head = facts.rows("assets", carriers["asset"])
    there = (tail >= 0) & (head >= 0)
    arcs = graph(tail[there], head[there], facts.n)
    count, part = csgraph.connected_components(arcs, directed=True, connection="strong")
    size = np.bincount(part, minlength=count)
    wrong = np.zeros(len(carriers), dtype=bool)
    t, h = tail[there], head[there]
    wrong[there] = (t == h) | ((part[t] == part[h]) & (size[part[t]] > 1))
    return facts.found(
        "carriers",
        "carrier-loop",
        "asset",
        wrong,
        "rows let a thing ride on itself, by way of what it rides on",
        "leave out the row that is the wrong way round",
    )


def carrier_far(facts: Facts) -> list[Finding]:
    """What rides on a carrier lies by it."""
    carriers = facts.city.carriers
    tail = facts.rows("assets", carriers["carrier"])
    head = facts.rows("assets", carriers["asset"])
    shapes = facts.city.assets.geometry.to_numpy()
    fine = usable(shapes)
    there = np.flatnonzero((tail >= 0) & (head >= 0))
    there = there[fine[tail[there]] & fine[head[there]]]
    wrong = np.zeros(len(carriers), dtype=bool)
    away = np.zeros(len(carriers))
    if len(there) and (metric := _metric(facts)) is not None:
        away[there] = shapely.distance(metric[tail[there]], metric[head[there]])
        wrong = away > FAR_M
    most = f", up to {away.max():,.0f} m" if wrong.any() else ""
    return facts.found(
        "carriers",
        "carrier-far",
        "asset",
        wrong,
        f"things lie more than {FAR_M:g} m from what they ride on{most}",
        "correct the ids or the shapes",
        "warning",
    )


def _metric(facts: Facts) -> npt.NDArray[np.object_] | None:
    """Shapes of assets in metres; None where `metric-crs` has said why not."""
    try:
        flat = facts.city.assets.geometry.to_crs(facts.city.identity.metric_crs)
    except (CRSError, ValueError):
        return None
    return np.asarray(flat.to_numpy(), dtype=object)


def building_people(facts: Facts) -> list[Finding]:
    """The buildings of a zone do not hold more people than the zone."""
    buildings = facts.city.buildings
    row = facts.rows("zones", buildings["zone"])
    people = np.nan_to_num(facts.number("buildings", "people_night"), posinf=0.0, neginf=0.0)
    there = row >= 0
    held = np.bincount(row[there], people[there], minlength=len(facts.city.zones))
    for depth in range(int(facts.depth.max(initial=0)), 0, -1):
        below = np.flatnonzero(facts.depth == depth)
        np.add.at(held, facts.parent[below], held[below])
    zone = facts.number("zones", "people_night")
    over = held > zone * (1 + PEOPLE_TOLERANCE) + 1
    most = f", in all {held[over].sum():,.0f} for {zone[over].sum():,.0f}" if over.any() else ""
    return facts.found(
        "zones",
        "building-people",
        "people_night",
        over,
        f"zones have buildings with more residents than they have themselves{most}",
        "correct the people of the zone or of its buildings",
        "warning",
    )


def building_size(facts: Facts) -> list[Finding]:
    """Floor area goes with ground and storeys, and has room for the people."""
    floors = facts.number("buildings", "floor_area_m2")
    storeys = facts.number("buildings", "storeys")
    ratio = floors / (_ground_m2(facts) * np.maximum(storeys, 1))
    odd = np.isfinite(ratio) & ((ratio < FLOORS_LOW) | (ratio > FLOORS_HIGH))
    people = facts.number("buildings", "people_night")
    full = np.isfinite(people) & (people > 0) & (floors / np.maximum(people, 1e-9) < CROWDED_M2)
    return [
        *facts.found("buildings", "building-size", "floor_area_m2", odd,
            "buildings have a floor area that does not go with their ground and storeys",
            "correct storeys, floor_area_m2 (the sum of all floors) or the shape", "warning"),
        *facts.found("buildings", "building-size", "people_night", full,
            f"buildings have less than {CROWDED_M2:g} m2 of floor a resident",
            "correct people_night or floor_area_m2", "warning"),
    ]  # fmt: skip


def _ground_m2(facts: Facts) -> Floats:
    """Area of each building's shape; NaN where it is a point or broken."""
    shapes = facts.city.buildings.geometry
    area = np.full(len(shapes), np.nan)
    drawn = usable(shapes.to_numpy()) & (shapely.get_dimensions(shapes.to_numpy()) == 2)
    if drawn.any():
        try:
            area[drawn] = shapes[drawn].to_crs(facts.city.identity.metric_crs).area
        except (CRSError, ValueError):  # `metric-crs` says so
            return area
    return np.where(area > 0, area, np.nan)


def entrance_height(facts: Facts) -> list[Finding]:
    """A sill is told above the ground around it, not above the sea."""
    height = facts.number("assets", "entrance_m")
    return facts.found(
        "assets",
        "entrance-height",
        "entrance_m",
        np.isfinite(height) & (height > ENTRANCE_M),
        f"entrances lie more than {ENTRANCE_M:g} m above the ground: no flood ever enters",
        "give the height above the ground around it; heights above the sea are elevation_m",
        "warning",
    )


def switching(facts: Facts) -> list[Finding]:
    """Only a normally open link has a switching time, and it is one of switching."""
    minutes = facts.number("links", "switching_min")
    is_open = facts.city.links["normally_open"].to_numpy(dtype=bool)
    told = np.isfinite(minutes)
    return [
        *facts.found("links", "switching", "switching_min", told & ~is_open,
            "links have a switching time, yet are not normally open: it does nothing",
            "set normally_open, or leave switching_min empty", "warning"),
        *facts.found("links", "switching", "switching_min",
            told & is_open & (minutes > SWITCHING_MIN),
            "links take more than a week to switch", "give switching_min in minutes", "warning"),
    ]  # fmt: skip


def broken_mark(facts: Facts) -> list[Finding]:
    """A mark of inference names a column of its table, and a value that is there."""
    found = []
    for name in MARKED:
        frame = facts.city.tables[name]
        known = {a.name: a for a in markable(TABLES[name])}
        codes, texts = pd.factorize(frame["inferred"])
        broken = np.array([_broken(str(text), set(known)) for text in texts], dtype=bool)
        wrong: Mask = broken[codes] if len(codes) else np.zeros(0, dtype=bool)
        for column, attribute in known.items():
            wrong = wrong | (marked(frame, column) & silent(attribute, frame[column]))
        found += facts.found(
            name,
            "broken-mark",
            "inferred",
            wrong,
            "rows mark values as inferred that are not there",
            "write column=rule, joined by `; `, for values that a rule filled in",
        )
    return found


def _broken(text: str, known: set[str]) -> bool:
    try:
        return not set(parse(text)) <= known
    except ValueError:
        return True
