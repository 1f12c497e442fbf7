"""One database of each kind for many tests: making one in PostgreSQL takes longer than a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rencity.db import Store
from tests.databases import Postgres
from tests.journal.kinds import Clock, emptied, opened


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, Clock]]:
    """A store with every table, and its clock."""
    folder = tmp_path_factory.mktemp("journal")
    url = f"sqlite:///{folder / 'shared.db'}"
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.new_database()
    clock = Clock()
    store = opened(url, folder, clock)
    yield store, clock
    store.close()


@pytest.fixture
def shared(made: tuple[Store, Clock]) -> tuple[Store, Clock]:
    """The same, empty, its clock at the beginning."""
    store, clock = made
    emptied(store)
    clock.at = Clock().at
    return store, clock
