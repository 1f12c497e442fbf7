"""Whether the server is well, and what it counts."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

import rencity
from rencity.api.services import Has, Services
from rencity.journal.reading import newest_instant
from rencity.kit.errors import RencityError

AHEAD_S = 5.0
"""Longest time that the newest entry may lie ahead of the clock: a clock set back is told."""
ROOM = 100_000_000
"""Free bytes below which a server says it is not ready."""

router = APIRouter(tags=["system"])


class CheckOut(BaseModel):
    """One thing a server needs."""

    what: str
    well: bool
    said: str


class HealthOut(BaseModel):
    """Whether a server can do its work."""

    ready: bool
    checks: list[CheckOut]


class AboutOut(BaseModel):
    """What this server is."""

    rencity: str = Field(description="version")
    operator: str = Field(description="who everybody is until accounts exist")
    database: str = Field(description="kind of database")


@router.get("/health/live")
def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@router.get("/health/ready", response_model=HealthOut, responses={503: {"model": HealthOut}})
def ready(services: Has) -> Response:
    """Database, tables and disk are well, and the server is not being stopped."""
    checks = [_database(services), _disk(services), _clock(services), _stopping(services)]
    health = HealthOut(ready=all(check.well for check in checks), checks=checks)
    status = 200 if health.ready else 503
    headers = {} if health.ready else {"Retry-After": "2"}
    return Response(health.model_dump_json(), status, headers, "application/json")


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Counters and gauges for Prometheus."""
    text = request.app.state.metrics.text()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/api/v1/about")
def about(services: Has) -> AboutOut:
    """Version and operator."""
    return AboutOut(
        rencity=rencity.__version__,
        operator=services.operator,
        database=services.store.url.get_backend_name(),
    )


def _database(services: Services) -> CheckOut:
    try:
        services.schema.require(services.store)
    except RencityError as exc:
        return CheckOut(what="database", well=False, said=f"{exc.what} | mend: {exc.mend}")
    return CheckOut(what="database", well=True, said="answers, tables are current")


def _disk(services: Services) -> CheckOut:
    try:
        free = services.places.room()
    except RencityError as exc:
        return CheckOut(what="disk", well=False, said=str(exc))
    return CheckOut(what="disk", well=free >= ROOM, said=f"{free:,} bytes free")


def _clock(services: Services) -> CheckOut:
    try:
        with services.store.reading() as connection:
            newest = newest_instant(connection)
    except RencityError as exc:
        return CheckOut(what="clock", well=False, said=str(exc))
    ahead = 0.0 if newest is None else (newest - services.store.now()).total_seconds()
    said = "with the journal" if ahead <= AHEAD_S else f"{ahead:,.0f} s behind the newest entry"
    return CheckOut(what="clock", well=ahead <= AHEAD_S, said=said)


def _stopping(services: Services) -> CheckOut:
    stopping = services.stopping.is_set()
    return CheckOut(what="server", well=not stopping, said="stopping" if stopping else "running")
