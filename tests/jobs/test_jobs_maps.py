"""The map as a job's last stage, and as a job of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rencity.atlas.tiles import Map, map_folder, read
from rencity.city.model import City
from rencity.jobs import finishing
from rencity.registry import cities as registry_cities
from rencity.registry.cities import take_in
from tests.jobs.conftest import Desk


def map_of(desk: Desk, city: str, number: int) -> Map | None:
    folder = desk.places.city(city, number)
    return read(map_folder(folder, City.open(folder).hash))


def test_a_version_that_a_job_makes_has_its_map(plain_desk: Desk) -> None:
    job = plain_desk.here(plain_desk.ask("demo", scale="block", seed=3, city="other"))
    assert job["state"] == "done", job["fault"]
    made = map_of(plain_desk, "other", 1)
    assert made is not None
    assert {each.about for each in made.files} == {"zones", "lines", "links", "points"}


def test_a_city_without_places_is_drawn_as_a_map_of_nothing(
    plain_desk: Desk, tmp_path: Path
) -> None:
    city = City.open(plain_desk.places.city("block", 1))
    bare = city.assets.assign(geometry=None).set_geometry("geometry", crs="EPSG:4326")
    zones = city.zones.assign(geometry=None).set_geometry("geometry", crs="EPSG:4326")
    city.replace(assets=bare, zones=zones).write(tmp_path / "bare")
    with plain_desk.store.writing("other") as tx:
        take_in(tx, plain_desk.places, tmp_path / "bare")
    job = plain_desk.here(plain_desk.ask("map", city="block"))
    assert (job["state"], job["outcome"]["version"], job["outcome"]["layers"]) == ("done", 2, 0)
    made = map_of(plain_desk, "block", 2)
    assert made is not None
    assert (made.files, made.extent_deg, made.unplaced["assets"]) == ((), None, len(bare))


def test_a_version_without_a_map_is_drawn_by_its_job(plain_desk: Desk) -> None:
    assert map_of(plain_desk, "block", 1) is None
    job = plain_desk.here(plain_desk.ask("map", city="block"))
    assert job["state"] == "done", job["fault"]
    made = map_of(plain_desk, "block", 1)
    assert made is not None
    assert job["outcome"] == {
        "city": "block", "version": 1, "layers": len(made.files),
        "unplaced": {"zones": 0, "assets": 0},
    }  # fmt: skip
    again = plain_desk.here(plain_desk.ask("map", city="block", version=1))
    assert again["state"] == "done"
    assert map_of(plain_desk, "block", 1) == made


@pytest.mark.parametrize("another", [False, True])
def test_a_city_that_goes_while_it_is_drawn(
    plain_desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, another: bool
) -> None:
    entering = finishing.entering

    def later(context: Any, made: Any) -> Any:
        with plain_desk.store.writing("other") as tx:
            registry_cities.remove(tx, "block", version=None, why="gone")
        if another:
            old = City.open(context.places.city("block", 1))
            zones = old.zones.assign(people_night=old.zones["people_night"] + 1)
            old.replace(zones=zones).write(tmp_path / "another")
            with plain_desk.store.writing("other") as tx:
                take_in(tx, plain_desk.places, tmp_path / "another")
        return entering(context, made)

    monkeypatch.setattr(finishing, "entering", later)
    job = plain_desk.here(plain_desk.ask("map", city="block"))
    assert job["state"] == "failed"
    assert job["fault"]["mend"]
    if another:
        assert map_of(plain_desk, "block", 1) is None
