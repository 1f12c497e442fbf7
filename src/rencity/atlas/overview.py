"""Lines from afar: on a grid, each stretch once, so that what remains is still the true picture."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.report.shapes import Grid, segments

MOST_SEGMENTS = 24_000
MOST_NEAR = 200_000
"""Segments of an overview for the last zooms before the lines themselves."""

Extent = tuple[float, float, float, float]


def overview(
    lines: Iterable[tuple[pd.Series, gpd.GeoSeries]],
    extent_deg: Extent,
    most_segments: int = MOST_SEGMENTS,
) -> gpd.GeoDataFrame:
    """Lines of each lifeline `l`, joined where their stretches meet.

    Parameters
    ----------
    lines : lifelines and shapes, row by row
    """
    grid = Grid.over(*extent_deg)
    parts = [_steps(lifeline, shapes) for lifeline, shapes in lines]
    steps = pd.concat(parts) if parts else pd.DataFrame(columns=["l", *_ENDS])
    share = steps["l"].value_counts(normalize=True)
    said: list[str] = []
    shapes: list[object] = []
    for lifeline, mine in steps.groupby("l", sort=True):
        most = max(1000, int(most_segments * share[lifeline]))
        for line in _joined(segments(mine, grid, most), grid):
            said.append(str(lifeline))
            shapes.append(line)
    return gpd.GeoDataFrame({"l": said}, geometry=shapes, crs="EPSG:4326")


_ENDS = ["lon1", "lat1", "lon2", "lat2"]


def _steps(lifeline: pd.Series, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """Every stretch between two corners of a line."""
    lines, line_of = shapely.get_parts(shapes.to_numpy(), return_index=True)
    xy, at = shapely.get_coordinates(lines, return_index=True)
    on = np.flatnonzero(at[1:] == at[:-1])
    made = pd.DataFrame(np.hstack([xy[on], xy[on + 1]]), columns=_ENDS)
    made.insert(0, "l", lifeline.to_numpy(dtype=object)[line_of[at[on]]])
    return made


def _joined(steps: npt.NDArray[np.int64], grid: Grid) -> npt.NDArray[np.object_]:
    if not len(steps):
        return np.zeros(0, object)
    ends = grid.degrees(steps.reshape(-1, 2)).reshape(-1, 2, 2)
    whole = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(ends)))
    return shapely.get_parts(whole)
