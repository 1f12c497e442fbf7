"""Fill and spill on a large made-up terrain: seconds of each part and the most memory.

    python -m bench.flood [side]

The default of 5,000 cells a side is 25 million cells.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import numpy.typing as npt

from rencity.sim.flood.content import Ground
from rencity.sim.flood.inundation import inundate
from rencity.sim.flood.spells import Places
from rencity.sim.flood.stage import depth_at, sills_m
from rencity.sim.flood.terrain import Terrain
from rencity.sim.hazard.rain.falling import Kinds, steps_of
from rencity.sim.hazard.rain.storm import Storm

PLACES = 1_000_000


def rough(side: int, noise_m: float) -> npt.NDArray[np.float32]:
    """Land that rises by 20 m, with hills of every width and a rough surface."""
    rng = np.random.default_rng(1)
    z = np.zeros((side, side), np.float32)
    along = np.arange(side, dtype=np.float64)
    for width in (16, 64, 256, 1024):
        knots = rng.standard_normal((side // width + 2, side // width + 2))
        at = along / width
        low = at.astype(int)
        part = (at - low).astype(np.float32)
        rows = knots[low] + part[:, None] * (knots[low + 1] - knots[low])
        z += width**0.7 * 0.05 * (rows[:, low] + part * (rows[:, low + 1] - rows[:, low]))
    z += (20 * along / side).astype(np.float32)[:, None]
    return z + rng.standard_normal((side, side), dtype=np.float32) * np.float32(noise_m)


def main(side: int = 5000) -> None:
    """Print the times of one storm and one stage."""
    for size in (200, side):
        z = rough(size, 0.05)
        told = size == side
        began, work = time.perf_counter(), time.process_time()
        _storm(z, told=told)
        if told:
            took, used = time.perf_counter() - began, time.process_time() - work
            print(f"storm in all {took:.1f} s ({used:.1f} s of processor)")
        began, work = time.perf_counter(), time.process_time()
        reach = np.zeros(z.shape, bool)
        reach[:, 0] = True
        stage = float(np.quantile(z[:, 0], 0.9))
        depth = depth_at(z, sills_m(z, reach, stage), stage)
        if told:
            took, used = time.perf_counter() - began, time.process_time() - work
            print(f"stage {took:.1f} s ({used:.1f} s of processor), {np.mean(depth > 0):.1%} wet")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{side * side / 1e6:g} M cells, most memory {most:.2f} GiB")


def _storm(z: npt.NDArray[np.float32], *, told: bool) -> None:
    clock, work = time.perf_counter(), time.process_time()

    def lap(what: str) -> None:
        nonlocal clock, work
        if told:
            took, used = time.perf_counter() - clock, time.process_time() - work
            print(f"{what} {took:.1f} s ({used:.1f} s of processor)", flush=True)
        clock, work = time.perf_counter(), time.process_time()

    terrain = Terrain(z, (5.0, 5.0), np.zeros(z.shape, bool))
    lap(f"basins ({terrain.basins.count:,})")
    h = terrain.hierarchy
    lap(f"hierarchy ({len(h.cell):,} cells can stand under water)")
    cell = np.random.default_rng(2).integers(0, z.size, PLACES)
    places = Places(cell, z.ravel()[cell].astype(np.float64), np.full(PLACES, 0.15))
    storm = Storm(np.arange(1, 19) * 10.0, np.full(18, 7.5))
    kinds = Kinds([Ground(pervious_share=0.3, first_mm_h=76, last_mm_h=7, decay_per_h=4)],
                  np.array([20.0]))  # fmt: skip
    steps = steps_of(storm, kinds, 7 * 1440.0)
    flood = inundate(terrain, np.zeros(z.shape, np.uint16), 1, steps, places)
    lap(f"{flood.steps} steps with {PLACES:,} places")
    depth = terrain.depth_m(flood.level_m)
    lap(f"depth raster ({np.mean(depth > 0.15):.1%} deeper than 0.15 m)")
    if told:
        print(f"volume error {flood.balance.error:.1e}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
