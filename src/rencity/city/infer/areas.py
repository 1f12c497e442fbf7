"""Service areas: which asset a zone falls to, by straight line, by network, by Voronoi cells."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from scipy.spatial import cKDTree

from rencity.city.infer.near import Points, full_kinds, nearest, points_of
from rencity.city.infer.supply import Filled, joined, unserved
from rencity.city.model import City
from rencity.city.rules import AreaRule

Rows = npt.NDArray[np.intp]


def fill_areas(city: City, name: str, rule: AreaRule) -> Filled:
    """Give zones that the rule's lifeline does not serve to assets of its kinds."""
    seekers = unserved(city, rule.lifeline, rule.level)
    givers = city.assets[full_kinds(city.assets).isin(list(rule.kinds))]
    by = {"line": _by_line, "network": _by_network, "voronoi": _by_voronoi}[rule.by]
    rows = by(city, rule, seekers, givers)
    lacking = seekers["id"][~seekers["id"].isin(list(rows["zone"]))].tolist()
    if not len(rows):
        return city, 0, lacking
    more = rows.assign(origin="inferred", rule=name)
    return city.replace(serves=joined(city.serves, more)), len(more), lacking


def _rows(pairs: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=["asset", "zone", "share"])


def _by_line(
    city: City, rule: AreaRule, seekers: gpd.GeoDataFrame, givers: gpd.GeoDataFrame
) -> pd.DataFrame:
    found = nearest(seekers, givers, city.identity.metric_crs, 1, rule.within_m)
    return _rows(
        [(near[0], zone, 1.0) for zone, near in zip(seekers["id"], found, strict=True) if near]
    )


