"""Whether the journal proves itself, and the records say what it tells of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from rencity.journal.chains import prove_chains
from rencity.journal.records import Records
from rencity.journal.roots import Root, own_faults
from rencity.journal.standing import hold_records
from rencity.journal.store import roots
from rencity.kit.errors import ProofError
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
    erased : entries whose personal words were erased
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

    def fault(self, rule: str, what: str, *ids: str, mend: str = _MEND) -> None:
        """Note one fault."""
        if len(self.findings) < MOST:
            self.findings.append(Finding(rule, "error", what, mend, table="journal", ids=ids))
        else:
            self.more += 1


def verify(
    connection: Connection,
    kinds: Sequence[Records],
    *,
    kept: Root | None = None,
    keys: Collection[str] = (),
) -> Verdict:
    """Prove the journal of one snapshot, and the records against it.

    Parameters
    ----------
    kinds : kinds of record whose tables are held against the journal
    kept : the newest root that was kept elsewhere; without one, whoever holds the database and the
        signing key could have made the whole journal anew
    keys : ids of the keys that may sign; none: that of the first root and no other
    """
    verdict = Verdict()
    found = _read_roots(connection, verdict)
    _prove_roots(found, verdict, keys)
    if kept is not None:
        _hold_kept(found, verdict, kept)
    proved = found if kept is None or kept in found else [*found, kept]
    prove_chains(connection, verdict, proved)
    for kind in kinds:
        hold_records(connection, verdict, kind)
    return verdict


def _read_roots(connection: Connection, verdict: Verdict) -> list[Root]:
    """Every root that can be read; a row that was broken by hand is a fault and no more."""
    numbers = connection.execute(sa.select(roots.c.number).order_by(roots.c.number)).scalars()
    found = []
    for number in numbers.all():
        one = sa.select(roots).where(roots.c.number == number)
        try:
            root = Root(**connection.execute(one).one()._mapping)
            readable = all(
                name.isdigit() and isinstance(seq, int) and isinstance(head, str)
                for name, (seq, head) in root.heads.items()
            )
        except (ValueError, TypeError, AttributeError):
            readable = False
        if readable:
            found.append(root)
        else:
            what = f"root {number} is no root: its fields were changed"
            verdict.fault("root-forged", what, str(number))
    return found


def _prove_roots(found: Sequence[Root], verdict: Verdict, keys: Collection[str]) -> None:
    before: Root | None = None
    ours = set(keys) or {root.key for root in found[:1]}
    for root in found:
        try:
            faults = own_faults(root)
        except (ProofError, ValueError, TypeError) as exc:
            faults = [f"root {root.number}: {exc}"]
        for fault in faults:
            verdict.fault("root-forged", fault, str(root.number))
        if root.key not in ours:
            what = f"root {root.number} is signed by the key {root.key}, which is not known as ours"
            mend = f"if that key was ours, too, give --key {root.key}; else {_MEND}"
            verdict.fault("root-stranger", what, str(root.number), mend=mend)
        if root.number != (before.number + 1 if before else 1):
            verdict.fault("root-missing", f"no root stands before root {root.number}")
        elif root.previous != (before.digest if before else ""):
            verdict.fault("root-apart", f"root {root.number} does not follow the one before it")
        before = root
    verdict.roots = len(found)
    if before is not None:
        verdict.root = (before.number, before.digest)


def _hold_kept(found: Sequence[Root], verdict: Verdict, kept: Root) -> None:
    if not any(root.number == kept.number and root.digest == kept.digest for root in found):
        what = f"the kept root {kept.number} is not among the roots here: history was replaced"
        verdict.fault("root-replaced", what, str(kept.number))
