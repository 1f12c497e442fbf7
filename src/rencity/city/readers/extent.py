"""One zone for a network that names none: its hull, served by what draws demand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely


def extent_tables(
    prefix: str, name: str, lifeline: str, assets: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """One zone of the network's hull, and its users' shares of it by demand.

    Parameters
    ----------
    prefix : of the zone's id and of the rules `PREFIX-extent-zone` and `PREFIX-share-by-demand`
    assets : columns id, demand (unit of the lifeline) and geometry, which may be missing

    Returns
    -------
    Tables zones, serves and demands.
    """
    corners = shapely.get_coordinates(assets["geometry"].to_numpy())
    hull = shapely.convex_hull(shapely.multipoints(corners))
    if hull.is_empty:
        hull = None
    elif hull.geom_type != "Polygon":  # one place or one line: a zone still needs an area
        hull = shapely.buffer(hull, 0.001)
    zone_id = f"{prefix}-extent-{name}"
    inferred = {"origin": "inferred", "rule": f"{prefix}-extent-zone"}
    zone = {"id": zone_id, "level": "city", "name": name, **inferred, "geometry": hull}
    users = assets.loc[assets["demand"] > 0, ["id", "demand"]]
    total = float(users["demand"].sum())
    serves = pd.DataFrame(
        {
            "asset": users["id"],
            "zone": zone_id,
            "share": users["demand"] / total if total else 0.0,
            "origin": "inferred",
            "rule": f"{prefix}-share-by-demand",
        }
    )
    demand = {"zone": [zone_id], "lifeline": [lifeline], "amount": [total]}
    return {
        "zones": gpd.GeoDataFrame([zone], geometry="geometry", crs="EPSG:4326"),
        "serves": serves,
        "demands": pd.DataFrame(demand | {"origin": ["measured"], "rule": [""]}),
    }
