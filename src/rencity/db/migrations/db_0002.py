"""Kept answers."""

import sqlalchemy as sa
from alembic import op

from rencity.db.columns import Instant, Json, Label

revision = "db_0002"
down_revision = "db_0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", Label, primary_key=True),
        sa.Column("key", Label, primary_key=True),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("idempotency_at", "idempotency_keys", ["at"])
