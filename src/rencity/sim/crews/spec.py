"""A crews file: who mends, from where, when, with which parts, and what comes first.

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
from rencity.sim.crews.work import Skill
from rencity.sim.hazard.spec import Entry, Name
from rencity.sim.scenario_faults import faults_of
from rencity.sim.scenario_text import read_text

Hour = Annotated[float, Field(ge=0, lt=24, allow_inf_nan=False)]
Length = Annotated[float, Field(gt=0, le=24, allow_inf_nan=False)]
Later = Annotated[float, Field(ge=0, le=87_600, allow_inf_nan=False)]

GREAT_NODES = 50_000
"""Road nodes above which the roads are looked at seldom: each look costs a search of them all."""
OFTEN, SELDOM = ((0.0, 6.0, 12.0, 24.0), 24.0), ((0.0, 24.0, 72.0), 168.0)

TOP = ("crews", "priority", "planning")


class Words(Entry):
    """What people read."""

    zh: str = ""
    en: str = ""


class LonLat(Entry):
    """A place by degrees."""

    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]


class Shift(Entry):
    """Hours a day in which a crew sets out and works, from a clock hour on; it may pass midnight.

    Attributes
    ----------
    start_h, hours : clock hour and length; 24 hours: round the clock
    """

    start_h: Hour = 0.0
    hours: Length = 24.0


class Crews(Entry):
    """Crews of one skill that work out of one place.

    Attributes
    ----------
    base : id of an asset, or a place, where they stand and load parts
    from_ : instead of `base`, for mutual aid: the asset by which they come in and out of which
        they work, such as a city entry; needs `arrives_h`
    arrives_h : hours after the scenario's start from which they can set out
    parts : stock by part; as many again come every `resupply_h`; a part not named is never short
    """

    name: Name
    title: Words = Words()
    skill: Skill
    count: Annotated[int, Field(ge=0, le=10_000)]
    base: str | LonLat | None = None
    from_: Annotated[str | None, Field(alias="from")] = None
    shift: Shift = Shift()
    arrives_h: Later = 0.0
    parts: dict[str, Annotated[int, Field(ge=0, le=10**6)]] = Field(default_factory=dict)
    resupply_h: Positive | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.base is None) == (self.from_ is None):
            raise ValueError("give either base, or from for crews that come from outside")
        if self.from_ is not None and self.arrives_h == 0:
            raise ValueError("crews that come from outside arrive later: give arrives_h")
        return self

    @property
    def place(self) -> str | LonLat:
        """Where they set out from."""
        found = self.from_ if self.base is None else self.base
        if found is None:
            raise ValueError("a crew without a place")  # refused above
        return found


class Priority(Entry):
    """What is mended first.

    Attributes
    ----------
    rule : ``loss_per_hour`` people who hang on the asset by crew-hour; ``critical`` kinds of
        `critical` and all that feeds them first; ``nearest`` to a base; ``list`` the assets of
        `list` first; behind the first of these the order is that of ``loss_per_hour``
    """

    rule: Literal["loss_per_hour", "critical", "nearest", "list"] = "loss_per_hour"
    list: tuple[str, ...] = ()
    critical: tuple[KindName, ...] = ("health.hospital",)

    @model_validator(mode="after")
    def _has_list(self) -> Self:
        if (self.rule == "list") != bool(self.list):
            raise ValueError('rule = "list" goes with a list of assets, and a list with that rule')
        return self


class Planning(Entry):
    """When crews are told what to do, and how the roads are looked at.

    Attributes
    ----------
    clock_h : clock hour at which the scenario starts
    every_h : hours from one plan to the next
    roads_h : hours at which travel times are made anew, and when hazards begin; after the last of
        them every `roads_every_h`; None: by the size of the road network, see `looks_h`
    trip_min : minutes of a trip in a city without roads
    """

    clock_h: Hour = 0.0
    every_h: Annotated[float, Field(ge=0.25, le=168, allow_inf_nan=False)] = 6.0
    roads_h: tuple[Later, ...] | None = None
    roads_every_h: Annotated[float | None, Field(ge=1, le=8760, allow_inf_nan=False)] = None
    trip_min: Annotated[int, Field(ge=0, le=1440)] = 0

    def looks_h(self, road_nodes: int) -> tuple[tuple[float, ...], float]:
        """Hours at which the roads are looked at first, and how often after."""
        first, every = OFTEN if road_nodes <= GREAT_NODES else SELDOM
        chosen = first if self.roads_h is None else self.roads_h
        return chosen, every if self.roads_every_h is None else self.roads_every_h


class CrewFile(Entry):
    """All of a crews file."""

    crews: tuple[Crews, ...] = Field(min_length=1)
    priority: Priority = Priority()
    planning: Planning = Planning()

    @field_validator("crews", mode="after")
    @classmethod
    def _names_differ(cls, crews: tuple[Crews, ...]) -> tuple[Crews, ...]:
        names = [one.name for one in crews]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two crews are named {', '.join(twice)}")
        return crews

    @property
    def skills(self) -> tuple[str, ...]:
        """Skills that some crew has, sorted."""
        return tuple(sorted({one.skill for one in self.crews if one.count}))


def load_crews(path: str | Path) -> CrewFile:
    """Read and check a crews file.

    Raises
    ------
    ScenarioError : no such file, not TOML, or a fault of the schema; all faults in one message
    """
    path = Path(path)
    return parse_crews(read_text(path), place=str(path))


def parse_crews(text: str, *, place: str) -> CrewFile:
    """A crews file from TOML text; `place` names its origin in messages.

    Raises
    ------
    ScenarioError : as `load_crews`
    """
    data = toml_of(text, place, ScenarioError)
    if not data.get("crews"):
        raise ScenarioError("no [[crews]] table", place=place, mend="add one: name, skill, count")
    loose = sorted(set(data) - set(TOP))
    if loose:
        raise ScenarioError(
            f"unknown key {loose[0]!r} at the top level",
            place=place,
            mend=did_you_mean(loose[0], TOP, what="key"),
        )
    return _validated(data, place)


def _validated(data: dict[str, Any], place: str) -> CrewFile:
    # JSON mode: strict about types, yet arrays become tuples
    try:
        return CrewFile.model_validate_json(json.dumps(data, default=str))
    except ValidationError as exc:
        faults = [
            fault._replace(key=fault.key.removeprefix("scenario."))
            for fault in faults_of(exc, CrewFile)
        ]
        raise refused(faults, place, ScenarioError) from exc
