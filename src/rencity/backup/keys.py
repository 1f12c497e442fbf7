"""Keys of a server, apart from its backups: in one file for its owner only."""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from rencity.kit.crypto import Signer, signer_in
from rencity.kit.errors import ProofError, StorageError
from rencity.kit.files import storage_error, sync
from rencity.registry.places import Places

KEY = "journal.key"
"""The signing key of the journal."""
_NAME = re.compile(r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$")
Keys = dict[str, bytes]


@contextlib.contextmanager
def write_keys(places: Places, path: Path, *, apart_from: Path) -> Iterator[None]:
    """Write every key of a server into a new file, which goes again where the block fails.

    Raises
    ------
    StorageError : the file stands, lies in the backup, or the disk refused it
    """
    if path.resolve().is_relative_to(apart_from.resolve()):
        raise StorageError(
            "keys do not lie in the backup that they prove",
            place=str(path),
            mend="give --keys a place on another disk",
        )
    keys = {one.name: one.read_bytes() for one in sorted(places.keys.iterdir()) if one.is_file()}
    said = {name: base64.b64encode(data).decode() for name, data in keys.items()}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as exc:
        raise storage_error(exc, path) from exc
    try:
        _write(handle, path, said)
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(handle: int, path: Path, said: dict[str, str]) -> None:
    try:
        with os.fdopen(handle, "w") as file:
            json.dump({"rencity-keys": 1, "keys": said}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        sync(path.resolve().parent)
    except OSError as exc:
        raise storage_error(exc, path) from exc


def read_keys(path: Path) -> Keys:
    """Keys that were kept in a file.

    Raises
    ------
    ProofError : it holds none
    StorageError : it cannot be read
    """
    try:
        said = json.loads(path.read_bytes())
        keys = {n: base64.b64decode(text, validate=True) for n, text in said["keys"].items()}
        good = said["rencity-keys"] == 1 and KEY in keys and all(map(_NAME.match, keys))
    except OSError as exc:
        raise storage_error(exc, path) from exc
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        good, keys = False, {}
    if not good:
        raise ProofError(
            "holds no keys of a server",
            place=str(path),
            mend="give the file that rencity backup make --keys wrote",
        )
    return keys


def signer_among(keys: Keys, path: Path) -> Signer:
    """The journal's signing key among keys that were read.

    Raises
    ------
    ProofError : it is none
    """
    return signer_in(keys[KEY].decode("ascii", "replace"), path)


def lay_keys(keys: Keys, places: Places) -> None:
    """Put keys where a server looks for them, readable by its owner only."""
    places.keys.mkdir(mode=0o700)
    for name, data in keys.items():
        handle = os.open(places.keys / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
