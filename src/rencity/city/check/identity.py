"""Rules on `city.toml`."""

from __future__ import annotations

import zoneinfo

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError

from rencity.city.check.facts import Facts
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding

SCALE_TOLERANCE = 0.01


def catalogue(facts: Facts) -> list[Finding]:
    """The city's own lifelines and kinds fit the catalogue's schema."""
    try:
        _ = facts.city.catalogue
    except CityError as exc:
        return [Finding("catalogue", "error", exc.what, exc.mend, table="city.toml", field="kinds")]
    own = facts.city.identity.kinds
    lost = sorted(k for k in own if k.partition(".")[0] not in facts.catalogue.lifelines)
    if not lost:
        return []
    return [
        Finding(
            "catalogue",
            "error",
            f"{len(lost)} kinds of this city belong to no lifeline",
            "write a kind as lifeline.kind, and declare the lifeline under [lifelines]",
            table="city.toml",
            field="kinds",
            ids=tuple(lost),
        )
    ]


def time_zone(facts: Facts) -> list[Finding]:
    """The time zone is one of the IANA names."""
    name = facts.city.identity.time_zone
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return [
            Finding(
                "time-zone",
                "error",
                f"no time zone is called {name!r}",
                "use an IANA name such as Asia/Shanghai",
                table="city.toml",
                field="time_zone",
            )
        ]
    return []


def metric_crs(facts: Facts) -> list[Finding]:
    """The metric system is projected, in metres, and true to scale where the city is."""
    name = facts.city.identity.metric_crs
    try:
        crs = pyproj.CRS.from_user_input(name)
    except CRSError:
        return [_metric("error", f"no coordinate system is called {name!r}")]
    if not crs.is_projected:
        return [_metric("error", f"{name} ({crs.name}) is not projected")]
    unit = crs.axis_info[0].unit_name if crs.axis_info else ""
    if unit != "metre":
        return [_metric("error", f"{name} ({crs.name}) is in {unit or 'no unit'}, not metres")]
    return _scale(facts, crs)


def _scale(facts: Facts, crs: pyproj.CRS) -> list[Finding]:
    points = shapely.get_coordinates(facts.city.assets.geometry.values)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return []
    lon, lat = np.median(points, axis=0)
    if abs(lon) > 180 or abs(lat) > 90:
        return []
    factors = pyproj.Proj(crs).get_factors(lon, lat)
    off = max(abs(factors.meridional_scale - 1), abs(factors.parallel_scale - 1))
    if np.isfinite(off) and off <= SCALE_TOLERANCE:
        return []
    name = facts.city.identity.metric_crs
    shown = f"{off:.0%}" if np.isfinite(off) else "without bound"
    return [_metric("warning", f"lengths in {name} are off by {shown} at the city's centre")]


def _metric(severity: str, what: str) -> Finding:
    return Finding(
        "metric-crs",
        "error" if severity == "error" else "warning",
        what,
        "use a local system in metres, such as the UTM zone (EPSG:32651 for 120-126 E)",
        table="city.toml",
        field="metric_crs",
    )
