"""What a scenario says of an attack on control systems."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.hazard.spec import HazardSpec, Hours, Name, Probability, Selector

MOST_SYSTEMS = 8


class ControlSystem(Selector):
    """A system whose assets fail together.

    Attributes
    ----------
    name : of the system
    lifeline, kinds, ids, owner : the assets it controls
    controller : or those that need this asset (a dispatch centre, an exchange), at any remove of
        one need; itself included
    probability : that the attack takes the system, for all its assets at once
    hours : until it is cleaned and its assets run again
    """

    name: Name
    owner: str = ""
    controller: str = ""
    probability: Probability = 1.0
    hours: Hours | Literal["never"]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.lifeline or self.kinds or self.ids or self.owner or self.controller):
            raise ValueError("give a lifeline, kinds, ids, owner or controller: what it controls")
        return self


class CyberHazard(HazardSpec):
    """Control systems attacked at once; each falls or stands as a whole.

    Attributes
    ----------
    systems : what is attacked
    spread : ``independent`` systems, or ``together``: one draw for all, so that where the least
        likely falls the likelier ones have fallen too
    """

    kind: Literal["cyber"]
    systems: Annotated[tuple[ControlSystem, ...], Field(min_length=1, max_length=MOST_SYSTEMS)]
    spread: Literal["independent", "together"] = "independent"

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [system.name for system in self.systems]
        if len(set(names)) < len(names):
            raise ValueError("two systems have the same name")
        return self
