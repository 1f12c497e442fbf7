"""Times on the damaged road network of a city.

Roads
    ``roads_of(city) -> Roads``: frozen arrays; nodes are the assets at the ends of road links,
    edges are directed. ``roads.findings`` says what was assumed. A city without roads is a
    `NoRoadsError`.
Time
    int32 ticks of a tenth of a second. ``UNREACHABLE`` (2**30 - 1) is an answer: no way. Ask
    ``>= UNREACHABLE``; the sum of two never overflows. ``seconds_of``, ``minutes_of`` give floats,
    infinite where there is no way; ``whole_minutes_of`` rounds up, in int64.
Places
    ``snap_assets(roads, city, rows)``, ``snap_zones(roads, city, rows)``,
    ``snap_points(roads, lonlat)`` -> ``Places`` (`node`, `other`, `access`, `access_m`). A stretch
    of road is reached at either end. Node -1: no road within the limit, hence unreachable.
    Everywhere below, sources, targets, facilities and origins are `Places` or node numbers.
    ``homes_of(city, roads) -> Homes`` (`zone`, `places`, `people`): residents along the roads.
Closures
    ``Closures.of(roads, assets=rows, edges=edges, slow_assets=..., slow_edges=..., factor=2.0)``.
    An asset that is down closes the edges that it is and, where it is a node, those that meet
    there. ``up_to=True``: one may drive up to a node that is down, as who mends it does, but not
    through it.
    ``closed_edges(roads, down) -> bool (k, m)`` from bool (k, assets), for many samples at once.
Travel
    ``Travel(roads)``, ``Travel.of(city)`` (order kept in the city's `.cache`)
    ``.under(closures) -> TravelNow``
    ``.times_many(closures, sources, targets=None) -> int32 (k, s, t)``; `closures` is a sequence of
    `Closures` or bool (k, m) of closed edges
    ``.ready()``: order and contract at once; otherwise that waits until it pays
TravelNow
    ``.times(sources, targets=None) -> int32 (s, t)``; targets None: every node
    ``.nearest(facilities, origins=None, towards=True) -> Nearest(ticks, which)``
    ``.isochrone(sources, within, origins=None, towards=False) -> Nearest``; `within` in ticks
    ``.cut_off(facilities, origins=None, towards=True) -> bool``
    ``.path(a, b) -> Way(nodes, edges, ticks, length_m)``; a, b node numbers
"""

from rencity.sim.travel.build import NoRoadsError, roads_of
from rencity.sim.travel.closures import Closures, closed_edges
from rencity.sim.travel.homes import Homes, homes_of
from rencity.sim.travel.now import Nearest, TravelNow, Way
from rencity.sim.travel.roads import Roads
from rencity.sim.travel.snap import Places, snap_assets, snap_points, snap_zones
from rencity.sim.travel.ticks import (
    PER_MINUTE,
    PER_SECOND,
    UNREACHABLE,
    minutes_of,
    seconds_of,
    ticks_of,
    whole_minutes_of,
)
from rencity.sim.travel.travel import Travel

__all__ = [
    "PER_MINUTE",
    "PER_SECOND",
    "UNREACHABLE",
    "Closures",
    "Homes",
    "Nearest",
    "NoRoadsError",
    "Places",
    "Roads",
    "Travel",
    "TravelNow",
    "Way",
    "closed_edges",
    "homes_of",
    "minutes_of",
    "roads_of",
    "seconds_of",
    "snap_assets",
    "snap_points",
    "snap_zones",
    "ticks_of",
    "whole_minutes_of",
]
