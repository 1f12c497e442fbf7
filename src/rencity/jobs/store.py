"""Tables of jobs: the record, whose changes the journal tells, and what is only watched."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from rencity.db.columns import Instant, Json, Label
from rencity.journal.records import Records

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
UNFINISHED = (QUEUED, RUNNING)
ENDED = (DONE, FAILED, CANCELLED)

tables = sa.MetaData()
jobs = Records(
    "job",
    sa.Table(
        "jobs",
        tables,
        sa.Column("id", Label, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("kind", Label, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("input", Json, nullable=False),
        sa.Column("state", Label, nullable=False),
        sa.Column("caller", Label, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("asked_at", Instant, nullable=False),
        sa.Column("began_at", Instant),
        sa.Column("ended_at", Instant),
        sa.Column("cancel_asked", sa.Boolean, nullable=False),
        sa.Column("outcome", Json),
        sa.Column("fault", Json),
        sa.Index("jobs_state", "state", "id"),
        sa.Index("jobs_caller", "caller", "state"),
    ),
)
"""``attempt`` counts how often it was begun, ``outcome`` names what it made, ``fault`` is what
went wrong: ``what``, ``place``, ``mend``."""

beats = sa.Table(
    "job_beats",
    tables,
    sa.Column("place", Id, primary_key=True, autoincrement=True),
    sa.Column("job", Label, nullable=False),
    sa.Column("attempt", sa.BigInteger, nullable=False),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("beat", sa.BigInteger, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("share", sa.Float, nullable=False),
    sa.Column("kept", sa.BigInteger, nullable=False),
    sa.Column("losses", sa.BigInteger, nullable=False),
    sa.Column("kept_before", sa.BigInteger, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("job_beats_job", "job", unique=True),
)
"""``place`` in the queue, which no clock turns; ``beat`` counts signs of life of ``worker``;
``kept`` finished parts of the work; ``losses`` attempts lost in a row since ``kept_before``."""

log = sa.Table(
    "job_log",
    tables,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("job", Label, nullable=False),
    sa.Column("attempt", sa.BigInteger, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("level", Label, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("job_log_job", "job", "id"),
)

KINDS = (jobs,)


@dataclass(frozen=True)
class Limits:
    """What a caller may have at once.

    Attributes
    ----------
    unfinished : jobs queued or running
    running : jobs running; the others wait their turn
    """

    unfinished: int = 20
    running: int = 2
