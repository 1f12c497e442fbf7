"""Where a run or an answer came from, and what it leaves out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from rencity.atlas.runs import mark_in, of_run
from rencity.kit.errors import RunError
from rencity.report.about import (
    About,
    BalanceOfRun,
    CityOfRun,
    CrewsOfRun,
    EventOfRun,
    HazardOfRun,
    LifelineOfRun,
    Note,
    ScenarioOfRun,
    Words,
)
from rencity.report.reading import model_of
from rencity.report.words import bilingual

MOST_IDS = 50
"""Ids of a finding that are told; a city may have thousands with one fault."""


class HazardTold(HazardOfRun):
    """A hazard with the name of its kind."""

    title: Words = Field(description="its kind in words")


class NoteTold(Note):
    """A finding with the first of its ids."""

    ids_total: int


class RunAbout(BaseModel):
    """Provenance: everything needed to say what a figure rests on."""

    run: str
    what: str = Field(description="stress, or the question: n1, measure, rate, invest")
    city_version: int
    rencity: str = Field(description="version of Rencity that made it")
    created_utc: str
    city: CityOfRun
    scenario: ScenarioOfRun | None = Field(description="null for an answer")
    title: Words = Field(description="of the scenario, of a set of them or of measures")
    samples: int | None = Field(description="null: each scenario has its own, or none is drawn")
    seed: int | None
    events: list[EventOfRun] = Field(description="of a weighted set, and the samples of each")
    horizon_h: float | None
    level: str | None = Field(description="reach, or balance; null for an answer")
    unit: str = Field(description="what its numbers count")
    leaves_out: list[Words] = Field(description="what this level of fidelity leaves out")
    lifelines: list[LifelineOfRun]
    hazards: list[HazardTold]
    crews: CrewsOfRun | None = Field(description="null where restoration curves mend everything")
    balance: BalanceOfRun | None = Field(description="null unless level is balance")
    kept_samples: int = Field(description="the first samples, whose outages are kept one by one")
    notes: list[NoteTold] = Field(description="findings of the checks that ran first")
    packs: dict[str, str] = Field(description="version of each pack")
    digest: str = Field(description="equal inputs give an equal digest; empty where it has none")


def about(folder: Path, row: Mapping[str, Any]) -> RunAbout:
    """Provenance of a run or an answer.

    Parameters
    ----------
    row : its record

    Raises
    ------
    AbsentError : its folder is gone
    RunError : its file is broken
    """
    path = mark_in(folder, row["what"], row["id"])
    try:
        return _of_stress(path, row) if row["what"] == "stress" else _of_answer(path, row)
    except RunError as exc:
        raise of_run(exc, row["id"], folder) from exc


def _of_stress(path: Path, row: Mapping[str, Any]) -> RunAbout:
    said = model_of(path, About, 2)
    kept = json.loads(path.read_text("utf-8")).get("outages") or {}
    return RunAbout(
        **_record(row),
        **{name: getattr(said, name) for name in _SAME},
        title=said.scenario.title,
        hazards=[
            HazardTold(**dict(one), title=bilingual(f"hazard_{one.kind}", one.kind))
            for one in said.hazards
        ],
        kept_samples=int(kept.get("samples", 0)),
        notes=_notes(said.notes),
    )


_SAME = (
    *("rencity", "created_utc", "city", "scenario", "samples", "seed", "events", "horizon_h"),
    *("level", "unit", "leaves_out", "lifelines", "crews", "balance", "packs", "digest"),
)


class _Answer(BaseModel):
    rencity: str
    city: CityOfRun
    title: Words = Words()
    unit: str = ""
    lifelines: list[dict[str, Any]] = []
    findings: list[Note] = []


def _of_answer(path: Path, row: Mapping[str, Any]) -> RunAbout:
    said = model_of(path, _Answer, 1, f"run `rencity {row['what']}` again")
    lines = [LifelineOfRun(**one) for one in said.lifelines if "id" in one]
    return RunAbout(
        **_record(row),
        rencity=said.rencity,
        created_utc=row["at"].isoformat(timespec="seconds"),
        city=said.city,
        scenario=None,
        title=said.title,
        samples=row["samples"] or None,
        seed=row["seed"] or None,
        events=[],
        horizon_h=None,
        level=None,
        unit=said.unit,
        leaves_out=[],
        lifelines=lines,
        hazards=[],
        crews=None,
        balance=None,
        kept_samples=0,
        notes=_notes(said.findings),
        packs=row["packs"],
        digest=row["digest"],
    )


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"run": row["id"], "what": row["what"], "city_version": row["city_version"]}


def _notes(found: Sequence[Note]) -> list[NoteTold]:
    return [
        NoteTold(**{**dict(one), "ids": one.ids[:MOST_IDS]}, ids_total=len(one.ids))
        for one in found
    ]
