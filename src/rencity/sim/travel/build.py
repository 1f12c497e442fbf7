"""From a city's tables to its roads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from rencity.city.model import City
from rencity.city.network.rows import find, pointers
from rencity.kit.errors import CityError
from rencity.kit.findings import Finding
from rencity.sim.hazard.places import lengths_m
from rencity.sim.travel.faults import Faults
from rencity.sim.travel.plane import Plane
from rencity.sim.travel.roads import Bools, Floats, Ids, Ints, Roads
from rencity.sim.travel.speeds import Speeds, base_speeds
from rencity.sim.travel.ticks import PER_SECOND, UNREACHABLE, assert_fits

ROAD = "road"
KM_H = 3.6
LONGEST_S = 1e15


def roads_of(city: City, *, speeds: Speeds | None = None) -> Roads:
    """The roads of a city; `findings` of it says what was assumed.

    Parameters
    ----------
    speeds : of roads without a speed of their own; by default the table that comes with Rencity

    Raises
    ------
    CityError : the city has no roads, or times could pass the range
    """
    speeds = speeds or base_speeds()
    links = city.links
    of_roads = np.flatnonzero((links["lifeline"] == ROAD).to_numpy())
    if not len(of_roads):
        raise CityError(
            "the city has no link of lifeline road",
            place="links",
            mend="import its roads, for instance `rencity city import osm`",
        )
    table = links.iloc[of_roads]
    index = pd.Index(city.assets["id"])
    start = find(index, table["start"], "links.start")
    end = find(index, table["end"], "links.end")
    node_asset = np.unique(np.concatenate([start, end]))
    plane = Plane.about(_points(city, node_asset))
    xy_m = plane.to_m(_points(city, node_asset))
    a, b = np.searchsorted(node_asset, start), np.searchsorted(node_asset, end)
    own = np.full(len(table), -1, np.int64)
    has = (table["asset"] != "").to_numpy()
    own[has] = find(index, table["asset"][has], "links.asset")
    faults = Faults(table["id"].to_numpy())
    length_m = _lengths(city, table, own, xy_m, a, b, faults)
    speed = _speeds(table, speeds, faults)
    ticks = _ticks(table, length_m, speed, faults)
    both = ~table["directed"].to_numpy()
    row = np.arange(len(table))
    pick = np.concatenate([row, row[both]])
    tail = np.concatenate([a, b[both]])
    head = np.concatenate([b, a[both]])
    order = np.lexsort((pick, head, tail))
    pick, tail, head = pick[order], tail[order].astype(np.int32), head[order].astype(np.int32)
    n = len(node_asset)
    is_open = ~table["normally_open"].to_numpy()[pick]
    assert_fits(tail[is_open], ticks[pick][is_open], n, place="links")
    time = np.where(is_open, ticks[pick], UNREACHABLE).astype(np.int32)
    part = _parts(tail, head, time, n)
    own_ptr, own_edge = _closed_by(node_asset, tail, head, own[pick], len(city.assets))
    classes = table["road_class"].to_numpy()
    return Roads(
        node_asset=node_asset.astype(np.int32),
        node_of_asset=_inverse(node_asset, len(city.assets)),
        xy_m=xy_m,
        origin=plane.origin,
        part=part,
        entry=_entries(part, tail, head, classes[pick], speeds),
        ptr=pointers(np.bincount(tail, minlength=n)),
        tail=tail,
        head=head,
        ticks=time,
        length_m=length_m[pick],
        asset=own[pick].astype(np.int32),
        link=of_roads[pick].astype(np.int32),
        in_ptr=pointers(np.bincount(head, minlength=n)),
        in_edge=np.argsort(head, kind="stable").astype(np.int32),
        own_ptr=own_ptr,
        own_edge=own_edge,
        findings=(*faults.findings(), *_told_parts(city, node_asset, part)),
    )


def _points(city: City, rows: Ints) -> Floats:
    geometry = city.assets.geometry.to_numpy()[rows]
    flat = shapely.get_type_id(geometry) != 0
    if flat.any():
        geometry = geometry.copy()
        geometry[flat] = shapely.point_on_surface(geometry[flat])
    return shapely.get_coordinates(geometry)


def _lengths(
    city: City, table: pd.DataFrame, own: Ints, xy_m: Floats, a: Ints, b: Ints, faults: Faults
) -> Floats:
    """Length of each link: its own, its asset's, along that asset's line, or straight."""
    length = table["length_m"].to_numpy(np.float64, copy=True)
    lacks = np.flatnonzero(np.isnan(length) & (own >= 0))
    length[lacks] = city.assets["length_m"].to_numpy()[own[lacks]]
    lacks = np.flatnonzero(np.isnan(length) & (own >= 0))
    along = lengths_m(city.assets.geometry.to_numpy()[own[lacks]])
    length[lacks] = np.where(along > 0, along, np.nan)
    faults.note("length-along-line", lacks[along > 0])
    lacks = np.flatnonzero(np.isnan(length))
    length[lacks] = np.hypot(*(xy_m[a[lacks]] - xy_m[b[lacks]]).T)
    faults.note("length-straight", lacks)
    faults.note("length-zero", np.flatnonzero(length == 0))
    return length


def _speeds(table: pd.DataFrame, speeds: Speeds, faults: Faults) -> Floats:
    speed = table["speed_km_h"].to_numpy(np.float64, copy=True)
    faults.note("speed-zero", np.flatnonzero(speed <= 0))
    lacks = np.flatnonzero(~(speed > 0))
    classes = table["road_class"].to_numpy()[lacks]
    known = {name: speeds.of(name) for name in sorted(set(classes))}
    speed[lacks] = [known[name] for name in classes]
    faults.note("speed-assumed", lacks)
    return speed


def _ticks(table: pd.DataFrame, length_m: Floats, speed: Floats, faults: Faults) -> Ints:
    """Time of each link, also of one that is normally open."""
    ticks = np.rint(np.minimum(length_m / (speed / KM_H), LONGEST_S) * PER_SECOND)
    faults.note("normally-open", np.flatnonzero(table["normally_open"].to_numpy()))
    return np.maximum(ticks, length_m > 0).astype(np.int64)


def _parts(tail: Ids, head: Ids, ticks: Ids, n: int) -> Ids:
    """Strongly connected parts, numbered by size, then by their first node."""
    open_ = ticks < UNREACHABLE
    shape = (np.ones(int(open_.sum()), np.int8), (tail[open_], head[open_]))
    _, part = csgraph.connected_components(
        sparse.csr_array(shape, shape=(n, n)), directed=True, connection="strong"
    )
    _, first, name, size = np.unique(
        part, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(first), np.int64)
    rank[np.lexsort((first, -size))] = np.arange(len(first))
    return rank[name].astype(np.int32)


def _entries(
    part: Ids, tail: Ids, head: Ids, classes: npt.NDArray[np.object_], speeds: Speeds
) -> Bools:
    big = np.bincount(part) >= max(2, speeds.access.least_part * len(part))
    opens = ~np.isin(classes.astype(str), sorted(speeds.access.no_entry))
    met = np.zeros(len(part), bool)
    met[tail[opens]] = True
    met[head[opens]] = True
    return met & big[part]


def _closed_by(node_asset: Ints, tail: Ids, head: Ids, own: Ints, assets: int) -> tuple[Ints, Ids]:
    edge = np.arange(len(tail))
    has = own >= 0
    who = np.concatenate([own[has], node_asset[tail], node_asset[head]])
    what = np.concatenate([edge[has], edge, edge])
    order = np.lexsort((what, who))
    return pointers(np.bincount(who, minlength=assets)), what[order].astype(np.int32)


def _inverse(node_asset: Ints, assets: int) -> Ids:
    made = np.full(assets, -1, np.int32)
    made[node_asset] = np.arange(len(node_asset))
    return made


def _told_parts(city: City, node_asset: Ints, part: Ids) -> list[Finding]:
    size = np.bincount(part)
    if len(size) < 2:
        return []
    apart = np.flatnonzero(part > 0)
    return [
        Finding(
            rule="roads-in-parts",
            severity="warning",
            what=f"{len(apart):,} of {len(part):,} road nodes cannot be reached from, or cannot "
            f"reach, the greatest part; there are {len(size):,} parts, the greatest with "
            f"{', '.join(f'{s:,}' for s in size[:3])} nodes",
            mend="join what is joined in truth; one-way streets cut at the edge of a map are usual",
            table="assets",
            ids=tuple(city.assets["id"].to_numpy()[node_asset[apart]]),
        )
    ]
