"""Gas: gate stations, a high-pressure net of regulators, medium-pressure mains."""

from __future__ import annotations

import numpy as np

from rencity.city.demo.cells import Ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.graph import mesh, nearest


def draw_gas(ground: Ground) -> Draft:
    """Service starts at the gates and enters the mains through regulators, never back."""
    counts = ground.plan.counts
    draft = Draft("gas")
    sites = ground.sites("gas gates", counts["gate"], 0.4)
    gates = draft.nodes("gate", sites, source=True, capacity=2_000_000.0)
    places = ground.sites("gas regulators", counts["regulator"], 0.8)
    regulators = draft.nodes("regulator", places)
    high = np.concatenate([gates, regulators])
    edges = mesh(draft.xy, 1.25, ground.dry_first(draft.xy))
    draft.links("pipe", high[edges[:, 0]], high[edges[:, 1]], diameter_mm=500.0)
    xy = ground.sites("gas mains", counts["gas_junction"], 0.85)
    junctions = draft.nodes("junction", xy)
    mains = mesh(xy, 1.15, ground.dry_first(xy))
    draft.links("pipe", junctions[mains[:, 0]], junctions[mains[:, 1]], diameter_mm=200.0)
    near = nearest(places, xy, 1)[:, 0]
    draft.links("pipe", regulators, junctions[near], directed=True, diameter_mm=300.0)
    return draft
