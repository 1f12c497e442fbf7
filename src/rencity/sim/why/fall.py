"""Rows that fail together, and round by round what follows them, with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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
    without,
)
from rencity.sim.why.names import FACILITIES, Asset, Names
from rencity.sim.why.people import people_by_node
from rencity.sim.why.timeline import Timeline

SHOWN_IDS = 20
FAILED, RIDES, STOPPED, CUT_OFF = "failed", "rides", "stopped", "cut_off"

_How = tuple[str, tuple[int, ...]]
_Key = tuple[str, str, tuple[int, ...]]


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


class Fall:
    """The rounds of one failure with their reasons.

    Parameters
    ----------
    runs : bool (n,), served in the undamaged city
    rows : nodes, or n + link row, that fail themselves

    Attributes
    ----------
    down : bool (n + k,), rows that fail and all that rides on them
    rounds : rows of each round
    gone : int64, nodes that were served and are no longer
    links : int64, n + link row of the links that are out
    """

    def __init__(self, network: Network, names: Names, runs: Bools, rows: Iterable[int]) -> None:
        self.network, self.names = network, names
        n = network.nodes
        self._asked = set(rows)
        self._carriers = _carriers(network, self._asked)
        self.down = np.zeros(n + network.link_rows, bool)
        self.down[[*self._asked, *self._carriers]] = True
        self.link_up = closed_links(network) & ~self.down[n:]
        self.how: dict[int, _How] = {}
        for link in np.flatnonzero(self.down[n:] & closed_links(network)).tolist():
            self.how[n + link] = self._struck(n + link)
        for row in sorted(row for row in self._asked if row >= n):
            self.how[row] = (FAILED, ())
        left = runs
        self.rounds: list[list[int]] = [list(self.how)]
        whole = reach(network, runs, closed_links(network))
        for one in losses(network, whole, runs & ~self.down[:n], self.link_up):
            self._book(one)
            left = without(left, one)
        self.rounds = [one for one in self.rounds if one]
        self.gone = np.flatnonzero(runs & ~left)
        self.links = np.array([r for r in self.how if r >= n], np.int64)

    def _struck(self, row: int) -> _How:
        """Why a row is down from the beginning."""
        return (FAILED, ()) if row in self._asked else (RIDES, tuple(self._carriers[row]))

    def _book(self, one: Round) -> None:
        """Failed things make round 0; what they cut off, and each later round, one more."""
        first = one.stopped[self.down[one.stopped]].tolist()
        for v in first:
            self.how[v] = self._struck(v)
        self.rounds[0] += first
        stopped = one.stopped[~self.down[one.stopped]].tolist()
        for v in stopped:
            self.how[v] = (STOPPED, self._lacking(v, one))
        cut = one.cut.tolist()
        for v, by in zip(cut, cutters(self.network, one, self.link_up).tolist(), strict=True):
            self.how[v] = (CUT_OFF, (by,))
        self.rounds.append(stopped + cut)

    def _lacking(self, v: int, one: Round) -> tuple[int, ...]:
        """Providers not served of the first unmet need of a node."""
        network = self.network
        for g in range(int(network.node_ptr[v]), int(network.node_ptr[v + 1])):
            if one.unmet[g]:
                mine = network.group_provider[network.group_ptr[g] : network.group_ptr[g + 1]]
                return tuple(int(p) for p in mine if not one.before.served[p])
        return ()

    def told(self, course: Timeline, most: int | None = None) -> tuple[tuple[Group, ...], ...]:
        """The rounds, the rows of each brought together by reason and lifeline.

        Parameters
        ----------
        most : groups of a round that are told; None: all
        """
        people = people_by_node(self.network)
        return tuple(
            tuple(
                self._group(*key, rows, course, people)
                for key, rows in self._sorted(one, people)[:most]
            )
            for one in self.rounds
        )

    @property
    def groups(self) -> int:
        """Groups of all rounds."""
        return sum(len(self._grouped(rows)) for rows in self.rounds)

    def _grouped(self, rows: list[int]) -> dict[_Key, list[int]]:
        found: dict[_Key, list[int]] = {}
        lines = self.names.lifeline[self.names.asset_of_row[rows]].tolist()
        for row, line in zip(rows, lines, strict=True):
            how, by = self.how[row]
            found.setdefault((how, str(line), by), []).append(row)
        return found

    def _sorted(self, rows: list[int], people: Ints) -> list[tuple[_Key, list[int]]]:
        """Groups of a round, most people first, then most assets, ties by the first id."""
        told = people.tolist()
        n, names = self.network.nodes, self.names

        def rank(group: tuple[_Key, list[int]]) -> tuple[int, int, str]:
            mine = group[1]
            total = sum(told[row] for row in mine if row < n)
            return -total, -len(mine), min(names.id_of(row) for row in mine)

        return sorted(self._grouped(rows).items(), key=rank)

    def _group(
        self,
        how: str,
        lifeline: str,
        by: tuple[int, ...],
        rows: list[int],
        course: Timeline,
        people: Ints,
    ) -> Group:
        names = self.names
        kinds = Counter(names.kind[names.asset_of_row[rows]].tolist())
        nodes = np.array([r for r in rows if r < self.network.nodes], np.int64)
        return Group(
            how=how,
            lifeline=lifeline,
            by=tuple(names.ids_of(by)),
            count=len(rows),
            assets=tuple(names.ids_of(rows)[:SHOWN_IDS]),
            kinds=dict(sorted(kinds.items())),
            people=int(people[nodes].sum()),
            out_h=_first_h(course, nodes) if len(nodes) == len(rows) else 0.0,
        )

    def facilities(self, course: Timeline) -> tuple[Facility, ...]:
        """Critical facilities among what goes, the first out first."""
        at = self.names.asset_of_row[self.gone]
        chosen = self.gone[np.isin(self.names.lifeline[at].astype(str), FACILITIES)]
        told = (self._facility(row, course) for row in chosen.tolist())
        return tuple(sorted(told, key=_first_out))

    def _facility(self, row: int, course: Timeline) -> Facility:
        how, by = self.how[row]
        return Facility(
            asset=self.names.asset(row),
            how=how,
            by=tuple(self.names.ids_of(by)),
            out_h=_hours_of(int(course.first_out_min[row])),
            back_h=_hours_of(int(course.back_min[row])),
        )


def _carriers(network: Network, asked: set[int]) -> dict[int, list[int]]:
    """What rides on what is asked, and which of those carry it."""
    found: dict[int, list[int]] = {}
    for row in sorted(asked):
        for rider in network.ride_row[network.ride_ptr[row] : network.ride_ptr[row + 1]].tolist():
            if rider not in asked:
                found.setdefault(rider, []).append(row)
    return found


def _first_out(facility: Facility) -> tuple[bool, float, str]:
    return facility.out_h is None, facility.out_h or 0.0, facility.asset.id


def _first_h(course: Timeline, nodes: Ints) -> float | None:
    first = course.first_out_min[nodes]
    first = first[first >= 0]
    return _hours_of(int(first.min())) if len(first) else None


def _hours_of(minutes: int) -> float | None:
    return None if minutes < 0 else minutes / 60
