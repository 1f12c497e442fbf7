"""Roads: a lattice that doubles where people are dense, cleared to streets, with routes over it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import shapely
from scipy.sparse import csgraph

from rencity.city.demo.cells import CANAL, Ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.draws import Bools, Floats, Ints, stream
from rencity.city.demo.graph import Penalty, lengths, matrix, mesh, nearest
from rencity.city.demo.terrain import Terrain

CLASSES = ("residential", "tertiary", "secondary", "primary", "trunk", "motorway")
"""From least to greatest; OpenStreetMap's names."""

TUNNELLED = CLASSES.index("trunk")
"""Least rank of a road that goes through a hill instead of over it."""

MAIN = CLASSES.index("secondary")
"""Least rank of a main street, which may dive below a great road or have a utility tunnel."""

TUNNEL_ABOVE_M = 60.0


@dataclass(frozen=True)
class Roads:
    """The road draft, and the net it was drawn from.

    Attributes
    ----------
    xy : junctions, shape (n, 2); their numbers in the draft are their rows
    edges : shape (m, 2)
    rank : row of `CLASSES` of each edge, shape (m,)
    plain : whether an edge is neither bridge nor tunnel, shape (m,)
    """

    draft: Draft
    xy: Floats
    edges: Ints
    rank: Ints
    plain: Bools


def draw_roads(ground: Ground, terrain: Terrain) -> Roads:
    """Junctions, segments with bridges and tunnels, entries at the edge, depots."""
    lattice = _junctions(ground)
    xy = lattice.xy
    edges = mesh(xy, ground.plan.size["road"]["links_per_junction"], _bridged(ground, lattice))
    rank = np.maximum(_by_lattice(ground, lattice, edges), _by_route(ground, lattice, edges))
    draft = Draft("road")
    draft.nodes("junction", xy)
    start, end = xy[edges[:, 0]], xy[edges[:, 1]]
    bridge = ground.crosses(start, end) | ground.wet(start, end)
    hill = terrain.at((start + end) / 2) > TUNNEL_ABOVE_M
    tunnel = (rank >= TUNNELLED) & hill & ~bridge
    kind = np.where(bridge, "bridge", np.where(tunnel, "tunnel", "segment")).astype(object)
    figures, names = ground.plan.figures, np.array(CLASSES, dtype=object)[rank]
    draft.links(
        kind,
        edges[:, 0],
        edges[:, 1],
        road_class=names,
        lanes=np.array([figures["lanes"][name] for name in names], dtype=np.float64),
        speed_km_h=np.array([figures["speed_km_h"][name] for name in names], dtype=np.float64),
    )
    _add_entries(ground, draft)
    _add_depots(ground, draft, xy)
    return Roads(draft, xy, edges, rank, ~(bridge | tunnel))


def underpasses(ground: Ground, roads: Roads) -> npt.NDArray[np.object_]:
    """Lines of the segments that dive: main streets that meet a great road, where people are dense.

    A planar net crosses on the level; the dip stands for where the street would go below.
    """
    great = np.zeros(len(roads.xy), dtype=bool)
    great[roads.edges[roads.rank >= TUNNELLED]] = True
    main = (roads.rank >= MAIN) & (roads.rank < TUNNELLED) & roads.plain
    rows = np.flatnonzero(main & great[roads.edges].any(axis=1))
    ends = roads.xy[roads.edges[rows]]
    people = ground.point_people[ground.point_of(ends.mean(axis=1))]
    rng = stream(ground.plan.seed, "underpasses")
    key = rng.exponential(size=len(rows)) / np.maximum(people, 1e-12)
    chosen = np.argsort(key, kind="stable")[: ground.plan.counts["underpass"]]
    return shapely.linestrings(ends[chosen])


def _bridged(ground: Ground, lattice: _Lattice) -> Penalty:
    """Wider lines are favoured, and over a canal free of penalty: there stand bridges."""
    plain = ground.dry_first(lattice.xy)

    def penalty(edges: Ints) -> Floats:
        factor, rank = plain(edges), _by_lattice(ground, lattice, edges)
        factor[(factor == CANAL) & (rank > 0)] = 1.0
        return np.where(factor == 1, 1 - 0.12 * rank, factor)

    return penalty


def _add_entries(ground: Ground, draft: Draft) -> None:
    places = ground.plan.metres(ground.plan.drawn["entries_km"])
    draft.change(np.unique(nearest(places, draft.xy, 1)), "entry", source=True)


def _add_depots(ground: Ground, draft: Draft, junctions: Floats) -> None:
    depots = ground.sites("road depots", ground.plan.counts["depot"], 0.7)
    numbers = draft.nodes("depot", depots)
    draft.links("", nearest(depots, junctions, 1)[:, 0], numbers, road_class="residential")


