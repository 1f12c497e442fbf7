"""Who is drained where: areas of the file as zones, or its outlets as servants of known zones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.readers.extent import extent_tables
from rencity.city.readers.records import Objects, projected, utm_of
from rencity.city.readers.shares import overlap_shares
from rencity.city.readers.swmm.network import Network

AREA_RULE = "swmm-area-drains-to-outlet"
OVERLAP_RULE = "swmm-share-by-drained-area"
ZONES, SERVES = "drained areas are the zones", "share of the city's zones by area"

Tables = dict[str, pd.DataFrame]


def zone_tables(
    network: Network, areas: list[Any], nodes: pd.DataFrame, city: City | None
) -> Tables:
    """Zones, serves and demands; accounts for the rows of [SUBCATCHMENTS].

    Where the city has zones with an area, each outlet serves the share of a zone that its drained
    areas cover. Else the drained areas are zones, or, where there is none, the network's hull is.

    Parameters
    ----------
    areas : polygons in WGS-84 in the order of the subcatchments, or None
    nodes : assets of the nodes
    """
    outlets = _outlets(network, areas)
    known = _lowest(city)
    if not outlets:
        return {} if len(known) else extent_tables("swmm", network.inp.path.stem, "drainage", nodes)
    keys = list(network.catchments)
    shapes = np.array([areas[keys.index(key)] for key in outlets], dtype=object)
    layer = network.layer("SUBCATCHMENTS")
    if len(known) and city is not None:
        for key in outlets:
            layer.merge(SERVES, network.catchments[key].place)
        return {"serves": _shares(list(outlets.values()), shapes, known, city)}
    layer.kept += len(outlets)
    return _zones(network, outlets, shapes)


def _outlets(network: Network, areas: list[Any]) -> dict[str, str]:
    """Node that takes the water of each area which has a place; others are refused."""
    layer, made = network.layer("SUBCATCHMENTS"), {}
    for (key, area), shape in zip(network.catchments.items(), areas, strict=True):
        node = network.outlet(key)
        if not node:
            layer.refuse("drains to no node of the file", area.place)
        elif shape is None:
            layer.refuse("no polygon with an area", area.place)
        else:
            made[key] = node
    return made


def _lowest(city: City | None) -> gpd.GeoDataFrame:
    if city is None:
        return gpd.GeoDataFrame({"id": [], "geometry": []}, geometry="geometry", crs="EPSG:4326")
    zones = city.zones
    lowest = ~zones["id"].isin(list(zones["parent"]))
    # an import again must not take its own zones for the city's
    other = ~zones["id"].str.startswith("swmm-")
    return zones[lowest & other & zones.geom_type.isin(["Polygon", "MultiPolygon"])]


def _shares(
    outlets: list[str], areas: Objects, zones: gpd.GeoDataFrame, city: City
) -> pd.DataFrame:
    found = overlap_shares(areas, zones.geometry.to_numpy(), city.identity.metric_crs)
    frame = pd.DataFrame(
        {
            "asset": [f"swmm-n-{outlets[i]}" for i in found["provider"]],
            "zone": zones["id"].to_numpy()[found["zone"]],
            "share": found["share"],
        }
    )
    made = frame.groupby(["asset", "zone"], as_index=False)["share"].sum()
    total = made.groupby("zone")["share"].transform("sum")  # drawn areas may overlap
    made["share"] /= np.maximum(total, 1.0)
    return made.assign(origin="inferred", rule=OVERLAP_RULE)


def _zones(network: Network, outlets: dict[str, str], shapes: Objects) -> Tables:
    ids = [f"swmm-z-{key}" for key in outlets]
    zones = gpd.GeoDataFrame(
        {"id": ids, "level": "community", "name": list(outlets), "geometry": shapes},
        geometry="geometry",
        crs="EPSG:4326",
    )
    serves = pd.DataFrame(
        {
            "asset": [f"swmm-n-{node}" for node in outlets.values()],
            "zone": ids,
            "share": 1.0,
            "origin": "inferred",
            "rule": AREA_RULE,
        }
    )
    demands = pd.DataFrame(
        {
            "zone": ids,
            "lifeline": "drainage",
            "amount": _dry_m3_d(network, list(outlets.values()), shapes),
            "origin": "inferred",
            "rule": AREA_RULE,
        }
    )
    demands = demands[demands["amount"] > 0]
    return {"zones": zones, "serves": serves, "demands": demands}


def _dry_m3_d(network: Network, outlets: list[str], shapes: Objects) -> list[float]:
    """Dry-weather flow at each area's outlet, by size among the areas that share it."""
    size = shapely.area(projected(shapes, utm_of(shapely.total_bounds(shapes)))).tolist()
    whole: Counter[str] = Counter()
    for node, area in zip(outlets, size, strict=True):
        whole[node] += area
    return [
        network.nodes[node].dry_m3_d * area / whole[node]
        for node, area in zip(outlets, size, strict=True)
    ]
