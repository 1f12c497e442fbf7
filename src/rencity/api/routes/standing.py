"""What a version holds, how well it is known, what is wrong with it, and what changed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rencity.api.routes.refs import Extent, Place
from rencity.api.versions import PREFIX, Of, version_here
from rencity.atlas.kept import kept

router = APIRouter(prefix=PREFIX, tags=["cities"])

Number = float | None
Cell = bool | int | float | str | None


class LifelineCount(BaseModel):
    """Assets of a lifeline."""

    total: int
    sources: int
    kinds: dict[str, int]


class OriginShares(BaseModel):
    """Shares of values by origin; `rules` counts values by rule."""

    measured: float
    inferred: float
    synthetic: float
    values: int
    rules: dict[str, int]


class ColumnShares(OriginShares):
    """The same for a column."""

    marked: int = Field(description="values inferred one by one")


class TableShares(OriginShares):
    """The same for a table."""

    missing: int
    columns: dict[str, ColumnShares]


class Urban(BaseModel):
    """The urban zones."""

    people: float
    km2: float


class Division(BaseModel):
    """A zone of the first level below the city that has several."""

    code: str
    name: str
    name_en: str
    people: float
    km2: Number


class RoadClass(BaseModel):
    """Roads of a class."""

    km: float
    km_per_km2: Number
    urban_km_per_km2: Number


class RoadNet(BaseModel):
    """The road net in figures."""

    km: float
    unmeasured: int
    km_per_km2: Number
    urban_km_per_km2: Number
    nodes: int
    mean_degree: float
    degree_share: dict[str, float]
    junctions: int
    junctions_per_km2: Number
    urban_junctions_per_km2: Number
    classes: dict[str, RoadClass]


class LineFigures(BaseModel):
    """Lines of a kind."""

    km: float
    m_per_person: Number
    km_per_km2: Number


class ThingFigures(BaseModel):
    """Nodes of a kind."""

    count: int
    people_each: Number
    urban_km2_each: Number


class ServedFigures(BaseModel):
    """Residents on each asset of a kind that serves zones."""

    assets: int
    median: float
    p95: float


class BuildingFigures(BaseModel):
    """The buildings."""

    count: int
    people_night: float
    people_day: float
    home_m2_per_person: Number
    floor_area_m2: dict[str, float]


class HealthFigures(BaseModel):
    """Beds."""

    beds_per_1000: Number


class Statistics(BaseModel):
    """A city in figures."""

    people: float
    km2: float | None
    people_per_km2: Number
    urban: Urban
    divisions: list[Division]
    roads: RoadNet | None
    lines: dict[str, LineFigures] = Field(description="by lifeline.kind")
    things: dict[str, ThingFigures] = Field(description="by lifeline.kind")
    served: dict[str, ServedFigures] = Field(description="by lifeline.kind")
    health: HealthFigures
    buildings: BuildingFigures | None


class StatedOut(BaseModel):
    """A public figure beside the city's own."""

    statistic: str
    zh: str
    en: str
    unit: str
    source: str
    read: bool = Field(description="whether it was read in the source itself")
    value: Number
    least: Number
    most: Number
    found: float
    deviation: float = Field(description="relative to the value, or to the bound it is beyond")


class SourceOut(BaseModel):
    """Where a layer came from."""

    layer: str
    title: str
    licence: str
    retrieved: str
    note: str


class InfoOut(BaseModel):
    """What is in a version."""

    id: str
    name: str
    name_en: str
    code: str
    synthetic: bool
    seed: int | None
    time_zone: str
    metric_crs: str
    version: int
    parent: str | None
    hash: str
    extent_deg: Extent | None
    rows: dict[str, int] = Field(description="by table")
    people: float
    zones: dict[str, int] = Field(description="by level")
    assets: dict[str, LifelineCount] = Field(description="by lifeline")
    links: dict[str, int] = Field(description="by lifeline")
    needs: dict[str, int] = Field(description="by lifeline")
    origins: dict[str, TableShares] = Field(description="by table")
    statistics: Statistics
    stated: list[StatedOut]
    sources: list[SourceOut]


class FindingOut(BaseModel):
    """A fault, the rows that have it, and the mend."""

    rule: str
    severity: Literal["error", "warning", "note"]
    table: str
    field: str
    ids: list[str] = Field(description="the first 200")
    ids_more: int
    what: str
    mend: str
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
