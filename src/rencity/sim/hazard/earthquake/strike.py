"""An earthquake's strikes: one for each measure that some class of the city feels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from rasterio.transform import Affine

from rencity.city.rasters import WGS84, Grid
from rencity.kit.errors import CityError
from rencity.sim.classes import MEASURES
from rencity.sim.hazard.earthquake.ground import Ground, ground_of, zoned
from rencity.sim.hazard.earthquake.liquefaction import classes
from rencity.sim.hazard.earthquake.relation import motion
from rencity.sim.hazard.earthquake.rupture import distances
from rencity.sim.hazard.earthquake.shaking import NOTHING, GroundFailure, Shaking, mix_of
from rencity.sim.hazard.earthquake.sites import Frame, Sites, frame_of, range_km, sites_of
from rencity.sim.hazard.earthquake.sizes import Shock, shocks_of
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard
from rencity.sim.hazard.earthquake.tables import table
from rencity.sim.hazard.earthquake.torus import Fields
from rencity.sim.hazard.sampling import Feelers, feelers_of, sampled_strike
from rencity.sim.hazard.scene import Scene
from rencity.sim.strike import Strike

Array = npt.NDArray[np.float64]
F32 = npt.NDArray[np.float32]

SHAKING = ("PGA", "PGV", "SA1")
SOIL_MEASURE = "PGD"


@dataclass(frozen=True)
class Setting:
    """What all measures of a hazard share."""

    hazard: EarthquakeHazard
    scene: Scene
    shocks: tuple[Shock, ...]
    frame: Frame

    def sites(self, feelers: Feelers) -> Sites:
        """Sites of assets that feel a measure."""
        zone = None
        if zoned(self.hazard):
            zone = self.scene.city.assets["zone"].to_numpy(object)[feelers.rows]
        return sites_of(self.frame, feelers.lonlat, zone)

    def ground(self, sites: Sites) -> Ground:
        """What lies under sites."""
        city, base = self.scene.city, self.scene.base
        return ground_of(self.hazard, city, base, sites.lonlat, sites.zone)

    def shaking(self, measure: str, sites: Sites, ground: Ground) -> Shaking:
        """A measure of shaking at sites."""
        hazard = self.hazard
        mean = np.empty((len(self.shocks), len(sites.lonlat)), np.float32)
        within, between = np.empty_like(mean), np.empty(len(self.shocks), np.float32)
        farthest_km = table(hazard.relation)["valid"]["rjb_km"][1]
        for row, shock in enumerate(self.shocks):
            rjb_km = distances(shock.rupture, sites.lonlat).joyner_boore
            moved = motion(
                measure,
                shock.magnitude,
                hazard.mechanism,
                rjb_km,
                ground.vs30_m_s,
                hazard.region,
            )
            mean[row] = np.where(rjb_km > farthest_km, NOTHING, moved.mean)
            within[row], between[row] = moved.within, moved.between
        mix = mix_of(measure)
        fields = None
        if hazard.scatter == "full":
            fields = Fields(self.frame.torus, range_km(measure, hazard.soil), mix, sites.cell)
        return Shaking(mean, between, within, mix, fields)


def setting_of(hazard: EarthquakeHazard, scene: Scene) -> Setting:
    """Events and frame of a hazard on a city.

    Raises
    ------
    CityError : no asset of the city has a place
    ScenarioError : the source or its magnitudes do not make sense
    """
    bounds = np.asarray(scene.city.assets.total_bounds, np.float64)
    if not np.isfinite(bounds).all():
        raise CityError(
            "no asset has a place to be shaken",
            place="assets.geometry",
            mend="give coordinates in WGS-84; rencity city check lists such assets",
        )
    return Setting(hazard, scene, shocks_of(hazard), frame_of(bounds, hazard.soil))


def earthquake_strikes(hazard: EarthquakeHazard, scene: Scene) -> list[Strike]:
    """A strike for each measure of shaking, and one for soil that gives way if it may.

    Raises
    ------
    CityError : an asset without a place, or a pipe without a length
    InputError : a broken table of the ground
    ScenarioError : the source, or a class without repair
    """
    setting = setting_of(hazard, scene)
    strikes = [_shaken(setting, measure) for measure in SHAKING]
    if hazard.liquefaction is not None:
        strikes.append(_displaced(setting))
    return [replace(strikes[0], facts=_facts(setting)), *strikes[1:]]


def measures_of_hazard(hazard: EarthquakeHazard) -> tuple[str, ...]:
    """Measures the hazard has."""
    return (*SHAKING, SOIL_MEASURE) if hazard.liquefaction else SHAKING


def _shaken(setting: Setting, measure: str) -> Strike:
    feelers = feelers_of(setting.scene, measure)
    sites = setting.sites(feelers)
    shaking = setting.shaking(measure, sites, setting.ground(sites))
    strike = _strike(setting, feelers, shaking, sites)
    if not len(feelers.rows):
        return strike
    likely = int(np.argmax([shock.weight for shock in setting.shocks]))
    layer = _layer(setting, sites, shaking.mean[likely], measure)
    return replace(strike, layers={f"{measure}-median": layer})


def _displaced(setting: Setting) -> Strike:
    feelers = feelers_of(setting.scene, SOIL_MEASURE)
    sites = setting.sites(feelers)
    ground = setting.ground(sites)
    soil = setting.hazard.liquefaction
    susceptibility = ground.susceptibility
    if soil is None or susceptibility is None:
        raise ValueError("no liquefaction to draw")
    field = GroundFailure(
        shaking=setting.shaking("PGA", sites, ground),
        magnitude=tuple(shock.magnitude for shock in setting.shocks),
        susceptibility=susceptibility,
        groundwater_m=soil.groundwater_m,
        key=(sites.cell * len(classes()) + susceptibility).astype(np.uint64),
    )
    return _strike(setting, feelers, field, sites)


def _strike(
    setting: Setting, feelers: Feelers, field: Shaking | GroundFailure, sites: Sites
) -> Strike:
    return sampled_strike(
        setting.hazard.name,
        setting.scene,
        feelers,
        field,
        sites.of,
        weight=np.array([shock.weight for shock in setting.shocks]),
        event=tuple(shock.name for shock in setting.shocks),
    )


def _facts(setting: Setting) -> dict[str, float | int | str]:
    """The source as it was taken: sizes in km, and how near it comes to the city."""
    shocks: Sequence[Shock] = setting.shocks
    largest = max(shocks, key=lambda shock: shock.magnitude)
    west, south, east, north = setting.scene.city.assets.total_bounds
    middle = np.array([[(west + east) / 2, (south + north) / 2]])
    away = distances(largest.rupture, middle)
    return {
        "largest_magnitude": largest.magnitude,
        "rupture_length_km": round(largest.rupture.length_km, 3),
        "rupture_width_km": round(largest.rupture.width_km, 3),
        "rupture_top_km": round(largest.rupture.top_km, 3),
        "rupture_bottom_km": round(largest.rupture.bottom_km, 3),
        "joyner_boore_to_middle_of_city_km": round(float(away.joyner_boore[0]), 3),
        "rupture_to_middle_of_city_km": round(float(away.rupture[0]), 3),
        "scatter_cell_km": setting.frame.torus.cell_km,
    }


def _layer(setting: Setting, sites: Sites, mean: F32, measure: str) -> Grid:
    """Median of a measure where something feels it, as a raster of the sites' squares."""
    low = sites.square.min(axis=0)
    columns, rows = sites.square.max(axis=0) - low + 1
    values = np.full((rows, columns), np.nan, np.float32)
    east, north = (sites.square - low).T
    values[rows - 1 - north, east] = np.exp(mean)
    corner = setting.frame.corner(np.array([low[0], low[1] + rows]))
    wide, high = setting.frame.size_deg
    transform = Affine(wide, 0.0, corner[0], 0.0, -high, corner[1])
    return Grid(values, transform, WGS84, MEASURES[measure])
