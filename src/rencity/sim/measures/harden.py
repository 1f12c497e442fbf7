"""Harden: stronger classes, fewer breaks, higher sills for some assets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.kit.errors import InputError
from rencity.kit.suggest import did_you_mean
from rencity.sim.classes import Fragility, Lognormal
from rencity.sim.damage import Classes, kinds_of
from rencity.sim.hazard.strikes import selected
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Harden

Mask = npt.NDArray[np.bool_]


def harden(measure: Harden, setting: Setting) -> Setting:
    """Assets that break less easily; the same setting where nothing changes.

    Raises
    ------
    ScenarioError : a lifeline, kind or asset that is not there
    InputError : an unknown class
    """
    place = f"measure {measure.id}"
    chosen = selected(setting.city, measure, place=place)
    made = setting
    if measure.probability_factor is not None:
        made = _eased(made, chosen, measure.probability_factor)
    elif measure.fragility is not None:
        made = _reclassed(made, chosen, _replaced(measure, setting.classes, place))
    elif measure.median_factor is not None:
        made = _reclassed(made, chosen, _Scaled(measure.median_factor))
    return made if measure.sill_m is None else raised(made, chosen, measure.sill_m)


def raised(setting: Setting, chosen: Mask, sill_m: float) -> Setting:
    """Sills of some assets at least this high above the ground; the same where all are."""
    sill = setting.city.assets["entrance_m"].to_numpy(np.float64)
    low = chosen & (np.nan_to_num(sill) < sill_m)
    if not low.any():
        return setting
    return setting.with_tables(
        assets=setting.city.assets.assign(entrance_m=np.where(low, sill_m, sill))
    )


def _eased(setting: Setting, chosen: Mask, factor: float) -> Setting:
    ids = setting.city.assets["id"].to_numpy()[chosen]
    if not len(ids) or factor == 1:
        return setting
    before = setting.classes.eased
    eased = {one: factor * before.get(one, 1.0) for one in ids}
    return setting.with_classes(replace(setting.classes, eased={**before, **eased}))


class _Scaled:
    """Each class with its medians times a factor."""

    def __init__(self, factor: float) -> None:
        self._factor = factor

    def __call__(self, names: tuple[str, ...], known: dict[str, Fragility]) -> tuple[str, ...]:
        made = []
        for name in names:
            new = f"{name} x{self._factor:.17g}"
            known[new] = scaled(known[name], self._factor)
            made.append(new)
        return tuple(made)


class _Replaced:
    """A class in place of the one of its measure."""

    def __init__(self, new: str, measure: str) -> None:
        self._new, self._measure = new, measure

    def __call__(self, names: tuple[str, ...], known: dict[str, Fragility]) -> tuple[str, ...]:
        others = [name for name in names if known[name].measure != self._measure]
        return (self._new, *others)


def _replaced(measure: Harden, classes: Classes, place: str) -> _Replaced:
    name = measure.fragility or ""
    if name not in classes.fragility:
        raise InputError(
            f"unknown fragility class {name!r}",
            place=f"{place}.fragility",
            mend=did_you_mean(name, classes.fragility, what="class"),
        )
    return _Replaced(name, classes.fragility[name].measure)


def scaled(one: Fragility, factor: float) -> Fragility:
    """The class as if every intensity were divided by a factor.

    Medians of lognormal curves grow by it; a rate of repairs, factor · intensity^exponent, falls
    by its power.
    """
    if isinstance(one, Lognormal):
        states = tuple(s.model_copy(update={"median": s.median * factor}) for s in one.states)
        return one.model_copy(update={"states": states, "applies": ()})
    return one.model_copy(update={"factor": one.factor * factor**-one.exponent, "applies": ()})


def _reclassed(setting: Setting, chosen: Mask, change: _Scaled | _Replaced) -> Setting:
    """Give chosen assets a set of classes made from those they have, one for each measure."""
    assets, classes = setting.city.assets, setting.classes
    kind = kinds_of(assets)
    own = assets["fragility"].to_numpy(object).copy()
    known, sets = dict(classes.fragility), dict(classes.sets)
    rows = np.flatnonzero(chosen)
    pair = pd.MultiIndex.from_arrays([own[rows], kind.codes[rows]])
    code, seen = pair.factorize()
    moved = False
    for number, (name, at) in enumerate(seen):
        names = effective(classes, str(name), str(kind.categories[at]))
        made = change(names, known)
        if made in {names, ()}:
            continue
        title = " + ".join(made)
        sets[title] = made
        own[rows[code == number]] = title
        moved = True
    if not moved:
        return setting
    better = setting.with_classes(replace(classes, fragility=known, sets=sets))
    return better.with_tables(assets=assets.assign(fragility=own))


def effective(classes: Classes, own: str, kind: str) -> tuple[str, ...]:
    """Fragility classes in force for an asset: its own, then those of its kind, one a measure."""
    names: dict[str, str] = {}
    for name in (
        *classes.sets.get(own, (own,)),
        *classes.applies_fragility.get(kind, ()),
    ):
        if name in classes.fragility:
            names.setdefault(classes.fragility[name].measure, name)
    return tuple(names.values())
