"""Files leave after their record, and never while a backup reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rencity.kit.errors import UnreachableError
from rencity.registry.places import Places
from tests.servers import Here, new_key, until


def test_nothing_is_cleared_while_it_is_kept(tmp_path: Path) -> None:
    places = Places(tmp_path)
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
