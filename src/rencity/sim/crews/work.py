"""Work: how many crew-hours a damaged asset takes, of which skill, with which part.

A class is content, as those of fragility and repair are: packs hold it, this module says what it
may hold. HAZUS repair days already contain usual crews and parts, so an asset follows either a
repair class or a class of work, never both.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rencity.kit.kind import Refers
from rencity.sim.classes import Applies, NotNegative, Repair, RepairState, State

HOURS_PER_DAY = 24
WORK = "work "
"""What stands before a class of work where it takes the place of a repair class."""

Skill = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkState(_Entry):
    """Crew-hours to mend an asset in this state: normal, a negative draw counts as zero."""

    state: State
    mean_h: Annotated[
        NotNegative, Field(title="平均工时", description="mean crew-hours at the asset")
    ]
    sd_h: Annotated[
        NotNegative, Field(title="标准差", description="standard deviation of the crew-hours")
    ]


class Work(_Entry):
    """Crew-hours by state."""

    skill: Annotated[Skill, Field(title="工种", description="skill that a crew must have")]
    crews: Annotated[
        int,
        Field(
            ge=1, le=100, title="同时队数", description="crews needed at once; they share the hours"
        ),
    ] = 1
    part: Annotated[
        str,
        Field(
            pattern=r"^([a-z][a-z0-9_]*)?$",
            title="备件",
            description="part taken along and used up; empty: none",
        ),
    ] = ""
    states: Annotated[
        tuple[WorkState, ...],
        Field(min_length=1, title="各等级", description="crew-hours by state, the gravest last"),
    ]
    applies: Applies = ()
    replaces: Annotated[
        tuple[Annotated[str, Refers("repair")], ...],
        Field(title="替代", description="repair classes, named by assets, whose place it takes"),
    ] = ()


def as_repair(work: Work) -> Repair:
    """A repair class whose days are the time at the asset with the crews needed."""
    hours = HOURS_PER_DAY * work.crews
    states = tuple(
        RepairState(state=one.state, mean_d=one.mean_h / hours, sd_d=one.sd_h / hours)
        for one in work.states
    )
    return Repair(states=states, applies=work.applies)
