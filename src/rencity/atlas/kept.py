"""Answers about a version that are kept beside it: it never changes, so neither do they."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rencity
from rencity.kit.errors import StorageError
from rencity.kit.files import write_bytes


def kept(folder: Path, name: str, said: tuple[str, ...], make: Callable[[], Any]) -> Any:
    """An answer as plain values, made when it is first asked for.

    Parameters
    ----------
    folder : of the city
    said : all that shapes the answer, the hash of the city first; this code's version is added
    """
    key = hashlib.sha256("\0".join((rencity.__version__, *said)).encode()).hexdigest()[:24]
    path = folder / ".cache" / f"{name}-{key}.json"
    with contextlib.suppress(OSError, ValueError):  # a broken one is made anew
        return json.loads(path.read_text("utf-8"))
    made = make()
    text = json.dumps(made, ensure_ascii=False, allow_nan=False)
    with contextlib.suppress(StorageError):  # a read-only city answers without keeping
        write_bytes(path, text.encode())
    return json.loads(text)
