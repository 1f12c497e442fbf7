"""What the journal costs: writes with it against writes without, its proof, pages of it.

On SQLite and on a PostgreSQL of our own, or on the database that ``--db`` names (which must be
empty). Writes are one row a durable transaction, journaled and bare by turns, medians of rounds.
``python -m bench.journal [--db URL] [--entries 1000000]``
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rencity.db import Store, store_of
from rencity.house import RECORDS, schema
from rencity.journal.chain import Entry, entry_digest, stream_of
from rencity.journal.reading import Asked, page
from rencity.journal.store import entries
from rencity.journal.verifying import verify
from rencity.kit.canonical import canonical
from rencity.registry.store import scenarios
from tests.databases import Postgres, binaries_of_postgres

ROUNDS, WRITES = 15, 60
HISTORY = 10
"""Entries of each record."""
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(milliseconds=37)
BARE = sa.Table(
    "bare_of_bench",
    sa.MetaData(),
    *(sa.Column(c.name, c.type, primary_key=c.primary_key) for c in scenarios.table.columns),
)


def row_of(key: str, at: datetime) -> dict[str, Any]:
    """A scenario of some two hundred bytes."""
    return {
        "id": key, "version": 1, "title_zh": "台风", "title_en": "Typhoon", "text": "x" * 100,
        "files": {}, "hazards": ["typhoon"], "at": at,
    }  # fmt: skip


def journaled(store: Store, keys: list[str]) -> None:
    """Each row with its entry and its news, in one transaction."""
    for key in keys:
        with store.writing("bench") as tx:
            row = row_of(key, tx.at)
            scenarios.create(tx, key, {name: row[name] for name in scenarios.fields})


def bare(store: Store, keys: list[str]) -> None:
    """Each row alone, in one transaction on the same engine."""
    insert = BARE.insert()
    for key in keys:
        with store.engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
            connection.execute(insert, row_of(key, BEGIN))
            connection.commit()


def show_writes(store: Store, where: str) -> None:
    """Print what a second of writing gives."""
    told, alone = writes_a_second(store)
    print(
        f"  writes a second {where}: {told:,.0f} journaled, {alone:,.0f} bare: "
        f"{told / alone:.0%} (asked: at least 40 %)"
    )


def writes_a_second(store: Store) -> tuple[float, float]:
    """Medians of rounds by turns: journaled and bare."""
    BARE.create(store.engine, checkfirst=True)
    took: dict[Callable[[Store, list[str]], None], list[float]] = {journaled: [], bare: []}
    for turn in range(ROUNDS + 1):
        order = [journaled, bare] if turn % 2 else [bare, journaled]
        for way in order:
            keys = [f"b-{turn}-{number}" for number in range(WRITES)]
            begin = time.perf_counter()
            way(store, keys)
            if turn:  # the first warms up
                took[way].append(WRITES / (time.perf_counter() - begin))
    return statistics.median(took[journaled]), statistics.median(took[bare])


def history(count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Entries with true digests, and after the last of each record its row."""
    heads: dict[int, tuple[int, str]] = {}
    state: dict[str, Any] = {}
    for number in range(count):
        key, version = f"s{number // HISTORY:09d}", number % HISTORY + 1
        stream = stream_of("scenario", key)
        seq, before = heads.get(stream, (0, ""))
        at = BEGIN + number * STEP
        if version == 1:
            state = row_of(key, at)
            told = {"before": {}, "after": {name: state[name] for name in scenarios.fields}}
        else:
            old, new = state["title_en"], f"Typhoon {version}"
            told = {"before": {"title_en": old}, "after": {"title_en": new}}
            state = {**state, "title_en": new, "version": version}
        entry = Entry(
            stream, seq + 1, at, f"user-{number % 50}", "change" if version > 1 else "create",
            "scenario", key, version, "", f"request-{number}", canonical(told), "", None, None, "",
        )  # fmt: skip
        digest = entry_digest(before, entry)
        heads[stream] = (seq + 1, digest)
        fields = {name: getattr(entry, name) for name in Entry.__dataclass_fields__}
        yield {**fields, "digest": digest}, state if version == HISTORY else None


