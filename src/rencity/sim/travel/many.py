"""Times in many samples, each with its own closures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rencity.sim.travel.closures import Closures
from rencity.sim.travel.customise import customised_lanes
from rencity.sim.travel.ends import Where, as_places, ends_of, joined
from rencity.sim.travel.lanes import LANES
from rencity.sim.travel.roads import Bools, Ids
from rencity.sim.travel.snap import Places
from rencity.sim.travel.sweep import above, times_samples
from rencity.sim.travel.ticks import UNREACHABLE, Ticks

if TYPE_CHECKING:
    from rencity.sim.travel.travel import Travel

FEWEST = 4
"""Samples from which one pass in lanes is faster than as many customised one by one."""


def times_many(
    travel: Travel,
    closures: Sequence[Closures] | Bools,
    sources: Where,
    targets: Where | None,
) -> Ticks:
    """See `Travel.times_many`."""
    a = as_places(sources)
    b = Places.on(np.arange(travel.roads.nodes)) if targets is None else as_places(targets)
    made = np.empty((len(closures), len(a), len(b)), np.int32)
    leave, from_ = ends_of(a)
    arrive, to = ends_of(b)
    lanes = travel.worth_ordering(len(closures) * len(leave))
    first = 0
    while first < len(closures):
        count = min(LANES, len(closures) - first)
        if lanes and count >= FEWEST and len(leave) and len(arrive):
            between = _sixteen(travel, closures[first : first + count], leave, arrive)
            for k in range(count):
                made[first + k] = joined(between[k], from_, to, a, b)
        else:
            for k in range(first, first + count):
                made[k] = travel.at(_ticks(travel, closures[k])).times(a, b)
        first += count
    return made


def _sixteen(
    travel: Travel, closures: Sequence[Closures] | Bools, leave: Ids, arrive: Ids
) -> Ticks:
    """Times between nodes in at most `LANES` samples; int32 (LANES, s, t)."""
    ticks = np.empty((travel.roads.edges, LANES), np.int32)
    for k in range(LANES):
        ticks[:, k] = _ticks(travel, closures[min(k, len(closures) - 1)])
    tree = travel.tree
    metric = customised_lanes(tree, ticks)
    to = tree.rank[arrive]
    return times_samples(tree, metric, tree.rank[leave], to, above(tree, to))


def _ticks(travel: Travel, closures: Closures | Bools) -> Ticks:
    if isinstance(closures, Closures):
        return closures.ticks(travel.roads)
    return np.where(closures, UNREACHABLE, travel.roads.ticks).astype(np.int32)
