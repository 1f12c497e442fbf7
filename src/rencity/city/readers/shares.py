"""Which provider serves how much of which zone, by overlapping areas."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.readers.records import Objects, projected


def overlap_shares(
    areas: Objects, zones: Objects, metric_crs: str, *, least: float = 0.0
) -> pd.DataFrame:
    """Fraction of each zone's area that lies in each provider's area.

    Parameters
    ----------
    areas, zones : polygons in WGS-84, shapes (p,) and (z,)
    metric_crs : projected system for the areas
    least : smaller fractions are left out

    Returns
    -------
    Columns provider and zone (positions) and share, by provider, then zone.
    """
    ours, theirs = projected(areas, metric_crs), projected(zones, metric_crs)
    provider, zone = shapely.STRtree(theirs).query(ours, predicate="intersects")
    covered = shapely.area(shapely.intersection(ours[provider], theirs[zone]))
    share = covered / shapely.area(theirs[zone])
    frame = pd.DataFrame({"provider": provider, "zone": zone, "share": np.minimum(share, 1.0)})
    frame = frame[(frame["share"] > 0) & (frame["share"] >= least)]
    return frame.sort_values(["provider", "zone"], ignore_index=True)


def cells(points: Objects, extent: Objects, metric_crs: str) -> Objects:
    """The area nearest to each point (Voronoi cell), wide enough to cover `extent`; WGS-84.

    Points at one place are refused by the caller: they have no cells of their own.
    """
    flat = projected(shapely.centroid(points), metric_crs)
    cover = shapely.box(*shapely.total_bounds(projected(extent, metric_crs)))
    if len(flat) == 1:
        made = np.array([cover], dtype=object)
    else:
        hull = shapely.voronoi_polygons(shapely.multipoints(flat), extend_to=cover, ordered=True)
        made = shapely.get_parts(hull)
    return _to_degrees(made, metric_crs)


def _to_degrees(geometry: Objects, metric_crs: str) -> Objects:
    series = gpd.GeoSeries(list(geometry), crs=metric_crs).to_crs("EPSG:4326")
    return np.asarray(series.values, dtype=object)
