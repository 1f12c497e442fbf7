"""A scenario: what strikes, for how long it is watched, with how many samples.

TOML with a schema; every fault is told at once, each by its key, its value and its mend.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from rencity.kit.errors import ScenarioError
from rencity.kit.faults import refused, toml_of
from rencity.kit.suggest import did_you_mean
from rencity.sim.classes import KindName, Positive
from rencity.sim.hazard.spec import Entry, Name
from rencity.sim.hazard.specs import Hazard
from rencity.sim.scenario_faults import faults_of
from rencity.sim.scenario_text import read_text

MOST_BALANCED = 128
"""Samples that level balance follows at most: those whose outages a run keeps."""


class Title(Entry):
    """What people read.

    Attributes
    ----------
    zh, en : in Chinese and in English
    """

    zh: str = ""
    en: str = ""


class ClassNames(Entry):
    """Classes that replace the packs' choice for a kind; None leaves it."""

    fragility: str | None = None
    repair: str | None = None


class Scenario(Entry):
    """What strikes and how it is watched.

    Attributes
    ----------
    horizon_h, step_h : length of the run and of its regular steps, hours
    samples, seed : Monte Carlo samples, and the seed every draw is keyed by
    packs : more pack folders, relative to the scenario file
    crews : crews file, relative to the scenario file; empty: restoration curves mend everything
    classes : fragility and repair classes by ``lifeline.kind``, before those of packs
    level : ``reach``, or ``balance`` to follow some samples with capacities too
    balance_samples : how many samples level balance follows; None: 64, or all where there are fewer
    """

    name: Name
    title: Title = Title()
    horizon_h: Annotated[float, Field(gt=0, le=87_600, allow_inf_nan=False)] = 720.0
    step_h: Positive = 6.0
    samples: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    packs: tuple[str, ...] = ()
    crews: str = ""
    classes: dict[KindName, ClassNames] = Field(default_factory=dict)
    level: Literal["reach", "balance"] = "reach"
    balance_samples: Annotated[int, Field(ge=1, le=MOST_BALANCED)] | None = None
    hazards: tuple[Hazard, ...] = Field(min_length=1)

    @field_validator("hazards", mode="after")
    @classmethod
    def _names_differ(cls, hazards: tuple[Hazard, ...]) -> tuple[Hazard, ...]:
        names = [hazard.name for hazard in hazards]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two hazards are named {', '.join(twice)}")
        return hazards

    @model_validator(mode="after")
    def _steps_fit(self) -> Self:
        if self.step_h > self.horizon_h:
            raise ValueError(f"step_h {self.step_h:g} is longer than horizon_h {self.horizon_h:g}")
        return self


def load_scenario(path: str | Path) -> Scenario:
    """Read and check a scenario file.

    Raises
    ------
    ScenarioError : no such file, not TOML, or a fault of the schema; all faults in one message
    """
    path = Path(path)
    return parse_scenario(read_text(path), place=str(path))


def parse_scenario(text: str, *, place: str) -> Scenario:
    """A scenario from TOML text; `place` names its origin in messages.

    Raises
    ------
    ScenarioError : as `load_scenario`
    """
    data = toml_of(text, place, ScenarioError)
    head = data.pop("scenario", None)
    if not isinstance(head, dict):
        raise ScenarioError(
            "no [scenario] table", place=place, mend='start with [scenario] and name = "…"'
        )
    clash = sorted(set(head) & {"classes", "hazards"})
    if clash:
        raise ScenarioError(
            f"[scenario] holds {', '.join(clash)}",
            place=place,
            mend="write it at the top level: [classes] and [[hazards]]",
        )
    loose = sorted(set(data) - {"classes", "hazards"})
    if loose:
        inside = loose[0] in Scenario.model_fields
        known = ("scenario", "classes", "hazards")
        raise ScenarioError(
            f"unknown key {loose[0]!r} at the top level",
            place=place,
            mend="move it into [scenario]" if inside else did_you_mean(loose[0], known),
        )
    hazards = {"hazards": _named(data["hazards"])} if "hazards" in data else {}
    return _validated({**head, **data, **hazards}, place)


def _named(hazards: Any) -> Any:
    """Hazards without a name take that of their kind, numbered from the second on."""
    if not isinstance(hazards, list):
        return hazards
    taken = {h.get("name") for h in hazards if isinstance(h, dict)}
    named = []
    for hazard in hazards:
        if isinstance(hazard, dict) and "name" not in hazard:
            kind = hazard.get("kind")
            base = kind if isinstance(kind, str) and kind else "hazard"
            numbered = (f"{base}-{i}" for i in range(2, len(hazards) + 2))
            name = next(n for n in (base, *numbered) if n not in taken)
            taken.add(name)
            hazard = {**hazard, "name": name}  # noqa: PLW2901
        named.append(hazard)
    return named


def _validated(data: dict[str, Any], place: str) -> Scenario:
    # JSON mode: strict about types, yet arrays become tuples
    try:
        return Scenario.model_validate_json(json.dumps(data, default=str))
    except ValidationError as exc:
        raise refused(faults_of(exc, Scenario), place, ScenarioError) from exc
