"""Hazards: what strikes, where, how hard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.kit.findings import Finding
from rencity.kit.suggest import did_you_mean
from rencity.sim.damage import Classes
from rencity.sim.hazard.cutoff import cutoff_strike
from rencity.sim.hazard.field import field_strike
from rencity.sim.hazard.given import given_strike
from rencity.sim.hazard.random import random_strike
from rencity.sim.hazard.unhit import unhit_by_field, unhit_by_random
from rencity.sim.scenario import CutoffHazard, FieldHazard, Hazard, RandomHazard
from rencity.sim.strike import Strike

__all__ = ["restrict", "strike_of", "unhit"]


def strike_of(hazard: Hazard, city: City, classes: Classes, base: Path, samples: int) -> Strike:
    """What a hazard does to the assets of a city, before anything is drawn.

    Parameters
    ----------
    classes : with the scenario's own laid over, see `Classes.overlaid`
    base : folder of the scenario file, which paths are relative to

    Raises
    ------
    InputError : a broken file, with its row
    ScenarioError : the hazard does not fit this city
    CityError : an asset without a place or a length
    """
    if isinstance(hazard, FieldHazard):
        return field_strike(hazard, city, classes, base)
    if isinstance(hazard, RandomHazard):
        return random_strike(hazard, city, classes)
    if isinstance(hazard, CutoffHazard):
        return cutoff_strike(hazard, city)
    return given_strike(hazard, city, classes, base, samples)


def unhit(hazard: Hazard, city: City, classes: Classes) -> list[Finding]:
    """Assets a hazard leaves out for want of a class, one finding a kind and reason."""
    if isinstance(hazard, FieldHazard):
        return unhit_by_field(hazard, city, classes)
    if isinstance(hazard, RandomHazard):
        return unhit_by_random(hazard, city, classes)
    return []


def restrict(strike: Strike, event: str) -> Strike:
    """The strike with one of its events for certain.

    Raises
    ------
    ScenarioError : no event of that name
    """
    if event not in strike.event:
        raise ScenarioError(
            f"no event {event!r}",
            place=f"hazard {strike.name}",
            mend=did_you_mean(event, strike.event, what="event"),
        )
    at = strike.event.index(event)
    return replace(
        strike,
        exceed=strike.exceed[at : at + 1],
        weight=np.ones(1),
        event=(event,),
    )
