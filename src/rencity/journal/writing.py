"""Entries appended in the transaction of the change they tell of.

They are held until the transaction ends and then written stream by stream in order, so the lock
on a stream is short and two transactions never wait for each other in a ring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from rencity.db.columns import Instant
from rencity.db.faults import speakable
from rencity.db.store import Transaction
from rencity.journal.chain import Entry, entry_digest, seal, stream_of
from rencity.journal.store import entries
from rencity.kit.canonical import canonical
from rencity.kit.crypto import new_salt

_LOCKS = 0x4A6F75
"""First half of the advisory locks on streams."""
_FIELDS = tuple(Entry.__dataclass_fields__)
# built once: a write should cost little more than the change it tells of
_INSERT = entries.insert().inline()
_HEAD = (
    sa.select(entries.c.seq, entries.c.digest, entries.c.at)
    .where(entries.c.stream == sa.bindparam("asked"))
    .order_by(entries.c.seq.desc())
    .limit(1)
)
_LOCKED_HEAD = sa.select(
    sa.func.journal_head(_LOCKS, sa.bindparam("asked", type_=sa.Integer)).table_valued(
        sa.column("seq", sa.BigInteger), sa.column("digest", sa.Text), sa.column("at", Instant)
    )
)


@dataclass(frozen=True)
class Change:
    """What is to be told of a record: fields as they were and as they are."""

    verb: str
    kind: str
    subject: str
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    personal_before: Mapping[str, Any] = field(default_factory=dict)
    personal_after: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


def append(tx: Transaction, change: Change) -> None:
    """Tell of a change; the entry is written when the transaction ends."""
    pending = _Pending.of(tx)
    pending.changes.append(change)


def write_now(tx: Transaction) -> None:
    """Write the entries of what was told so far."""
    if (pending := tx.held.get(_Pending)) is not None:
        pending.write()


def batch(
    tx: Transaction, table: sa.Table, kind: str, subject: str, count: int, digest: str
) -> None:
    """Tell of many rows taken in at once by one entry with their number and digest."""
    append(tx, Change("batch", kind, subject, 1, {}, {"rows": count, "digest": digest}))
    tx.tell(table)


class _Pending:
    """Changes that a transaction has told so far."""

    def __init__(self, tx: Transaction) -> None:
        self.changes: list[Change] = []
        self._tx = tx

    @classmethod
    def of(cls, tx: Transaction) -> _Pending:
        found = tx.held.get(cls)
        if found is None:
            found = tx.held[cls] = cls(tx)
            tx.at_end(found.write)
        return found

    def write(self) -> None:
        told, self.changes = self.changes, []
        self._tx.held.pop(_Pending, None)  # what is told from now on is written at the end anew
        if not told:
            return
        by_stream: dict[int, list[Change]] = {}
        for change in told:
            by_stream.setdefault(stream_of(change.kind, change.subject), []).append(change)
        with speakable():
            rows = [
                {name: getattr(entry, name) for name in _FIELDS}
                for stream in sorted(by_stream)
                for entry in self._chained(stream, by_stream[stream])
            ]
        self._tx.execute(_INSERT, rows if len(rows) > 1 else rows[0], told=True)

    def _chained(self, stream: int, changes: list[Change]) -> list[Entry]:
        seq, digest, at = _head(self._tx, stream)
        # a clock that was set back does not turn the order of what was done
        at = self._tx.at if at is None else max(at, self._tx.at)
        made = []
        for change in changes:
            seq += 1
            entry = _entry(self._tx, change, stream, seq, digest, at)
            digest = entry.digest
            made.append(entry)
        return made


def _head(tx: Transaction, stream: int) -> tuple[int, str, Any]:
    head = _LOCKED_HEAD if tx.dialect == "postgresql" else _HEAD  # SQLite has one writer
    row = tx.execute(head, {"asked": stream}, told=True).first()
    return (row.seq, row.digest, row.at) if row else (0, "", None)


def _entry(tx: Transaction, change: Change, stream: int, seq: int, previous: str, at: Any) -> Entry:
    said: dict[str, Any] = {"before": change.before, "after": change.after}
    sealed, personal, salt = "", None, None
    if names := {*change.personal_before, *change.personal_after}:
        said["personal"] = sorted(names)
        personal = canonical({"before": change.personal_before, "after": change.personal_after})
        salt = new_salt()
        sealed = seal(personal, salt)
    changed = canonical(said)
    told = (change.verb, change.kind, change.subject, change.version, change.why or tx.why)
    bare = Entry(stream, seq, at, tx.who, *told, tx.request, changed, sealed, personal, salt, "")
    return replace(bare, digest=entry_digest(previous, bare))
