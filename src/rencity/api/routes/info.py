"""What a version holds, in figures: the shape of the answer."""

from __future__ import annotations

from pydantic import BaseModel, Field

from rencity.api.routes.refs import Extent

Number = float | None


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
