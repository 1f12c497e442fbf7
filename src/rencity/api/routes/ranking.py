"""Runs of a version, the gravest first: where a reader who asks what hurts most begins."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from pydantic import BaseModel, Field

from rencity.api.pages import Limit
from rencity.api.routes.runs import RunOut
from rencity.api.services import Services
from rencity.api.versions import PREFIX, Of
from rencity.atlas.briefs import Brief
from rencity.kit.errors import AbsentError, RunError
from rencity.registry.store import runs

router = APIRouter(prefix=PREFIX, tags=["results"])


class RankedOut(BaseModel):
    """A run with what it is ranked by."""

    run: RunOut
    brief: Brief | None = Field(description="null: its files cannot be read, it ranks last")
    fault: str = Field(description="why they cannot be read; empty: they can")


class RankingOut(BaseModel):
    """Stress runs of one version of a city, the greatest loss first."""

    items: list[RankedOut] = Field(description="the first `limit` of them")
    total: int
    earlier: int = Field(description="stress runs of earlier versions, which are not ranked here")
    earlier_version: int | None = Field(description="the newest of those versions; null: none")


@router.get("/ranking")
def rank_runs(version: Of, limit: Limit = 50) -> RankingOut:
    """Stress runs of a version by what they lose, the gravest first; equal ones newest first."""
    now, before = _runs_of(version.services, version.city, version.number)
    ranked = sorted((_ranked(version.services, row) for row in now), key=_gravity)
    return RankingOut(
        items=ranked[:limit],
        total=len(ranked),
        earlier=len(before),
        earlier_version=max(before, default=None),
    )


def _runs_of(services: Services, city: str, number: int) -> tuple[list[Any], list[int]]:
    """Records of a version's runs, newest first, and the version of each earlier run."""
    table = runs.table
    of_city = sa.and_(table.c.city == city, table.c.what == "stress")
    here = sa.select(table).where(of_city, table.c.city_version == number)
    earlier = sa.select(table.c.city_version).where(of_city, table.c.city_version < number)
    newest = here.order_by(table.c.at.desc(), table.c.id.desc())
    with services.store.reading() as connection:
        found = [dict(row._mapping) for row in connection.execute(newest)]
        return found, list(connection.execute(earlier).scalars())


def _ranked(services: Services, row: Any) -> RankedOut:
    run = RunOut.model_validate(row)
    try:
        brief = services.runs.brief(services.places.run(run.id), run.id)
    except (AbsentError, RunError) as exc:
        return RankedOut(run=run, brief=None, fault=exc.what)
    return RankedOut(run=run, brief=brief, fault="")


def _gravity(one: RankedOut) -> tuple[int, float]:
    if one.brief is None or one.brief.loss_person_h is None:
        return 2, 0.0
    return int(one.brief.unit != "people"), -one.brief.loss_person_h
