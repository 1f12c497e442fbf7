"""The words of the whole loop: kinds of hazard, phases, grades of incidents.

Sensing, assessing, warning and responding all speak of these and none of them owns them, so they
stand here, below all stages.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from rencity.content.cel import CEL, Expression
from rencity.content.envelope import Text
from rencity.kit.findings import Finding
from rencity.kit.kind import Held, Refers
from rencity.kit.suggest import did_you_mean
from rencity.sim.classes import MEASURES
from rencity.sim.hazard.specs import SECTIONS

STAGES = ("sense", "assess", "warn", "respond", "recover", "evaluate", "improve")
"""Stages of the loop."""

FIGURES = {"deaths": int, "seriously_injured": int, "loss_yuan": float}
"""What the grade of an incident is judged by: people, people, direct economic loss in yuan."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HazardKind(_Entry):
    """A kind of hazard, or one of the classes at the top."""

    parent: Annotated[
        str,
        Refers("hazard_kinds"),
        Field(title="所属类别", description="the kind or class it belongs to; empty: a class"),
    ] = ""
    scenarios: Annotated[
        tuple[str, ...],
        Field(
            title="推演段",
            description="`kind` of `[[hazards]]` by which a scenario rehearses it; none: it cannot "
            "be rehearsed",
        ),
    ] = ()
    measures: Annotated[
        tuple[str, ...],
        Field(title="强度指标", description="intensity measures it is given in"),
    ] = ()

    @field_validator("scenarios")
    @classmethod
    def _rehearsed(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in SECTIONS:
                mend = did_you_mean(name, SECTIONS)
                raise ValueError(f"no scenario has a hazard of kind {name}: {mend}")
        return names

    @field_validator("measures")
    @classmethod
    def _measured(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in MEASURES:
                raise ValueError(f"unknown measure {name}: one of {', '.join(MEASURES)}")
        return names


class Phase(_Entry):
    """A phase of emergency management, and the stages of the loop that work in it."""

    order: Annotated[int, Field(ge=1, le=20, title="次序", description="place among the phases")]
    stages: Annotated[
        tuple[Literal[STAGES], ...],  # type: ignore[valid-type]
        Field(min_length=1, title="闭环环节", description="stages of the loop that work in it"),
    ]


class Grade(_Entry):
    """One grade: 1 the gravest."""

    level: Annotated[int, Field(ge=1, le=4, title="级别", description="1 is the gravest")]
    name: Annotated[Text, Field(title="级别名称", description="what it is called")]
    when: Annotated[
        Expression,
        CEL(FIGURES, bool),
        Field(title="条件", description="when an incident is at least as grave"),
    ]


class IncidentGrades(_Entry):
    """How grave an incident is, by what it cost."""

    applies: Annotated[
        tuple[Annotated[str, Refers("hazard_kinds")], ...],
        Field(min_length=1, title="适用类别", description="kinds of hazard that it grades"),
    ]
    grades: Annotated[
        tuple[Grade, ...],
        Field(
            min_length=1,
            title="各级",
            description="from the gravest, level 1, down; the last one's `when` is `true`",
        ),
    ]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        levels = [grade.level for grade in self.grades]
        if levels != list(range(1, len(levels) + 1)):
            raise ValueError(f"levels go 1, 2, 3 … from the gravest down, not {levels}")
        if self.grades[-1].when.text.strip() != "true":
            raise ValueError("the last grade takes all that is left: its when must be true")
        return self

    def grade(self, **figures: Any) -> Grade:
        """The gravest grade whose condition holds.

        Parameters
        ----------
        figures : deaths and seriously_injured, people; loss_yuan, direct economic loss

        Raises
        ------
        PackError : a figure that a condition asks for is missing or of another type
        """
        return next(grade for grade in self.grades if grade.when.value(**figures))


def check_grades(held: Held) -> Iterable[Finding]:
    """Kinds of hazard that two entries grade."""
    taken: dict[str, str] = {}
    for entry in held["incident_grades"].values():
        for name in entry.value.applies:
            first = taken.setdefault(name, entry.id)
            if first != entry.id:
                yield Finding(
                    "graded-twice",
                    "error",
                    f"{first} and {entry.id} both grade {name}",
                    "let one of them, or lay a region's entry over the nation's by the same id",
                    table=entry.place,
                    field="applies",
                    ids=(entry.id,),
                )
