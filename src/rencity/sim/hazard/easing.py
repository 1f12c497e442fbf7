"""Probabilities of damage made smaller for some assets, whatever the hazard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.sim.damage import Classes
from rencity.sim.hazard.strikes import rows_of
from rencity.sim.strike import Sampled, Strike


def eased(strike: Strike, city: City, classes: Classes) -> Strike:
    """The strike with P(any damage) and every graver state times each asset's factor.

    Certain outages stay: nothing is drawn for them.
    """
    if not classes.eased or not len(strike.asset):
        return strike
    factor = np.ones(len(city.assets))
    rows = rows_of(city, list(classes.eased))
    given = np.array(list(classes.eased.values()), np.float64)
    factor[rows[rows >= 0]] = given[rows >= 0]
    mine = factor[strike.asset]
    if (mine == 1).all():
        return strike
    if strike.sampled is None:
        return replace(strike, exceed=strike.exceed * mine)
    return replace(strike, sampled=_eased_curves(strike.sampled, mine))


def _eased_curves(sampled: Sampled, factor: npt.NDArray[np.float64]) -> Sampled:
    """A curve of its own for each pair of curve and factor."""
    pair = np.stack([sampled.curve.astype(np.float64), factor])
    seen, curve = np.unique(pair, axis=1, return_inverse=True)
    exceed_at = sampled.exceed_at[seen[0].astype(np.int64)] * seen[1][:, None, None]
    return replace(sampled, curve=curve.reshape(-1).astype(np.int16), exceed_at=exceed_at)
