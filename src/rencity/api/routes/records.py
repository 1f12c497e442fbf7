"""What the endpoints of every kind of record share: one, a page, removing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

import sqlalchemy as sa
from fastapi import Header, Query, Response
from pydantic import BaseModel

from rencity.api.pages import Page, rows
from rencity.api.services import Services
from rencity.api.writes import Said, etag
from rencity.journal.records import Records, Row

Out = TypeVar("Out", bound=BaseModel)

Seen = Annotated[
    str | None, Header(alias="If-None-Match", description="ETag held; unchanged: 304, no body")
]
Why = Annotated[str, Query(max_length=500, description="reason, kept in the journal")]
Filter = Annotated[str | None, Query(max_length=200)]
ONE: dict[int | str, dict[str, Any]] = {200: {"headers": {"ETag": {"schema": {"type": "string"}}}}}
CHANGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"schema": {"type": "string"}}}},
    412: {"description": "changed since it was read"},
    428: {"description": "If-Match is missing"},
}


def one(
    services: Services, kind: Records, key: str, model: type[Out], seen: str | None
) -> Response:
    """A record with its ETag; nothing but the ETag where the caller holds this version."""
    with services.store.reading() as connection:
        row = kind.get(connection, key)
    return shown(row, model, seen)


def shown(row: Row, model: type[Out], seen: str | None = None) -> Response:
    """A row with its ETag."""
    tag = etag(row["version"])
    if seen is not None and tag in (each.strip() for each in seen.split(",")):
        return Response(status_code=304, headers={"ETag": tag})
    return Response(
        model.model_validate(row).model_dump_json(),
        media_type="application/json",
        headers={"ETag": tag},
    )


def page(
    services: Services,
    kind: Records,
    model: type[Out],
    filters: dict[str, Any],
    after: str | None,
    limit: int,
    *,
    newest_first: bool = False,
) -> Page[Out]:
    """A page of records; a filter that is None is none."""
    rules: Sequence[sa.ColumnElement[bool]] = [
        kind.table.c[name] == value for name, value in filters.items() if value is not None
    ]
    with services.store.reading() as connection:
        found, following = rows(
            connection, kind.table, rules, after, limit, newest_first=newest_first
        )
    return Page(items=[model.model_validate(row) for row in found], next=following)


def said(row: Row, model: type[Out], *, status: int = 200, location: str = "") -> Said:
    """A record as the answer to a write."""
    return Said(model.model_validate(row), status, row["version"], location)
