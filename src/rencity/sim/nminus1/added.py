"""One link more: the same city with a new way between two of its assets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyproj
import shapely

from rencity.city.model import City
from rencity.kit.errors import CityError
from rencity.kit.suggest import did_you_mean

WHERE = "--with-link"
GEOD = pyproj.Geod(ellps="WGS84")
DETOUR = 1.3
"""Length of a new link over the straight line between its ends, where none is given."""


@dataclass(frozen=True)
class Link:
    """A link to try: the assets at its ends and, if known, its length."""

    start: str
    end: str
    length_m: float | None = None


def with_link(city: City, start: str, end: str, length_m: float | None = None) -> City:
    """The city with an undirected link that cannot fail between two assets of one lifeline.

    Parameters
    ----------
    length_m : along it; None: `DETOUR` times the straight line

    Raises
    ------
    CityError : an asset is not there, it is both ends, the lifelines differ, the length is not
        positive, or an end is itself the asset of a link
    """
    lifeline = _checked(city, start, end)
    if length_m is not None and not (np.isfinite(length_m) and length_m > 0):
        raise CityError(f"length {length_m:g} m", place=WHERE, mend="give a length above zero")
    links = city.links
    taken, number = set(links["id"]), 1
    while f"added-link-{number}" in taken:
        number += 1
    length = length_m if length_m is not None else DETOUR * _straight_m(city, start, end)
    row = _like(links, lifeline) | {
        "id": f"added-link-{number}",
        "lifeline": lifeline,
        "start": start,
        "end": end,
        "length_m": max(length, 0.1),
    }
    wider = pd.concat([links, pd.DataFrame([row])], ignore_index=True)
    return city.replace(links=wider)


def _like(links: pd.DataFrame, lifeline: str) -> dict[str, object]:
    """Class and speed of a new road: those most links of the lifeline have."""
    mine = links[links["lifeline"] == lifeline]
    common = {}
    for name in ("road_class", "speed_km_h", "lanes"):
        values = mine[name][mine[name].notna() & (mine[name] != "")]
        if len(values):
            common[name] = values.mode().iloc[0]
    return common


def _checked(city: City, start: str, end: str) -> str:
    """The lifeline of both ends."""
    index = pd.Index(city.assets["id"])
    rows = index.get_indexer([start, end])
    for name, row in zip((start, end), rows, strict=True):
        if row < 0:
            mend = did_you_mean(name, index, what="asset")
            raise CityError(f"no asset {name!r}", place=WHERE, mend=mend)
    if start == end:
        raise CityError(f"{start} is both ends", place=WHERE, mend="name two assets")
    lifelines = city.assets["lifeline"].to_numpy()[rows]
    if lifelines[0] != lifelines[1]:
        raise CityError(
            f"{start} is of {lifelines[0]} and {end} of {lifelines[1]}",
            place=WHERE,
            mend="a link joins two assets of one lifeline",
        )
    for name in (start, end):
        if (city.links["asset"] == name).any():
            raise CityError(
                f"{name} is the asset of a link, not an end of one",
                place=WHERE,
                mend="name the junction, substation or mast at its end",
            )
    return str(lifelines[0])


def _straight_m(city: City, start: str, end: str) -> float:
    rows = pd.Index(city.assets["id"]).get_indexer([start, end])
    at = shapely.point_on_surface(city.assets.geometry.iloc[rows].to_numpy())
    x, y = shapely.get_x(at), shapely.get_y(at)
    return float(GEOD.inv(x[0], y[0], x[1], y[1])[2])
