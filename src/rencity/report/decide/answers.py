"""Folders that a decision is made by, as the report reads them: N-1, rates, a budget, networks.

Keys the report does not know are left alone, so a later writer may add to them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, computed_field, model_validator

from rencity.kit.chinese import chinese
from rencity.kit.errors import RunError
from rencity.report.about import CityNamed, Entry, LifelineOfRun, Note, Number, Share, Words
from rencity.report.reading import model_of

FORMAT = 1


class _Answer(Entry):
    format: Literal[1]
    rencity: str
    city: CityNamed


class WorstAlone(Entry):
    """An asset and who loses what when it alone fails."""

    asset: str
    lifeline: str
    kind: str
    kind_zh: str = ""
    kind_en: str = ""
    name: str = ""
    people: int
    people_by: dict[str, int] = Field(default_factory=dict)
    zones: int = 0


class WorstRoad(Entry):
    """A road element closed alone; no detour: there is no way round."""

    segment: str
    kind: str
    kind_zh: str = ""
    kind_en: str = ""
    name: str = ""
    detour_m: Number = None
    detour_s: Number = None
    cut_hospital: int = 0
    cut_fire_station: int = 0
    cut_shelter: int = 0
    backbone_apart: int = 0
    people_at: int = 0
    role: str = ""


class Backbone(Entry):
    """The arterial network and what breaks it."""

    nodes: int
    links: int
    parts: int
    breaking: int


class CutRoads(Entry):
    """Road elements whose closure alone cuts people off from every facility of a kind."""

    elements: int
    worst: int
    without_undamaged: int = 0


class Roads(Entry):
    """Every road element closed alone."""

    elements: int
    without_way_round: int
    longest_detour_m: float
    backbone: Backbone
    people_on_roads: int = 0
    cut: dict[str, CutRoads] = Field(default_factory=dict)
    worst: tuple[WorstRoad, ...] = ()


class LinkTried(Entry):
    """A link tried beside: sums over all assets failing alone, without and with it."""

    start: str
    end: str
    people: int
    people_with_link: int
    assets_better: int
    assets_worse: int


class Alone(_Answer):
    """`n1.json`."""

    unit: Literal["people", "assets"]
    only: str = ""
    lifelines: tuple[LifelineOfRun, ...]
    assets_tried: int
    assets_that_lose_anyone: int
    assets_that_lose_a_lifeline: dict[str, int] = Field(default_factory=dict)
    worst: tuple[WorstAlone, ...] = ()
    roads: Roads | None = None
    link: LinkTried | None = None
    findings: tuple[Note, ...] = ()


class Saved(Entry):
    """A mean with its 95 % bounds."""

    mean: float
    low: Number = None
    high: Number = None


class MeasureOffered(Entry):
    """One measure and what it saves by itself."""

    id: str
    title: Words = Words()
    kind: str
    cost_yuan: float
    saved: Saved
    saved_per_million_yuan: Number = None
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    with_required: tuple[str, ...] = ()
    cost_with_required_yuan: Number = None
    scenarios: dict[str, Saved] = Field(default_factory=dict)


class SetTaken(Entry):
    """A set of measures; `fresh` on samples that the choice never saw."""

    chosen: tuple[str, ...]
    cost_yuan: float
    saved: Saved
    saved_yuan: Saved | None = None
    fresh: Saved | None = None
    optimism: Number = None


class Step(Entry):
    """Measures added at once, and the cost and saving so far."""

    added: tuple[str, ...]
    cost_yuan: float
    saved: Saved


class RuleTried(Entry):
    """The set that one rule of choice finds, and its mean saving."""

    rule: str
    chosen: tuple[str, ...]
    cost_yuan: float
    saved: float


class Greedy(SetTaken):
    """The set found step by step, by the best of the rules."""

    rule: str
    path: tuple[Step, ...] = ()
    rules: tuple[RuleTried, ...] = ()


class PointOfBudget(Entry):
    """What one budget buys."""

    budget_yuan: float
    chosen: tuple[str, ...]
    cost_yuan: float
    saved: Saved


class Bound(Entry):
    """What no set under the budget saves more than; without a proof it may be passed."""

    kind: str
    value: float
    proven: bool
    passed: bool


class FreshSamples(Entry):
    """Samples that the choice never saw."""

    first: int
    count: int


class ScenarioTried(Entry):
    """One scenario of the choice."""

    name: str
    title: Words = Words()
    rate_per_a: Number = None
    weight: Number = None
    samples: int
    seed: int
    fresh_samples: FreshSamples | None = None
    loss_today: Saved


class LossCounted(Entry):
    """How much an hour without each lifeline counts; 1 where it is not named."""

    weights: dict[str, float] = Field(default_factory=dict)
    yuan_per_person_h: Number = None
    counts: str = ""


class Budget(_Answer):
    """`invest.json`."""

    title: Words = Words()
    budget_yuan: float
    unit: str
    loss: LossCounted = LossCounted()
    scenarios: tuple[ScenarioTried, ...]
    loss_today: float
    measures: tuple[MeasureOffered, ...]
    greedy: Greedy
    exact: SetTaken | None = None
    bounds: tuple[Bound, ...] = ()
    gap: Number = None
    curve: tuple[PointOfBudget, ...] = ()
    sets_tried: int = 0
    samples_simulated: int = 0
    notes: tuple[str, ...] = ()
    digest: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def notes_zh(self) -> list[str]:
        """`notes` in Chinese."""
        return [chinese(note) for note in self.notes]


class Annual(Entry):
    """A mean a year with its 95 % bounds."""

    mean_h_per_a: float
    low_h_per_a: Number = None
    high_h_per_a: Number = None


class AnnualBy(Entry):
    """In all, by lifeline and by region."""

    total: Annual
    lifelines: dict[str, Annual] = Field(default_factory=dict)
    regions: dict[str, Annual] = Field(default_factory=dict)


class Returned(Entry):
    """The loss of a return period; `beyond`: this or more."""

    period_a: float
    loss: float
    low: Number = None
    high: Number = None
    beyond: bool = False


class Curve(Entry):
    """Annual frequency of at least each loss, losses rising."""

    loss_h: tuple[float, ...]
    frequency_per_a: tuple[float, ...]
    low_per_a: tuple[float, ...]
    high_per_a: tuple[float, ...]

    @model_validator(mode="after")
    def _even(self) -> Self:
        columns = (self.loss_h, self.frequency_per_a, self.low_per_a, self.high_per_a)
        if len({len(column) for column in columns}) > 1:
            raise ValueError("losses, frequencies and bounds differ in number")
        return self


class ScenarioRated(Entry):
    """One scenario of a set, its rate and its share of the annual loss."""

    name: str
    title: Words = Words()
    rate_per_a: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    samples: int
    seed: int = 0
    horizon_h: Number = None
    from_run: bool = False
    mean_loss_h: float
    aal_share: Share = None


class Rates(_Answer):
    """`rate.json`."""

    title: Words = Words()
    unit: str
    total_rate_per_a: float
    lifelines: tuple[LifelineOfRun, ...] = ()
    scenarios: tuple[ScenarioRated, ...]
    regions: dict[str, Words] = Field(default_factory=dict)
    aal: AnnualBy
    return_periods: dict[str, tuple[Returned, ...]] = Field(default_factory=dict)
    curves: dict[str, Curve] = Field(default_factory=dict)
    findings: tuple[Note, ...] = ()
    digest: str


class LossOfNetwork(Entry):
    """Averages over events; None: not asked, or too large to look at."""

    complete: Number = None
    partial: Number = None
    weighted: Number = None
    efficiency: Number = None


class Undamaged(Entry):
    """A network before anything fails."""

    giant_part: Number = None
    efficiency: Number = None


class Network(Entry):
    """One lifeline's network by itself."""

    lifeline: str
    nodes: int
    links: int
    sources: int
    consumers: int
    average_loss: LossOfNetwork | None = None
    giant_part_mean: Number = None
    weight: str = ""
    undamaged: Undamaged | None = None


