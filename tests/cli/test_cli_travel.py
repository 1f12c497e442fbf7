"""`rencity travel`: times, nearest, within, cut off; what is wrong is said."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from rencity.cli import main
from rencity.cli.travel import SHOWN
from tests.sim.travel.streets import DEG, SOUTH, WEST, Street, street_city


def asset(name: str, lifeline: str, kind: str, x: float, y: float) -> dict[str, Any]:
    point = Point(WEST + x * DEG, SOUTH + y * DEG)
    return {"id": name, "lifeline": lifeline, "kind": kind, "geometry": point}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four junctions in a row, 1, 1 and 10 minutes apart; hospitals at the ends, a zone a half.

    The middle street rides on a tunnel, so that it is out when the tunnel is.
    """
    places = [(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (15.0, 0.0)]
    streets = [Street(0, 1, 600.0, own=True), Street(1, 2, 600.0, own=True), Street(2, 3, 6000.0)]
    assets = [
        asset("h-west", "health", "hospital", 0.0, 0.0),
        asset("h-east", "health", "hospital", 15.0, 0.0),
        asset("far", "rescue", "fire_station", 15.0, 90.0),
        asset("carrier", "road", "utility_tunnel", 7.0, 0.0),
    ]
    corner = [(WEST + x * DEG, SOUTH + y * DEG) for x, y in ((-1, -1), (7, 1), (7, -1), (16, 1))]
    zones = gpd.GeoDataFrame(
        [
            ("city", "city", "", "城", 300.0, box(*corner[0], *corner[3])),
            ("w", "district", "city", "西", 100.0, box(*corner[0], *corner[1])),
            ("e", "district", "city", "东", 200.0, box(*corner[2], *corner[3])),
        ],
        columns=["id", "level", "parent", "name", "people_night", "geometry"],
        crs=4326,
    )
    city = street_city(places, streets, assets=assets, zones=zones)
    rows = city.assets.copy()
    for name, zone in (("j0000", "w"), ("j0001", "w"), ("j0002", "e"), ("j0003", "e")):
        rows.loc[rows["id"] == name, "zone"] = zone
    carriers = pd.DataFrame([("carrier", "s0001")], columns=["carrier", "asset"])
    return city.replace(assets=rows, carriers=carriers).write(tmp_path / "city").folder  # type: ignore[return-value]


Say = Any


@pytest.fixture
def say(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Exit status, output and errors of the command."""

    def run(*words: object, city: Path = folder) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rencity", "travel", str(city), *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def told(say: Say) -> Any:
    """What the command says as JSON."""

    def run(*words: object) -> dict[str, Any]:
        status, out, err = say(*words, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    return run


def test_times_now_and_undamaged(told: Any) -> None:
    said = told("--from", "h-west", "--to", "hospital", "--closed", "s0001")
    assert said["times"] == [
        {"from": "h-west", "to": "h-east", "minutes": None, "undamaged_minutes": 12.0},
        {"from": "h-west", "to": "h-west", "minutes": 0.0, "undamaged_minutes": 0.0},
    ]
    assert said["closed"] == {"assets": 1, "edges": 2}
    assert said["roads"] == {"nodes": 4, "edges": 6, "km": 14.4}


def test_what_rides_on_a_closed_asset_is_closed(told: Any) -> None:
    said = told("--from", "j0000", "--to", "j0003", "--closed", "carrier")
    assert said["times"][0]["minutes"] is None
    assert said["closed"] == {"assets": 2, "edges": 2}


def test_slowed_streets_take_longer(told: Any) -> None:
    said = told("--from", "j0000", "--to", "j0002", "--slowed", "s0000", "--factor", "2.5")
    assert said["times"][0]["minutes"] == 3.5
    assert said["times"][0]["undamaged_minutes"] == 2.0
    assert said["slowed"] == {"edges": 2}
    assert said["closed"]["edges"] == 0


def test_nearest_open_facility_and_who_was_nearest(told: Any) -> None:
    (found,) = told("--from", "j0001", "--nearest", "hospital", "--closed", "h-west")["nearest"]
    assert found == {
        "from": "j0001",
        "to": "h-east",
        "minutes": 11.0,
        "undamaged_to": "h-west",
        "undamaged_minutes": 1.0,
    }


def test_within_counts_nodes_and_people(told: Any) -> None:
    found = told("--from", "h-west", "--within", "2", "--closed", "s0001")["within"]
    assert (found["nodes"], found["undamaged_nodes"]) == (2, 3)
    assert (found["people"], found["undamaged_people"], found["people_in_all"]) == (100, 200, 300)
    assert found["zones"] == [
        {"zone": "e", "name": "东", "people": 0, "undamaged_people": 100},
        {"zone": "w", "name": "西", "people": 100, "undamaged_people": 100},
    ]


def test_cut_off_counts_people_by_zone(told: Any) -> None:
    found = told("--cut-off", "health.hospital", "--closed", "s0001,h-east")["cut_off"]
    assert (found["open"], found["closed"]) == (1, 1)
    assert (found["people"], found["undamaged_people"]) == (200, 0)
    assert found["zones"] == [{"zone": "e", "name": "东", "people": 200, "undamaged_people": 0}]


def test_all_facilities_closed_cut_everyone_off_and_are_told(told: Any) -> None:
    said = told("--cut-off", "health", "--closed", "h-west,h-east")
    assert said["cut_off"]["people"] == 300
    (finding,) = [f for f in said["findings"] if f["rule"] == "none-open"]
    assert finding["ids"] == ["h-east", "h-west"]


def test_every_road_closed_is_told(told: Any) -> None:
    said = told("--cut-off", "hospital", "--closed", "j0000,j0001,j0002,j0003")
    assert "all-roads-closed" in {finding["rule"] for finding in said["findings"]}
    assert said["cut_off"]["people"] == 150  # those at a hospital's own node are there


def test_a_facility_on_no_road_is_told_and_not_reached(told: Any) -> None:
    said = told("--from", "j0003", "--to", "far")
    assert said["times"][0]["minutes"] is None
    (finding,) = [f for f in said["findings"] if f["rule"] == "place-off-roads"]
    assert finding["ids"] == ["far"]
    assert "no road within 1,000 m" in finding["what"]


def test_points_and_zones_are_places(told: Any) -> None:
    here = f"{WEST + 5 * DEG},{SOUTH}"
    said = told("--from", here, "--from", "w", "--to", "j0000")
    assert [row["from"] for row in said["times"]] == [here, "w"]
    assert said["times"][0]["minutes"] == 1.0


def test_ids_to_close_come_from_a_file(told: Any, tmp_path: Path) -> None:
    listed = tmp_path / "closed.txt"
    listed.write_text(
        "# the flood of July\ns0001  # bridge\n\ns0000\ns0001\n", encoding="utf-8-sig"
    )
    assert told("--cut-off", "hospital", "--closed", listed)["closed"] == {"assets": 2, "edges": 4}


def test_the_page_is_chinese_first_and_says_what_cannot_be_reached(say: Say) -> None:
    status, out, err = say(
        "--from", "j0000", "--to", "j0003", "--within", 3, "--cut-off", "hospital",
        "--nearest", "hospital", "--closed", "s0001", "--slowed", "s0000",
    )  # fmt: skip
    assert (status, err) == (0, "")
    for text in (
        "道路 roads: 4 节点 nodes",
        "到不了 no way",
        "减速 slowed: 2 单向 edges",
        "3 分钟内 within 3 minutes",
        "最近可用",
        "到不了任何可用的 no way to any open hospital",
        "0 人 people of 300",
    ):
        assert text in out


def test_long_tables_are_cut_and_say_so(say: Say) -> None:
    words = [word for i in range(SHOWN // 4 + 1) for word in ("--from", f"j{i % 4:04d}")]
    _, out, _ = say(*words, *(word for i in range(4) for word in ("--to", f"j{i:04d}")))
    assert "另有 and 4 行 more, in --json" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "j0000"), "a start alone asks nothing"),
        ((), "nothing is asked"),
        (("--to", "j0000"), "no start is given"),
        (("--within", "5"), "no start is given"),
        (("--from", "j000", "--to", "j0001"), "'j000' is no asset, zone, kind or point"),
        (("--from", "500,3", "--to", "j0001"), "no place on earth at 500,3"),
        (("--from", "nan,3", "--to", "j0001"), "no place on earth at nan,3"),
        (("--from", "j0000", "--nearest", "hospitl"), "no asset of kind 'hospitl'"),
        (("--cut-off", "shelter"), "no asset of kind 'shelter'"),
        (("--cut-off", "hospital", "--closed", "s9"), "the city has no asset 's9'"),
        (("--cut-off", "hospital", "--slowed", "s9"), "the city has no asset 's9'"),
        (("--cut-off", "hospital", "--slowed", "s0000", "--factor", "0"), "slowed 0 times"),
    ],
)
def test_what_is_wrong_is_one_message_with_a_mend(
    say: Say, words: tuple[str, ...], said: str
) -> None:
    status, out, err = say(*words)
    assert (status, out) == (1, "")
    assert said in err
    assert "mend:" in err
    assert "Traceback" not in err


def test_the_nearest_kind_is_suggested(say: Say) -> None:
    _, _, err = say("--from", "j0000", "--nearest", "health.hospitl")
    assert "did you mean 'health.hospital'?" in err


def test_a_file_of_ids_that_is_no_text_is_refused(say: Say, tmp_path: Path) -> None:
    broken = tmp_path / "closed.bin"
    broken.write_bytes(b"\xff\xfe\x00\x01")
    status, _, err = say("--cut-off", "hospital", "--closed", broken)
    assert status == 1
    assert "not a text file" in err


def test_a_city_without_roads_is_refused(say: Say, tiny_city: Any, tmp_path: Path) -> None:
    bare = tiny_city().write(tmp_path / "bare").folder
    status, _, err = say("--cut-off", "hospital", city=bare)
    assert status == 1
    assert "no link of lifeline road" in err
    assert "import osm" in err
