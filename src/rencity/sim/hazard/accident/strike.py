"""What an accident puts out of service, when and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import shapely

from rencity.city.model import City
from rencity.city.rasters import Grid
from rencity.kit.errors import ScenarioError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import kinds_of
from rencity.sim.hazard.accident.blast import overpressure_kpa, reach_m, tnt_of_fuel_kg
from rencity.sim.hazard.accident.cloud import Cloud, cloud_of, map_of, people_within
from rencity.sim.hazard.accident.dispersion import FURTHEST_M, kg_m3_of_ppm
from rencity.sim.hazard.accident.spec import AccidentHazard, Explosion, Plume
from rencity.sim.hazard.accident.tables import (
    blast_limits_kpa,
    limit_ppm,
    staffed_kinds,
    substance_of,
)
from rencity.sim.hazard.feeling import check_placed
from rencity.sim.hazard.places import places_of
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import minutes_of, outages, selected
from rencity.sim.strike import Strike

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

DEGREE_M = 111_195.0


@dataclass
class _Out:
    """Outages gathered part by part."""

    asset: list[Index] = field(default_factory=list)
    minutes: list[Index] = field(default_factory=list)
    onset: list[Index] = field(default_factory=list)
    facts: dict[str, float | int | str] = field(default_factory=dict)
    layers: dict[str, Grid] = field(default_factory=dict)

    def add(self, rows: Index, minutes: int, onset: Index | None = None) -> None:
        self.asset.append(rows)
        self.minutes.append(np.full(len(rows), minutes, np.int64))
        self.onset.append(np.zeros(len(rows), np.int64) if onset is None else onset)


def accident_strikes(hazard: AccidentHazard, scene: Scene) -> list[Strike]:
    """Certain outages of what stands within the radius, in the blast, or is left by its staff.

    Raises
    ------
    ScenarioError : a substance, limit, kind or id that is not there
    CityError : an asset without a place
    """
    city, out = scene.city, _Out()
    geometry = city.assets.geometry.to_numpy()
    check_placed(geometry, city.assets["id"].to_numpy())
    far_m = distances_m(geometry, hazard.lon, hazard.lat)
    if hazard.radius_m is not None and hazard.hours is not None:
        fits = selected(city, hazard, place=_place(hazard)) & (far_m <= hazard.radius_m)
        out.add(np.flatnonzero(fits), minutes_of(hazard.hours))
        out.facts["assets_within_radius"] = int(fits.sum())
    if hazard.explosion is not None:
        _blast(hazard.explosion, city, far_m, out)
    if hazard.plume is not None:
        _gas(hazard, hazard.plume, city, out)
    return [_gathered(hazard.name, out)]


def unhit_by_accident(hazard: AccidentHazard, scene: Scene) -> list[Finding]:
    """An accident that touches nothing, and a plume longer than its curves were meant for."""
    strike = accident_strikes(hazard, scene)[0]
    found = []
    if not len(strike.out_asset):
        found.append(
            Finding(
                f"{hazard.name}-no-asset",
                "warning",
                f"nothing of the city is put out of service at {hazard.lon:g}, {hazard.lat:g}",
                "check lon and lat, the size of the accident, and which kinds it may strike",
            )
        )
    if float(strike.facts.get("contour_length_m", 0)) > FURTHEST_M:
        found.append(
            Finding(
                f"{hazard.name}-beyond-curves",
                "warning",
                f"the contour reaches {float(strike.facts['contour_length_m']) / 1000:.0f} km; "
                f"the dispersion curves hold up to {FURTHEST_M / 1000:.0f} km",
                "take its far end as an order of magnitude, or use a model for long distances",
            )
        )
    return found


def distances_m(geometry: npt.NDArray[np.object_], lon: float, lat: float) -> Array:
    """From a place to the nearest point of each geometry, (n,).

    On a plane that touches there: true to 0.1 % within 50 km.
    """
    scale = DEGREE_M * np.array([np.cos(np.radians(lat)), 1.0])
    flat = shapely.transform(geometry, lambda xy: (xy - [lon, lat]) * scale)
    return np.asarray(shapely.distance(flat, shapely.Point(0, 0)), np.float64)


def _blast(explosion: Explosion, city: City, far_m: Array, out: _Out) -> None:
    tnt_kg = explosion.tnt_kg
    if tnt_kg is None:
        tnt_kg = tnt_of_fuel_kg(
            explosion.fuel_kg or 0, explosion.heat_mj_kg or 0, explosion.yield_share or 0
        )
    kind = kinds_of(city.assets)
    limits = blast_limits_kpa()
    limit = np.array([limits.get(name, np.inf) for name in kind.categories])
    felt = overpressure_kpa(far_m, tnt_kg)
    gone = felt >= limit[kind.codes] if len(limit) else np.zeros(len(felt), bool)
    out.add(np.flatnonzero(gone), minutes_of(explosion.hours))
    out.facts |= {
        "tnt_kg": round(tnt_kg, 1),
        "assets_in_blast": int(gone.sum()),
        "radius_of_broken_windows_m": round(reach_m(2.07, tnt_kg), 1),
        "radius_of_serious_damage_m": round(reach_m(15.8, tnt_kg), 1),
    }


def _gas(hazard: AccidentHazard, plume: Plume, city: City, out: _Out) -> None:
    place = _place(hazard)
    substance, limit = substance_of(plume, place), limit_ppm(plume, place)
    limit_kg_m3 = kg_m3_of_ppm(limit, substance.molar_g)
    cloud = cloud_of(plume, hazard.lon, hazard.lat, limit_kg_m3)
    rows = _staffed(plume, city, place)
    lonlat = places_of(city.assets.geometry.to_numpy()[rows], vertices=False).lonlat
    found, x = cloud.at(lonlat) if len(rows) else (np.empty(0), np.empty(0))
    left = found >= limit_kg_m3
    arrival = np.rint(np.maximum(x[left], 0) / plume.wind_m_s / 60).astype(np.int64)
    out.add(rows[left], round(plume.release_min + plume.clearing_min), arrival)
    out.facts |= _told(cloud, city, limit, limit_kg_m3, int(left.sum()))
    grid = map_of(cloud)
    if grid is not None:
        out.layers["concentration"] = grid


def _staffed(plume: Plume, city: City, place: str) -> Index:
    known = city.catalogue.kinds
    for name in plume.kinds:
        if name not in known:
            raise ScenarioError(
                f"unknown kind {name!r}",
                place=f"{place}.plume.kinds",
                mend=did_you_mean(name, known, what="kind"),
            )
    kind = kinds_of(city.assets)
    wanted = kind.categories.get_indexer(list(plume.kinds or staffed_kinds()))
    return np.flatnonzero(np.isin(kind.codes, wanted[wanted >= 0]))


def _told(
    cloud: Cloud, city: City, limit: float, limit_kg_m3: float, left: int
) -> dict[str, float | int | str]:
    return {
        "limit_ppm": limit,
        "limit_mg_m3": round(limit_kg_m3 * 1e6, 3),
        "contour_length_m": round(cloud.length_m, 1),
        "contour_area_m2": round(cloud.area_m2, 1),
        "people_within": round(people_within(city, cloud.outline())),
        "assets_left_by_staff": left,
    }


def _gathered(name: str, out: _Out) -> Strike:
    asset, minutes, onset = (np.concatenate(part) for part in (out.asset, out.minutes, out.onset))
    order = np.argsort(asset, kind="stable")
    made = outages(name, asset[order], minutes[order])
    return replace(
        made,
        out_onset_min=onset[order].astype(np.int32),
        facts=out.facts,
        layers=out.layers,
    )


def _place(hazard: AccidentHazard) -> str:
    return f"hazard {hazard.name}"
