"""Whether a backup is what was made: its signature, its manifest, each of its files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from rencity.backup.manifest import (
    MANIFEST,
    MEND,
    SIGNATURE,
    File,
    Manifest,
    Table,
    manifest_of,
    read_whole,
)
from rencity.kit.crypto import Signer, key_id, named_digest, suite_of
from rencity.kit.errors import ProofError
from rencity.kit.files import storage_error

PART = 1 << 20
Take = Callable[[bytes], object]


class Signature(BaseModel):
    """Who signed the digest of a manifest; key, public half and signature in hexadecimal digits."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    suite: str
    key: str
    public: str
    signature: str


def digest_of(manifest: bytes, suite: str) -> str:
    """The digest of a manifest: what to keep elsewhere, to know the backup again."""
    return named_digest(manifest, suite)


def signed(manifest: bytes, signer: Signer) -> Signature:
    """The signature of a manifest."""
    said = digest_of(manifest, signer.suite).encode()
    return Signature(
        suite=signer.suite, key=signer.key, public=signer.public.hex(),
        signature=signer.sign(said).hex(),
    )  # fmt: skip


def check(
    folder: Path, *, digest: str | None = None, key: str | None = None
) -> tuple[Manifest, str, str]:
    """Prove a backup as it lies there; its manifest, the manifest's digest, the id of its key.

    Parameters
    ----------
    digest : of the manifest, as it was kept elsewhere
    key : id of the key that must have signed

    Raises
    ------
    ProofError : something in it is not what was made; names the file
    """
    manifest, said, signer = opened(folder, digest=digest, key=key)
    for file in manifest.all_files():
        read(folder, file)
    return manifest, said, signer


def opened(
    folder: Path, *, digest: str | None = None, key: str | None = None
) -> tuple[Manifest, str, str]:
    """As `check`, but files are only counted and not read: see `read`."""
    data = read_whole(folder / MANIFEST)
    signature = _signature(folder / SIGNATURE)
    said = _proved(folder, data, signature)
    if digest is not None and digest != said:
        raise ProofError(
            f"is another backup: its digest is {said}",
            place=str(folder / MANIFEST),
            mend="give the backup whose digest was kept",
        )
    if key is not None and key != signature.key:
        raise ProofError(
            f"is signed by the key {signature.key}, not by {key}",
            place=str(folder / SIGNATURE),
            mend="give the backup of this server, or the key that goes with it",
        )
    manifest = manifest_of(data, str(folder / MANIFEST))
    _hold_names(folder, manifest)
    return manifest, said, signature.key


def read(folder: Path, said: File | Table, take: Take = len) -> None:
    """Read a file of a backup part by part.

    Raises
    ------
    ProofError : it is not what the manifest says
    """
    path = folder / (said.file if isinstance(said, Table) else said.path)
    digest, size = hashlib.sha256(), 0
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            while part := file.read(PART):
                digest.update(part)
                size += len(part)
                if size > said.bytes:
                    break
                take(part)
    except OSError as exc:
        raise storage_error(exc, path) from exc
    if (size, digest.hexdigest()) != (said.bytes, said.sha256):
        raise ProofError("was changed since the backup was made", place=str(path), mend=MEND)


def _signature(path: Path) -> Signature:
    try:
        return Signature.model_validate_json(read_whole(path))
    except ValidationError as exc:
        raise ProofError("holds no signature", place=str(path), mend=MEND) from exc


def _proved(folder: Path, data: bytes, signature: Signature) -> str:
    """The digest of a manifest that its signature fits."""
    said = digest_of(data, signature.suite)
    try:
        public, sign = bytes.fromhex(signature.public), bytes.fromhex(signature.signature)
        named = key_id(signature.suite, public) == signature.key
        good = named and suite_of(signature.suite).verify(public, sign, said.encode())
    except ValueError:
        good = False
    if not good:
        raise ProofError(
            f"was changed: the signature by the key {signature.key:.16} does not fit it",
            place=str(folder / MANIFEST),
            mend=MEND,
        )
    return said


def _hold_names(folder: Path, manifest: Manifest) -> None:
    """Every file that lies there is named, every file named lies there, with its size."""
    sizes: dict[str, int | None] = dict.fromkeys((MANIFEST, SIGNATURE))
    sizes |= {file.path: file.bytes for file in manifest.files}
    sizes |= {table.file: table.bytes for table in manifest.tables}
    for path, entry in _entries(folder):
        name = path.relative_to(folder).as_posix()
        if name not in sizes:
            raise ProofError("is not in the manifest", place=str(path), mend=MEND)
        if not stat.S_ISREG(entry.st_mode):
            raise ProofError("is a link or no file", place=str(path), mend=MEND)
        size = sizes.pop(name)
        if size is not None and size != entry.st_size:
            raise ProofError(f"has {entry.st_size} bytes, not {size}", place=str(path), mend=MEND)
    if sizes:
        absent = min(sizes)
        raise ProofError("is absent", place=str(folder / absent), mend=MEND)


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything below a folder but the folders, links as such."""
    try:
        with os.scandir(folder) as found:
            for entry in sorted(found, key=lambda one: one.name):
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    yield from _entries(path)
                else:
                    yield path, entry.stat(follow_symlinks=False)
    except OSError as exc:
        raise storage_error(exc, folder) from exc
