"""Where assets stand, for maps that mark many of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from rencity.api.routes.refs import QUESTION, Place
from rencity.api.versions import PREFIX, Of

router = APIRouter(prefix=PREFIX, tags=["things"])

MOST_LOCATED = 5_000


class LocateAsked(BaseModel):
    """Assets that are to be marked."""

    model_config = ConfigDict(extra="forbid")

    assets: list[Annotated[str, Field(max_length=500)]] = Field(
        min_length=1, max_length=MOST_LOCATED, description="ids"
    )


class LocatedOut(BaseModel):
    """Where they stand, in the order in which they were asked for."""

    at: list[Place | None] = Field(
        description="longitude, latitude of a point on each; null: no such asset, or no place"
    )


@router.post("/places", openapi_extra=QUESTION)
def locate_assets(body: LocateAsked, version: Of) -> LocatedOut:
    """A point on each of many assets."""
    from rencity.atlas.refs import Refs  # noqa: PLC0415 - heavy

    return LocatedOut(at=version.opened.kept(Refs).places(body.assets))
