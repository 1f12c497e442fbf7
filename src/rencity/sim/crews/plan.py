"""A crews file made ready for one city: arrays of teams and tasks, and the edges of plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rencity.sim.crews.arrays import Tasks, Teams

Ints = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]


class Ways(Protocol):
    """How long trips take while some rows are closed."""

    def ticks(self, closed: Sequence[Ids]) -> Sequence[Ids]:
        """Ticks from each base to each site, int32 (bases, sites), for each set of closed rows.

        Parameters
        ----------
        closed : rows of the network that are closed, ascending, of each of some samples
        """
        ...


@dataclass(frozen=True)
class Level:
    """Every trip takes as long whatever is closed, as in a city without roads."""

    table: Ids

    def ticks(self, closed: Sequence[Ids]) -> Sequence[Ids]:
        """The same for each."""
        return [self.table] * len(closed)


@dataclass(frozen=True)
class CrewPlan:
    """Who can mend what, from where and in which order.

    Attributes
    ----------
    name : str (e,), entries of the crews file in the order of `teams`
    skills, parts : names by number
    teams, tasks : arrays of the schedule
    edge_min : int64, minutes at which crews are told what to do, the horizon last
    road_min : int64, those at which the roads are looked at; each is an edge
    road : bool (n,), rows that close a way
    lacking : skill that no crew has, kind, and its rows
    """

    name: tuple[str, ...]
    skills: tuple[str, ...]
    parts: tuple[str, ...]
    teams: Teams
    tasks: Tasks
    ways: Ways
    edge_min: Ints
    road_min: Ints
    road: npt.NDArray[np.bool_]
    lacking: tuple[tuple[str, str, Ids], ...] = ()

    @property
    def horizon_min(self) -> int:
        """The end of the run."""
        return int(self.edge_min[-1])


def plan_edges(
    horizon_min: int, every_min: int, roads_min: Ints, starts_min: Ints
) -> tuple[Ints, Ints]:
    """Edges of plans, and those at which the roads are looked at, from those wished for.

    Every multiple of `every_min`, each look at the roads and each hazard's start is an edge. The
    roads are also looked at when a hazard begins.
    """
    looks = np.unique(np.concatenate([[0], roads_min, starts_min]))
    looks = looks[looks < horizon_min].astype(np.int64)
    edges = np.unique(np.concatenate([np.arange(0, horizon_min, every_min), looks, [horizon_min]]))
    return edges.astype(np.int64), looks
