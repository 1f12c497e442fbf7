"""Why: what goes down with an asset, and what took it or a zone down in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, Field

from rencity.report.about import Number, Words
from rencity.report.explained import AssetOfWhy, Example, Target

if TYPE_CHECKING:
    from rencity.atlas.opened import Opened
    from rencity.atlas.runs import OpenedRun


THING_BYTES = 2_000
"""Memory of a group, a facility, a zone or a cause of an answer, about."""


class Question(NamedTuple):
    """What is asked of a run."""

    target: str
    lifeline: str | None
    at_h: float | None
    samples: int | None


class GroupDown(BaseModel):
    """Assets of one lifeline that go in one round for one reason."""

    how: str = Field(description="failed itself, rides on it, stopped for want, or cut_off")
    lifeline: str
    by: list[str] = Field(description="ids of what stands between, or of providers they lost")
    count: int
    assets: list[str] = Field(description="ids of the first")
    kinds: dict[str, int]
    people: int
    out_h: Number


class FacilityDown(BaseModel):
    """A hospital, fire station, shelter or store; null hours: it holds, or is never back."""

    asset: AssetOfWhy
    how: str
    by: list[str]
    out_h: Number
    back_h: Number


class ZoneDown(BaseModel):
    """People of a zone who lose each lifeline."""

    zone: str
    name: str
    people: dict[str, int]


class HourDown(BaseModel):
    """What is out and back at an hour of the failure."""

    at_h: float
    out: dict[str, int]
    back: dict[str, int]
    people_out: dict[str, int]


class Alone(BaseModel):
    """What goes down with one asset that fails alone."""

    asset: AssetOfWhy
    runs: bool = Field(description="whether it is served in the undamaged city")
    unit: str
    people: dict[str, int] = Field(description="who lose each lifeline, every backup spent")
    lost: dict[str, int] = Field(description="assets out by lifeline, itself included")
    rounds: list[list[GroupDown]] = Field(description="each follows from the one before")
    zones: list[ZoneDown] = Field(description="most people first")
    zones_hit: int
    facilities: list[FacilityDown]
    hours: list[HourDown] = Field(description="the same failure with backups and manual starts")
    settled: bool


class CauseFound(BaseModel):
    """An asset whose own outage stands behind the target's."""

    asset: AssetOfWhy
    row: int = Field(description="in the city's assets table")
    samples: int
    share: float = Field(description="of the samples in which the target is out")
    time_share: float = Field(description="of the target's outage behind which it stands")
    behind_others: int
    tested: bool = Field(description="whether its samples were run again without its damage")
    avoided_h: Number
    avoided_share: Number
    alone: Number = Field(description="share of samples in which sparing it alone is enough")


class CausesFound(BaseModel):
    """Why a target was out in the kept samples."""

    kind: str
    id: str
    name: str
    lifeline: str
    never: bool = Field(description="whether it is not served even in the undamaged city")
    samples: int = Field(description="of the run that this tells of, the first of those kept")
    of: int = Field(description="samples kept; more than `samples`: ask with `samples` to go on")
    out_samples: int
    at_h: Number
    unit: str = Field(description="of `out_h`: h, person h or asset h")
    out_h: float
    time_h: float
    causes: list[CauseFound]
    found: int = Field(description="causes in all")
    widened: int
    example: Example | None = Field(description="one sample step by step; null: never out")


class WhyOut(BaseModel):
    """The answer to one question."""

    target: Target
    row: int = Field(description="in the city's table of assets, or of zones")
    consequences: Alone | None = Field(description="null for a zone")
    causes: CausesFound | None = Field(description="null: the run kept no outages")
    text: Words = Field(description="the same in sentences")

    @property
    def nbytes(self) -> int:
        """Memory it takes, about, for whoever holds it."""
        alone, causes = self.consequences, self.causes
        things = len(causes.causes) if causes else 0
        if alone is not None:
            things += sum(map(len, alone.rounds)) + len(alone.zones) + len(alone.facilities)
        return 10_000 + THING_BYTES * things


def why(
    opened: OpenedRun,
    city: Opened,
    target: str,
    lifeline: str | None,
    at_h: float | None,
    samples: int | None = None,
) -> WhyOut:
    """Ask why; one question to a run at a time.

    Parameters
    ----------
    samples : of those kept the first so many; None: as many as are told of in a few seconds

    Raises
    ------
    LimitError : another question to this run takes long
    InputError : no such asset or zone, nothing supplies it, or an hour outside the run
    RunError : the run is of another city than stands there, or its outages are broken
    CityError : the city has errors
    """
    question = Question(target, lifeline, at_h, samples)
    return opened.made.of(("why", question), lambda: _why(opened, city, question))


def _why(opened: OpenedRun, city: Opened, question: Question) -> WhyOut:
    with opened.in_turn("why"):
        asked = opened.asked(city)
        samples = question.samples or asked.prompt
        answer = asked.answer(question.target, question.lifeline, question.at_h, samples)
        asked.rest()
    said = answer.to_dict()
    for cause in said["causes"]["causes"] if said["causes"] else ():
        cause["row"] = int(opened.row_of([cause["asset"]["id"]])[0])
    zone = answer.target.kind == "zone"
    table = opened.run.zones.index if zone else opened.asset_rows
    return WhyOut(
        **said,
        row=int(table.get_indexer([answer.target.id])[0]),
        text=Words(zh=answer.to_text("zh"), en=answer.to_text("en")),
    )
