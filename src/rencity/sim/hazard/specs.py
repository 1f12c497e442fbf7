"""Every hazard a scenario may hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rencity.sim.hazard.spec import CutoffHazard, FieldHazard, GivenHazard, RandomHazard

Hazard = Annotated[
    FieldHazard | RandomHazard | CutoffHazard | GivenHazard, Field(discriminator="kind")
]
