"""What a city may hold: the tables a mapping fills, and lifelines with their kinds."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rencity.kit.said import Described

router = APIRouter(prefix="/api/v1", tags=["reading"])


class AttributeOut(Described):
    """A column of a table, as a mapping may give it."""

    name: str
    kind: str = Field(description="id, text, choice, float, int or bool")
    required: bool
    unit: str
    refers: str = Field(description="table whose ids it names; empty: none")
    choices: list[str]


class TableOut(Described):
    """A table that a mapping can fill."""

    name: str
    geometry: list[str] = Field(description="shapes that it takes; empty: none")
    attributes: list[AttributeOut]


class CatalogueLifelineOut(BaseModel):
    """A lifeline that ships with Rencity."""

    id: str
    zh: str
    en: str
    unit: str
    colour: str


class CatalogueKindOut(BaseModel):
    """A kind of asset that ships with Rencity."""

    id: str = Field(description="lifeline.kind")
    zh: str
    en: str
    role: str = Field(description="node or link")


class CatalogueOut(BaseModel):
    """Lifelines and kinds; a city may have more of its own."""

    lifelines: list[CatalogueLifelineOut]
    kinds: list[CatalogueKindOut]


@router.get("/mapping-tables")
def list_mapping_tables() -> list[TableOut]:
    """Tables and columns that a mapping can fill."""
    from rencity.city.readers.mapping import COLUMNS, REQUIRED  # noqa: PLC0415 - heavy
    from rencity.city.schema import TABLES, Attribute  # noqa: PLC0415 - heavy

    own = {
        "weight": Attribute("weight", "float", 1.0, "", "what a row weighs, with normalise"),
        "provider": Attribute("provider", "id", None, "", "asset that can meet it", "assets"),
    }

    def told(table: str, name: str) -> AttributeOut:
        source = TABLES["need_groups" if table == "needs" else table].attributes
        one = next((each for each in source if each.name == name), None) or own[name]
        return AttributeOut(
            name=name,
            kind=one.kind,
            required=name in REQUIRED[table],
            unit=one.unit,
            description=one.description,
            refers=one.refers,
            choices=list(one.choices),
        )

    return [
        TableOut(
            name=table,
            description=TABLES[table].description,
            geometry=list(TABLES[table].geometry),
            attributes=[told(table, name) for name in columns],
        )
        for table, columns in COLUMNS.items()
    ]


@router.get("/catalogue")
def get_catalogue() -> CatalogueOut:
    """Lifelines and kinds that ship with Rencity."""
    from rencity.city.catalogue import base_catalogue  # noqa: PLC0415 - heavy

    held = base_catalogue()
    return CatalogueOut(
        lifelines=[
            CatalogueLifelineOut(id=name, **line.model_dump())
            for name, line in held.lifelines.items()
        ],
        kinds=[
            CatalogueKindOut(id=name, **kind.model_dump(include={"zh", "en", "role"}))
            for name, kind in held.kinds.items()
        ],
    )
