"""How long a damaged asset stays out: normal times, a negative draw counts as zero."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from rencity.kit.errors import ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.classes import Repair, RepairState
from rencity.sim.strike import TABLE_SIZE

MIN_PER_D = 1440
LONGEST_MIN = 2**31 - 1

Array = npt.NDArray[np.float64]


def quantiles_min(mean_d: float, sd_d: float) -> npt.NDArray[np.int32]:
    """Minutes out of service at each quantile of `TABLE_SIZE`, shape (TABLE_SIZE,), rising."""
    probability = (np.arange(TABLE_SIZE) + 0.5) / TABLE_SIZE
    minutes = (mean_d + sd_d * ndtri(probability)) * MIN_PER_D
    return np.rint(np.clip(minutes, 0, LONGEST_MIN)).astype(np.int32)


def repair_table(
    states: Sequence[str], repair: Repair, *, name: str, works: Sequence[str] = ()
) -> npt.NDArray[np.int32]:
    """Minutes out of service by state and quantile, shape (k, TABLE_SIZE).

    Parameters
    ----------
    states : damage states, light to grave
    name : of the repair class, for messages
    works : states in which an asset keeps working: 0 minutes

    Raises
    ------
    ScenarioError : a state stops the asset and the class has no time for it
    """
    table = np.zeros((len(states), TABLE_SIZE), np.int32)
    for row, state in enumerate(states):
        if state not in works:
            entry = repair_state(repair, state, name=name)
            table[row] = quantiles_min(entry.mean_d, entry.sd_d)
    return table


def repair_state(repair: Repair, state: str, *, name: str) -> RepairState:
    """The entry of `repair` for one state.

    Raises
    ------
    ScenarioError : the class has no such state
    """
    found = next((entry for entry in repair.states if entry.state == state), None)
    if found is None:
        known = [entry.state for entry in repair.states]
        raise ScenarioError(
            f"repair class {name!r} has no state {state!r}",
            mend=f"{did_you_mean(state, known, what='state')}; or choose another repair class",
        )
    return found


def constant_table(hours: float) -> npt.NDArray[np.int32]:
    """The same time at every quantile, shape (TABLE_SIZE,)."""
    return np.full(TABLE_SIZE, round(hours * 60), np.int32)


def functional_share(
    state_probability: npt.ArrayLike, repair: Repair, days: npt.ArrayLike
) -> Array:
    """Probability of working some days after the shock.

    F(t) = P₀ + Σₖ Pₖ · Φ((t − meanₖ) / sdₖ) for t ≥ 0; a time below zero counts as zero.

    Parameters
    ----------
    state_probability : (…, 1 + k), undamaged first, then each state of `repair` in its order
    days : (t,), days since the shock, not negative

    Returns
    -------
    (…, t)

    Raises
    ------
    ValueError : the last axis is not one longer than the states of `repair`
    """
    probability = np.asarray(state_probability, np.float64)
    time_d = np.asarray(days, np.float64)
    if probability.shape[-1] != 1 + len(repair.states):
        raise ValueError(
            f"{probability.shape[-1]} probabilities for {len(repair.states)} states: "
            "give the undamaged one first"
        )
    restored = np.stack([_restored(entry, time_d) for entry in repair.states])
    return probability[..., :1] + probability[..., 1:] @ restored


def _restored(entry: RepairState, days: Array) -> Array:
    if entry.sd_d == 0:
        return (days >= entry.mean_d).astype(np.float64)
    return ndtr((days - entry.mean_d) / entry.sd_d)
