"""Single things, search, outlines and failures through the door, each against the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from rencity.city import Identity
from rencity.city.model import City
from rencity.city.network import build_network
from rencity.sim.why.consequences import together
from rencity.sim.why.names import Names
from tests.api.versions import registered
from tests.cities import tiny_city
from tests.servers import Here


@pytest.fixture(scope="module")
def at(still: Here, block: City, tmp_path_factory: pytest.TempPathFactory) -> str:
    return registered(still, block, tmp_path_factory.mktemp("block") / "it")


def get(here: Here, url: str, **params: Any) -> Any:
    answer = here.client.get(url, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(here: Here, url: str, **body: Any) -> Any:
    answer = here.client.post(url, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_asset_tells_its_needs_links_and_zones(still: Here, block: City, at: str) -> None:
    groups = block.need_groups.set_index("id")
    for row in range(0, len(block.assets), 29):
        key = block.assets["id"].iat[row]
        said = get(still, f"{at}/thing", id=key)
        assert said == get(still, f"{at}/thing", row=row)
        assert (said["row"], said["id"]) == (row, key)
        mine = groups[groups["asset"] == key]
        assert {each["id"] for each in said["needs"]} == set(mine.index)
        for need in said["needs"]:
            of = set(block.needs.loc[block.needs["group"] == need["id"], "provider"])
            assert {each["id"] for each in need["providers"]} == of
            assert need["of"] == len(of)
            assert need["backup_h"] == groups.loc[need["id"], "backup_h"]
        links = block.links
        ends = set(links.loc[links["start"] == key, "end"])
        ends |= set(links.loc[links["end"] == key, "start"])
        own = links[links["asset"] == key]
        ends |= set(own["start"]) | set(own["end"])
        told = {each["ref"]["id"] for each in said["neighbours"]}
        assert told <= ends
        assert len(told) + said["neighbours_more"] >= len(ends)
        serves = block.serves[block.serves["asset"] == key]
        assert {each["ref"]["id"] for each in said["serves"]} <= set(serves["zone"])
        assert len(said["serves"]) + said["serves_more"] == len(serves)


def test_dependents_are_those_whose_needs_name_it(still: Here, block: City, at: str) -> None:
    group_asset = block.need_groups.set_index("id")["asset"]
    counts = block.needs["provider"].value_counts()
    for key in counts.index[:5]:
        said = get(still, f"{at}/thing", id=key)
        want = [group_asset[g] for g in block.needs.loc[block.needs["provider"] == key, "group"]]
        assert sorted(each["ref"]["id"] for each in said["dependents"]) == sorted(want)


def test_values_say_where_they_come_from(still: Here, tmp_path: Path, block: City) -> None:
    assets = block.assets.copy()
    assets.loc[0, ["origin", "rule", "inferred"]] = ["measured", "", "capacity=by-people"]
    assets.loc[0, ["capacity", "owner", "elevation_m"]] = [7.5, "水务集团", float("nan")]
    named = block.with_identity(block.identity.model_copy(update={"id": "valued"}))
    at = registered(still, named.replace(assets=assets), tmp_path / "valued")
    values = {each["column"]: each for each in get(still, f"{at}/thing", row=0)["values"]}
    assert "elevation_m" not in values
    assert (values["capacity"]["value"], values["capacity"]["origin"]) == (7.5, "inferred")
    assert values["capacity"]["rule"] == "by-people"
    assert (values["owner"]["origin"], values["owner"]["rule"]) == ("measured", "")
    unit = block.catalogue.lifelines[assets["lifeline"].iat[0]].unit
    assert values["capacity"]["unit"] == unit


def test_zones_tell_parents_children_suppliers_and_demands(
    still: Here, block: City, at: str
) -> None:
    zones = block.zones.set_index("id")
    for key in zones.index:
        said = get(still, f"{at}/thing", table="zones", id=key)
        above, child = [], key
        while zones.loc[child, "parent"]:
            child = zones.loc[child, "parent"]
            above.append(child)
        assert [each["id"] for each in said["parents"]] == above
        assert {each["id"] for each in said["children"]} == set(zones.index[zones["parent"] == key])
        serves = block.serves[block.serves["zone"] == key]
        assert len(said["served_by"]) + said["served_by_more"] == len(serves)
        demands = block.demands[block.demands["zone"] == key]
        assert {each["lifeline"]: each["amount"] for each in said["demands"]} == dict(
            zip(demands["lifeline"], demands["amount"], strict=True)
        )


def test_long_lists_are_cut_and_counted(still: Here, tmp_path: Path) -> None:
    nodes = " ".join(f"n{i:03d}" for i in range(130))
    links = " ".join(f"S-n{i:03d}" for i in range(130))
    needs = [{"asset": f"n{i:03d}", "of": "W"} for i in range(130)]
    city = tiny_city(f"power: S* {nodes}; water: W*", links, needs)
    city = city.with_identity(city.identity.model_copy(update={"id": "star"}))
    at = registered(still, city, tmp_path / "star")
    said = get(still, f"{at}/thing", id="S")
    assert (len(said["neighbours"]), said["neighbours_more"]) == (100, 30)
    said = get(still, f"{at}/thing", id="W")
    assert (len(said["dependents"]), said["dependents_more"]) == (100, 30)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"id": "a", "row": 1}, 400),
        ({"id": "nobody"}, 404),
        ({"row": 10**6}, 404),
        ({"row": -1}, 422),
        ({"row": 2**40}, 422),
        ({"table": "links", "row": 1}, 422),
        ({"table": "zones", "id": "power-plant-000001"}, 404),
    ],
)
def test_things_that_are_not(still: Here, at: str, asked: dict[str, Any], status: int) -> None:
    answer = still.client.get(f"{at}/thing", params=asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["mend"]


def test_search_puts_the_exact_id_first(still: Here, block: City, at: str) -> None:
    key = block.assets["id"].iat[100]
    found = get(still, f"{at}/search", q=key.upper(), limit=5)
    assert (found[0]["id"], found[0]["why"]) == (key, "id")
    top = block.zones[block.zones["level"] == "city"].iloc[0]
    assert get(still, f"{at}/search", q=top["name"])[0]["id"] == top["id"]
    assert get(still, f"{at}/search", q=top["name_en"].upper())[0]["why"] in ("name_en", "name")
    entry = block.catalogue.kinds["health.hospital"]
    for word in (entry.zh, entry.en, "health.hospital"):
        assert {each["kind"] for each in get(still, f"{at}/search", q=word)} >= {"health.hospital"}
    part = get(still, f"{at}/search", q="000", limit=200)
    assert len(part) == 200
    assert len({(each["table"], each["id"]) for each in part}) == 200
    assert all("000" in each["id"] for each in part)
    assert get(still, f"{at}/search", q="no such thing") == []
    assert get(still, f"{at}/search", q="  ") == []
    for strange in ("%", "_", ".*", "[", "'", "\\"):
        assert isinstance(get(still, f"{at}/search", q=strange), list)


def test_within_equals_shapely(still: Here, block: City, at: str) -> None:
    west, south, east, north = shapely.total_bounds(block.zones.geometry.to_numpy())
    middle = ((west + east) / 2, (south + north) / 2)
    ring = [(west, south), (east, south), middle, (west, north)]
    shapes = {name: block.tables[name].geometry.to_numpy() for name in ("assets", "zones")}
    found = post(still, f"{at}/within", polygon=ring)
    for name, each in shapes.items():
        want = np.flatnonzero(shapely.intersects(each, shapely.polygons(ring))).tolist()
        assert 0 < len(want) < len(each) or name == "zones"
        assert found[name]["rows"] == want
        assert found[name]["ids"] == block.tables[name]["id"].iloc[want].tolist()
        assert found[name]["total"] == len(want)
    some = post(
        still, f"{at}/within", box=[west, south, *middle], lifelines=["power"],
        kinds=["power.transformer"], tables=["assets"],
    )  # fmt: skip
    assert some["zones"] is None
    told = block.assets.iloc[some["assets"]["rows"]]
    assert set(told["lifeline"] + "." + told["kind"]) == {"power.transformer"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"box": [0, 0, 1, 1], "polygon": [[0, 0], [1, 0], [1, 1]]},
        {"polygon": [[0, 0], [1, 1]]},
        {"polygon": [[0, 0], [1, 1], [0, 1], [1, 0]]},
        {"polygon": [[0, 0], [0, 0], [0, 0]]},
        {"polygon": [[0, 0], [999, 1], [0, 1]]},
        {"box": [0, 0, 0, 0]},
        {"box": [0, 0, 1, 1], "tables": ["links"]},
    ],
)
def test_outlines_that_are_none(still: Here, at: str, body: dict[str, Any]) -> None:
    answer = still.client.post(f"{at}/within", json=body)
    assert answer.status_code in (400, 422), answer.text


def test_what_if_tells_what_the_engine_does(still: Here, block: City, at: str) -> None:
    assets = block.assets
    asked = [*assets.loc[assets["source"] & (assets["lifeline"] == "power"), "id"]]
    said = post(still, f"{at}/what-if", assets=[*asked, asked[0]])
    network = build_network(block)
    names = Names(block, network)
    rows = names.row_of_asset[[list(names.ids).index(key) for key in asked]].tolist()
    want = together(network, rows, names)
    assert {each["id"] for each in said["asked"]} == set(asked)
    assert said["people"] == want.people
    assert said["people"]["power"] > 0
    assert said["assets_out"] == want.lost
    assert said["dark"] == {"rows": want.dark.tolist(), "total": len(want.dark)}
    assert [len(groups) for groups in said["rounds"]] == [len(groups) for groups in want.rounds]
    assert said["zones_hit"] == len(want.zones) == len(said["zones"])
    for zone, loss in zip(said["zones"], want.zones, strict=True):
        assert block.zones["id"].iat[zone["row"]] == zone["zone"] == loss.zone
        assert zone["people"] == loss.people
    assert [each["asset"]["id"] for each in said["facilities"]] == [
        each.asset.id for each in want.facilities
    ]
    assert [each["at_h"] for each in said["hours"]] == [each.at_h for each in want.hours]
    assert said["outside"] == []


@pytest.mark.parametrize(
    ("assets", "status"), [([], 422), (["nobody"], 404), (["x"] * 5001, 422), ([1], 422)]
)
def test_failures_that_are_none(still: Here, at: str, assets: list[Any], status: int) -> None:
    answer = still.client.post(f"{at}/what-if", json={"assets": assets})
    assert answer.status_code == status
    assert answer.json()["error"]["mend"]


def test_places_stand_in_the_order_asked(still: Here, block: City, at: str) -> None:
    ids = block.assets["id"].iloc[[9, 3, 700, 3]].tolist()
    said = post(still, f"{at}/places", assets=[*ids, "nobody"])["at"]
    assert said[-1] is None
    assert said[:-1] == [get(still, f"{at}/thing", id=key)["at"] for key in ids]
    assert said[1] == said[3] != said[0]


@pytest.mark.parametrize("assets", [[], ["x"] * 5001, [1], "x", ["x" * 501]])
def test_places_that_cannot_be_asked(still: Here, at: str, assets: Any) -> None:
    answer = still.client.post(f"{at}/places", json={"assets": assets})
    assert answer.status_code == 422
    assert answer.json()["error"]["mend"]


def test_a_city_of_nothing(still: Here, tmp_path: Path) -> None:
    at = registered(still, City.build(Identity(id="void", name="空"), {}), tmp_path / "void")
    assert get(still, f"{at}/search", q="a") == []
    found = post(still, f"{at}/within", box=[0, 0, 1, 1])
    assert [found[name]["total"] for name in ("assets", "zones")] == [0, 0]
    assert post(still, f"{at}/places", assets=["a"]) == {"at": [None]}
    assert still.client.get(f"{at}/thing", params={"row": 0}).status_code == 404
    assert still.client.post(f"{at}/what-if", json={"assets": ["a"]}).status_code == 404


def test_things_without_a_place(still: Here, block: City, tmp_path: Path) -> None:
    bare = block.assets.assign(geometry=None).set_geometry("geometry", crs="EPSG:4326")
    named = block.with_identity(block.identity.model_copy(update={"id": "placeless"}))
    at = registered(still, named.replace(assets=bare), tmp_path / "placeless")
    said = get(still, f"{at}/thing", row=3)
    assert (said["at"], said["extent_deg"]) == (None, None)
    assert post(still, f"{at}/places", assets=[said["id"]]) == {"at": [None]}
    assert post(still, f"{at}/within", box=[-180, -90, 180, 90])["assets"]["total"] == 0
    power = block.assets.loc[block.assets["lifeline"] == "power", "id"].iat[0]
    answer = still.client.post(f"{at}/what-if", json={"assets": [power]})
    assert answer.status_code in (200, 422), answer.text
