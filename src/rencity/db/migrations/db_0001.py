"""The outbox."""

import sqlalchemy as sa
from alembic import op

from rencity.db.columns import Instant, Json, Label

revision = "db_0001"
down_revision = None
branch_labels = ("db",)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("position", sa.BigInteger),
        sa.Column("at", Instant, nullable=False),
        sa.Column("topic", Label, nullable=False),
        sa.Column("subject", Label, nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("who", Label, nullable=False),
        sa.Column("request", Label, nullable=False),
    )
    op.create_index("outbox_position", "outbox", ["position"], unique=True)
    waiting = sa.text("position IS NULL")
    op.create_index(
        "outbox_waiting", "outbox", ["id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "outbox_deliveries",
        sa.Column("handler", Label, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_table(
        "outbox_failures",
        sa.Column("handler", Label, primary_key=True),
        sa.Column("position", sa.BigInteger, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
    )
