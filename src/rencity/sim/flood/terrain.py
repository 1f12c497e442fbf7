"""A terrain made ready for water: its depressions found once, for every storm that falls on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rencity.sim.flood.descent import Basins, Heights, basins_of
from rencity.sim.flood.hierarchy import Hierarchy, hierarchy_of
from rencity.sim.flood.passes import passes_of

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Terrain:
    """Heights on cells of one size.

    Attributes
    ----------
    height_m : float32 (rows, columns), NaN where unknown
    size_m : width and height of a cell
    sink : bool (rows, columns), open water that takes whatever reaches it
    holes_open : whether water leaves where a hole begins
    """

    height_m: Heights
    size_m: tuple[float, float]
    sink: npt.NDArray[np.bool_]
    holes_open: bool = True

    @property
    def cell_m2(self) -> float:
        """Area of a cell."""
        return self.size_m[0] * self.size_m[1]

    @cached_property
    def basins(self) -> Basins:
        """Depression that each cell's runoff gathers in."""
        return basins_of(self.height_m, self.sink, self.size_m, holes_open=self.holes_open)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """Depressions within depressions."""
        passes = passes_of(self.height_m, self.basins, holes_open=self.holes_open)
        return hierarchy_of(self.height_m, self.basins, passes)

    def depth_m(self, level_m: Floats) -> Heights:
        """Depth of water under levels of the depressions, float32 (rows, columns), NaN in holes."""
        h = self.hierarchy
        depth = np.where(np.isnan(self.height_m), np.nan, np.float32(0)).astype(np.float32)
        deep = level_m[h.home[h.cell]] - h.height_m
        depth.ravel()[h.cell] = np.maximum(deep, 0.0)
        return depth
