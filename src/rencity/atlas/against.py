"""Two runs side by side: what differs in what they found and in what they were asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from rencity.report.about import Number, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from rencity.atlas.runs import OpenedRun

ZONES = 20


class Difference(BaseModel):
    """Loss of one lifeline in both runs, and the second less the first."""

    lifeline: str = Field(description="empty: all together")
    loss_person_h: float = Field(description="mean of this run")
    other_loss_person_h: float
    difference: float = Field(description="of the other less this one: below 0 it loses less")
    low: Number = Field(description="95 % bounds of the difference; null: of one sample")
    high: Number
    paired: bool = Field(description="sample by sample, or between two independent means")


class ZoneChanged(BaseModel):
    """A zone whose mean outage changes."""

    zone: str
    row: int = Field(description="in the zones table of this run's city; -1: it has none")
    name: str
    name_en: str
    path_zh: str = Field(description="names from below its region down to it")
    path_en: str
    region: str = Field(description="id of the region it lies in, itself where it is one")
    lifeline: str
    people: float
    outage_h: float
    other_outage_h: float
    difference_h: float


class InputDiffers(BaseModel):
    """Something that the runs were given differently."""

    what: str = Field(description="city, city_version, scenario, samples, seed, horizon_h, packs …")
    this: str
    other: str
    said: Words


class Against(BaseModel):
    """One run against another."""

    run: str
    other: str
    unit: str
    paired: bool = Field(description="whether samples are compared one by one")
    lifelines: list[Difference]
    zones: list[ZoneChanged] = Field(description="greatest change of loss first")
    warnings: list[InputDiffers]


SAID = {
    "city": ("两次推演的城市不同", "the runs are of different cities"),
    "city_version": ("城市版本不同", "the city differs in its version"),
    "city_hash": ("城市内容不同", "the city differs in its content"),
    "scenario": ("情景不同", "the scenario differs"),
    "samples": ("样本数不同", "the number of samples differs"),
    "seed": ("随机种子不同，样本不成对", "the seed differs: samples are no pairs"),
    "horizon_h": ("推演时长不同，损失不可直接相比", "the horizon differs: losses do not compare"),
    "level": ("推演层级不同", "the level of fidelity differs"),
    "unit": ("计数单位不同，损失不可相比", "they count different things: losses do not compare"),
    "packs": ("内容包版本不同", "the packs differ in their versions"),
    "rencity": ("软件版本不同", "the version of Rencity differs"),
}


def against(one: OpenedRun, run: str, two: OpenedRun, other: str) -> Against:
    """One run against another."""
    warnings = list(_warnings(one, two))
    differs = {each.what for each in warnings}
    paired = not differs & {"seed", "samples", "unit", "horizon_h"}
    return Against(
        run=run,
        other=other,
        unit=one.run.about.unit,
        paired=paired,
        lifelines=list(_differences(one, two, paired=paired)),
        zones=_zones(one, two),
        warnings=warnings,
    )


def _warnings(one: OpenedRun, two: OpenedRun) -> Iterator[InputDiffers]:
    for what, (zh, en) in SAID.items():
        mine, its = _said(one, what), _said(two, what)
        if mine != its:
            yield InputDiffers(what=what, this=mine, other=its, said=Words(zh=zh, en=en))


def _said(opened: OpenedRun, what: str) -> str:
    about = opened.run.about
    match what:
        case "city":
            return about.city.id
        case "city_version":
            return str(about.city.version)
        case "city_hash":
            return about.city.hash
        case "scenario":
            return about.scenario.toml or about.scenario.name
        case "packs":
            return ", ".join(f"{name} {version}" for name, version in sorted(about.packs.items()))
    return str(getattr(about, what))


def _differences(one: OpenedRun, two: OpenedRun, *, paired: bool) -> Iterator[Difference]:
    from rencity.atlas.losses import losses_of  # noqa: PLC0415 - heavy

    mine = dict(zip(one.run.lifelines, losses_of(one), strict=True))
    its = dict(zip(two.run.lifelines, losses_of(two), strict=True))
    yield _difference("", losses_of(one).sum(axis=0), losses_of(two).sum(axis=0), paired=paired)
    for name, loss in mine.items():
        if name in its:
            yield _difference(name, loss, its[name], paired=paired)


def _difference(
    lifeline: str,
    mine: npt.NDArray[np.float64],
    its: npt.NDArray[np.float64],
    *,
    paired: bool,
) -> Difference:
    from rencity.sim.metrics import Z95  # noqa: PLC0415 - heavy

    difference = float(its.mean() - mine.mean())
    half: float | None = None
    if paired and len(mine) > 1:
        half = Z95 * float((its - mine).std(ddof=1)) / len(mine) ** 0.5
    elif min(len(mine), len(its)) > 1:
        half = Z95 * float(mine.var(ddof=1) / len(mine) + its.var(ddof=1) / len(its)) ** 0.5
    return Difference(
        lifeline=lifeline,
        loss_person_h=float(mine.mean()),
        other_loss_person_h=float(its.mean()),
        difference=difference,
        low=None if half is None else difference - half,
        high=None if half is None else difference + half,
        paired=paired,
    )


def _zones(one: OpenedRun, two: OpenedRun) -> list[ZoneChanged]:
    import pandas as pd  # noqa: PLC0415 - heavy

    from rencity.atlas.frames import LEAF, zones  # noqa: PLC0415 - heavy
    from rencity.report.words import Words as Saying  # noqa: PLC0415 - heavy

    unit = one.run.about.unit
    zh, en = Saying("zh", unit), Saying("en", unit)
    mine, its = zones(one, LEAF), zones(two, LEAF)
    at = pd.Index(its.ids).get_indexer(mine.ids)
    found = []
    for k, lifeline in enumerate(mine.lifelines):
        if lifeline not in its.lifelines:
            continue
        m = its.lifelines.index(lifeline)
        for z, there in enumerate(at):
            if there < 0 or its.outage_h_mean[m][there] == mine.outage_h_mean[k][z]:
                continue
            lost = its.loss_person_h_mean[m][there] - mine.loss_person_h_mean[k][z]
            found.append((-abs(lost), mine.ids[z], lifeline, k, z, m, int(there)))
    return [
        ZoneChanged(
            zone=zone,
            row=mine.rows[z],
            name=mine.names[z],
            name_en=mine.names_en[z],
            path_zh=zh.zone_path(one.run.zones, zone, one.run.regions),
            path_en=en.zone_path(one.run.zones, zone, one.run.regions),
            region=str(one.run.zones.loc[zone, "region"]),
            lifeline=lifeline,
            people=mine.people[k][z],
            outage_h=mine.outage_h_mean[k][z],
            other_outage_h=its.outage_h_mean[m][there],
            difference_h=round(its.outage_h_mean[m][there] - mine.outage_h_mean[k][z], 4),
        )
        for _, zone, lifeline, k, z, m, there in sorted(found)[:ZONES]
    ]
