"""Times from one or many sources: up the elimination tree, then down over all that is asked for.

D. Delling, A. V. Goldberg, A. Nowatzyk and R. F. Werneck, "PHAST: hardware-accelerated shortest
path trees", Journal of Parallel and Distributed Computing 73 (2013); restricted to targets as
RPHAST, ALENEX 2011. Ranks that a target's ways come over are its ancestors in the elimination tree.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from rencity.sim.travel.customise import Metric
from rencity.sim.travel.hierarchy import Hierarchy
from rencity.sim.travel.lanes import LANES, relax, relax_by
from rencity.sim.travel.roads import Ids
from rencity.sim.travel.ticks import UNREACHABLE, Ticks


def above(tree: Hierarchy, targets: Ids | None) -> Ids:
    """Ranks to sweep for these target ranks, from the highest down; all of them for None."""
    if targets is None:
        return np.arange(len(tree.node) - 1, -1, -1, dtype=np.int32)
    return _above(tree.parent, targets)


def times_lanes(tree: Hierarchy, metric: Metric, sources: Ids, targets: Ids, sweep: Ids) -> Ticks:
    """Times between ranks, int32 (s, t): `LANES` sources at once in one metric.

    Parameters
    ----------
    sweep : ranks as `above` gives them
    """
    made = np.empty((len(sources), len(targets)), np.int32)
    if len(sources) == 1:
        time = _one(tree.up_ptr, tree.up_head, tree.parent, metric.up, metric.down, sources[0],
                    sweep)  # fmt: skip
        made[0] = time[targets]
        return made
    _many(
        tree.up_ptr,
        tree.up_head,
        tree.parent,
        metric.up,
        metric.down,
        sources,
        targets,
        sweep,
        made,
    )
    return made


def times_samples(tree: Hierarchy, metric: Metric, sources: Ids, targets: Ids, sweep: Ids) -> Ticks:
    """Times between ranks in `LANES` samples, each with its own metric; int32 (LANES, s, t)."""
    made = np.empty((LANES, len(sources), len(targets)), np.int32)
    _samples(
        tree.up_ptr,
        tree.up_head,
        tree.parent,
        metric.up,
        metric.down,
        sources,
        targets,
        sweep,
        made,
    )
    return made


def nearest_ranks(
    tree: Hierarchy, metric: Metric, ranks: Ids, start: Ticks, who: Ids, sweep: Ids
) -> tuple[Ticks, Ids]:
    """Time from the nearest of several ranks, and its number, on every rank swept; int32 (n,) each.

    Parameters
    ----------
    start, who : when each sets out, and its number; of those at the same time the lowest wins
    sweep : ranks as `above` gives them
    """
    climb = _above(tree.parent, ranks)[::-1]
    return _nearest(
        tree.up_ptr, tree.up_head, metric.up, metric.down, ranks, start, who, climb, sweep
    )


@njit(cache=True, nogil=True)
def _above(parent, targets):
    n = len(parent)
    met = np.zeros(n, np.bool_)
    count = 0
    for t in targets:
        v = t
        while v >= 0 and not met[v]:
            met[v] = True
            count += 1
            v = parent[v]
    made = np.empty(count, np.int32)
    for v in range(n):
        if met[v]:
            count -= 1
            made[count] = v
    return made


@njit(cache=True, nogil=True)
def _one(up_ptr, up_head, parent, up, down, source, sweep):
    time = np.full(len(parent), UNREACHABLE, np.int32)
    time[source] = 0
    v = source
    while v >= 0:
        for a in range(up_ptr[v], up_ptr[v + 1]):
            time[up_head[a]] = min(time[up_head[a]], time[v] + up[a])
        v = parent[v]
    for v in sweep:
        least = time[v]
        for a in range(up_ptr[v], up_ptr[v + 1]):
            least = min(least, time[up_head[a]] + down[a])
        time[v] = least
    return time


@njit(cache=True, nogil=True)
def _many(up_ptr, up_head, parent, up, down, sources, targets, sweep, made):
    time = np.empty((len(parent), LANES), np.int32)
    for first in range(0, len(sources), LANES):
        lanes = min(LANES, len(sources) - first)
        time[:] = UNREACHABLE
        for k in range(lanes):
            v = sources[first + k]
            time[v, k] = 0
            while v >= 0:
                own = time[v, k]
                for a in range(up_ptr[v], up_ptr[v + 1]):
                    y = up_head[a]
                    time[y, k] = min(time[y, k], own + up[a])
                v = parent[v]
        for v in sweep:
            for a in range(up_ptr[v], up_ptr[v + 1]):
                relax_by(time, v, time, up_head[a], down[a])
        for j in range(len(targets)):
            for k in range(lanes):
                made[first + k, j] = time[targets[j], k]


@njit(cache=True, nogil=True)
def _samples(up_ptr, up_head, parent, up, down, sources, targets, sweep, made):
    time = np.empty((len(parent), LANES), np.int32)
    for s in range(len(sources)):
        time[:] = UNREACHABLE
        v = sources[s]
        time[v] = 0
        while v >= 0:
            for a in range(up_ptr[v], up_ptr[v + 1]):
                relax(time, up_head[a], time, v, up, a)
            v = parent[v]
        for v in sweep:
            for a in range(up_ptr[v], up_ptr[v + 1]):
                relax(time, v, time, up_head[a], down, a)
        for j in range(len(targets)):
            for k in range(LANES):
                made[k, s, j] = time[targets[j], k]


@njit(cache=True, nogil=True)
def _nearest(up_ptr, up_head, up, down, ranks, start, who, climb, sweep):
    half = np.int64(32)
    none = np.int64(UNREACHABLE) << half
    label = np.full(len(up_ptr) - 1, none, np.int64)
    for i in range(len(ranks)):
        if start[i] < UNREACHABLE:
            own = (np.int64(start[i]) << half) | np.int64(who[i])
            label[ranks[i]] = min(label[ranks[i]], own)
    for v in climb:
        for a in range(up_ptr[v], up_ptr[v + 1]):
            way = label[v] + (np.int64(up[a]) << half)
            label[up_head[a]] = min(label[up_head[a]], way)
    for v in sweep:
        least = label[v]
        for a in range(up_ptr[v], up_ptr[v + 1]):
            least = min(least, label[up_head[a]] + (np.int64(down[a]) << half))
        label[v] = least
    time = (label >> half).astype(np.int32)
    source = np.empty(len(label), np.int32)
    for v in range(len(label)):
        source[v] = -1 if time[v] >= UNREACHABLE else label[v] & np.int64(0xFFFFFFFF)
    return time, source
