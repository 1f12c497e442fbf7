"""The zones that people are spread over."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from rencity.city.model import City
from rencity.city.readers.population.spread import Floats, Shares, buildings_of, by_floor, holders
from rencity.city.readers.population.tally import rolled_up
from rencity.city.readers.records import Objects
from rencity.city.schema import LEVELS
from rencity.kit.errors import InputError

AREA_RULE, FLOOR_RULE = "population-by-area", "population-by-floor-area"


@dataclass(frozen=True)
class Targets:
    """Zones with outlines, and the city they are of."""

    city: City
    zones: gpd.GeoDataFrame

    @classmethod
    def of(cls, city: City, level: str) -> Targets:
        """Zones of a level, or the lowest.

        Raises
        ------
        InputError : no such zone has an outline
        """
        zones = city.zones
        lowest = ~zones["id"].isin(zones["parent"])
        some = zones[lowest if not level else zones["level"].eq(level)]
        some = some[some.geom_type.isin(["Polygon", "MultiPolygon"])]
        if not len(some):
            raise InputError(
                f"no zone {f'of level {level}' if level else 'at the lowest level'} has an outline",
                place="zones",
                mend="import outlines, name another --set level, or match a table by id or code",
            )
        return cls(city, some.reset_index(drop=True))

    @property
    def areas(self) -> Objects:
        """Outlines in degrees."""
        return np.asarray(self.zones.geometry.to_numpy(), dtype=object)

    def by_buildings(self, shares: Shares, places: Objects) -> Shares:
        """Shares by floor area where buildings stand; `places` are the areas they come from."""
        points, floor_m2 = buildings_of(self.city)
        if not len(points):
            return shares
        return by_floor(shares, holders(points, places), holders(points, self.areas), floor_m2)

    def changes(self, sums: dict[str, Floats]) -> pd.DataFrame:
        """People of the zones and of those above them."""
        frame = pd.DataFrame({"id": self.zones["id"], **sums})
        return rolled_up(self.city.zones, frame)


def filled(shares: Shares) -> dict[str, int]:
    """Zones filled, by rule."""
    floor = shares.by_floor[shares.place]
    counts = {
        FLOOR_RULE: len(np.unique(shares.zone[floor])),
        AREA_RULE: len(np.unique(shares.zone[~floor])),
    }
    return {rule: n for rule, n in counts.items() if n}


def smallest_holder(city: City, shapes: Objects, level: str) -> list[str]:
    """Id of the smallest zone of a higher level that holds a place in each shape; empty: none."""
    rank = city.zones["level"].map(LEVELS.index)
    above = city.zones[rank.lt(LEVELS.index(level))]
    above = above[above.geom_type.isin(["Polygon", "MultiPolygon"])]
    size = shapely.area(above.geometry.to_numpy())
    above = above.iloc[np.lexsort((-rank[above.index].to_numpy(), size))]
    at = holders(
        np.asarray(shapely.point_on_surface(shapes), dtype=object), above.geometry.to_numpy()
    )
    ids = above["id"].to_numpy()
    return [str(ids[i]) if i >= 0 else "" for i in at]
