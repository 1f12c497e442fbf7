"""Jobs, their signs of life and their logs."""

import sqlalchemy as sa
from alembic import op

from rencity.db.columns import Instant, Json, Label

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
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
    )
    op.create_index("jobs_state", "jobs", ["state", "id"])
    op.create_index("jobs_caller", "jobs", ["caller", "state"])
    op.create_table(
        "job_beats",
        sa.Column("place", _ID, primary_key=True, autoincrement=True),
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
    )
    op.create_index("job_beats_job", "job_beats", ["job"], unique=True)
    op.create_table(
        "job_log",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("job", Label, nullable=False),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("level", Label, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("job_log_job", "job_log", ["job", "id"])
