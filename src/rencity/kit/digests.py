"""One digest for nested values: arrays, dataclasses, mappings, sequences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def digest_of(value: object) -> str:
    """SHA-256 over every value inside, types and shapes included; equal values have equal digests.

    Raises
    ------
    TypeError : something inside has no value of its own, such as an open file
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(part)
    return digest.hexdigest()


def _parts(value: object) -> Iterator[bytes | memoryview]:
    if isinstance(value, np.ndarray):
        yield f"array {value.dtype.str} {value.shape} ".encode()
        yield np.ascontiguousarray(value).reshape(-1).view(np.uint8).data
    elif value is None or isinstance(value, (str, bytes, int, float, np.generic)):
        yield f"{type(value).__name__} {value!r} ".encode()
    elif isinstance(value, Mapping):
        yield f"map {len(value)} ".encode()
        for name in sorted(value):
            yield from _parts(name)
            yield from _parts(value[name])
    elif isinstance(value, Sequence):
        yield f"list {len(value)} ".encode()
        for each in value:
            yield from _parts(each)
    elif is_dataclass(value):
        yield f"{type(value).__name__} ".encode()
        for field in fields(value):
            yield from _parts(getattr(value, field.name))
    else:
        yield from _parts(_inside(value))


def _inside(value: object) -> dict[str, Any]:
    try:
        return vars(value)
    except TypeError as exc:
        raise TypeError(f"a {type(value).__name__} has no digest") from exc
