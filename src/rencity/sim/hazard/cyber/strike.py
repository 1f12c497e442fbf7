"""From control systems to outages that stand or fall together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from rencity.city.model import City
from rencity.kit.draws import Purpose, uniform
from rencity.kit.errors import ScenarioError
from rencity.kit.ids import key_of
from rencity.kit.suggest import did_you_mean
from rencity.sim.hazard.cyber.spec import ControlSystem, CyberHazard
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.strikes import minutes_of, outages, selected
from rencity.sim.strike import EVERY_SAMPLE, Strike

Index = npt.NDArray[np.int64]


def cyber_strikes(hazard: CyberHazard, scene: Scene) -> list[Strike]:
    """Outages of all assets of each system in the samples in which it falls; one strike a system.

    Raises
    ------
    ScenarioError : unknown names, or a system that controls nothing
    """
    made = [_system(hazard, system, scene) for system in hazard.systems]
    facts = {f"{s.name}_assets": n for s, (_, n) in zip(hazard.systems, made, strict=True)}
    return [replace(strike, facts=facts) for strike, _ in made]


def _system(hazard: CyberHazard, system: ControlSystem, scene: Scene) -> tuple[Strike, int]:
    place = f"hazard {hazard.name}.systems.{system.name}"
    rows = controlled(system, scene.city, place=place)
    if not len(rows):
        raise ScenarioError(
            "controls nothing in this city",
            place=place,
            mend="correct lifeline, kinds, ids, owner or controller",
        )
    sample = _falls(hazard, system, scene)
    asset = np.tile(rows, len(sample))
    minutes = np.full(len(asset), minutes_of(system.hours), np.int64)
    return outages(hazard.name, asset, minutes, np.repeat(sample, len(rows))), len(rows)


def controlled(system: ControlSystem, city: City, *, place: str) -> Index:
    """Rows of the assets a system controls, ascending.

    Raises
    ------
    ScenarioError : unknown names
    """
    fits = np.ones(len(city.assets), bool)
    if system.lifeline or system.kinds or system.ids:
        fits &= selected(city, system, place=place)
    if system.owner:
        owner = city.assets["owner"]
        if not (owner == system.owner).any():
            raise ScenarioError(
                f"no asset is owned by {system.owner!r}",
                place=f"{place}.owner",
                mend=did_you_mean(system.owner, sorted(set(owner) - {""}), what="owner"),
            )
        fits &= (owner == system.owner).to_numpy(bool)
    if system.controller:
        fits &= _hangs_on(system.controller, city, place)
    return np.flatnonzero(fits)


def _hangs_on(controller: str, city: City, place: str) -> npt.NDArray[np.bool_]:
    """Assets that name the controller as a provider of a need, and itself."""
    ids = city.assets["id"]
    if not (ids == controller).any():
        raise ScenarioError(
            f"no such asset: {controller}",
            place=f"{place}.controller",
            mend=did_you_mean(controller, ids, what="asset"),
        )
    groups = city.needs["group"][city.needs["provider"] == controller]
    named = city.need_groups["asset"][city.need_groups["id"].isin(groups)]
    return (ids.isin(named) | (ids == controller)).to_numpy(bool)


def _falls(hazard: CyberHazard, system: ControlSystem, scene: Scene) -> Index:
    """Samples in which a system falls; all of them where that is certain."""
    if system.probability >= 1:
        return np.array([EVERY_SAMPLE])
    name = hazard.name if hazard.spread == "together" else f"{hazard.name}/{system.name}"
    drawn = uniform(scene.seed, Purpose.HAZARD, key_of(name), scene.samples)
    return np.flatnonzero(drawn < system.probability)
