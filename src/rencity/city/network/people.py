"""Who hangs on which node, in whole people."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.city.network.model import ASSETS, PEOPLE, Ints
from rencity.city.network.rows import find, pointers
from rencity.city.schema import LEVELS

MOST_REGIONS = 64


def people_of(city: City, index: pd.Index, node_of: Ints, n: int) -> dict[str, Any]:
    """People on each node by zone; assets where nobody is known to hang on anything."""
    serves, zones = city.serves, city.zones
    asset = find(index, serves["asset"], "serves.asset")
    zone_row = find(pd.Index(zones["id"]), serves["zone"], "serves.zone")
    served, zone = np.unique(zone_row, return_inverse=True)
    people = _whole_people(
        zone,
        city.assets["lifeline"].to_numpy()[asset],
        serves["share"].to_numpy(),
        zones["people_night"].to_numpy()[served],
    )
    if not people.any():
        return _assets_for_people(city, node_of, n)
    return _by_node(node_of[asset], zone, people, n) | _zones_of(zones, served) | {"unit": PEOPLE}


def _assets_for_people(city: City, node_of: Ints, n: int) -> dict[str, Any]:
    """One for each node that is no source, in its own zone, else in the first one at the top."""
    counted = np.flatnonzero((node_of >= 0) & ~city.assets["source"].to_numpy())
    zone_index = pd.Index(city.zones["id"])
    row = zone_index.get_indexer(city.assets["zone"].iloc[counted])
    top = np.flatnonzero(city.zones["parent"] == "")
    served, zone = np.unique(np.where(row < 0, top[0] if len(top) else 0, row), return_inverse=True)
    ones = np.ones(len(counted), np.int64)
    made = _by_node(node_of[counted], zone, ones, n) | {"unit": ASSETS}
    if not len(city.zones):
        only = (city.identity.id,) if len(counted) else ()
        return made | {"zone": only, "region": only, "zone_region": np.zeros(len(only), np.int32)}
    return made | _zones_of(city.zones, served)


def _by_node(node: Ints, zone: Ints, people: Ints, n: int) -> dict[str, Any]:
    order = np.lexsort((zone, node))
    return {
        "people_ptr": pointers(np.bincount(node, minlength=n)),
        "people_zone": zone[order].astype(np.int32),
        "people": people[order].astype(np.int32),
    }


def _zones_of(zones: pd.DataFrame, served: Ints) -> dict[str, Any]:
    regions, zone_region = np.unique(_regions(zones)[served], return_inverse=True)
    ids = zones["id"].to_numpy()
    return {
        "zone": tuple(ids[served]),
        "region": tuple(ids[regions]),
        "zone_region": zone_region.astype(np.int32),
    }


def _whole_people(
    zone: Ints,
    lifeline: npt.NDArray[np.object_],
    share: npt.NDArray[np.float64],
    people: npt.NDArray[np.float64],
) -> Ints:
    """Whole people of each share by largest remainder, so that zone totals are kept."""
    exact = share * people[zone]
    whole = np.floor(exact + 1e-9)
    if not len(zone):
        return whole.astype(np.int64)
    cell = pd.DataFrame({"zone": zone, "lifeline": lifeline}).groupby(
        ["zone", "lifeline"], sort=False
    )
    group = cell.ngroup().to_numpy()
    short = np.round(np.bincount(group, exact)) - np.bincount(group, whole)
    order = np.lexsort((np.arange(len(zone)), -(exact - whole), group))
    starts = pointers(np.bincount(group))[group[order]]
    extra = np.empty(len(zone))
    extra[order] = np.arange(len(zone)) - starts < short[group[order]]
    return (whole + extra).astype(np.int64)


def _regions(zones: pd.DataFrame) -> Ints:
    """The zone that each zone is counted under: its ancestor at the first level of several."""
    counts = zones["level"].value_counts()
    several = [name for name in LEVELS if 1 < counts.get(name, 0) <= MOST_REGIONS]
    index = pd.Index(zones["id"])
    parent = index.get_indexer(zones["parent"])
    region = np.arange(len(zones), dtype=np.int64)
    if not several:
        return _climb(region, parent, np.zeros(len(zones), bool))
    return _climb(region, parent, (zones["level"] == several[0]).to_numpy())


def _climb(region: Ints, parent: Ints, stop: npt.NDArray[np.bool_]) -> Ints:
    """Go up until a zone of the level, or the top, or where no such zone lies above."""
    has = stop.copy()
    for _ in LEVELS:  # whether the level stands at or above each zone
        has |= np.where(parent >= 0, has[parent], False)
    for _ in LEVELS:
        move = ~stop[region] & (parent[region] >= 0) & (has[region] | ~has.any())
        region = np.where(move, parent[region], region)
    return region
