"""Power: ties and plants, a high-voltage mesh, 110 kV and 35 kV substations, 10 kV feeders."""

from __future__ import annotations

import numpy as np

from rencity.city.demo.cells import WET, Ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.draws import Floats, Ints
from rencity.city.demo.graph import Forest, forest, lengths, mesh, nearest, neighbours

SWITCHING_MIN = 60.0
DENSE_SHARE = 0.7
"""Share of the 110 kV substations, those where people are densest, that have two supplies."""


def draw_power(ground: Ground) -> Draft:
    """The grid from its ties down to transformers; only ties and plants start service."""
    draft = Draft("power")
    high = _transmission(ground, draft)
    roots = _subtransmission(ground, draft, high)
    _feeders(ground, draft, roots)
    return draft


def _transmission(ground: Ground, draft: Draft) -> Ints:
    """A 220 kV mesh; each tie and plant on the two nearest stations."""
    counts = ground.plan.counts
    places = ground.sites("power high", counts["high"], 0.6)
    high = draft.nodes("substation_high", places, voltage_kv=220.0, capacity=480_000.0)
    edges = mesh(places, 1.7)
    draft.links("line", edges[:, 0], edges[:, 1], voltage_kv=220.0)
    edge = ground.plan.metres(ground.plan.drawn["entries_km"])
    for name, kv in (("tie_500", 500.0), ("tie_220", 220.0)):
        if counts[name]:
            sites = _at_edge(ground, edge, name)
            ties = draft.nodes("grid_tie", sites, source=True, voltage_kv=kv, capacity=kv * 4000.0)
            _attach(draft, ties, sites, high, places, 220.0)
    if counts["plant"]:
        sites = ground.sites("power plants", counts["plant"], 0.5, ground.near_water)
        plants = draft.nodes("plant", sites, source=True, voltage_kv=220.0, capacity=1_200_000.0)
        _attach(draft, plants, sites, high, places, 220.0)
    return high


def _at_edge(ground: Ground, edge: Floats, name: str) -> Floats:
    # ties stand where main roads enter: 500 kV at even, 220 kV at odd entries, on land
    first = 0 if name == "tie_500" else 1
    number = ground.plan.counts[name]
    chosen = edge[(first + 2 * np.arange(number) * max(1, len(edge) // (2 * number))) % len(edge)]
    return ground.points[nearest(chosen, ground.points, 2)[:, 1]]


def _attach(draft: Draft, ends: Ints, sites: Floats, high: Ints, places: Floats, kv: float) -> None:
    near = nearest(sites, places, 2)
    start = np.repeat(ends, near.shape[1])
    draft.links("line", start, high[near.ravel()], voltage_kv=kv)


def _subtransmission(ground: Ground, draft: Draft, high: Ints) -> Ints:
    """110 kV stations below 220 kV, twice where urban; 35 kV stations below 110 kV."""
    counts = ground.plan.counts
    places = ground.sites("power medium", counts["medium"], 0.85)
    medium = draft.nodes("substation_medium", places, voltage_kv=110.0, capacity=100_000.0)
    near = nearest(places, draft.xy[high], 2)
    size = nearest(places, places, min(4, len(places)))
    reach = np.hypot(*(places - places[size[:, -1]]).T)
    urban = reach <= np.quantile(reach, DENSE_SHARE)
    draft.links("line", high[near[:, 0]], medium, directed=True, voltage_kv=110.0)
    if near.shape[1] > 1:
        second = high[near[urban, 1]]
        draft.links("line", second, medium[urban], directed=True, voltage_kv=110.0)
    else:
        draft.links("line", high[near[:, 0]], medium, directed=True, voltage_kv=110.0)
    if not counts["low"]:
        return medium
    sites = ground.sites("power low", counts["low"], 0.3)
    low = draft.nodes("substation_low", sites, voltage_kv=35.0, capacity=20_000.0)
    up = nearest(sites, places, 1)[:, 0]
    draft.links("line", medium[up], low, directed=True, voltage_kv=35.0)
    return np.concatenate([medium, low])


def _feeders(ground: Ground, draft: Draft, roots: Ints) -> None:
    """10 kV trees from the stations; the first span is directed, so no feeder feeds a station."""
    places = ground.sites("power transformers", ground.plan.counts["transformer"], 0.75)
    transformers = draft.nodes("transformer", places, voltage_kv=10.0)
    everyone = np.concatenate([roots, transformers])
    xy = draft.xy[everyone]
    edges = neighbours(xy)
    trees = forest(xy, np.arange(len(roots)), edges=edges, penalty=ground.dry_first(xy))
    below = np.arange(len(roots), len(xy))
    first = trees.parent[below] < len(roots)
    for some, directed in ((first, True), (~first, False)):
        end = below[some]
        draft.links(
            "line",
            everyone[trees.parent[end]],
            everyone[end],
            directed=directed,
            voltage_kv=10.0,
            normally_open=False,
        )
    _ties(ground, draft, everyone, xy, edges, trees, len(roots))


def _ties(
    ground: Ground,
    draft: Draft,
    everyone: Ints,
    xy: Floats,
    edges: Ints,
    trees: Forest,
    roots: int,
) -> None:
    """The shortest spans between feeders of two stations, open at a switch by the far end."""
    start, end = edges.T
    between = (edges >= roots).all(axis=1) & (trees.root[start] != trees.root[end])
    rows = np.flatnonzero(between & (ground.dry_first(xy)(edges) < WET))
    order = np.argsort(lengths(xy, edges[rows]), kind="stable")
    chosen = edges[rows[order[: ground.plan.counts["feeder_tie"]]]]
    if len(chosen) == 0:
        return
    a, b = xy[chosen[:, 0]], xy[chosen[:, 1]]
    switch = draft.nodes("node", a + (b - a) * 0.9, voltage_kv=10.0)
    draft.links("line", everyone[chosen[:, 0]], switch, voltage_kv=10.0, normally_open=False)
    draft.links("", switch, everyone[chosen[:, 1]], normally_open=True, switching_min=SWITCHING_MIN)
