"""Random: assets that fail independently, each with the probability of the last target it fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.sim.damage import Classes, assign, named
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import RandomHazard, Target
from rencity.sim.hazard.strikes import probable, selected
from rencity.sim.restoration import constant_table, quantiles_min, repair_state
from rencity.sim.strike import Strike

Index = npt.NDArray[np.int64]


def random_strikes(hazard: RandomHazard, scene: Scene) -> list[Strike]:
    """One damage state an asset: out for the target's hours, or by a state of its repair class.

    Raises
    ------
    ScenarioError : unknown names; a named asset without repair class; a class without the state
    """
    city, classes = scene.city, scene.classes
    repair = assign(city.assets, classes).repair
    target = targets_of(hazard, city)
    target[without_class(hazard, target, repair, city.assets["id"].to_numpy(object))] = -1
    rows = np.flatnonzero(target >= 0)
    chance = np.array([one.probability for one in hazard.targets])[target[rows]]
    by_class = np.array([one.state is not None for one in hazard.targets])[target[rows]]
    pair = np.stack([target[rows], np.where(by_class, repair.codes[rows], -1)])
    seen, table = np.unique(pair, axis=1, return_inverse=True)
    tables = [_table(hazard.targets[t], repair.categories, int(c), classes) for t, c in seen.T]
    repair_min = np.stack(tables or [constant_table(0)])[:, None]
    made = probable(
        hazard.name,
        rows,
        chance[None, None],
        table.reshape(-1).astype(np.int16),
        repair_min,
        np.ones(1),
        (hazard.name,),
    )
    fixed = seen[1] < 0 if seen.size else np.zeros(1, bool)
    return [replace(made, fixed_table=fixed)]


def targets_of(hazard: RandomHazard, city: City) -> Index:
    """The last target each asset fits, shape (n,), −1 for none."""
    target = np.full(len(city.assets), -1, np.int64)
    for row, one in enumerate(hazard.targets):
        target[selected(city, one, place=f"hazard {hazard.name}.targets[{row}]")] = row
    return target


def without_class(
    hazard: RandomHazard,
    target: Index,
    repair: pd.Categorical,
    ids: npt.NDArray[np.object_],
) -> npt.NDArray[np.bool_]:
    """Assets whose target goes by repair class and which have none, shape (n,).

    Raises
    ------
    ScenarioError : the target names its assets by id
    """
    state = np.array([one.state is not None for one in hazard.targets])
    bare = (target >= 0) & state[target] & (repair.codes < 0)
    for row in np.unique(target[bare]):
        if hazard.targets[row].ids:
            raise ScenarioError(
                f"no repair class for an asset named: {named(ids[bare & (target == row)])}",
                place=f"hazard {hazard.name}.targets[{row}]",
                mend="give hours instead of state, or a repair class to the asset or its kind",
            )
    return bare


def _table(target: Target, names: pd.Index, code: int, classes: Classes) -> npt.NDArray[np.int32]:
    if target.state is None:
        return constant_table(target.hours or 0)
    name = str(names[code])
    entry = repair_state(classes.repair[name], target.state, name=name)
    return quantiles_min(entry.mean_d, entry.sd_d)
