"""A backup taken while the server runs.

The database is read in one snapshot; the files that its records name are written once and never
changed, so they can be copied afterwards, and the server clears none of them meanwhile. Where one
was removed all the same, the snapshot is taken anew, and what is copied already stays. Most is
copied ahead, so that little can go meanwhile.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import rencity
from rencity import house
from rencity.backup import proof
from rencity.backup.dumping import dump
from rencity.backup.keeping import Named, files_under, keep, named_by
from rencity.backup.manifest import MANIFEST, SIGNATURE, TABLES, File, Manifest, Table
from rencity.db.store import Store
from rencity.journal.roots import newest_root, sign_root
from rencity.journal.store import roots
from rencity.journal.verifying import verify
from rencity.kit.crypto import Signer
from rencity.kit.errors import StorageError
from rencity.kit.files import staged_folder
from rencity.registry.places import Places

TRIES = 20
"""Snapshots begun while records are removed under our hands; one that is given up costs little."""


@dataclass(frozen=True)
class _Snapshot:
    manifest: Manifest
    named: list[Named]
    lost: list[Named]


@dataclass
class _Copied:
    """Files that lie in the backup already, by their path."""

    files: dict[Path, list[File]] = field(default_factory=dict)


def back_up(
    store: Store, places: Places, out: Path, signer: Signer, *, lacking: bool = False
) -> tuple[Manifest, str]:
    """Make a backup in a new folder, which is whole or not there; its manifest and its digest.

    Parameters
    ----------
    lacking : go on where a file that a record names is gone, and say so in the manifest

    Raises
    ------
    StorageError : the folder stands, the disk refused it, a file is gone
    UnreachableError : the database does not answer
    """
    house.schema().require(store)
    sign_root(store, signer)
    with places.kept(), staged_folder(out) as stage:
        (stage / TABLES).mkdir(mode=0o700)
        copied = _Copied()
        with store.reading() as connection:
            ahead = named_by(connection, places)
        _copy_named(ahead, places, stage, copied)  # so that little is left to copy in a snapshot
        for _ in range(TRIES):
            snapshot = _snapshot(store, places, signer, stage, copied)
            if snapshot is not None:
                break
        else:
            raise StorageError(
                f"records were removed during each of {TRIES} snapshots",
                place=str(places.folder),
                mend="try again when fewer are removed",
            )
        if snapshot.lost and not lacking:
            raise _lost(snapshot.lost)
        wanted = {each.path for each in snapshot.named}
        _drop(stage, places, copied, wanted)
        manifest = snapshot.manifest.model_copy(
            update={
                "files": _sorted([*_flat(copied, wanted), *_copy_sites_own(places, stage)]),
                "lacking": tuple(sorted({_below(one.path, places) for one in snapshot.lost})),
            }
        )
        data = manifest.as_bytes()
        signature = proof.signed(data, signer)
        (stage / MANIFEST).write_bytes(data)
        (stage / SIGNATURE).write_text(signature.model_dump_json(indent=1) + "\n")
        for path in stage.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
    return manifest, proof.digest_of(data, signer.suite)


def _snapshot(
    store: Store, places: Places, signer: Signer, stage: Path, copied: _Copied
) -> _Snapshot | None:
    """One snapshot with its files; none where a record was removed before its files were copied."""
    at = store.now()
    with store.reading() as connection:
        if not store.embedded:  # the snapshot stays, however long a file takes
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        named = named_by(connection, places)
        gone = _copy_named(named, places, stage, copied)
        lost = _still_named(store, places, gone)
        if len(lost) < len(gone):
            return None
        tables = _dump_all(connection, stage)
        root = newest_root(connection)
        keys = connection.execute(sa.select(roots.c.key).distinct()).scalars().all()
        verdict = verify(connection, house.RECORDS, keys={*keys, signer.key})
    manifest = Manifest(
        rencity=rencity.__version__,
        at=at,
        database=store.engine.dialect.name,
        heads=tuple(sorted(house.schema().heads)),
        root=None if root is None else (root.number, root.digest),
        keys=tuple(sorted({*keys, signer.key})),
        findings=len(verdict.findings) + verdict.more,
        tables=tables,
        files=(),
    )
    return _Snapshot(manifest, named, lost)


def _dump_all(connection: Connection, stage: Path) -> tuple[Table, ...]:
    return tuple(
        dump(connection, table, stage / TABLES / f"{table.name}.jsonl.gz")
        for table in house.schema().all_tables()
    )


def _copy_named(
    named: Sequence[Named], places: Places, stage: Path, copied: _Copied
) -> list[Named]:
    """Copy what is not copied yet; what is gone."""
    gone = []
    for one in named:
        if one.path in copied.files:
            continue
        try:
            copied.files[one.path] = [
                keep(path, places.folder, stage) for path in files_under(one.path)
            ]
        except FileNotFoundError:
            _forget(stage, places, one.path)
            gone.append(one)
    return gone


def _still_named(store: Store, places: Places, gone: Sequence[Named]) -> list[Named]:
    """Of what is gone, what a record names even now: lost, and not removed."""
    if not gone:
        return []
    with store.reading() as connection:
        now = set(named_by(connection, places))
    return [one for one in gone if one in now]


def _copy_sites_own(places: Places, stage: Path) -> list[File]:
    """Packs and reports, which no record names: as they are at this moment."""
    kept = []
    for top in (places.packs, places.reports):
        with suppress(FileNotFoundError):  # no such folder
            for path in files_under(top):
                with suppress(FileNotFoundError):  # removed since it was listed
                    kept.append(keep(path, places.folder, stage))
    return kept


def _drop(stage: Path, places: Places, copied: _Copied, wanted: set[Path]) -> None:
    """Forget what was copied for an earlier snapshot and is named no longer."""
    for path in set(copied.files) - wanted:
        _forget(stage, places, path)


def _forget(stage: Path, places: Places, path: Path) -> None:
    there = stage / _below(path, places)
    if there.is_dir():
        shutil.rmtree(there)
    else:
        there.unlink(missing_ok=True)


def _flat(copied: _Copied, wanted: set[Path]) -> Iterable[File]:
    return (file for path in wanted for file in copied.files.get(path, ()))


def _sorted(files: Iterable[File]) -> tuple[File, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


def _below(path: Path, places: Places) -> str:
    return path.relative_to(places.folder).as_posix()


def _lost(lost: Sequence[Named]) -> StorageError:
    said = ", ".join(f"{one.path} ({one.record})" for one in lost[:5])
    more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
    return StorageError(
        f"gone, though records name it: {said}{more}",
        place=str(lost[0].path),
        mend="put it back from an older backup, or give --allow-missing to go on without it",
    )
