"""What people type, as places on the roads: ids, kinds, zones, points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.travel import Places, Roads, snap_assets, snap_points, snap_zones

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Named:
    """Places with the ids that they are asked for by."""

    ids: tuple[str, ...]
    places: Places


@dataclass(frozen=True)
class Naming:
    """Words to rows and places of one city."""

    city: City
    roads: Roads

    def rows(self, ids: Sequence[str], place: str) -> Rows:
        """Rows of assets by id.

        Raises
        ------
        InputError : an id that is not there
        """
        known = self.city.assets["id"]
        found = _index(known, ids)
        for name, row in zip(ids, found.tolist(), strict=True):
            if row < 0:
                raise InputError(
                    f"the city has no asset {name!r}", place=place, mend=did_you_mean(name, known)
                )
        return found

    def of_kind(self, kind: str, place: str) -> Rows:
        """Rows of assets of a kind, ``lifeline.kind`` or alone, or of a whole lifeline.

        Raises
        ------
        InputError : there is none
        """
        rows = self._of_kind(kind)
        if rows is None:
            raise InputError(
                f"the city has no asset of kind {kind!r}",
                place=place,
                mend=did_you_mean(kind, self._kinds(), what="kind"),
            )
        return rows

    def assets(self, rows: Rows) -> Named:
        """Assets by row."""
        return Named(self.ids(rows), snap_assets(self.roads, self.city, rows))

    def ids(self, rows: Rows) -> tuple[str, ...]:
        """Ids of assets."""
        return tuple(self.city.assets["id"].to_numpy()[rows])

    def places(self, words: Sequence[str], place: str) -> Named:
        """Assets, zones, points ``lon,lat`` and kinds.

        Raises
        ------
        InputError : a word that is none of these
        """
        parts = [self._place(word, place) for word in words]
        ids = tuple(name for part in parts for name in part.ids)
        return Named(ids, Places.joined([part.places for part in parts]))

    def _place(self, word: str, place: str) -> Named:
        row = _index(self.city.assets["id"], [word])
        if row[0] >= 0:
            return self.assets(row)
        row = _index(self.city.zones["id"], [word])
        if row[0] >= 0:
            return Named((word,), snap_zones(self.roads, self.city, row))
        point = _point(word, place)
        if point is not None:
            return Named((word,), snap_points(self.roads, point))
        rows = self._of_kind(word)
        if rows is not None:
            return self.assets(rows)
        known = [*self._kinds(), *self.city.zones["id"], *self.city.assets["id"]]
        raise InputError(
            f"{word!r} is no asset, zone, kind or point lon,lat of this city",
            place=place,
            mend=did_you_mean(word, known),
        )

    def _kinds(self) -> list[str]:
        assets = self.city.assets
        return sorted(set(assets["lifeline"] + "." + assets["kind"]) | set(assets["lifeline"]))

    def _of_kind(self, kind: str) -> Rows | None:
        lifeline, kinds = self.city.assets["lifeline"], self.city.assets["kind"]
        for found in (lifeline + "." + kinds == kind, kinds == kind, lifeline == kind):
            if found.any():
                return np.flatnonzero(found.to_numpy())
        return None


def with_riders(city: City, rows: Rows) -> Rows:
    """Assets that are out, and what rides on them at any remove."""
    carrier = _index(city.assets["id"], city.carriers["carrier"])
    rider = _index(city.assets["id"], city.carriers["asset"])
    out = np.unique(rows)
    while True:
        more = np.union1d(out, rider[np.isin(carrier, out)])
        if len(more) == len(out):
            return out
        out = more


def _index(known: pd.Series, ids: Sequence[str] | pd.Series) -> Rows:
    """Row of each id in a column, -1 for one that is not there."""
    return pd.Index(known).get_indexer(pd.Index(list(ids), dtype=object)).astype(np.int64)


def _point(word: str, place: str) -> tuple[float, float] | None:
    """Longitude and latitude of ``lon,lat``; None for another word."""
    parts = word.split(",")
    if len(parts) != 2:
        return None
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InputError(
            f"no place on earth at {word}",
            place=place,
            mend="write longitude first, then latitude, in degrees of WGS-84",
        )
    return lon, lat
