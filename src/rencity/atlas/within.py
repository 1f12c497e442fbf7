"""Which assets and zones lie within an outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from rencity.atlas.opened import Opened
from rencity.atlas.refs import ASSETS, ZONES, Which
from rencity.kit.errors import RequestError

SHOWN = 5_000
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Inside:
    """Rows of a table that an outline touches: the first of `total`, with their ids."""

    rows: tuple[int, ...]
    ids: tuple[str, ...]
    total: int


class Within:
    """Trees of a city's shapes."""

    def __init__(self, opened: Opened) -> None:
        self._city = opened.city
        self._trees = {
            table: shapely.STRtree(opened.city.tables[table].geometry.to_numpy())
            for table in (ASSETS, ZONES)
        }

    def inside(
        self,
        outline: shapely.Geometry,
        table: Which,
        lifelines: Sequence[str] = (),
        kinds: Sequence[str] = (),
    ) -> Inside:
        """Rows that an outline touches, ascending.

        Parameters
        ----------
        lifelines, kinds : of assets, ``lifeline.kind``; empty: all
        """
        shapely.prepare(outline)
        rows = np.sort(self._trees[table].query(outline, predicate="intersects"))
        if table == ASSETS:
            rows = self._chosen(rows, lifelines, kinds)
        ids = self._city.tables[table]["id"].to_numpy(dtype=object)[rows[:SHOWN]]
        return Inside(tuple(rows[:SHOWN].tolist()), tuple(map(str, ids)), len(rows))

    def _chosen(self, rows: Ints, lifelines: Sequence[str], kinds: Sequence[str]) -> Ints:
        assets = self._city.assets.iloc[rows]
        kept = np.ones(len(rows), bool)
        if lifelines:
            kept &= assets["lifeline"].isin(lifelines).to_numpy()
        if kinds:
            kept &= (assets["lifeline"] + "." + assets["kind"]).isin(kinds).to_numpy()
        return rows[kept]


def outline_of(ring: Sequence[tuple[float, float]]) -> shapely.Geometry:
    """A polygon from its corners, longitude and latitude.

    Raises
    ------
    RequestError : it crosses itself, or has no area
    """
    polygon = shapely.polygons(np.asarray(ring, float))
    if not shapely.is_valid(polygon) or shapely.area(polygon) == 0:
        why = shapely.is_valid_reason(polygon)
        raise RequestError(
            f"the outline is none: {why}", place="polygon", mend="give corners in order round it"
        )
    return polygon
