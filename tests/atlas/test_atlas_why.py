"""Why, asked of a run over HTTP, against the same asked by the library."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from rencity.atlas import runs
from rencity.rehearse import why as module
from rencity.rehearse.why import why
from tests.atlas.conftest import Read


def plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value


def within(mine: Any, whole: Any) -> bool:
    """Whether all that the library says is said over HTTP."""
    if isinstance(mine, dict):
        return all(name in whole and within(one, whole[name]) for name, one in mine.items())
    if isinstance(mine, list):
        return len(mine) == len(whole) and all(map(within, mine, whole))
    return bool(mine == whole)


def test_why_an_asset_and_a_zone(read: Read) -> None:
    (weak,) = read.get("runs/shaken/weak-links", by="n1", limit=1)["items"]
    wait = read.get("runs/shaken/key-figures")["waits"][0]
    city = read.here.services.places.city("demo-block", 1)
    for target, lifeline in ((weak["asset"], None), (wait["zone"], wait["lifeline"])):
        asked = {"lifeline": lifeline} if lifeline else {}
        said = read.get("runs/shaken/why", target=target, **asked)
        mine = why(read.sources["shaken"], target, city=city, lifeline=lifeline)
        assert within(plain(mine.to_dict()), said)
        assert said["text"] == {"zh": mine.to_text("zh"), "en": mine.to_text("en")}
        table = read.city.zones if lifeline else read.city.assets
        assert table["id"].iloc[said["row"]] == target
        assert said["causes"]["samples"] == 40
    assert said["causes"]["causes"]
    ids = read.city.assets["id"]
    assert all(ids.iloc[one["row"]] == one["asset"]["id"] for one in said["causes"]["causes"])


def test_samples_are_told_of_as_time_allows_and_as_asked(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"target": "zone-320213", "lifeline": "power"}
    whole = read.get("runs/again/why", **asked)["causes"]
    assert (whole["samples"], whole["of"]) == (30, 30)
    six = read.get("runs/again/why", **asked, samples=6)
    assert (six["causes"]["samples"], six["causes"]["of"]) == (6, 30)
    assert "the first 6 of 30 samples kept" in six["text"]["en"]
    assert read.get("runs/again/why", **asked, samples=512)["causes"] == whole
    monkeypatch.setattr(module, "WORK", 1)
    few = read.get("runs/again/why", **asked, at_h=12)["causes"]
    assert (few["samples"], few["of"]) == (module.LEAST, 30)


def test_who_waits_long_is_told_so_and_what_is_known_is_said_meanwhile(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"target": "zone-320213", "lifeline": "water"}
    said = read.get("runs/shaken/why", **asked)
    services = read.here.services
    opened = services.runs.of(services.places.run("shaken"), "shaken")
    monkeypatch.setattr(runs, "WAIT_S", 0.05)
    with opened.in_turn("why"):
        assert read.get("runs/shaken/why", **asked) == said
        answer = read.here.client.get("runs/shaken/why", params={**asked, "at_h": 7})
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "limit")
        assert answer.json()["error"]["place"] == "run/shaken/why"
    assert read.get("runs/shaken/why", **asked, at_h=7)["causes"]["at_h"] == 7


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"target": "nobody"}, 422),
        ({}, 422),
        ({"target": ""}, 422),
        ({"target": "zone-320213", "lifeline": "power", "samples": 0}, 422),
        ({"target": "zone-320213", "lifeline": "powr"}, 422),
        ({"target": "zone-320213", "lifeline": "power", "at_h": 9999}, 422),
    ],
)
def test_what_cannot_be_asked(read: Read, asked: dict[str, Any], status: int) -> None:
    answer = read.here.client.get("runs/shaken/why", params=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["mend"]


def test_a_run_of_a_version_that_is_gone_or_another(read: Read) -> None:
    read.enter("old", read.sources["shaken"], "stress", city_version=7)
    answer = read.here.client.get("runs/old/why", params={"target": "zone-320213"})
    assert answer.status_code == 404
    assert "version 7 of demo-block" in answer.json()["error"]["what"]
    assert "run the same on version 1" in answer.json()["error"]["mend"]
    places = read.here.services.places
    other = places.city("demo-block", 7)
    shutil.copytree(places.city("demo-block", 1), other)
    head = other / "city.toml"
    head.write_text(
        head.read_text("utf-8").replace('time_zone = "Asia/Shanghai"', 'time_zone = "Asia/Tokyo"'),
        "utf-8",
    )
    answer = read.here.client.get("runs/old/why", params={"target": "zone-320213"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run")
    shutil.rmtree(other)
