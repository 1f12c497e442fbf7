"""Every chain recomputed, digest by digest, up to the heads that roots signed.

A million entries pass here, so rows are read as they are kept and never made into objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.db.columns import as_kept
from rencity.journal.chain import COVERED, STREAMS, digested, seal, stream_of
from rencity.journal.roots import Root
from rencity.journal.store import entries
from rencity.kit.crypto import named_digest, suite_in
from rencity.kit.errors import ProofError

ROWS = 5_000
_READ = (*COVERED, "personal", "salt", "digest")
_COVERED = len(COVERED)


class Account(Protocol):
    """Where what was seen is counted and what is wrong is noted."""

    entries: int
    streams: int
    erased: int
    after_root: int

    def fault(self, rule: str, what: str, *ids: str) -> None:
        """Note one fault."""


def prove_chains(connection: Connection, account: Account, proved: Sequence[Root]) -> None:
    """Recompute every digest; each root's heads must be met on the way.

    Entries are read in the order in which they were written, which is that of each stream as well:
    the ids of a stream rise with its places, for both are given out under its lock.
    """
    heads = _Heads(proved)
    streams = {number: _Stream(heads.covered.get(number, 0)) for number in range(STREAMS)}
    hidden: dict[tuple[str, str], str] = {}
    for row in _rows(connection):
        number, seq, _, _, verb, kind, subject, *_, sealed, personal, salt, digest = row
        account.entries += 1
        stream = streams.get(number)
        if stream is None:
            stream = streams[number] = _Stream(0)
        _prove(row, stream, account)
        if sealed or personal is not None:
            _prove_words(row, sealed, personal, salt, account)
            if personal is None:
                account.erased += 1
                hidden.setdefault((kind, subject), _named(row))
        if verb == "erase":
            hidden.pop((kind, subject), "")
        if (number, seq) in heads.expected:
            _meet(row, digest, heads.expected.pop((number, seq)), account)
    account.streams = sum(stream.seq > 0 for stream in streams.values())
    account.after_root = sum(max(0, each.seq - each.covered) for each in streams.values())
    for (lost, seq), signed in sorted(heads.expected.items()):
        what = f"stream {lost}: entry {seq}, which root {signed[0][1]} signed, is gone"
        account.fault("entries-cut", what, str(lost))
    for (_, subject), named in hidden.items():
        what = f"{named}: what is personal is gone, and no erasure is told"
        account.fault("personal-lost", what, subject)


class _Heads:
    """What roots say of the streams: (stream, seq) -> digests signed there, by which root."""

    def __init__(self, proved: Sequence[Root]) -> None:
        self.expected: dict[tuple[int, int], list[tuple[str, int]]] = {}
        self.covered: dict[int, int] = {}
        for root in proved:
            for name, (last, signed) in root.heads.items():
                stream = int(name)
                self.expected.setdefault((stream, last), []).append((signed, root.number))
                self.covered[stream] = max(self.covered.get(stream, 0), last)


class _Stream:
    """How far a stream is proved: the last entry's place, instant and digest."""

    __slots__ = ("at", "covered", "digest", "seq")

    def __init__(self, covered: int) -> None:
        self.seq, self.at, self.digest, self.covered = 0, "", "", covered


def _rows(connection: Connection) -> Iterator[Sequence[Any]]:
    columns = [as_kept(entries.c[name], connection.dialect.name) for name in _READ]
    query = sa.select(*columns).order_by(entries.c.id).execution_options(yield_per=ROWS)
    for part in connection.execute(query).partitions():
        yield from part


def _prove(row: Sequence[Any], stream: _Stream, account: Account) -> None:
    number, seq, at, _, _, kind, subject, *_, digest = row
    if seq != stream.seq + 1:
        what = f"stream {number}: no entry {stream.seq + 1} stands before entry {seq}"
        account.fault("entry-missing", what, str(number))
    elif fault := _digest_fault(stream.digest, row[:_COVERED], digest):
        account.fault("entry-changed", f"{_named(row)} {fault}", str(subject))
    if str(at) < stream.at:
        account.fault("time-back", f"{_named(row)} is older than the entry before it")
    if stream_of(kind, subject) != number:
        account.fault("entry-astray", f"{_named(row)} belongs to another stream", str(subject))
    stream.seq = seq if isinstance(seq, int) else stream.seq + 1
    stream.at, stream.digest = str(at), digest


def _digest_fault(before: str, fields: Sequence[Any], digest: Any) -> str:
    try:
        same = named_digest(digested(before, fields), suite_in(digest)) == digest
    except ProofError as exc:
        return f"cannot be proved: {exc}"
    except (AttributeError, TypeError, UnicodeEncodeError):
        same = False
    return "" if same else "is not what was written"


def _prove_words(
    row: Sequence[Any], sealed: Any, personal: Any, salt: Any, account: Account
) -> None:
    if personal is None:
        return
    try:
        same = bool(salt) and bool(sealed) and seal(personal, salt, suite_in(sealed)) == sealed
    except (ProofError, AttributeError):
        same = False
    if not same:
        what = f"{_named(row)}: what is personal was changed"
        account.fault("personal-changed", what, str(row[6]))


def _meet(
    row: Sequence[Any], digest: Any, signed: Sequence[tuple[str, int]], account: Account
) -> None:
    for head, number in signed:
        if head != digest:
            what = f"{_named(row)} is not the one that root {number} signed"
            account.fault("root-broken", what, str(row[6]))


def _named(row: Sequence[Any]) -> str:
    stream, seq, _, _, verb, kind, subject, *_ = row
    return f"stream {stream} entry {seq} ({verb} {kind}/{subject})"
