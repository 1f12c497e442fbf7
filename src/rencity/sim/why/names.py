"""Rows of a network by the ids and names of the city they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.city.network import Network

FACILITIES = ("health", "rescue", "shelter", "supplies")
"""Lifelines whose assets are places people go to or are helped from: they are told by name."""


@dataclass(frozen=True)
class Asset:
    """Who an asset is.

    Attributes
    ----------
    kind : ``lifeline.kind``; kind_zh, kind_en : its names in the catalogue
    """

    id: str
    name: str
    lifeline: str
    kind: str
    kind_zh: str
    kind_en: str

    @property
    def shown(self) -> str:
        """Name, and the id where it says more."""
        return f"{self.name} ({self.id})" if self.name and self.name != self.id else self.id


@dataclass(frozen=True)
class Names:
    """The city's words for rows and zones."""

    city: City
    network: Network

    @cached_property
    def asset_of_row(self) -> npt.NDArray[np.int64]:
        """Row of ``city.assets`` of each network row, -1 for a link without an asset; (n + k,)."""
        return np.concatenate([self.network.asset, self.network.link_asset]).astype(np.int64)

    @cached_property
    def row_of_asset(self) -> npt.NDArray[np.int64]:
        """Network row of each asset, -1 outside every network."""
        return self.network.row_of_asset(len(self.city.assets))

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """Ids of assets."""
        return self.city.assets["id"].to_numpy(dtype=object)

    @cached_property
    def assets(self) -> pd.Index:
        """Ids of assets, to look them up."""
        return pd.Index(self.ids)

    @cached_property
    def zones(self) -> pd.Index:
        """Ids of zones, to look them up."""
        return pd.Index(self.city.zones["id"])

    @cached_property
    def inside(self) -> dict[str, list[str]]:
        """Zones right inside each zone."""
        found: dict[str, list[str]] = {}
        zones = self.city.zones
        for zone, parent in zip(zones["id"].tolist(), zones["parent"].tolist(), strict=True):
            found.setdefault(parent, []).append(zone)
        return found

    @cached_property
    def lifeline(self) -> npt.NDArray[np.object_]:
        """Lifelines of assets."""
        return self.city.assets["lifeline"].to_numpy(dtype=object)

    @cached_property
    def kind(self) -> npt.NDArray[np.object_]:
        """``lifeline.kind`` of assets."""
        return self.lifeline + "." + self.city.assets["kind"].to_numpy(dtype=object)

    @cached_property
    def _name(self) -> npt.NDArray[np.object_]:
        return self.city.assets["name"].to_numpy(dtype=object)

    @cached_property
    def zone_names(self) -> pd.Series:
        """Name of each zone by id."""
        zones = self.city.zones
        return pd.Series(zones["name"].to_numpy(dtype=object), index=zones["id"].to_numpy())

    def id_of(self, row: int) -> str:
        """Asset id of a row; empty for a link without an asset."""
        asset = self.asset_of_row[row]
        return str(self.ids[asset]) if asset >= 0 else ""

    def ids_of(self, rows: Iterable[int]) -> list[str]:
        """Asset ids of rows, ascending."""
        return sorted(self.id_of(int(row)) for row in rows)

    def asset(self, row: int) -> Asset:
        """Who stands at a row."""
        at = self.asset_of_row[row]
        kind = str(self.kind[at])
        entry = self.city.catalogue.kinds.get(kind)
        zh, en = (entry.zh, entry.en) if entry else (kind, kind)
        return Asset(
            str(self.ids[at]), str(self._name[at] or ""), str(self.lifeline[at]), kind, zh, en
        )

    def zone_name(self, zone: str) -> str:
        """Name of a zone, else its id."""
        return str(self.zone_names.get(zone, "") or zone)
