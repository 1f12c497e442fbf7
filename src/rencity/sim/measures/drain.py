"""Drain: more water taken by the drains."""

from __future__ import annotations

import numpy as np

from rencity.kit.errors import InputError
from rencity.sim.hazard.rain.spec import RainHazard
from rencity.sim.hazard.strikes import selected
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Drain


def drain(measure: Drain, setting: Setting) -> Setting:
    """Greater capacity of drainage assets, greater rates in rain; the same where neither counts.

    Raises
    ------
    ScenarioError : a lifeline, kind or asset that is not there
    InputError : an asset that is not of drainage
    """
    made = setting if measure.factor is None else _widened(measure, measure.factor, setting)
    return made if measure.drainage_mm_h is None else _faster(made, measure.drainage_mm_h)


def _widened(measure: Drain, factor: float, setting: Setting) -> Setting:
    assets = setting.city.assets
    chosen = selected(setting.city, measure, place=f"measure {measure.id}")
    other = chosen & (assets["lifeline"] != "drainage").to_numpy(bool)
    if other.any():
        raise InputError(
            f"{assets['id'].to_numpy()[other][0]} is not of drainage",
            place=f"measure {measure.id}",
            mend="select drainage assets only",
        )
    capacity = assets["capacity"].to_numpy(np.float64)
    wider = chosen & np.isfinite(capacity) & (capacity > 0)
    if not wider.any():
        return setting
    return setting.with_tables(
        assets=assets.assign(capacity=np.where(wider, capacity * factor, capacity))
    )


def _faster(setting: Setting, drainage_mm_h: float) -> Setting:
    hazards = tuple(
        hazard.model_copy(update={"drainage_mm_h": drainage_mm_h})
        if isinstance(hazard, RainHazard) and hazard.drainage_mm_h < drainage_mm_h
        else hazard
        for hazard in setting.scenario.hazards
    )
    if hazards == setting.scenario.hazards:
        return setting
    return setting.with_scenario(setting.scenario.model_copy(update={"hazards": hazards}))
