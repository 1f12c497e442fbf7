"""Bring a database's tables to what the code knows; each room's revisions are a line of their own.

Revisions lie in the room that owns the tables, in its folder `migrations`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from rencity.db.faults import told
from rencity.db.store import Store
from rencity.kit.errors import StorageError
from rencity.kit.findings import Finding

_LOCK = 0x5570
_MEND = "run `rencity db upgrade`"


class Schema:
    """What the rooms' tables should be.

    Parameters
    ----------
    tables : metadata of each room
    folders : each room's folder of revisions
    """

    def __init__(self, tables: Sequence[sa.MetaData], folders: Sequence[Path]) -> None:
        self.tables = tuple(tables)
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "alembic"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", "\n".join(map(str, folders)))
        self._config = config
        self.scripts = ScriptDirectory.from_config(config)

    @property
    def heads(self) -> set[str]:
        """The newest revision of each room."""
        return set(self.scripts.get_heads())

    def all_tables(self) -> list[sa.Table]:
        """Every table, those that others name first."""
        return [table for metadata in self.tables for table in metadata.sorted_tables]

    def upgrade(self, store: Store) -> list[str]:
        """Run the revisions that are missing, all or none; their ids.

        Raises
        ------
        StorageError : the database was made by a newer Rencity
        """
        with (
            told(store.place),
            store.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection,
            connection.begin(),
        ):
            self.lock(connection)
            return self.upgrade_in(connection, store.place)

    def lock(self, connection: Connection) -> None:
        """Wait until no one else changes the tables, and let no one else until the end."""
        if connection.dialect.name == "postgresql":  # SQLite has one writer
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def upgrade_in(
        self, connection: Connection, place: str, to: Sequence[str] = ("heads",)
    ) -> list[str]:
        """As `upgrade`, in a transaction that the caller ends.

        Parameters
        ----------
        to : revisions to come to
        """
        before = _revisions(connection)
        self._refuse_newer(before | set(to) - {"heads"}, place)
        self._config.attributes["connection"] = connection
        for revision in to:
            command.upgrade(self._config, revision)
        return sorted(
            _lineage(self.scripts, _revisions(connection)) - _lineage(self.scripts, before)
        )

    def pending(self, connection: Connection, place: str) -> set[str]:
        """Revisions the database lacks.

        Raises
        ------
        StorageError : it was made by a newer Rencity
        """
        held = _revisions(connection)
        self._refuse_newer(held, place)
        return _lineage(self.scripts, self.heads) - _lineage(self.scripts, held)

    def require(self, store: Store) -> None:
        """Go on only where the tables are what the code knows.

        Raises
        ------
        StorageError : revisions are missing, or it was made by a newer Rencity
        """
        with store.reading() as connection:
            missing = self.pending(connection, store.place)
        if missing:
            raise StorageError(
                f"its tables lack {', '.join(sorted(missing))}", place=store.place, mend=_MEND
            )

    def findings(self, store: Store) -> list[Finding]:
        """What is wrong with it: its revisions, tables, durability and, in SQLite, pages."""
        with store.reading() as connection:
            return self.findings_in(connection, store.place)

    def findings_in(self, connection: Connection, place: str) -> list[Finding]:
        """As `findings`, of what the caller's transaction sees."""
        missing = self.pending(connection, place)
        found = [
            Finding("missing-revision", "error", f"revision {name} was not run", _MEND,
                    table=place)
            for name in sorted(missing)
        ]  # fmt: skip
        if not missing:
            found += self._differences(connection, place)
        return found + _durability(connection, place)

    def _differences(self, connection: Connection, place: str) -> list[Finding]:
        whole = sa.MetaData()
        for table in self.all_tables():
            table.to_metadata(whole)
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": _ours(whole)}
        )
        return [
            Finding("other-table", "error", f"differs from what the code knows: {_said(one)}",
                    "restore the newest backup; tables are changed by `rencity db upgrade` only",
                    table=place)
            for one in compare_metadata(context, whole)
        ]  # fmt: skip

    def _refuse_newer(self, held: set[str], place: str) -> None:
        known = {script.revision for script in self.scripts.walk_revisions()}
        if strange := sorted(held - known):
            raise StorageError(
                f"holds {', '.join(strange)}, which this Rencity does not know",
                place=place,
                mend="use the Rencity that wrote it, or a newer one",
            )


def _revisions(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _lineage(scripts: ScriptDirectory, heads: set[str]) -> set[str]:
    if not heads:
        return set()
    return {script.revision for script in scripts.iterate_revisions(tuple(heads), "base")}


def _ours(whole: sa.MetaData):  # type: ignore[no-untyped-def]
    """Tables of others in the same database are none of our business."""

    def asked(_item: object, name: str | None, kind: str, reflected: bool, _: object) -> bool:
        return not (kind == "table" and reflected and name not in whole.tables)

    return asked


def _said(one: object) -> str:
    return re.sub(r"\s+", " ", str(one))[:200]


def _durability(connection: Connection, place: str) -> list[Finding]:
    wanted = (
        {"journal_mode": ("wal",), "synchronous": ("2", "3")}
        if connection.dialect.name == "sqlite"
        else {"fsync": ("on",), "synchronous_commit": ("on", "remote_apply"),
              "full_page_writes": ("on",)}
    )  # fmt: skip
    ask = "PRAGMA {}" if connection.dialect.name == "sqlite" else "SHOW {}"
    found = []
    for name, values in wanted.items():
        value = str(connection.exec_driver_sql(ask.format(name)).scalar())
        if value not in values:
            found.append(
                Finding(
                    "not-durable",
                    "error",
                    f"{name} is {value}: what is acknowledged may be lost",
                    f"set {name} to {values[0]}",
                    table=place,
                )
            )
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        found += [
            Finding("damaged", "error", row, "restore the newest backup", table=place)
            for row in rows
            if row != "ok"
        ]
    return found
