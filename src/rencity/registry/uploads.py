"""Files that were handed in: kept once by their digest, never changed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from rencity.db.store import Transaction
from rencity.journal.records import Row
from rencity.kit.errors import RequestError
from rencity.kit.files import storage_error, sync
from rencity.kit.ids import new_id
from rencity.registry.places import Places
from rencity.registry.store import uploads

MOST_BYTES = 20_000_000_000


class Incoming:
    """A file on its way in: written aside, and in its place once it is whole.

    Raises
    ------
    StorageError : the disk refused it
    RequestError : it is larger than `most`
    """

    def __init__(self, places: Places, most: int = MOST_BYTES) -> None:
        self._places, self._most = places, most
        self._path = places.uploads / f".incoming-{secrets.token_hex(8)}"
        self._digest = hashlib.sha256()
        self.bytes = 0
        try:
            self._file = self._path.open("xb")
        except OSError as exc:
            raise storage_error(exc, self._path) from exc

    @property
    def sha256(self) -> str:
        """Digest of what has come so far."""
        return self._digest.hexdigest()

    def take(self, part: bytes) -> None:
        """Write the next part."""
        self.bytes += len(part)
        if self.bytes > self._most:
            raise RequestError(
                f"larger than {self._most:,} bytes", place="body", mend="hand it in in parts"
            )
        self._digest.update(part)
        try:
            self._file.write(part)
        except OSError as exc:
            raise storage_error(exc, self._path) from exc

    def keep(self) -> None:
        """Make it durable in its place; the same file again is the same file."""
        target = self._places.upload(self.sha256)
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.replace(target)
            sync(target.parent)
        except OSError as exc:
            raise storage_error(exc, target) from exc

    def drop(self) -> None:
        """Forget it, where it was not kept."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def enter(tx: Transaction, name: str, incoming: Incoming) -> Row:
    """Keep a whole file and make its record."""
    tx.hold(f"upload {incoming.sha256}")
    incoming.keep()
    said = {"name": name, "bytes": incoming.bytes, "sha256": incoming.sha256, "at": tx.at}
    return uploads.create(tx, new_id(), said)


def parts_of(path: Path, size: int = 1 << 20) -> Iterator[bytes]:
    """A file's bytes in parts."""
    with path.open("rb") as file:
        while part := file.read(size):
            yield part
