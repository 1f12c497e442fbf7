"""The run and the city that an endpoint is asked about, held open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rencity.api.services import Services
from rencity.atlas.opened import Opened
from rencity.atlas.runs import OpenedRun, must_be
from rencity.kit.errors import AbsentError
from rencity.registry.store import cities, runs


def record(run: str, services: Services) -> tuple[dict[str, Any], Path]:
    """A run's record and folder.

    Raises
    ------
    AbsentError : no such run
    """
    with services.store.reading() as connection:
        row = dict(runs.get(connection, run))
    return row, services.places.run(run)


def stress_run(run: str, services: Services) -> OpenedRun:
    """A finished stress run.

    Raises
    ------
    AbsentError : no such run, or its folder is gone
    ConflictError : it is an answer, not a run
    RunError : a file of it is missing or broken
    """
    row, folder = record(run, services)
    must_be(row["what"], "stress", run)
    return services.runs.of(folder, run)


def city_of(row: dict[str, Any], services: Services) -> Opened:
    """The version of the city that a run is of.

    Raises
    ------
    AbsentError : that version is gone
    """
    city, number = row["city"], row["city_version"]
    folder = services.places.city(city, number)
    with services.store.reading() as connection:
        known = cities.find(connection, city)
    if known is None or not folder.is_dir():
        instead = "import the city again"
        if known is not None:
            instead = f"run the same on version {known['current']}"
        raise AbsentError(
            f"version {number} of {city}, which the run is of, is gone",
            place=f"run/{row['id']}",
            mend=f"restore it from a backup, or {instead}",
        )
    return services.opened.of(folder)
