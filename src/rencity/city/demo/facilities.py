"""What stands by itself: health, rescue, supplies, shelter."""

from __future__ import annotations

import numpy as np

from rencity.city.demo.cells import Ground
from rencity.city.demo.draft import Draft

FACILITIES: dict[str, tuple[tuple[str, float], ...]] = {
    "health": (("hospital", 1.0), ("clinic", 0.8)),
    "rescue": (("fire_station", 0.6), ("police", 0.7)),
    "supplies": (("fuel", 0.7), ("store", 0.6)),
    "shelter": (("school", 0.85), ("open_space", 0.7)),
}
"""Kinds of each lifeline and how closely they follow people (the exponent on density)."""


def draw_facilities(ground: Ground) -> list[Draft]:
    """Each facility starts the service it gives; what it needs comes through needs."""
    return [_draw(ground, lifeline) for lifeline in FACILITIES]


def _draw(ground: Ground, lifeline: str) -> Draft:
    draft = Draft(lifeline)
    for kind, power in FACILITIES[lifeline]:
        sites = ground.sites(f"{lifeline} {kind}", ground.plan.counts[kind], power)
        draft.nodes(kind, sites, source=True, capacity=_capacity(ground, kind, len(sites)))
    return draft


def _capacity(ground: Ground, kind: str, count: int) -> float:
    """Beds of a hospital, so that all together meet the demand; unknown for the rest."""
    if kind != "hospital":
        return float(np.nan)
    figures = ground.plan.figures
    beds = figures["demand_per_head"]["health"] * figures["margin"]["hospital"]
    return float(np.round(beds * ground.plan.size["people"] / count))
