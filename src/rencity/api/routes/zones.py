"""Zones of a version, for maps that colour them."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rencity.api.versions import PREFIX, Of

router = APIRouter(prefix=PREFIX, tags=["maps"])


class ZoneColumnsOut(BaseModel):
    """Zones in the order of their table, a list for each column."""

    levels: list[str]
    parents: list[int] = Field(description="row of the zone that contains it; -1: none")
    people: list[int] = Field(description="residents")


@router.get("/zones")
def list_zones(version: Of) -> ZoneColumnsOut:
    """Level, parent and residents of every zone."""
    import numpy as np  # noqa: PLC0415 - heavy
    import pandas as pd  # noqa: PLC0415 - heavy

    zones = version.opened.city.zones
    parents = pd.Index(zones["id"]).get_indexer(zones["parent"])
    people = np.nan_to_num(zones["people_night"].to_numpy(dtype=float)).round().astype(int)
    return ZoneColumnsOut(
        levels=zones["level"].tolist(), parents=parents.tolist(), people=people.tolist()
    )
