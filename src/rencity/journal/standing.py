"""The records as they stand, held against what the journal tells of them.

Both are read in the order of ids and walked side by side, so neither is held whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.db.columns import Json, as_kept
from rencity.journal.reading import ERASED, after
from rencity.journal.records import Records
from rencity.journal.store import entries
from rencity.kit.canonical import canonical

ROWS = 5_000
State = dict[str, Any]


class Account(Protocol):
    """Where what was seen is counted and what is wrong is noted."""

    records: int

    def fault(self, rule: str, what: str, *ids: str) -> None:
        """Note one fault."""


def hold_records(connection: Connection, account: Account, kind: Records) -> None:
    """Hold every record of a kind against the state that the journal leads to."""
    told = _told(connection, kind, account)
    stands = _stands(connection, kind)
    for key, state, row in _side_by_side(told, stands):
        account.records += row is not None
        if row is None:
            what = f"{kind.kind}/{key} stands in the journal and not in the database"
            account.fault("record-lost", what, key)
        elif state is None:
            what = f"{kind.kind}/{key} stands in the database and the journal tells of none"
            account.fault("record-untold", what, key)
        elif differ := [name for name, value in row.items() if state.get(name, _NONE) != value]:
            what = f"{kind.kind}/{key}: {', '.join(differ)} differs from what the journal tells"
            account.fault("record-changed", what, key)


_NONE = object()


def _side_by_side(
    told: Iterator[tuple[str, State]], stands: Iterator[tuple[str, State]]
) -> Iterator[tuple[str, State | None, State | None]]:
    """Both in one order of ids: what is told and what stands of each."""
    said, row = next(told, None), next(stands, None)
    while said is not None or row is not None:
        if row is None or (said is not None and said[0].encode() < row[0].encode()):
            assert said is not None  # noqa: S101 - one of the two is there
            yield said[0], said[1], None
            said = next(told, None)
        elif said is None or row[0].encode() < said[0].encode():
            yield row[0], None, row[1]
            row = next(stands, None)
        else:
            yield row[0], said[1], row[1]
            said, row = next(told, None), next(stands, None)


def _stands(connection: Connection, kind: Records) -> Iterator[tuple[str, State]]:
    names = ("version", *kind.fields)
    columns = [as_kept(kind.table.c[name], connection.dialect.name) for name in ("id", *names)]
    query = sa.select(*columns).order_by(kind.table.c.id).execution_options(yield_per=ROWS)
    for part in connection.execute(query).partitions():
        for key, *values in part:
            yield str(key), dict(zip(names, values, strict=True))


def _told(connection: Connection, kind: Records, account: Account) -> Iterator[tuple[str, State]]:
    """Each record that stands by the journal, its values in the form in which they are kept."""
    json_fields = [n for n in kind.fields if isinstance(kind.table.c[n].type, Json)]
    for key, entries_of in itertools.groupby(_rows(connection, kind), key=lambda row: row[0]):
        state: State | None = None
        try:
            for _, *entry in entries_of:
                state = after(state, *entry)
        except (ValueError, KeyError, TypeError, AttributeError):
            what = f"{kind.kind}/{key}: an entry cannot be read"
            account.fault("entry-changed", what, key)
        if state is not None:
            yield str(key), _kept(state, json_fields)


def _rows(connection: Connection, kind: Records) -> Iterator[Any]:
    names = ("subject", "verb", "version", "changed", "personal")
    query = (
        sa.select(*(entries.c[name] for name in names))
        .where(entries.c.kind == kind.kind, entries.c.verb != "batch")
        .order_by(entries.c.subject, entries.c.seq)
        .execution_options(yield_per=ROWS)
    )
    for part in connection.execute(query).partitions():
        yield from part


def _kept(state: State, json_fields: Iterable[str]) -> State:
    """A state told by the journal, in the form in which a row is kept."""
    for name in json_fields:
        if state.get(name) is not None and state[name] != ERASED:
            state[name] = canonical(state[name])
    return state
