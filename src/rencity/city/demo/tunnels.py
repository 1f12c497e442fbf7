"""Utility tunnels: along main streets, as straight on as the net allows, where people are dense."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
import shapely

from rencity.city.demo.cells import Ground
from rencity.city.demo.draws import Bools, Floats, Ints
from rencity.city.demo.graph import lengths, matrix, nearest
from rencity.city.demo.roads import MAIN, Roads

Shapes = npt.NDArray[np.object_]

RIDE = ("water.pipe", "power.line", "telecom.cable")
"""Gas keeps out: it is led apart from cables."""

LIFELINES = ("water", "power", "telecom")
MOST_KV = 110.0
LEAST_SHARE = 0.5
LONGEST = 2.0
"""Least part of a rider's straight length that it goes inside a tunnel; its longest way over it."""

TRIED = 12
LEAST_LENGTH = 0.5
LEAST_COSINE = 0.5
"""A tunnel turns by at most 60° from one segment to the next."""


def dig(ground: Ground, roads: Roads, assets: pd.DataFrame) -> Shapes:
    """Add the tunnels to the road draft; their centre lines, shape (n,), in the kind's order.

    Of more ways than are wanted those are dug in which a main and a cable of `assets` could ride.
    """
    wanted = ground.plan.counts["utility_tunnel"]
    paths = _ways(ground, roads, TRIED * wanted)
    lines = np.array([shapely.LineString(roads.xy[path]) for path in paths], dtype=object)
    if not len(lines):
        return lines
    rows, tunnel, _ = riders(lines, assets, ground.plan.size["tunnel_reach_m"])
    lifeline = assets["lifeline"].to_numpy(dtype=object)[rows]
    rides = [np.isin(np.arange(len(lines)), tunnel[lifeline == n]) for n in LIFELINES]
    worth = 2.0 * rides[0] + np.maximum(rides[1], rides[2]) + rides[1] + rides[2]
    chosen = np.sort(np.argsort(-worth, kind="stable")[:wanted])
    _add(roads, lines[chosen], np.array([paths[i][len(paths[i]) // 2] for i in chosen]))
    return lines[chosen]


def _ways(ground: Ground, roads: Roads, count: int) -> list[list[int]]:
    """Ways of about the wanted length along main streets that share no junction."""
    main = (roads.rank >= MAIN) & roads.plain
    net = matrix(len(roads.xy), roads.edges[main], lengths(roads.xy, roads.edges[main]))
    on_main = np.flatnonzero(np.diff(net.indptr))
    if not len(on_main) or not count:
        return []
    sites = ground.sites("utility tunnels", count, 1.2)
    free = np.ones(len(roads.xy), dtype=bool)
    wanted_m = ground.plan.size["tunnel_m"]
    ways = []
    for seed in on_main[nearest(sites, roads.xy[on_main], 1)[:, 0]]:
        path = _path(net, roads.xy, int(seed), free, wanted_m)
        if np.hypot(*np.diff(roads.xy[path], axis=0).T).sum() >= LEAST_LENGTH * wanted_m:
            ways.append(path)
    return ways


def riders(tunnels: Shapes, assets: pd.DataFrame, reach_m: float) -> tuple[Ints, Ints, Floats]:
    """Straight lines whose two ends lie by one tunnel, and that go along it for a good part.

    Returns
    -------
    row of each among the assets, its tunnel, and the places along it, shape (n, 2), where it
    comes in and goes out
    """
    full = assets["lifeline"] + "." + assets["kind"]
    high = assets["voltage_kv"] > MOST_KV
    rows = np.flatnonzero(full.isin(RIDE) & ~high)
    ends = shapely.points(shapely.get_coordinates(assets["geometry"].to_numpy()[rows]))
    tree = shapely.STRtree(tunnels)
    close = np.zeros(len(ends), dtype=bool)
    close[tree.query(ends, predicate="dwithin", distance=reach_m)[0]] = True
    both = close.reshape(-1, 2).all(axis=1)
    rows, ends = rows[both], ends.reshape(-1, 2)[both]
    near = np.asarray(tree.nearest(ends.ravel())).reshape(-1, 2)
    one = near[:, 0] == near[:, 1]
    rows, tunnel, ends = rows[one], near[one, 0], ends[one]
    along = shapely.line_locate_point(tunnels[tunnel][:, None], ends)
    inside = np.abs(along[:, 1] - along[:, 0])
    way = inside + shapely.distance(tunnels[tunnel][:, None], ends).sum(axis=1)
    straight = shapely.distance(ends[:, 0], ends[:, 1])
    good = (inside >= LEAST_SHARE * straight) & (way <= LONGEST * straight)
    return rows[good], tunnel[good], along[good]


def _add(roads: Roads, lines: Shapes, middle: Ints) -> None:
    """A tunnel is entered from the road, at a junction by its middle."""
    at = shapely.line_interpolate_point(lines, 0.6, normalized=True)
    numbers = roads.draft.nodes(
        "utility_tunnel",
        shapely.get_coordinates(at),
        length_m=np.round(shapely.length(lines), 1),
    )
    roads.draft.links("", middle, numbers, road_class="service")


def _path(net: sp.csr_matrix, xy: Floats, start: int, free: Bools, least_m: float) -> list[int]:
    """Junctions from `start` on, until long enough or stuck; what it takes is no longer free."""
    path, length = [start], 0.0
    if not free[start]:
        return path
    free[start] = False
    ahead = np.zeros(2)
    while length < least_m:
        here = path[-1]
        row = slice(net.indptr[here], net.indptr[here + 1])
        onward = net.indices[row][free[net.indices[row]]]
        if not len(onward):
            break
        way = xy[onward] - xy[here]
        way /= np.hypot(*way.T)[:, None]
        turn = way @ ahead if len(path) > 1 else np.ones(len(onward))
        best = int(np.argmax(turn))
        if turn[best] < LEAST_COSINE:
            break
        free[onward[best]], ahead = False, way[best]
        length += float(np.hypot(*(xy[onward[best]] - xy[here])))
        path.append(int(onward[best]))
    return path
