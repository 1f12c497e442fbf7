"""N-1 as a table: an asset a row, who loses which lifeline when it alone fails."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.network import Network
from rencity.sim.nminus1.everything import Lost


def assets_table(city: City, network: Network, lost: Lost) -> pd.DataFrame:
    """Every asset that was taken out, worst first.

    Returns
    -------
    asset, lifeline, kind, kind_zh, kind_en, name, lon, lat; people (summed over lifelines) and
    people_LIFELINE; zones (any lifeline) and zones_LIFELINE
    """
    row = network.row_of_asset(len(city.assets))
    assets = np.flatnonzero(row >= 0)
    assets = assets[lost.tried[row[assets]]]
    total = lost.people[:, row[assets]].sum(axis=0)
    assets = assets[np.lexsort((assets, -lost.zones[-1, row[assets]], -total))]
    rows = row[assets]
    columns = {"people": lost.people[:, rows].sum(axis=0)}
    for number, name in enumerate(network.lifelines):
        columns[f"people_{name}"] = lost.people[number, rows]
    columns["zones"] = lost.zones[-1, rows]
    for number, name in enumerate(network.lifelines):
        columns[f"zones_{name}"] = lost.zones[number, rows]
    return pd.DataFrame(named(city, assets) | columns)


def named(city: City, rows: npt.NDArray[np.integer]) -> dict[str, npt.NDArray[np.generic]]:
    """Id, lifeline, kind, names and place of some assets, by row of ``city.assets``."""
    assets, kinds = city.assets.iloc[rows], city.catalogue.kinds
    number, full = pd.factorize(assets["lifeline"] + "." + assets["kind"])
    place = places(city, rows)
    return {
        "asset": assets["id"].to_numpy(dtype=object),
        "lifeline": assets["lifeline"].to_numpy(dtype=object),
        "kind": assets["kind"].to_numpy(dtype=object),
        "kind_zh": np.array([kinds[k].zh if k in kinds else k for k in full], object)[number],
        "kind_en": np.array([kinds[k].en if k in kinds else k for k in full], object)[number],
        "name": assets["name"].to_numpy(dtype=object),
        "lon": place[:, 0],
        "lat": place[:, 1],
    }


def places(city: City, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.float64]:
    """Longitude and latitude on each asset; half way along a line, NaN where it has no shape."""
    shapes = city.assets.geometry.to_numpy()[rows]
    made = np.full((len(shapes), 2), np.nan)
    kind = shapely.get_type_id(shapes)
    points, lines = kind == 0, kind == 1
    there = ~shapely.is_empty(shapes) & (kind >= 0)
    for mask, point in (
        (points & there, lambda s: s),
        (lines & there, lambda s: shapely.line_interpolate_point(s, 0.5, normalized=True)),
        (~points & ~lines & there, shapely.point_on_surface),
    ):
        at = point(shapes[mask])
        made[mask] = np.stack([shapely.get_x(at), shapely.get_y(at)], axis=1)
    return made
