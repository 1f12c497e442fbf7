"""Scenarios: TOML text with the files it names."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from rencity.api.pages import After, Limit, Page
from rencity.api.routes.records import CHANGED, ONE, Seen, Why, one, page, said
from rencity.api.services import Has
from rencity.api.writes import Said, Writes
from rencity.db.store import Transaction
from rencity.registry import scenarios as registry
from rencity.registry.store import scenarios

router = APIRouter(prefix="/api/v1/scenarios", tags=["scenarios"])

Key = Annotated[str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])*$", max_length=60)]


class ScenarioChange(BaseModel):
    """A scenario as it is handed in."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=1_000_000, description="TOML, as `rencity stress` reads it")
    files: dict[str, str] = Field(
        default={}, description="path as in the text -> id of the upload that lies there"
    )


class ScenarioNew(ScenarioChange):
    """A new scenario."""

    id: Key


class ScenarioOut(BaseModel):
    """A scenario the server keeps."""

    id: str
    version: int = Field(description="of this record; its ETag")
    title_zh: str
    title_en: str
    hazards: list[str] = Field(description="kinds of hazard in it")
    text: str
    files: dict[str, str]
    at: datetime


@router.get("")
def list_scenarios(services: Has, after: After = None, limit: Limit = 50) -> Page[ScenarioOut]:
    """Scenarios by id."""
    return page(services, scenarios, ScenarioOut, {}, after, limit)


@router.get("/{scenario}", response_model=ScenarioOut, responses=ONE)
def get_scenario(scenario: str, services: Has, seen: Seen = None) -> Response:
    """One scenario."""
    return one(services, scenarios, scenario, ScenarioOut, seen)


@router.post("", status_code=201, response_model=ScenarioOut)
def make_scenario(body: ScenarioNew, write: Writes, why: Why = "") -> Response:
    """Keep a scenario; it is checked as `rencity stress` would."""

    def effect(tx: Transaction) -> Said:
        checked = registry.checked(tx, body.text, body.files)
        row = registry.put(tx, body.id, checked, new=True)
        return said(row, ScenarioOut, status=201, location=f"/api/v1/scenarios/{body.id}")

    return write.run(body, effect, why=why)


@router.put("/{scenario}", response_model=ScenarioOut, responses=CHANGED)
def change_scenario(scenario: str, body: ScenarioChange, write: Writes, why: Why = "") -> Response:
    """Change a scenario; runs made from it keep the text they were made from."""
    version = write.read_version()

    def effect(tx: Transaction) -> Said:
        checked = registry.checked(tx, body.text, body.files)
        return said(registry.put(tx, scenario, checked, version=version, new=False), ScenarioOut)

    return write.run(body, effect, why=why)


@router.delete("/{scenario}", status_code=204)
def remove_scenario(scenario: str, write: Writes, why: Why = "") -> Response:
    """Remove a scenario; runs made from it stay."""
    version = write.read_version()

    def effect(tx: Transaction) -> Said:
        scenarios.remove(tx, scenario, version=version)
        return Said(None, 204)

    return write.run(None, effect, why=why)
