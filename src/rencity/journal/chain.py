"""How an entry is bound to the one before it.

An entry's digest covers the digest before it in its stream and every field of the entry; of what
is personal it covers the salted digest only, so the words can be erased and the chain still holds.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

from rencity.kit.canonical import instant_text
from rencity.kit.crypto import DEFAULT, suite_of

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
    changed : JSON text ``{"after": {...}, "before": {...}}`` of the fields that changed
    sealed : salted digest of `personal`; empty where nothing is personal
    personal, salt : what is personal, as `changed`; none where it was erased
    digest : of all this and of the digest before it
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


def entry_digest(previous: str, entry: Entry, suite: str = DEFAULT) -> str:
    """The digest that binds an entry to the one before it; `Entry.digest` itself is not read."""
    return suite_of(suite).digest(digested(previous, instant_text(entry.at), entry))


def digested(previous: str, at: str, entry: Entry) -> bytes:
    """The bytes that are digested: each field after its length, so none can borrow from another."""
    fields = (
        previous,
        str(entry.stream),
        str(entry.seq),
        at,
        entry.who,
        entry.verb,
        entry.kind,
        entry.subject,
        str(entry.version),
        entry.why,
        entry.request,
        entry.changed,
        entry.sealed,
    )
    return "".join([f"{len(field)}:{field}" for field in fields]).encode()


def seal(personal: str, salt: str, suite: str = DEFAULT) -> str:
    """The digest that stays when what is personal is erased."""
    return suite_of(suite).digest(f"{salt}:{personal}".encode())
