"""Drainage: sewers as trees to treatment works and outfalls, lifted by pumps."""

from __future__ import annotations

import numpy as np

from rencity.city.demo.cells import Ground
from rencity.city.demo.draft import Draft
from rencity.city.demo.draws import stream
from rencity.city.demo.graph import forest

DIAMETERS_MM = np.array([2000.0, 1500.0, 1000.0, 600.0, 400.0])
FED = np.array([300, 100, 25, 5])
"""Least number of manholes above a sewer for it to have the diameter at that place."""


def draw_drainage(ground: Ground) -> Draft:
    """A manhole is served while its way down to a working outlet is whole.

    Service therefore starts at the outlets and follows the sewers upstream: links start at the
    lower end.
    """
    counts = ground.plan.counts
    draft = Draft("drainage")
    works = ground.sites("drainage works", counts["treatment"], 0.5)
    outfalls = ground.sites("drainage outfalls", counts["outfall"], 0.5, ground.near_water)
    roots = np.concatenate(
        [
            draft.nodes("treatment", works, source=True, capacity=150_000.0),
            draft.nodes("outfall", outfalls, source=True),
        ]
    )
    draft.nodes("manhole", ground.sites("drainage manholes", counts["manhole"], 0.75))
    trees = forest(draft.xy, roots, penalty=ground.dry_first(draft.xy))
    fed = trees.gathered(np.ones(len(trees.parent)))
    upper = np.flatnonzero(trees.parent >= 0)
    size = DIAMETERS_MM[(fed[upper, None] < FED[None, :]).sum(axis=1)]
    draft.links("sewer", trees.parent[upper], upper, directed=True, diameter_mm=size)
    rng = stream(ground.plan.seed, "drainage")
    inner = np.flatnonzero((trees.parent >= 0) & (fed > 1))
    pumps = rng.choice(inner, min(counts["drainage_pump"], len(inner)), replace=False)
    draft.change(np.sort(pumps), "pump")
    return draft
