"""A storm on a terrain, step by step: rain, losses, runoff, ponds, recession; the volume closes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from rencity.kit.errors import ScenarioError
from rencity.sim.flood.ponds import DRY, Ponds, stored_under
from rencity.sim.flood.spells import Places, Spells
from rencity.sim.flood.terrain import Terrain

Floats = npt.NDArray[np.float64]
MM_PER_M = 1000.0
CLOSES_TO = 1e-9


@dataclass(frozen=True)
class Step:
    """One step of time; depths in mm by kind of ground, (kinds,).

    Attributes
    ----------
    end_min : after the storm's start
    rain_mm : on every cell
    soaked_mm, drained_mm : taken from the rain before it runs off
    soak_spare_mm, drain_spare_mm : what soil and drains could still take from standing water
    over : whether the storm has ended
    """

    end_min: float
    rain_mm: float
    soaked_mm: Floats
    drained_mm: Floats
    soak_spare_mm: Floats
    drain_spare_mm: Floats
    over: bool = False


@dataclass(frozen=True)
class Balance:
    """Where the water went, m³ from the storm's start to the last step."""

    rain_m3: float
    soaked_m3: float
    drained_m3: float
    left_m3: float
    stored_m3: float

    @property
    def error(self) -> float:
        """What is missing, as a share of the rain."""
        out = self.soaked_m3 + self.drained_m3 + self.left_m3 + self.stored_m3
        return abs(self.rain_m3 - out) / self.rain_m3 if self.rain_m3 else abs(out)


@dataclass(frozen=True)
class Flood:
    """What a storm leaves.

    Attributes
    ----------
    level_m : float64 (n,), highest level of each depression, −∞ where always dry
    spells : when and how deep places stood under water
    peak_m3 : most that stood at the end of any step
    steps : number of steps taken
    """

    level_m: Floats
    spells: Spells
    balance: Balance
    peak_m3: float
    steps: int


def inundate(
    terrain: Terrain,
    kind: npt.NDArray[np.uint16],
    kinds: int,
    steps: Iterator[Step],
    places: Places,
) -> Flood:
    """Let a storm fall on a terrain.

    Water reaches its depression within the step it falls in. Wet cells give to soil and drains what
    these can take beyond the rain.

    Parameters
    ----------
    kind : uint16 (rows, columns), kind of ground of each cell, below `kinds`
    steps : rising; after the rain they are followed until the places are dry

    Raises
    ------
    ScenarioError : the volume does not close, a fault of this program
    """
    h = terrain.hierarchy
    ponds, tally = Ponds(h), _Tally(terrain, kind, kinds)
    wet_kind = np.ascontiguousarray(kind.ravel()[h.cell])
    spells = Spells.dry(places)
    top = np.full(len(h.room), DRY)
    peak, count = 0.0, 0
    for step in steps:
        ponds.pour(tally.runoff(step))
        tally.taken(ponds.drain(tally.spare_m(step), wet_kind), step)
        level = ponds.levels()
        np.maximum(top, level, out=top)
        spells.note(step.end_min, level, h.home)
        peak, count = max(peak, ponds.stored), count + 1
        if step.over and not spells.standing:
            break
    balance = tally.balance(ponds)
    _check(balance, stored_under(h, ponds.levels()) * terrain.cell_m2)
    return Flood(top, spells, balance, peak * terrain.cell_m2, count)


def _check(balance: Balance, seen_m3: float) -> None:
    """Books against themselves, and against the volume between ground and water."""
    whole = max(balance.rain_m3, 1e-300)
    if balance.error > CLOSES_TO or abs(seen_m3 - balance.stored_m3) / whole > CLOSES_TO:
        raise ScenarioError(
            f"the water's volume does not close: {balance}, on the terrain {seen_m3} m3",
            place="raster terrain",
            mend="report this with the terrain and the scenario: a fault of this program",
        )


class _Tally:
    """Books of the water, in metres times cells."""

    def __init__(self, terrain: Terrain, kind: npt.NDArray[np.uint16], kinds: int) -> None:
        self.cell_m2 = terrain.cell_m2
        self.label = terrain.basins.label.ravel()
        self.leaves = terrain.basins.count
        self.kind = kind.ravel()
        self.cells = np.bincount(self.kind[self.label >= 0], minlength=kinds).astype(np.float64)
        ones = np.ones(1)
        self.basin_cells = (
            _gathered(self.label, self.kind, self.leaves, ones) if kinds == 1 else None
        )
        self.rain = self.soaked = self.drained = 0.0

    def runoff(self, step: Step) -> Floats:
        """Inflow of each basin."""
        run_mm = step.rain_mm - step.soaked_mm - step.drained_mm
        self.rain += step.rain_mm * self.cells.sum()
        self.soaked += float(step.soaked_mm @ self.cells)
        self.drained += float(step.drained_mm @ self.cells)
        if self.basin_cells is not None:
            return self.basin_cells * (run_mm[0] / MM_PER_M)
        if not run_mm.any():
            return np.zeros(self.leaves + 1)
        return _gathered(self.label, self.kind, self.leaves, run_mm / MM_PER_M)

    def spare_m(self, step: Step) -> Floats:
        return (step.soak_spare_mm + step.drain_spare_mm) / MM_PER_M

    def taken(self, taken: Floats, step: Step) -> None:
        """Share what wet cells gave between soil and drains, by their capacities."""
        both = step.soak_spare_mm + step.drain_spare_mm
        share = np.divide(step.soak_spare_mm, both, out=np.zeros_like(both), where=both > 0)
        soaked = float(taken @ share)
        self.soaked += soaked * MM_PER_M
        self.drained += (float(taken.sum()) - soaked) * MM_PER_M

    def balance(self, ponds: Ponds) -> Balance:
        mm = self.cell_m2 / MM_PER_M
        return Balance(
            self.rain * mm,
            self.soaked * mm,
            self.drained * mm,
            ponds.left * self.cell_m2,
            ponds.stored * self.cell_m2,
        )


@njit(nogil=True, cache=True)
def _gathered(label, kind, leaves, run):
    inflow = np.zeros(leaves + 1)
    one = run.size == 1
    for x in range(label.size):
        if label[x] >= 0:
            inflow[label[x]] += run[0] if one else run[kind[x]]
    return inflow
