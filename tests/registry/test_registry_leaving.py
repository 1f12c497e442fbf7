"""Files leave after their record, and never while a backup reads them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rencity.kit.errors import UnreachableError
from rencity.registry.leaving import OLD, sweep
from rencity.registry.places import Places
from tests.servers import Here, new_key, until


def test_nothing_is_cleared_while_it_is_kept(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    refused = pytest.raises(UnreachableError, match="a backup reads")
    with places.kept(), places.kept(), refused, places.cleared():
        pytest.fail("it is cleared")
    with places.cleared():
        pass


def test_a_file_leaves_when_the_backup_is_done(here: Here) -> None:
    answer = here.client.post("uploads", params={"name": "a"}, content=b"a", headers=new_key())
    file = here.services.places.upload(answer.json()["sha256"])
    with here.services.places.kept():
        gone = here.client.delete(
            f"uploads/{answer.json()['id']}", headers={**new_key(), "If-Match": '"1"'}
        )
        assert gone.status_code == 204
        other = here.client.post("uploads", params={"name": "b"}, content=b"b", headers=new_key())
        assert other.status_code == 201
        assert file.exists()
    until(lambda: not file.exists(), "the file to leave")


def test_what_no_record_names_is_swept_when_it_is_old(here: Here) -> None:
    store, places = here.services.store, here.services.places
    answer = here.client.post("uploads", params={"name": "a"}, content=b"a", headers=new_key())
    named = places.upload(answer.json()["sha256"])
    stray, part, young = (places.uploads / name for name in ("f" * 64, ".incoming-1", "e" * 64))
    long_ago = (store.now() - 2 * OLD).timestamp()
    for path in (stray, part, young):
        path.write_bytes(b"x")
    for path in (named, stray, part):
        os.utime(path, (long_ago, long_ago))
    sweep(store, places)  # the server may be at it too
    assert sorted(places.uploads.iterdir()) == sorted([named, young])
    assert sweep(store, places) == 0


def test_many_may_clear_at_once(here: Here) -> None:
    """The server's own turn and another's do not take each other for a backup."""
    store, places = here.services.store, here.services.places
    long_ago = (store.now() - 2 * OLD).timestamp()
    strays = [places.uploads / f"{number:064x}" for number in range(20)]
    for path in strays:
        path.write_bytes(b"x")
        os.utime(path, (long_ago, long_ago))
    with ThreadPoolExecutor(4) as pool:
        swept = [pool.submit(sweep, store, places) for _ in range(4)]
        assert sum(each.result() for each in swept) <= len(strays)
    assert not any(path.exists() for path in strays)
