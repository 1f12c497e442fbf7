"""From assets to what goes down with them: rounds without backups, and the hours with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rencity.city.network import Network
from rencity.sim.why.fall import Facility, Fall, Group
from rencity.sim.why.lane import Bools, Ints, undamaged_runs
from rencity.sim.why.names import Asset, Names
from rencity.sim.why.people import ZoneLoss, assets_on, people_on, zones_on
from rencity.sim.why.timeline import Timeline, timeline

SHOWN_ZONES = 50


@dataclass(frozen=True)
class Hour:
    """A moment of the course with backups and manual starts as they are.

    Attributes
    ----------
    out, back : assets that go out and come back, by lifeline
    people_out : people without each lifeline from then on
    """

    at_h: float
    out: Mapping[str, int]
    back: Mapping[str, int]
    people_out: Mapping[str, int]


@dataclass(frozen=True)
class Consequences:
    """What goes down with one asset that fails alone.

    Attributes
    ----------
    runs : whether it is served in the undamaged city; nothing follows where it is not
    unit : of `people`: ``people``, or ``assets`` where nobody is known to hang on anything
    people : people who lose each lifeline with every backup spent and nothing started by hand
    lost : assets out, by lifeline, itself included
    rounds : what goes for what reason; each round follows from the one before
    facilities : the first out first, those that hold by backup or by hand last
    zones : most people first; `zones_hit` of them in all
    hours : the same failure with backups and manual starts
    settled : whether the course has come to rest within `horizon_h`
    """

    asset: Asset
    runs: bool
    unit: str
    people: Mapping[str, int]
    lost: Mapping[str, int]
    rounds: tuple[tuple[Group, ...], ...]
    zones: tuple[ZoneLoss, ...]
    zones_hit: int
    facilities: tuple[Facility, ...]
    hours: tuple[Hour, ...]
    settled: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Together:
    """What goes down with several rows that fail at once; as `Consequences` where it says nothing.

    Attributes
    ----------
    idle : the rows asked for that are not served in the undamaged city
    rounds_more : groups that are not told
    zones : every zone that is hit, most people first
    dark : int64, rows of ``city.assets`` that are out, ascending
    """

    idle: tuple[int, ...]
    unit: str
    people: Mapping[str, int]
    lost: Mapping[str, int]
    rounds: tuple[tuple[Group, ...], ...]
    rounds_more: int
    zones: tuple[ZoneLoss, ...]
    facilities: tuple[Facility, ...]
    hours: tuple[Hour, ...]
    settled: bool
    dark: Ints


def consequences(
    network: Network, row: int, names: Names, runs: Bools | None = None
) -> Consequences:
    """Fail one row alone and follow what goes with it.

    Parameters
    ----------
    row : node, or n + link row
    runs : bool (n,), `Undamaged.runs` of an engine where one is at hand
    """
    found = together(network, (row,), names, runs)
    return Consequences(
        asset=names.asset(row),
        runs=not found.idle,
        unit=found.unit,
        people=found.people,
        lost=found.lost,
        rounds=found.rounds,
        zones=found.zones[:SHOWN_ZONES],
        zones_hit=len(found.zones),
        facilities=found.facilities,
        hours=found.hours,
        settled=found.settled,
    )


def together(
    network: Network,
    rows: Iterable[int],
    names: Names,
    runs: Bools | None = None,
    most_groups: int | None = None,
) -> Together:
    """Fail rows at once, for good, and follow what goes with them.

    Parameters
    ----------
    rows, runs : as `consequences`
    most_groups : of a round that are told, most people first; None: all
    """
    asked = sorted({int(row) for row in rows})
    alive = undamaged_runs(network) if runs is None else runs
    fall = Fall(network, names, alive, asked)
    course = timeline(network, alive, fall.down)
    told = fall.told(course, most_groups)
    out = names.asset_of_row[np.concatenate([fall.gone, fall.links])]
    return Together(
        idle=tuple(row for row in asked if row < network.nodes and not alive[row]),
        unit=network.unit,
        people=people_on(network, fall.gone),
        lost=_lost(names, out),
        rounds=told,
        rounds_more=fall.groups - sum(map(len, told)),
        zones=tuple(zones_on(network, names, fall.gone)),
        facilities=fall.facilities(course),
        hours=tuple(_hours(network, course)),
        settled=course.settled,
        dark=np.unique(out[out >= 0]),
    )


def _lost(names: Names, assets: Ints) -> dict[str, int]:
    """How many assets of each lifeline."""
    line, count = np.unique(names.lifeline[assets].astype(str), return_counts=True)
    return {str(name): int(n) for name, n in zip(line, count, strict=True)}


def _hours(network: Network, course: Timeline) -> Iterator[Hour]:
    out = np.zeros(network.nodes, bool)
    for moment in course.moments:
        out[moment.out] = True
        out[moment.back] = False
        yield Hour(
            moment.at_min / 60,
            assets_on(network, moment.out),
            assets_on(network, moment.back),
            people_on(network, np.flatnonzero(out)),
        )
