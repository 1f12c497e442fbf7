"""What covers the ground, by the codes of ESA WorldCover: trees, crops, grass, built-up, water."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from scipy.special import ndtri

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Floats, Ints, stream
from rencity.city.demo.relief import relief
from rencity.city.demo.roads import CLASSES, Roads
from rencity.city.demo.terrain import Terrain
from rencity.city.rasters import Grid

TREES, GRASS, CROPS, BUILT, WATER = 10, 30, 40, 50, 80

PAVED = CLASSES.index("tertiary")
"""Least rank of a road whose pixels are paved whole; WorldCover counts roads as built-up."""

WAVE_M = 300.0
FULL_PER_KM2 = 12_000.0
"""People by day and night together on a km² at which the most of it is built-up."""

LEAST_BUILT, MOST_BUILT = 0.03, 0.93
TOWN = 0.4
"""Share built-up above which what is not built is grass (parks) and no field."""

WOODED_ABOVE_M = 12.0


def cover(ground: Ground, roads: Roads, terrain: Terrain, night: Ints, day: Ints) -> Grid:
    """Codes on the terrain's pixels: the denser a cell's people, the more of it is built-up."""
    share = _built_share(ground, night, day)
    noise = relief(
        stream(ground.plan.seed, "landcover"), terrain.cell.shape, terrain.pixel_m, WAVE_M
    )
    limit = np.append(ndtri(share), -np.inf).astype(np.float32)[terrain.cell]
    town = np.append(share > TOWN, False)[terrain.cell]
    code = np.where(town, np.uint8(GRASS), np.uint8(CROPS))
    code[terrain.height_m > WOODED_ABOVE_M] = TREES
    code[noise < limit] = BUILT
    code[terrain.burnt(_streets(roads), touched=True)] = BUILT
    code[terrain.water] = WATER
    return terrain.grid(ground, code.astype(np.float32), "")


def _built_share(ground: Ground, night: Ints, day: Ints) -> Floats:
    km2 = shapely.area(ground.shapes) / 1e6
    dense = (night + day) / km2 / FULL_PER_KM2
    return np.clip(dense**0.7 * MOST_BUILT, LEAST_BUILT, MOST_BUILT)


def _streets(roads: Roads) -> npt.NDArray[np.object_]:
    """Roads on the ground that are wide enough to see."""
    wide = (roads.rank >= PAVED) & roads.plain
    return shapely.linestrings(roads.xy[roads.edges[wide]])
