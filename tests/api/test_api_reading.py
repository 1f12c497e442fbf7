"""Looking into files before an import, through the door."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Point, box

from rencity.city.importing import NewCity, import_into
from rencity.city.readers.mapping import read_mapping
from rencity.city.readers.registry import READERS
from tests.servers import Here, new_key


def hand_in(here: Here, name: str, data: bytes) -> str:
    answer = here.client.post(
        "uploads", params={"name": name}, content=data,
        headers={"Content-Type": "application/octet-stream", **new_key()},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def preview(here: Here, files: dict[str, bytes]) -> Any:
    held = {path: hand_in(here, Path(path).name, data) for path, data in files.items()}
    answer = here.client.post("import-previews", json={"files": held})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_every_reader_says_what_it_takes(standing: Here) -> None:
    said = {each["name"]: each for each in standing.client.get("readers").json()}
    assert set(said) == set(READERS)
    for name, each in said.items():
        assert each["zh"], name
        assert each["en"], name
        assert each["suffixes"], name
        assert each["must_map"] == READERS[name].must_map
        assert bool(each["options"]) == ("options" in READERS[name].takes)
        assert (each["crs"] == "never") or ("crs" in READERS[name].takes)
        assert all(option["description"] for option in each["options"]), name
    assert {o["name"] for o in said["dem"]["options"]} >= {"unit", "band"}


CSV = "编号;名称;经度;纬度\nh1;一院;120.30;31.50\nh2;二院;120.31;31.51\n".encode("gb18030")


def imported(mapping: str, files: dict[str, bytes], folder: Path) -> Any:
    for path, data in files.items():
        (folder / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / path).write_bytes(data)
    (folder / "map.toml").write_text(mapping, encoding="utf-8")
    return import_into(
        "tables", folder / "in", folder / "city", mapping=folder / "map.toml",
        new=NewCity("guessed", "猜"),
    ).city  # fmt: skip


def test_a_guessed_mapping_is_accepted(standing: Here, tmp_path: Path) -> None:
    wards = gpd.GeoDataFrame(
        {"code": ["a", "b"], "name": ["甲", "乙"], "population": [10, 20]},
        geometry=[box(120.2, 31.4, 120.3, 31.6), box(120.3, 31.4, 120.4, 31.6)],
        crs="EPSG:4326",
    )
    files = {"表/医院.csv": CSV, "districts.geojson": wards.to_json().encode()}
    said = preview(standing, files)
    hospital = next(each for each in said["files"] if each["path"] == "表/医院.csv")
    (sheet,) = hospital["sheets"]
    assert (hospital["format"], sheet["rows"], sheet["delimiter"]) == ("csv", 2, ";")
    assert [c["name"] for c in sheet["columns"]] == ["编号", "名称", "经度", "纬度"]
    assert sheet["columns"][0]["examples"] == ["h1", "h2"]
    assert sheet["columns"][2]["type"] == "number"
    (way,) = said["suggestions"]
    assert way["reader"] == "tables"
    city = imported(way["mapping"], files, tmp_path)
    assert set(city.assets["lifeline"]) == {"health"}
    assert set(city.assets["name"]) == {"一院", "二院"}
    assert city.zones["people_night"].sum() == 30
    assert set(city.zones["level"]) == {"district"}


def test_a_geopackage_with_several_layers(standing: Here, tmp_path: Path) -> None:
    points = gpd.GeoDataFrame(
        {"id": ["a", "b"]}, geometry=[Point(500000, 3500000), Point(500100, 3500000)],
        crs="EPSG:4549",
    )  # fmt: skip
    for layer in ("hydrants", "masts"):
        points.to_file(tmp_path / "it.gpkg", layer=layer, driver="GPKG")
    data = (tmp_path / "it.gpkg").read_bytes()
    said = preview(standing, {"it.gpkg": data})
    sheets = said["files"][0]["sheets"]
    assert [each["name"] for each in sheets] == ["hydrants", "masts"]
    assert all("4549" in each["crs"] for each in sheets)
    assert sheets[0]["extent"][0] == pytest.approx(500000)
    (way,) = said["suggestions"]
    city = imported(way["mapping"], {"it.gpkg": data}, tmp_path / "again")
    assert len(city.assets) == 4
    assert set(city.assets["lifeline"]) == {"water", "telecom"}


@pytest.mark.parametrize(
    ("name", "data", "reader"),
    [
        ("net.inp", b"[JUNCTIONS]\na 1 2\n[PIPES]\n[COORDINATES]\na 500000 3000000\n", "epanet"),
        ("net.inp", b"[JUNCTIONS]\n[CONDUITS]\n[COORDINATES]\na 120.1 31.2\n", "swmm"),
        ("it.osm.pbf", b"\0\0\0\x0d\n\tOSMHeader\x18", "osm"),
        ("it.osm", b"<?xml version='1.0'?><osm version='0.6'></osm>", "osm"),
        ("grid.json", b'{"_module": "pandapower", "_class": "pandapowerNet"}', "pandapower"),
        ("city_net.tntp", b"<NUMBER OF ZONES> 4\n<END OF METADATA>\n", "tntp"),
        ("heights.tif", b"II*\0", "dem"),
    ],
)
def test_readers_are_known_by_content(standing: Here, name: str, data: bytes, reader: str) -> None:
    said = preview(standing, {f"below/{name}": data})
    first = said["suggestions"][0]
    assert (first["reader"], first["source"]) == (reader, f"below/{name}")
    assert first["crs"] == ("local" if reader == "epanet" else "")
    assert name in first["why_zh"]
    assert name in first["why_en"]


def test_a_feed_zipped_or_not(standing: Here) -> None:
    stops, times = b"stop_id,stop_lat,stop_lon\n1,31,120\n", b"trip_id,stop_id\nt,1\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("stops.txt", stops)
        archive.writestr("stop_times.txt", times)
    said = preview(standing, {"feed.zip": held.getvalue()})
    assert [each["reader"] for each in said["suggestions"]] == ["gtfs"]
    said = preview(standing, {"f/stops.txt": stops, "f/stop_times.txt": times})
    assert ("gtfs", "f") in [(each["reader"], each["source"]) for each in said["suggestions"]]


def test_a_shipped_mapping_is_found_below_another_root(standing: Here, shared_data: Path) -> None:
    folder = shared_data / "interdependent" / "shelby_indp"
    examples = Path(__file__).parents[2] / "examples"
    wanted = read_mapping(examples / "memphis" / "map.toml").files()
    found = {name: next(iter(shared_data.rglob(f"*/{name}")), None) for name in wanted}
    if None in found.values():
        pytest.skip(f"not all of {wanted} below {folder}")
    files = {f"mine/{name}": path.read_bytes() for name, path in found.items() if path}
    said = preview(standing, files)
    way = said["suggestions"][0]
    assert (way["reader"], way["root"], way["source"]) == ("tables", "mine", "mine")
    assert way["mapping"] == (examples / "memphis" / "map.toml").read_text("utf-8")
    part = dict(list(files.items())[1:])
    assert not any(each["root"] for each in preview(standing, part)["suggestions"])


VRT = b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>"


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.json"])
def test_a_file_that_points_elsewhere_is_not_followed(standing: Here, name: str) -> None:
    said = preview(standing, {name: VRT})
    (file,) = said["files"]
    assert file["fault"]
    assert file["mend"]
    assert file["sheets"] == []
    assert said["suggestions"] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""), ("a.csv", b"\xff\xfe\0\0"), ("a.csv", b"a,a\n1,2\n"), ("a.xml", b"<a"),
        ("a.geojson", b"{"), ("a.gpkg", b"SQLite format 3\0" + b"\0" * 90), ("a.parquet", b"PAR1"),
        ("a.graphml", b"<graphml"), ("a.zip", b"PK"), ("a.exe", b"MZ"),
        ("a.xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    ],
)  # fmt: skip
def test_broken_files_are_told_and_harm_nothing(standing: Here, name: str, data: bytes) -> None:
    said = preview(standing, {name: data})
    assert "passwd" not in str(said["files"][0]["sheets"])
    assert said["files"][0]["sheets"] == []


def test_files_that_are_not_there(standing: Here) -> None:
    for files, status in (
        ({"a.csv": "nobody"}, 404),
        ({}, 422),
        ({"../a.csv": hand_in(standing, "a.csv", b"a\n1\n")}, 400),
        ({"/etc/a.csv": hand_in(standing, "a.csv", b"a\n1\n")}, 400),
    ):
        answer = standing.client.post("import-previews", json={"files": files})
        assert answer.status_code == status, answer.text


GOOD = """[[layers]]
name = "a"
file = "a.csv"
table = "assets"
x = "x"
y = "y"
columns = { id = "id", lifeline = { value = "power" }, kind = { value = "plant" } }
"""


def check(here: Here, mapping: str, files: list[str] | None = None) -> Any:
    answer = here.client.post("mapping-checks", json={"mapping": mapping, "files": files})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_mappings_are_checked_whole(standing: Here) -> None:
    assert check(standing, GOOD) == {"ok": True, "faults": []}
    assert check(standing, GOOD, ["a.csv", "b.csv"])["ok"]
    said = check(standing, GOOD, ["b.csv", "c.csv"])
    assert not said["ok"]
    assert "a.csv" in said["faults"][0]["what"]
    said = check(standing, "[[layers]")
    assert "line" in said["faults"][0]["what"]
    two = GOOD.replace('x = "x"\n', "") + GOOD.replace('"id"', "5", 1).replace("kind", "kynd")
    said = check(standing, two)
    assert len(said["faults"]) >= 2
    assert all(each["place"] and each["what"] and each["mend"] for each in said["faults"])
    assert "layers.1 (a)" in said["faults"][0]["place"]
