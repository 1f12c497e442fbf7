"""Versions of one city that are made at the same time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rencity.city import City
from rencity.db import Store, store_of
from rencity.house import schema
from rencity.registry import Places
from rencity.registry.cities import take_in
from rencity.registry.store import cities, city_versions

COUNT = 5


def test_each_version_s_folder_holds_what_its_record_says(
    new_database: Callable[[], str], tmp_path: Path, tiny_city: Callable[..., City]
) -> None:
    with contextlib.closing(store_of(new_database(), tmp_path)) as store:
        _make_at_once(store, Places(tmp_path / "data"), tmp_path, tiny_city)


def _make_at_once(
    store: Store, places: Places, tmp_path: Path, tiny_city: Callable[..., City]
) -> None:
    schema().upgrade(store)
    places.make()
    for number in range(COUNT):

        def more(zones: Any, number: int = number) -> Any:
            return zones.assign(people_night=zones["people_night"] + number)

        tiny_city(zones=more).write(tmp_path / str(number))
    gate = threading.Barrier(COUNT)

    def take(number: int) -> None:
        gate.wait()
        with store.writing("me") as tx:
            take_in(tx, places, tmp_path / str(number))

    threads = [threading.Thread(target=take, args=(number,)) for number in range(COUNT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as connection:
        assert cities.get(connection, "tiny")["current"] == COUNT
        for number in range(1, COUNT + 1):
            held = city_versions.get(connection, f"tiny@{number}")["hash"]
            assert City.open(places.city("tiny", number)).hash == held
