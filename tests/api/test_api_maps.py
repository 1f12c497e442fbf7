"""The map of a version through the door: what is on it, its tiles by ranges, its job."""

from __future__ import annotations

import gzip
from functools import partial
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
from pmtiles.reader import all_tiles

from rencity.api.errors import ErrorOut
from rencity.atlas.tiles import build, map_folder
from rencity.city.model import City
from tests.api.versions import registered
from tests.servers import Here, new_key

TILES = "application/vnd.pmtiles"


@pytest.fixture(scope="module")
def drawn(still: Here, block: City, tmp_path_factory: pytest.TempPathFactory) -> str:
    at = registered(still, block, tmp_path_factory.mktemp("drawn") / "block")
    draw(still, at)
    return at


def draw(here: Here, at: str) -> None:
    _, city, _, number = at.split("/")
    folder = here.services.places.city(city, int(number))
    opened = City.open(folder)
    build(opened, map_folder(folder, opened.hash))


def features(here: Here, at: str, file: str, tmp_path: Path) -> gpd.GeoDataFrame:
    """Distinct features of a file at its deepest zoom."""
    (tmp_path / file).write_bytes(here.client.get(f"{at}/map/{file}").content)
    return pyogrio.read_dataframe(tmp_path / file)


def test_a_version_without_a_map_says_so_and_a_job_draws_it(
    here: Here, block: City, tmp_path: Path
) -> None:
    at = registered(here, block, tmp_path / "block")
    before = here.client.get(f"{at}/map").json()
    assert (before["ready"], before["job"], before["layers"]) == (False, "", [])
    assert before["extent_deg"][0] < before["extent_deg"][2]
    here.services.supervisor.stop()  # so that the job waits
    asked = {"kind": "map", "input": {"city": block.identity.id, "version": 1}}
    job = here.client.post("jobs", json=asked, headers=new_key()).json()
    assert here.client.get(f"{at}/map").json()["job"] == job["id"]


def test_every_asset_and_zone_is_on_the_map_once(
    still: Here, drawn: str, block: City, tmp_path: Path
) -> None:
    said = still.client.get(f"{drawn}/map").json()
    assert said["ready"]
    assert said["unplaced"] == {"zones": 0, "assets": 0}
    assert sum(each["count"] for each in said["kinds"]) == len(block.assets)
    assert {each["level"]: each["count"] for each in said["levels"]} == dict(
        block.zones["level"].value_counts()
    )
    rows: dict[str, set[int]] = {"zones": set(), "assets": set()}
    for layer in said["layers"]:
        found = features(still, drawn, layer["file"], tmp_path)
        if layer["about"] in ("zones", "lines", "points"):
            assert found["i"].nunique() == layer["features"], layer
            rows["zones" if layer["about"] == "zones" else "assets"] |= set(found["i"])
        if layer["about"] in ("lines", "points"):
            row = found["i"].to_numpy()
            for short, column in (("l", "lifeline"), ("k", "kind"), ("o", "origin"), ("n", "name")):
                told = found[short].fillna("").to_numpy()
                assert (told == block.assets[column].to_numpy()[row]).all()
        if layer["about"] == "points":
            assert (found["s"] == block.assets["source"].to_numpy()[row]).all()
    assert rows["zones"] == set(range(len(block.zones)))
    assert rows["assets"] == set(range(len(block.assets)))


def test_ties_say_which_assets_they_join(
    still: Here, drawn: str, block: City, tmp_path: Path
) -> None:
    found = features(still, drawn, "links.pmtiles", tmp_path)
    ids = block.assets["id"].to_numpy()
    told = {(ids[one.f], ids[one.t]) for one in found[found["b"] == 1].itertuples()}
    links = block.links[block.links["normally_open"]]
    assert told == set(zip(links["start"], links["end"], strict=True))
    assert told


def test_tiles_stand_where_the_city_does(
    still: Here, drawn: str, block: City, tmp_path: Path
) -> None:
    found = features(still, drawn, "points.pmtiles", tmp_path).drop_duplicates("i")
    here_deg = found.set_crs("EPSG:3857", allow_override=True).to_crs("EPSG:4326")
    shapes = block.assets.geometry.to_numpy()[found["i"].to_numpy()]
    points = shapely.get_dimensions(shapes) == 0
    away = shapely.distance(here_deg.geometry.to_numpy()[points], shapes[points])
    assert points.sum() > 50
    assert away.max() < 2e-5  # two metres: a tile's whole numbers


