"""Figures, findings, origins and differences of versions through the door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rencity.city.check import check
from rencity.city.info import describe
from rencity.city.model import City
from tests.api.versions import registered
from tests.cities import tiny_city
from tests.servers import Here


@pytest.fixture(scope="module")
def at(standing: Here, block: City, tmp_path_factory: pytest.TempPathFactory) -> str:
    return registered(standing, block, tmp_path_factory.mktemp("block") / "it")


def get(here: Here, url: str, **params: Any) -> Any:
    answer = here.client.get(url, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_info_loses_nothing_that_the_city_says(standing: Here, block: City, at: str) -> None:
    said, want = get(standing, f"{at}/info"), describe(block)
    assert set(said) == set(want)
    for key in want:
        if key not in ("statistics", "extent_deg"):
            assert said[key] == want[key], key
    for key, value in want["statistics"].items():
        assert said["statistics"][key] == value, key
    assert get(standing, f"{at}/info") == said


def broken(block: City) -> City:
    links = block.links.copy()
    links.loc[:249, "lifeline"] = "nothing"
    named = block.with_identity(block.identity.model_copy(update={"id": "broken"}))
    return named.replace(links=links)


def test_findings_have_rows_and_places(standing: Here, block: City, tmp_path: Path) -> None:
    city = broken(block)
    at = registered(standing, city, tmp_path / "broken")
    said = get(standing, f"{at}/findings")
    want = check(city, classes={"fragility": (), "repair": ()})
    worst = {f.rule for f in want if f.severity == "error"}
    assert worst <= {each["rule"] for each in said}
    long = next(each for each in said if each["ids_more"])
    assert (len(long["ids"]), len(long["rows"]), len(long["places"])) == (200, 200, 200)
    for each in said:
        if each["table"] == "links":
            for key, row, place in zip(each["ids"], each["rows"], each["places"], strict=True):
                assert city.links["id"].iat[row] == key
                assert place is not None
    assert get(standing, f"{at}/findings") == said


def test_findings_are_kept_until_content_changes(
    standing: Here, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = get(standing, f"{at}/findings")
    monkeypatch.setattr("rencity.atlas.findings.check", None)  # it is not run again
    assert get(standing, f"{at}/findings") == first
    monkeypatch.undo()
    monkeypatch.setattr("rencity.atlas.findings.check", lambda *_, **__: [])
    monkeypatch.setattr("rencity.content.packs.Packs.fragility", {"other": None}, raising=False)
    assert get(standing, f"{at}/findings") == []


def test_origins_count_every_value(standing: Here, block: City, tmp_path: Path) -> None:
    assets = block.assets.copy()
    assets.loc[:9, ["origin", "rule", "inferred"]] = ["measured", "", "cost_yuan=by-length"]
    assets.loc[10:14, ["origin", "rule"]] = ["inferred", "near"]
    assets.loc[:14, "cost_yuan"] = 5.0
    named = block.with_identity(block.identity.model_copy(update={"id": "origins"}))
    at = registered(standing, named.replace(assets=assets), tmp_path / "origins")
    said = get(standing, f"{at}/origins")
    tables = {each["table"]: each for each in said["tables"]}
    assert tables["assets"]["rows"] == len(assets)
    columns = {each["column"]: each for each in tables["assets"]["columns"]}
    for column in columns.values():
        total = sum(column[how] for how in ("measured", "inferred", "synthetic", "missing"))
        assert total == len(assets), column
    assert columns["cost_yuan"]["rules"] == {"by-length": 10, "near": 5}
    assert columns["kind"]["measured"] == 10
    assert columns["kind"]["inferred"] == 5
    lines = said["lifelines"]
    assert sum(each["rows"] for each in lines) == len(assets)
    for name, column in columns.items():
        parts = [c for each in lines for c in each["columns"] if c["column"] == name]
        assert sum(part["missing"] for part in parts) == column["missing"]


def test_changes_between_two_versions(standing: Here, tmp_path: Path) -> None:
    city = tiny_city("power: S* a b c", "S-a a-b b-c", serves=[("a", "z", 1.0)], zones={"z": 9})
    city = city.with_identity(city.identity.model_copy(update={"id": "changing"}))
    first = registered(standing, city, tmp_path / "one")
    kept = city.assets[city.assets["id"] != "c"]
    assets = kept.assign(name=["新名" if key == "a" else "" for key in kept["id"]])
    links = city.links[city.links["end"] != "c"]
    second = registered(standing, city.replace(assets=assets, links=links), tmp_path / "two")
    assert second.endswith("/2")
    said = get(standing, f"{second}/changes", against=1)
    assert not said["same"]
    tables = {each["table"]: each for each in said["tables"]}
    assert tables["assets"]["removed"] == ["c"]
    assert (tables["assets"]["added"], tables["assets"]["changed"]) == ([], 1)
    (column,) = tables["assets"]["columns"]
    assert (column["column"], column["count"]) == ("name", 1)
    assert column["examples"] == [{"key": "a", "old": "", "new": "新名"}]
    assert [(each["how"], each["id"]) for each in said["places"]] == [
        ("removed", "c"), ("changed", "a"),
    ]  # fmt: skip
    assert all(each["at"] for each in said["places"])
    back = get(standing, f"{first}/changes", against=2)
    assert {each["table"]: each["added"] for each in back["tables"]}["assets"] == ["c"]
    assert get(standing, f"{second}/changes", against=2)["same"]
    for bad, status in ((9, 400), (0, 422), ("x", 422)):
        answer = standing.client.get(f"{second}/changes", params={"against": bad})
        assert answer.status_code == status


def test_an_empty_city_says_so(standing: Here, block: City, tmp_path: Path) -> None:
    identity = block.identity.model_copy(update={"id": "bare", "rasters": ()})
    at = registered(standing, City.build(identity, {}), tmp_path / "bare")
    assert get(standing, f"{at}/info")["extent_deg"] is None
    assert get(standing, f"{at}/origins") == {"tables": [], "lifelines": []}
    assert isinstance(get(standing, f"{at}/findings"), list)
