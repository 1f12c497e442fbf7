"""People of a zone handed down to the lowest zones below it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.city.readers.population.spread import Floats, Ints, buildings_of, holders
from rencity.city.readers.population.tally import rolled_up
from rencity.city.readers.population.zones import AREA_RULE, FLOOR_RULE
from rencity.city.schema import LEVELS

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Down:
    """People of the lowest zones and the sums above them.

    Attributes
    ----------
    changes : columns id and attributes of people
    filled : zones filled, by rule
    unspread : zones whose parts have no outlines
    """

    changes: pd.DataFrame
    filled: dict[str, int]
    unspread: tuple[str, ...]


@dataclass(frozen=True)
class Parts:
    """Which lowest zones lie below each zone, by the hierarchy.

    Attributes
    ----------
    above, below : int64 (m,), positions of each zone and of a lowest zone below it
    lowest : bool (zones,)
    """

    city: City
    above: Ints
    below: Ints
    lowest: Mask

    @classmethod
    def of(cls, city: City) -> Parts:
        """Climb from each zone to the top."""
        ids = pd.Index(city.zones["id"])
        parent = ids.get_indexer(city.zones["parent"]).astype(np.int64)
        lowest = np.ones(len(ids), bool)
        lowest[parent[parent >= 0]] = False
        at, start = parent.copy(), np.arange(len(ids))
        pairs = [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for _ in LEVELS:
            some = at >= 0
            pairs.append((at[some], start[some]))
            at = np.where(some, parent[at], -1)
        above, below = (np.concatenate(each) for each in zip(*pairs, strict=True))
        return cls(city, above, below, lowest)

    def told_below(self, told: Ints) -> Mask:
        """Which of the zones told have a zone below them that is told too."""
        holds = self.above[np.isin(self.below, told)]
        return np.isin(told, holds)

    def handed_down(self, sums: dict[str, Floats], named: Ints) -> Down:
        """People of each zone to the lowest below it, by floor area, else by area.

        Parameters
        ----------
        sums : people by attribute, (zones,)
        named : positions of the zones that the people are of
        """
        n = len(self.lowest)
        told = np.isin(np.arange(n), named)
        to_lowest = self.lowest[self.below] & told[self.above]
        above, below = self.above[to_lowest], self.below[to_lowest]
        floor, area = self._floor_m2(), self._area_m2()
        whole = np.bincount(above, floor[below], minlength=n)
        by_floor = whole > 0
        weight = np.where(by_floor[above], floor[below], area[below])
        total = np.bincount(above, weight, minlength=n)
        stuck = told & ~self.lowest & ~((total > 0) & np.isfinite(total))
        share = weight / np.where(total > 0, total, 1.0)[above]
        kept = ~stuck[above] & (share > 0)
        above, below, share = above[kept], below[kept], share[kept]
        own = told & (self.lowest | stuck)
        made = {
            name: np.where(own, values, 0.0)
            + np.bincount(below, share * values[above], minlength=n)
            for name, values in sums.items()
        }
        own[below] = True
        ids = self.city.zones["id"].to_numpy()
        frame = pd.DataFrame({"id": ids[own], **{k: v[own] for k, v in made.items()}})
        counts = {
            FLOOR_RULE: len(np.unique(below[by_floor[above]])),
            AREA_RULE: len(np.unique(below[~by_floor[above]])),
        }
        return Down(
            rolled_up(self.city.zones, frame),
            {rule: count for rule, count in counts.items() if count},
            tuple(str(each) for each in ids[stuck]),
        )

    def _area_m2(self) -> Floats:
        """Area of each zone; NaN where it has no outline, so that its siblings stay open too."""
        zones: gpd.GeoDataFrame = self.city.zones
        area = zones.geometry.to_crs(self.city.identity.metric_crs).area.to_numpy(copy=True)
        area[~(area > 0)] = np.nan
        return np.asarray(area)

    def _floor_m2(self) -> Floats:
        made = np.zeros(len(self.lowest))
        points, floor_m2 = buildings_of(self.city)
        at = np.flatnonzero(self.lowest)
        if len(points) and len(at):
            zone = holders(points, self.city.zones.geometry.to_numpy()[at])
            made[at] = np.bincount(zone[zone >= 0], floor_m2[zone >= 0], minlength=len(at))
        return made