def test_ranges_and_tags(still: Here, drawn: str) -> None:
    url = f"{drawn}/map/lines.pmtiles"
    whole = still.client.get(url)
    assert whole.content.startswith(b"PMTiles")
    assert whole.headers["content-type"] == TILES
    assert whole.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert whole.headers["accept-ranges"] == "bytes"
    for span, wanted in (
        ("bytes=0-126", whole.content[:127]),
        ("bytes=100-", whole.content[100:]),
        ("bytes=-9", whole.content[-9:]),
        (f"bytes=5-{10**9}", whole.content[5:]),
    ):
        part = still.client.get(url, headers={"Range": span})
        assert (part.status_code, part.content) == (206, wanted), span
        assert part.headers["etag"] == whole.headers["etag"]
    held = still.client.get(url, headers={"If-None-Match": whole.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")


@pytest.mark.parametrize(
    "span", ["bytes=99999999-", "bytes=9-2", "lines=0-1", "bytes=", "bytes=a-b", "bytes=-0"]
)
def test_a_range_that_is_none_is_refused(still: Here, drawn: str, span: str) -> None:
    answer = still.client.get(f"{drawn}/map/lines.pmtiles", headers={"Range": span})
    assert answer.status_code == 416
    assert ErrorOut.model_validate(answer.json()).error.what


@pytest.mark.parametrize(
    "name",
    ["map.json", "..%2f..%2fassets.parquet", "lines", "none.pmtiles", "a" * 300],
)
def test_nothing_but_tiles_is_given(still: Here, drawn: str, name: str) -> None:
    answer = still.client.get(f"{drawn}/map/{name}")
    assert answer.status_code in (404, 405), answer.text[:200]


def test_a_city_that_is_nowhere_has_a_map_of_nothing(
    still: Here, block: City, tmp_path: Path
) -> None:
    bare = {
        name: frame.assign(geometry=None).set_geometry("geometry", crs="EPSG:4326")
        for name, frame in (("zones", block.zones), ("assets", block.assets))
    }
    at = registered(still, block.replace(**bare), tmp_path / "nowhere")
    for _ in range(2):
        said = still.client.get(f"{at}/map").json()
        assert (said["extent_deg"], said["layers"]) == (None, [])
        assert said["unplaced"] == {"zones": len(block.zones), "assets": len(block.assets)}
        draw(still, at)
    assert said["ready"]


def test_an_empty_city(still: Here, block: City, tmp_path: Path) -> None:
    identity = block.identity.model_copy(update={"rasters": ()})
    at = registered(still, City.build(identity, {}), tmp_path / "empty")
    draw(still, at)
    said = still.client.get(f"{at}/map").json()
    assert (said["ready"], said["kinds"], said["levels"], said["layers"]) == (True, [], [], [])


def test_a_broken_map_is_none_and_is_drawn_again(still: Here, drawn: str, block: City) -> None:
    folder = map_folder(still.services.places.city(block.identity.id, 1), block.hash)
    (folder / "lines.pmtiles").unlink()
    assert not still.client.get(f"{drawn}/map").json()["ready"]
    (folder / "map.json").write_text("{")
    assert not still.client.get(f"{drawn}/map").json()["ready"]
    draw(still, drawn)
    assert still.client.get(f"{drawn}/map").json()["ready"]
    assert still.client.get(f"{drawn}/map/lines.pmtiles").content.startswith(b"PMTiles")


def test_versions_that_are_not_there(standing: Here, block: City, tmp_path: Path) -> None:
    at = registered(standing, block, tmp_path / "block")
    for path in ("cities/nobody/versions/1", at[:-1] + "2", at[:-1] + "0", at[:-1] + "-1"):
        for name in ("map", "map/lines.pmtiles"):
            assert standing.client.get(f"{path}/{name}").status_code in (400, 404)
    assert standing.client.get(at[:-1] + "one/map").status_code == 422


def _part(data: bytes, at: int, length: int) -> bytes:
    return data[at : at + length]


def test_single_tiles_are_those_of_the_file(still: Here, drawn: str, tmp_path: Path) -> None:
    sent = 0
    for layer in still.client.get(f"{drawn}/map").json()["layers"]:
        (tmp_path / layer["file"]).write_bytes(
            still.client.get(f"{drawn}/map/{layer['file']}").content
        )
        data = (tmp_path / layer["file"]).read_bytes()
        for (z, x, y), tile in all_tiles(partial(_part, data)):
            answer = still.client.get(f"{drawn}/map/{layer['file']}/{z}/{x}/{y}")
            assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
            assert answer.content == gzip.decompress(tile)  # the client unpacks
            assert "immutable" in answer.headers["cache-control"]
            sent += 1
    assert sent > 20


@pytest.mark.parametrize(
    ("place", "status"),
    [("0/0/0/0", 404), ("30/0/0", 422), ("3/8/0", 204), ("14/0/0", 204), ("1/-1/0", 422)],
)
def test_a_tile_where_nothing_is(still: Here, drawn: str, place: str, status: int) -> None:
    file = still.client.get(f"{drawn}/map").json()["layers"][0]["file"]
    assert still.client.get(f"{drawn}/map/{file}/{place}").status_code == status
    assert still.client.get(f"{drawn}/map/nothing.pmtiles/1/0/0").status_code == 404
