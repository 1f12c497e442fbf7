"""Questions and their answers: why, N-1, rates, a budget, networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query

from rencity.api.routes.opened import city_of, record, stress_run
from rencity.api.services import Has
from rencity.atlas import answers, reasons
from rencity.atlas.runs import of_run
from rencity.kit.errors import AbsentError, RunError
from rencity.report.decide.answers import Budget, Networks

if TYPE_CHECKING:
    from rencity.api.services import Services
    from rencity.city.model import City

router = APIRouter(prefix="/api/v1/runs/{run}", tags=["results"])


@router.get("/why")
def ask_why(
    run: str,
    services: Has,
    target: Annotated[
        str,
        Query(
            min_length=1,
            max_length=300,
            description="id of an asset or a zone; asset:ID or zone:ID where both have it",
        ),
    ],
    lifeline: Annotated[str | None, Query(max_length=100, description="of a zone")] = None,
    at_h: Annotated[
        float | None, Query(ge=0, le=1e6, description="this hour only; none: the whole run")
    ] = None,
    samples: Annotated[
        int | None,
        Query(
            ge=1,
            le=512,
            description="of those kept the first so many; none: all, or in a great city as many as "
            "an answer in some seconds allows",
        ),
    ] = None,
) -> reasons.WhyOut:
    """What goes down with an asset, and why it or a zone was out; may take seconds."""
    opened = stress_run(run, services)
    row, _ = record(run, services)
    try:
        return reasons.why(opened, city_of(row, services), target, lifeline, at_h, samples)
    except RunError as exc:
        raise of_run(exc, run, opened.folder) from exc


@router.get("/n1")
def get_n1(run: str, services: Has) -> answers.N1Answer:
    """An answer to N-1: the worst assets and roads, with their places."""
    row, folder = record(run, services)
    return answers.n1(folder, row, _city(row, services))


@router.get("/rate")
def get_rate(run: str, services: Has) -> answers.RateAnswer:
    """An answer to rates: what a year costs, the exceedance curve, losses of return periods."""
    row, folder = record(run, services)
    return answers.rate(folder, row, _city(row, services))


@router.get("/invest")
def get_invest(run: str, services: Has) -> Budget:
    """An answer to a budget: the set chosen, each measure alone, the order, the curve."""
    row, folder = record(run, services)
    return answers.invest(folder, row)


@router.get("/measure")
def get_measure(run: str, services: Has) -> Networks:
    """An answer to network measures by lifeline."""
    row, folder = record(run, services)
    return answers.measure(folder, row)


def _city(row: dict[str, Any], services: Services) -> City | None:
    """The version of the city; None where it is gone: an answer can be read without it."""
    try:
        return city_of(row, services).city
    except AbsentError:
        return None
