"""From an asset to what goes down with it: rounds without backups, and the hours with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from rencity.city.network import Network
from rencity.sim.why.lane import (
    Bools,
    Ints,
    Round,
    closed_links,
    cutters,
    losses,
    reach,
    undamaged_runs,
    without,
)
from rencity.sim.why.names import FACILITIES, Asset, Names
from rencity.sim.why.people import ZoneLoss, assets_on, people_on, zones_on
from rencity.sim.why.timeline import Timeline, timeline

SHOWN_IDS = 20
SHOWN_ZONES = 50
FAILED, RIDES, STOPPED, CUT_OFF = "failed", "rides", "stopped", "cut_off"


@dataclass(frozen=True)
class Group:
    """Assets of one lifeline that go in one round for one reason.

    Attributes
    ----------
    how : ``failed`` itself, ``rides`` on it, ``stopped`` for want of another lifeline, ``cut_off``
    by : ids of what stands between them and their source, or of the providers they lost
    count, assets : how many, and the first ids
    kinds : how many of each ``lifeline.kind``
    people : people who receive this lifeline from them
    out_h : hours after the failure when the first of them is out with backups; None: never
    """

    how: str
    lifeline: str
    by: tuple[str, ...]
    count: int
    assets: tuple[str, ...]
    kinds: Mapping[str, int]
    people: int
    out_h: float | None


@dataclass(frozen=True)
class Facility:
    """A hospital, fire station, shelter or store that goes down.

    Attributes
    ----------
    by : ids of what took it
    out_h, back_h : hours after the failure when it is out, and served again for good, with backups
        and manual starts; None: never
    """

    asset: Asset
    how: str
    by: tuple[str, ...]
    out_h: float | None
    back_h: float | None


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


def consequences(
    network: Network, row: int, names: Names, runs: Bools | None = None
) -> Consequences:
    """Fail one row alone and follow what goes with it.

    Parameters
    ----------
    row : node, or n + link row
    runs : bool (n,), `Undamaged.runs` of an engine where one is at hand
    """
    alive = undamaged_runs(network) if runs is None else runs
    down = _down(network, row)
    fall = _Fall(network, names, alive, down, row)
    course = timeline(network, alive, down)
    told = tuple(tuple(fall.groups(one, course)) for one in fall.rounds)
    gone = fall.gone
    zones = zones_on(network, names, gone)
    return Consequences(
        asset=names.asset(row),
        runs=bool(alive[row]) if row < network.nodes else True,
        unit=network.unit,
        people=people_on(network, gone),
        lost=_lost(names, np.concatenate([gone, fall.links])),
        rounds=told,
        zones=tuple(zones[:SHOWN_ZONES]),
        zones_hit=len(zones),
        facilities=tuple(sorted(fall.facilities(course), key=_first_out)),
        hours=tuple(_hours(network, course)),
        settled=course.settled,
    )


def _down(network: Network, row: int) -> Bools:
    """The row and all that rides on it, bool (n + k,)."""
    down = np.zeros(network.nodes + network.link_rows, bool)
    down[row] = True
    down[network.ride_row[network.ride_ptr[row] : network.ride_ptr[row + 1]]] = True
    return down


class _Fall:
    """The rounds of one failure with their reasons."""

    def __init__(self, network: Network, names: Names, runs: Bools, down: Bools, row: int) -> None:
        self.network, self.names, self.row = network, names, row
        n = network.nodes
        self.down = down
        self.link_up = closed_links(network) & ~down[n:]
        self.how: dict[int, tuple[str, tuple[int, ...]]] = {}
        for link in np.flatnonzero(down[n:] & closed_links(network)).tolist():
            self.how[n + link] = (FAILED, ()) if n + link == row else (RIDES, (row,))
        if row >= n:
            self.how[row] = (FAILED, ())
        left = runs
        self.rounds: list[list[int]] = [list(self.how)]
        whole = reach(network, runs, closed_links(network))
        for one in losses(network, whole, runs & ~down[:n], self.link_up):
            self._book(one)
            left = without(left, one)
        self.rounds = [one for one in self.rounds if one]
        self.gone = np.flatnonzero(runs & ~left)
        self.links = np.array([r for r in self.how if r >= n], np.int64)

    def _book(self, one: Round) -> None:
        """Failed things make round 0; what they cut off, and each later round, one more."""
        first = [int(v) for v in one.stopped if self.down[v]]
        for v in first:
            self.how[v] = (FAILED, ()) if v == self.row else (RIDES, (self.row,))
        self.rounds[0] += first
        stopped = [int(v) for v in one.stopped if not self.down[v]]
        for v in stopped:
            self.how[v] = (STOPPED, self._lacking(v, one))
        cut = [int(v) for v in one.cut]
        for v, by in zip(cut, cutters(self.network, one, self.link_up), strict=True):
            self.how[v] = (CUT_OFF, (int(by),))
        self.rounds.append(stopped + cut)

    def _lacking(self, v: int, one: Round) -> tuple[int, ...]:
        """Providers not served of the first unmet need of a node."""
        network = self.network
        for g in range(int(network.node_ptr[v]), int(network.node_ptr[v + 1])):
            if one.unmet[g]:
                mine = network.group_provider[network.group_ptr[g] : network.group_ptr[g + 1]]
                return tuple(int(p) for p in mine if not one.before.served[p])
        return ()

    def groups(self, rows: list[int], course: Timeline) -> Iterator[Group]:
        """One round, its rows brought together by reason and lifeline."""
        found: dict[tuple[str, str, tuple[int, ...]], list[int]] = {}
        for row in rows:
            how, by = self.how[row]
            line = str(self.names.lifeline[self.names.asset_of_row[row]])
            found.setdefault((how, line, by), []).append(row)
        told = [self._group(*key, mine, course) for key, mine in found.items()]
        yield from sorted(told, key=lambda each: (-each.people, -each.count, each.assets))

    def _group(
        self, how: str, lifeline: str, by: tuple[int, ...], rows: list[int], course: Timeline
    ) -> Group:
        names = self.names
        kind, counts = np.unique(names.kind[names.asset_of_row[rows]], return_counts=True)
        nodes = np.array([r for r in rows if r < self.network.nodes], np.int64)
        return Group(
            how=how,
            lifeline=lifeline,
            by=tuple(names.ids_of(by)),
            count=len(rows),
            assets=tuple(names.ids_of(rows)[:SHOWN_IDS]),
            kinds={str(k): int(c) for k, c in zip(kind, counts, strict=True)},
            people=sum(people_on(self.network, nodes).values()),
            out_h=_first_h(course, nodes) if len(nodes) == len(rows) else 0.0,
        )

    def facilities(self, course: Timeline) -> Iterator[Facility]:
        """Critical facilities among what goes."""
        at = self.names.asset_of_row[self.gone]
        chosen = self.gone[np.isin(self.names.lifeline[at].astype(str), FACILITIES)]
        for row in chosen.tolist():
            how, by = self.how[row]
            yield Facility(
                asset=self.names.asset(row),
                how=how,
                by=tuple(self.names.ids_of(by)),
                out_h=_hours_of(int(course.first_out_min[row])),
                back_h=_hours_of(int(course.back_min[row])),
            )


def _first_out(facility: Facility) -> tuple[bool, float, str]:
    return facility.out_h is None, facility.out_h or 0.0, facility.asset.id


def _first_h(course: Timeline, nodes: Ints) -> float | None:
    first = course.first_out_min[nodes]
    first = first[first >= 0]
    return _hours_of(int(first.min())) if len(first) else None


def _hours_of(minutes: int) -> float | None:
    return None if minutes < 0 else minutes / 60


def _lost(names: Names, rows: Ints) -> dict[str, int]:
    """How many assets of each lifeline."""
    line, count = np.unique(
        names.lifeline[names.asset_of_row[rows]].astype(str), return_counts=True
    )
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
