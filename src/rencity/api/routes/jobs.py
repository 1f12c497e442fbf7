"""Jobs: rehearsals, imports and reports that run in the background of the server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, computed_field

from rencity.api.pages import After, Limit, Page, cursor, key_of, moment, moment_of
from rencity.api.routes.records import CHANGED, ONE, Filter, Seen, Why, one, said
from rencity.api.services import Has
from rencity.api.writes import Said, Writes
from rencity.db.store import Transaction
from rencity.jobs import service
from rencity.jobs.catalogue import KINDS
from rencity.jobs.store import jobs
from rencity.kit.chinese import chinese, said_in
from rencity.kit.errors import RequestError
from rencity.kit.said import Remark

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


class JobNew(BaseModel):
    """A job to be done."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(max_length=40, description="see `/jobs/kinds`")
    input: dict[str, Any] = Field(description="as the kind's schema")
    title: str = Field(default="", max_length=service.MOST_TITLE)


class FaultOfJob(Remark):
    """Why a job failed."""

    place: str = ""


class JobOut(BaseModel):
    """A job."""

    id: str
    version: int = Field(description="of this record; its ETag")
    kind: str
    title: str
    input: dict[str, Any]
    state: str = Field(description="queued, running, done, failed or cancelled")
    caller: str
    attempt: int
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    cancel_asked: bool
    outcome: dict[str, Any] | None = Field(description="ids of what it made")
    fault: FaultOfJob | None = Field(description="where it failed")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def said_zh(self) -> dict[str, str]:
        """Each sentence in `outcome`, to the same in Chinese."""
        return said_in(self.outcome)


class ProgressOut(BaseModel):
    """How far a job is."""

    state: str
    attempt: int
    stage: str
    share: float = Field(description="of the stage, 0 to 1")
    kept: int = Field(description="finished parts that another attempt goes on from")
    at: datetime = Field(description="last sign of life")
    ahead: int = Field(description="jobs queued before it")


class LineOut(BaseModel):
    """A line of a job's log."""

    id: int
    attempt: int
    at: datetime
    level: str
    text: str

    @computed_field  # type: ignore[prop-decorator]
    @property
    def text_zh(self) -> str:
        """`text` in Chinese."""
        return chinese(self.text)


class KindOut(BaseModel):
    """A kind of job."""

    kind: str
    does: str
    input: dict[str, Any] = Field(description="JSON schema of its input")


@router.get("")
def list_jobs(
    services: Has,
    state: Filter = None,
    kind: Filter = None,
    caller: Filter = None,
    after: After = None,
    limit: Limit = 50,
) -> Page[JobOut]:
    """Jobs, newest first."""
    with services.store.reading() as connection:
        found = service.page(
            connection, state=state, kind=kind, caller=caller, before=moment_of(after),
            limit=limit + 1,
        )  # fmt: skip
    items = [JobOut.model_validate(row) for row in found[:limit]]
    if len(found) <= limit:
        return Page(items=items, next=None)
    return Page(items=items, next=moment(items[-1].asked_at, items[-1].id))


@router.get("/kinds")
def list_kinds() -> list[KindOut]:
    """What can be asked for, with the schema of its input."""
    return [
        KindOut(
            kind=name,
            does=" ".join((kind.input.__doc__ or "").split()),
            input=kind.input.model_json_schema(),
        )
        for name, kind in KINDS.items()
    ]


@router.post("", status_code=202, response_model=JobOut, responses={429: {}})
def ask_job(body: JobNew, write: Writes, services: Has, why: Why = "") -> Response:
    """Ask for a job; it is queued, and done in the background."""

    def effect(tx: Transaction) -> Said:
        row = service.ask(tx, body.kind, body.input, services.who, title=body.title)
        return said(row, JobOut, status=202, location=f"/api/v1/jobs/{row['id']}")

    return write.run(body, effect, why=why)


@router.get("/{job}", response_model=JobOut, responses=ONE)
def get_job(job: str, services: Has, seen: Seen = None) -> Response:
    """One job."""
    return one(services, jobs, job, JobOut, seen)


@router.get("/{job}/progress")
def get_progress(job: str, services: Has) -> ProgressOut:
    """How far a job is; the events tell the same as it goes on."""
    with services.store.reading() as connection:
        return ProgressOut.model_validate(service.progress(connection, job), from_attributes=True)


@router.get("/{job}/log")
def get_log(job: str, services: Has, after: After = None, limit: Limit = 200) -> Page[LineOut]:
    """Lines of a job's log, oldest first."""
    key = key_of(after) or "0"
    if not key.isdigit():
        raise RequestError(
            "no place in this list", place="after", mend="send `next` of the page before, unchanged"
        )
    with services.store.reading() as connection:
        found = service.lines(connection, job, after=int(key), limit=limit + 1)
    items = [LineOut.model_validate(line, from_attributes=True) for line in found[:limit]]
    return Page(items=items, next=cursor(str(items[-1].id)) if len(found) > limit else None)


@router.post("/{job}/cancel", response_model=JobOut, responses=CHANGED)
def cancel_job(job: str, write: Writes, why: Why = "") -> Response:
    """Cancel a job; what is finished of it is kept for a retry. If-Match may be left out."""
    return write.run(
        None, lambda tx: said(service.cancel(tx, job, version=write.version), JobOut), why=why
    )


@router.post("/{job}/retry", response_model=JobOut, responses=CHANGED)
def retry_job(job: str, write: Writes, why: Why = "") -> Response:
    """Queue a failed or cancelled job again. If-Match may be left out."""
    return write.run(
        None, lambda tx: said(service.retry(tx, job, version=write.version), JobOut), why=why
    )


@router.delete("/{job}", status_code=204)
def remove_job(job: str, write: Writes, why: Why = "") -> Response:
    """Remove a job that has ended, with its log; what it made stays."""
    version = write.read_version()

    def effect(tx: Transaction) -> Said:
        service.remove(tx, job, version=version)
        return Said(None, 204)

    return write.run(None, effect, why=why)
