"""Assets of a run over time, one by one and from afar."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

import rencity
from rencity.api.routes.opened import city_of, record, stress_run
from rencity.api.routes.records import Seen
from rencity.api.routes.results import BYTES, Bytes
from rencity.api.services import Has
from rencity.atlas import asset_cells, asset_frames
from rencity.atlas.runs import of_run
from rencity.kit.errors import RunError

router = APIRouter(prefix="/api/v1/runs/{run}", tags=["results"])

Lifeline = Annotated[
    str | None, Query(max_length=100, description="only its assets; none: those of all")
]
Sample = Annotated[
    int | None,
    Query(ge=0, le=10_000_000, description="one of those kept; none: shares of all of them"),
]
Accepts = Annotated[str, Header(alias="Accept-Encoding", max_length=500)]
KEPT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": BYTES[200]["content"],
        "headers": {
            **BYTES[200]["headers"],
            "X-Samples": {
                "schema": {"type": "integer"},
                "description": "samples that shares are of",
            },
            "ETag": {"schema": {"type": "string"}},
        },
    },
    304: {"description": "unchanged"},
}
REVALIDATED = "no-cache"
QUICK = 1


@router.get("/asset-frames", response_class=Bytes, responses=KEPT)
def get_asset_frames(
    run: str,
    services: Has,
    lifeline: Lifeline = None,
    sample: Sample = None,
    seen: Seen = None,
    accepts: Accepts = "",
) -> Response:
    """Assets that are ever out of service, step by step; the first time takes seconds.

    `X-Shape` is a, s, t: a rows of the city's assets (32-bit integers, little-endian), a places in
    the series, then t times s bytes. Without `sample` a byte is the share of samples in which the
    asset is out, in 200ths; with it 1 says damaged, 2 whole but without service, 0 in service. 255
    is never in service, even in the undamaged city. Assets left out are always in service.
    """
    opened = stress_run(run, services)
    row, _ = record(run, services)

    def made() -> tuple[bytes, tuple[int, ...], int]:
        frames = asset_frames.asset_frames(opened, city_of(row, services), lifeline, sample)
        return frames.packed(), frames.shape, frames.samples

    try:
        return _kept(made, (row["digest"], "assets", lifeline, sample), seen, accepts)
    except RunError as exc:
        raise of_run(exc, run, opened.folder) from exc


@router.get("/asset-cells")
def get_asset_cells(run: str, services: Has, lifeline: Lifeline = None) -> asset_cells.AssetCells:
    """Squares of ground that hold assets, for a city whose assets hide each other from afar."""
    return asset_cells.asset_cells(stress_run(run, services), lifeline)


@router.get("/asset-cells/frames", response_class=Bytes, responses=KEPT)
def get_cell_frames(
    run: str,
    services: Has,
    lifeline: Lifeline = None,
    sample: Sample = None,
    seen: Seen = None,
    accepts: Accepts = "",
) -> Response:
    """Mean share of the assets of each square that is out, by step: a byte each, in 200ths.

    Squares stand in the order of `asset-cells` of the same lifeline; 255: nothing there is ever in
    service.
    """
    opened = stress_run(run, services)
    row, _ = record(run, services)

    def made() -> tuple[bytes, tuple[int, ...], int]:
        city = city_of(row, services)
        values, samples = asset_cells.cell_frames(opened, city, lifeline, sample)
        return values.tobytes(), values.shape, samples

    try:
        return _kept(made, (row["digest"], "cells", lifeline, sample), seen, accepts)
    except RunError as exc:
        raise of_run(exc, run, opened.folder) from exc


def _kept(
    made: Callable[[], tuple[bytes, tuple[int, ...], int]],
    asked: tuple[Any, ...],
    seen: str | None,
    accepts: str,
) -> Response:
    """Bytes that whoever has them need not fetch again: a run does not change."""
    name = hashlib.sha256(repr((rencity.__version__, *asked)).encode()).hexdigest()[:32]
    headers = {"ETag": f'"{name}"', "Cache-Control": REVALIDATED, "Vary": "Accept-Encoding"}
    if seen is not None and headers["ETag"] in (each.strip() for each in seen.split(",")):
        return Response(status_code=304, headers=headers)
    data, shape, samples = made()
    headers |= {"X-Shape": ",".join(map(str, shape)), "X-Samples": str(samples)}
    if "gzip" in accepts:
        headers["Content-Encoding"] = "gzip"
        data = gzip.compress(data, QUICK, mtime=0)
    return Bytes(data, headers=headers)
