"""What a file of measures may say: each measure, its cost and what it changes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from rencity.sim.classes import KindName, NotNegative, Positive
from rencity.sim.hazard.spec import Entry, Hours, Name, Probability, Selector
from rencity.sim.scenario import Title

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Sill = Annotated[float, Field(ge=-100, le=1000, allow_inf_nan=False)]


class _Measure(Entry):
    """What every measure says.

    Attributes
    ----------
    title : what people read
    id : unique in its file; things it builds are named by it
    cost_yuan : of the whole measure
    excludes : measures that cannot be taken together with it
    requires : measures that must be taken with it
    """

    id: Name
    title: Title = Title()
    cost_yuan: NotNegative
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


class _Selecting(_Measure, Selector):
    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.lifeline or self.kinds or self.ids):
            raise ValueError("give a lifeline, kinds or ids: which assets it acts on")
        return self


class Harden(_Selecting):
    """Assets that break less easily.

    Attributes
    ----------
    fragility : class in place of theirs of the same measure
    median_factor : every median of their classes times this (above 1: stronger)
    probability_factor : probability of damage times this; 0: nothing drawn damages them
    sill_m : lowest opening raised to at least this above the ground
    """

    kind: Literal["harden"]
    fragility: str | None = None
    median_factor: Positive | None = None
    probability_factor: Probability | None = None
    sill_m: Sill | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        curves = (self.fragility, self.median_factor, self.probability_factor)
        if sum(one is not None for one in curves) > 1:
            raise ValueError("give one of fragility, median_factor, probability_factor")
        if all(one is None for one in (*curves, self.sill_m)):
            raise ValueError("give fragility, median_factor, probability_factor or sill_m")
        return self


class Backup(_Selecting):
    """Needs of assets that can stay unmet for longer.

    Attributes
    ----------
    need : lifeline of the needs; empty: every need of the assets
    hours : backup of each need, where it has less
    """

    kind: Literal["backup"]
    need: str = ""
    hours: Hours


class Link(_Measure):
    """A new link between two assets of one lifeline.

    Attributes
    ----------
    switching_min : of a link that is normally open: time until it is closed
    start, end : the assets
    directed : service flows from start to end only
    asset_kind : kind of the link's own asset, which can fail; None: the link cannot fail
    length_m : None: straight
    normally_open : carries nothing until `switching_min` after the first damage
    """

    kind: Literal["link"]
    start: str
    end: str
    directed: bool = False
    asset_kind: KindName | None = None
    length_m: Positive | None = None
    normally_open: bool = False
    switching_min: NotNegative | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same asset")
        if self.normally_open != (self.switching_min is not None):
            raise ValueError("normally_open and switching_min go together")
        return self


class Move(_Measure):
    """One asset to another place; what it is linked to stays.

    Attributes
    ----------
    asset : which
    lon, lat : its new place, WGS-84 degrees
    zone : None: the smallest zone whose outline holds the new place
    sill_m : lowest opening above the ground there; None: as it was
    """

    kind: Literal["move"]
    asset: str
    lon: Longitude
    lat: Latitude
    zone: str | None = None
    sill_m: Sill | None = None


class Microgrid(_Measure):
    """A source that feeds some assets when the network does not.

    Each asset keeps its consumers; they are fed by the network or by the new source, and nothing
    flows back into the network.

    Attributes
    ----------
    feeds : assets of one lifeline
    asset_kind : kind of the new source
    hours : how long it lasts once none of them is fed by the network; None: without end
    switching_min : time after the first damage to switch over; None: at once
    lon, lat : its place; None: amid what it feeds
    """

    kind: Literal["microgrid"]
    feeds: tuple[str, ...] = Field(min_length=1)
    asset_kind: KindName
    hours: Hours | None = None
    switching_min: NotNegative | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon and lat go together")
        if len(set(self.feeds)) < len(self.feeds):
            raise ValueError("feeds names an asset twice")
        return self


class Drain(_Measure, Selector):
    """Drains that take more water.

    Attributes
    ----------
    factor : capacity of the drainage assets times this; counts where a rain hazard sizes its
        drains by zones
    drainage_mm_h : what drains take off each cell in rain hazards, where they take less
    """

    kind: Literal["drain"]
    factor: Annotated[float, Field(gt=1, allow_inf_nan=False)] | None = None
    drainage_mm_h: Positive | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.factor is None and self.drainage_mm_h is None:
            raise ValueError("give factor (of the assets' capacity), drainage_mm_h, or both")
        if self.factor is not None and not (self.lifeline or self.kinds or self.ids):
            raise ValueError("give a lifeline, kinds or ids: whose capacity grows")
        return self


class Crews(_Measure):
    """More crews of those that the scenario's crews file has.

    Attributes
    ----------
    crews : name of an entry of that file
    more : crews added to it
    """

    kind: Literal["crews"]
    crews: str
    more: Annotated[int, Field(ge=1, le=10_000)]


class Stock(_Measure):
    """More parts at the base of some crews of the scenario's crews file.

    Attributes
    ----------
    crews : name of an entry of that file
    parts : how many more of each part
    """

    kind: Literal["stock"]
    crews: str
    parts: dict[str, Annotated[int, Field(ge=1, le=10**6)]] = Field(min_length=1)


Measure = Annotated[
    Harden | Backup | Link | Stock | Crews | Move | Microgrid | Drain,
    Field(discriminator="kind"),
]


class Loss(Entry):
    """What a lost hour of service counts.

    Attributes
    ----------
    weights : by lifeline; those not named count 1
    yuan_per_person_h : value of a weighted person-hour; None: yuan are not told
    """

    weights: dict[str, NotNegative] = Field(default_factory=dict)
    yuan_per_person_h: Positive | None = None


class Programme(Entry):
    """Measures to choose from, and what counts as loss."""

    title: Title = Title()
    loss: Loss = Loss()
    measures: tuple[Measure, ...] = Field(min_length=1)
