"""What `run.json` and `summary.json` of a run folder say, as the report reads them.

Keys the report does not know are left alone, so a later writer may add to them.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from rencity.kit.said import Remark


def _unknown(value: object) -> object:
    # a time not reached within the run, or a share of nobody, is written null, NaN or infinite
    return None if isinstance(value, float) and not math.isfinite(value) else value


Unit = Literal["people", "assets"]
Number = Annotated[float | None, BeforeValidator(_unknown)]
Share = Annotated[Annotated[float, Field(ge=-1e-9, le=1 + 1e-9)] | None, BeforeValidator(_unknown)]


class Entry(BaseModel):
    """What every part of a file has in common: read only, unknown keys left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Words(Entry):
    """A text in both languages."""

    zh: str = ""
    en: str = ""

    def of(self, lang: str) -> str:
        """The text in `lang`, else in the other language."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


class SourceOfLayer(Entry):
    """Where a layer of the city came from."""

    layer: str
    title: str
    licence: str
    note: str = ""


class CityNamed(Entry):
    """The city that something was asked of, by its version."""

    id: str
    name: str
    name_en: str = ""
    version: Annotated[int, Field(ge=1)] = 1
    hash: str
    synthetic: bool = False


class CityOfRun(CityNamed):
    """The city that was struck, its clock and where it came from."""

    time_zone: str = "UTC"
    sources: tuple[SourceOfLayer, ...] = ()


class ScenarioOfRun(Entry):
    """What struck it, in words and in full."""

    name: str
    title: Words = Words()
    toml: str = ""


class EventOfRun(Entry):
    """One event of a weighted set and how many samples fell to it."""

    name: str
    weight: float
    samples: int


class HazardOfRun(Entry):
    """A hazard, when it began, what it told of itself and the rasters it left."""

    kind: str
    name: str
    start_h: float = 0.0
    facts: dict[str, float | str] = {}
    layers: tuple[str, ...] = ()


class LifelineOfRun(Words):
    """A lifeline with its colour on charts."""

    id: str
    colour: str = "#6b7280"


class Note(Entry, Remark):
    """A finding of the checks that ran before the strike."""

    rule: str
    severity: str
    table: str = ""
    field: str = ""
    ids: tuple[str, ...] = ()


class CrewsEntry(Words):
    """What the crews of one entry did; means over samples."""

    name: str
    skill: str
    count: int
    jobs_mean: float
    done_mean: float
    travelled_h_mean: float
    worked_h_mean: float
    job_waited_h_mean: float
    busy_share: float
    first_h: Number = None
    last_h: Number = None


class JobsLeft(Entry):
    """Jobs of one skill, and those never begun by reason; means over samples."""

    skill: str
    jobs_mean: float
    wet_mean: float = 0.0
    too_few_mean: float = 0.0
    no_way_mean: float = 0.0
    no_part_mean: float = 0.0
    no_time_mean: float = 0.0


class CrewsOfRun(Entry):
    """What repair crews did."""

    priority: str
    jobs_mean: float
    done_mean: float
    entries: tuple[CrewsEntry, ...] = ()
    left: tuple[JobsLeft, ...] = ()


class BalancedLine(Entry):
    """Losses of one lifeline by both levels, in the same samples.

    `reach_only_ph` counts as served by level reach alone; `balance_only_ph` the other way round.
    """

    balanced: bool
    reach_loss_ph: float
    balance_loss_ph: float
    reach_only_ph: float
    balance_only_ph: float
    granted_share: dict[str, Share] = {}


class BalanceOfRun(Entry):
    """What level balance found in the first samples."""

    samples: int
    classes: tuple[str, ...]
    lifelines: dict[str, BalancedLine]


class About(Entry):
    """`run.json`; `unit` is what every number of the run counts."""

    format: Literal[2]
    rencity: str
    created_utc: str
    city: CityOfRun
    scenario: ScenarioOfRun
    packs: dict[str, str] = {}
    samples: Annotated[int, Field(ge=1)]
    seed: int
    events: tuple[EventOfRun, ...] = ()
    horizon_h: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    level: str
    unit: Unit = "people"
    leaves_out: tuple[Words, ...] = ()
    lifelines: Annotated[tuple[LifelineOfRun, ...], Field(min_length=1)]
    hazards: tuple[HazardOfRun, ...] = ()
    crews: CrewsOfRun | None = None
    balance: BalanceOfRun | None = None
    notes: tuple[Note, ...] = ()
    digest: str
    timings: dict[str, float] = Field(
        default={}, validation_alias=AliasChoices("timings_s", "timings")
    )


class Spread(Entry):
    """A mean over samples with its 95 % bounds, and where 5 and 95 % of samples lie."""

    mean: Number
    low: Number
    high: Number
    p5: Number
    p95: Number


class ShareSpread(Spread):
    """A spread of shares between 0 and 1."""

    mean: Share
    p5: Share
    p95: Share


class Times(Entry):
    """Hours until a share of people is served again; None: not within the run."""

    p5: Number = None
    p50: Number = None
    p95: Number = None
    reached_share: Share = 1.0


class WorstZone(Entry):
    """A zone and how long its people are without service on average."""

    zone: str
    mean_outage_h: Number


class Equity(Entry):
    """How unevenly outage hours fall on people."""

    gini: Number = None
    worst_zones: tuple[WorstZone, ...] = ()


class Measures(Entry):
    """Figures of one lifeline in one place.

    `robustness` is the lowest share of people served at any time; times are hours after the shock.
    """

    people: Number = None
    robustness: ShareSpread
    loss_person_h: Spread
    t50_h: Times | None = None
    t90_h: Times | None = None
    t100_h: Times | None = None
    equity: Equity = Equity()


class Summary(Entry):
    """`summary.json`: by lifeline for the city, by region and lifeline below it."""

    lifelines: dict[str, Measures]
    regions: dict[str, dict[str, Measures]] = {}
