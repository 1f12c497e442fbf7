"""Signed roots: at an instant, the head of every stream, bound to the root before.

A root kept elsewhere proves the whole journal up to it: no entry before it can be changed,
removed or put in without the root no longer fitting, whoever holds the database and the key.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rencity.db.store import Reader, Store, Transaction
from rencity.journal.chain import STREAMS
from rencity.journal.store import entries, roots
from rencity.kit.canonical import canonical, instant_text
from rencity.kit.crypto import Signer, key_id, suite_of
from rencity.kit.errors import ProofError

_LOCK = 0x526F6F74


@dataclass(frozen=True)
class Root:
    """One signed root.

    Attributes
    ----------
    heads : stream -> (seq, digest) of its last entry; streams without entries are left out
    previous : digest of the root before; empty for the first
    digest : of number, instant, suite, heads and previous
    key, public, signature : who signed, in hexadecimal digits
    """

    number: int
    at: datetime
    suite: str
    heads: dict[str, list[Any]]
    previous: str
    digest: str
    key: str
    public: str
    signature: str

    def as_json(self) -> str:
        """The root as text to keep elsewhere."""
        return json.dumps({**asdict(self), "at": instant_text(self.at)}, indent=1) + "\n"


def sign_root(store: Store, signer: Signer) -> Root | None:
    """Sign a root where entries have come since the last; none where there are none.

    Of several servers one signs at a time.
    """
    with store.writing("system:journal") as tx:
        if tx.dialect == "postgresql":
            lock = sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK))
            if not tx.execute(lock).scalar():
                return None
        last = newest_root(tx)
        heads = _heads(tx)
        if not heads or (last is not None and heads == last.heads):
            return None
        number = last.number + 1 if last else 1
        # a clock that was set back does not make a root older than the one before it
        at = max(tx.at, last.at) if last else tx.at
        previous = last.digest if last else ""
        digest = _digest(number, at, signer.suite, heads, previous)
        root = Root(
            number, at, signer.suite, heads, previous, digest,
            signer.key, signer.public.hex(), signer.sign(digest.encode()).hex(),
        )  # fmt: skip
        tx.execute(roots.insert(), asdict(root))
        return root


def newest_root(reader: Reader) -> Root | None:
    """The newest root, if there is one."""
    row = reader.execute(sa.select(roots).order_by(roots.c.number.desc()).limit(1)).first()
    return None if row is None else Root(**row._mapping)


def root_of(path: Path) -> Root:
    """A root that was kept as a file.

    Raises
    ------
    ProofError : it is none, or it does not prove itself
    """
    try:
        said = json.loads(path.read_text("utf-8"))
        root = Root(**{**said, "at": datetime.fromisoformat(said["at"])})
        faults = own_faults(root)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as exc:
        raise ProofError(
            f"holds no root of a journal: {exc}",
            place=str(path),
            mend="give a file that rencity journal export --root wrote",
        ) from exc
    if faults:
        raise ProofError(faults[0], place=str(path), mend="give an unchanged copy of the root")
    return root


def own_faults(root: Root) -> list[str]:
    """What a root contradicts in itself: digest, key, signature."""
    found = []
    if _digest(root.number, root.at, root.suite, root.heads, root.previous) != root.digest:
        found.append(f"root {root.number}: its digest is not that of what it says")
    try:
        public, signature = bytes.fromhex(root.public), bytes.fromhex(root.signature)
    except ValueError:
        return [*found, f"root {root.number}: its signature is no signature"]
    if key_id(root.suite, public) != root.key:
        found.append(f"root {root.number}: its key is not the one it names")
    if not suite_of(root.suite).verify(public, signature, root.digest.encode()):
        found.append(f"root {root.number}: its signature is not by the key {root.key}")
    return found


def _digest(number: int, at: datetime, suite: str, heads: Any, previous: str) -> str:
    said = [number, instant_text(at), suite, heads, previous]
    return suite_of(suite).digest(canonical(said).encode())


def _heads(tx: Transaction) -> dict[str, list[Any]]:
    """Every stream's head in one statement, so in one snapshot; one step into the index each."""
    columns = (entries.c.stream, entries.c.seq, entries.c.digest)
    lasts = (
        sa.select(*columns)
        .where(entries.c.stream == stream)
        .order_by(entries.c.seq.desc())
        .limit(1)
        .subquery()
        for stream in range(STREAMS)
    )
    rows = tx.execute(sa.union_all(*(sa.select(last) for last in lasts)))
    return {str(row.stream): [row.seq, row.digest] for row in rows}