def fill(store: Store, count: int) -> None:
    """A journal of so many entries, in bulk."""
    made = history(count)
    while part := list(islice(made, 20_000)):
        with store.writing("bench") as tx:
            tx.execute(entries.insert(), [entry for entry, _ in part])
            rows = [row for _, row in part if row is not None]
            tx.execute(scenarios.table.insert(), rows, told=True)
    if not store.embedded:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")  # as the server does by itself


def prove(store: Store) -> tuple[float, int]:
    """Seconds to verify all, and how many entries."""
    begin = time.perf_counter()
    with store.reading() as connection:
        verdict = verify(connection, RECORDS)
    assert verdict.sound, verdict.findings[:3]
    return time.perf_counter() - begin, verdict.entries


def asks(count: int) -> dict[str, Asked]:
    """What is asked for, in the middle of the time that the journal tells of."""
    middle, late = BEGIN + count // 2 * STEP, BEGIN + (count // 2 + 2000) * STEP
    return {
        "everything": Asked(),
        "a kind": Asked(kind="scenario"),
        "a kind there is none of": Asked(kind="run"),
        "who": Asked(who="user-7"),
        "who and kind": Asked(kind="scenario", who="user-7"),
        "a verb": Asked(verb="create"),
        "a verb there is none of": Asked(verb="remove"),
        "a record": Asked(kind="scenario", subject=f"s{count // 20:09d}"),
        "an id": Asked(subject=f"s{count // 20:09d}"),
        "a minute long ago": Asked(since=middle, until=late),
        "up to long ago": Asked(until=BEGIN + 100 * STEP),
        "kind, in that minute": Asked(kind="scenario", since=middle, until=late),
        "who, in that minute": Asked(who="user-7", since=middle, until=late),
    }


def slowest_page_ms(store: Store, count: int) -> tuple[float, str]:
    """The slowest page of 50, best of three each: first, in the middle, and at the far end."""
    slowest = (0.0, "")
    with store.reading() as connection:
        first = connection.scalar(sa.select(sa.func.min(entries.c.id))) or 0
        for name, asked in asks(count).items():
            for depth, before in (
                ("first", None),
                ("middle", first + count // 2),
                ("last", first + 200),
            ):
                took = []
                for _ in range(3):
                    begin = time.perf_counter()
                    page(connection, asked, before=before)
                    took.append((time.perf_counter() - begin) * 1000)
                slowest = max(slowest, (min(took), f"{name}, {depth} page"))
    return slowest


def measure_writes(url: str) -> None:
    """Writes into a database that was empty."""
    store = store_of(url, Path())
    try:
        schema().upgrade(store)
        show_writes(store, "in an empty journal")
    finally:
        store.close()


def measure(url: str, count: int) -> None:
    """Everything on one database."""
    store = store_of(url, Path())
    try:
        schema().upgrade(store)
        fill(store, count)
        took, proved = prove(store)
        print(f"  verify {proved:,} entries: {took:.1f} s (asked: a million in under 20 s)")
        ms, which = slowest_page_ms(store, count)
        print(f"  slowest page of 50: {ms:.1f} ms, {which} (asked: under 30 ms)")
        os.sync()  # what filling left to write would slow both down, and so make them alike
        show_writes(store, f"in a journal of {count:,}")
    finally:
        store.close()


def main() -> None:
    """Measure on each database there is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", help="an empty database; none: SQLite and a PostgreSQL of our own")
    parser.add_argument("--entries", type=int, default=1_000_000)
    asked = parser.parse_args()
    if asked.db:
        measure(asked.db, asked.entries)
        return
    folder = Path(tempfile.mkdtemp(prefix="rencity-bench-"))
    folder.chmod(0o755)
    try:
        print("SQLite")
        measure_writes(f"sqlite:///{folder / 'writes.db'}")
        measure(f"sqlite:///{folder / 'bench.db'}", asked.entries)
        binaries = binaries_of_postgres()
        if binaries is None:
            print("PostgreSQL is absent")
            return
        server = Postgres(binaries, folder / "server")
        try:
            print("PostgreSQL")
            measure_writes(server.new_database())
            measure(server.new_database(), asked.entries)
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
