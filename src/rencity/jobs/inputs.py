"""What each kind of job is told: one model a kind, extra keys forbidden."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rencity.kit.errors import RequestError
from rencity.kit.faults import Fault, refused
from rencity.kit.suggest import did_you_mean

Id = Annotated[str, Field(max_length=100)]
CityId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Files = Annotated[dict[str, Id], Field(max_length=10_000)]
"""Path inside the job's folder -> id of the upload that is laid there."""
Samples = Annotated[int, Field(ge=1, le=10_000_000)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
MOST_TEXT = 1_000_000


class Input(BaseModel):
    """What any job is told."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OfCity(Input):
    """A question to a city.

    Attributes
    ----------
    version : number of the city's version; None: the one in force when the job is asked for
    """

    city: CityId
    version: Annotated[int, Field(ge=1)] | None = None


class Strike(Input):
    """A scenario: one that is kept, or its text.

    Attributes
    ----------
    scenario : id of one that is kept
    scenario_version : None: the one that stands when the job is asked for
    text : TOML, in place of one that is kept
    files : path as in the text -> id of the upload that lies there
    """

    scenario: Id = ""
    scenario_version: Annotated[int, Field(ge=1)] | None = None
    text: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    files: Files = Field(default_factory=dict)

    @property
    def given(self) -> bool:
        """Whether there is one at all."""
        return bool(self.scenario or self.text)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.scenario and self.text:
            raise ValueError("scenario and text are both given; leave one out")
        if self.files and not self.text:
            raise ValueError("files go with text; a scenario that is kept has its own")
        if self.scenario_version and not self.scenario:
            raise ValueError("scenario_version goes with scenario")
        return self


class StressInput(OfCity, Strike):
    """`rencity stress`."""

    samples: Samples | None = None
    seed: Seed | None = None
    event: Annotated[str, Field(max_length=200)] | None = None
    explain: Annotated[int, Field(ge=0, le=1000)] | None = None

    @model_validator(mode="after")
    def _struck(self) -> Self:
        if not self.given:
            raise ValueError("nothing strikes: give scenario or text")
        return self


class N1Input(OfCity):
    """`rencity n1`."""

    lifeline: Id | None = None
    with_link: tuple[str, str] | None = None
    length_m: Rate | None = None
    check: bool = False

    @model_validator(mode="after")
    def _length_of_a_link(self) -> Self:
        if self.length_m is not None and self.with_link is None:
            raise ValueError("length_m goes with with_link")
        return self


class MeasureInput(OfCity, Strike):
    """`rencity measure`; `failed` is the id of an upload, a CSV file of what failed."""

    failed: Id = ""
    lifeline: Id | None = None
    events: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    years: Rate | None = None
    seed: Seed | None = None
    hops: bool = False
    both: bool = False

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.failed and self.given:
            raise ValueError("failed and a scenario are both given; leave one out")
        return self


class Member(Input):
    """One scenario of a set: one that is kept, or a finished run, with how often it strikes."""

    scenario: Id = ""
    scenario_version: Annotated[int, Field(ge=1)] | None = None
    run: Id = ""
    rate_per_a: Rate | None = None
    weight: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.scenario) == bool(self.run):
            raise ValueError("give either scenario or run, not both")
        return self


class SetInput(OfCity):
    """A city and a set of scenarios; `rate_per_a` and `total_rate_per_a` as in a set's file."""

    scenarios: Annotated[tuple[Member, ...], Field(min_length=1, max_length=1000)]
    rate_per_a: Rate | None = None
    total_rate_per_a: Rate | None = None
    samples: Samples | None = None
    seed: Seed | None = None


class RateInput(SetInput):
    """`rencity rate`."""


class InvestInput(SetInput):
    """`rencity invest`; `measures` is the id of an upload, `measures_text` its TOML instead."""

    measures: Id = ""
    measures_text: Annotated[str, Field(max_length=MOST_TEXT)] = ""
    budget_yuan: Annotated[float, Field(ge=0)]
    exactly: bool | None = None
    holdout: Annotated[int, Field(ge=0, le=10_000_000)] | None = None

    @model_validator(mode="after")
    def _one_programme(self) -> Self:
        if bool(self.measures) == bool(self.measures_text):
            raise ValueError("give either measures or measures_text, not both")
        return self


class ImportInput(Input):
    """`rencity city import`.

    Attributes
    ----------
    files : the source: path in its folder -> id of the upload
    source : path of the file to read; empty: the only file, or the whole folder
    mapping, merge : ids of uploads
    into : city that is carried on to its next version; empty: a new city, named by `id`
    base : version of `into` that the job began from; told by the job itself
    infer : fill by rules of packs what the source does not say
    """

    reader: Id
    files: Annotated[Files, Field(min_length=1)]
    source: Annotated[str, Field(max_length=200)] = ""
    mapping: Id = ""
    merge: Id = ""
    crs: Annotated[str, Field(max_length=1000)] | None = None
    options: Annotated[dict[str, str], Field(max_length=100)] = Field(default_factory=dict)
    far: bool = False
    infer: bool = True
    into: CityId | Literal[""] = ""
    id: CityId | Literal[""] = ""
    name: Annotated[str, Field(max_length=200)] = ""
    name_en: Annotated[str, Field(max_length=200)] = ""
    code: Annotated[str, Field(max_length=20, coerce_numbers_to_str=True)] = ""
    time_zone: Annotated[str, Field(max_length=60)] = ""

    @property
    def city(self) -> str:
        """The city it ends in."""
        return self.into or self.id

    @model_validator(mode="after")
    def _one_city(self) -> Self:
        if bool(self.into) == bool(self.id):
            raise ValueError("give either into (a city that stands) or id (of a new one), not both")
        named = [n for n in ("name", "name_en", "code", "time_zone") if getattr(self, n)]
        if self.into and named:
            raise ValueError(f"{', '.join(named)} cannot be set by an import into a city")
        return self


class DemoInput(Input):
    """`rencity demo`; `city` is its id, ``demo-SCALE`` where none is given."""

    scale: Id = "block"
    seed: Seed = 1
    city: CityId | Literal[""] = ""


class MapInput(OfCity):
    """The map of a version of a city that has none yet: one registered from a folder, say."""


class ReportInput(Input):
    """`rencity report`: a page for each run, and one to decide by of all answers together."""

    runs: Annotated[tuple[Id, ...], Field(min_length=1, max_length=100)]
    languages: Annotated[tuple[Literal["zh", "en"], ...], Field(min_length=1)] = ("zh", "en")


def read(model: type[Input], given: Any) -> Input:
    """What was handed in, as the kind's model.

    Raises
    ------
    RequestError : every fault in one message
    """
    try:
        return model.model_validate(given)
    except ValidationError as exc:
        faults = [_fault(each, model) for each in exc.errors(include_url=False)]
        raise refused(faults, "input", RequestError) from exc


def _fault(error: Any, model: type[Input]) -> Fault:
    key = ".".join(map(str, error["loc"]))
    match error["type"]:
        case "missing":
            return key, f"{error['loc'][-1]!r} is missing", f"give {error['loc'][-1]}"
        case "extra_forbidden":
            word = str(error["loc"][-1])
            known = Member if len(error["loc"]) > 1 else model
            return (
                key,
                f"unknown key {word!r:.80}",
                did_you_mean(word, known.model_fields, what="key"),
            )
        case "value_error":
            return key, error["msg"].removeprefix("Value error, "), "see what this kind takes"
    shown = f" (value {error['input']!r:.80})" if not isinstance(error["input"], dict) else ""
    return key, error["msg"] + shown, "correct the value"
