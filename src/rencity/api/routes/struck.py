"""What a run did to assets: their states, lists of them, one sample, the weak links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from rencity.api.pages import After, Limit, Page, cursor, key_of
from rencity.api.routes.opened import stress_run
from rencity.api.routes.results import BYTES, Bytes, array
from rencity.api.services import Has
from rencity.atlas import listing, weak
from rencity.atlas.runs import of_run
from rencity.kit.errors import RequestError, RunError

router = APIRouter(prefix="/api/v1/runs/{run}", tags=["results"])

Text = Annotated[str | None, Query(max_length=200)]


@router.get("/asset-states", response_class=Bytes, responses=BYTES)
def get_asset_states(run: str, services: Has) -> Bytes:
    """By row of the city's assets: mean hours out, then share of samples damaged.

    Little-endian 32-bit floats; `X-Shape` is 2 and the number of assets.
    """
    return array(listing.states(stress_run(run, services)))


@router.get("/assets")
def list_run_assets(
    run: str,
    services: Has,
    sort: Annotated[listing.Sort, Query(description="by what, the greatest first")] = "outage",
    lifeline: Text = None,
    kind: Text = None,
    q: Annotated[str | None, Query(max_length=200, description="part of a name or id")] = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[listing.AssetState]:
    """Assets of a run, the gravest first."""
    begin = _begin(after)
    found, total = listing.assets(
        stress_run(run, services),
        sort,
        lifeline=lifeline,
        kind=kind,
        text=q,
        begin=begin,
        limit=limit,
    )
    end = begin + limit
    return Page(items=found, next=cursor(str(end)) if end < total else None)


@router.get("/outages")
def get_outages(
    run: str,
    services: Has,
    sample: Annotated[int, Query(ge=0, le=10_000_000, description="its number, from 0")] = 0,
) -> listing.Outages:
    """Who was out from when to when in one sample, for a moving map."""
    opened = stress_run(run, services)
    try:
        return listing.outages(opened, sample)
    except RunError as exc:
        raise of_run(exc, run, opened.folder) from exc


@router.get("/weak-links")
def list_weak_links(
    run: str,
    services: Has,
    by: Annotated[
        weak.By,
        Query(description="loss spared, people who hang on it alone, or where loss is greater"),
    ] = "saved",
    lifeline: Text = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> weak.WeakLinks:
    """Weak links of a run, numbered as its report numbers them."""
    return weak.weak_links(stress_run(run, services), by, lifeline, limit)


def _begin(after: str | None) -> int:
    said = key_of(after)
    if said is None:
        return 0
    if not (said.isascii() and said.isdigit() and len(said) < 10):
        raise RequestError(
            f"{after!r:.60} is no place in this list",
            place="after",
            mend="send `next` of the page before, unchanged",
        )
    return int(said)
