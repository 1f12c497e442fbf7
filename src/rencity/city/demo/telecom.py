"""Telecom: core exchanges, rings of exchanges between them, masts."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from rencity.city.demo.cells import Ground, spread
from rencity.city.demo.draft import Draft
from rencity.city.demo.draws import Floats, Ints, stream
from rencity.city.demo.graph import nearest


def draw_telecom(ground: Ground) -> Draft:
    """Service starts at the cores; each ring leaves one core and comes back to the next."""
    counts = ground.plan.counts
    draft = Draft("telecom")
    sites = ground.sites("telecom cores", counts["core"], 1.0)
    cores = draft.nodes("core", sites, source=True)
    places = ground.sites("telecom exchanges", counts["exchange"], 0.8)
    exchanges = draft.nodes("exchange", places)
    start, end = _rings(ground, cores, sites, exchanges, places)
    draft.links("cable", start, end)
    towers = ground.sites("telecom masts", counts["mast"], 0.75)
    masts = draft.nodes("mast", towers)
    near = nearest(towers, places, 1)[:, 0]
    draft.links("cable", exchanges[near], masts, directed=True)
    return draft


def _rings(
    ground: Ground, cores: Ints, sites: Floats, exchanges: Ints, places: Floats
) -> tuple[Ints, Ints]:
    """Ends of the ring cables: neighbours by bearing round each ring's middle."""
    rng = stream(ground.plan.seed, "telecom")
    middles = spread(places, np.ones(len(places)), ground.plan.counts["ring"], rng)
    ring = cKDTree(middles).query(places)[1]
    delta = places - middles[ring]
    order = np.lexsort((np.arctan2(delta[:, 1], delta[:, 0]), ring))
    near = nearest(middles, sites, 2)
    starts: list[Ints] = []
    ends: list[Ints] = []
    for number in range(len(middles)):
        around = order[ring[order] == number]
        if len(around) == 0:
            continue
        # the ring opens where it passes the core
        first = int(np.argmin(np.hypot(*(places[around] - sites[near[number, 0]]).T)))
        chain = exchanges[np.roll(around, -first)]
        whole = np.concatenate([cores[near[number, :1]], chain, cores[near[number, -1:]]])
        starts.append(whole[:-1])
        ends.append(whole[1:])
    return np.concatenate(starts), np.concatenate(ends)