@dataclass(frozen=True)
class _Lattice:
    """Points where junctions may stand.

    Attributes
    ----------
    xy : shape (n, 2)
    index : column and row, shape (n, 2)
    pitch_m : distance between the lines of that column's and row's rank, shape (n, 2)
    """

    xy: Floats
    index: Ints
    pitch_m: Floats


def _junctions(ground: Ground) -> _Lattice:
    """The lattice points that stand: those whose pitch is large against the wanted spacing."""
    size = ground.plan.size["road"]
    rng = stream(ground.plan.seed, "roads")
    index = _indices(ground)
    pitch = _pitch(index, size["finest_m"], size["coarsest_m"])
    least = pitch.min(axis=1)
    xy = _warp(index * size["finest_m"], size["coarsest_m"])
    xy += rng.uniform(-0.1, 0.1, xy.shape) * np.minimum(least, size["coarsest_m"] / 4)[:, None]
    chance = rng.uniform(0.9, 1.12, len(xy))
    land = np.flatnonzero(ground.on_land(xy))
    density = ground.point_people[ground.point_of(xy[land])]
    wish = (density + 0.05 * density.mean()) ** -0.34 * chance[land]
    best = np.argsort(-least[land] / wish, kind="stable")[: size["junctions"]]
    keep = np.sort(land[best])
    return _Lattice(xy[keep], index[keep], pitch[keep])


def _indices(ground: Ground) -> Ints:
    finest = ground.plan.size["road"]["finest_m"]
    reach = int(np.abs(ground.points).max() * 1.5 / finest)
    column, row = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    index = np.column_stack([column.ravel(), row.ravel()])
    west, south, east, north = ground.land.outline.buffer(3 * finest).bounds
    x, y = _warp(index * finest, ground.plan.size["road"]["coarsest_m"]).T
    return index[(x > west) & (x < east) & (y > south) & (y < north)]


def _pitch(index: Ints, finest_m: float, coarsest_m: float) -> Floats:
    """Pitch of each column and row: the finest, doubled as often as its number halves."""
    low = index & -index
    return np.where(index == 0, coarsest_m, np.minimum(low * finest_m, coarsest_m)).astype(float)


def _warp(xy: Floats, coarsest_m: float) -> Floats:
    """Turn and bend the lattice smoothly, so that streets do not all run north."""
    turn = np.deg2rad(17.0)
    x = xy[:, 0] * np.cos(turn) - xy[:, 1] * np.sin(turn)
    y = xy[:, 0] * np.sin(turn) + xy[:, 1] * np.cos(turn)
    wave, sway = 2 * np.pi / (3.7 * coarsest_m), 0.14 * coarsest_m
    return np.column_stack([x + sway * np.sin(y * wave + 1), y + sway * np.sin(x * wave)])


def _by_lattice(ground: Ground, lattice: _Lattice, edges: Ints) -> Ints:
    """Rank of each edge along a line: the wider the lines of its rank stand, the greater."""
    a, b = edges.T
    along = lattice.index[a] == lattice.index[b]
    pitch = np.where(along, lattice.pitch_m[a], 0).max(axis=1)
    near = ground.point_of((lattice.xy[a] + lattice.xy[b]) / 2)
    dense = ground.point_people[near] > 2 * ground.point_people.mean()
    step = pitch * np.where(dense, 2, 1) / ground.plan.size["road"]["primary_m"]
    return np.where(step >= 1, 3, np.where(step >= 0.5, 2, np.where(step >= 0.25, 1, 0)))


def _by_route(ground: Ground, lattice: _Lattice, edges: Ints) -> Ints:
    """Rank of each edge that a drawn route follows, else 0."""
    plan, xy = ground.plan, lattice.xy
    cost = lengths(xy, edges) * _bridged(ground, lattice)(edges)
    net = matrix(len(xy), edges, cost)
    rank = np.zeros(len(edges), dtype=np.int64)
    key = edges[:, 0] * len(xy) + edges[:, 1]
    order = np.argsort(key)
    for route in sorted(plan.drawn["routes"], key=lambda r: CLASSES.index(r["road_class"])):
        stops = nearest(plan.metres(route["line_km"]), xy, 1)[:, 0]
        path = _path(net, stops)
        low, high = np.minimum(path[:-1], path[1:]), np.maximum(path[:-1], path[1:])
        moved = low != high
        rows = order[np.searchsorted(key[order], low[moved] * len(xy) + high[moved])]
        rank[rows] = CLASSES.index(route["road_class"])
    return rank


def _path(net: sp.csr_matrix, stops: Ints) -> Ints:
    """Nodes of the cheapest way through the stops in order."""
    previous = csgraph.dijkstra(net, indices=stops, return_predecessors=True)[1]
    path = [int(stops[0])]
    for row, (start, end) in enumerate(pairwise(stops.tolist())):
        back = [end]
        while back[-1] != start:
            back.append(int(previous[row, back[-1]]))
        path += back[::-1][1:]
    return np.array(path, dtype=np.int64)
