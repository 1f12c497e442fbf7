"""What may be written of hazards and measures, and whether what was written is sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from rencity.api.services import Has, Services
from rencity.atlas import checking, forms
from rencity.kit.errors import RencityError
from rencity.kit.faults import Fault
from rencity.registry import cities as registry
from rencity.registry.places import inside
from rencity.registry.scenarios import MOST_BYTES
from rencity.registry.store import cities, uploads

if TYPE_CHECKING:
    from rencity.city.model import City

router = APIRouter(prefix="/api/v1", tags=["checks"])


class MeasuresCheck(BaseModel):
    """A file of measures to be looked at."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_BYTES, description="TOML, as `rencity invest` reads it")
    city: str = Field(default="", max_length=200, description="against which; empty: none")
    version: int | None = Field(default=None, ge=1, description="null: the one in force")


class ScenarioCheck(MeasuresCheck):
    """A scenario to be looked at."""

    text: str = Field(max_length=MOST_BYTES, description="TOML, as `rencity stress` reads it")
    files: dict[str, str] = Field(
        default={}, description="path as in the text -> id of the upload that lies there"
    )


@router.get("/hazard-kinds")
def list_hazard_kinds() -> list[forms.FormOfKind]:
    """Kinds of hazard, each with all that may be said of it."""
    return list(forms.hazard_kinds())


@router.get("/measure-kinds")
def list_measure_kinds() -> list[forms.FormOfKind]:
    """Kinds of measure, each with all that may be said of it."""
    return list(forms.measure_kinds())


@router.post("/scenario-checks")
def check_scenario(body: ScenarioCheck, services: Has) -> checking.ScenarioChecked:
    """Every fault of a scenario's text, by itself and against a city; nothing is kept."""
    city = _city(body, services)
    more = list(_files(body.files, services))
    return checking.scenario_checked(body.text, body.files, city, more)


@router.post("/measure-checks")
def check_measures(body: MeasuresCheck, services: Has) -> checking.MeasuresChecked:
    """Every fault of a file of measures, by itself and against a city; nothing is kept."""
    return checking.measures_checked(body.text, _city(body, services))


def _city(body: MeasuresCheck, services: Services) -> City | None:
    if not body.city:
        return None
    with services.store.reading() as connection:
        row = cities.get(connection, body.city)
    return services.opened.of(registry.folder_of(row, services.places, body.version)).city


def _files(files: Mapping[str, str], services: Services) -> Iterator[Fault]:
    with services.store.reading() as connection:
        for path, upload in files.items():
            try:
                inside(path)
                uploads.get(connection, upload)
            except RencityError as exc:
                yield f"files.{path}", exc.what, exc.mend
