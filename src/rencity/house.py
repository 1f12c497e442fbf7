"""The house assembled: every room's tables, revisions, records and reactions."""

from __future__ import annotations

from pathlib import Path

from rencity import db, jobs, journal, registry
from rencity.db import once, outbox
from rencity.db.outbox import Handler
from rencity.db.upgrading import Schema
from rencity.jobs import store as jobs_store
from rencity.journal import store as journal_store
from rencity.journal.records import Records
from rencity.registry import store as registry_store
from rencity.registry.leaving import leaving
from rencity.registry.places import Places

RECORDS: tuple[Records, ...] = (*registry_store.KINDS, *jobs_store.KINDS)
"""Every kind of record: the journal tells of each change, and `verify` holds them against it."""


def schema() -> Schema:
    """The tables of every room, and where their revisions lie."""
    rooms = (db, journal, registry, jobs)
    tables = (
        outbox.tables,
        once.tables,
        journal_store.tables,
        registry_store.tables,
        jobs_store.tables,
    )
    return Schema(tables, [Path(str(room.__file__)).parent / "migrations" for room in rooms])


def handlers(places: Places) -> list[Handler]:
    """Who reacts to news."""
    return [leaving(places)]
