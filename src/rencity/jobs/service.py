"""What is done with jobs by those who ask for them; each call is part of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.db.store import Transaction
from rencity.jobs import inputs
from rencity.jobs.attempts import write
from rencity.jobs.catalogue import kind_of
from rencity.jobs.pinning import pinned
from rencity.jobs.store import (
    CANCELLED,
    DONE,
    ENDED,
    FAILED,
    QUEUED,
    UNFINISHED,
    Limits,
    beats,
    jobs,
    log,
)  # fmt: skip
from rencity.journal.records import Row
from rencity.kit.errors import ConflictError, LimitError
from rencity.kit.ids import new_id

MOST_TITLE = 200


@dataclass(frozen=True)
class Progress:
    """How far a job is.

    Attributes
    ----------
    stage, share : what is done now, and how much of it, 0 to 1
    kept : finished parts that another attempt goes on from
    at : last sign of life, by the clock of who gave it
    ahead : jobs queued before it; 0 where it does not wait
    """

    state: str
    attempt: int
    stage: str
    share: float
    kept: int
    at: datetime
    ahead: int = 0


@dataclass(frozen=True)
class Line:
    """A line of a job's log."""

    id: int
    attempt: int
    at: datetime
    level: str
    text: str


def ask(
    tx: Transaction,
    kind: str,
    given: Mapping[str, Any],
    caller: str,
    *,
    title: str = "",
    limits: Limits | None = None,
    key: str = "",
) -> Row:
    """Queue a job; its record.

    Parameters
    ----------
    kind : a key of `rencity.jobs.catalogue.KINDS`
    given : as the kind's model in `rencity.jobs.inputs`
    key : its id, where the caller made one so that asking twice is asking once

    Raises
    ------
    RequestError : no such kind, a fault of the input (each is told), or no such version
    AbsentError : what it names is not there
    LimitError : the caller has as many unfinished jobs as are allowed
    ConflictError : a job of that id, or the city it would make, stands already
    ScenarioError : the text of a scenario is not sound
    """
    said = pinned(tx, kind, inputs.read(kind_of(kind).input, given))
    _refuse_more(tx, caller, limits or Limits())
    made = jobs.create(
        tx,
        key or new_id(),
        {
            "kind": kind,
            "title": (title or _title(kind, said))[:MOST_TITLE],
            "input": said,
            "state": QUEUED,
            "caller": caller,
            "attempt": 0,
            "asked_at": tx.at,
            "cancel_asked": False,
        },
    )
    _line_up(tx, made["id"])
    return made


def cancel(tx: Transaction, key: str, *, version: int | None = None, why: str = "") -> Row:
    """Cancel a job: at once where it waits, else its worker is told and keeps what is finished.

    Raises
    ------
    AbsentError, StaleError : as `rencity.journal.records.Records.change`
    ConflictError : it has ended
    """
    row = _locked(tx, key, version)
    if row["state"] in ENDED:
        raise _ended(row, "there is nothing to cancel")
    if row["state"] == QUEUED:
        write(tx, key, row["attempt"], "cancelled while it waited")
        changes = {"state": CANCELLED, "cancel_asked": True, "ended_at": tx.at}
        return jobs.change(tx, key, changes, verb="cancel", why=why)
    return jobs.change(tx, key, {"cancel_asked": True}, verb="cancel", why=why)


def retry(
    tx: Transaction,
    key: str,
    *,
    version: int | None = None,
    why: str = "",
    limits: Limits | None = None,
) -> Row:
    """Queue a job that failed or was cancelled again; it goes on from what is finished.

    Raises
    ------
    AbsentError, StaleError : as `rencity.journal.records.Records.change`
    ConflictError : it is unfinished, or done
    LimitError : as `ask`
    """
    row = _locked(tx, key, version)
    if row["state"] not in (FAILED, CANCELLED):
        raise ConflictError(
            f"the job is {row['state']}",
            place=f"job/{key}",
            mend="ask for a new one" if row["state"] == DONE else "wait until it has ended",
        )
    _refuse_more(tx, row["caller"], limits or Limits())
    write(tx, key, row["attempt"], "queued again")
    _line_up(tx, key)
    fresh = {"state": QUEUED, "cancel_asked": False, "ended_at": None, "fault": None}
    return jobs.change(tx, key, fresh, verb="retry", why=why)


