"""Ids are permanent text; engines work with a 64-bit key of it."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
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


_last = 0
_lock = threading.Lock()


def new_id() -> str:
    """A new id of 32 hexadecimal digits, UUID version 7.

    Those of one process sort by their making, also where the clock is set back.
    """
    global _last  # noqa: PLW0603 - the last instant given out, whoever asks
    with _lock:
        _last = max(_last + 1, time.time_ns() // 1_000)
        ticks = _last
    ms, fraction = divmod(ticks, 1_000)
    high = (ms & (1 << 48) - 1) << 16 | 0x7000 | fraction << 2 | secrets.randbits(2)
    low = 0b10 << 62 | secrets.randbits(62)
    return f"{high:016x}{low:016x}"
