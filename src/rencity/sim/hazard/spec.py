"""What a scenario may say of each hazard: the base of all, and the four that need no science."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.sim.classes import MEASURES, KindName, NotNegative
from rencity.sim.intensity import units_of

Hours = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Entry(BaseModel):
    """A strict part of a scenario: no key unknown, no type bent, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class HazardSpec(Entry):
    """What every hazard says.

    Attributes
    ----------
    name : of the hazard within its scenario
    start_h : when it begins, hours after the scenario does; a list of hazards with times is a
        combined or a following event
    """

    name: Name
    start_h: NotNegative = 0.0


class Selector(Entry):
    """Assets that fit all that is said; nothing said fits all.

    Attributes
    ----------
    lifeline : only assets of this lifeline; empty: of any
    kinds : only these kinds, as ``lifeline.kind``; empty: any
    ids : only these assets; empty: any
    """

    lifeline: str = ""
    kinds: tuple[KindName, ...] = ()
    ids: tuple[str, ...] = ()


class Target(Selector):
    """Assets that fail independently with one probability, for `hours` or by a repair state.

    Attributes
    ----------
    probability : that each of them fails
    state : damage state of the repair class, which says how long it lasts
    hours : how long it lasts
    """

    probability: Probability
    state: str | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _one_outage(self) -> Self:
        if (self.state is None) == (self.hours is None):
            raise ValueError("give either state (time from the repair class) or hours")
        return self


class RandomHazard(HazardSpec):
    """Independent failures; where several targets fit an asset the last one wins.

    Attributes
    ----------
    targets : which assets, how likely, for how long
    """

    kind: Literal["random"]
    targets: tuple[Target, ...] = Field(min_length=1)


class CutoffHazard(HazardSpec, Selector):
    """Sources lost in every sample.

    Attributes
    ----------
    hours : until they are back; ``never``: not within the run
    """

    kind: Literal["cutoff"]
    hours: Hours | Literal["never"]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.lifeline or self.kinds or self.ids):
            raise ValueError("give a lifeline, kinds or ids: which sources are lost")
        return self


class GivenHazard(HazardSpec):
    """A file that says which assets are down in which sample.

    `restore` holds where a row gives no hours: ``class`` takes the median of the gravest state
    of the asset's repair class.

    Attributes
    ----------
    path : table with columns asset, sample and, if known, hours
    restore : hours where a row gives none; ``class``: the repair class; ``never``: not in the run
    """

    kind: Literal["given"]
    path: str
    restore: Literal["class", "never"] | Hours = "class"


class Measured(Entry):
    """One intensity measure of a field's files; `column` is for tables, `band` for rasters.

    Attributes
    ----------
    measure : of intensity, as fragility classes name it
    unit : of the values in the file
    column : of a table; None: the measure's name
    band : of a raster
    """

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


class Event(Entry):
    """One file of a weighted set; without any weight all weigh the same.

    Attributes
    ----------
    path : of the file
    name : of the event; None: that of the file
    weight : chance of it, given one of the set happens
    """

    path: str
    name: Name | None = None
    weight: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None


class EventTable(Entry):
    """A table of events: `file` makes each path from its columns, as ``{id}_{magnitude}.csv``.

    Attributes
    ----------
    path : of the table
    file : how each event's file is named, from columns in braces
    weight : column of weights
    """

    path: str
    file: str
    weight: str = "weight"


class FieldHazard(HazardSpec):
    """Intensities in space, interpolated to assets.

    Attributes
    ----------
    measures : several measures of the same files
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
