"""The ground and the drains under each cell: land cover, zones, open water."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import kinds_of
from rencity.sim.flood.content import Ground as Cover
from rencity.sim.hazard.flooding.ground import LANDCOVER, Ground, aligned
from rencity.sim.hazard.rain.falling import Kinds
from rencity.sim.hazard.rain.spec import DrainZones, RainHazard
from rencity.sim.hazard.scene import Scene

MM_PER_M, H_PER_D = 1000.0, 24.0
MOST_KINDS = 65_535


@dataclass(frozen=True)
class Losses:
    """Kinds of ground on the terrain.

    Attributes
    ----------
    kind : uint16 (rows, columns), number in `kinds`
    sink : bool (rows, columns), open water
    unknown : int64, land cover codes that no pack knows, with the cells of each
    """

    kind: npt.NDArray[np.uint16]
    kinds: Kinds
    sink: npt.NDArray[np.bool_]
    unknown: dict[int, int]


def losses_of(hazard: RainHazard, scene: Scene, ground: Ground) -> Losses:
    """What the ground and the drains take, cell by cell.

    Raises
    ------
    ScenarioError : an unknown ground, or zones that say nothing of their drains
    """
    height = ground.grid.values
    covers, cover, unknown = _covers(hazard, scene, ground)
    rates, rate = _rates(hazard, scene, ground)
    pair = cover.astype(np.int64) * len(rates) + rate
    seen, kind = np.unique(pair, return_inverse=True)
    kinds = Kinds([covers[one // len(rates)] for one in seen], rates[seen % len(rates)])
    sink = np.zeros(height.shape, bool)
    for number, one in enumerate(covers):
        if one.open_water:
            sink |= cover == number
    if hazard.open_water_below_m is not None:
        with np.errstate(invalid="ignore"):
            sink |= height <= hazard.open_water_below_m
    return Losses(kind.reshape(height.shape).astype(np.uint16), kinds, sink, unknown)


def _covers(
    hazard: RainHazard, scene: Scene, ground: Ground
) -> tuple[list[Cover], npt.NDArray[np.uint16], dict[int, int]]:
    """Kinds of ground, the number of each cell's, and codes that are none."""
    held = scene.classes.grounds
    if hazard.ground and hazard.ground not in held:
        raise ScenarioError(
            f"unknown ground {hazard.ground!r}",
            place=f"hazard {hazard.name}.ground",
            mend=did_you_mean(hazard.ground, held, what="ground"),
        )
    covers = [held[hazard.ground] if hazard.ground else Cover()]
    number = np.zeros(ground.grid.values.shape, np.uint16)
    unknown: dict[int, int] = {}
    if hazard.landcover and scene.city.has_raster(LANDCOVER):
        codes = aligned(scene.city.raster(LANDCOVER), ground.grid)
        by_code = {code: one for one in held.values() for code in one.landcover}
        present, count = np.unique(codes[~np.isnan(codes)].astype(np.int64), return_counts=True)
        for code, cells in zip(present.tolist(), count.tolist(), strict=True):
            if code not in by_code:
                unknown[code] = cells
                continue
            number[codes == code] = len(covers)
            covers.append(by_code[code])
    return covers, number, unknown


def _rates(
    hazard: RainHazard, scene: Scene, ground: Ground
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.uint16]]:
    """Rates of drains in mm/h, and the number of each cell's; 0 is the hazard's own."""
    number = np.zeros(ground.grid.values.shape, np.uint16)
    if hazard.drainage_zones is None:
        return np.array([hazard.drainage_mm_h]), number
    zones, rate = _zone_rates(hazard.drainage_zones, scene.city, ground, hazard.name)
    told = np.flatnonzero(rate > 0)
    if not len(told):
        raise ScenarioError(
            f"no {hazard.drainage_zones.level} zone holds a drainage asset with a capacity",
            place=f"hazard {hazard.name}.drainage_zones",
            mend="give the assets a capacity, or drainage_mm_h alone",
        )
    to = np.zeros(len(rate) + 1, np.uint16)
    to[told + 1] = np.arange(1, len(told) + 1)
    return np.array([hazard.drainage_mm_h, *rate[told]]), to[zones]


def _zone_rates(
    said: DrainZones, city: City, ground: Ground, name: str
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Zone of each cell (number + 1, 0: none), and mm/h by zone."""
    rows = city.zones.loc[(city.zones["level"] == said.level).to_numpy(bool)]
    grid = ground.grid
    shapes = rows.to_crs(grid.crs).geometry.to_numpy()
    flat = np.isin(shapely.get_type_id(shapes), (3, 6))
    if not flat.any() or len(shapes) > MOST_KINDS:
        raise ScenarioError(
            f"the city has {int(flat.sum())} zones of level {said.level} with an outline",
            place=f"hazard {name}.drainage_zones.level",
            mend="name a level whose zones are polygons, up to 65,535 of them",
        )
    pairs = [(shape, at + 1) for at, shape in enumerate(shapes) if flat[at]]
    zone = rasterize(pairs, out_shape=grid.values.shape, transform=grid.transform, dtype=np.int32)
    area_m2 = np.bincount(zone.ravel(), minlength=len(shapes) + 1)[1:] * ground.cell_m2
    assets = city.assets
    kind = kinds_of(assets)
    counts = np.isin(kind.codes, kind.categories.get_indexer(list(said.kinds)))
    capacity = assets["capacity"].to_numpy(np.float64)
    use = np.flatnonzero(counts & np.isfinite(capacity))
    points = shapely.get_coordinates(shapely.point_on_surface(assets.geometry.to_numpy()[use]))
    m3_d = _summed(zone, grid.cells_of(points), capacity[use], len(shapes))
    rate = np.divide(m3_d, area_m2, out=np.zeros_like(m3_d), where=area_m2 > 0) * MM_PER_M / H_PER_D
    return zone, rate


def _summed(
    zone: npt.NDArray[np.int32],
    at: npt.NDArray[np.float64],
    amount: npt.NDArray[np.float64],
    count: int,
) -> npt.NDArray[np.float64]:
    cell = np.floor(at).astype(np.int64)
    inside = (cell >= 0).all(axis=1) & (cell[:, 0] < zone.shape[1]) & (cell[:, 1] < zone.shape[0])
    number = zone[cell[inside, 1], cell[inside, 0]]
    return np.bincount(number, amount[inside], count + 1)[1:].astype(np.float64)
