"""Tables of the journal."""

from __future__ import annotations

import sqlalchemy as sa

from rencity.db.columns import Instant, Json, Label

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

tables = sa.MetaData()
entries = sa.Table(
    "journal_entries",
    tables,
    sa.Column("id", Id, primary_key=True, autoincrement=True),
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
    sa.Index("journal_chain", "stream", "seq", unique=True),
    sa.Index("journal_subject", "subject", "kind", "seq"),
    # one for each thing a page is asked by, in the order of pages
    sa.Index("journal_kind_at", "kind", "at", "id"),
    sa.Index("journal_verb_at", "verb", "at", "id"),
    sa.Index("journal_who_at", "who", "at", "id"),
    sa.Index("journal_at", "at", "id"),
)
roots = sa.Table(
    "journal_roots",
    tables,
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
