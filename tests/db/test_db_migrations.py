"""Tables are made, brought up to date and checked; the revisions make what the code knows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from rencity.db import Store, store_of
from rencity.house import schema
from rencity.kit.errors import StorageError
from rencity.kit.findings import has_errors

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(new_database: Callable[[], str], tmp_path: Path) -> Iterator[Store]:
    made = store_of(new_database(), tmp_path)
    yield made
    made.close()


def rules(store: Store) -> list[tuple[str, str]]:
    return [(one.rule, one.what) for one in schema().findings(store)]


def test_from_nothing_then_nothing_more(store: Store) -> None:
    with pytest.raises(StorageError, match=r"lack .*db_0001.*mend: run `rencity db upgrade`"):
        schema().require(store)
    assert {rule for rule, _ in rules(store)} == {"missing-revision"}
    ran = schema().upgrade(store)
    assert set(ran) >= schema().heads
    assert schema().upgrade(store) == []
    schema().require(store)
    assert rules(store) == []  # the revisions make what the metadata says, and nothing else


def test_two_processes_at_once_make_them_once(store: Store, tmp_path: Path) -> None:
    url = store.url.render_as_string(hide_password=False)
    words = [sys.executable, "-m", "rencity", "db", "upgrade", "--db", url, "--json"]
    words += ["--data", str(tmp_path)]
    both = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [one.communicate() for one in both]
    assert [(one.returncode, err) for one, (_, err) in zip(both, said, strict=True)] == [
        (0, "")
    ] * 2
    assert sum('"ran": []' in out for out, _ in said) == 1
    assert rules(store) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("DROP INDEX journal_chain", "journal_chain"),
        ("DROP INDEX runs_city", "runs_city"),
        ("ALTER TABLE scenarios DROP COLUMN title_en", "title_en"),
        ("ALTER TABLE runs ADD COLUMN colour TEXT", "colour"),
        ("DROP TABLE uploads", "uploads"),
    ],
)
def test_a_changed_table_is_found(store: Store, change: str, named: str) -> None:
    schema().upgrade(store)
    with store.engine.begin() as connection:
        connection.exec_driver_sql(change)
    found = schema().findings(store)
    assert has_errors(found)
    assert any(named in one.what for one in found)


def test_tables_of_others_are_none_of_our_business(store: Store) -> None:
    schema().upgrade(store)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id integer)")
    assert rules(store) == []


def test_a_database_of_a_newer_rencity_is_left_alone(store: Store) -> None:
    schema().upgrade(store)
    version = sa.table("alembic_version", sa.column("version_num"))
    with store.engine.begin() as connection:
        connection.execute(version.insert().values(version_num="warn_0042"))
    for ask in (schema().require, schema().upgrade, schema().findings):
        with pytest.raises(StorageError, match=r"holds warn_0042.*use the Rencity that wrote it"):
            ask(store)


def test_a_server_that_forgets_is_found(store: Store) -> None:
    schema().upgrade(store)
    if store.embedded:
        return  # its settings are made by ourselves with each connection
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    store.engine.dispose()
    assert rules(store) == []  # ours asks for it itself
    with store.engine.connect() as connection:
        connection.exec_driver_sql("SET synchronous_commit = off")
        found = schema().findings_in(connection, "here")
    assert [one.rule for one in found] == ["not-durable"]
