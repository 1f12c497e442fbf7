"""The ground under places: Vs30 and how easily soil liquefies, with what had to be assumed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.kit.findings import Finding
from rencity.sim.hazard.earthquake.liquefaction import classes
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard
from rencity.sim.hazard.earthquake.tables import table
from rencity.sim.hazard.rows import numbers, read_rows, refuse

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

RASTER = "vs30"
DEFAULT_M_S = 300.0
"""Stiff soil, class D of NEHRP (180 to 360 m/s)."""


@dataclass(frozen=True)
class Ground:
    """What lies under sites.

    Attributes
    ----------
    vs30_m_s : (s,), within the range of the relation
    susceptibility : (s,), place in `liquefaction.classes`; None: liquefaction is left out
    findings : what was assumed
    """

    vs30_m_s: Array
    susceptibility: Index | None
    findings: tuple[Finding, ...]


def ground_of(
    hazard: EarthquakeHazard, city: City, base: Path, lonlat: Array, zone: npt.NDArray[np.object_]
) -> Ground:
    """The ground at sites, (s, 2) longitude and latitude in zones (s,).

    Raises
    ------
    InputError : a broken table, an unknown zone or class, no such raster
    """
    velocity, assumed = _velocity(hazard, city, base, lonlat, zone)
    kept, clipped = _within(hazard.name, velocity)
    liquid, dry = _susceptibility(hazard, city, base, lonlat, zone)
    return Ground(kept, liquid, (*assumed, *clipped, *dry))


def zoned(hazard: EarthquakeHazard) -> bool:
    """Whether the ground goes by zones."""
    return bool(hazard.vs30_table or (hazard.liquefaction and hazard.liquefaction.zones))


def _velocity(
    hazard: EarthquakeHazard, city: City, base: Path, lonlat: Array, zone: npt.NDArray[np.object_]
) -> tuple[Array, list[Finding]]:
    n = len(lonlat)
    if hazard.vs30_m_s is not None:
        return np.full(n, hazard.vs30_m_s), []
    if hazard.vs30_table:
        path = base / hazard.vs30_table
        frame = _by_zone(path, "vs30_m_s", city)
        given = numbers(frame, "vs30_m_s", path)
        low = np.flatnonzero(given <= 0)
        if len(low):
            refuse(frame, "vs30_m_s", int(low[0]), path, "is no velocity above 0")
        found = pd.Series(given, index=frame["zone"].to_numpy(object)).reindex(zone)
        return _filled(hazard, found.to_numpy(np.float64), f"table {hazard.vs30_table}")
    if city.has_raster(RASTER):
        found_m_s = city.raster(RASTER).nearest(lonlat).astype(np.float64)
        found_m_s[~(found_m_s > 0)] = np.nan
        return _filled(hazard, found_m_s, f"raster {RASTER}")
    return _filled(hazard, np.full(n, np.nan), "")


def _filled(hazard: EarthquakeHazard, found: Array, origin: str) -> tuple[Array, list[Finding]]:
    open_ = np.isnan(found)
    if not open_.any():
        return found, []
    where = (
        f"{origin} leaves {open_.mean():.1%} of its sites open" if origin else "no Vs30 is known"
    )
    finding = Finding(
        f"{hazard.name}-vs30",
        "warning",
        f"{where}: hazard {hazard.name} takes {DEFAULT_M_S:g} m/s (stiff soil) there",
        f"give vs30_m_s or vs30_table in the hazard, or the city a raster {RASTER}",
    )
    return np.where(open_, DEFAULT_M_S, found), [finding]


def _within(name: str, velocity: Array) -> tuple[Array, list[Finding]]:
    low, high = table("bssa14")["valid"]["vs30_m_s"]
    kept = velocity.clip(low, high)
    out = kept != velocity
    if not out.any():
        return kept, []
    finding = Finding(
        f"{name}-vs30-range",
        "warning",
        f"Vs30 from {velocity[out].min():g} to {velocity[out].max():g} m/s at {out.mean():.1%} of "
        f"the sites of {name}: the relation holds from {low:g} to {high:g}; its end is taken",
        "check the velocities",
    )
    return kept, [finding]


def _susceptibility(
    hazard: EarthquakeHazard, city: City, base: Path, lonlat: Array, zone: npt.NDArray[np.object_]
) -> tuple[Index | None, list[Finding]]:
    soil = hazard.liquefaction
    if soil is None:
        return None, [
            Finding(
                f"{hazard.name}-no-liquefaction",
                "note",
                f"hazard {hazard.name} says nothing of soil: none liquefies",
                'give it liquefaction = { susceptibility = "…" }, or a raster or table of it',
            )
        ]
    rest = classes().index(soil.susceptibility)
    if soil.raster:
        return _from_raster(soil.raster, city, lonlat, rest), []
    if not soil.zones:
        return np.full(len(lonlat), rest, np.int64), []
    path = base / soil.zones
    frame = _by_zone(path, "susceptibility", city)
    code = pd.Index(classes()).get_indexer(frame["susceptibility"])
    bad = np.flatnonzero(code < 0)
    if len(bad):
        known = ", ".join(classes())
        refuse(frame, "susceptibility", int(bad[0]), path, f"is no class: one of {known}")
    found = pd.Series(code, index=frame["zone"].to_numpy(object)).reindex(zone, fill_value=rest)
    return found.to_numpy(np.int64), []


def _from_raster(raster: str, city: City, lonlat: Array, rest: int) -> Index:
    code = city.raster(raster).nearest(lonlat).astype(np.float64)
    bad = np.flatnonzero(~np.isnan(code) & ~np.isin(code, np.arange(len(classes()))))
    if len(bad):
        raise InputError(
            f"{code[bad[0]]:g} is no class of susceptibility",
            place=f"raster {raster}",
            mend=f"write 0 for {classes()[0]} to {len(classes()) - 1} for {classes()[-1]}",
        )
    return np.where(np.isnan(code), rest, code).astype(np.int64)


def _by_zone(path: Path, column: str, city: City) -> pd.DataFrame:
    """A table with one row a zone of the city."""
    frame = read_rows(path, ("zone", column), text=("zone", "susceptibility"))
    names = frame["zone"].astype(str).str.strip()
    unknown = np.flatnonzero(~names.isin(city.zones["id"]))
    if len(unknown):
        refuse(frame, "zone", int(unknown[0]), path, "is no zone of this city")
    twice = np.flatnonzero(names.duplicated())
    if len(twice):
        refuse(frame, "zone", int(twice[0]), path, "stands twice")
    return frame.assign(zone=names)
