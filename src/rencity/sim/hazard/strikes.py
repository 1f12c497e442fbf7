"""Strikes put together: what the hazards share."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import kinds_of, named
from rencity.sim.hazard.spec import Selector
from rencity.sim.strike import EVERY_SAMPLE, NEVER, TABLE_SIZE, Strike

MIN_PER_H = 60

Mask = npt.NDArray[np.bool_]


def rows_of(city: City, ids: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Row of each id in ``city.assets``, −1 where there is none."""
    return pd.Index(city.assets["id"]).get_indexer(pd.Index(ids)).astype(np.int64)


def selected(city: City, selector: Selector, *, place: str) -> Mask:
    """Assets that fit all a selector says, shape (n,).

    Raises
    ------
    ScenarioError : a lifeline, a kind or an id that is not there
    """
    kind = kinds_of(city.assets)
    fits = np.ones(len(city.assets), bool)
    if selector.lifeline:
        _known([selector.lifeline], city.catalogue.lifelines, f"{place}.lifeline", "lifeline")
        fits &= (city.assets["lifeline"] == selector.lifeline).to_numpy(bool)
    if selector.kinds:
        _known(selector.kinds, city.catalogue.kinds, f"{place}.kinds", "kind")
        fits &= np.isin(kind.codes, kind.categories.get_indexer(list(selector.kinds)))
    if selector.ids:
        rows = rows_of(city, list(selector.ids))
        absent = [one for one, row in zip(selector.ids, rows, strict=True) if row < 0]
        if absent:
            raise ScenarioError(
                f"no such asset: {named(absent)}",
                place=f"{place}.ids",
                mend=did_you_mean(absent[0], city.assets["id"], what="asset"),
            )
        fits &= np.isin(np.arange(len(fits)), rows)
    return fits


def outages(
    name: str,
    asset: npt.NDArray[np.int64],
    minutes: npt.NDArray[np.int64],
    sample: npt.NDArray[np.int64] | None = None,
    *,
    onset_min: npt.NDArray[np.int64] | None = None,
    by_class: npt.NDArray[np.bool_] | None = None,
) -> Strike:
    """A strike of certain outages only; without `sample` they stand in every sample.

    Parameters
    ----------
    onset_min : when each begins, minutes after the hazard does; None: with it
    by_class : whose minutes are those of a class; None: none
    """
    if sample is None:
        sample = np.full(len(asset), EVERY_SAMPLE, np.int64)
    if onset_min is None:
        onset_min = np.zeros(len(asset), np.int64)
    order = np.lexsort((onset_min, asset, sample))
    return Strike(
        name=name,
        asset=np.empty(0, np.int32),
        exceed=np.empty((1, 1, 0)),
        table=np.empty(0, np.int16),
        repair_min=np.zeros((1, 1, TABLE_SIZE), np.int32),
        weight=np.ones(1),
        event=(name,),
        out_asset=asset[order].astype(np.int32),
        out_sample=sample[order].astype(np.int32),
        out_min=minutes[order].astype(np.int64),
        out_onset_min=onset_min[order].astype(np.int32),
        out_by_class=None if by_class is None else by_class[order],
    )


def probable(
    name: str,
    asset: npt.NDArray[np.int64],
    exceed: npt.NDArray[np.float64],
    table: npt.NDArray[np.int16],
    repair_min: npt.NDArray[np.int32],
    weight: npt.NDArray[np.float64],
    event: tuple[str, ...],
) -> Strike:
    """A strike of damage probabilities only; assets that nothing can damage are left out."""
    may = (exceed > 0).any(axis=(0, 1))
    if not may.all():
        asset, exceed, table = asset[may], exceed[:, :, may], table[may]
    return Strike(
        name=name,
        asset=asset.astype(np.int32),
        exceed=exceed,
        table=table,
        repair_min=repair_min,
        weight=weight,
        event=event,
        out_asset=np.empty(0, np.int32),
        out_sample=np.empty(0, np.int32),
        out_min=np.empty(0, np.int64),
    )


def minutes_of(hours: float | str) -> int:
    """Whole minutes of some hours; ``never`` is `NEVER`."""
    return NEVER if isinstance(hours, str) else round(hours * MIN_PER_H)


def _known(names: list[str] | tuple[str, ...], known: object, place: str, what: str) -> None:
    for name in names:
        if name not in known:  # type: ignore[operator]
            raise ScenarioError(
                f"unknown {what} {name!r}",
                place=place,
                mend=did_you_mean(name, known, what=what),  # type: ignore[arg-type]
            )
