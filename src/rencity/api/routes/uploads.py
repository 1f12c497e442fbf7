"""Files handed in, for imports and scenarios."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field

from rencity.api.pages import After, Limit, Page
from rencity.api.routes.records import ONE, Seen, one, page, said
from rencity.api.services import Has
from rencity.api.writes import Said, Writes
from rencity.db.store import Transaction
from rencity.registry import uploads as registry
from rencity.registry.places import inside
from rencity.registry.store import uploads

router = APIRouter(prefix="/api/v1/uploads", tags=["uploads"])


class UploadOut(BaseModel):
    """A file that was handed in; it never changes."""

    id: str
    version: int
    name: str
    bytes: int
    sha256: str
    at: datetime = Field(description="when it was handed in")


@router.get("")
def list_uploads(services: Has, after: After = None, limit: Limit = 50) -> Page[UploadOut]:
    """Files, newest first."""
    return page(services, uploads, UploadOut, {}, after, limit, newest_first=True)


@router.get("/{upload}", response_model=UploadOut, responses=ONE)
def get_upload(upload: str, services: Has, seen: Seen = None) -> Response:
    """What is known of a file."""
    return one(services, uploads, upload, UploadOut, seen)


@router.post(
    "",
    status_code=201,
    response_model=UploadOut,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
async def hand_in(
    request: Request,
    services: Has,
    write: Writes,
    name: Annotated[str, Query(min_length=1, max_length=200, description="its file name")],
) -> Response:
    """Hand a file in: its bytes are the body."""
    inside(name)
    incoming = registry.Incoming(services.places)
    try:
        async for part in request.stream():
            await run_in_threadpool(incoming.take, part)

        def effect(tx: Transaction) -> Said:
            row = registry.enter(tx, name, incoming)
            return said(row, UploadOut, status=201, location=f"/api/v1/uploads/{row['id']}")

        asked = {"name": name, "sha256": incoming.sha256}
        return await run_in_threadpool(write.run, asked, effect)
    finally:
        incoming.drop()


@router.delete("/{upload}", status_code=204)
def remove_upload(upload: str, write: Writes) -> Response:
    """Forget a file; its bytes go when no other record names them."""
    version = write.read_version()

    def effect(tx: Transaction) -> Said:
        uploads.remove(tx, upload, version=version)
        return Said(None, 204)

    return write.run(None, effect)
