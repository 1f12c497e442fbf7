"""What a typhoon does to a city: peak gusts, damage by them, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from rasterio.transform import Affine

from rencity.city.model import City
from rencity.city.rasters import WGS84, Grid
from rencity.kit.findings import Finding
from rencity.sim.damage import Assigned, Classes, assign, exceedance, repair_tables, states_of
from rencity.sim.hazard.feeling import check_placed, pipe_lengths_m
from rencity.sim.hazard.places import Places, places_of
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import probable
from rencity.sim.hazard.typhoon.averaging import gust_of_sea_mean
from rencity.sim.hazard.typhoon.members import Member, members_of
from rencity.sim.hazard.typhoon.passage import Passage, passage_of
from rencity.sim.hazard.typhoon.spec import TyphoonHazard
from rencity.sim.hazard.typhoon.sweep import nearest_km, peak_wind
from rencity.sim.hazard.typhoon.track import read_track
from rencity.sim.hazard.unhit import without_class_of
from rencity.sim.strike import Strike

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

GUST = "gust"
ACROSS = 128
"""Cells of the map of gusts along the longer side of the city."""
HARMLESS_M_S = 17.2
"""A gust below Beaufort 8 breaks no twigs: the storm is said not to have come near."""
TRIED = 10_000


def typhoon_strikes(hazard: TyphoonHazard, scene: Scene) -> list[Strike]:
    """Damage by the peak gust of each storm of the set, at the time of the likeliest one's peak.

    Raises
    ------
    InputError : a faulty track, with its row
    ScenarioError : a landfall outside the track; classes that are not there
    CityError : an asset without a place, or a pipe without a length
    """
    city, classes = scene.city, scene.classes
    members = members_of(_passage(hazard, scene), hazard.spread)
    assigned = assign(city.assets, classes, [GUST])
    rows = np.flatnonzero(assigned.fragility.codes >= 0)
    places = _places(city, rows, vertices=hazard.at == "max")
    depth = _most_states(assigned, rows, classes)
    lengths = pipe_lengths_m(assigned, rows, classes, city)
    to_gust = gust_of_sea_mean(hazard.roughness_m)
    exceed = np.zeros((len(members), depth, len(rows)))
    when = np.zeros(len(rows))
    strongest = np.zeros(len(members))
    for number, member in enumerate(members):
        wind, minutes = peak_wind(member.passage, places.lonlat)
        gust = places.worst(wind * to_gust)
        if number == 0:
            when = _at_worst(places, wind, minutes)
        strongest[number] = gust.max(initial=0.0)
        _fill(exceed[number], gust, assigned, rows, classes, lengths)
    table, tables = repair_tables(assigned, rows, classes, city.assets["id"], depth)
    made = probable(
        hazard.name, rows, exceed, table, tables,
        np.array([member.weight for member in members]), tuple(m.name for m in members),
    )  # fmt: skip
    return [
        replace(
            made,
            onset_min=np.rint(when[np.searchsorted(rows, made.asset)]).astype(np.int32),
            facts=_facts(members, strongest, when, places),
            layers=_layers(members[0].passage, city, to_gust),
        )
    ]


def unhit_by_typhoon(hazard: TyphoonHazard, scene: Scene) -> list[Finding]:
    """Kinds without a fragility for gusts; a storm that passes far away, or after the run."""
    found = without_class_of([GUST], hazard.name, scene)
    geometry = scene.city.assets.geometry.to_numpy()
    if not len(geometry):
        return found
    step = max(1, len(geometry) // TRIED)
    check_placed(geometry[::step], scene.city.assets["id"].to_numpy()[::step])
    places = places_of(geometry[::step], vertices=False)
    passage = _passage(hazard, scene)
    wind, minutes = peak_wind(passage, places.lonlat)
    gust = float(wind.max()) * gust_of_sea_mean(hazard.roughness_m)
    if gust < HARMLESS_M_S:
        found.append(_far_away(hazard, nearest_km(passage, places.lonlat), gust))
    first_h = hazard.start_h + float(minutes.min()) / 60
    if first_h * 60 >= scene.horizon_min:
        found.append(_too_late(hazard, first_h, scene.horizon_min / 60))
    return found


def _passage(hazard: TyphoonHazard, scene: Scene) -> Passage:
    path = scene.base / hazard.track
    track = read_track(path, ambient_hpa=hazard.ambient_hpa, fastest_m_s=hazard.fastest_m_s)
    return passage_of(hazard, track)


def _places(city: City, rows: Index, *, vertices: bool) -> Places:
    geometry = city.assets.geometry.to_numpy()[rows]
    check_placed(geometry, city.assets["id"].to_numpy()[rows])
    return places_of(geometry, vertices=vertices)


def _most_states(assigned: Assigned, rows: Index, classes: Classes) -> int:
    names = assigned.fragility.categories
    used = np.unique(assigned.fragility.codes[rows])
    return max((len(states_of(classes.fragility[names[code]])) for code in used), default=1)


def _at_worst(places: Places, wind: Array, minutes: Array) -> Array:
    """Minutes at the point of each asset where the wind is highest."""
    if len(wind) == len(places.start):
        return minutes
    order = np.lexsort((-wind, places.owner))
    return minutes[order][places.start]


def _fill(
    exceed: Array, gust: Array, assigned: Assigned, rows: Index, classes: Classes, lengths: Array
) -> None:
    codes = assigned.fragility.codes[rows]
    for code in np.unique(codes):
        at = np.flatnonzero(codes == code)
        curve = classes.fragility[assigned.fragility.categories[code]]
        worse = exceedance(curve, gust[at], lengths[at])
        exceed[: len(worse), at] = worse


def _facts(
    members: list[Member], strongest: Array, when: Array, places: Places
) -> dict[str, float | int | str]:
    central = members[0].passage
    facts: dict[str, float | int | str] = {
        "storms": len(members),
        "lowest_pressure_deficit_hpa": round(float(central.deficit_hpa.min()), 1),
        "highest_pressure_deficit_hpa": round(float(central.deficit_hpa.max()), 1),
        "least_holland_b": round(float(central.shape.min()), 2),
        "greatest_holland_b": round(float(central.shape.max()), 2),
    }
    if len(when):
        facts |= {
            "peak_gust_m_s": round(float(strongest[0]), 1),
            "peak_gust_of_any_storm_m_s": round(float(strongest.max()), 1),
            "nearest_km": round(nearest_km(central, places.lonlat), 1),
            "first_peak_h": round(float(when.min()) / 60, 1),
            "last_peak_h": round(float(when.max()) / 60, 1),
        }
    return facts


def _layers(passage: Passage, city: City, to_gust: float) -> dict[str, Grid]:
    """Peak gust of the likeliest storm over the box of all assets."""
    bounds = city.assets.total_bounds
    if not np.isfinite(bounds).all():
        return {}
    west, south, east, north = bounds.tolist()
    size = max(east - west, north - south, 1e-3) / ACROSS
    columns, rows = (max(1, round(span / size)) for span in (east - west, north - south))
    lon = west + (np.arange(columns) + 0.5) * size
    lat = north - (np.arange(rows) + 0.5) * size
    lonlat = np.column_stack([np.tile(lon, rows), np.repeat(lat, columns)])
    gust = peak_wind(passage, lonlat)[0] * to_gust
    values = gust.reshape(rows, columns).astype(np.float32)
    return {"peak_gust": Grid(values, Affine(size, 0, west, 0, -size, north), WGS84, "m/s")}


def _far_away(hazard: TyphoonHazard, km: float, gust: float) -> Finding:
    return Finding(
        f"{hazard.name}-far-away",
        "warning",
        f"the storm comes no nearer than {km:,.0f} km; the highest gust in the city is "
        f"{gust:.1f} m/s",
        "check lon and lat of the track, and whether it is a track for this city",
    )


def _too_late(hazard: TyphoonHazard, first_h: float, horizon_h: float) -> Finding:
    return Finding(
        f"{hazard.name}-too-late",
        "warning",
        f"the wind peaks {first_h:.1f} h after the start or later, the run ends at {horizon_h:g} h",
        "raise horizon_h, or begin the track nearer to the city",
    )
