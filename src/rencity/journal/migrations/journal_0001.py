"""Entries and roots."""

import sqlalchemy as sa
from alembic import op

from rencity.db.columns import Instant, Json, Label

revision = "journal_0001"
down_revision = None
branch_labels = ("journal",)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "journal_entries",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("stream", sa.SmallInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", Label, nullable=False),
        sa.Column("verb", Label, nullable=False),
        sa.Column("kind", Label, nullable=False),
        sa.Column("subject", Label, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("personal", sa.Text),
        sa.Column("salt", sa.Text),
        sa.Column("digest", sa.Text, nullable=False),
    )
    for name, columns, unique in (
        ("journal_chain", ["stream", "seq"], True),
        ("journal_subject", ["subject", "kind", "seq"], False),
        ("journal_kind_at", ["kind", "at", "id"], False),
        ("journal_verb_at", ["verb", "at", "id"], False),
        ("journal_who_at", ["who", "at", "id"], False),
        ("journal_at", ["at", "id"], False),
    ):
        op.create_index(name, "journal_entries", columns, unique=unique)
    op.create_table(
        "journal_roots",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("suite", Label, nullable=False),
        sa.Column("heads", Json, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("key", Label, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_HEAD)


# Locks a stream until the transaction ends, then reads its head: in a function each statement sees
# what was committed before it, so the head is the newest, and both cost one way to the server.
_HEAD = """
CREATE FUNCTION journal_head(lock integer, asked integer)
RETURNS TABLE (seq bigint, digest text, at timestamptz) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(lock, asked);
  RETURN QUERY SELECT e.seq, e.digest, e.at FROM journal_entries e
    WHERE e.stream = asked ORDER BY e.seq DESC LIMIT 1;
END $$
"""
