"""Work: how many crew-hours a damaged asset takes, of which skill, with which part.

A class is content, as those of fragility and repair are: packs hold it, this module says what it
may hold. HAZUS repair days already contain usual crews and parts, so an asset follows either a
repair class or a class of work, never both.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rencity.sim.classes import KindName, NotNegative, Repair, RepairState

HOURS_PER_DAY = 24
WORK = "work "
"""What stands before a class of work where it takes the place of a repair class."""

Skill = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorkState(_Entry):
    """Crew-hours to mend an asset in this state: normal, a negative draw counts as zero."""

    state: str
    mean_h: NotNegative
    sd_h: NotNegative


class Work(_Entry):
    """Crew-hours by state.

    Attributes
    ----------
    skill : that a crew must have
    crews : that are needed at once; they share the hours
    part : taken along and used up; empty: none
    applies : kinds (``lifeline.kind``) whose repair classes it takes the place of
    replaces : ids of repair classes that assets name themselves
    """

    skill: Skill
    crews: Annotated[int, Field(ge=1, le=100)] = 1
    part: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")] = ""
    states: tuple[WorkState, ...] = Field(min_length=1)
    applies: tuple[KindName, ...] = ()
    replaces: tuple[str, ...] = ()


def as_repair(work: Work) -> Repair:
    """A repair class whose days are the time at the asset with the crews needed."""
    hours = HOURS_PER_DAY * work.crews
    states = tuple(
        RepairState(state=one.state, mean_d=one.mean_h / hours, sd_d=one.sd_h / hours)
        for one in work.states
    )
    return Repair(states=states, applies=work.applies)
