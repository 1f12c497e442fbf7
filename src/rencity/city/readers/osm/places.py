"""Where the nodes are that kept lines and areas run through."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rencity.city.readers.osm.stream import NodeStore

ABSENT, GOOD, OUTSIDE, ZERO = 0, 1, 2, 3
WHY_BAD = {OUTSIDE: "coordinates outside the globe", ZERO: "at latitude 0, longitude 0"}

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def _ints() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Places:
    """Nodes by ascending id.

    Attributes
    ----------
    refs : int64 (n,)
    lonlat : float64 (n, 2), degrees; NaN where not good
    state : uint8 (n,); absent from the file, good, outside the globe, at 0/0
    """

    refs: Ints = field(default_factory=_ints)
    lonlat: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    state: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(0, np.uint8))

    @classmethod
    def look_up(cls, store: NodeStore, refs: Ints) -> Places:
        """Take the locations of `refs` (ascending, unique) from the store."""
        lonlat = np.full((len(refs), 2), np.nan)
        state = np.full(len(refs), ABSENT, np.uint8)
        for row, ref in enumerate(refs.tolist()):
            location = store.get(ref)
            if location is None:
                continue
            if not location.valid():
                state[row] = OUTSIDE
            else:
                lonlat[row] = location.lon, location.lat
                state[row] = GOOD
        zero = (state == GOOD) & (lonlat == 0).all(axis=1)
        state[zero], lonlat[zero] = ZERO, np.nan
        return cls(refs, lonlat, state)

    def rows(self, refs: Ints) -> Ints:
        """The row of each ref; all must be known."""
        return np.searchsorted(self.refs, refs)
