"""The same request again changes nothing: its first answer is kept with its effect.

The key is entered at the start of the transaction that the request causes, so of two that come at
once the second waits for the first and then gets its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from rencity.db.columns import Instant, Json, Label
from rencity.db.store import Store, Transaction
from rencity.kit.errors import ConflictError, RequestError

tables = sa.MetaData()
answers = sa.Table(
    "idempotency_keys",
    tables,
    sa.Column("caller", Label, primary_key=True),
    sa.Column("key", Label, primary_key=True),
    sa.Column("asked", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("headers", Json, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("idempotency_at", "at"),
)

LONGEST = 200
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Answer:
    """What was answered: HTTP status, headers that matter, body."""

    status: int
    headers: dict[str, str]
    body: str


def begin(tx: Transaction, key: str, asked: str) -> Answer | None:
    """Enter a key; the kept answer where the same was asked before.

    Parameters
    ----------
    asked : digest of all that was asked

    Raises
    ------
    RequestError : no key, or too long a one
    ConflictError : something else was asked under this key
    """
    if not key or len(key) > LONGEST or not key.isprintable():
        raise RequestError(
            "a write needs a key of its own",
            place="Idempotency-Key",
            mend=f"send a new random key of at most {LONGEST} characters, the same again to repeat",
        )
    row: dict[str, Any] = {"caller": tx.who, "key": key, "asked": asked, "at": tx.at}
    if tx.insert_new(answers, {**row, "status": 0, "headers": {}, "body": ""}):
        return None
    mine = sa.and_(answers.c.caller == tx.who, answers.c.key == key)
    kept = tx.execute(sa.select(answers).where(mine)).one()
    if kept.asked != asked:
        raise ConflictError(
            "something else was asked under this key before",
            place="Idempotency-Key",
            mend="send a new key for a new request",
        )
    return Answer(kept.status, kept.headers, kept.body)


def end(tx: Transaction, key: str, answer: Answer) -> None:
    """Keep the answer with the effect."""
    mine = sa.and_(answers.c.caller == tx.who, answers.c.key == key)
    said = {"status": answer.status, "headers": answer.headers, "body": answer.body}
    tx.execute(answers.update().where(mine).values(**said))


def sweep(store: Store) -> int:
    """Forget answers older than `KEPT`; how many."""
    with store.writing("system:once") as tx:
        return tx.execute(answers.delete().where(answers.c.at < tx.at - KEPT)).rowcount
