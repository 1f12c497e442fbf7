"""Ids are permanent text; engines work with a 64-bit key of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt


def key_of(text: str) -> int:
    """The 64-bit key of an id: the first eight bytes of its BLAKE2b digest, little endian."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def keys_of(ids: Iterable[str]) -> npt.NDArray[np.uint64]:
    """`key_of` for each id, shape (n,)."""
    digests = b"".join(hashlib.blake2b(i.encode(), digest_size=8).digest() for i in ids)
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)
