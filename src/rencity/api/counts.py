"""Gauges that are read from the database when Prometheus asks."""

from __future__ import annotations

import sqlalchemy as sa

from rencity.db import outbox
from rencity.db.store import Store
from rencity.jobs.store import UNFINISHED, jobs
from rencity.journal.store import entries, roots


def counted(store: Store) -> dict[str, tuple[str, dict[str, float]]]:
    """Name of a gauge -> its meaning and its values by label; each one step into an index.

    Raises
    ------
    UnreachableError : the database is gone
    """
    waiting = sa.select(sa.func.count()).where(outbox.outbox.c.position.is_(None))
    with store.reading() as connection:
        newest = outbox.newest(connection)
        last = connection.scalar(sa.select(sa.func.max(entries.c.id))) or 0
        signed = connection.scalar(sa.select(sa.func.max(roots.c.at)))
        unsorted = connection.scalar(waiting) or 0
        handlers = connection.execute(sa.select(outbox.deliveries)).all()
        aside = connection.scalar(sa.select(sa.func.count()).select_from(outbox.failures)) or 0
        states = connection.execute(
            sa.select(jobs.table.c.state, sa.func.count())
            .where(jobs.table.c.state.in_(UNFINISHED))
            .group_by(jobs.table.c.state)
        ).all()
    found = {
        "jobs": (
            "jobs that are not ended",
            {**dict.fromkeys(UNFINISHED, 0.0), **{row[0]: float(row[1]) for row in states}},
        ),
        "news_position": ("position of the newest news", {"": float(newest)}),
        "news_waiting": ("news not yet put in order", {"": float(unsorted)}),
        "news_set_aside": ("news that a handler failed on", {"": float(aside)}),
        "journal_entries": ("id of the newest entry of the journal", {"": float(last)}),
        "journal_root_time_seconds": (
            "when the newest root was signed, as Unix time",
            {"": signed.timestamp() if signed else 0.0},
        ),
    }
    if handlers:
        behind = {row.handler: float(newest - row.position) for row in handlers}
        found["news_behind"] = ("news a handler has not passed", behind)
    return found
