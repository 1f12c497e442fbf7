"""What a backup says of itself."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from rencity.kit.errors import ProofError
from rencity.kit.files import storage_error

MANIFEST, SIGNATURE, TABLES = "manifest.json", "manifest.sig", "tables"
KEPT = ("cities", "runs", "uploads", "packs", "reports")
"""Folders of the data folder that a backup holds."""
MOST_BYTES = 1 << 30
MEND = "use an unchanged copy of the backup"


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    climbs = path != "/".join(parts) or any(part.startswith(".") for part in parts)
    if climbs or len(parts) < 2 or parts[0] not in KEPT or "\\" in path or "\0" in path:
        raise ValueError(f"{path!r} leads out of a backup's folders")
    return path


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class File(_Said):
    """A file of the data folder: path below it, bytes, SHA-256."""

    path: Annotated[str, AfterValidator(_inside)]
    bytes: Count
    sha256: Sha256


class Table(_Said):
    """A table: its columns and rows, and the compressed file that holds them.

    Attributes
    ----------
    text_bytes : of the rows before they were compressed; no more is unpacked
    bytes, sha256 : of the compressed file
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    columns: tuple[str, ...]
    rows: Count
    text_bytes: Count
    bytes: Count
    sha256: Sha256

    @property
    def file(self) -> str:
        """Path of its file in the backup."""
        return f"{TABLES}/{self.name}.jsonl.gz"


class Manifest(_Said):
    """All that a backup holds.

    Attributes
    ----------
    at : instant of the snapshot, of the one who took it
    heads : newest revision of each room's tables
    root : number and digest of the newest root of the journal
    keys : ids of the keys that signed roots
    findings : faults of the journal when the backup was taken
    lacking : files that records name and that were gone already
    """

    format: Literal[1] = 1
    rencity: str
    at: Annotated[datetime, Field(strict=False)]
    database: str
    heads: tuple[str, ...]
    root: tuple[int, str] | None
    keys: tuple[str, ...]
    findings: Count
    tables: tuple[Table, ...]
    files: tuple[File, ...]
    lacking: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Manifest:
        paths = [table.file for table in self.tables] + [file.path for file in self.files]
        if len(paths) != len(set(paths)):
            raise ValueError("a file is named twice")
        return self

    def as_bytes(self) -> bytes:
        """The manifest as it is written and signed."""
        return (self.model_dump_json(indent=1) + "\n").encode()

    def all_files(self) -> list[File | Table]:
        """Every file but the manifest and its signature."""
        return [*self.tables, *self.files]


def manifest_of(data: bytes, place: str) -> Manifest:
    """A manifest that was read.

    Raises
    ------
    ProofError : it is none, it is of a newer format, or it names what no backup may hold
    """
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ProofError(
            f"is no manifest of format 1: {where}: {first['msg']}", place=place, mend=MEND
        ) from exc


def read_whole(path: Path) -> bytes:
    """The bytes of a small file of a backup.

    Raises
    ------
    ProofError : it is absent, a link, or larger than any
    StorageError : the disk does not give it
    """
    try:
        if path.is_symlink() or not path.is_file():
            raise ProofError("is absent, so this is no backup", place=str(path), mend=MEND)
        if path.stat().st_size > MOST_BYTES:
            raise ProofError("is larger than any of its kind", place=str(path), mend=MEND)
        return path.read_bytes()
    except OSError as exc:
        raise storage_error(exc, path) from exc
