"""Where assets meet the water: their cells, their sills, what closes them, what damages them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from rencity.kit.errors import CityError, ScenarioError
from rencity.sim.damage import Assigned, assign, named
from rencity.sim.flood.spells import Places as Points
from rencity.sim.flood.spells import Spells
from rencity.sim.hazard.flooding.ground import Ground
from rencity.sim.hazard.places import Places, places_of
from rencity.sim.hazard.scene import Scene

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
MEASURE = "depth"


@dataclass(frozen=True)
class Exposure:
    """Assets that water closes or damages; m of them, each at one point or more.

    Attributes
    ----------
    rows : int64 (m,), of ``city.assets``, ascending
    closes : bool (m,), whether standing water puts it out of service
    fragile : bool (m,), whether it has a fragility class of depth
    sill_m : float64 (m,), lowest opening above the ground, 0 where unknown
    places : points of each asset
    points : the same on the terrain, each with the depth that counts
    off : int64 (a,), rows of assets with a point off the terrain
    """

    assigned: Assigned
    rows: Index
    closes: npt.NDArray[np.bool_]
    fragile: npt.NDArray[np.bool_]
    sill_m: Array
    places: Places
    points: Points
    off: Index


@dataclass(frozen=True)
class Wet:
    """What one event does to the assets of an exposure, (m,) each.

    Attributes
    ----------
    depth_m : greatest depth above the sill
    deepest_at_min : when, minutes after the hazard's start
    from_min, until_min : spell deeper than what closes it; infinite: never, or not within the run
    """

    depth_m: Array
    deepest_at_min: Array
    from_min: Array
    until_min: Array


def exposure_of(scene: Scene, ground: Ground, name: str, *, uncovered: str) -> Exposure:
    """Every asset with a closure or a fragility class of depth.

    Lines meet the water at the worst of their vertices.

    Raises
    ------
    CityError : an asset without a place
    ScenarioError : assets off the terrain, unless `uncovered` is ``dry``
    """
    assets = scene.city.assets
    assigned = assign(assets, scene.classes, (MEASURE,))
    above = _closing_m(assigned, scene)
    fragile = assigned.fragility.codes >= 0
    rows = np.flatnonzero(np.isfinite(above) | fragile)
    geometry = assets.geometry.to_numpy()[rows]
    _check_placed(geometry, assets["id"].to_numpy()[rows])
    places = places_of(geometry, vertices=True)
    sill = np.nan_to_num(assets["entrance_m"].to_numpy(np.float64)[rows])
    closes = np.isfinite(above[rows])
    limit = np.maximum(sill + np.where(closes, above[rows], 0.0), 0.0)
    points = _points(places, ground, limit)
    off = np.unique(places.owner[points.cell < 0])
    if len(off) and uncovered == "refuse":
        ids = assets["id"].to_numpy()[rows[off]]
        raise ScenarioError(
            f"{len(off):,} of {len(rows):,} assets ({len(off) / len(rows):.1%}) lie off the "
            f"terrain or in its holes: {named(ids)}",
            place=f"hazard {name}",
            mend='give a wider terrain, or set uncovered = "dry" to take them as dry',
        )
    return Exposure(assigned, rows, closes, fragile[rows], sill, places, points, rows[off])


def wet_of(exposure: Exposure, spells: Spells) -> Wet:
    """Depths by asset: of its worst point, from the first under water, until the last is not."""
    start, owner = exposure.places.start, exposure.places.owner
    deep = spells.deepest_m
    over = np.where(deep > 0, deep - exposure.sill_m[owner], 0.0)
    if not len(start):
        return Wet(*(np.zeros(0) for _ in range(4)))
    worst = np.maximum(np.maximum.reduceat(over, start), 0.0)
    first = np.minimum.reduceat(spells.from_min, start)
    under = np.where(np.isfinite(spells.from_min), spells.until_min, -np.inf)
    last = np.maximum.reduceat(under, start)
    at = np.where(over >= worst[owner], spells.deepest_at_min, np.inf)
    when = np.minimum.reduceat(at, start)
    return Wet(
        worst, np.where(worst > 0, when, 0.0), first, np.where(np.isfinite(first), last, np.inf)
    )


def _closing_m(assigned: Assigned, scene: Scene) -> Array:
    """Depth that closes each asset; infinite where none does."""
    closures = scene.classes.closures
    by_kind = np.array(
        [closures[k].above_m if k in closures else np.inf for k in assigned.kind.categories]
    )
    return by_kind[assigned.kind.codes] if len(by_kind) else np.empty(0)


def _points(places: Places, ground: Ground, limit_m: Array) -> Points:
    values = ground.grid.values
    rows, columns = values.shape
    at = np.floor(ground.grid.cells_of(places.lonlat)) if len(places.lonlat) else np.empty((0, 2))
    inside = np.isfinite(at).all(axis=1) & (at >= 0).all(axis=1)
    inside &= (at[:, 0] < columns) & (at[:, 1] < rows)
    cell = np.full(len(at), -1, np.int64)
    whole = at[inside].astype(np.int64)
    cell[inside] = whole[:, 1] * columns + whole[:, 0]
    height = np.zeros(len(at))
    height[inside] = values.ravel()[cell[inside]]
    cell[np.isnan(height)] = -1
    return Points(cell, np.nan_to_num(height), limit_m[places.owner])


def _check_placed(geometry: npt.NDArray[np.object_], ids: npt.NDArray[np.object_]) -> None:
    bare = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    bad = bare | ~np.isfinite(shapely.bounds(geometry)).all(axis=1)
    if bad.any():
        raise CityError(
            f"{int(bad.sum())} assets have no place: {named(ids[bad])}",
            place="assets.geometry",
            mend="give coordinates in WGS-84; rencity city check lists such assets",
        )
