"""A scenario: what strikes, for how long it is watched, with how many samples.

TOML with a schema; every fault is told at once, each by its key, its value and its mend.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rencity.kit.errors import ScenarioError
from rencity.kit.suggest import did_you_mean
from rencity.sim.classes import MEASURES, KindName, Positive
from rencity.sim.intensity import units_of
from rencity.sim.scenario_faults import Fault, faults_of
from rencity.sim.scenario_text import read_text

Hours = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Title(_Entry):
    """What people read."""

    zh: str = ""
    en: str = ""


class ClassNames(_Entry):
    """Classes that replace the packs' choice for a kind; None leaves it."""

    fragility: str | None = None
    repair: str | None = None


class Selector(_Entry):
    """Assets that fit all that is said; nothing said fits all."""

    lifeline: str = ""
    kinds: tuple[KindName, ...] = ()
    ids: tuple[str, ...] = ()


class Target(Selector):
    """Assets that fail independently with one probability, for `hours` or by a repair state."""

    probability: Probability
    state: str | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _one_outage(self) -> Self:
        if (self.state is None) == (self.hours is None):
            raise ValueError("give either state (time from the repair class) or hours")
        return self


class RandomHazard(_Entry):
    """Independent failures; where several targets fit an asset the last one wins."""

    kind: Literal["random"]
    name: Name
    targets: tuple[Target, ...] = Field(min_length=1)


class CutoffHazard(Selector):
    """Sources lost in every sample."""

    kind: Literal["cutoff"]
    name: Name
    hours: Hours | Literal["never"]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.lifeline or self.kinds or self.ids):
            raise ValueError("give a lifeline, kinds or ids: which sources are lost")
        return self


class GivenHazard(_Entry):
    """A file that says which assets are down in which sample.

    `restore` holds where a row gives no hours: ``class`` takes the median of the gravest state
    of the asset's repair class.
    """

    kind: Literal["given"]
    name: Name
    path: str
    restore: Literal["class", "never"] | Hours = "class"


class Measured(_Entry):
    """One intensity measure of a field's files; `column` is for tables, `band` for rasters."""

    measure: str
    unit: str
    column: str | None = None
    band: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.measure not in MEASURES:
            raise ValueError(f"unknown measure {self.measure!r}: one of {', '.join(MEASURES)}")
        known = units_of(self.measure)
        if self.unit not in known:
            raise ValueError(
                f"unknown unit {self.unit!r} of {self.measure}: one of {', '.join(known)}"
            )
        return self


class Event(_Entry):
    """One file of a weighted set; without any weight all weigh the same."""

    path: str
    name: Name | None = None
    weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None


class EventTable(_Entry):
    """A table of events: `file` makes each path from its columns, as ``{id}_{magnitude}.csv``."""

    path: str
    file: str
    weight: str = "weight"


class FieldHazard(_Entry):
    """Intensities in space, interpolated to assets.

    Attributes
    ----------
    measure, unit, column, band : one measure; or `measures` for several in the same files
    events, weights : the files, listed here or in a table
    x, y, crs : columns and system of coordinates of a point table; `crs` also of a raster
        without one
    method : of a point table: linear on triangles, or the nearest point
    within_m : how far from the nearest point a place outside the field may take its value
    outside : what else happens there: the scenario is refused, or the intensity is zero
    at : where a line feels the field: its mid-point, or the worst of its vertices
    """

    kind: Literal["field"]
    name: Name
    measure: str | None = None
    unit: str | None = None
    column: str | None = None
    band: Annotated[int, Field(ge=1)] = 1
    measures: tuple[Measured, ...] = ()
    events: tuple[Event, ...] = ()
    weights: EventTable | None = None
    x: str = "x"
    y: str = "y"
    crs: str | None = None
    method: Literal["linear", "nearest"] = "linear"
    within_m: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    outside: Literal["refuse", "zero"] = "refuse"
    at: Literal["midpoint", "max"] = "midpoint"

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.events) == (self.weights is not None):
            raise ValueError("give either events (a list of files) or weights (a table of them)")
        if (self.measure is None) != (self.unit is None):
            raise ValueError("measure and unit go together")
        if bool(self.measures) == (self.measure is not None):
            raise ValueError("give either measure and unit, or measures")
        names = [one.measure for one in self.measured]
        if len(set(names)) < len(names):
            raise ValueError("a measure stands twice")
        if self.method == "nearest" and self.within_m == 0:
            raise ValueError("method nearest needs within_m above 0")
        return self

    @property
    def measured(self) -> tuple[Measured, ...]:
        """Every measure of the files."""
        if self.measure is None or self.unit is None:
            return self.measures
        return (Measured(measure=self.measure, unit=self.unit, column=self.column, band=self.band),)


Hazard = Annotated[
    FieldHazard | RandomHazard | CutoffHazard | GivenHazard, Field(discriminator="kind")
]


class Scenario(_Entry):
    """What strikes and how it is watched.

    Attributes
    ----------
    horizon_h, step_h : length of the run and of its regular steps, hours
    samples, seed : Monte Carlo samples, and the seed every draw is keyed by
    packs : more pack folders, relative to the scenario file
    classes : fragility and repair classes by ``lifeline.kind``, before those of packs
    """

    name: Name
    title: Title = Title()
    horizon_h: Annotated[float, Field(gt=0, le=87_600, allow_inf_nan=False)] = 720.0
    step_h: Positive = 6.0
    samples: Annotated[int, Field(ge=1, le=10_000_000)] = 1000
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    packs: tuple[str, ...] = ()
    classes: dict[KindName, ClassNames] = {}
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
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise ScenarioError(f"not TOML: {exc}", place=place, mend="correct that line") from exc
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
        raise _error(faults_of(exc, Scenario), place) from exc


def _error(faults: list[Fault], place: str) -> ScenarioError:
    first, *rest = faults
    more = "".join(f"\n{place}: {fault.key}: {fault.what} | mend: {fault.mend}" for fault in rest)
    return ScenarioError(
        first.what, place=f"{place}: {first.key}" if first.key else place, mend=first.mend + more
    )
