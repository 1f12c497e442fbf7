"""When places come under water, how deep, and when it has gone again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
NOT_YET = np.inf


@dataclass(frozen=True)
class Places:
    """Where depth is followed.

    Attributes
    ----------
    cell : int64 (p,), flat number of the cell; −1 off the terrain
    ground_m : float64 (p,), its height
    above_m : float64 (p,), depth from which a place counts as under water
    """

    cell: npt.NDArray[np.int64]
    ground_m: Floats
    above_m: Floats


@dataclass(frozen=True)
class Spells:
    """The spell of each place under water, from first to last; (p,) each.

    Attributes
    ----------
    deepest_m, deepest_at_min : greatest depth, and when it was first reached
    from_min : first time deeper than `Places.above_m`; infinite: never
    until_min : when it stands above no more, linear within a step; infinite while it stands
    last_m, last_min : depth and time (1,) of the latest note
    """

    places: Places
    deepest_m: Floats
    deepest_at_min: Floats
    from_min: Floats
    until_min: Floats
    last_m: Floats
    last_min: Floats

    @classmethod
    def dry(cls, places: Places) -> Spells:
        """Before any water."""
        n = len(places.cell)
        never = np.full(n, NOT_YET)
        return cls(places, np.zeros(n), np.zeros(n), never, never.copy(), np.zeros(n), np.zeros(1))

    def note(self, time_min: float, level_m: Floats, home: npt.NDArray[np.int32]) -> None:
        """Take note of the levels at a time: of each depression, and each cell's depression."""
        here = home[np.maximum(self.places.cell, 0)]
        self.note_levels(time_min, np.where(here > 0, level_m[here], -np.inf))

    def note_levels(self, time_min: float, level_m: Floats) -> None:
        """Take note of the water level over each place, (p,)."""
        at = self.places
        _note(
            time_min,
            level_m,
            at.cell,
            at.ground_m,
            at.above_m,
            self.deepest_m,
            self.deepest_at_min,
            self.from_min,
            self.until_min,
            self.last_m,
            float(self.last_min[0]),
        )
        self.last_min[0] = time_min

    @property
    def standing(self) -> bool:
        """Whether any place is still under water."""
        return bool((np.isfinite(self.from_min) & np.isinf(self.until_min)).any())


@njit(nogil=True, cache=True)
def _note(time, level, cell, ground, above, deepest, deepest_at, first, until, last, before):
    for p in range(cell.size):
        if cell[p] < 0:
            continue
        depth = max(level[p] - ground[p], 0.0)
        if depth > deepest[p]:
            deepest[p], deepest_at[p] = depth, time
        if depth > above[p]:
            first[p] = min(first[p], time)
            until[p] = np.inf
        elif first[p] < np.inf and until[p] == np.inf:
            part = (last[p] - above[p]) / (last[p] - depth)
            until[p] = before + part * (time - before)
        last[p] = depth
