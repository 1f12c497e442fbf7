"""Places as ends of ways: which nodes to search between, and what it comes to for the places."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rencity.sim.travel.roads import Ids, Ints
from rencity.sim.travel.snap import Places
from rencity.sim.travel.ticks import UNREACHABLE, Ticks

Where = Places | npt.ArrayLike
"""Places, or numbers of road nodes."""


class Starts(NamedTuple):
    """Every end of every place as a source of its own.

    Attributes
    ----------
    nodes, ticks, who : int32 (s,), node, time at which it sets out, number of the place
    """

    nodes: Ids
    ticks: Ticks
    who: Ids


def as_places(where: Where) -> Places:
    """Places as they are; numbers as road nodes."""
    return where if isinstance(where, Places) else Places.on(where)


def starts_of(places: Places) -> Starts:
    """Where a search from all the places at once begins."""
    nodes = np.concatenate([places.node, places.other])
    on = np.flatnonzero(nodes >= 0)
    who = np.tile(np.arange(len(places), dtype=np.int32), 2)
    return Starts(nodes[on], np.tile(places.access, 2)[on], who[on])


def ends_of(places: Places) -> tuple[Ids, Ints]:
    """Nodes of all ends, each once, and where those of each place stand, (2, p); -1 for none."""
    both = np.stack([places.node, places.other]).astype(np.int64)
    nodes = np.unique(both[both >= 0])
    return nodes.astype(np.int32), np.where(both >= 0, np.searchsorted(nodes, both), -1)


def joined(between: Ticks, leave: Ints, arrive: Ints, a: Places, b: Places) -> Ticks:
    """Least over the ends, with the ways to the road; int32 (s, t) from int32 over their nodes."""
    made = np.full((len(a), len(b)), UNREACHABLE, np.int32)
    if _as_they_stand(arrive, b):
        for out in leave:
            for place in np.flatnonzero(out >= 0):
                way_ = between[out[place]] + a.access[place]  # the sum of two never overflows
                np.minimum(made[place], way_, out=made[place])
        return made
    for out in leave:
        rows = np.flatnonzero(out >= 0)
        for in_ in arrive:
            columns = np.flatnonzero(in_ >= 0)
            if not len(rows) or not len(columns):
                continue
            way = between[np.ix_(out[rows], in_[columns])].astype(np.int64)
            way += a.access[rows, None].astype(np.int64) + b.access[None, columns]
            square = np.ix_(rows, columns)
            made[square] = np.minimum(made[square], np.minimum(way, UNREACHABLE))
    return made


def _as_they_stand(arrive: Ints, b: Places) -> bool:
    """Whether places are distinct nodes in order: their columns are those between nodes."""
    plain = not (arrive[1:] >= 0).any() and not b.access.any()
    return plain and np.array_equal(arrive[0], np.arange(len(b)))


def at_places(ticks: Ticks, source: Ids, places: Places) -> tuple[Ticks, Ids]:
    """What a search found, at the better end of each place; of equals the lower source."""
    best = np.full(len(places), UNREACHABLE, np.int64)
    which = np.full(len(places), -1, np.int32)
    for end in (places.node, places.other):
        way = np.where(end >= 0, ticks[end].astype(np.int64) + places.access, UNREACHABLE)
        better = (way < best) | ((way == best) & (source[end] < which))
        better &= way < UNREACHABLE
        best, which = np.where(better, way, best), np.where(better, source[end], which)
    return best.astype(np.int32), which.astype(np.int32)
