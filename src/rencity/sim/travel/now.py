"""Travel at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from rencity.sim.travel.customise import Metric, changed, customised
from rencity.sim.travel.ends import Where, as_places, at_places, ends_of, joined, starts_of
from rencity.sim.travel.roads import Bools, Ids, Ints, Roads
from rencity.sim.travel.search import Star, as_nodes, nearest_of, table_of
from rencity.sim.travel.snap import Places
from rencity.sim.travel.sweep import above, nearest_ranks, times_lanes
from rencity.sim.travel.ticks import UNREACHABLE, Ticks
from rencity.sim.travel.ways import way_of

if TYPE_CHECKING:
    from rencity.sim.travel.travel import Travel

PLAIN_NOW = 1
"""Plain searches that take no longer than customising for them."""
MOST_CHANGED = 300
"""Changed edges up to which customising in part is faster than as a whole."""


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
class Way:
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
        self._searches = 0

    def ready(self) -> TravelNow:
        """Customise now rather than when it pays."""
        _ = self.metric
        return self

    @cached_property
    def metric(self) -> Metric:
        """Times of the arcs now."""
        travel = self.travel
        edges = np.flatnonzero(self.ticks != self.roads.ticks)
        if not len(edges):
            return travel.undamaged
        if len(edges) <= MOST_CHANGED:
            return changed(travel.tree, travel.undamaged, self.ticks, edges)
        return customised(travel.tree, self.ticks)

    def _by_hierarchy(self, searches: int) -> bool:
        """Whether to customise for so many more searches."""
        self._searches += searches
        if not self.travel.worth_ordering(searches):
            return False
        return "metric" in self.__dict__ or self._searches > PLAIN_NOW

    @cached_property
    def _outward(self) -> Star:
        roads = self.roads
        return Star(roads.ptr, roads.head, self.ticks, np.arange(roads.edges, dtype=np.int32))

    @cached_property
    def _inward(self) -> Star:
        roads, edge = self.roads, self.roads.in_edge
        return Star(roads.in_ptr, roads.tail[edge], self.ticks[edge], edge)

    def times(self, sources: Where, targets: Where | None = None) -> Ticks:
        """Times from each source to each target, or to every node; int32 (s, t).

        The way from a place to its node counts at both ends.
        """
        a = as_places(sources)
        leave, from_ = ends_of(a)
        if targets is None:
            every = np.arange(self.roads.nodes)
            between = self._between(leave, None)
            return joined(between, from_, every[None, :], a, Places.on(every))
        b = as_places(targets)
        arrive, to = ends_of(b)
        return joined(self._between(leave, arrive), from_, to, a, b)

    def _between(self, leave: Ids, arrive: Ids | None) -> Ticks:
        """Times between nodes; every node for None."""
        if self._by_hierarchy(len(leave)):
            rank = self.travel.tree.rank
            to = rank if arrive is None else rank[arrive]
            sweep = above(self.travel.tree, None if arrive is None else to)
            return times_lanes(self.travel.tree, self.metric, rank[leave], to, sweep)
        every = np.arange(self.roads.nodes, dtype=np.int32)
        return table_of(self._outward, leave, every if arrive is None else arrive)

    def nearest(
        self, facilities: Where, origins: Where | None = None, *, towards: bool = True
    ) -> Nearest:
        """The nearest facility of each origin, or of every node.

        Parameters
        ----------
        towards : from the origin to the facility; otherwise from the facility to the origin
        """
        found = self._nearest(as_places(facilities), towards=towards)
        if origins is None:
            return found
        return Nearest(*at_places(found.ticks, found.which, as_places(origins)))

    def isochrone(
        self, sources: Where, within: int, origins: Where | None = None, *, towards: bool = False
    ) -> Nearest:
        """Times from the nearest source where they are within a limit, and which it is.

        Parameters
        ----------
        within : ticks; what is farther is `UNREACHABLE`
        towards : to a source, not from it
        """
        found = self.nearest(sources, origins, towards=towards)
        near = found.ticks <= within
        return Nearest(
            np.where(near, found.ticks, UNREACHABLE).astype(np.int32),
            np.where(near, found.which, -1).astype(np.int32),
        )

    def cut_off(
        self, facilities: Where, origins: Where | None = None, *, towards: bool = True
    ) -> Bools:
        """Which origins (or nodes) have no way to any facility; no facility: all of them."""
        return self.nearest(facilities, origins, towards=towards).ticks >= UNREACHABLE

    def _nearest(self, facilities: Places, *, towards: bool) -> Nearest:
        starts = starts_of(facilities)
        if not self._by_hierarchy(1):
            star = self._inward if towards else self._outward
            found = nearest_of(star, *starts)
            return Nearest(found.ticks, found.source)
        tree, metric = self.travel.tree, self.metric
        if towards:
            metric = Metric(metric.down, metric.up)
        ranks = tree.rank[starts.nodes]
        ticks, which = nearest_ranks(
            tree, metric, ranks, starts.ticks, starts.who, above(tree, None)
        )
        return Nearest(ticks[tree.rank], which[tree.rank])

    def path(self, source: int, target: int) -> Way:
        """One quickest way between two nodes."""
        edges = self._edges(source, target)
        if edges is None:
            none = np.zeros(0, np.int64)
            return Way(none, none, UNREACHABLE, float("inf"))
        edges = _without_loops(self.roads, source, edges)
        nodes = np.append(source, self.roads.head[edges]).astype(np.int64)
        ticks, length_m = self.ticks[edges].sum(), self.roads.length_m[edges].sum()
        return Way(nodes, edges, int(ticks), float(length_m))

    def _edges(self, source: int, target: int) -> Ints | None:
        if self._by_hierarchy(1):
            tree = self.travel.tree
            a, b = int(tree.rank[source]), int(tree.rank[target])
            found = way_of(tree, self.metric, self.ticks, a, b)
            return None if found is None else found.astype(np.int64)
        star = self._outward
        start = np.zeros(1, np.int32)
        found_ = nearest_of(star, as_nodes([source]), start, start)
        if found_.ticks[target] >= UNREACHABLE:
            return None
        edges: list[int] = []
        at = target
        while at != source:
            edges.append(int(found_.by[at]))
            at = int(self.roads.tail[edges[-1]])
        return np.array(edges[::-1], np.int64)


def _without_loops(roads: Roads, source: int, edges: Ints) -> Ints:
    """A way that takes no time may come back to a node: leave such turns out."""
    last = {source: 0} | {node: i for i, node in enumerate(roads.head[edges].tolist(), 1)}
    kept, i = [], last[source]
    while i < len(edges):
        kept.append(int(edges[i]))
        i = last[int(roads.head[edges[i]])]
    return np.array(kept, np.int64)
