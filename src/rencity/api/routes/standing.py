"""What a version holds, how well it is known, what is wrong with it, and what changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rencity.api.routes.info import InfoOut
from rencity.api.routes.refs import Place
from rencity.api.versions import PREFIX, Of, version_here
from rencity.atlas.kept import kept
from rencity.kit.said import Remark

router = APIRouter(prefix=PREFIX, tags=["cities"])

Cell = bool | int | float | str | None


class FindingOut(Remark):
    """A fault, the rows that have it, and the mend."""

    rule: str
    severity: Literal["error", "warning", "note"]
    table: str
    field: str
    ids: list[str] = Field(description="the first 200")
    ids_more: int
    rows: list[int] = Field(description="of `ids` in the table; -1: not a row's own id")
    places: list[Place | None] = Field(description="of `ids`; null: no place")


class ColumnOrigins(BaseModel):
    """Values of a column by how they came to be known."""

    column: str
    measured: int
    inferred: int
    synthetic: int
    missing: int
    rules: dict[str, int] = Field(description="inferred values by rule")


class TableOrigins(BaseModel):
    """The same for a table."""

    table: str
    rows: int
    columns: list[ColumnOrigins]


class LifelineOrigins(BaseModel):
    """The same for the assets of a lifeline."""

    lifeline: str
    rows: int
    columns: list[ColumnOrigins]


class OriginsOut(BaseModel):
    """How the values of a version came to be known."""

    tables: list[TableOrigins]
    lifelines: list[LifelineOrigins]


class SideOut(BaseModel):
    """One side of a comparison."""

    id: str
    name: str
    version: int = Field(description="as the city's own file says")
    hash: str


class IdentityChange(BaseModel):
    """An entry of `city.toml` that differs, as text."""

    field: str
    old: str
    new: str


class CellChange(BaseModel):
    """A value that differs."""

    key: str
    old: Cell
    new: Cell


class ColumnChangeOut(BaseModel):
    """Values of a column that differ in rows both versions have."""

    column: str
    count: int
    examples: list[CellChange]


class TableChangeOut(BaseModel):
    """What differs in a table; lists of ids hold the first 200."""

    table: str
    rows_old: int
    rows_new: int
    added: list[str]
    added_more: int
    removed: list[str]
    removed_more: int
    orphans: list[str] = Field(description="removed, and no lineage says why")
    orphans_more: int
    changed: int
    columns: list[ColumnChangeOut]


class StepOut(BaseModel):
    """One thing that happened to ids."""

    version: int
    table: str
    change: str
    old: list[str]
    new: list[str]
    note: str


class MovedOut(BaseModel):
    """An asset that was added, removed or changed."""

    how: Literal["added", "removed", "changed"]
    id: str
    row: int = Field(description="in the new version; of what was removed, in the old one")
    at: Place | None


class ChangesOut(BaseModel):
    """What differs from an old version to a new one."""

    old: SideOut
    new: SideOut
    same: bool
    identity: list[IdentityChange]
    tables: list[TableChangeOut]
    rasters: dict[str, Literal["added", "removed", "changed"]]
    lineage: list[StepOut]
    lineage_more: int
    findings: list[FindingOut]
    places: list[MovedOut] = Field(description="of assets, up to 2,000")
    places_more: int


@router.get("/info")
def describe_version(version: Of) -> InfoOut:
    """What is in a version: counts by lifeline and kind, people, extent, origin of values."""

    def made() -> Any:
        from rencity.city.info import describe  # noqa: PLC0415 - heavy

        return describe(version.opened.city)

    return InfoOut.model_validate(kept(version.folder, "info", (version.hash,), made))


@router.get("/findings")
def check_version(version: Of) -> list[FindingOut]:
    """Every fault of a version, with its place and how to mend it."""
    packs = version.services.packs.of(version.code or None)
    classes = {"fragility": packs.fragility, "repair": packs.repair}

    def made() -> Any:
        from rencity.atlas.findings import findings_of  # noqa: PLC0415 - heavy

        return findings_of(version.opened, classes)

    known = sorted(id_ for each in classes.values() for id_ in each)
    found = kept(version.folder, "findings", (version.hash, *known), made)
    return [FindingOut.model_validate(each) for each in found]


@router.get("/origins")
def list_origins(version: Of) -> OriginsOut:
    """How many values are measured, inferred by which rule, synthetic or missing."""

    def made() -> Any:
        from rencity.atlas.origins import origins_of  # noqa: PLC0415 - heavy

        return origins_of(version.opened.city)

    return OriginsOut.model_validate(kept(version.folder, "origins", (version.hash,), made))


@router.get("/changes")
def compare_versions(
    version: Of,
    against: Annotated[int, Query(ge=1, lt=2**31, description="number of the older version")],
) -> ChangesOut:
    """What differs from another version of the city to this one."""
    other = version_here(version.city, against, version.services)

    def made() -> Any:
        from rencity.atlas.changes import changes  # noqa: PLC0415 - heavy

        return changes(other.opened.city, version.opened.city)

    said = (version.hash, other.hash)
    return ChangesOut.model_validate(kept(version.folder, "changes", said, made))