class EventsOfNetworks(Entry):
    """What failed: events of a scenario, of a file, or none."""

    scenario: str = ""
    seed: int | None = None
    count: int = 0
    years: Number = None


class Networks(_Answer):
    """`measures.json`."""

    events: EventsOfNetworks = EventsOfNetworks()
    lifelines: tuple[Network, ...]
    findings: tuple[Note, ...] = ()


Kind = TypeVar("Kind", bound=_Answer)
MARKS: Mapping[str, tuple[type[_Answer], str]] = {
    "n1.json": (Alone, "rencity n1"),
    "rate.json": (Rates, "rencity rate"),
    "invest.json": (Budget, "rencity invest"),
    "measures.json": (Networks, "rencity measure"),
}


@dataclass(frozen=True)
class Answers:
    """What is known to decide by, each part at most once, of one city."""

    city: CityNamed
    rencity: str
    alone: Alone | None = None
    rates: Rates | None = None
    budget: Budget | None = None
    networks: Networks | None = None


def is_answer(folder: Path) -> bool:
    """Whether a folder holds an answer that a decision page shows."""
    return any((Path(folder) / mark).exists() for mark in MARKS)


def open_answers(folders: Sequence[Path]) -> Answers:
    """Read folders of answers about one city.

    Raises
    ------
    RunError : a folder holds no answer, a broken one, two are of a kind, or of different cities
    """
    held: dict[str, tuple[Path, _Answer]] = {}
    for folder in map(Path, folders):
        mark = _mark_of(folder)
        kind, command = MARKS[mark]
        if mark in held:
            raise RunError(
                f"holds {mark}, and so does {held[mark][0]}: two answers of one kind",
                place=str(folder),
                mend="give one folder of each kind",
            )
        again = f"run `{command}` again into a new folder"
        held[mark] = folder, model_of(folder / mark, kind, FORMAT, again)
    first, answer = next(iter(held.values()))
    for folder, other in held.values():
        if other.city.hash != answer.city.hash:
            raise RunError(
                f"is of city {other.city.id} ({other.city.hash[:16]}), but {first} is of city "
                f"{answer.city.id} ({answer.city.hash[:16]})",
                place=str(folder),
                mend="give answers about one city in one version",
            )
    return Answers(
        answer.city,
        answer.rencity,
        _held(held, "n1.json", Alone),
        _held(held, "rate.json", Rates),
        _held(held, "invest.json", Budget),
        _held(held, "measures.json", Networks),
    )


def _held(held: Mapping[str, tuple[Path, _Answer]], mark: str, kind: type[Kind]) -> Kind | None:
    found = held.get(mark, (None, None))[1]
    return found if isinstance(found, kind) else None


def _mark_of(folder: Path) -> str:
    if not folder.is_dir():
        raise RunError("no such folder", place=str(folder), mend="give the folder of an answer")
    for mark in MARKS:
        if (folder / mark).exists():
            return mark
    if (folder / "run.json").exists():
        raise RunError(
            "is a run, whose page stands by itself",
            place=str(folder),
            mend="give it alone, and answers together in another call",
        )
    raise RunError(
        f"holds none of {', '.join(MARKS)}",
        place=str(folder),
        mend="give what `rencity n1`, `rate`, `invest` or `measure` wrote with --out",
    )
