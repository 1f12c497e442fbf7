"""Types of columns that mean the same on every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from rencity.kit.canonical import canonical, instant_text

Label = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that sorts by its bytes, so that a page ends and begins at one place on every database."""


class Instant(TypeDecorator[datetime]):
    """An instant to the microsecond: `timestamptz`, or in SQLite text of one width in UTC."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's own type on this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """An aware instant as the database keeps it."""
        if value is None:
            return None
        text = instant_text(value)  # refuses times without a zone
        return value if dialect.name == "postgresql" else text

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """An aware instant in UTC."""
        if value is None:
            return None
        return (
            value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)
        )


def as_kept(column: sa.ColumnElement[Any], dialect: str) -> sa.ColumnElement[Any]:
    """A column as it is kept, without conversion: an instant or JSON as its canonical text.

    What is broken there can so be read, and what is equal here is equal on every database.
    """
    if isinstance(column.type, Instant) and dialect == "postgresql":
        utc = sa.func.timezone("UTC", column)
        return sa.func.to_char(utc, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"').label(column.name)
    if isinstance(column.type, (Instant, Json)):
        return sa.type_coerce(column, sa.Text).label(column.name)
    return column


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as canonical text so that equal values are equal bytes."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Canonical text."""
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """The value the text says."""
        return None if value is None else json.loads(value)
