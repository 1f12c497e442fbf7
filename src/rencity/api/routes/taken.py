"""A run as files and pictures to take away."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from rencity.api.routes.opened import record, stress_run
from rencity.api.services import Has
from rencity.atlas import exporting, pictures, provenance
from rencity.atlas.runs import OpenedRun, of_run
from rencity.journal.records import Row
from rencity.kit.errors import InputError, RunError

router = APIRouter(prefix="/api/v1/runs/{run}", tags=["results"])

Name = Annotated[str, Path(max_length=200)]


def _as(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}}


class Png(Response):
    """A picture."""

    media_type = "image/png"


class Csv(Response):
    """A table as text."""

    media_type = "text/csv"


class GeoPackage(Response):
    """Layers for a GIS."""

    media_type = "application/geopackage+sqlite3"


@router.get("/layers")
def list_layers(run: str, services: Has) -> list[pictures.Layer]:
    """Rasters of the hazards, with where their pictures lie and what their colours say."""
    opened = stress_run(run, services)
    try:
        return pictures.layers(opened)
    except (RunError, InputError) as exc:
        raise _broken(exc, run, opened) from exc


@router.get("/layers/{layer}.png", response_class=Png, responses=_as("image/png"))
def get_layer(run: str, layer: Name, services: Has) -> Png:
    """A raster as a picture, transparent where there is nothing."""
    opened = stress_run(run, services)
    try:
        return Png(pictures.picture(opened, layer).png)
    except (RunError, InputError) as exc:
        raise _broken(exc, run, opened) from exc


@router.get("/tables/{table}.csv", response_class=Csv, responses=_as("text/csv"))
def get_table(run: str, table: Name, services: Has) -> Csv:
    """A table for a spreadsheet: zones, assets, weak_links, curves, exceedance, crews."""
    opened = stress_run(run, services)
    row, _ = record(run, services)
    return Csv(exporting.csv(opened, table), headers=_named(row, f"{table}.csv"))


@router.get(
    "/export.gpkg",
    response_class=GeoPackage,
    responses=_as("application/geopackage+sqlite3"),
)
def export_run(run: str, services: Has) -> GeoPackage:
    """Zones, assets and weak links with their figures and provenance, for a GIS."""
    opened = stress_run(run, services)
    row, folder = record(run, services)
    made = exporting.geopackage(opened, provenance.about(folder, row))
    return GeoPackage(made, headers=_named(row, "run.gpkg"))


def _named(row: Row, name: str) -> dict[str, str]:
    """A file name that says where its figures come from: a table has no other place for it."""
    about = f"{row['city']}-v{row['city_version']}-{row['scenario'] or row['id']}"
    drawn = f"{row['samples']}-samples-seed-{row['seed']}-{row['digest'][:8]}"
    return {"Content-Disposition": f'attachment; filename="{about}-{drawn}-{name}"'}


def _broken(exc: RunError | InputError, run: str, opened: OpenedRun) -> RunError:
    told = RunError(exc.what, place=exc.place, mend="run `rencity stress` again")
    return of_run(told, run, opened.folder)
