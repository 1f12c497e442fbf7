"""A server made from a backup: staged, proved, and only then put in its place."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity import house
from rencity.backup import proof, targets
from rencity.backup.dumping import load
from rencity.backup.keys import lay_keys, read_keys, signer_among
from rencity.backup.manifest import MEND, File, Manifest, Table
from rencity.db.store import store_of
from rencity.journal.roots import Root
from rencity.journal.verifying import Verdict, verify
from rencity.kit.errors import ProofError, StorageError
from rencity.kit.files import staged_folder
from rencity.kit.findings import Finding
from rencity.registry.places import Places

EMBEDDED = "rencity.db"


@dataclass(frozen=True)
class Known:
    """What was kept elsewhere and proves that a backup is the one that is meant.

    Attributes
    ----------
    digest : of the manifest
    root : a signed root of the journal
    keys : file with the keys of the server; they are laid into the new data folder
    """

    digest: str | None = None
    root: Root | None = None
    keys: Path | None = None


@dataclass(frozen=True)
class Restored:
    """What was restored and how it was proved.

    Attributes
    ----------
    digest, key : of the manifest; id of the key that signed it
    verdict : of the journal and the records in the new database
    """

    manifest: Manifest
    digest: str
    key: str
    verdict: Verdict


def restore(
    folder: Path,
    data: Path,
    database: str | None = None,
    *,
    known: Known | None = None,
    despite: bool = False,
) -> Restored:
    """Make a data folder and a database from a backup; nothing is left where it fails.

    Parameters
    ----------
    data : new or empty
    database : as `rencity.db.store_of` takes it; None: the embedded one in `data`
    despite : go on where the journal had faults already when the backup was taken

    Raises
    ------
    ProofError : the backup, or what was restored from it, does not prove itself
    StorageError : a place is taken, the disk refused it, or the backup is of a newer Rencity
    UnreachableError : the database does not answer
    """
    known = known or Known()
    keys = read_keys(known.keys) if known.keys else {}
    wanted = signer_among(keys, known.keys).key if known.keys else None
    manifest, digest, key = proof.opened(folder, digest=known.digest, key=wanted)
    _refuse_taken(data)
    with _places(data, database) as (stage, connection):
        for file in manifest.files:
            _take(folder, file, stage / file.path)
        if keys:
            lay_keys(keys, Places(stage))
        Places(stage).make()
        _fill(connection, folder, manifest, stage)
        verdict = _proved(connection, folder, manifest, known.root, despite=despite)
    return Restored(manifest, digest, key, verdict)


@contextlib.contextmanager
def _places(data: Path, database: str | None) -> Iterator[tuple[Path, Connection]]:
    """A folder and a database in the making, which take their places together."""
    if database is None:
        with (
            staged_folder(data, replace=data.exists()) as stage,
            targets.new_file(stage / EMBEDDED) as connection,
        ):
            yield stage, connection
        return
    store = store_of(database, data)
    placed = False
    try:
        with targets.new_database(store) as connection:
            with staged_folder(data, replace=data.exists()) as stage:
                yield stage, connection
            placed = True
    except BaseException:
        if placed:  # the database did not keep its part
            shutil.rmtree(data, ignore_errors=True)
        raise
    finally:
        store.close()


def _refuse_taken(data: Path) -> None:
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise StorageError(
            "holds something already", place=str(data), mend="give --data a new folder"
        )


def _take(folder: Path, file: File | Table, target: Path) -> None:
    """Copy a file out of a backup, and prove it on the way."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as out:
        proof.read(folder, file, out.write)


def _fill(connection: Connection, folder: Path, manifest: Manifest, stage: Path) -> None:
    """Make the tables as they were, read their rows, then bring them to what the code knows."""
    schema = house.schema()
    before = set(sa.inspect(connection).get_table_names())
    schema.upgrade_in(connection, str(folder), to=manifest.heads)
    made = set(sa.inspect(connection).get_table_names()) - before - {"alembic_version"}
    if made != {table.name for table in manifest.tables}:
        odd = made ^ {table.name for table in manifest.tables}
        raise ProofError(
            f"the tables {', '.join(sorted(odd))} are not those of its revisions",
            place=str(folder),
            mend=MEND,
        )
    rows = stage / ".rows"
    for table in manifest.tables:
        _take(folder, table, rows)
        load(connection, table, rows, str(folder / table.file))
        rows.unlink()
    schema.upgrade_in(connection, str(folder))


def _proved(
    connection: Connection, folder: Path, manifest: Manifest, kept: Root | None, *, despite: bool
) -> Verdict:
    verdict = verify(connection, house.RECORDS, kept=kept, keys=manifest.keys)
    if verdict.root != manifest.root:
        raise ProofError(
            f"its newest root is {verdict.root}, not {manifest.root}",
            place=str(folder),
            mend=MEND,
        )
    found: list[Finding] = [] if despite else list(verdict.findings)
    found += house.schema().findings_in(connection, "the restored database")
    found += [one for one in verdict.findings if one.rule == "root-replaced" and despite]
    if found:
        raise ProofError(
            f"what was restored has {len(found)} faults; the first: {found[0]}",
            place=str(folder),
            mend="restore another backup; faults that the journal had before: --despite-findings",
        )
    return verdict
