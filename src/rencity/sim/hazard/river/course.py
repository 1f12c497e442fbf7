"""Where a river runs, and how its stage goes: read and checked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from rasterio.features import rasterize

from rencity.city.rasters import Grid
from rencity.kit.errors import InputError, ScenarioError
from rencity.sim.hazard.points import WGS84, crs_of
from rencity.sim.hazard.river.spec import Hydrograph, Reach, RiverHazard
from rencity.sim.hazard.rows import numbers, read_rows, refuse
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import Selector
from rencity.sim.hazard.strikes import selected

Floats = npt.NDArray[np.float64]
MIN_PER_H = 60.0
GEOJSON = (".geojson", ".json")


def reach_cells(hazard: RiverHazard, scene: Scene, grid: Grid) -> npt.NDArray[np.bool_]:
    """Cells of the terrain that the river touches, bool (rows, columns).

    Raises
    ------
    InputError : a broken file
    ScenarioError : unknown assets, or a river off the terrain
    """
    shapes = _shapes(hazard.reach, scene, hazard.name)
    to = pyproj.Transformer.from_crs(WGS84, grid.crs, always_xy=True)
    here = [shapely.transform(one, to.transform, interleaved=False) for one in shapes]
    there = [one for one in here if not one.is_empty and np.isfinite(one.bounds).all()]
    cells = np.zeros(grid.values.shape, bool)
    if there:
        burnt = rasterize(there, out_shape=cells.shape, transform=grid.transform, all_touched=True)
        cells = (np.asarray(burnt) == 1) & ~np.isnan(grid.values)
    if not cells.any():
        raise ScenarioError(
            "the reach touches no cell of the terrain",
            place=f"hazard {hazard.name}.reach",
            mend="correct its coordinates (longitude first) or give a wider terrain",
        )
    return cells


def stages_of(hazard: RiverHazard, base: Path, until_min: float) -> tuple[Floats, Floats]:
    """Times in minutes and stages in m, (t,) each, up to `until_min`; −∞ below everything.

    Raises
    ------
    InputError : a broken hydrograph
    """
    if hazard.hydrograph is None:
        stage = float(hazard.stage_m or 0.0)
        if hazard.stands_h is None:
            return np.zeros(1), np.full(1, stage)
        end = hazard.stands_h * MIN_PER_H
        step = hazard.step_min
        after = np.arange(end + step, max(until_min, end) + 2 * step, step)
        dry = np.full(len(after), -np.inf)
        return np.concatenate([[0.0, end], after]), np.concatenate([[stage, stage], dry])
    time, stages = _hydrograph(base / hazard.hydrograph.path, hazard.hydrograph)
    regular = np.arange(0.0, max(until_min, time[-1]) + hazard.step_min, hazard.step_min)
    when = np.union1d(time, regular)
    when = when[when <= max(until_min, time[0])]
    return when, np.interp(when, time, stages)


def _hydrograph(path: Path, said: Hydrograph) -> tuple[Floats, Floats]:
    frame = read_rows(path, (said.time, said.stage))
    time = numbers(frame, said.time, path)
    stage = numbers(frame, said.stage, path)
    if time[0] < 0:
        refuse(frame, said.time, 0, path, "is before the hazard's start")
    back = np.flatnonzero(np.diff(time) <= 0)
    if len(back):
        refuse(frame, said.time, int(back[0]) + 1, path, "does not come after the row above")
    high = np.flatnonzero(np.abs(stage) > 9000)
    if len(high):
        refuse(frame, said.stage, int(high[0]), path, "is no height in metres; is it in cm or mm?")
    return time * MIN_PER_H, stage


def _shapes(reach: Reach, scene: Scene, name: str) -> list[shapely.Geometry]:
    if reach.ids:
        fits = selected(scene.city, Selector(ids=reach.ids), place=f"hazard {name}.reach")
        return [g for g in scene.city.assets.geometry.to_numpy()[fits] if g is not None]
    if reach.points:
        return [_along(np.array(reach.points))]
    path = scene.base / str(reach.path)
    if path.suffix.lower() in GEOJSON:
        return _geojson(path)
    frame = read_rows(path, (reach.x, reach.y))
    xy = np.column_stack([numbers(frame, column, path) for column in (reach.x, reach.y)])
    back = pyproj.Transformer.from_crs(crs_of(reach.crs, name), WGS84, always_xy=True)
    return [_along(np.column_stack(back.transform(*xy.T)))]


def _along(lonlat: Floats) -> shapely.Geometry:
    return shapely.LineString(lonlat) if len(lonlat) > 1 else shapely.Point(lonlat[0])


def _geojson(path: Path) -> list[shapely.Geometry]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise InputError(
            exc.strerror or str(exc),
            place=str(path),
            mend="paths are relative to the scenario file",
        ) from exc
    except UnicodeDecodeError as exc:
        raise InputError("not UTF-8 text", place=str(path), mend="save it as UTF-8") from exc
    mend = "give a FeatureCollection, a Feature or a geometry in WGS-84"
    try:
        shapes = shapely.get_parts(shapely.from_geojson(json.dumps(json.loads(text))))
    except (json.JSONDecodeError, shapely.errors.GEOSException) as exc:
        raise InputError(f"not GeoJSON: {exc}", place=str(path), mend=mend) from exc
    shapes = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not shapes:
        raise InputError("no geometry", place=str(path), mend=mend)
    return shapes
