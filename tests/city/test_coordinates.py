"""GCJ-02 and BD-09 against published pairs, there and back, and at the door of every reader."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import from_wgs84, to_wgs84
from rencity.city.importing import read_source
from rencity.kit.errors import InputError

GEOD = pyproj.Geod(ellps="WGS84")
# longitude, latitude; pairs of the tests of googollee/eviltransform (Shanghai, Shenzhen, Beijing)
# and of the read-me of wandergis/coordtransform
WGS84_GCJ02 = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
]
GCJ02_BD09 = ((116.404, 39.915), (116.41036949371029, 39.92133699351021))
SHIFTED = ("GCJ-02", "BD-09")
inside = st.tuples(st.floats(72.1, 137.7), st.floats(0.9, 55.7))


@pytest.mark.parametrize(("wgs", "gcj"), WGS84_GCJ02)
def test_published_pairs_of_gcj02(wgs: tuple[float, float], gcj: tuple[float, float]) -> None:
    assert from_wgs84(np.array([wgs]), "GCJ-02")[0] == pytest.approx(gcj, abs=1e-9)
    assert to_wgs84(np.array([gcj]), "GCJ-02")[0] == pytest.approx(wgs, abs=1e-9)


def test_published_pair_of_bd09() -> None:
    gcj, bd = (np.array([each]) for each in GCJ02_BD09)
    wgs = to_wgs84(gcj, "GCJ-02")
    assert from_wgs84(wgs, "BD-09") == pytest.approx(bd, abs=1e-9)
    assert to_wgs84(bd, "BD-09") == pytest.approx(wgs, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.lists(inside, min_size=1, max_size=20), st.sampled_from(SHIFTED))
def test_there_and_back_is_the_same_place(places: list[tuple[float, float]], crs: str) -> None:
    start = np.array(places)
    there = from_wgs84(start, crs)
    moved_m = GEOD.inv(*start.T, *there.T)[2]
    assert (moved_m > 5).all()
    assert (moved_m < 3000).all()
    assert np.abs(to_wgs84(there, crs) - start).max() < 1e-9


@pytest.mark.parametrize("crs", SHIFTED)
def test_outside_the_box_nothing_moves(crs: str) -> None:
    far = np.array([[-46.6, -23.5], [24.9, 60.2], [71.9, 40.0], [138.0, 36.0], [110.0, 0.5]])
    assert (from_wgs84(far, crs) == far).all()
    assert (to_wgs84(far, crs) == far).all()
    assert (to_wgs84(np.array([[np.inf, 30.0]]), crs)[0] == [np.inf, 30.0]).all()


@pytest.mark.parametrize("name", ["GCJ-02", "gcj02", "gcj_02", "Bd09", "BD-09", "bd09ll"])
def test_a_shifted_system_is_known_however_it_is_written(name: str) -> None:
    assert not (to_wgs84(np.array([[120.3, 31.5]]), name) == [120.3, 31.5]).any()


def test_projected_systems_go_both_ways() -> None:
    start = np.array([[120.3, 31.5], [120.4, 31.6]])
    there = from_wgs84(start, "EPSG:4549")
    assert there[0, 0] == pytest.approx(500_000 + 28_499, abs=2_000)  # east of 120°, in metres
    assert to_wgs84(there, "EPSG:4549") == pytest.approx(start, abs=1e-9)


def test_an_unknown_system_is_named() -> None:
    with pytest.raises(InputError, match="no coordinate system 'GCJ-03'"):
        to_wgs84(np.zeros((1, 2)), "GCJ-03")


PLAN = """
[[layers]]
name = "pumps"
table = "assets"
{}
[layers.columns]
id = "id"
lifeline = {{ value = "water" }}
kind = {{ value = "pump" }}
"""
GCJ, WGS = (WGS84_GCJ02[0][1], WGS84_GCJ02[0][0])


def _plan(folder: Path, text: str) -> Path:
    (folder / "map.toml").write_text(PLAN.format(text), encoding="utf-8")
    return folder / "map.toml"


def _place(src: Path, plan: Path, crs: str | None) -> tuple[float, float]:
    made = read_source("tables", src, mapping=plan, crs=crs).tables["assets"]["geometry"]
    return (made[0].x, made[0].y)


@pytest.mark.parametrize("way", ["layer", "option"])
def test_columns_of_a_table_in_gcj02(tmp_path: Path, way: str) -> None:
    src = tmp_path / "pumps.csv"
    src.write_text(f"id,x,y\na,{GCJ[0]},{GCJ[1]}\n", encoding="utf-8")
    said = 'crs = "GCJ-02"' if way == "layer" else ""
    plan = _plan(tmp_path, f'x = "x"\ny = "y"\n{said}')
    crs = "GCJ-02" if way == "option" else None
    assert _place(src, plan, crs) == pytest.approx(WGS, abs=1e-9)


def test_a_geojson_is_taken_as_the_option_says(tmp_path: Path) -> None:
    """Its own WGS-84 is what the format always says: it cannot say GCJ-02."""
    src = tmp_path / "pumps.geojson"
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(GCJ)], crs=4326)
    frame.to_file(src)
    assert _place(src, _plan(tmp_path, ""), "gcj02") == pytest.approx(WGS, abs=1e-9)
    assert _place(src, _plan(tmp_path, ""), "EPSG:4490") == pytest.approx(GCJ, abs=1e-9)


def test_a_file_in_metres_keeps_its_own_system(tmp_path: Path) -> None:
    src = tmp_path / "pumps.gpkg"
    frame = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.Point(WGS)], crs=4326)
    frame.to_crs(4549).to_file(src)
    assert _place(src, _plan(tmp_path, ""), "GCJ-02") == pytest.approx(WGS, abs=1e-8)


OSM = """<osm version="0.6">
<node id="1" lon="{0}" lat="{1}"/><node id="2" lon="{2}" lat="{1}"/>
<node id="3" lon="{0}" lat="{1}"><tag k="amenity" v="fire_station"/></node>
<way id="4"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way></osm>"""


def test_an_extract_drawn_over_gcj02(tmp_path: Path) -> None:
    src = tmp_path / "drawn.osm"
    src.write_text(OSM.format(*GCJ, GCJ[0] + 0.01), encoding="utf-8")
    assets = read_source("osm", src, crs="GCJ-02").tables["assets"].set_index("id")
    assert (assets.geometry["osm-n3"].x, assets.geometry["osm-n3"].y) == pytest.approx(WGS, 1e-8)
    line = shapely.get_coordinates(assets.geometry["osm-w4-1"])
    assert line[0] == pytest.approx(WGS, abs=1e-7)
    assert assets["length_m"]["osm-w4-1"] == pytest.approx(GEOD.line_length(*line.T), abs=1e-6)
    with pytest.raises(InputError, match="in degrees, EPSG:4549 is not"):
        read_source("osm", src, crs="EPSG:4549")


INP = """[JUNCTIONS]
 a 0 0
[RESERVOIRS]
 b 10
[PIPES]
 p a b 951 300 100 0 Open
[COORDINATES]
 a {0} {1}
 b {2} {1}
[END]
"""


def test_a_water_network_in_bd09(tmp_path: Path) -> None:
    bd = from_wgs84(np.array([WGS, (WGS[0] + 0.01, WGS[1])]), "BD-09")
    src = tmp_path / "net.inp"
    src.write_text(INP.format(*bd[0], bd[1, 0]), encoding="utf-8")
    assets = read_source("epanet", src, crs="BD-09").tables["assets"].set_index("id")
    at = assets.geometry["epanet-n-a"]
    assert (at.x, at.y) == pytest.approx(WGS, abs=1e-9)
