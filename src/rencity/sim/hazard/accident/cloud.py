"""A plume on the map: its contour, who lives in it, its concentrations at places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.transform import Affine

from rencity.city.model import City
from rencity.city.rasters import WGS84 as WGS84_NAME
from rencity.city.rasters import Grid
from rencity.sim.hazard.accident.dispersion import concentration_kg_m3, contour, sigmas_m
from rencity.sim.hazard.accident.spec import Plume
from rencity.sim.hazard.places import WGS84

Array = npt.NDArray[np.float64]

BREATH_M = 1.5
"""Height at which people breathe."""
LOOKED_M = 50_000.0
STATIONS = 4000
ACROSS = 160
MG_PER_KG = 1e6


@dataclass(frozen=True)
class Cloud:
    """A plume at its place.

    Attributes
    ----------
    x_m, half_m : (k,), distances downwind and half width of the contour there
    limit_kg_m3 : concentration of the contour
    """

    plume: Plume
    lon: float
    lat: float
    limit_kg_m3: float
    x_m: Array
    half_m: Array

    @property
    def length_m(self) -> float:
        """How far downwind the contour reaches."""
        inside = np.flatnonzero(self.half_m > 0)
        return float(self.x_m[inside[-1]]) if len(inside) else 0.0

    @property
    def area_m2(self) -> float:
        """Area of the contour."""
        return float(np.trapezoid(2 * self.half_m, self.x_m))

    def at(self, lonlat: Array) -> tuple[Array, Array]:
        """Concentration at breathing height, kg/m3, and the distance downwind, m, of places."""
        x, y = self.local(lonlat)
        return _middle(self.plume, x, y, BREATH_M), x

    def local(self, lonlat: Array) -> tuple[Array, Array]:
        """Metres downwind and across, from degrees."""
        n = len(lonlat)
        toward, _, far = WGS84.inv(
            np.full(n, self.lon), np.full(n, self.lat), lonlat[:, 0], lonlat[:, 1]
        )
        turn = np.radians(np.asarray(toward) - self.plume.wind_from_deg - 180)
        return np.asarray(far) * np.cos(turn), np.asarray(far) * np.sin(turn)

    def outline(self) -> shapely.Polygon:
        """The contour in degrees; empty where the limit is nowhere reached."""
        inside = self.half_m > 0
        if inside.sum() < 2:
            return shapely.Polygon()
        x = np.concatenate([self.x_m[inside], self.x_m[inside][::-1]])
        y = np.concatenate([self.half_m[inside], -self.half_m[inside][::-1]])
        toward = self.plume.wind_from_deg + 180 + np.degrees(np.arctan2(y, x))
        n = len(x)
        lon, lat, _ = WGS84.fwd(np.full(n, self.lon), np.full(n, self.lat), toward, np.hypot(x, y))
        return shapely.make_valid(shapely.Polygon(np.column_stack([lon, lat])))


def cloud_of(plume: Plume, lon: float, lat: float, limit_kg_m3: float) -> Cloud:
    """The contour of a limit, on distances that grow from 1 m to 50 km."""
    x = np.geomspace(1.0, LOOKED_M, STATIONS)
    across, _ = sigmas_m(x, plume.stability, plume.terrain)
    middle = _middle(plume, x, np.zeros_like(x), BREATH_M)
    return Cloud(plume, lon, lat, limit_kg_m3, x, contour(x, middle, across, limit_kg_m3))


def people_within(city: City, outline: Any) -> float:
    """People by night in the smallest zones, by the share of each zone's area in the outline."""
    zones = city.zones
    leaf = ~zones["id"].isin(zones["parent"]).to_numpy()
    geometry = zones.geometry.to_numpy()[leaf]
    people = zones["people_night"].to_numpy(np.float64)[leaf]
    if outline.is_empty or not len(geometry):
        return 0.0
    area = shapely.area(geometry)
    common = shapely.area(shapely.intersection(geometry, outline))
    share = np.divide(common, area, out=np.zeros_like(area), where=area > 0)
    share = np.where(area > 0, share, shapely.intersects(geometry, outline))
    return float(np.nansum(share * people))


def map_of(cloud: Cloud) -> Grid | None:
    """Concentration at breathing height over the box of the contour, mg/m3."""
    outline = cloud.outline()
    if outline.is_empty:
        return None
    west, south, east, north = outline.union(shapely.Point(cloud.lon, cloud.lat)).bounds
    size = max(east - west, north - south) / ACROSS
    columns, rows = (max(1, int(np.ceil(span / size))) for span in (east - west, north - south))
    lon = west + (np.arange(columns) + 0.5) * size
    lat = north - (np.arange(rows) + 0.5) * size
    found, _ = cloud.at(np.column_stack([np.tile(lon, rows), np.repeat(lat, columns)]))
    values = (found * MG_PER_KG).reshape(rows, columns).astype(np.float32)
    return Grid(values, Affine(size, 0, west, 0, -size, north), WGS84_NAME, "mg/m3")


def _middle(plume: Plume, x: Array, y: Array, z_m: float) -> Array:
    return concentration_kg_m3(
        x,
        y,
        z_m,
        rate_kg_s=plume.rate_kg_s,
        height_m=plume.height_m,
        wind_m_s=plume.wind_m_s,
        stability=plume.stability,
        terrain=plume.terrain,
    )
