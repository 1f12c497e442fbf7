"""What a run found, for pages: provenance, figures, curves, zones, frames of a map."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from rencity.api.routes.opened import record, stress_run
from rencity.api.services import Has
from rencity.atlas import against, curves, figures, frames, losses, provenance

router = APIRouter(prefix="/api/v1/runs/{run}", tags=["results"])

Level = Annotated[
    str, Query(max_length=40, description="leaf, or one of `levels` of the run's zones")
]
BYTES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "X-Shape": {
                "schema": {"type": "string"},
                "description": "lengths along each axis, the slowest first, with commas between",
            }
        },
    }
}


class Bytes(Response):
    """Numbers without words."""

    media_type = "application/octet-stream"


def array(values: Any) -> Bytes:
    """An array as its bytes, described by `X-Shape`."""
    return Bytes(values.tobytes(), headers={"X-Shape": ",".join(map(str, values.shape))})


@router.get("/about")
def get_run_about(run: str, services: Has) -> provenance.RunAbout:
    """Where a run or an answer came from, and what it leaves out."""
    row, folder = record(run, services)
    return provenance.about(folder, row)


@router.get("/key-figures")
def get_key_figures(run: str, services: Has) -> figures.KeyFigures:
    """Key figures of a run by lifeline and region, and in words."""
    return figures.key_figures(stress_run(run, services))


@router.get("/curves")
def get_curves(
    run: str,
    services: Has,
    region: Annotated[
        str | None, Query(max_length=200, description="id of a region; none: the whole city")
    ] = None,
) -> curves.Curves:
    """Shares of people served over time, with where the samples lie."""
    return curves.curves(stress_run(run, services), region)


@router.get("/zones")
def get_run_zones(run: str, services: Has, level: Level = frames.LEAF) -> frames.Zones:
    """Figures of every zone at a level, as lists in one order."""
    return frames.zones(stress_run(run, services), level)


@router.get("/frames", response_class=Bytes, responses=BYTES)
def get_frames(
    run: str,
    services: Has,
    lifeline: Annotated[str, Query(max_length=100)],
    level: Level = frames.LEAF,
) -> Bytes:
    """Share without a lifeline by step and zone: a byte each, in 200ths; 255 serves nobody.

    Zones stand in the order of `zones` at the same level.
    """
    return array(frames.frames(stress_run(run, services), lifeline, level))


@router.get("/exceedance")
def get_exceedance(
    run: str,
    services: Has,
    lifeline: Annotated[
        str | None, Query(max_length=100, description="only of this one; none: all, then each")
    ] = None,
) -> losses.LossCurves:
    """How likely how much is lost, given that the scenario happens."""
    return losses.exceedance(stress_run(run, services), lifeline)


@router.get("/against/{other}")
def compare_runs(run: str, other: str, services: Has) -> against.Against:
    """One run against another: losses, zones that change most, what differs in their inputs."""
    one, two = stress_run(run, services), stress_run(other, services)
    return against.against(one, run, two, other)
