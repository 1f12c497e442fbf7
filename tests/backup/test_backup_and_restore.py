"""A backup restores to the same, on either database, and proves it."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from rencity import house
from rencity.backup import back_up, making
from rencity.backup.keeping import Named
from rencity.db import Store, store_of
from rencity.db.columns import as_kept
from rencity.db.outbox import put_in_order
from rencity.journal.reading import history
from rencity.journal.verifying import verify
from rencity.registry.places import Places
from rencity.registry.store import runs, scenarios
from tests.backup.conftest import Server
from tests.faults.conftest import Cli, files_of


def rows_of(store: Store) -> dict[str, list[Any]]:
    """Every row as it is kept, whatever the database."""
    found = {}
    with store.reading() as connection:
        for table in house.schema().all_tables():
            columns = [as_kept(column, connection.dialect.name) for column in table.columns]
            query = sa.select(*columns).order_by(*table.primary_key)
            found[table.name] = [tuple(row) for row in connection.execute(query)]
    return found


def data_of(folder: Path) -> dict[str, bytes]:
    """Files of a data folder but keys and database; derived ones left out."""
    return {
        name: data
        for name, data in files_of(folder).items()
        if not name.startswith(("rencity.db", "keys/"))
    }


@pytest.mark.parametrize("into", ["sqlite", "postgresql"])
def test_the_same_comes_back(
    server: Server, into: str, tmp_path: Path, cli: Cli, request: pytest.FixtureRequest
) -> None:
    out, new, keys = tmp_path / "out", tmp_path / "new", tmp_path / "server.keys"
    made = cli("backup", "make", out, *server.options, "--keys", keys, "--json").json
    root = tmp_path / "root.json"
    cli("journal", "export", "--root", "--out", root, *server.options)
    assert cli("backup", "check", out, "--digest", made["digest"], "--keys", keys).code == 0
    url = None if into == "sqlite" else request.getfixturevalue("postgres").new_database()
    where = ["--data", new, *(["--db", url] if url else [])]
    known = ["--keys", keys, "--digest", made["digest"], "--root", root]
    done = cli("backup", "restore", out, *where, *known)
    assert done.code == 0, done
    assert "restored and proved" in done.out
    assert "by --keys, --root, --digest" in done.out
    back = store_of(url, new)
    assert rows_of(back) == rows_of(server.store)
    assert data_of(new) == data_of(server.places.folder)
    assert house.schema().findings(back) == []
    with back.reading() as connection:
        assert verify(connection, house.RECORDS).findings == []
    # it goes on: numbers that the database gives out, news, the chain, the key
    Server(back, Places(new), url).make_run("r2")
    assert put_in_order(back) > 0
    assert cli("journal", "verify", *where, "--root", root).code == 0
    again = tmp_path / "again"
    assert cli("backup", "make", again, *where, "--json").json["key"] == made["key"]
    third = tmp_path / "third"  # and back to the other kind
    assert cli("backup", "restore", again, "--data", third, "--keys", keys).code == 0
    last = store_of(None, third)
    assert rows_of(last) == rows_of(back)
    last.close()
    back.close()


def test_keys_lie_apart_and_for_their_owner(embedded: Server, tmp_path: Path, cli: Cli) -> None:
    out, keys = tmp_path / "out", tmp_path / "k"
    cli("backup", "make", out, *embedded.options, "--keys", out / "k").refuses("do not lie in")
    assert not out.exists()
    assert cli("backup", "make", out, *embedded.options, "--keys", keys).code == 0
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    secret = (embedded.places.keys / "journal.key").read_text().strip().partition(":")[2]
    for path in out.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        if path.is_file():
            assert secret.encode() not in path.read_bytes()
    cli("backup", "make", tmp_path / "b", *embedded.options, "--keys", keys).refuses("File exists")
    assert not (tmp_path / "b").exists()
    cli("backup", "make", out, *embedded.options, "--keys", tmp_path / "k2").refuses("exists")
    assert not (tmp_path / "k2").exists()
    new = tmp_path / "new"
    assert "makes itself a new key" in cli("backup", "restore", out, "--data", new).out
    assert list((new / "keys").iterdir()) == []


def test_under_load_it_holds_all_that_was_acknowledged(
    server: Server, tmp_path: Path, cli: Cli
) -> None:
    acknowledged: list[str] = []
    enough, stop, faults = threading.Event(), threading.Event(), []

    def write(number: int) -> None:
        try:
            turn = 0
            while not stop.is_set():
                key = f"w{number}-{turn}"
                server.make_run(key)
                with server.store.writing(f"writer-{number}") as tx:
                    scenarios.change(tx, "s", {"title_en": key})
                acknowledged.append(key)
                if turn % 5 == 4:
                    server.remove_run(f"w{number}-{turn - 1}")
                turn += 1
                if len(acknowledged) > 20:
                    enough.set()
        except BaseException as exc:  # noqa: BLE001 - told in the main thread
            faults.append(exc)
            enough.set()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    enough.wait()
    before = list(acknowledged)
    done = cli("backup", "make", tmp_path / "out", *server.options)
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults
    assert done.code == 0, done
    assert cli("backup", "restore", tmp_path / "out", "--data", tmp_path / "new").code == 0
    back = store_of(None, tmp_path / "new")
    with back.reading() as connection:
        assert verify(connection, house.RECORDS).findings == []
        stand = set(connection.execute(sa.select(runs.table.c.id)).scalars())
        titles = {
            json.loads(entry.changed)["after"].get("title_en")
            for entry in history(connection, "scenario", "s")
        }
        assert set(before) <= titles
        for key in before:
            verbs = [entry.verb for entry in history(connection, "run", key)]
            assert verbs == (["create"] if key in stand else ["create", "remove"])
    places = Places(tmp_path / "new")
    for key in stand:
        assert json.loads((places.run(key) / "run.json").read_text()) == {"run": key}
    assert {path.name for path in places.runs.iterdir()} == stand
    back.close()


def test_a_run_removed_after_the_snapshot_is_in_none(
    embedded: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = making._copy_named
    snapshots = 0

    def copying(named: Any, *rest: Any) -> Any:
        nonlocal snapshots
        snapshots += 1
        if snapshots == 2:
            embedded.make_run("gone")
            named = [*named, Named("run/gone", embedded.places.run("gone"))]
            embedded.remove_run("gone")
        return real(named, *rest)

    monkeypatch.setattr(making, "_copy_named", copying)
    manifest, _ = back_up(embedded.store, embedded.places, tmp_path / "out", signer(embedded))
    assert snapshots == 3  # ahead, the first snapshot, and the one that holds
    assert not any("gone" in file.path for file in manifest.files)
    (table,) = (table for table in manifest.tables if table.name == "runs")
    assert table.rows == 1
    assert not (tmp_path / "out" / "runs" / "gone").exists()


def signer(server: Server) -> Any:
    from rencity.kit.crypto import signer_of

    return signer_of(server.places.keys / "journal.key")


def test_a_file_that_was_lost_is_named(embedded: Server, tmp_path: Path, cli: Cli) -> None:
    (embedded.places.run("r1") / "run.json").unlink()
    (embedded.places.run("r1") / ".cache" / "derived").unlink()
    (embedded.places.run("r1") / ".cache").rmdir()
    embedded.places.run("r1").rmdir()
    out = tmp_path / "out"
    cli("backup", "make", out, *embedded.options).refuses("run/r1", "runs/r1", "--allow-missing")
    assert not out.exists()
    done = cli("backup", "make", out, *embedded.options, "--allow-missing")
    assert (done.code, "lacking: runs/r1" in done.out) == (0, True)
    done = cli("backup", "restore", out, "--data", tmp_path / "new")
    assert (done.code, "lacking: runs/r1" in done.out) == (0, True)


def test_a_link_in_the_data_folder_is_refused(embedded: Server, tmp_path: Path, cli: Cli) -> None:
    (embedded.places.packs / "site" / "shadow").symlink_to("/etc/passwd")
    cli("backup", "make", tmp_path / "out", *embedded.options).refuses("is a link", "shadow")
    assert not (tmp_path / "out").exists()


def test_a_journal_that_had_faults_is_told_and_restored_only_when_asked(
    embedded: Server, tmp_path: Path, cli: Cli
) -> None:
    with embedded.store.engine.begin() as connection:
        connection.execute(runs.table.update().values(note="behind its back"))
    done = cli("backup", "make", tmp_path / "out", *embedded.options)
    assert (done.code, "had 1 faults" in done.out) == (1, True)
    back = ("backup", "restore", tmp_path / "out", "--data", tmp_path / "new")
    cli(*back).refuses("run/r1", "note differs", "--despite-findings")
    assert not (tmp_path / "new").exists()
    assert cli(*back, "--despite-findings").code == 0


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_place_that_is_taken_is_refused(
    embedded: Server, tmp_path: Path, cli: Cli, kind: str
) -> None:
    out, new = tmp_path / "out", tmp_path / "new"
    assert cli("backup", "make", out, *embedded.options).code == 0
    if kind == "file":
        new.write_text("mine")
    else:
        new.mkdir()
        (new / "mine").write_text("mine")
    before = files_of(tmp_path / "new") if kind == "folder" else new.read_text()
    cli("backup", "restore", out, "--data", new).refuses("holds something already", "new folder")
    assert (files_of(new) if kind == "folder" else new.read_text()) == before
    empty = tmp_path / "empty"
    empty.mkdir()
    assert cli("backup", "restore", out, "--data", empty).code == 0


def test_a_database_that_is_taken_is_refused(
    server: Server, tmp_path: Path, cli: Cli, new_database: Callable[[], str]
) -> None:
    out, new, url = tmp_path / "out", tmp_path / "new", new_database()
    assert cli("backup", "make", out, *server.options).code == 0
    taken = store_of(url, tmp_path)
    house.schema().upgrade(taken)
    words = ("backup", "restore", out, "--data", new, "--db", url)
    cli(*words).refuses("already", "empty database")
    assert not new.exists()
    other = new_database()
    assert cli("backup", "restore", out, "--data", new, "--db", other).code == 0
    back = store_of(other, new)
    assert rows_of(back) == rows_of(server.store)
    back.close()
    taken.close()


def test_a_backup_of_older_tables_is_brought_up_to_date(
    server: Server, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch,
    new_database: Callable[[], str],
) -> None:  # fmt: skip
    out, new, url = tmp_path / "out", tmp_path / "new", new_database()
    assert cli("backup", "make", out, *server.options).code == 0
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "later_0001.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'later_0001'\n"
        "down_revision = None\nbranch_labels = ('later',)\n"
        "def upgrade():\n    op.create_table('later', sa.Column('id', sa.Text, primary_key=True))\n"
    )
    later = sa.MetaData()
    sa.Table("later", later, sa.Column("id", sa.Text, primary_key=True))
    old = house.schema()
    from rencity.db.upgrading import Schema

    folders = [Path(folder) for folder in old.scripts.version_locations or []]
    monkeypatch.setattr(house, "schema", lambda: Schema([*old.tables, later], [*folders, newer]))
    assert cli("backup", "restore", out, "--data", new, "--db", url).code == 0
    back = store_of(url, new)
    assert house.schema().findings(back) == []
    assert rows_of(back)["later"] == []
    back.close()
    made = cli("backup", "make", tmp_path / "out2", "--data", new, "--db", url)
    assert made.code == 0
    monkeypatch.undo()
    monkeypatch.setattr(house, "schema", lambda: old)
    done = cli("backup", "restore", tmp_path / "out2", "--data", tmp_path / "n2")
    done.refuses("later_0001", "does not know", "newer one")
    assert not (tmp_path / "n2").exists()


def test_every_column_is_of_a_kind_that_a_backup_holds() -> None:
    from rencity.db.columns import Instant, Json

    numbers = (sa.BigInteger, sa.Integer, sa.SmallInteger, sa.Boolean, sa.Float)
    held = (Instant, Json, sa.Text, *numbers)
    for table in house.schema().all_tables():
        for column in table.columns:
            assert isinstance(column.type, held), f"{table.name}.{column.name}: teach backup it"


def test_a_full_disk_leaves_nothing(
    embedded: Server, tmp_path: Path, cli: Cli, small_disk: Path
) -> None:
    (embedded.places.run("r1") / "large").write_bytes(bytes(range(256)) * 3000)
    cli("backup", "make", small_disk / "out", *embedded.options).refuses("No space left")
    assert list(small_disk.iterdir()) == []
    out = tmp_path / "out"
    assert cli("backup", "make", out, *embedded.options).code == 0
    cli("backup", "restore", out, "--data", small_disk / "new").refuses("free space")
    assert list(small_disk.iterdir()) == []


def test_a_database_that_goes_away_leaves_no_folder(
    server: Server, tmp_path: Path, cli: Cli, new_database: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The folder is in its place when the commit fails: it goes again."""
    from rencity.backup import targets

    out, new, url = tmp_path / "out", tmp_path / "new", new_database()
    assert cli("backup", "make", out, *server.options).code == 0

    def fails(_place: str) -> Any:
        assert server.store.embedded or new.exists()
        raise OSError(5, "the wire was cut")

    monkeypatch.setattr(targets, "committed", fails)
    done = cli("backup", "restore", out, "--data", new, "--db", url)
    assert done.code == 1
    assert not new.exists()
    monkeypatch.undo()
    assert cli("backup", "restore", out, "--data", new, "--db", url).code == 0
