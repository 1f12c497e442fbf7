"""Erase what is personal: the words go, their salted digests stay, and so does the chain."""

from __future__ import annotations

import sqlalchemy as sa

from rencity.db import outbox
from rencity.db.store import Transaction
from rencity.journal.records import Records, Row
from rencity.journal.store import entries
from rencity.journal.writing import Change, append, write_now


def erase(tx: Transaction, records: Records, key: str, why: str) -> int:
    """Erase everything personal about a record, in its row and in every entry; how many entries.

    The erasure itself is an entry. Copies in backups made before are beyond it.

    Raises
    ------
    AbsentError : no record of that id stands and the journal tells of none
    """
    write_now(tx)  # what this very transaction told may hold words, too
    mine = sa.and_(entries.c.kind == records.kind, entries.c.subject == key)
    row = records.held(tx, key)
    told = tx.execute(sa.select(sa.literal(1)).where(mine).limit(1)).first()
    if row is None and told is None:
        records.get(tx, key)
    version = 0 if row is None else row["version"] + 1
    blank: Row = {} if row is None else dict.fromkeys(sorted(records.personal))
    if row is not None:
        values = {**blank, "version": version}
        where = records.table.c.id == key
        tx.execute(records.table.update().where(where).values(**values), told=True)
    append(tx, Change("erase", records.kind, key, version, {}, blank, why=why))
    outbox.post(tx, f"{records.kind}.erase", key, {"version": version})
    with_words = sa.and_(mine, entries.c.personal.is_not(None))
    done = tx.execute(entries.update().where(with_words).values(personal=None, salt=None))
    return done.rowcount
