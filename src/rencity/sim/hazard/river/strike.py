"""River: the stage against the terrain, what goes under, what that does to assets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.kit.findings import Finding
from rencity.sim.flood.spells import Spells
from rencity.sim.flood.stage import depth_at, follow_stage, sills_m
from rencity.sim.hazard.flooding.exposure import exposure_of, wet_of
from rencity.sim.hazard.flooding.ground import Ground, ground_of
from rencity.sim.hazard.flooding.strikes import Waters, strikes_of_water
from rencity.sim.hazard.flooding.told import M2_PER_KM2, Facts, depth_facts, depth_layer, unmet
from rencity.sim.hazard.river.course import reach_cells, stages_of
from rencity.sim.hazard.river.spec import RiverHazard
from rencity.sim.hazard.scene import Scene
from rencity.sim.strike import Strike

MM_MIN_PER_MM_H = 1 / 60
M_PER_MM = 1e-3


def river_strikes(hazard: RiverHazard, scene: Scene) -> list[Strike]:
    """What a river's stage does to the city, see `RiverHazard`.

    Raises
    ------
    InputError : a broken reach or hydrograph
    ScenarioError : no terrain, assets off it, a reach off it
    """
    ground = ground_of(scene.city, hazard.name)
    until_min = max(scene.horizon_min - hazard.start_h * 60, 0.0)
    time, stage = stages_of(hazard, scene.base, until_min)
    cells = reach_cells(hazard, scene, ground.grid)
    exposure = exposure_of(scene, ground, hazard.name, uncovered=hazard.uncovered)
    height, highest = ground.grid.values, float(stage.max())
    sill = sills_m(height, cells, highest)
    at = np.maximum(exposure.points.cell, 0)
    spells = Spells.dry(exposure.points)
    falls = hazard.drainage_mm_h * MM_MIN_PER_MM_H * M_PER_MM
    follow_stage(spells, sill.ravel()[at].astype(np.float64), time, stage, falls)
    deepest = depth_at(height, sill, highest)
    facts = {
        "highest_stage_m": highest,
        "lowest_bed_m": float(height[cells].min()),
        **depth_facts(deepest, ground.cell_m2),
        **_volumes(deepest, height, highest, ground),
    }
    waters = Waters(
        hazard.name,
        [wet_of(exposure, spells)],
        (hazard.name,),
        np.ones(1),
        facts,
        {"depth": depth_layer(ground, deepest)},
    )
    return strikes_of_water(waters, exposure, scene)


def unhit_by_river(hazard: RiverHazard, scene: Scene) -> list[Finding]:
    """A stage below the bed, and assets off the terrain."""
    ground = ground_of(scene.city, hazard.name)
    cells = reach_cells(hazard, scene, ground.grid)
    _, stage = stages_of(hazard, scene.base, scene.horizon_min)
    bed = float(ground.grid.values[cells].min())
    exposure = exposure_of(scene, ground, hazard.name, uncovered="dry")
    findings = unmet(exposure, scene, hazard.name)
    if stage.max() <= bed:
        findings.append(
            Finding(
                f"{hazard.name}-below-bed",
                "warning",
                f"the highest stage {stage.max():g} m is not above the lowest bed {bed:g} m of "
                "the reach: nothing goes under",
                "give the stage in the terrain's datum, or correct the reach",
            )
        )
    return findings


def _volumes(
    depth: npt.NDArray[np.float32], height: npt.NDArray[np.float32], stage: float, ground: Ground
) -> Facts:
    with np.errstate(invalid="ignore"):
        low = (height < stage).sum()
        wet = (depth > 0).sum()
    return {
        "water_m3": float(np.nansum(depth, dtype=np.float64) * ground.cell_m2),
        "low_but_apart_km2": float((low - wet) * ground.cell_m2 / M2_PER_KM2),
    }
