"""Move: one asset to another place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Move
from rencity.sim.measures.supply import asset_row


def move(measure: Move, setting: Setting) -> Setting:
    """The asset at its new place; links, needs and who it serves stay.

    Raises
    ------
    InputError : an asset that is not there or is a line, an unknown zone
    """
    city, place = setting.city, f"measure {measure.id}"
    row = asset_row(city, measure.asset, place)
    if shapely.get_type_id(city.assets.geometry.iloc[row]) in (1, 2, 5):
        raise InputError(
            f"{measure.asset} is a line, which has no one place",
            place=f"{place}.asset",
            mend="move what has a point or an outline",
        )
    to = shapely.Point(measure.lon, measure.lat)
    zone = _zone(city, to) if measure.zone is None else _known(city, measure.zone, place)
    assets = city.assets.copy()
    same = shapely.equals(shapely.centroid(assets.geometry.iloc[row]), to)
    if same and measure.sill_m is None and zone == assets["zone"].iloc[row]:
        return setting
    geometry = assets.geometry.to_numpy().copy()
    geometry[row] = to
    assets.loc[row, "zone"] = zone
    assets.loc[row, "elevation_m"] = np.nan
    if measure.sill_m is not None:
        assets.loc[row, "entrance_m"] = measure.sill_m
    frame = pd.DataFrame(assets).assign(geometry=geometry)
    return setting.with_tables(assets=gpd.GeoDataFrame(frame, crs="EPSG:4326"))


def _zone(city: City, to: shapely.Point) -> str:
    """The smallest zone whose outline holds a point, else none."""
    shapes = city.zones.geometry.to_numpy()
    holds = np.flatnonzero(shapely.covers(shapes, to))
    if not len(holds):
        return ""
    least = holds[np.argmin(shapely.area(shapes[holds]))]
    return str(city.zones["id"].iloc[least])


def _known(city: City, zone: str, place: str) -> str:
    if zone and not (city.zones["id"] == zone).any():
        raise InputError(
            f"no such zone: {zone}",
            place=f"{place}.zone",
            mend=did_you_mean(zone, city.zones["id"], what="zone"),
        )
    return zone
