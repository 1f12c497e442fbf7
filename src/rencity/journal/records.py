"""Records: rows whose every change is an entry of the journal, written in the same transaction.

A record's table has a key `id`, a `version` that counts its changes from 1, and its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from rencity.db import outbox
from rencity.db.faults import speakable
from rencity.db.store import TOLD, Reader, Transaction
from rencity.journal.writing import Change, append
from rencity.kit.canonical import canonical
from rencity.kit.errors import AbsentError, ConflictError, StaleError

Row = dict[str, Any]


class Records:
    """One kind of record.

    Parameters
    ----------
    kind : its name in the journal and in news
    table : where it lives
    personal : fields about a person: erasable in the journal, absent from news
    """

    def __init__(self, kind: str, table: sa.Table, personal: Iterable[str] = ()) -> None:
        self.kind = kind
        self.table = table
        self.personal = frozenset(personal)
        self.fields = tuple(c.name for c in table.columns if c.name not in ("id", "version"))
        table.info[TOLD] = True

    def find(self, reader: Reader, key: str) -> Row | None:
        """The record of that id, if there is one."""
        row = reader.execute(sa.select(self.table).where(self.table.c.id == key)).first()
        return None if row is None else dict(row._mapping)

    def get(self, reader: Reader, key: str) -> Row:
        """The record of that id.

        Raises
        ------
        AbsentError : there is none
        """
        row = self.find(reader, key)
        if row is None:
            raise AbsentError(
                f"no {self.kind} has the id {key!r}", place=self.kind, mend="list what there is"
            )
        return row

    def create(self, tx: Transaction, key: str, values: Mapping[str, Any], why: str = "") -> Row:
        """Make a record.

        Raises
        ------
        ConflictError : one of that id stands
        """
        if strange := values.keys() - set(self.fields):
            raise KeyError(f"a {self.kind} has no {', '.join(sorted(strange))}")
        row = {"id": key, "version": 1, **{name: values.get(name) for name in self.fields}}
        if not tx.insert_new(self.table, row, told=True):
            raise ConflictError(
                f"a {self.kind} {key!r} stands already",
                place=f"{self.kind}/{key}",
                mend="change it, or choose another id",
            )
        self._tell(tx, "create", {}, row, why)
        return row

    def change(
        self,
        tx: Transaction,
        key: str,
        changes: Mapping[str, Any],
        *,
        version: int | None = None,
        verb: str = "change",
        why: str = "",
    ) -> Row:
        """Change fields of a record; its row after. Where nothing differs, nothing is told.

        Parameters
        ----------
        version : the version that was read; None: whatever it is

        Raises
        ------
        AbsentError : there is none
        StaleError : it is at another version
        """
        before = self._at(tx, key, version)
        with speakable():
            differing = {n: value for n, value in changes.items() if not _same(before[n], value)}
        if not differing:
            return before
        after = {**before, **differing, "version": before["version"] + 1}
        mine = self.table.c.id == key
        values = {**differing, "version": after["version"]}
        tx.execute(self.table.update().where(mine).values(**values), told=True)
        self._tell(tx, verb, {name: before[name] for name in differing}, after, why, differing)
        return after

    def remove(
        self, tx: Transaction, key: str, *, version: int | None = None, why: str = ""
    ) -> Row:
        """Remove a record; its row as it was.

        Raises
        ------
        AbsentError, StaleError : as `change`
        """
        before = self._at(tx, key, version)
        tx.execute(self.table.delete().where(self.table.c.id == key), told=True)
        gone = {"id": key, "version": before["version"] + 1}
        self._tell(tx, "remove", {name: before[name] for name in self.fields}, gone, why, ())
        return before

    def held(self, tx: Transaction, key: str) -> Row | None:
        """The record of that id, if there is one, locked until the transaction ends."""
        query = sa.select(self.table).where(self.table.c.id == key).with_for_update()
        row = tx.execute(query).first()
        return None if row is None else dict(row._mapping)

    def _at(self, tx: Transaction, key: str, version: int | None) -> Row:
        row = self.held(tx, key)
        if row is None:
            return self.get(tx, key)
        if version is not None and row["version"] != version:
            raise StaleError(
                f"it is at version {row['version']}, you read version {version}",
                place=f"{self.kind}/{key}",
                mend="read it again, then change what you find",
            )
        return row

    def _tell(
        self,
        tx: Transaction,
        verb: str,
        before: Mapping[str, Any],
        row: Mapping[str, Any],
        why: str,
        names: Iterable[str] | None = None,
    ) -> None:
        told = self.fields if names is None else tuple(names)
        after = {name: row[name] for name in told}
        change = Change(
            verb, self.kind, row["id"], row["version"],
            self._open(before), self._open(after), self._own(before), self._own(after), why,
        )  # fmt: skip
        append(tx, change)
        outbox.post(tx, f"{self.kind}.{verb}", row["id"], {"version": row["version"]})

    def _open(self, values: Mapping[str, Any]) -> Row:
        return {name: value for name, value in values.items() if name not in self.personal}

    def _own(self, values: Mapping[str, Any]) -> Row:
        return {name: value for name, value in values.items() if name in self.personal}


def _same(one: Any, other: Any) -> bool:
    """Whether the journal writes both alike; Python calls 1 and True equal, (1,) and [1] not."""
    return one is other or canonical(one) == canonical(other)
