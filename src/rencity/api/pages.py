"""Lists in pages: each page says where the next begins, whatever was added meanwhile."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.engine import Connection

from rencity.kit.canonical import instant_text
from rencity.kit.errors import RequestError

Item = TypeVar("Item", bound=BaseModel)

MOST = 500
Limit = Annotated[int, Query(ge=1, le=MOST, description="items on a page")]
After = Annotated[
    str | None, Query(max_length=400, description="`next` of the page before; none: the first")
]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next: str | None = Field(description="`after` of the page that follows; null: this is the last")


def cursor(key: str) -> str:
    """Where a page ends, as text without meaning to others."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(after: str | None) -> str | None:
    """The key at which a page ended.

    Raises
    ------
    RequestError : it is no cursor of ours
    """
    if after is None:
        return None
    try:
        padded = after + "=" * (-len(after) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as exc:
        raise _no_place(after) from exc


def _no_place(after: str) -> RequestError:
    return RequestError(
        f"{after!r:.60} is no place in a list",
        place="after",
        mend="send `next` of the page before, unchanged",
    )


def rows(
    connection: Connection,
    table: sa.Table,
    rules: Sequence[sa.ColumnElement[bool]],
    after: str | None,
    limit: int,
    *,
    newest_first: bool,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows, and where the next begins: by id, or by column `at`, the newest first."""
    key = table.c.id
    query = sa.select(table).where(*rules)
    if newest_first:
        query = query.order_by(table.c.at.desc(), key.desc())
        if (at := moment_of(after)) is not None:
            query = query.where(
                sa.tuple_(table.c.at, key) < sa.tuple_(*_bound(at, table.c.at, key))
            )
    else:
        query = query.order_by(key)
        if (name := key_of(after)) is not None:
            query = query.where(key > name)
    found = [dict(row._mapping) for row in connection.execute(query.limit(limit + 1))]
    more = len(found) > limit
    found = found[:limit]
    if not more:
        return found, None
    last = found[-1]
    return found, moment(last["at"], last["id"]) if newest_first else cursor(last["id"])


def moment(at: datetime, key: str) -> str:
    """Where a page by time ends."""
    return cursor(f"{instant_text(at)} {key}")


def moment_of(after: str | None) -> tuple[datetime, str] | None:
    """The time and key at which a page ended.

    Raises
    ------
    RequestError : it is no cursor of ours
    """
    said = key_of(after)
    if said is None:
        return None
    at, _, key = said.partition(" ")
    try:
        return datetime.fromisoformat(at), key
    except ValueError as exc:
        raise _no_place(str(after)) from exc


def _bound(
    at: tuple[datetime, str], *columns: sa.ColumnElement[Any]
) -> list[sa.ColumnElement[Any]]:
    return [
        sa.bindparam(None, value, type_=column.type)
        for value, column in zip(at, columns, strict=True)
    ]
