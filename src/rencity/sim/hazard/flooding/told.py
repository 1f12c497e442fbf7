"""What a run is told of a flood: areas, depths, volumes, and the raster of greatest depth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rencity.city.rasters import Grid
from rencity.kit.findings import Finding
from rencity.sim.flood.inundation import Balance
from rencity.sim.hazard.flooding.exposure import Exposure
from rencity.sim.hazard.flooding.ground import Ground
from rencity.sim.hazard.scene import Scene

SHALLOW_M, DEEP_M = 0.15, 0.5
M2_PER_KM2 = 1e6
Facts = dict[str, float | int | str]


def depth_facts(depth_m: npt.NDArray[np.float32], cell_m2: float) -> Facts:
    """Flooded areas and the greatest depth."""
    known = ~np.isnan(depth_m)
    return {
        "terrain_km2": float(known.sum() * cell_m2 / M2_PER_KM2),
        "deeper_than_0_15_m_km2": float((depth_m > SHALLOW_M).sum() * cell_m2 / M2_PER_KM2),
        "deeper_than_0_5_m_km2": float((depth_m > DEEP_M).sum() * cell_m2 / M2_PER_KM2),
        "deepest_m": float(np.max(depth_m[known], initial=0.0)),
    }


def balance_facts(balance: Balance) -> Facts:
    """Where the water went."""
    return {
        "rain_m3": balance.rain_m3,
        "infiltrated_m3": balance.soaked_m3,
        "drained_m3": balance.drained_m3,
        "left_m3": balance.left_m3,
        "still_standing_m3": balance.stored_m3,
        "volume_error": balance.error,
    }


def of_event(facts: Facts, event: str, events: int) -> Facts:
    """Facts named by their event where there are several."""
    return facts if events == 1 else {f"{event}.{name}": value for name, value in facts.items()}


def depth_layer(ground: Ground, depth_m: npt.NDArray[np.float32]) -> Grid:
    """The greatest depth as a raster of the terrain's cells."""
    return Grid(depth_m, ground.grid.transform, ground.grid.crs, "m")


def unmet(exposure: Exposure, scene: Scene, name: str) -> list[Finding]:
    """Assets taken as dry because the terrain does not reach them."""
    if not len(exposure.off):
        return []
    ids = scene.city.assets["id"].to_numpy()[exposure.off]
    return [
        Finding(
            f"{name}-off-terrain",
            "warning",
            f"{len(ids):,} of {len(exposure.rows):,} assets lie off the terrain or in its holes: "
            "taken as dry",
            "give a wider terrain",
            "assets",
            "geometry",
            tuple(ids),
        )
    ]
