"""One asset or zone with all it is joined to; finding them by a word or an outline."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from rencity.api.routes.refs import QUESTION, Extent, RefOut, Table, Told
from rencity.api.versions import PREFIX, Of, Version
from rencity.kit.errors import RequestError
from rencity.kit.said import Described

router = APIRouter(prefix=PREFIX, tags=["things"])

MOST_CORNERS = 10_000
MOST_FOUND = 200
Corner = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]


class ValueOut(Told, Described):
    """A value of a row, and how it came to be known."""

    column: str
    value: bool | int | float | str
    unit: str
    origin: str = Field(description="measured, inferred or synthetic")
    rule: str = Field(description="the rule that inferred or made it; empty if measured")


class NeedOut(Told):
    """What an asset must receive to work."""

    id: str
    lifeline: str
    quorum: int = Field(description="how many of its alternatives must be served")
    of: int = Field(description="alternatives")
    backup_h: float
    manual_start_h: float | None = Field(description="null: never")
    origin: str
    rule: str
    providers: list[RefOut]


class NeighbourOut(Told):
    """An asset that a link joins to the one asked for."""

    ref: RefOut
    link: str
    flow: Literal["to", "from", "both", "along"] = Field(
        description="service may flow to the neighbour, from it, or both ways; along: it is an end"
        " of a link whose own asset was asked for"
    )
    directed: bool
    normally_open: bool
    switching_min: float | None
    length_m: float | None
    by: RefOut | None = Field(description="the link's own asset")


class DependentOut(Told):
    """An asset whose need the one asked for can meet."""

    ref: RefOut
    lifeline: str
    quorum: int
    of: int
    backup_h: float
    manual_start_h: float | None


class ServedOut(Told):
    """A zone that an asset supplies."""

    ref: RefOut
    share: float
    people: float = Field(description="residents of the zone who hang on it")
    origin: str
    rule: str


class SupplierOut(Told):
    """An asset that supplies a zone."""

    lifeline: str
    ref: RefOut
    share: float
    origin: str
    rule: str


class ZoneDemandOut(Told):
    """What a zone uses of a lifeline on a normal day."""

    lifeline: str
    amount: float
    unit: str
    origin: str
    rule: str


class ThingOut(RefOut):
    """An asset or a zone; lists hold the first 100, `…_more` counts the rest."""

    name_en: str = Field(description="of a zone")
    extent_deg: Extent | None
    values: list[ValueOut] = Field(description="every attribute that says something")
    zone: RefOut | None = Field(description="that an asset lies in")
    needs: list[NeedOut]
    neighbours: list[NeighbourOut]
    neighbours_more: int
    dependents: list[DependentOut]
    dependents_more: int
    serves: list[ServedOut] = Field(description="most people first")
    serves_more: int
    rides_on: list[RefOut] = Field(description="out for as long as one of these is damaged")
    rides_on_more: int
    carries: list[RefOut]
    carries_more: int
    served_by: list[SupplierOut]
    served_by_more: int
    parents: list[RefOut] = Field(description="zones that contain a zone, the nearest first")
    children: list[RefOut]
    children_more: int
    demands: list[ZoneDemandOut]


class FoundOut(RefOut):
    """Something found."""

    why: Literal["id", "name", "name_en", "kind"] = Field(description="what holds the word")


class Outline(BaseModel):
    """An area on the map, and what is wanted of it."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    polygon: list[Corner] | None = Field(
        default=None, min_length=3, max_length=MOST_CORNERS, description="longitude, latitude"
    )
    box: tuple[float, float, float, float] | None = Field(
        default=None, description="west, south, east, north"
    )
    lifelines: list[str] = Field(default=[], max_length=100, description="empty: all")
    kinds: list[str] = Field(default=[], max_length=1000, description="lifeline.kind; empty: all")
    tables: list[Table] = Field(default=["assets", "zones"], min_length=1, max_length=2)

    @model_validator(mode="after")
    def _one(self) -> Outline:
        if (self.polygon is None) == (self.box is None):
            raise ValueError("give polygon or box, one of them")
        return self

    def ring(self) -> list[Corner]:
        """Its corners."""
        if self.polygon is not None:
            return self.polygon
        assert self.box is not None  # noqa: S101 - one of the two
        west, south, east, north = self.box
        return [(west, south), (east, south), (east, north), (west, north)]


class InsideOut(Told):
    """Rows of one table: the first 5,000 of `total`."""

    rows: list[int]
    ids: list[str]
    total: int


class WithinOut(BaseModel):
    """What an area touches; null where a table was not asked for."""

    assets: InsideOut | None
    zones: InsideOut | None


@router.get("/thing")
def get_thing(
    version: Of,
    table: Table = "assets",
    id: Annotated[str, Query(max_length=500)] = "",  # noqa: A002 - the field's own name
    row: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
) -> ThingOut:
    """An asset or a zone, by id or by row, with all it is joined to."""
    from rencity.atlas.refs import Refs  # noqa: PLC0415 - heavy
    from rencity.atlas.things import Things  # noqa: PLC0415 - heavy

    if bool(id) == (row is not None):
        raise RequestError("give id or row, one of them", place="query", mend="leave one out")
    opened = version.opened
    at = opened.kept(Refs).row(table, id) if row is None else row
    thing = opened.kept(Things).thing(table, at)
    said = {name: getattr(thing, name) for name in _PLAIN}
    for name in _CUT:
        cut = getattr(thing, name)
        said[name], said[f"{name}_more"] = cut.items, cut.more
    return ThingOut.model_validate({**vars(thing.ref), **said})


_PLAIN = ("name_en", "extent_deg", "values", "zone", "needs", "parents", "demands")
_CUT = ("neighbours", "dependents", "serves", "rides_on", "carries", "served_by", "children")


@router.get("/search")
def search_things(
    version: Of,
    q: Annotated[str, Query(min_length=1, max_length=200, description="a word of id, name, kind")],
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND)] = 20,
) -> list[FoundOut]:
    """Assets and zones by a word, the exact id first."""
    from rencity.atlas.finding import Finder  # noqa: PLC0415 - heavy

    found = version.opened.kept(Finder).find(q, limit)
    return [FoundOut.model_validate({**vars(each.ref), "why": each.why}) for each in found]


@router.post("/within", openapi_extra=QUESTION)
def list_within(body: Outline, version: Of) -> WithinOut:
    """Assets and zones that an area touches."""
    return WithinOut(assets=_inside(body, version, "assets"), zones=_inside(body, version, "zones"))


def _inside(body: Outline, version: Version, table: Table) -> InsideOut | None:
    from rencity.atlas.within import Within, outline_of  # noqa: PLC0415 - heavy

    outline = outline_of(body.ring())
    if table not in body.tables:
        return None
    within = version.opened.kept(Within)
    found = within.inside(outline, table, body.lifelines, body.kinds)
    return InsideOut.model_validate(found)
