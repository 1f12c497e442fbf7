"""Rules on shapes: there, sound, of the right sort, in the city, as long as they say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.check.facts import Facts, Mask
from rencity.city.schema import TABLES
from rencity.kit.findings import Finding, Severity

Shapes = npt.NDArray[np.object_]
Points = npt.NDArray[np.float64]

SPATIAL = tuple(name for name, table in TABLES.items() if table.geometry)
MARGIN_DEG = 0.2
"""About 20 km: how far a city's things may lie outside its zones, or half their extent if more."""

FACTORS = {
    "feet": 3.28084,
    "feet converted to metres twice": 0.3048,
    "kilometres": 0.001,
    "miles": 1 / 1609.344,
    "miles converted to metres twice": 1609.344,
    "millimetres": 1000.0,
}
"""Unit that a length is really in -> length as written / length in metres."""

FACTOR_TOLERANCE = 0.05
SHORTEST, LONGEST = 0.9, 3.0
"""Written length over drawn length that is still believed: drawings straighten bends."""


def usable(shapes: Shapes) -> Mask:
    """Shapes that can be worked with: there, not empty, finite, valid."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    fine = np.asarray(there)
    fine[fine] = np.isfinite(shapely.bounds(shapes[fine])).all(axis=1)
    fine[fine] = shapely.is_valid(shapes[fine])
    return fine


def geometry_missing(facts: Facts) -> list[Finding]:
    """Every asset and zone has a place."""
    found = []
    for name in SPATIAL:
        shapes = _shapes(facts, name)
        bare = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        found += _finding(
            facts,
            "geometry-missing",
            name,
            bare,
            "rows have no geometry: "
            + ("no field hazard reaches them" if name == "assets" else "no map shows them"),
            "give coordinates in WGS-84",
            "error" if name == "assets" else "warning",
        )
    return found


def geometry_invalid(facts: Facts) -> list[Finding]:
    """Every shape is finite and does not cross itself."""
    found = []
    for name in SPATIAL:
        shapes = _shapes(facts, name)
        there = np.asarray(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
        broken = there & ~usable(shapes)
        reason = shapely.is_valid_reason(shapes[broken][:1])
        found += _finding(
            facts,
            "geometry-invalid",
            name,
            broken,
            f"shapes are broken ({', '.join(reason)})",
            "mend the outline (make valid), or correct coordinates that are not finite",
        )
    return found


def geometry_type(facts: Facts) -> list[Finding]:
    """A shape is of the sort its table and kind take: nodes points or areas, links lines."""
    found = []
    for name in SPATIAL:
        shapes = _shapes(facts, name)
        there = ~shapely.is_missing(shapes)
        names = np.asarray(facts.city.tables[name].geometry.geom_type, dtype=object)
        strange = np.asarray(there & ~np.isin(names, TABLES[name].geometry))
        found += _finding(
            facts,
            "geometry-type",
            name,
            strange,
            f"shapes are of type {', '.join(sorted(set(names[strange])))}",
            f"use {', '.join(TABLES[name].geometry)}",
        )
    line = np.asarray(shapely.get_dimensions(_shapes(facts, "assets")) == 1)
    point = np.asarray(shapely.get_dimensions(_shapes(facts, "assets")) == 0)
    unmeasured = facts.is_link & point & ~np.isfinite(facts.number("assets", "length_m"))
    found += _finding(
        facts, "geometry-type", "assets", line & facts.is_node,
        "assets are nodes by kind, yet lines by shape",
        "give a point or an area, or a kind with the role link", "warning",
    )  # fmt: skip
    found += _finding(
        facts, "geometry-type", "assets", unmeasured,
        "assets are links by kind, yet points by shape and without length_m",
        "give a line or length_m: a rate per km needs the length", "warning",
    )  # fmt: skip
    return found


def outside_city(facts: Facts) -> list[Finding]:
    """Every coordinate is on Earth, not at 0/0, not swapped, and in or near the zones."""
    box = _city_box(facts)
    found = []
    for name in SPATIAL:
        points = _centres(_shapes(facts, name))
        there = np.isfinite(points).all(axis=1)
        origin = there & np.asarray((np.abs(points) < 1e-6).all(axis=1))
        on_earth = _on_earth(points)
        far = ~on_earth if box is None else ~_within(points, box)
        far &= there & ~origin
        turned = points[:, ::-1]
        swapped = far & (_on_earth(turned) if box is None else _within(turned, box))
        metres = far & ~swapped & ~on_earth
        away = far & ~swapped & on_earth
        mend = "correct the coordinates; they are longitude, latitude in WGS-84"
        cases: tuple[tuple[Mask, str, Severity], ...] = (
            (origin, "rows lie at longitude 0, latitude 0", "error"),
            (swapped, "rows have longitude and latitude swapped", "error"),
            (metres, "rows are not on Earth: are these metres of a projected system?", "error"),
            (away, "rows lie far outside the city's zones", "warning"),
        )
        for which, what, severity in cases:
            found += _finding(facts, "outside-city", name, which, what, mend, severity)
    return found


def length_mismatch(facts: Facts) -> list[Finding]:
    """A length that is written agrees with the one that is drawn."""
    shapes = _shapes(facts, "assets")
    line = usable(shapes) & np.asarray(shapely.get_dimensions(shapes) == 1)
    drawn = np.zeros(len(shapes))
    drawn[line] = _line_m(shapes[line])
    found = _lengths(facts, "assets", facts.number("assets", "length_m"), drawn, LONGEST)
    point = usable(shapes) & np.asarray(shapely.get_dimensions(shapes) == 0)
    both = (facts.start >= 0) & (facts.end >= 0)
    both[both] = point[facts.start[both]] & point[facts.end[both]]
    between = np.zeros(len(both))
    places = _centres(shapes)
    between[both] = _metres(places[facts.start[both]], places[facts.end[both]])
    return found + _lengths(facts, "links", facts.number("links", "length_m"), between, np.inf)


def _lengths(
    facts: Facts, table: str, written: Points, drawn: Points, longest: float
) -> list[Finding]:
    compared = np.isfinite(written) & (written > 0) & (drawn > 1)
    ratio = np.full(len(written), 1.0)
    ratio[compared] = written[compared] / drawn[compared]
    if not compared.any():
        return []
    middle = float(np.median(ratio[compared]))
    if unit := _unit(middle):
        return _finding(
            facts, "length-mismatch", table, compared & (np.abs(ratio / middle - 1) < 0.5),
            f"lengths are {middle:.4g} times what is drawn: they look like {unit}",
            "convert length_m to metres", "error", "length_m",
        )  # fmt: skip
    odd = compared & ((ratio < SHORTEST) | (ratio > longest))
    said = f", by {ratio[odd].min():.3g} to {ratio[odd].max():.3g} times" if odd.any() else ""
    unit = _unit(float(np.median(ratio[odd]))) if odd.any() else ""
    return _finding(
        facts, "length-mismatch", table, odd,
        f"lengths disagree with what is drawn{said}{f': they look like {unit}' if unit else ''}",
        "correct length_m or the shape; leave length_m empty to measure the shape",
        "warning", "length_m",
    )  # fmt: skip


def _unit(ratio: float) -> str:
    near = (u for u, f in FACTORS.items() if abs(ratio / f - 1) < FACTOR_TOLERANCE)
    return next(near, "")


def _shapes(facts: Facts, table: str) -> Shapes:
    return facts.city.tables[table].geometry.to_numpy()


def _centres(shapes: Shapes) -> Points:
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    with np.errstate(invalid="ignore", over="ignore"):
        return (bounds[:, :2] + bounds[:, 2:]) / 2


def _on_earth(points: Points) -> Mask:
    return (np.abs(points[:, 0]) <= 180) & (np.abs(points[:, 1]) <= 90)


def _within(points: Points, box: Points) -> Mask:
    return ((points >= box[0]) & (points <= box[1])).all(axis=1)


def _city_box(facts: Facts) -> Points | None:
    """Corners of the city with its margin: from zones, or assets where no zone has a shape.

    The middle nine tenths decide, so a few rows gone astray do not stretch it.
    """
    for name in ("zones", "assets"):
        shapes = _shapes(facts, name)
        points = _centres(shapes)
        sound = np.isfinite(points).all(axis=1) & _on_earth(points)
        sound &= ~(np.abs(points) < 1e-6).all(axis=1)
        if not sound.any():
            continue
        middle = np.median(points[sound], axis=0)
        spread = np.quantile(np.abs(points[sound] - middle), 0.9, axis=0)
        reach = 3 * spread + MARGIN_DEG
        core = sound & _within(points, np.array([middle - reach, middle + reach]))
        bounds = shapely.bounds(shapes[core])
        low, high = bounds[:, :2].min(axis=0), bounds[:, 2:].max(axis=0)
        margin = np.maximum(MARGIN_DEG, (high - low) / 2)
        return np.array([low - margin, high + margin])
    return None


def _line_m(shapes: Shapes) -> Points:
    points, of = shapely.get_coordinates(shapes, return_index=True)
    parts = shapely.get_parts(shapes)
    steps = _metres(points[:-1], points[1:])
    first = np.zeros(len(points), dtype=bool)
    first[np.cumsum(shapely.get_num_coordinates(parts))[:-1]] = True
    steps[first[1:]] = 0
    return np.bincount(of[1:], steps, minlength=len(shapes)).astype(np.float64)


def _metres(a: Points, b: Points) -> Points:
    """Distance between points near each other, on the WGS-84 ellipsoid's local radii."""
    lat = np.radians((a[:, 1] + b[:, 1]) / 2)
    e2, equator = 0.00669437999014, 6378137.0
    w2 = 1 - e2 * np.sin(lat) ** 2
    north = np.radians(b[:, 1] - a[:, 1]) * equator * (1 - e2) / w2**1.5
    east = np.radians(b[:, 0] - a[:, 0]) * equator * np.cos(lat) / np.sqrt(w2)
    return np.hypot(north, east)


def _finding(
    facts: Facts,
    rule: str,
    table: str,
    which: Mask,
    what: str,
    mend: str,
    severity: Severity = "error",
    field: str = "geometry",
) -> list[Finding]:
    if not which.any():
        return []
    said = f"{int(which.sum())} {what}"
    ids = facts.ids(table, which)
    return [Finding(rule, severity, said, mend, table=table, field=field, ids=ids)]
