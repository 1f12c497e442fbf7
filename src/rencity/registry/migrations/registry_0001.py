"""Cities and their versions, scenarios, runs, uploads."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from rencity.db.columns import Instant, Json, Label

revision = "registry_0001"
down_revision = None
branch_labels = ("registry",)


def upgrade() -> None:
    """Make the tables."""
    _record("cities", "name", "name_en", "code:l", "time_zone:l", "current:n", "note")
    _record(
        "city_versions",
        *("city:l", "number:n", "hash:l", "parent:l", "job:l", "counts:j", "at:t"),
    )
    op.create_index("city_versions_city", "city_versions", ["city", "number"], unique=True)
    _record("scenarios", "title_zh", "title_en", "text", "files:j", "hazards:j", "at:t")
    _record(
        "runs",
        *("what:l", "city:l", "city_version:n", "city_hash:l", "scenario:l", "scenario_version:n"),
        *("samples:n", "seed:n", "digest:l", "job:l", "packs:j", "at:t", "note"),
    )
    op.create_index("runs_city", "runs", ["city", "id"])
    op.create_index("runs_scenario", "runs", ["scenario", "id"])
    _record("uploads", "name", "bytes:n", "sha256:l", "at:t")
    op.create_index("uploads_sha256", "uploads", ["sha256"])


_TYPES: dict[str, Any] = {"": sa.Text, "l": Label, "n": sa.BigInteger, "j": Json, "t": Instant}


def _record(name: str, *columns: str) -> None:
    made: list[Any] = [sa.Column("id", Label, primary_key=True)]
    for column in ("version:n", *columns):
        called, _, kind = column.partition(":")
        made.append(sa.Column(called, _TYPES[kind], nullable=False))
    op.create_table(name, *made)