def remove(tx: Transaction, key: str, *, version: int | None = None, why: str = "") -> Row:
    """Remove a job that has ended, with its log; what it made stays.

    Raises
    ------
    AbsentError, StaleError : as `rencity.journal.records.Records.remove`
    ConflictError : it is unfinished
    """
    row = _locked(tx, key, version)
    if row["state"] not in ENDED:
        raise ConflictError(
            f"the job is {row['state']}",
            place=f"job/{key}",
            mend="cancel it and wait until it ends",
        )
    for table in (beats, log):
        tx.execute(table.delete().where(table.c.job == key))
    return jobs.remove(tx, key, why=why)


def page(
    connection: Connection,
    *,
    state: str | None = None,
    kind: str | None = None,
    caller: str | None = None,
    before: tuple[datetime, str] | None = None,
    limit: int = 50,
) -> list[Row]:
    """Jobs, newest first.

    Parameters
    ----------
    before : when the job was asked for that they lie before, and its id; None: from the newest
    """
    table = jobs.table
    query = sa.select(table)
    for name, value in (("state", state), ("kind", kind), ("caller", caller)):
        if value is not None:
            query = query.where(table.c[name] == value)
    asked, key = table.c.asked_at, table.c.id
    if before is not None:
        bound = (sa.bindparam(None, before[0], type_=asked.type), before[1])
        query = query.where(sa.tuple_(asked, key) < sa.tuple_(*bound))
    rows = connection.execute(query.order_by(asked.desc(), key.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def progress(connection: Connection, key: str) -> Progress:
    """How far a job is.

    Raises
    ------
    AbsentError : there is none
    """
    row = jobs.get(connection, key)
    at = connection.execute(sa.select(beats).where(beats.c.job == key)).one()
    ahead = _ahead(connection, at.place) if row["state"] == QUEUED else 0
    ended = row["state"] == DONE
    return Progress(
        row["state"], row["attempt"], at.stage, 1.0 if ended else at.share, at.kept, at.at, ahead
    )


def lines(connection: Connection, key: str, *, after: int = 0, limit: int = 200) -> list[Line]:
    """Lines of a job's log after an id, oldest first.

    Raises
    ------
    AbsentError : there is no such job
    """
    jobs.get(connection, key)
    columns = (log.c[name] for name in Line.__dataclass_fields__)
    query = sa.select(*columns).where(log.c.job == key, log.c.id > after)
    return [Line(*row) for row in connection.execute(query.order_by(log.c.id).limit(limit))]


def _ahead(connection: Connection, place: int) -> int:
    asked = (
        sa.select(sa.func.count())
        .select_from(beats.join(jobs.table, jobs.table.c.id == beats.c.job))
        .where(jobs.table.c.state == QUEUED, beats.c.place < place)
    )
    return connection.scalar(asked) or 0


def _locked(tx: Transaction, key: str, version: int | None) -> Row:
    """The job, which nobody else changes until the transaction ends."""
    return jobs.change(tx, key, {}, version=version)


def _ended(row: Row, so: str) -> ConflictError:
    return ConflictError(
        f"the job is {row['state']}, so {so}",
        place=f"job/{row['id']}",
        mend="read it again" if row["state"] != CANCELLED else "retry it to have it done",
    )


def _refuse_more(tx: Transaction, caller: str, limits: Limits) -> None:
    tx.hold(f"jobs/{caller}")
    table = jobs.table
    count = tx.execute(
        sa.select(sa.func.count()).where(table.c.caller == caller, table.c.state.in_(UNFINISHED))
    ).scalar_one()
    if count >= limits.unfinished:
        raise LimitError(
            f"{count} of your jobs are queued or running, {limits.unfinished} are allowed",
            place=f"caller/{caller}",
            mend="wait until one has ended, or cancel one",
        )


def _line_up(tx: Transaction, key: str) -> None:
    """Put a job at the end of the queue, with nothing lost yet."""
    old = tx.execute(sa.select(beats.c.kept).where(beats.c.job == key)).scalar() or 0
    tx.execute(beats.delete().where(beats.c.job == key))
    fresh = {"job": key, "attempt": 0, "worker": "", "beat": 0, "stage": "", "share": 0.0}
    tx.execute(beats.insert(), {**fresh, "kept": old, "losses": 0, "kept_before": old, "at": tx.at})


def _title(kind: str, said: Mapping[str, Any]) -> str:
    words = (kind, said.get("city") or said.get("into") or said.get("id"), said.get("scenario"))
    return " ".join(str(word) for word in words if word)
