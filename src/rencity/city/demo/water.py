"""Water: intakes at lake and river, works, looped mains with tanks and booster pumps."""

from __future__ import annotations

import numpy as np

from rencity.city.demo.cells import WET, Ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.draws import Floats, Ints, stream
from rencity.city.demo.graph import forest, lengths, mesh, nearest, neighbours

DIAMETERS_MM = np.array([1600.0, 1200.0, 800.0, 500.0, 300.0, 200.0])
SHARES = np.array([0.05, 0.02, 0.008, 0.002, 0.0006])
"""Least share of all junctions fed through a pipe for it to have the diameter at that place."""

SWITCHING_MIN = 45.0
"""Time for a crew to open a valve that stands shut."""


def draw_water(ground: Ground) -> Draft:
    """Service starts at the intakes and passes works and high-lift pumps into the mains."""
    draft = Draft("water")
    counts = ground.plan.counts
    sites = ground.sites("water sources", counts["raw_source"], 0.3, ground.near_water)
    places = ground.sites("water works", counts["works"], 0.6)
    junctions = _mains(ground, draft, places)
    sources = draft.nodes("source", sites, source=True, capacity=700_000.0)
    works = draft.nodes("works", places, capacity=600_000.0)
    near = nearest(places, sites, 2)
    draft.links(
        "pipe",
        sources[near.ravel()],
        np.repeat(works, near.shape[1]),
        directed=True,
        diameter_mm=1800.0,
    )
    _high_lift(ground, draft, works, places, junctions)
    tanks = ground.sites("water tanks", counts["tank"], 0.5)
    stores = draft.nodes("tank", tanks, capacity=10_000.0)
    at = junctions[nearest(tanks, draft.xy[junctions], 1)[:, 0]]
    draft.links("pipe", at, stores, diameter_mm=500.0)
    return draft


def _mains(ground: Ground, draft: Draft, works: Floats) -> Ints:
    """A looped network; some of its nodes are booster pumps. The others, shape (n,)."""
    counts = ground.plan.counts
    rng = stream(ground.plan.seed, "water")
    xy = ground.sites("water mains", counts["water_junction"], 0.75)
    nodes = draft.nodes("junction", xy)
    edges = mesh(xy, 1.3, ground.dry_first(xy))
    roots = np.unique(nearest(works, xy, 1))
    trees = forest(xy, roots, edges=edges)
    fed = trees.gathered(np.ones(len(xy)))
    on_tree = trees.parent[edges[:, 0]] == edges[:, 1]
    child = np.where(on_tree, edges[:, 0], edges[:, 1])
    used = on_tree | (trees.parent[edges[:, 1]] == edges[:, 0])
    share = np.where(used, fed[child] / len(xy), 0.0)
    size = DIAMETERS_MM[(share[:, None] < SHARES[None, :]).sum(axis=1)]
    draft.links(
        "pipe", nodes[edges[:, 0]], nodes[edges[:, 1]], diameter_mm=size, normally_open=False
    )
    _valves(ground, draft, nodes, xy, edges, trees.root)
    inner = np.flatnonzero(fed > 2)
    chosen = np.sort(rng.choice(inner, min(counts["water_pump"], len(inner)), replace=False))
    draft.change(nodes[chosen], "pump")
    return np.delete(nodes, chosen)


def _valves(ground: Ground, draft: Draft, nodes: Ints, xy: Floats, edges: Ints, root: Ints) -> None:
    """Shut valves where the areas of two works come nearest (one area: anywhere), by the far end.

    A shut valve is a normally open link without an asset: it carries nothing until it is switched.
    """
    spare = neighbours(xy)
    key, used = spare @ [len(xy), 1], edges @ [len(xy), 1]
    spare = spare[~np.isin(key, used) & (ground.dry_first(xy)(spare) < WET)]
    between = root[spare[:, 0]] != root[spare[:, 1]]
    spare = spare[between] if between.any() else spare
    order = np.argsort(lengths(xy, spare), kind="stable")
    a, b = spare[order[: ground.plan.counts["water_valve"]]].T
    shut = draft.nodes("junction", xy[a] + (xy[b] - xy[a]) * 0.9)
    draft.links("pipe", nodes[a], shut, diameter_mm=300.0, normally_open=False)
    draft.links("", shut, nodes[b], normally_open=True, switching_min=SWITCHING_MIN)


def _high_lift(ground: Ground, draft: Draft, works: Ints, places: Floats, junctions: Ints) -> None:
    """Each works lifts through two pumps beside it, each into the two nearest mains."""
    near = junctions[nearest(places, draft.xy[junctions], 2)]
    for away_m in (60.0, 90.0):
        lift = draft.nodes("pump", ground.beside(places, away_m))
        draft.links("pipe", works, lift, directed=True, diameter_mm=1600.0)
        ends = near.ravel()
        start = np.repeat(lift, near.shape[1])
        draft.links("pipe", start, ends, directed=True, diameter_mm=1600.0)
