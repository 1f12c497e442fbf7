"""Every chain recomputed, digest by digest, up to the heads that roots signed.

A million entries pass here, so rows are read as they are kept and never made into objects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.db.columns import as_kept
from rencity.journal.chain import COVERED, digested, seal, stream_of
from rencity.journal.roots import Root
from rencity.journal.store import entries
from rencity.kit.crypto import named_digest, suite_in
from rencity.kit.errors import ProofError

ROWS = 5_000
_READ = (*COVERED, "personal", "salt", "digest")


class Account(Protocol):
    """Where what was seen is counted and what is wrong is noted."""

    entries: int
    streams: int
    erased: int
    after_root: int

    def fault(self, rule: str, what: str, *ids: str) -> None:
        """Note one fault."""


def prove_chains(connection: Connection, account: Account, proved: Sequence[Root]) -> None:
    """Recompute every digest; each root's heads must be met on the way."""
    heads = _Heads(proved)
    for stream, rows in _streams(connection):
        account.streams += 1
        _prove(stream, rows, account, heads)
    for (stream, seq), signed in sorted(heads.expected.items()):
        what = f"stream {stream}: entry {seq}, which root {signed[0][1]} signed, is gone"
        account.fault("entries-cut", what, str(stream))


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


def _streams(connection: Connection) -> Iterator[tuple[Any, Iterator[Sequence[Any]]]]:
    """Each stream with its rows in order; the rows of one are read before the next."""
    streams = connection.execute(sa.select(entries.c.stream).distinct()).scalars().all()
    columns = [as_kept(entries.c[name], connection.dialect.name) for name in _READ]
    query = sa.select(*columns).order_by(entries.c.seq).execution_options(yield_per=ROWS)
    for stream in sorted(streams, key=str):
        rows = connection.execute(query.where(entries.c.stream == stream))
        yield stream, (row for part in rows.partitions() for row in part)


def _prove(stream: Any, rows: Iterator[Sequence[Any]], account: Account, heads: _Heads) -> None:
    before, at_before, digest_before = 0, "", ""
    hidden: dict[tuple[str, str], str] = {}
    covered = heads.covered.get(stream, 0)
    for row in rows:
        *fields, personal, salt, digest = row
        _, seq, at, _, verb, kind, subject, _, _, _, _, sealed = fields
        account.entries += 1
        at = str(at)
        if seq != before + 1:
            what = f"stream {stream}: no entry {before + 1} stands before entry {seq}"
            account.fault("entry-missing", what, str(stream))
        elif fault := _digest_fault(digest_before, fields, digest):
            account.fault("entry-changed", f"{_named(row)} {fault}", str(subject))
        if at < at_before:
            account.fault("time-back", f"{_named(row)} is older than the entry before it")
        if stream_of(kind, subject) != stream:
            account.fault("entry-astray", f"{_named(row)} belongs to another stream", str(subject))
        if personal is not None:
            _prove_words(row, sealed, personal, salt, account)
        elif sealed:
            account.erased += 1
            hidden.setdefault((kind, subject), _named(row))
        if verb == "erase":
            hidden.pop((kind, subject), None)
        before = seq if isinstance(seq, int) else before + 1
        at_before, digest_before = at, digest
        account.after_root += before > covered
        if (stream, seq) in heads.expected:
            _meet(row, digest, heads.expected.pop((stream, seq)), account)
    for (_, subject), named in hidden.items():
        what = f"{named}: what is personal is gone, and no erasure is told"
        account.fault("personal-lost", what, subject)


def _digest_fault(before: str, fields: Sequence[Any], digest: Any) -> str:
    try:
        same = named_digest(digested(before, fields), suite_in(digest)) == digest
    except ProofError as exc:
        return f"cannot be proved: {exc}"
    except (AttributeError, UnicodeEncodeError):
        same = False
    return "" if same else "is not what was written"


def _prove_words(
    row: Sequence[Any], sealed: Any, personal: Any, salt: Any, account: Account
) -> None:
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
