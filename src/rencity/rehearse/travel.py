"""Questions about travel put to a city from outside: by ids, kinds and places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.kit.errors import InputError
from rencity.kit.findings import Finding
from rencity.rehearse.named import Named, Naming, Rows, with_riders
from rencity.sim.travel import (
    PER_MINUTE,
    UNREACHABLE,
    Closures,
    Homes,
    Travel,
    TravelNow,
    homes_of,
    minutes_of,
)
from rencity.sim.travel.faults import all_closed, off_roads, people_off_roads
from rencity.sim.travel.speeds import base_speeds

MOST_PAIRS = 100_000
_FARTHEST_M = base_speeds().access.farthest_m


@dataclass
class Journey:
    """A city's roads, undamaged and with some assets closed, and what was found on the way.

    Parameters
    ----------
    city : any city with roads
    closed : ids of assets that are out, with all that rides on them
    slowed, factor : ids of assets on which everything takes `factor` times as long

    Raises
    ------
    CityError : the city has no roads
    InputError : an id that is not there
    ScenarioError : a factor below 1
    """

    city: City
    closed: Sequence[str] = ()
    slowed: Sequence[str] = ()
    factor: float = 1.0
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.travel = Travel.of(self.city)
        self.naming = Naming(self.city, self.travel.roads)
        self.out = with_riders(self.city, self.naming.rows(self.closed, "--closed"))
        self.before: TravelNow = self.travel.under()
        closures = Closures.of(
            self.travel.roads,
            assets=self.out,
            slow_assets=self.naming.rows(self.slowed, "--slowed"),
            factor=self.factor,
        )
        self.now: TravelNow = self.travel.under(closures)
        self.findings += [*self.travel.roads.findings, *all_closed(self.now.ticks)]

    @cached_property
    def homes(self) -> Homes:
        """Where people live along the roads."""
        homes = homes_of(self.city, self.travel.roads)
        self.findings += people_off_roads(homes.people, homes.places.found, _FARTHEST_M)
        return homes

    def at(self, words: Sequence[str], place: str) -> Named:
        """Assets, zones, points ``lon,lat`` and kinds, as they were typed.

        Raises
        ------
        InputError : a word that is none of these
        """
        return self._told(self.naming.places(words, place))

    def _facilities(self, kind: str, place: str) -> tuple[Named, Named]:
        """Assets of a kind that are open, and all of them."""
        rows = self.naming.of_kind(kind, place)
        every = self._told(self.naming.assets(rows))
        is_open = np.flatnonzero(~np.isin(rows, self.out))
        if not len(is_open):
            self.findings.append(
                Finding(
                    rule="none-open",
                    severity="warning",
                    what=f"all {len(rows):,} of {kind} are closed",
                    mend="see whether that many were meant",
                    table="assets",
                    ids=every.ids,
                )
            )
        ids = tuple(every.ids[i] for i in is_open)
        return Named(ids, every.places.take(is_open)), every

    def _told(self, named: Named) -> Named:
        self.findings += off_roads(named.ids, named.places.found, _FARTHEST_M)
        return named

    def about(self) -> dict[str, Any]:
        """Which city and roads, and how much of them is closed."""
        roads = self.travel.roads
        shut = int((self.now.ticks >= UNREACHABLE).sum() - (roads.ticks >= UNREACHABLE).sum())
        return {
            "city": {"id": self.city.identity.id, "name": self.city.identity.name},
            "roads": {
                "nodes": roads.nodes,
                "edges": roads.edges,
                "km": round(float(roads.length_m.sum()) / 1000, 1),
            },
            "closed": {"assets": len(self.out), "edges": shut},
            "slowed": {"edges": int((self.now.ticks > roads.ticks).sum()) - shut},
        }

    def times(self, start: Named, end: Named) -> list[dict[str, Any]]:
        """Minutes from each start to each end, now and undamaged; None where there is no way.

        Raises
        ------
        InputError : more pairs than anyone reads
        """
        if len(start.ids) * len(end.ids) > MOST_PAIRS:
            raise InputError(
                f"{len(start.ids):,} starts and {len(end.ids):,} ends make too many pairs",
                place="--to",
                mend=f"ask for {MOST_PAIRS:,} pairs or fewer, or use Travel.times in Python",
            )
        now, before = (at.times(start.places, end.places) for at in (self.now, self.before))
        return [
            {
                "from": a,
                "to": b,
                "minutes": _minutes(now[i, j]),
                "undamaged_minutes": _minutes(before[i, j]),
            }
            for i, a in enumerate(start.ids)
            for j, b in enumerate(end.ids)
        ]

    def nearest(self, start: Named, kind: str, place: str = "--nearest") -> list[dict[str, Any]]:
        """The nearest open facility of a kind from each start, and the undamaged time to one."""
        open_, every = self._facilities(kind, place)
        now = self.now.nearest(open_.places, start.places)
        before = self.before.nearest(every.places, start.places)
        return [
            {
                "from": name,
                "to": open_.ids[now.which[i]] if now.which[i] >= 0 else None,
                "minutes": _minutes(now.ticks[i]),
                "undamaged_to": every.ids[before.which[i]] if before.which[i] >= 0 else None,
                "undamaged_minutes": _minutes(before.ticks[i]),
            }
            for i, name in enumerate(start.ids)
        ]

    def within(self, start: Named, minutes: float) -> dict[str, Any]:
        """Nodes and people within a time of the nearest start, now and undamaged."""
        limit = round(minutes * PER_MINUTE)
        now, before = (
            self._reached(at.isochrone(start.places, limit, self.homes.places).ticks <= limit)
            for at in (self.now, self.before)
        )
        nodes = [
            int((at.isochrone(start.places, limit).ticks <= limit).sum())
            for at in (self.now, self.before)
        ]
        return {
            "minutes": minutes,
            "nodes": nodes[0],
            "undamaged_nodes": nodes[1],
            "people": int(now.sum()),
            "undamaged_people": int(before.sum()),
            "people_in_all": int(self.homes.people.sum()),
            "zones": self._by_zone(people=now, undamaged_people=before),
        }

    def cut_off(self, kind: str, place: str = "--cut-off") -> dict[str, Any]:
        """People and zones with no way to any open facility of a kind, now and undamaged."""
        open_, every = self._facilities(kind, place)
        homes = self.homes.places
        now = self._reached(self.now.cut_off(open_.places, homes))
        before = self._reached(self.before.cut_off(every.places, homes))
        return {
            "kind": kind,
            "open": len(open_.ids),
            "closed": len(every.ids) - len(open_.ids),
            "people": int(now.sum()),
            "undamaged_people": int(before.sum()),
            "people_in_all": int(self.homes.people.sum()),
            "zones": self._by_zone(people=now, undamaged_people=before),
        }

    def _reached(self, flags: npt.NDArray[np.bool_]) -> Rows:
        return self.homes.people_where(flags, len(self.city.zones))

    def _by_zone(self, *, people: Rows, undamaged_people: Rows) -> list[dict[str, Any]]:
        """The zones where someone is: the greatest changes first, then the most people."""
        ids, names = self.city.zones["id"].to_numpy(), self.city.zones["name"].to_numpy()
        some = np.flatnonzero((people > 0) | (undamaged_people > 0))
        change = np.abs(people - undamaged_people)[some]
        some = some[np.lexsort((some, -people[some], -change))]
        return [
            {
                "zone": ids[row],
                "name": names[row],
                "people": int(people[row]),
                "undamaged_people": int(undamaged_people[row]),
            }
            for row in some
        ]


def journey(
    folder: str | Path,
    *,
    closed: Sequence[str] = (),
    slowed: Sequence[str] = (),
    factor: float = 1.0,
) -> Journey:
    """The roads of a city folder, some of its assets closed or slowed; see `Journey`."""
    return Journey(City.open(folder), closed, slowed, factor)


def _minutes(ticks: Any) -> float | None:
    minutes = float(minutes_of(ticks))
    return round(minutes, 2) if np.isfinite(minutes) else None
