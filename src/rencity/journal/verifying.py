"""Whether the journal proves itself, and the records say what it tells of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.journal.chain import Entry, entry_digest, seal
from rencity.journal.reading import ERASED, folded, walk
from rencity.journal.records import Records
from rencity.journal.roots import Root, own_faults
from rencity.journal.store import entries, roots
from rencity.kit.canonical import canonical
from rencity.kit.findings import Finding

MOST = 100
"""Findings told in full; after so many the rest are counted only."""
_MEND = "restore the newest backup that verifies, and find out who could write to the database"


@dataclass
class Verdict:
    """What was looked at and what was found.

    Attributes
    ----------
    findings : at most `MOST`; `more` counts the others
    root : number and digest of the newest root: the one to keep elsewhere
    after_root : entries that no root covers yet: of these, the last ones could be missing unseen
    """

    entries: int = 0
    streams: int = 0
    roots: int = 0
    records: int = 0
    erased: int = 0
    after_root: int = 0
    root: tuple[int, str] | None = None
    more: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def fault(self, rule: str, what: str, *ids: str) -> None:
        """Note one fault."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(rule, "error", what, _MEND, table="journal", ids=ids))
        else:
            self.more += 1


def verify(
    connection: Connection, kinds: Sequence[Records], *, kept: Root | None = None
) -> Verdict:
    """Prove the journal of one snapshot, and the records against it.

    Parameters
    ----------
    kinds : kinds of record whose tables are held against the journal
    kept : the newest root that was kept elsewhere; without one, whoever holds the database and the
        signing key could have made the whole journal anew
    """
    verdict = Verdict()
    proved = _roots(connection, verdict, kept)
    _chains(connection, verdict, proved)
    for kind in kinds:
        _records(connection, verdict, kind)
    return verdict


def _roots(connection: Connection, verdict: Verdict, kept: Root | None) -> list[Root]:
    found: list[Root] = []
    for row in connection.execute(sa.select(roots).order_by(roots.c.number)):
        root = Root(**row._mapping)
        before = found[-1] if found else None
        for fault in own_faults(root):
            verdict.fault("root-forged", fault, str(root.number))
        if root.number != (before.number + 1 if before else 1):
            verdict.fault("root-missing", f"no root stands before root {root.number}")
        elif root.previous != (before.digest if before else ""):
            verdict.fault("root-apart", f"root {root.number} does not follow the one before it")
        found.append(root)
    verdict.roots = len(found)
    if found:
        verdict.root = (found[-1].number, found[-1].digest)
    if kept is not None:
        same = any(root.number == kept.number and root.digest == kept.digest for root in found)
        if not same:
            what = f"the kept root {kept.number} is not among the roots here: history was replaced"
            verdict.fault("root-replaced", what, str(kept.number))
            return [*found, kept]
    return found


def _chains(connection: Connection, verdict: Verdict, proved: Sequence[Root]) -> None:
    """Recompute every digest; each root's heads must be met on the way."""
    expected: dict[tuple[int, int], list[tuple[str, int]]] = {}
    covered: dict[int, int] = {}
    for root in proved:
        for name, (last, signed) in root.heads.items():
            expected.setdefault((int(name), last), []).append((signed, root.number))
            covered[int(name)] = max(covered.get(int(name), 0), last)
    stream, seq, at = -1, 0, datetime.min
    digest = ""
    for entry in walk(connection):
        if entry.stream != stream:
            stream, seq, digest = entry.stream, 0, ""
            verdict.streams += 1
        elif entry.at < at:
            verdict.fault("time-back", f"{_named(entry)} is older than the entry before it")
        at = entry.at
        if entry.seq != seq + 1:
            verdict.fault(
                "entry-missing", f"stream {stream}: no entry {seq + 1} stands", str(stream)
            )
        elif entry_digest(digest, entry) != entry.digest:
            verdict.fault(
                "entry-changed", f"{_named(entry)} is not what was written", entry.subject
            )
        _personal(entry, verdict)
        seq, digest = entry.seq, entry.digest
        verdict.entries += 1
        verdict.after_root += seq > covered.get(stream, 0)
        for head, number in expected.pop((stream, seq), ()):
            if head != digest:
                what = f"{_named(entry)} is not the one that root {number} signed"
                verdict.fault("root-broken", what, entry.subject)
    for (lost, at_seq), heads in sorted(expected.items()):
        what = f"stream {lost}: entry {at_seq}, which root {heads[0][1]} signed, is gone"
        verdict.fault("entries-cut", what, str(lost))


def _personal(entry: Entry, verdict: Verdict) -> None:
    if entry.personal is None:
        verdict.erased += bool(entry.sealed)
    elif not entry.salt or seal(entry.personal, entry.salt) != entry.sealed:
        verdict.fault(
            "personal-changed", f"{_named(entry)}: what is personal was changed", entry.subject
        )


def _named(entry: Entry) -> str:
    return f"stream {entry.stream} entry {entry.seq} ({entry.verb} {entry.kind}/{entry.subject})"


def _records(connection: Connection, verdict: Verdict, kind: Records) -> None:
    told = {subject: state for subject, state in _told(connection, kind.kind) if state is not None}
    for row in connection.execute(sa.select(kind.table).execution_options(yield_per=5000)):
        verdict.records += 1
        state = told.pop(row.id, None)
        if state is None:
            what = f"{kind.kind}/{row.id} stands in the database and the journal tells of none"
            verdict.fault("record-untold", what, row.id)
            continue
        differ = _differing(kind, row._mapping, state)
        if differ:
            what = f"{kind.kind}/{row.id}: {', '.join(differ)} differs from what the journal tells"
            verdict.fault("record-changed", what, row.id)
    for lost in sorted(told):
        what = f"{kind.kind}/{lost} stands in the journal and not in the database"
        verdict.fault("record-lost", what, lost)


def _differing(kind: Records, row: Any, state: dict[str, Any]) -> list[str]:
    erased = state.get("personal") == ERASED
    fields = ["version", *kind.fields]
    held = [name for name in fields if not (erased and name in kind.personal)]
    # compared as the journal writes them: instants as text, mappings in one order
    row_text = {name: canonical(row[name]) for name in held}
    return [name for name in held if row_text[name] != canonical(state.get(name))]


def _told(connection: Connection, kind: str) -> Iterator[tuple[str, dict[str, Any] | None]]:
    columns = [entries.c[name] for name in Entry.__dataclass_fields__]
    query = (
        sa.select(*columns)
        .where(entries.c.kind == kind, entries.c.verb != "batch")
        .order_by(entries.c.subject, entries.c.seq)
        .execution_options(yield_per=5000)
    )
    held: list[Entry] = []
    for row in connection.execute(query):
        if held and held[0].subject != row.subject:
            yield held[0].subject, folded(held)
            held = []
        held.append(Entry(*row))
    if held:
        yield held[0].subject, folded(held)


def changed_fields(entry: Entry) -> dict[str, Any]:
    """What an entry says has changed, as ``{"before": ..., "after": ...}``."""
    return dict(json.loads(entry.changed))
