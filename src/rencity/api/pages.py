"""Lists in pages: each page says where the next begins, whatever was added meanwhile."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy.engine import Connection

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
        raise RequestError(
            f"{after!r:.60} is no place in a list",
            place="after",
            mend="send `next` of the page before, unchanged",
        ) from exc


def rows(
    connection: Connection,
    table: sa.Table,
    rules: Sequence[sa.ColumnElement[bool]],
    after: str | None,
    limit: int,
    *,
    newest_first: bool,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows by id, and where the next begins."""
    query = sa.select(table).where(*rules)
    key, at = table.c.id, key_of(after)
    if at is not None:
        query = query.where(key < at if newest_first else key > at)
    query = query.order_by(key.desc() if newest_first else key).limit(limit + 1)
    found = [dict(row._mapping) for row in connection.execute(query)]
    more = len(found) > limit
    found = found[:limit]
    return found, cursor(found[-1]["id"]) if more else None
