"""Folders and files that are either whole or not there.

A folder is made beside its target under the name ``.NAME.partial-XXXX`` and locked while it is
made. What a killed process left there is swept away when the same target is written again.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from rencity.kit.errors import StorageError

_MENDS = {
    errno.ENOSPC: "free space on this disk or choose another place",
    errno.EDQUOT: "raise the quota or choose another place",
    errno.EFBIG: "raise the limit on file size (ulimit -f) or choose another place",
    errno.EACCES: "give write permission or choose another place",
    errno.EPERM: "give write permission or choose another place",
    errno.EROFS: "choose a place that can be written",
    errno.ENOTDIR: "a file stands where a folder must be; choose another place",
    errno.EEXIST: "a file stands where a folder must be; choose another place",
    errno.ENAMETOOLONG: "choose a shorter name",
}
_EXCHANGE, _HERE = 2, -100
"""RENAME_EXCHANGE and AT_FDCWD of Linux."""


def storage_error(exc: OSError, place: Path) -> StorageError:
    """An operating-system fault in words a user can act on."""
    code = exc.errno or _told(exc)
    mend = _MENDS.get(code, "check the disk, the path and its permissions")
    what = os.strerror(code) if code else exc.strerror or str(exc)
    return StorageError(what, place=str(exc.filename or place), mend=mend)


def _told(exc: OSError) -> int:
    """The fault's number where a library only writes it into its message."""
    found = re.search(r"errno\s*=?\s*(\d+)", str(exc))
    return int(found[1]) if found else 0


@contextlib.contextmanager
def staged_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its name on success and vanishes on failure.

    An interrupt, an error or a full disk leaves `target` exactly as it was. With `replace`, an
    existing `target` is swapped out only once the new folder is complete and flushed.

    Raises
    ------
    StorageError : the target exists and `replace` is false, it is no folder, or the disk refused
        a write
    """
    asked, target = Path(target), Path(target).resolve()
    if not replace:
        _refuse_existing(target, asked)
    if target.exists() and not target.is_dir():
        raise StorageError("not a folder", place=str(asked), mend="choose another name")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        with _stage(target) as stage:
            yield stage
            _flush(stage)
            if not replace:
                _refuse_existing(target, asked)  # another process may have come first
            _swap(stage, target)
    except OSError as exc:
        raise storage_error(exc, asked) from exc


def _refuse_existing(target: Path, asked: Path) -> None:
    if target.exists():
        raise StorageError(
            "the folder exists", place=str(asked), mend="choose another name or remove it first"
        )


@contextlib.contextmanager
def _stage(target: Path) -> Iterator[Path]:
    """A new locked folder beside the target, gone at the end whatever it holds then."""
    stage, lock = _locked_folder(target)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        os.close(lock)


def _locked_folder(target: Path) -> tuple[Path, int]:
    while True:  # a sweeping process may take a folder before it is locked
        stage = Path(tempfile.mkdtemp(prefix=_partial(target), dir=target.parent))
        lock = _lock(stage, or_open=True)
        if lock is not None:
            return stage, lock


def _partial(target: Path) -> str:
    return f".{target.name}.partial-"


def _sweep(target: Path) -> None:
    """Remove what killed processes left of this target."""
    with contextlib.suppress(OSError):  # what cannot be listed or removed does no harm
        left = [p for p in target.parent.iterdir() if p.name.startswith(_partial(target))]
        for path in left:
            lock = _lock(path, or_open=False)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _lock(folder: Path, *, or_open: bool) -> int | None:
    """Open a folder and lock it until it is closed or the process dies.

    Returns
    -------
    None where another process holds it or took it away; where the disk knows no locks, the handle
    without a lock if `or_open`, else None
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mine = folder.exists()
    except BlockingIOError:
        mine = False
    except OSError:
        mine = or_open
    if mine:
        return handle
    os.close(handle)
    return None


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole: readers see the old content or the new, never a part.

    Raises
    ------
    StorageError : the disk refused the write
    """
    with staged_file(path) as file:
        file.write(data)


@contextlib.contextmanager
def staged_file(path: Path) -> Iterator[IO[bytes]]:
    """Yield an open file that takes the place of `path` on success and vanishes on failure.

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
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except OSError as exc:
        raise storage_error(exc, path) from exc
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def refuse_folder(folder: Path, mark: str, *, replace: bool) -> None:
    """Say before the work that its answer could not be written there.

    Parameters
    ----------
    mark : file by which a folder is known as an answer of this sort

    Raises
    ------
    StorageError : something is there and `replace` is false, or it is something else
    """
    if not folder.exists():
        return
    if not replace:
        raise StorageError(
            "the folder exists", place=str(folder), mend="give --replace or another --out"
        )
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / mark).exists()):
        raise StorageError(
            f"what is there holds no {mark}, so it is not replaced",
            place=str(folder),
            mend="choose another name",
        )


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold a folder for this process until the end of the block or of the process.

    Raises
    ------
    StorageError : another process holds it
    """
    lock = _lock(folder, or_open=True)
    if lock is None:
        raise StorageError(
            "another command is writing there",
            place=str(folder),
            mend="wait until it has ended, or give another --out",
        )
    try:
        yield
    finally:
        os.close(lock)


def _flush(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if path.is_file() or path.is_dir():
            sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, outlast the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(stage: Path, target: Path) -> None:
    if not target.exists():
        stage.rename(target)
    elif not _exchange(stage, target):
        _step_aside(stage, target)
    sync(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; false where the system or the disk cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (OSError, AttributeError):
        return False
    paths = os.fsencode(one), os.fsencode(other)
    return rename(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) == 0


def _step_aside(stage: Path, target: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old-", dir=target.parent))
    try:
        target.rename(old / "it")
        stage.rename(target)
    except BaseException:  # an interrupt, too, must bring the old folder back
        if not target.exists():
            (old / "it").rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
