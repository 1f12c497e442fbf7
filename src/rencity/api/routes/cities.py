"""Cities and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from rencity.api.pages import After, Limit, Page
from rencity.api.routes.records import CHANGED, ONE, Seen, Why, one, page, said
from rencity.api.services import Has
from rencity.api.writes import Said, Writes
from rencity.registry import cities as registry
from rencity.registry.store import cities, city_versions

router = APIRouter(prefix="/api/v1/cities", tags=["cities"])


class CityOut(BaseModel):
    """A city the server knows."""

    id: str
    version: int = Field(description="of this record; its ETag")
    name: str
    name_en: str
    code: str = Field(description="administrative division code")
    time_zone: str
    current: int = Field(description="number of the version of the city in force")
    note: str


class CityChange(BaseModel):
    """What may be changed of a city's record; the city itself changes by a new version."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(max_length=5000)


class CityVersionOut(BaseModel):
    """One version of a city; it never changes."""

    id: str
    city: str
    number: int
    hash: str = Field(description="SHA-256 over every value of the city")
    parent: str = Field(description="hash of the version it came from; empty for the first")
    job: str = Field(description="job that made it; empty where none did")
    counts: dict[str, int] = Field(description="rows by table")
    at: datetime


@router.get("")
def list_cities(services: Has, after: After = None, limit: Limit = 50) -> Page[CityOut]:
    """Cities by id."""
    return page(services, cities, CityOut, {}, after, limit)


@router.get("/{city}", response_model=CityOut, responses=ONE)
def get_city(city: str, services: Has, seen: Seen = None) -> Response:
    """One city."""
    return one(services, cities, city, CityOut, seen)


@router.patch("/{city}", response_model=CityOut, responses=CHANGED)
def change_city(city: str, body: CityChange, write: Writes, why: Why = "") -> Response:
    """Change the note on a city."""
    version = write.read_version()
    return write.run(
        body,
        lambda tx: said(
            cities.change(tx, city, body.model_dump(), version=version), CityOut
        ),
        why=why,
    )  # fmt: skip


@router.delete("/{city}", status_code=204, responses={409: {"description": "runs lean on it"}})
def remove_city(city: str, write: Writes, why: Why = "") -> Response:
    """Remove a city with all its versions; refused while runs lean on it."""
    version = write.read_version()

    def effect(tx: Any) -> Said:
        registry.remove(tx, city, version=version, why=why)
        return Said(None, 204)

    return write.run(None, effect, why=why)


@router.get("/{city}/versions")
def list_versions(
    city: str, services: Has, after: After = None, limit: Limit = 50
) -> Page[CityVersionOut]:
    """Versions of a city."""
    with services.store.reading() as connection:
        cities.get(connection, city)
    return page(services, city_versions, CityVersionOut, {"city": city}, after, limit)


@router.get("/{city}/versions/{number}", response_model=CityVersionOut, responses=ONE)
def get_version(city: str, number: int, services: Has, seen: Seen = None) -> Response:
    """One version of a city."""
    key = registry.version_id(city, number)
    return one(services, city_versions, key, CityVersionOut, seen)
