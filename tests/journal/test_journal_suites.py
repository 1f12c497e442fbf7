"""Another suite of algorithms can be put in force, and what was proved by the old still is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.db import Store
from rencity.journal.erasing import erase
from rencity.journal.reading import history
from rencity.journal.roots import sign_root
from rencity.journal.verifying import verify
from rencity.kit import crypto
from rencity.kit.crypto import Ed25519Suite, named_digest, signer_of, suite_in
from rencity.kit.errors import ProofError
from tests.journal.kinds import KINDS, gauges, opened, people

SM3 = "sm3-test"


@pytest.fixture
def sm3(monkeypatch: pytest.MonkeyPatch) -> str:
    """GB/T 32905 for digests. Signatures by SM2 are for whoever brings a library of them."""
    monkeypatch.setattr(crypto, "_SUITES", dict(crypto._SUITES))
    monkeypatch.setattr(crypto, "_in_force", crypto.DEFAULT)
    crypto.register(SM3, Ed25519Suite("sm3"))
    return SM3


def write(store: Store, key: str) -> None:
    with store.writing("me") as tx:
        gauges.create(tx, key, {"count": 1})
        people.create(tx, key, {"name": "李华"})


def test_the_whole_journal_under_another(
    new_database: Callable[[], str], tmp_path: Path, sm3: str
) -> None:
    store = opened(new_database(), tmp_path)
    write(store, "old")
    sign_root(store, signer_of(tmp_path / "old.key"))
    crypto.put_in_force(sm3)
    write(store, "new")
    with store.writing("me") as tx:
        gauges.change(tx, "old", {"count": 2})
        erase(tx, people, "new", "asked to")
    signer = signer_of(tmp_path / "new.key")
    root = sign_root(store, signer)
    assert root is not None
    assert (signer.suite, root.suite) == (sm3, sm3)
    with store.reading() as connection:
        old, again = history(connection, "gauge", "old")
        (new,) = history(connection, "gauge", "new")
        assert [suite_in(e.digest) for e in (old, again, new)] == [crypto.DEFAULT, sm3, sm3]
        assert len(old.digest) == 64
        (person, _) = history(connection, "person", "new")
        assert suite_in(person.sealed) == sm3
        keys = {signer.key, signer_of(tmp_path / "old.key").key}
        assert verify(connection, KINDS, keys=keys).findings == []
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal_entries SET who = 'x' WHERE seq = 2")
    with store.reading() as connection:
        assert {f.rule for f in verify(connection, KINDS, keys=keys).findings} == {"entry-changed"}
    store.close()


def test_a_suite_that_is_not_installed_is_named_and_stops_nothing(
    new_database: Callable[[], str], tmp_path: Path, sm3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(new_database(), tmp_path)
    crypto.put_in_force(sm3)
    write(store, "a")
    sign_root(store, signer_of(tmp_path / "a.key"))
    monkeypatch.delitem(crypto._SUITES, sm3)
    with store.reading() as connection:
        found = verify(connection, KINDS).findings
    assert {one.rule for one in found} == {"entry-changed", "personal-changed", "root-forged"}
    assert sum(f"{SM3} is not installed" in one.what for one in found) == 3
    store.close()


def test_digests_are_those_of_the_suite(sm3: str) -> None:
    assert named_digest(b"abc", crypto.DEFAULT) == hashlib.sha256(b"abc").hexdigest()
    # GB/T 32905-2016, annex A.1
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert named_digest(b"abc", sm3) == f"{SM3}:{expected}"
    with pytest.raises(ProofError, match="not installed"):
        crypto.put_in_force("none")
    with pytest.raises(ValueError, match="registered already"):
        crypto.register(sm3, Ed25519Suite())
