"""From a hazard of a scenario to its strikes: each kind has its own room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from rencity.kit.errors import ScenarioError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.hazard.accident.spec import AccidentHazard
from rencity.sim.hazard.accident.strike import accident_strikes, unhit_by_accident
from rencity.sim.hazard.cutoff import cutoff_strikes
from rencity.sim.hazard.cyber.spec import CyberHazard
from rencity.sim.hazard.cyber.strike import cyber_strikes
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard
from rencity.sim.hazard.earthquake.strike import earthquake_strikes
from rencity.sim.hazard.earthquake.unhit import unhit_by_earthquake
from rencity.sim.hazard.easing import eased
from rencity.sim.hazard.field import field_strikes
from rencity.sim.hazard.given import given_strikes
from rencity.sim.hazard.outbreak.spec import OutbreakHazard
from rencity.sim.hazard.outbreak.strike import outbreak_strikes
from rencity.sim.hazard.rain.spec import RainHazard
from rencity.sim.hazard.rain.strike import rain_strikes, unhit_by_rain
from rencity.sim.hazard.random import random_strikes
from rencity.sim.hazard.river.spec import RiverHazard
from rencity.sim.hazard.river.strike import river_strikes, unhit_by_river
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.spec import CutoffHazard, FieldHazard, GivenHazard, RandomHazard
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.targeted.spec import TargetedHazard
from rencity.sim.hazard.targeted.strike import targeted_strikes
from rencity.sim.hazard.thermal.spec import ColdHazard, HeatHazard
from rencity.sim.hazard.thermal.strike import temperature_strikes, unhit_by_temperature
from rencity.sim.hazard.typhoon.spec import TyphoonHazard
from rencity.sim.hazard.typhoon.strike import typhoon_strikes, unhit_by_typhoon
from rencity.sim.hazard.unhit import unhit_by_field, unhit_by_random
from rencity.sim.strike import Strike

_STRIKES: dict[type, Callable[[Any, Scene], list[Strike]]] = {
    CutoffHazard: cutoff_strikes,
    CyberHazard: cyber_strikes,
    EarthquakeHazard: earthquake_strikes,
    FieldHazard: field_strikes,
    GivenHazard: given_strikes,
    OutbreakHazard: outbreak_strikes,
    RainHazard: rain_strikes,
    RiverHazard: river_strikes,
    RandomHazard: random_strikes,
    HeatHazard: temperature_strikes,
    ColdHazard: temperature_strikes,
    AccidentHazard: accident_strikes,
    TyphoonHazard: typhoon_strikes,
    TargetedHazard: targeted_strikes,
}
_UNHIT: dict[type, Callable[[Any, Scene], list[Finding]]] = {
    EarthquakeHazard: unhit_by_earthquake,
    FieldHazard: unhit_by_field,
    RainHazard: unhit_by_rain,
    RiverHazard: unhit_by_river,
    RandomHazard: unhit_by_random,
    HeatHazard: unhit_by_temperature,
    ColdHazard: unhit_by_temperature,
    AccidentHazard: unhit_by_accident,
    TyphoonHazard: unhit_by_typhoon,
}


def strikes_of(hazard: Hazard, scene: Scene) -> list[Strike]:
    """What a hazard does to the assets of a city, before anything is drawn.

    Raises
    ------
    InputError : a broken file, with its row
    ScenarioError : the hazard does not fit this city
    CityError : an asset without a place or a length
    """
    made = _STRIKES[type(hazard)](hazard, scene)
    return [eased(strike, scene.city, scene.classes) for strike in made]


def unhit(hazard: Hazard, scene: Scene) -> list[Finding]:
    """What a hazard leaves out, such as assets without a class; one finding a kind and reason."""
    find = _UNHIT.get(type(hazard))
    return find(hazard, scene) if find else []


def restrict(strikes: Sequence[Strike], event: str) -> list[Strike]:
    """The strikes of a hazard with one of its events for certain.

    Raises
    ------
    ScenarioError : no event of that name
    """
    return [_restricted(strike, event) for strike in strikes]


def _restricted(strike: Strike, event: str) -> Strike:
    if event not in strike.event:
        raise ScenarioError(
            f"no event {event!r}",
            place=f"hazard {strike.name}",
            mend=did_you_mean(event, strike.event, what="event"),
        )
    if strike.sampled is not None:
        weight = np.array([float(name == event) for name in strike.event])
        return replace(strike, weight=weight)
    at = strike.event.index(event)
    return replace(strike, exceed=strike.exceed[at : at + 1], weight=np.ones(1), event=(event,))
