"""Whether a scenario or a file of measures is sound, and what of it a city does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.kit.errors import RencityError
from rencity.kit.faults import Fault, faults_in
from rencity.kit.said import Remark
from rencity.kit.suggest import did_you_mean

if TYPE_CHECKING:
    from rencity.city.model import City
    from rencity.sim.measures.spec import Programme
    from rencity.sim.scenario import Scenario

ASSETS = ("ids", "feeds", "asset", "start", "end", "controller")
LIFELINES = ("lifeline", "lifelines", "need")
KINDS, ZONES = ("kinds",), ("zone",)
FILES = ("path", "track", "series", "sensitivities", "vs30_table", "zones", "crews")
"""Fields of a scenario that name assets, lifelines, kinds, zones and files."""


SHOWN = 5
"""Names in a fault, at most."""


class FaultOut(Remark):
    """One fault."""

    place: str = Field(description="key as in the text; empty: the whole")


class HazardNamed(BaseModel):
    """A hazard of a scenario."""

    kind: str
    name: str
    start_h: float


class ScenarioChecked(BaseModel):
    """What is known of a scenario's text; without hazards where it cannot be read."""

    ok: bool
    name: str
    title_zh: str
    title_en: str
    hazards: list[HazardNamed]
    samples: int | None
    seed: int | None
    horizon_h: float | None
    step_h: float | None
    level: str | None
    faults: list[FaultOut]


class MeasureNamed(BaseModel):
    """A measure of a file."""

    id: str
    kind: str
    title_zh: str
    title_en: str
    cost_yuan: float


class MeasuresChecked(BaseModel):
    """What is known of a file of measures; without any where it cannot be read."""

    ok: bool
    title_zh: str
    title_en: str
    measures: list[MeasureNamed]
    faults: list[FaultOut]


def scenario_checked(
    text: str, files: Collection[str], city: City | None, more: Sequence[Fault] = ()
) -> ScenarioChecked:
    """A scenario's faults, by itself and against a city.

    Parameters
    ----------
    files : paths that were handed in with it
    more : faults found elsewhere
    """
    from rencity.registry.scenarios import refuse_climbing  # noqa: PLC0415 - heavy
    from rencity.sim.scenario import parse_scenario  # noqa: PLC0415 - heavy

    try:
        scenario = parse_scenario(text, place="")
        refuse_climbing(scenario)
    except RencityError as exc:
        return _scenario(None, [*faults_in(exc), *more])
    faults = [*more, *_absent_files(scenario, files)]
    if city is not None:
        faults += unknown_in(scenario, city)
        faults += _no_sources(scenario, city)
    return _scenario(scenario, faults)


def measures_checked(text: str, city: City | None) -> MeasuresChecked:
    """Faults of a file of measures, by itself and against a city."""
    from rencity.sim.measures.reading import parse_programme  # noqa: PLC0415 - heavy

    try:
        programme = parse_programme(text, place="")
    except RencityError as exc:
        return _measures(None, faults_in(exc))
    return _measures(programme, [] if city is None else list(unknown_in(programme, city)))


def _scenario(scenario: Scenario | None, faults: Sequence[Fault]) -> ScenarioChecked:
    told = _told(faults)
    if scenario is None:
        return ScenarioChecked(
            ok=False, name="", title_zh="", title_en="", hazards=[], samples=None, seed=None,
            horizon_h=None, step_h=None, level=None, faults=told,
        )  # fmt: skip
    return ScenarioChecked(
        ok=not told,
        name=scenario.name,
        title_zh=scenario.title.zh,
        title_en=scenario.title.en,
        hazards=[
            HazardNamed(kind=one.kind, name=one.name, start_h=one.start_h)
            for one in scenario.hazards
        ],
        samples=scenario.samples,
        seed=scenario.seed,
        horizon_h=scenario.horizon_h,
        step_h=scenario.step_h,
        level=scenario.level,
        faults=told,
    )


def _measures(programme: Programme | None, faults: Sequence[Fault]) -> MeasuresChecked:
    told = _told(faults)
    if programme is None:
        return MeasuresChecked(ok=False, title_zh="", title_en="", measures=[], faults=told)
    return MeasuresChecked(
        ok=not told,
        title_zh=programme.title.zh,
        title_en=programme.title.en,
        measures=[
            MeasureNamed(
                id=one.id,
                kind=one.kind,
                title_zh=one.title.zh,
                title_en=one.title.en,
                cost_yuan=one.cost_yuan,
            )
            for one in programme.measures
        ],
        faults=told,
    )


def _told(faults: Sequence[Fault]) -> list[FaultOut]:
    return [FaultOut(place=place, what=what, mend=mend) for place, what, mend in faults]


def _absent_files(scenario: Scenario, files: Collection[str]) -> Iterator[Fault]:
    for key, field, names in _said(scenario):
        if field in FILES:
            for name in names:
                if name not in files:
                    yield key, f"the file {name!r} was not handed in", "hand it in under that path"


def _no_sources(scenario: Scenario, city: City) -> Iterator[Fault]:
    """Assets that a cutoff names and the city has, though they are no sources."""
    known = set(city.assets["id"])
    sources = set(city.assets.loc[city.assets["source"].astype(bool), "id"])
    for n, hazard in enumerate(scenario.hazards):
        if hazard.kind == "cutoff" and (wrong := [i for i in hazard.ids if i in known - sources]):
            what = f"not a source: {', '.join(wrong[:SHOWN])}{' …' * (len(wrong) > SHOWN)}"
            yield f"hazards[{n}].ids", what, "name sources only; kind = given takes out any asset"


def unknown_in(model: BaseModel, city: City) -> Iterator[Fault]:
    """Names in a scenario or in measures that a city does not know."""
    known: dict[str, Collection[str]] = {}

    def names_of(what: str) -> Collection[str]:
        if what not in known:
            known[what] = _names(city, what)
        return known[what]

    for key, field, names in _said(model):
        what = _meaning(field)
        for name in names if what else ():
            if name not in names_of(what):
                mend = did_you_mean(name, names_of(what), what=what)
                yield key, f"the city has no {what} {name!r}", mend


def _meaning(field: str) -> str:
    for fields, what in (
        (ASSETS, "asset"), (LIFELINES, "lifeline"), (KINDS, "kind"), (ZONES, "zone"),
    ):  # fmt: skip
        if field in fields:
            return what
    return ""


def _names(city: City, what: str) -> Collection[str]:
    assets = city.assets
    if what == "asset":
        return set(assets["id"])
    if what == "zone":
        return set(city.zones["id"])
    if what == "lifeline":
        return set(assets["lifeline"])
    pairs = assets[["lifeline", "kind"]].drop_duplicates()
    return set(pairs["lifeline"] + "." + pairs["kind"])


def _said(model: BaseModel, key: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every text in a model: its key, its field, and what it says; empty texts left out."""
    for field in type(model).model_fields:
        yield from _values(getattr(model, field), f"{key}.{field}" if key else field, field)


def _values(value: object, key: str, field: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if isinstance(value, BaseModel):
        yield from _said(value, key)
    elif isinstance(value, str) and value:
        yield key, field, (value,)
    elif isinstance(value, tuple):
        texts = tuple(one for one in value if isinstance(one, str))
        if texts:
            yield key, field, texts
        for number, one in enumerate(value):
            if isinstance(one, BaseModel):
                yield from _said(one, f"{key}[{number}]")
