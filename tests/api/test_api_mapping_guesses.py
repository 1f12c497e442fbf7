"""What is guessed of files, how sure it is, and whether the city made of it is the right one."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, box

from rencity.city.demo.build import make_demo
from rencity.city.readers.mapping_faults import mapping_faults
from tests.api.test_api_reading import imported, preview
from tests.servers import Here


def proposed(here: Here, files: dict[str, bytes]) -> dict[str, Any]:
    """Layers by file; every one of them stands alone as a mapping without faults."""
    (way,) = preview(here, files)["suggestions"]
    for layer in way["layers"]:
        assert not mapping_faults(layer["text"], list(files)), layer["text"]
        assert len(layer["why_zh"]) == len(layer["why_en"])
        assert len(layer["doubts_zh"]) == len(layer["doubts_en"])
    return {layer["path"]: layer for layer in way["layers"]}


def mapping(layer: Any) -> Any:
    (made,) = tomllib.loads(layer["text"])["layers"]
    return made


def csv(text: str) -> bytes:
    return text.encode("gb18030")


STATIONS = csv("编号,名称,经度,纬度,类型\n1,甲,120.30,31.57,泵站\n2,乙,120.33,31.58,水厂\n")
WARDS = csv("社区编号,名称,人口\nz1,梁溪,1200\nz2,滨湖,800\n")


def test_ends_are_matched_with_the_ids_of_another_file(standing: Here, tmp_path: Path) -> None:
    pipes = csv("管段编号,起点,终点,长度（公里）,管径\np1,1,2,1.6,300\n")
    files = {"供水/站点.csv": STATIONS, "供水/管段.csv": pipes}
    found = proposed(standing, files)
    pipe = found["供水/管段.csv"]
    assert (pipe["table"], pipe["sure"], pipe["doubts_zh"]) == ("links", "likely", [])
    assert "100%" in pipe["why_zh"][0]
    assert mapping(pipe)["columns"]["length_m"] == {"column": "长度（公里）", "unit": "km"}
    assert mapping(pipe)["asset_kind"] == {"value": "pipe"}
    city = imported("\n".join(each["text"] for each in found.values()), files, tmp_path)
    assert set(city.links["start"]) <= set(city.assets["id"])
    assert city.links["length_m"].tolist() == [1600]
    assert sorted(city.assets["kind"]) == ["pipe", "pump", "works"]


def test_ends_that_no_file_holds_are_doubted(standing: Here) -> None:
    pipes = csv("编号,起点,终点\np1,77,78\n")
    found = proposed(standing, {"供水站点.csv": STATIONS, "供水管段.csv": pipes})
    pipe = found["供水管段.csv"]
    assert pipe["sure"] == "doubtful"
    assert any("起点" in doubt for doubt in pipe["doubts_zh"])
    assert mapping(pipe)["columns"]["start"] == "{起点}"  # ids of a city that stands


def test_shares_demands_buildings_trips_and_carriers(standing: Here, tmp_path: Path) -> None:
    files = {
        "供水站点.csv": STATIONS,
        "社区.csv": WARDS,
        "服务关系.csv": csv("设施,分区,份额\n2,z1,60\n2,z2,40\n"),
        "用水量.csv": csv("分区,用量\nz1,120\nz2,80\n"),
        "出行.csv": csv("起点,终点,出行量\nz1,z2,300\n"),
        "共沟.csv": csv("管廊,管线\n1,2\n"),
        "楼栋.csv": csv("id,lon,lat,层数,用途\nb1,120.3,31.57,9,住宅\nb2,120.31,31.5,3,锅炉\n"),
    }
    found = proposed(standing, files)
    assert {path: each["table"] for path, each in found.items()} == {
        "供水站点.csv": "assets", "社区.csv": "zones", "服务关系.csv": "serves",
        "用水量.csv": "demands", "出行.csv": "od", "共沟.csv": "carriers", "楼栋.csv": "buildings",
    }  # fmt: skip
    assert not any(each["sure"] == "doubtful" for each in found.values())
    city = imported("\n".join(each["text"] for each in found.values()), files, tmp_path)
    assert city.serves["share"].tolist() == [0.6, 0.4]
    assert city.tables["od"]["trips"].tolist() == [300]
    assert set(city.tables["od"]["start"]) <= set(city.zones["id"])
    assert city.demands["lifeline"].unique().tolist() == ["water"]
    assert set(city.carriers["carrier"]) <= set(city.assets["id"])
    assert sorted(city.buildings["use"]) == ["other", "residential"]
    assert city.zones["people_night"].sum() == 2000


def test_networks_named_row_by_row_lead_to_their_own_files(standing: Here, tmp_path: Path) -> None:
    power = csv("ID,X,Y\n1,120.1,31.1\n2,120.2,31.2\n")
    water = csv("ID,X,Y\n1,120.3,31.3\n9,120.4,31.4\n")
    needs = csv("Dependee Node,Depender Node,Dependee Network,Depender Network\n1,9,Power,Water\n")
    files = {"PowerNodes.csv": power, "WaterNodes.csv": water, "Interdep.csv": needs}
    found = proposed(standing, files)
    assert found["Interdep.csv"]["sure"] == "likely"
    city = imported("\n".join(each["text"] for each in found.values()), files, tmp_path)
    (need,) = city.need_groups.to_dict("records")
    assert (need["asset"], need["lifeline"]) == ("waternodes-9", "power")
    assert city.needs["provider"].tolist() == ["powernodes-1"]


def test_tables_of_a_city_folder_give_that_city_again(standing: Here, tmp_path: Path) -> None:
    demo = make_demo("block", 1).city
    demo.write(tmp_path / "was")
    names = [n for n, frame in demo.tables.items() if len(frame)]
    files = {f"t/{n}.parquet": (tmp_path / "was" / f"{n}.parquet").read_bytes() for n in names}
    found = proposed(standing, files)
    assert set(found) == {f"t/{n}.parquet" for n in names} - {"t/need_groups.parquet"}
    assert {each["sure"] for each in found.values()} == {"likely"}
    city = imported("\n".join(each["text"] for each in found.values()), files, tmp_path / "is")
    for name in names:
        assert len(city.tables[name]) == len(demo.tables[name]), name
    assert set(city.assets["id"]) == set(demo.assets["id"])
    assert city.zones["people_night"].sum() == demo.zones["people_night"].sum()


def test_memphis_is_guessed_from_its_tables_alone(
    standing: Here, shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "interdependent" / "shelby_indp" / "Extended_Shelby_County"
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    names = [f"{n}{k}.csv" for n in ("Power", "Water", "Gas", "Telecommunication")
             for k in ("Nodes", "Arcs")]  # fmt: skip
    files = {name: (folder / name).read_bytes() for name in (*names, "Interdep.csv", "beta.csv")}
    found = proposed(standing, files)
    assert {n for n, each in found.items() if each["sure"] == "doubtful"} == {"beta.csv"}
    (way,) = preview(standing, files)["suggestions"]
    city = imported(way["mapping"], files, tmp_path)  # without what is doubtful
    counts = {n: len(city.tables[n]) for n in ("assets", "links", "need_groups", "needs")}
    assert counts == {"assets": 384, "links": 217, "need_groups": 67, "needs": 73}


def test_lines_and_areas(standing: Here) -> None:
    roads = gpd.GeoDataFrame(
        {"id": ["r1"], "road": ["x"]}, geometry=[LineString([(120, 31), (121, 31)])], crs=4326
    )
    areas = gpd.GeoDataFrame({"gid": ["a"]}, geometry=[box(120, 31, 121, 32)], crs=4326)
    files = {"道路.geojson": roads.to_json().encode(), "x.geojson": areas.to_json().encode()}
    found = proposed(standing, files)
    assert mapping(found["道路.geojson"])["columns"]["kind"] == {"value": "segment"}
    assert found["x.geojson"]["table"] == "zones"
    assert found["x.geojson"]["doubts_zh"]


@pytest.mark.parametrize(
    ("name", "text", "doubt"),
    [
        ("电站.csv", "编号,X,Y\n1,40530000,3491000\n2,40531000,3491500\n", "坐标"),
        ("设施.csv", "编号,经度,纬度\n1,120.1,31.1\n", "生命线"),
        ("供水.csv", "量,经度,纬度\n1.5,120.1,31.1\n1.5,120.1,31.1\n", "区分"),
    ],
)
def test_what_is_not_known_is_said(here: Here, name: str, text: str, doubt: str) -> None:
    (layer,) = proposed(here, {name: csv(text)}).values()
    assert layer["sure"] == "doubtful"
    assert any(doubt in each for each in layer["doubts_zh"])


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "名称,备注\n甲,乙\n", "<b>,{x}\n1,2\n", "时间,流量\n8:00,5\n"]
)
def test_nothing_is_guessed_of_what_is_no_table_of_a_city(here: Here, text: str) -> None:
    frame = pd.read_csv(io.StringIO(text))
    assert len(frame)
    assert preview(here, {"it.csv": csv(text)})["suggestions"] == []
