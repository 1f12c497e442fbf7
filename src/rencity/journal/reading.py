"""The journal read: pages of entries, the history of a record, its state at an instant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.db.store import Reader
from rencity.journal.chain import Entry
from rencity.journal.store import entries
from rencity.kit.errors import AbsentError

ERASED = {"erased": True}
"""What stands for a personal field whose words were erased."""

_FIELDS = tuple(field.name for field in fields(Entry))


@dataclass(frozen=True)
class Asked:
    """Which entries are asked for; none of a field: all."""

    kind: str | None = None
    subject: str | None = None
    who: str | None = None
    verb: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def page(
    reader: Reader, asked: Asked, *, before: int | None = None, limit: int = 50
) -> list[tuple[int, Entry]]:
    """Entries newest first, each with its id.

    Parameters
    ----------
    before : id of the entry that they lie before; None: from the newest

    Raises
    ------
    AbsentError : no entry `before` stands
    """
    query = sa.select(entries.c.id, *(entries.c[name] for name in _FIELDS))
    query = query.where(*_conditions(asked))
    # the entries of one record lie in one stream, so its own order is that of time
    one_record = asked.kind is not None and asked.subject is not None
    order = [entries.c.seq] if one_record else [entries.c.at, entries.c.id]
    if before is not None:
        query = query.where(sa.tuple_(*order) < sa.tuple_(*_place_of(reader, before, order)))
    rows = reader.execute(query.order_by(*(one.desc() for one in order)).limit(limit))
    return [(row[0], Entry(*tuple(row)[1:])) for row in rows]


def _place_of(
    reader: Reader, before: int, order: list[sa.Column[Any]]
) -> list[sa.ColumnElement[Any]]:
    row = reader.execute(sa.select(*order).where(entries.c.id == before)).first()
    if row is None:
        raise AbsentError(
            f"no entry {before} stands", place="journal", mend="begin again with the newest entries"
        )
    return [sa.literal(value, type_=column.type) for column, value in zip(order, row, strict=True)]


def newest_instant(reader: Reader) -> datetime | None:
    """The instant of the newest entry; none where there is no entry."""
    found: datetime | None = reader.execute(sa.select(sa.func.max(entries.c.at))).scalar()
    return found


def history(reader: Reader, kind: str, subject: str) -> list[Entry]:
    """Every entry of a record, oldest first."""
    rows = reader.execute(
        sa.select(*(entries.c[name] for name in _FIELDS))
        .where(entries.c.kind == kind, entries.c.subject == subject)
        .order_by(entries.c.seq)
    )
    return [Entry(*tuple(row)) for row in rows]


def state_at(reader: Reader, kind: str, subject: str, at: datetime) -> dict[str, Any] | None:
    """The fields of a record as they stood at an instant; none where it was not there.

    A personal field whose words were erased since stands as `ERASED`.
    """
    return folded(entry for entry in history(reader, kind, subject) if entry.at <= at)


def folded(told: Iterable[Entry]) -> dict[str, Any] | None:
    """The state that the entries of one record, oldest first, lead to."""
    state: dict[str, Any] | None = None
    for entry in told:
        state = after(state, entry.verb, entry.version, entry.changed, entry.personal)
    return state


def after(
    state: dict[str, Any] | None, verb: str, version: int, changed: str, personal: str | None
) -> dict[str, Any] | None:
    """The state of a record after one more entry; the state before is used up."""
    if verb == "remove" or (verb == "erase" and state is None):
        return None
    state = {} if state is None else state
    said = json.loads(changed)
    state["version"] = version
    state.update(said["after"])
    if personal is not None:
        state.update(json.loads(personal)["after"])
    else:
        state.update(dict.fromkeys(said.get("personal", ()), ERASED))
    return state


def listed(connection: Connection, asked: Asked, *, rows: int = 5_000) -> Iterator[Entry]:
    """Every entry asked for, oldest first, without holding them all."""
    query = sa.select(*(entries.c[name] for name in _FIELDS)).where(*_conditions(asked))
    held = connection.execute(query.order_by(entries.c.id).execution_options(yield_per=rows))
    for part in held.partitions():
        for row in part:
            yield Entry(*row)


def _conditions(asked: Asked) -> list[sa.ColumnElement[bool]]:
    found = [
        entries.c[name] == value
        for name in ("kind", "subject", "who", "verb")
        if (value := getattr(asked, name)) is not None
    ]
    if asked.since is not None:
        found.append(entries.c.at >= asked.since)
    if asked.until is not None:
        found.append(entries.c.at <= asked.until)
    return found
