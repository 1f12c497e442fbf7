"""What happens to a job while it is worked on; each step holds the job's row and checks the fence.

An attempt that is no longer the job's own changes nothing: its job was given to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.db import outbox
from rencity.db.store import Transaction
from rencity.jobs.store import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Limits, beats, jobs, log
from rencity.journal.records import Row
from rencity.kit.errors import ConflictError, RencityError

MOST_LOSSES = 3
"""Attempts lost in a row, without a further finished part, after which a job has failed."""
MOST_TEXT = 10_000
"""Characters of a line of the log."""


class SupersededError(ConflictError):
    """The job is no longer this attempt's: it was given to another, or has ended."""


@dataclass(frozen=True)
class Beat:
    """A sign of life.

    Attributes
    ----------
    stage, share : what is done now, and how much of it, 0 to 1
    kept : finished parts that another attempt would go on from
    tell : whether those who listen to news are told
    """

    worker: str
    stage: str = ""
    share: float = 0.0
    kept: int = 0
    tell: bool = False


def claim(tx: Transaction, limits: Limits, worker: str) -> Row | None:
    """Begin the next job whose caller may have one more running; None where there is none."""
    tx.hold("jobs/claim")
    if (key := tx.execute(_next(limits)).scalar()) is None:
        return None
    row = jobs.get(tx, key)
    begun = jobs.change(
        tx,
        key,
        {"state": RUNNING, "attempt": row["attempt"] + 1, "began_at": tx.at, "fault": None},
        version=row["version"],
        verb="begin",
    )
    fresh = {"attempt": begun["attempt"], "worker": worker, "beat": 0, "stage": "", "share": 0.0}
    tx.execute(beats.update().where(beats.c.job == key).values(**fresh, at=tx.at))
    write(tx, key, begun["attempt"], f"attempt {begun['attempt']} begins")
    return begun


def _next(limits: Limits) -> sa.Select[Any]:
    table, other = jobs.table, jobs.table.alias()
    busy = (
        sa.select(sa.func.count())
        .where(other.c.caller == table.c.caller, other.c.state == RUNNING)
        .scalar_subquery()
    )
    return (
        sa.select(table.c.id)
        .join(beats, beats.c.job == table.c.id)
        .where(table.c.state == QUEUED, busy < limits.running)
        .order_by(beats.c.place)
        .limit(1)
        .with_for_update(of=table, skip_locked=True)
    )


def waiting(connection: Connection) -> bool:
    """Whether any job is queued."""
    asked = sa.select(sa.literal(1)).where(jobs.table.c.state == QUEUED).limit(1)
    return connection.scalar(asked) is not None


def own(tx: Transaction, key: str, attempt: int) -> Row:
    """The job, locked, which is still this attempt's.

    Raises
    ------
    SupersededError : it is not
    """
    row = tx.execute(sa.select(jobs.table).where(jobs.table.c.id == key).with_for_update()).first()
    if row is None or row.state != RUNNING or row.attempt != attempt:
        raise SupersededError(
            f"attempt {attempt} is no longer the job's",
            place=f"job/{key}",
            mend="leave it; another attempt has it, or it has ended",
        )
    return dict(row._mapping)


def beat(tx: Transaction, key: str, attempt: int, sign: Beat) -> Row:
    """Give a sign of life; the job.

    Raises
    ------
    SupersededError : the job is no longer this attempt's
    """
    row = own(tx, key, attempt)
    said = {"stage": sign.stage, "share": sign.share}
    tx.execute(
        beats.update()
        .where(beats.c.job == key)
        .values(beat=beats.c.beat + 1, worker=sign.worker, kept=sign.kept, at=tx.at, **said)
    )
    if sign.tell:
        outbox.post(tx, "job.progress", key, {"attempt": attempt, **said})
    return row


def beat_of(tx: Transaction, key: str) -> int:
    """How many signs of life the job's worker has given."""
    return tx.execute(sa.select(beats.c.beat).where(beats.c.job == key)).scalar() or 0


def write(tx: Transaction, key: str, attempt: int, text: str, level: str = "info") -> None:
    """Write a line into the job's log."""
    line = {"job": key, "attempt": attempt, "at": tx.at, "level": level, "text": text[:MOST_TEXT]}
    tx.execute(log.insert(), line)


def done(tx: Transaction, key: str, attempt: int, outcome: Mapping[str, Any]) -> Row:
    """It is done.

    Raises
    ------
    SupersededError : as `own`
    """
    own(tx, key, attempt)
    write(tx, key, attempt, "done")
    return _end(tx, key, DONE, verb="done", outcome=dict(outcome), fault=None)


def fail(tx: Transaction, key: str, attempt: int, fault: Mapping[str, str]) -> Row:
    """It has failed, and would again.

    Raises
    ------
    SupersededError : as `own`
    """
    own(tx, key, attempt)
    write(tx, key, attempt, f"failed: {fault['what']}", "error")
    return _end(tx, key, FAILED, verb="fail", fault=dict(fault))


def cancelled(tx: Transaction, key: str, attempt: int) -> Row:
    """It was stopped because somebody asked for that.

    Raises
    ------
    SupersededError : as `own`
    """
    own(tx, key, attempt)
    write(tx, key, attempt, "cancelled; what is finished is kept for a retry")
    return _end(tx, key, CANCELLED, verb="cancel")


def back(tx: Transaction, key: str, attempt: int, why: str) -> Row:
    """It goes back to its place in the queue, through no fault of its own.

    Raises
    ------
    SupersededError : as `own`
    """
    row = own(tx, key, attempt)
    if row["cancel_asked"]:
        return cancelled(tx, key, attempt)
    write(tx, key, attempt, why)
    return jobs.change(tx, key, {"state": QUEUED}, verb="requeue", why=why)


def lost(tx: Transaction, key: str, attempt: int, why: str, mend: str = "") -> Row:
    """Its worker is gone: it is queued again, or has failed where that keeps happening.

    Raises
    ------
    SupersededError : as `own`
    """
    if own(tx, key, attempt)["cancel_asked"]:
        return cancelled(tx, key, attempt)
    at = tx.execute(sa.select(beats).where(beats.c.job == key)).one()
    further = at.kept > at.kept_before
    losses = 1 if further else at.losses + 1
    counted = {"losses": losses, "kept_before": max(at.kept, at.kept_before)}
    tx.execute(beats.update().where(beats.c.job == key).values(**counted))
    write(tx, key, attempt, f"lost: {why}", "warning")
    if losses < MOST_LOSSES:
        return jobs.change(tx, key, {"state": QUEUED}, verb="requeue", why=why)
    fault = RencityError(
        f"its worker was lost {losses} times in a row without finishing anything further: {why}",
        place=f"job/{key}",
        mend=mend or "read its log, give it fewer samples or more memory, then retry it",
    )
    return fail(tx, key, attempt, told(fault))


def told(fault: RencityError) -> dict[str, str]:
    """A fault as the record keeps it."""
    return {"what": fault.what, "place": fault.place, "mend": fault.mend}


def _end(tx: Transaction, key: str, state: str, *, verb: str, **more: Any) -> Row:
    return jobs.change(tx, key, {"state": state, "ended_at": tx.at, **more}, verb=verb)
