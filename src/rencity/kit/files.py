"""Folders and files that are either whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rencity.kit.errors import StorageError

_MENDS = {
    errno.ENOSPC: "free space on this disk or choose another place",
    errno.EDQUOT: "raise the quota or choose another place",
    errno.EACCES: "give write permission or choose another place",
    errno.EPERM: "give write permission or choose another place",
    errno.EROFS: "choose a place that can be written",
}


def storage_error(exc: OSError, place: Path) -> StorageError:
    """An operating-system fault in words a user can act on."""
    mend = _MENDS.get(exc.errno or 0, "check the disk, the path and its permissions")
    where = str(exc.filename or place)
    return StorageError(exc.strerror or str(exc), place=where, mend=mend)


@contextlib.contextmanager
def staged_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its name on success and vanishes on failure.

    An interrupt, an error or a full disk leaves `target` exactly as it was. With `replace`, an
    existing `target` is swapped out only once the new folder is complete and flushed.

    Raises
    ------
    StorageError : the target exists and `replace` is false, or the disk refused a write
    """
    target = Path(target)
    if target.exists() and not replace:
        raise StorageError(
            "the folder exists", place=str(target), mend="choose another name or remove it first"
        )
    stage: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
        yield stage
        _flush(stage)
        _swap(stage, target)
    except OSError as exc:
        raise storage_error(exc, target) from exc
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole: readers see the old content or the new, never a part.

    Raises
    ------
    StorageError : the disk refused the write
    """
    path = Path(path)
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.partial-", dir=path.parent)
        part = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as exc:
        raise storage_error(exc, path) from exc
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _flush(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _swap(stage: Path, target: Path) -> None:
    if not target.exists():
        stage.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old-", dir=target.parent))
    target.rename(old / "it")
    try:
        stage.rename(target)
    except OSError:
        (old / "it").rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
