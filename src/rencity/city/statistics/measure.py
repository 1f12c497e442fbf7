"""What a city's tables say in figures, for any city; what they do not say is None or left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.check.facts import Facts
from rencity.city.model import City
from rencity.city.statistics.extent import Bools, Extent, Rows, extent_of
from rencity.city.statistics.roads import roads


def statistics(city: City) -> dict[str, Any]:
    """Plain values for JSON; lengths in km, areas in km², densities of residents by night."""
    facts = Facts(city)
    extent = extent_of(facts)
    (people, km2), (urban_people, urban_km2) = extent.total(), extent.in_town()
    kinds = _Kinds(facts)
    return {
        "people": people,
        "km2": km2,
        "people_per_km2": _per(people, km2),
        "urban": {"people": urban_people, "km2": urban_km2},
        "divisions": _divisions(facts, extent),
        "roads": roads(facts, extent),
        "lines": _lines(facts, kinds, people, km2),
        "things": _things(facts, kinds, extent),
        "served": _served(facts, kinds, extent),
        "health": {"beds_per_1000": _beds(facts, people)},
        "buildings": _buildings(city, people),
    }


class _Kinds:
    """Kind of each asset as a number: `code` (assets,) and the `names` ``lifeline.kind``."""

    def __init__(self, facts: Facts) -> None:
        assets = facts.city.assets
        life, lives = pd.factorize(assets["lifeline"], sort=True)
        kind, kinds = pd.factorize(assets["kind"], sort=True)
        pair, self.code = np.unique(life * max(1, len(kinds)) + kind, return_inverse=True)
        first, second = np.divmod(pair, max(1, len(kinds)))
        self.names = [f"{lives[a]}.{kinds[b]}" for a, b in zip(first, second, strict=True)]

    def sums(self, which: Bools, values: npt.NDArray[np.float64] | None = None) -> Any:
        """Count, or sum of values, by kind among these assets."""
        held = None if values is None else np.nan_to_num(values[which])
        return np.bincount(self.code[which], held, len(self.names))


def _divisions(facts: Facts, extent: Extent) -> list[dict[str, Any]]:
    """Zones of the first level below the city that has several: code, name, people, km²."""
    zones = facts.city.zones
    levels = facts.column("zones", "level")
    level = next((n for n in ("district", "street") if (levels == n).sum() > 1), "")
    return [
        {
            "code": str(zones["code"].iloc[row]),
            "name": str(zones["name"].iloc[row]),
            "name_en": str(zones["name_en"].iloc[row]),
            "people": float(extent.people[row]),
            "km2": float(extent.km2[row]) or None,
        }
        for row in np.flatnonzero(levels == level)
    ]


def _lines(facts: Facts, kinds: _Kinds, people: float, km2: float) -> dict[str, dict[str, Any]]:
    """Of each kind that is a link: length, length a head, length on a km²."""
    km = kinds.sums(facts.is_link, facts.number("assets", "length_m")) / 1000
    return {
        name: {
            "km": float(value),
            "m_per_person": _per(float(value) * 1000, people),
            "km_per_km2": _per(float(value), km2),
        }
        for name, value in zip(kinds.names, km, strict=True)
        if value > 0
    }


def _things(facts: Facts, kinds: _Kinds, extent: Extent) -> dict[str, dict[str, Any]]:
    """Of each kind that is a node: count, residents each, and urban km² for each that is there."""
    (people, _), (_, urban_km2) = extent.total(), extent.in_town()
    in_town = kinds.sums(facts.is_node & extent.is_urban(facts.named("assets", "zone")))
    return {
        name: {
            "count": int(count),
            "people_each": _per(people, int(count)),
            "urban_km2_each": _per(urban_km2, int(town)) if urban_km2 else None,
        }
        for name, count, town in zip(kinds.names, kinds.sums(facts.is_node), in_town, strict=True)
        if count
    }


def _served(facts: Facts, kinds: _Kinds, extent: Extent) -> dict[str, dict[str, Any]]:
    """Residents on each asset that serves zones, by kind: how many, median, 95 of 100."""
    asset, zone = facts.serve_asset, facts.serve_zone
    fine = (asset >= 0) & (zone >= 0)
    share = np.nan_to_num(facts.number("serves", "share")[fine])
    total = np.bincount(asset[fine], extent.people[zone[fine]] * share, facts.n)
    serving: Rows = np.unique(asset[fine])
    by_kind = pd.Series(total[serving]).groupby(kinds.code[serving])
    return {
        kinds.names[int(code)]: {
            "assets": len(part),
            "median": float(part.median()),
            "p95": float(part.quantile(0.95)),
        }
        for code, part in by_kind
    }


def _beds(facts: Facts, people: float) -> float | None:
    health = (facts.city.assets["lifeline"] == "health").to_numpy()
    beds = facts.number("assets", "capacity")[health]
    return _per(1000 * float(np.nansum(beds)), people) if np.isfinite(beds).any() else None


def _buildings(city: City, people: float) -> dict[str, Any] | None:
    frame = city.buildings
    if not len(frame):
        return None
    homes = frame.loc[frame["use"] == "residential", "floor_area_m2"]
    floor = frame.groupby("use")["floor_area_m2"].sum()
    return {
        "count": len(frame),
        "people_night": float(np.nansum(frame["people_night"])),
        "people_day": float(np.nansum(frame["people_day"])),
        "home_m2_per_person": _per(float(homes.sum()), people) if homes.notna().any() else None,
        "floor_area_m2": {str(use): float(area) for use, area in floor.items()},
    }


def _per(amount: float, of: float) -> float | None:
    return amount / of if of > 0 else None
