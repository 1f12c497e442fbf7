"""Which givers are nearest to which seekers."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.spatial import cKDTree

Points = npt.NDArray[np.float64]

_SPARE = 8  # candidates beyond the count, so that ties in distance are settled by id


def full_kinds(assets: pd.DataFrame) -> pd.Series:
    """Kind of each asset as ``lifeline.kind``."""
    return assets["lifeline"] + "." + assets["kind"]


def points_of(frame: gpd.GeoDataFrame, metric_crs: str) -> Points:
    """One point a row in metres, shape (n, 2), infinite where there is no geometry."""
    geometry = frame.geometry.to_crs(metric_crs)
    on = np.asarray(shapely.point_on_surface(geometry.to_numpy()), dtype=object)
    lines = geometry.geom_type.eq("LineString").to_numpy()
    on[lines] = shapely.line_interpolate_point(geometry.to_numpy()[lines], 0.5, normalized=True)
    made: Points = np.column_stack([shapely.get_x(on), shapely.get_y(on)])
    return np.where(np.isfinite(made), made, np.inf)


def nearest(
    seekers: pd.DataFrame, givers: pd.DataFrame, metric_crs: str, count: int, within_m: float
) -> list[list[str]]:
    """Ids of the nearest `count` givers of each seeker, nearest first, ties by id, never itself."""
    giver_at = points_of(givers, metric_crs)
    usable = np.isfinite(giver_at).all(axis=1)
    ids, giver_at = givers["id"].to_numpy()[usable], giver_at[usable]
    seeker_at = points_of(seekers, metric_crs)
    found: list[list[str]] = [[] for _ in range(len(seekers))]
    able = np.flatnonzero(np.isfinite(seeker_at).all(axis=1))
    if not len(ids) or not len(able):
        return found
    k = min(count + _SPARE, len(ids))
    tree = cKDTree(giver_at)
    distance, index = tree.query(seeker_at[able], k=range(1, k + 1), distance_upper_bound=within_m)
    for i, own, far, near in zip(
        able, seekers["id"].to_numpy()[able], distance, index, strict=True
    ):
        pairs = sorted(
            (round(float(d), 3), str(ids[j])) for d, j in zip(far, near, strict=True) if d < np.inf
        )
        found[i] = [name for _, name in pairs if name != own][:count]
    return found
