"""Runs and answers: their records, and the files of their folders."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from rencity.api.pages import After, Limit, Page
from rencity.api.routes.records import CHANGED, ONE, Filter, Seen, Why, one, page, said
from rencity.api.services import Has
from rencity.api.writes import Said, Writes
from rencity.db.store import Transaction
from rencity.kit.errors import AbsentError
from rencity.registry.places import inside
from rencity.registry.store import runs

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])


class RunOut(BaseModel):
    """A run or an answer: what was asked of which city, and where it came from."""

    id: str
    version: int = Field(description="of this record; its ETag")
    what: str = Field(description="stress, or the question: n1, measure, rate, invest")
    city: str
    city_version: int
    city_hash: str
    scenario: str = Field(description="id of the scenario; empty where none was kept")
    scenario_version: int
    samples: int
    seed: int
    digest: str = Field(description="of the result: equal inputs give an equal digest")
    job: str
    packs: dict[str, str] = Field(description="version of each pack it was made with")
    at: datetime
    note: str


class RunChange(BaseModel):
    """What may be changed of a run's record; its result never changes."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(max_length=5000)


class FileOut(BaseModel):
    """A file of a run's folder."""

    path: str
    bytes: int


@router.get("")
def list_runs(
    services: Has,
    city: Filter = None,
    scenario: Filter = None,
    what: Filter = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[RunOut]:
    """Runs, newest first."""
    filters = {"city": city, "scenario": scenario, "what": what}
    return page(services, runs, RunOut, filters, after, limit, newest_first=True)


@router.get("/{run}", response_model=RunOut, responses=ONE)
def get_run(run: str, services: Has, seen: Seen = None) -> Response:
    """One run."""
    return one(services, runs, run, RunOut, seen)


@router.patch("/{run}", response_model=RunOut, responses=CHANGED)
def change_run(run: str, body: RunChange, write: Writes, why: Why = "") -> Response:
    """Change the note on a run."""
    version = write.read_version()
    return write.run(
        body,
        lambda tx: said(runs.change(tx, run, body.model_dump(), version=version), RunOut),
        why=why,
    )


@router.delete("/{run}", status_code=204)
def remove_run(run: str, write: Writes, why: Why = "") -> Response:
    """Remove a run; its folder goes once that is durable."""
    version = write.read_version()

    def effect(tx: Transaction) -> Said:
        runs.remove(tx, run, version=version)
        return Said(None, 204)

    return write.run(None, effect, why=why)


@router.get("/{run}/summary")
def get_summary(run: str, services: Has) -> dict[str, Any]:
    """What a run found, in figures: its `summary.json`, or the answer's own JSON."""
    folder = _folder(run, services)
    for name in ("summary.json", "invest.json", "rate.json", "measure.json", "n1.json"):
        if (folder / name).is_file():
            return json.loads((folder / name).read_text("utf-8"))
    raise _no_file(run, "summary.json")


@router.get("/{run}/files")
def list_files(run: str, services: Has) -> list[FileOut]:
    """Files of a run's folder."""
    folder = _folder(run, services)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        FileOut(path=str(path.relative_to(folder)), bytes=path.stat().st_size) for path in files
    ]


@router.get("/{run}/files/{path:path}", response_class=FileResponse)
def get_file(run: str, path: str, services: Has) -> FileResponse:
    """One file of a run's folder, whole or by range."""
    folder = _folder(run, services).resolve()
    file = (folder / inside(path)).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        raise _no_file(run, path)
    # pages that were made here may not act as this server's own
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'"}
    return FileResponse(file, filename=file.name, headers=headers)


def _folder(run: str, services: Has) -> Path:
    with services.store.reading() as connection:
        runs.get(connection, run)
    return services.places.run(run)


def _no_file(run: str, path: str) -> AbsentError:
    return AbsentError(
        f"it has no file {path!r:.100}", place=f"run/{run}", mend="list its files first"
    )
