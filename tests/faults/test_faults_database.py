"""A database that goes away, is held by another, is full or broken: told, and nothing is torn."""

from __future__ import annotations

import itertools
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rencity.db import Store
from rencity.db.faults import committed
from rencity.house import schema
from rencity.journal.verifying import verify
from rencity.kit.errors import StorageError, UnreachableError
from tests.databases import Postgres
from tests.faults.conftest import Cli
from tests.journal.kinds import KINDS, gauges, opened


def write(store: Store, key: str, size: int = 1) -> None:
    with store.writing("me") as tx:
        gauges.create(tx, key, {"title": "x" * size})


def entries_of(store: Store) -> int:
    """How many entries stand, all of them proved."""
    with store.reading() as connection:
        verdict = verify(connection, KINDS)
    assert verdict.findings == []
    return verdict.entries


@pytest.fixture
def store(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    made = opened(postgres.new_database(), tmp_path, wait_s=5)
    yield made
    made.close()


def test_postgresql_gone_and_back(store: Store, postgres: Postgres) -> None:
    write(store, "before")
    lost = store.engine.connect()
    lost.exec_driver_sql("SELECT 1")
    try:
        with pytest.raises(UnreachableError, match=r"look whether|nothing was changed"):
            gone_in_the_middle(store, postgres)
        with pytest.raises(UnreachableError, match="look whether the change stands"):
            commit(lost)  # whether it was kept, nobody knows
        with pytest.raises(UnreachableError, match=r"mend: .*nothing was changed"):
            write(store, "meanwhile")
        with pytest.raises(UnreachableError, match="does not answer"):
            entries_of(store)
    finally:
        postgres.start()
        lost.close()
    write(store, "after")  # the same store goes on by itself
    assert entries_of(store) == 2


def gone_in_the_middle(store: Store, postgres: Postgres) -> None:
    with store.writing("me") as tx:
        gauges.create(tx, "half", {})
        postgres.stop()


def commit(connection: sa.Connection) -> None:
    with committed("here"):
        connection.commit()


def test_postgresql_that_refuses_says_why(postgres: Postgres, cli: Cli, tmp_path: Path) -> None:
    url = f"postgresql://rencity:hunter2@127.0.0.1:{postgres.port}"
    done = cli("db", "check", "--db", f"{url}/nowhere", "--data", tmp_path)
    done.refuses("no such database or user", "nowhere")
    assert "hunter2" not in done.err
    done = cli("db", "check", "--db", "postgresql://x@127.0.0.1:1/x", "--data", tmp_path)
    done.refuses("does not answer")


def test_sqlite_held_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "held.db"
    store = opened(f"sqlite:///{path}", tmp_path, wait_s=0.2)
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(UnreachableError, match=r"busy.*nothing was changed"):
            write(store, "a")
        assert entries_of(store) == 0  # reading waits for nobody
        other.kill()
    write(store, "a")
    assert entries_of(store) == 1
    store.close()


def test_a_full_disk_tears_nothing(small_disk: Path) -> None:
    store = opened(f"sqlite:///{small_disk / 'full.db'}", small_disk)
    done: list[str] = []

    def fill() -> None:
        for number in itertools.count():
            write(store, f"k{number}", 4000)
            done.append(f"k{number}")

    with pytest.raises(StorageError, match=r"disk is full.*free space"):
        fill()
    kept = len(done)
    assert kept >= 1
    assert entries_of(store) == kept
    assert schema().findings(store) == []
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    write(store, "goes on", 4000)
    assert entries_of(store) == kept + 1
    store.close()


@pytest.mark.parametrize("damage", ["no database", "torn", "a page"])
def test_a_broken_file_is_told(tmp_path: Path, cli: Cli, damage: str) -> None:
    path = tmp_path / "data" / "rencity.db"
    store = opened(f"sqlite:///{path}", tmp_path) if path.parent.mkdir() is None else None
    assert store is not None
    for number in range(50):
        write(store, f"k{number}", 500)
    store.close()
    data = bytearray(path.read_bytes())
    if damage == "no database":
        data[:100] = b"words" * 20
    elif damage == "torn":
        del data[len(data) // 2 :]
    else:
        data[8192:12288] = b"\xff" * 4096
    path.write_bytes(data)
    done = cli("db", "check", "--data", path.parent)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert "restore the newest backup" in done.err + done.out


def test_nothing_there_is_told_and_not_made(tmp_path: Path, cli: Cli) -> None:
    for words in (
        ("db", "check"), ("journal", "verify"), ("backup", "make", tmp_path / "out"),
    ):  # fmt: skip
        cli(*words, "--data", tmp_path / "none").refuses("no database lies there", "db upgrade")
    assert not (tmp_path / "none").exists()
    assert not (tmp_path / "out").exists()


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    store = opened(f"sqlite:///{path}", tmp_path)
    store.close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA journal_mode=DELETE")
    raw.close()
    subprocess.run(["mount", "--bind", str(tmp_path), str(tmp_path)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(tmp_path)], check=True)
        with pytest.raises((StorageError, UnreachableError)):
            write(store, "a")
    finally:
        store.close()
        subprocess.run(["umount", str(tmp_path)], check=True)
