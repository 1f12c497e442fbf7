"""How an entry is bound to the one before it.

An entry's digest covers the digest before it in its stream and every field of the entry; of what
is personal it covers the salted digest only, so the words can be erased and the chain still holds.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rencity.kit.canonical import instant_text
from rencity.kit.crypto import in_force, named_digest

STREAMS = 64
"""Chains; writers of different ones do not wait for each other, a root names the head of each."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of state.

    Attributes
    ----------
    stream, seq : chain, and place in it from 1
    at : instant, never before that of the entry before it in its stream
    who, why, request : who asked, the reason given, the id of the request
    verb, kind, subject, version : what was done to which record, and its version after
    changed : JSON text ``{"after": {...}, "before": {...}}`` of the fields that changed; with
        ``"personal": [...]``, names of those whose values stand in `personal`
    sealed : salted digest of `personal`; empty where nothing is personal
    personal, salt : what is personal, as `changed`; none where it was erased
    digest : of all this and of the digest before it; names its suite, see `kit.crypto.suite_in`
    """

    stream: int
    seq: int
    at: datetime
    who: str
    verb: str
    kind: str
    subject: str
    version: int
    why: str
    request: str
    changed: str
    sealed: str
    personal: str | None
    salt: str | None
    digest: str


def stream_of(kind: str, subject: str) -> int:
    """The chain of a record: all its entries lie in one."""
    return zlib.crc32(f"{kind}\0{subject}".encode()) % STREAMS


COVERED = (
    "stream", "seq", "at", "who", "verb", "kind", "subject", "version", "why", "request",
    "changed", "sealed",
)  # fmt: skip
"""Fields that a digest covers, in order, after the digest before."""


def entry_digest(previous: str, entry: Entry, suite: str | None = None) -> str:
    """The digest that binds an entry to the one before it; `Entry.digest` itself is not read."""
    fields = [getattr(entry, name) for name in COVERED]
    fields[2] = instant_text(entry.at)
    return named_digest(digested(previous, fields), suite or in_force())


def digested(previous: str, fields: Iterable[object]) -> bytes:
    """The bytes that are digested: each field after its length, so none can borrow from another.

    Parameters
    ----------
    fields : values of `COVERED`, the instant as text
    """
    texts = [previous, *map(str, fields)]
    return "".join([f"{len(text)}:{text}" for text in texts]).encode()


def seal(personal: str, salt: str, suite: str | None = None) -> str:
    """The digest that stays when what is personal is erased."""
    return named_digest(f"{salt}:{personal}".encode(), suite or in_force())
