"""Every hazard a scenario may hold."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from rencity.sim.hazard.accident.spec import AccidentHazard
from rencity.sim.hazard.cyber.spec import CyberHazard
from rencity.sim.hazard.earthquake.spec import EarthquakeHazard
from rencity.sim.hazard.outbreak.spec import OutbreakHazard
from rencity.sim.hazard.rain.spec import RainHazard
from rencity.sim.hazard.river.spec import RiverHazard
from rencity.sim.hazard.spec import CutoffHazard, FieldHazard, GivenHazard, RandomHazard
from rencity.sim.hazard.targeted.spec import TargetedHazard
from rencity.sim.hazard.thermal.spec import ColdHazard, HeatHazard
from rencity.sim.hazard.typhoon.spec import TyphoonHazard

Hazard = Annotated[
    FieldHazard
    | RandomHazard
    | CutoffHazard
    | GivenHazard
    | RainHazard
    | RiverHazard
    | TargetedHazard
    | CyberHazard
    | OutbreakHazard
    | EarthquakeHazard
    | TyphoonHazard
    | AccidentHazard
    | HeatHazard
    | ColdHazard,
    Field(discriminator="kind"),
]

SECTIONS: tuple[str, ...] = tuple(
    get_args(spec.model_fields["kind"].annotation)[0] for spec in get_args(get_args(Hazard)[0])
)
"""What a scenario may write as ``kind`` of a hazard."""
