"""Key figures of a run: what is lost, where, for how long, who waits longest; and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.report.about import LifelineOfRun, Measures, Number

if TYPE_CHECKING:
    from rencity.atlas.runs import OpenedRun
    from rencity.report.folder import Run


class Felt(BaseModel):
    """When a lifeline is first felt: 1 % of its people without it, mean over samples."""

    lifeline: str
    at_h: float = Field(description="hours after the shock")
    people: float = Field(description="without it in that step")
    share: float
    deepest: float = Field(description="greatest share without it in any step")


class Without(BaseModel):
    """People without service at the worst moment, over samples."""

    mean: Number
    p5: Number
    p95: Number


class FiguresOf(Measures):
    """Figures of one lifeline in the city or in one region; times are hours, null: not in the run.

    `robustness` is the lowest share served at any time.
    """

    lifeline: str
    without: Without


class FiguresOfRegion(BaseModel):
    """Figures of one region."""

    id: str
    name: str
    name_en: str
    people: float = Field(description="normally served by any lifeline; of facilities their sum")
    lifelines: list[FiguresOf]


class Wait(BaseModel):
    """A zone whose people wait long for one lifeline."""

    zone: str
    row: int = Field(description="in the city's zones table; -1 where it has none")
    name: str
    name_en: str
    path_zh: str = Field(description="names from below its region down to it")
    path_en: str
    region: str
    lifeline: str
    outage_h: float = Field(description="mean hours without it")
    people: float


class Sentences(BaseModel):
    """Sentences in both languages, plain text."""

    zh: list[str]
    en: list[str]


class KeyFigures(BaseModel):
    """What a run found, as a mayor reads it."""

    unit: str = Field(description="people, or assets where nobody is known to hang on anything")
    horizon_h: float
    samples: int
    lifelines: list[LifelineOfRun] = Field(description="that serve anyone, greatest loss first")
    city: list[FiguresOf]
    regions: list[FiguresOfRegion]
    first: list[Felt] = Field(description="lifelines that are felt, the first to fail first")
    waits: list[Wait] = Field(description="who waits longest, over all lifelines")
    headline: Sentences = Field(description="what struck, what fails first and then")
    losses: Sentences = Field(description="the gravest losses, then what is untouched")
    blame: Sentences = Field(description="what to look at first, who waits longest")


def key_figures(opened: OpenedRun) -> KeyFigures:
    """Every figure and sentence."""
    from rencity.report import story  # noqa: PLC0415 - heavy

    run = opened.run
    return KeyFigures(
        unit=run.about.unit,
        horizon_h=run.about.horizon_h,
        samples=run.about.samples,
        lifelines=list(run.lines),
        city=[_figures(name, run.summary.lifelines[name]) for name in run.lifelines],
        regions=[_region(run, region) for region in run.regions],
        first=[Felt(**vars(one)) for one in story.felt(run)],
        waits=_waits(run),
        headline=_said(run, "headline"),
        losses=_said(run, "losses"),
        blame=_said(run, "blame"),
    )


def _figures(lifeline: str, measures: Measures) -> FiguresOf:
    from rencity.report.story import people_without  # noqa: PLC0415 - heavy

    mean, few, many = people_without(measures)
    without = Without(mean=mean, p5=few, p95=many)
    return FiguresOf(**dict(measures), lifeline=lifeline, without=without)


def _region(run: Run, region: str) -> FiguresOfRegion:
    from rencity.report.tables import people_in  # noqa: PLC0415 - heavy

    held = run.summary.regions[region]
    row = run.zones.loc[region]
    return FiguresOfRegion(
        id=region,
        name=row["name"],
        name_en=row["name_en"],
        people=people_in(run, region),
        lifelines=[_figures(name, held[name]) for name in run.lifelines if name in held],
    )


def _waits(run: Run) -> list[Wait]:
    import numpy as np  # noqa: PLC0415 - heavy

    from rencity.report.words import Words  # noqa: PLC0415 - heavy

    zh, en = Words("zh", run.about.unit), Words("en", run.about.unit)
    people = run.result["zone_people"]
    at = {str(zone): k for k, zone in enumerate(run.result["zone"].to_numpy())}
    found = []
    for k, name in enumerate(run.lifelines):
        for worst in run.summary.lifelines[name].equity.worst_zones:
            if worst.zone not in at or not worst.mean_outage_h:
                continue
            row = run.zones.loc[worst.zone]
            found.append(
                Wait(
                    zone=worst.zone,
                    row=zone_row(run, worst.zone),
                    name=row["name"],
                    name_en=row["name_en"],
                    path_zh=zh.zone_path(run.zones, worst.zone, run.regions),
                    path_en=en.zone_path(run.zones, worst.zone, run.regions),
                    region=row["region"],
                    lifeline=name,
                    outage_h=worst.mean_outage_h,
                    people=float(np.asarray(people)[k, at[worst.zone]]),
                )
            )
    return sorted(found, key=lambda one: (-one.outage_h, one.zone, one.lifeline))


def zone_row(run: Run, zone: str) -> int:
    """Row of a zone in the city's table; -1 where the city has none."""
    return -1 if placeholder(run) else int(run.zones.index.get_loc(zone))


def placeholder(run: Run) -> bool:
    """Whether its one zone stands for a city that has none."""
    if len(run.zones) != 1:
        return False
    row = run.zones.iloc[0]
    return bool(row["id"] == run.about.city.id and row.geometry is None and row["people"] == 0)


def _said(run: Run, part: str) -> Sentences:
    from rencity.report import story  # noqa: PLC0415 - heavy
    from rencity.report.words import Words  # noqa: PLC0415 - heavy

    tell = getattr(story, part)
    return Sentences(
        zh=[one.striptags() for one in tell(run, Words("zh", run.about.unit))],
        en=[one.striptags() for one in tell(run, Words("en", run.about.unit))],
    )
