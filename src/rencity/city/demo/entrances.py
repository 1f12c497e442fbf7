"""How high the lowest opening of each thing lies above the ground around it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rencity.city.demo.draws import Floats, stream
from rencity.city.demo.plan import Plan


def entrance_m(plan: Plan, assets: pd.DataFrame) -> Floats:
    """Sill of each asset, shape (n,), drawn between its kind's bounds; NaN where none are given."""
    full = (assets["lifeline"] + "." + assets["kind"]).to_numpy(dtype=object)
    sill = np.full(len(assets), np.nan)
    for kind, (low, high) in plan.figures["entrance_m"].items():
        own = np.flatnonzero(full == kind)
        sill[own] = stream(plan.seed, f"entrance {kind}").uniform(low, high, len(own))
    return np.round(sill, 2)
