"""The roads of a city, ready to be closed: ordered and contracted once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from rencity.city.model import City
from rencity.sim.travel.build import roads_of
from rencity.sim.travel.closures import Closures
from rencity.sim.travel.customise import Metric, customised
from rencity.sim.travel.ends import Where
from rencity.sim.travel.hierarchy import Hierarchy, hierarchy_of
from rencity.sim.travel.keep import kept_order
from rencity.sim.travel.many import times_many
from rencity.sim.travel.now import TravelNow
from rencity.sim.travel.roads import Bools, Ids, Roads
from rencity.sim.travel.ticks import Ticks

PLAIN_SEARCHES = 100
"""Plain searches that take about as long as ordering the roads: then they are ordered."""


class Travel:
    """The roads, ready to be closed.

    Small questions are answered by plain search; once many have been asked, the roads are ordered
    and contracted. Both give the same times.

    Examples
    --------
    >>> travel = Travel.of(city)  # doctest: +SKIP
    >>> now = travel.under(Closures.of(travel.roads, assets=[17]))  # doctest: +SKIP
    >>> now.times(stations, hospitals)  # doctest: +SKIP
    """

    def __init__(self, roads: Roads, *, folder: Path | None = None) -> None:
        """Travel on these roads; the order is kept in the `.cache` of `folder`."""
        self.roads = roads
        self.searches = 0
        self._folder = folder

    @classmethod
    def of(cls, city: City) -> Travel:
        """Travel on the roads of a city, the order kept in its folder.

        Raises
        ------
        CityError : the city has no roads
        """
        return cls(roads_of(city), folder=city.folder)

    @cached_property
    def order(self) -> Ids:
        """Nodes from the first contracted to the last, int32 (n,)."""
        return kept_order(self.roads, self._folder)

    @cached_property
    def tree(self) -> Hierarchy:
        """The roads contracted in that order."""
        return hierarchy_of(self.roads, self.order)

    @cached_property
    def undamaged(self) -> Metric:
        """Times of the arcs with nothing closed."""
        return customised(self.tree, self.roads.ticks)

    @property
    def ordered(self) -> bool:
        """Whether the roads have been contracted."""
        return "tree" in self.__dict__

    def ready(self) -> Travel:
        """Order, contract and customise now rather than when it pays."""
        _ = self.undamaged
        return self

    def worth_ordering(self, searches: int) -> bool:
        """Whether so many more searches are better made on ordered roads."""
        self.searches += searches
        return self.ordered or self.searches > PLAIN_SEARCHES

    def under(self, closures: Closures | None = None) -> TravelNow:
        """Travel while some roads are closed or slowed.

        Raises
        ------
        CityError : slowed so much that times could pass the range
        """
        return self.at(self.roads.ticks if closures is None else closures.ticks(self.roads))

    def at(self, ticks: Ticks) -> TravelNow:
        """Travel while the edges take these times, int32 (m,); `UNREACHABLE` where closed."""
        return TravelNow(self, ticks)

    def times_many(
        self, closures: Sequence[Closures] | Bools, sources: Where, targets: Where | None = None
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
        return times_many(self, closures, sources, targets)
