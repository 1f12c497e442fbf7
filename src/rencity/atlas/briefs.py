"""A run in brief, for lists: what struck and what was lost, without its arrays."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from rencity.report.about import Entry, Measures, Number, ScenarioOfRun, Unit, Words
from rencity.report.reading import model_of


class Brief(BaseModel):
    """A run in brief."""

    title: Words = Field(description="of its scenario")
    unit: str = Field(description="what its numbers count: people or assets")
    horizon_h: float
    loss_person_h: Number = Field(
        description="mean over samples, all lifelines together; null: of one it is not known"
    )
    lifeline: str = Field(description="that loses most; empty: none loses anything")


class _About(Entry):
    scenario: ScenarioOfRun
    unit: Unit = "people"
    horizon_h: float


class _Summary(Entry):
    lifelines: dict[str, Measures]


def brief_in(folder: Path) -> Brief:
    """What the two small files of a run's folder say.

    Raises
    ------
    RunError : one of them is missing or broken
    """
    about = model_of(folder / "run.json", _About, 2)
    found = model_of(folder / "summary.json", _Summary).lifelines
    lost = {name: each.loss_person_h.mean for name, each in found.items()}
    known = {name: value for name, value in lost.items() if value is not None}
    worst = max(known, key=lambda name: known[name], default="")
    return Brief(
        title=about.scenario.title,
        unit=about.unit,
        horizon_h=about.horizon_h,
        loss_person_h=sum(known.values()) if len(known) == len(lost) else None,
        lifeline=worst if known.get(worst) else "",
    )
