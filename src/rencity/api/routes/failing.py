"""What goes down when assets fail together."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from rencity.api.routes.refs import QUESTION, RefOut, Told
from rencity.api.versions import PREFIX, Of

if TYPE_CHECKING:
    from rencity.atlas.what_if import WhatIf

router = APIRouter(prefix=PREFIX, tags=["things"])

MOST_ASKED = 5_000


class WhatIfAsked(BaseModel):
    """Assets that fail at the same moment and are not mended."""

    model_config = ConfigDict(extra="forbid")

    assets: list[Annotated[str, Field(max_length=500)]] = Field(
        min_length=1, max_length=MOST_ASKED, description="ids"
    )


class GroupOut(Told):
    """Assets of one lifeline that go in one round for one reason."""

    how: Literal["failed", "rides", "stopped", "cut_off"] = Field(
        description="itself; rides on what failed; lacks another lifeline; is cut off"
    )
    lifeline: str
    by: list[str] = Field(description="ids of what took them, the first 20")
    count: int
    assets: list[str] = Field(description="the first ids")
    kinds: dict[str, int] = Field(description="how many of each lifeline.kind")
    people: int
    out_h: float | None = Field(description="hours until the first is out; null: never")


class FacilityOut(Told):
    """A hospital, fire station, shelter or store that goes down."""

    asset: RefOut
    how: str
    by: list[str]
    out_h: float | None = Field(description="null: it holds by backup or by hand")
    back_h: float | None


class HourOut(Told):
    """A moment of the course with backups and manual starts."""

    at_h: float
    out: dict[str, int] = Field(description="assets that go out, by lifeline")
    back: dict[str, int]
    people_out: dict[str, int] = Field(description="people without each lifeline from then on")


class ZoneLossOut(Told):
    """A zone that loses service."""

    zone: str
    name: str
    row: int = Field(description="in the table of zones; -1: the city has no such row")
    people: dict[str, int] = Field(description="who lose each lifeline")


class DarkOut(Told):
    """Assets that are out: the first 50,000 rows of `total`."""

    rows: list[int]
    total: int


class WhatIfOut(Told):
    """What goes down, with every backup spent and nothing started by hand; `hours` is with them."""

    asked: list[RefOut]
    outside: list[str] = Field(description="ids asked for that are in no network: nothing follows")
    idle: list[str] = Field(description="ids asked for that are not served even undamaged")
    unit: Literal["people", "assets"] = Field(
        description="of `people`: assets where nobody is known to hang on anything"
    )
    people: dict[str, int] = Field(description="who lose each lifeline")
    assets_out: dict[str, int]
    rounds: list[list[GroupOut]] = Field(description="each follows from the one before")
    rounds_more: int = Field(description="groups that are left out: 500 of a round are told")
    zones: list[ZoneLossOut] = Field(description="most people first, up to 5,000")
    zones_hit: int
    facilities: list[FacilityOut] = Field(description="the first out first, up to 2,000")
    facilities_hit: int
    hours: list[HourOut]
    settled: bool = Field(description="whether the course has come to rest")
    dark: DarkOut
    seconds: float = Field(description="that the answer took")


@router.post("/what-if", openapi_extra=QUESTION)
def ask_what_if(body: WhatIfAsked, version: Of) -> WhatIfOut:
    """Fail assets together and follow what goes with them; nothing is changed or kept."""
    from rencity.atlas.what_if import what_if  # noqa: PLC0415 - heavy

    begin = time.perf_counter()
    found: WhatIf = what_if(version.opened, body.assets)
    told = {name: getattr(found, name) for name in WhatIfOut.model_fields if name != "seconds"}
    return WhatIfOut.model_validate({**told, "seconds": time.perf_counter() - begin})
