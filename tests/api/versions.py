"""Versions of cities on a server, for tests of what is asked of one."""

from __future__ import annotations

from pathlib import Path

from rencity.city.model import City
from rencity.registry.cities import take_in
from tests.servers import Here


def registered(here: Here, city: City, folder: Path) -> str:
    """Register a city as `--city DIR` does; its path below `/api/v1/`."""
    city.write(folder)
    with here.services.store.writing("me") as tx:
        row = take_in(tx, here.services.places, folder)
    return f"cities/{city.identity.id}/versions/{row['current']}"