def _by_network(
    city: City, rule: AreaRule, seekers: gpd.GeoDataFrame, givers: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Zone to network, along it, network to asset; ties go to the first id."""
    ways = _Ways(city, rule.along)
    metric = city.identity.metric_crs
    start, start_m = ways.access(points_of(givers, metric), rule.access_m)
    end, end_m = ways.access(points_of(seekers, metric), rule.access_m)
    able = np.flatnonzero(start >= 0)
    if not len(able):
        return _rows([])
    far, giver = ways.from_nearest(start[able], start_m[able])
    there = end >= 0
    reach = np.full(len(seekers), np.inf)
    reach[there] = far[end[there]] + end_m[there]
    ids, zones = givers["id"].to_numpy()[able], seekers["id"].to_numpy()
    return _rows(
        [(ids[giver[end[i]]], zones[i], 1.0) for i in np.flatnonzero(reach <= rule.within_m)]
    )


class _Ways:
    """The links of a lifeline as a graph in metres."""

    def __init__(self, city: City, lifeline: str) -> None:
        assets, links = city.assets, city.links[city.links["lifeline"].eq(lifeline)]
        links = links[~links["normally_open"]]
        ends = pd.Index(pd.unique(pd.concat([links["start"], links["end"]])))
        row = pd.Index(assets["id"]).get_indexer(ends)
        self._at = points_of(assets.iloc[row[row >= 0]], city.identity.metric_crs)
        nodes = pd.Index(assets["id"].to_numpy()[row[row >= 0]])
        tail, head = nodes.get_indexer(links["start"]), nodes.get_indexer(links["end"])
        there = (tail >= 0) & (head >= 0)
        tail, head = tail[there], head[there]
        length = links["length_m"].to_numpy()[there]
        straight = np.hypot(*(self._at[tail] - self._at[head]).T) if len(tail) else length
        # zero-length arcs would vanish from a sparse graph
        self._length = np.maximum(np.where(np.isfinite(length), length, straight), 1e-6)
        both = ~links["directed"].to_numpy()[there]
        self._tail = np.concatenate([tail, head[both]])
        self._head = np.concatenate([head, tail[both]])
        self._length = np.concatenate([self._length, self._length[both]])

    def access(self, at: Points, within_m: float) -> tuple[Rows, Points]:
        """Nearest node of each point and the straight way to it; -1 where none is within reach."""
        node = np.full(len(at), -1, dtype=np.intp)
        away = np.full(len(at), np.inf)
        able, known = np.isfinite(at).all(axis=1), np.isfinite(self._at).all(axis=1)
        if not able.any() or not known.any():
            return node, away
        places = np.flatnonzero(known)
        far, near = cKDTree(self._at[known]).query(at[able], distance_upper_bound=within_m)
        hit = np.isfinite(far)
        rows = np.flatnonzero(able)[hit]
        node[rows], away[rows] = places[near[hit]], far[hit]
        return node, away

    def from_nearest(self, start: Rows, start_m: Points) -> tuple[Points, Rows]:
        """Way to each node from the giver nearest along the network, and which giver it is.

        One node more stands for all givers; its arcs are their ways to the network. Where two give
        on the same node, the nearer has the arc, then the first.
        """
        n = len(self._at)
        order = np.lexsort((np.arange(len(start)), start_m, start))
        first = order[np.r_[True, start[order][1:] != start[order][:-1]]]
        tail = np.concatenate([self._tail, np.full(len(first), n)])
        head = np.concatenate([self._head, start[first]])
        length = np.concatenate([self._length, np.maximum(start_m[first], 1e-6)])
        graph = _least(tail, head, length, n + 1)
        far, before = csgraph.dijkstra(graph, indices=n, return_predecessors=True)
        giver = np.full(n + 1, -1, dtype=np.intp)
        giver[start[first]] = first
        return far[:n], _carried(giver, before, far)[:n]


def _least(tail: Rows, head: Rows, length: Points, n: int) -> sparse.csr_matrix:
    """The graph with the shortest of parallel arcs."""
    order = np.lexsort((length, head, tail))
    pair = np.c_[tail, head][order]
    first = np.r_[True, (pair[1:] != pair[:-1]).any(axis=1)]
    kept = order[first]
    return sparse.csr_matrix((length[kept], (tail[kept], head[kept])), shape=(n, n))


def _carried(giver: Rows, before: npt.NDArray[np.int32], far: Points) -> Rows:
    """The giver at the root of each node's shortest way: each takes that of the node before it."""
    root = len(giver) - 1
    jump = np.where(before >= 0, before, np.arange(len(giver))).astype(np.intp)
    direct = before == root
    jump[direct] = np.flatnonzero(direct)
    while True:  # the way halves each time
        further = jump[jump]
        if (further == jump).all():
            break
        jump = further
    return np.where(np.isfinite(far), giver[jump], -1)


def _by_voronoi(
    city: City, rule: AreaRule, seekers: gpd.GeoDataFrame, givers: gpd.GeoDataFrame
) -> pd.DataFrame:
    metric = city.identity.metric_crs
    seekers = seekers[seekers.geom_type.isin(["Polygon", "MultiPolygon"])]
    at = points_of(givers, metric)
    able = np.isfinite(at).all(axis=1)
    ids, at = givers["id"].to_numpy()[able], at[able]
    _, one = np.unique(at.round(3), axis=0, return_index=True)  # of several at one place the first
    ids, at = ids[np.sort(one)], at[np.sort(one)]
    if not len(seekers) or not len(at):
        return _rows([])
    shapes = seekers.geometry.to_crs(metric).to_numpy()
    cells = _cells(at, shapes)
    zone, cell = shapely.STRtree(cells).query(shapes, predicate="intersects")
    area = shapely.area(shapely.intersection(shapes[zone], cells[cell]))
    near = shapely.distance(shapely.points(at[cell]), shapes[zone]) <= rule.within_m
    share = np.where(near, area / shapely.area(shapes[zone]), 0.0)
    kept = share > max(rule.least_share, 1e-9)
    zone, cell, share = zone[kept], cell[kept], share[kept]
    share = share / np.bincount(zone, share, minlength=len(seekers))[zone]
    names = seekers["id"].to_numpy()[zone]
    return _rows(list(zip(ids[cell], names, share.tolist(), strict=True)))


def _cells(at: Points, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The area nearest to each point, wide enough to cover the shapes."""
    cover = shapely.box(*shapely.total_bounds(shapes))
    if len(at) == 1:
        return np.array([cover], dtype=object)
    hull = shapely.voronoi_polygons(shapely.multipoints(at), extend_to=cover, ordered=True)
    return np.asarray(shapely.get_parts(hull))
