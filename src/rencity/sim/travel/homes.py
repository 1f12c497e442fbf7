"""Where people live along the roads, in whole people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rencity.city.model import City
from rencity.city.network.rows import pointers
from rencity.sim.travel.roads import Bools, Floats, Ids, Ints, Roads
from rencity.sim.travel.snap import Places, middles, snap_points, snap_zones
from rencity.sim.travel.speeds import Access


@dataclass(frozen=True)
class Homes:
    """People by zone and place; h places.

    Attributes
    ----------
    zone : int32 (h,), row of ``city.zones``, one of the smallest
    places : where they enter the roads
    people : int64 (h,), residents; a zone's add up to its own, rounded
    """

    zone: Ids
    places: Places
    people: Ints

    def people_where(self, flags: Bools, zones: int) -> Ints:
        """People of the places flagged, by zone; int64 (zones,)."""
        return np.bincount(self.zone[flags], self.people[flags], zones).astype(np.int64)


def homes_of(city: City, roads: Roads, access: Access | None = None) -> Homes:
    """Residents of the smallest zones: in their buildings, else at their junctions, else inside.

    A zone's people are split over those of its buildings that say how many live there, in
    proportion; without any, evenly over its road nodes that may be entered; without those, they
    stand at one point within the zone.
    """
    zones = city.zones
    leaf = ~zones["id"].isin(set(zones["parent"])).to_numpy()
    live = leaf & (zones["people_night"].to_numpy() > 0)
    index = pd.Index(zones["id"])
    row, share, lonlat = _in_buildings(city, index, live)
    bare = live.copy()
    bare[row] = False
    at_row, at_node = _at_junctions(city, roads, index, bare)
    bare[at_row] = False
    alone = np.flatnonzero(bare)
    places = Places.joined(
        [
            snap_points(roads, lonlat, access),
            Places.on(at_node),
            snap_zones(roads, city, alone, access),
        ]
    )
    zone = np.concatenate([row, at_row, alone])
    weight = np.concatenate([share, np.ones(len(at_row)), np.ones(len(alone))])
    people = _whole(zone, weight, zones["people_night"].to_numpy())
    return Homes(zone.astype(np.int32), places, people)


def _in_buildings(city: City, index: pd.Index, live: Bools) -> tuple[Ints, Floats, Floats]:
    buildings = city.buildings
    people = buildings["people_night"].to_numpy(np.float64)
    row = index.get_indexer(buildings["zone"]).astype(np.int64)
    known = np.flatnonzero((people > 0) & (row >= 0))
    known = known[live[row[known]]]
    lonlat = middles(buildings.geometry.to_numpy()[known])
    return row[known], people[known], lonlat


def _at_junctions(city: City, roads: Roads, index: pd.Index, bare: Bools) -> tuple[Ints, Ints]:
    node = np.flatnonzero(roads.entry)
    row = index.get_indexer(city.assets["zone"].to_numpy()[roads.node_asset[node]])
    inside = np.flatnonzero(row >= 0)
    inside = inside[bare[row[inside]]]
    return row[inside].astype(np.int64), node[inside]


def _whole(zone: Ints, weight: Floats, people: Floats) -> Ints:
    """Whole people of each place by largest remainder, so that the zones' totals are kept."""
    total = np.bincount(zone, weight, len(people))
    exact = people[zone] * weight / total[zone]
    whole = np.floor(exact + 1e-9)
    short = np.rint(people) - np.bincount(zone, whole, len(people))
    order = np.lexsort((np.arange(len(zone)), -(exact - whole), zone))
    first = pointers(np.bincount(zone, minlength=len(people)))[zone[order]]
    whole[order] += np.arange(len(zone)) - first < short[zone[order]]
    return whole.astype(np.int64)
