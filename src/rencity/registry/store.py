"""Tables of the registry."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import SchemaItem

from rencity.db.columns import Instant, Json, Label
from rencity.journal.records import Records

tables = sa.MetaData()


def _record(name: str, *columns: SchemaItem) -> sa.Table:
    key = sa.Column("id", Label, primary_key=True)
    version = sa.Column("version", sa.BigInteger, nullable=False)
    return sa.Table(name, tables, key, version, *columns)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _label(name: str) -> sa.Column[str]:
    return sa.Column(name, Label, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


cities = Records(
    "city",
    _record(
        "cities",
        _text("name"),
        _text("name_en"),
        _label("code"),
        _label("time_zone"),
        _count("current"),
        _text("note"),
    ),
)
"""``current`` is the number of the version in force."""

city_versions = Records(
    "city_version",
    _record(
        "city_versions",
        _label("city"),
        _count("number"),
        _label("hash"),
        _label("parent"),
        _label("job"),
        sa.Column("counts", Json, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Index("city_versions_city", "city", "number", unique=True),
    ),
)
"""Id ``CITY@NUMBER``; never changed. ``parent`` is the hash it came from, ``job`` what made it."""

scenarios = Records(
    "scenario",
    _record(
        "scenarios",
        _text("title_zh"),
        _text("title_en"),
        _text("text"),
        sa.Column("files", Json, nullable=False),
        sa.Column("hazards", Json, nullable=False),
        sa.Column("at", Instant, nullable=False),
    ),
)
"""``text`` is TOML, ``files`` the paths it names -> id of the upload that lies there."""

runs = Records(
    "run",
    _record(
        "runs",
        _label("what"),
        _label("city"),
        _count("city_version"),
        _label("city_hash"),
        _label("scenario"),
        _count("scenario_version"),
        _count("samples"),
        _count("seed"),
        _label("digest"),
        _label("job"),
        sa.Column("packs", Json, nullable=False),
        sa.Column("at", Instant, nullable=False),
        _text("note"),
        sa.Index("runs_city", "city", "id"),
        sa.Index("runs_scenario", "scenario", "id"),
    ),
)
"""``what``: stress, or the question answered (n1, measure, rate, invest)."""

uploads = Records(
    "upload",
    _record(
        "uploads",
        _text("name"),
        _count("bytes"),
        _label("sha256"),
        sa.Column("at", Instant, nullable=False),
        sa.Index("uploads_sha256", "sha256"),
    ),
)

KINDS = (cities, city_versions, scenarios, runs, uploads)
