"""Times on the roads of a city as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from rencity.sim.travel.closures import Closures
from rencity.sim.travel.roads import Bools, Ids, Ints, Roads
from rencity.sim.travel.search import NO_LIMIT, Found, Star, as_nodes, nearest_of, table_of
from rencity.sim.travel.snap import Places
from rencity.sim.travel.ticks import UNREACHABLE, Ticks

Where = Places | npt.ArrayLike
"""Places, or numbers of road nodes."""


@dataclass(frozen=True)
class Nearest:
    """The nearest facility.

    Attributes
    ----------
    ticks : int32, `UNREACHABLE` where there is no way to any
    which : int32, number of the facility, -1 where there is none; of equals the first
    """

    ticks: Ticks
    which: Ids


@dataclass(frozen=True)
class Path:
    """One quickest way.

    Attributes
    ----------
    nodes, edges : int64, in order; empty where there is no way
    ticks, length_m : `UNREACHABLE` and infinite where there is no way
    """

    nodes: Ints
    edges: Ints
    ticks: int
    length_m: float


class Travel:
    """The roads, ready to be closed.

    Examples
    --------
    >>> travel = Travel(roads_of(city))  # doctest: +SKIP
    >>> now = travel.under(Closures.of(travel.roads, assets=[17]))  # doctest: +SKIP
    >>> now.times(stations, hospitals)  # doctest: +SKIP
    """

    def __init__(self, roads: Roads) -> None:
        self.roads = roads

    def under(self, closures: Closures | None = None) -> TravelNow:
        """Travel while some roads are closed or slowed."""
        ticks = self.roads.ticks if closures is None else closures.ticks(self.roads)
        return TravelNow(self, ticks)

    def times_many(
        self, closures: Sequence[Closures] | Bools, sources: Where, targets: Where
    ) -> Ticks:
        """Times under each of many closures.

        Parameters
        ----------
        closures : k of them, or bool (k, m): which edges are closed in each sample
        sources, targets : as in `TravelNow.times`

        Returns
        -------
        int32 (k, s, t)
        """
        a, b = as_places(sources), as_places(targets)
        made = np.empty((len(closures), len(a), len(b)), np.int32)
        for k, each in enumerate(closures):
            if isinstance(each, Closures):
                ticks = each.ticks(self.roads)
            else:
                ticks = np.where(each, UNREACHABLE, self.roads.ticks).astype(np.int32)
            made[k] = TravelNow(self, ticks).times(a, b)
        return made


class TravelNow:
    """Travel at one moment: the roads and the time that each edge takes now.

    Attributes
    ----------
    ticks : int32 (m,), `UNREACHABLE` where closed
    """

    def __init__(self, travel: Travel, ticks: Ticks) -> None:
        self.travel = travel
        self.roads = travel.roads
        self.ticks = ticks

    @cached_property
    def _outward(self) -> Star:
        roads = self.roads
        return Star(roads.ptr, roads.head, self.ticks, np.arange(roads.edges, dtype=np.int32))

    @cached_property
    def _inward(self) -> Star:
        roads, edge = self.roads, self.roads.in_edge
        return Star(roads.in_ptr, roads.tail[edge], self.ticks[edge], edge)

    def _star(self, *, towards: bool) -> Star:
        return self._inward if towards else self._outward

    def times(self, sources: Where, targets: Where | None = None) -> Ticks:
        """Times from each source to each target, or to every node; int32 (s, t).

        The way from a place to its node counts at both ends.
        """
        a = as_places(sources)
        b = Places.on(np.arange(self.roads.nodes)) if targets is None else as_places(targets)
        leave, from_ = _ends(a)
        arrive, to = _ends(b)
        between = table_of(self._outward, as_nodes(leave), as_nodes(arrive))
        return _joined(between, from_, to, a, b)

    def nearest(
        self, facilities: Where, origins: Where | None = None, *, towards: bool = True
    ) -> Nearest:
        """The nearest facility of each origin, or of every node.

        Parameters
        ----------
        towards : from the origin to the facility; otherwise from the facility to the origin
        """
        found = self._search(as_places(facilities), towards=towards)
        if origins is None:
            return Nearest(found.ticks, found.source)
        return _at(found, as_places(origins))

    def isochrone(self, sources: Where, within: int, *, towards: bool = False) -> Found:
        """Every node within a time of the nearest source, and by which edge it is reached.

        Parameters
        ----------
        within : ticks; what is farther stays `UNREACHABLE`
        towards : nodes from which a source is reached in time, not those it reaches
        """
        return self._search(as_places(sources), towards=towards, limit=within)

    def cut_off(
        self, facilities: Where, origins: Where | None = None, *, towards: bool = True
    ) -> Bools:
        """Which origins (or nodes) have no way to any facility; no facility: all of them."""
        return self.nearest(facilities, origins, towards=towards).ticks >= UNREACHABLE

    def path(self, source: int, target: int) -> Path:
        """One quickest way between two nodes."""
        star = self._outward
        found = nearest_of(star, as_nodes([source]), np.zeros(1, np.int32))
        if found.ticks[target] >= UNREACHABLE:
            none = np.zeros(0, np.int64)
            return Path(none, none, UNREACHABLE, float("inf"))
        edges: list[int] = []
        at = target
        while at != source:
            edges.append(int(found.by[at]))
            at = int(self.roads.tail[edges[-1]])
        way = np.array(edges[::-1], np.int64)
        nodes = np.append(source, self.roads.head[way]).astype(np.int64)
        length_m = float(self.roads.length_m[way].sum())
        return Path(nodes, way, int(found.ticks[target]), length_m)

    def _search(self, places: Places, *, towards: bool, limit: int = NO_LIMIT) -> Found:
        """From every end of every place; sources are numbered as the places are."""
        ends = np.concatenate([places.node, places.other])
        number = np.tile(np.arange(len(places)), 2)
        start = np.tile(places.access, 2)
        keep = np.flatnonzero(ends >= 0)
        keep = keep[np.lexsort((keep, number[keep]))]
        found = nearest_of(
            self._star(towards=towards), as_nodes(ends[keep]), start[keep], min(limit, NO_LIMIT)
        )
        who = np.where(found.source >= 0, number[keep][found.source], -1) if len(keep) else -1
        source = np.broadcast_to(who, found.ticks.shape).astype(np.int32)
        return Found(found.ticks, source, found.by)


def as_places(where: Where) -> Places:
    """Places as they are; numbers as road nodes."""
    return where if isinstance(where, Places) else Places.on(where)


def _ends(places: Places) -> tuple[Ints, Ints]:
    """Nodes of all ends, each once, and where those of each place stand, (2, p); -1 for none."""
    both = np.stack([places.node, places.other]).astype(np.int64)
    nodes = np.unique(both[both >= 0])
    return nodes, np.where(both >= 0, np.searchsorted(nodes, both), -1)


def _joined(between: Ticks, from_: Ints, to: Ints, a: Places, b: Places) -> Ticks:
    """Least over the ends, with the ways to the road; int32 (s, t)."""
    made = np.full((len(a), len(b)), UNREACHABLE, np.int32)
    for out in from_:
        for in_ in to:
            rows, columns = np.flatnonzero(out >= 0), np.flatnonzero(in_ >= 0)
            if not len(rows) or not len(columns):
                continue
            square = np.ix_(rows, columns)
            way = between[np.ix_(out[rows], in_[columns])].astype(np.int64)
            way += a.access[rows, None].astype(np.int64) + b.access[None, columns]
            made[square] = np.minimum(made[square], np.minimum(way, UNREACHABLE))
    return made


def _at(found: Found, places: Places) -> Nearest:
    """What was found at the better end of each place."""
    ticks = np.full(len(places), UNREACHABLE, np.int64)
    which = np.full(len(places), -1, np.int32)
    for end in (places.node, places.other):
        has = end >= 0
        way = np.where(has, found.ticks[end].astype(np.int64) + places.access, UNREACHABLE)
        better = (way < ticks) & (way < UNREACHABLE)
        ticks = np.where(better, way, ticks)
        which = np.where(better, found.source[end], which)
    return Nearest(ticks.astype(np.int32), which.astype(np.int32))
