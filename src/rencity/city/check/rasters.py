"""Rules on the city's rasters: there, whole, placed, and under the whole city."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from rencity.city.check.facts import Facts
from rencity.kit.errors import InputError
from rencity.kit.findings import Finding, Severity


def raster_file(facts: Facts) -> list[Finding]:
    """Every raster that `city.toml` names is there as it was written, and says where it lies."""
    found = []
    for entry in facts.city.identity.rasters:
        try:
            grid = facts.city.raster(entry.name)
            pyproj.CRS.from_user_input(grid.crs)
        except InputError as exc:
            found.append(_of(entry.name, "raster-file", "error", exc.what, exc.mend))
        except CRSError:
            said = f"raster {entry.name}: no coordinate system is called {grid.crs!r}"
            found.append(_of(entry.name, "raster-file", "error", said, "write it with its EPSG"))
    return found


def raster_cover(facts: Facts) -> list[Finding]:
    """A raster knows a value under every asset."""
    at = shapely.get_coordinates(shapely.centroid(facts.city.assets.geometry.to_numpy()))
    at = at[np.isfinite(at).all(axis=1)]
    at = at[(np.abs(at[:, 0]) <= 180) & (np.abs(at[:, 1]) <= 90)]
    found = []
    for entry in facts.city.identity.rasters:
        try:
            bare = np.isnan(facts.city.raster(entry.name).nearest(at))
        except (InputError, CRSError, ProjError):
            continue  # `raster-file` says so
        if bare.any():
            said = f"raster {entry.name} knows nothing under {int(bare.sum())} of {len(at)} assets"
            mend = "import one that covers the city; what lies outside has no value of it"
            found.append(_of(entry.name, "raster-cover", "warning", said, mend))
    return found


def _of(name: str, rule: str, severity: Severity, what: str, mend: str) -> Finding:
    return Finding(rule, severity, what, mend, table="city.toml", field="rasters", ids=(name,))
