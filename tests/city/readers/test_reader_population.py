"""People into zones: nobody is lost, nobody counts twice, and what lies outside is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine
from shapely.geometry import Point, Polygon, box

from rencity.city import City
from rencity.city.check import check
from rencity.city.importing import ImportResult, import_into
from rencity.city.network.build import build_network
from rencity.city.rasters import Grid, geotiff
from rencity.city.readers.population import read_population
from rencity.content import load_packs
from rencity.kit.errors import InputError

Make = Callable[..., City]
W, S = 120.30, 31.55  # the tiny city: g1 west, g2 east, each 0.01 by 0.02 degrees


def nobody(zones: Any) -> Any:
    return zones.assign(people_night=0.0)


@pytest.fixture
def folder(tiny_city: Make, tmp_path: Path) -> Path:
    """The tiny city without people."""
    tiny_city(zones=nobody).write(tmp_path / "city")
    return tmp_path / "city"


def people(city: City, name: str = "people_night") -> dict[str, float]:
    return dict(zip(city.zones["id"], city.zones[name], strict=True))


def imported(src: Path, folder: Path, **options: str) -> ImportResult:
    return import_into("population", src, folder, options=options)


def areas(path: Path, rows: list[tuple[str, float, Polygon]]) -> Path:
    frame = gpd.GeoDataFrame(
        {"id": [r[0] for r in rows], "n": [r[1] for r in rows]},
        geometry=[r[2] for r in rows],
        crs=4326,
    )
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
    return path


def test_areas_are_spread_by_area_and_zones_above_are_sums(folder: Path, tmp_path: Path) -> None:
    src = areas(tmp_path / "p.geojson", [("a", 400.0, box(W + 0.005, S, W + 0.015, S + 0.02))])
    result = imported(src, folder, night="n")
    got = people(result.city)
    assert got["g1"] == pytest.approx(200, rel=1e-5)
    assert got["g2"] == pytest.approx(200, rel=1e-5)
    assert got["g1"] + got["g2"] == pytest.approx(400, rel=1e-12)
    assert got["d1"] == pytest.approx(400, rel=1e-12) == got["city"]
    assert result.findings == ()
    assert result.changes == {"zones": 4}
    assert result.inferred["population-by-area"] == 2
    assert not imported(src, folder, night="n").changed


def test_what_lies_outside_is_left_out_and_told(folder: Path, tmp_path: Path) -> None:
    rows = [
        ("half", 100.0, box(W - 0.01, S, W + 0.01, S + 0.02)),
        ("away", 7.0, box(W + 1, S, W + 1.1, S + 0.1)),
    ]
    result = imported(areas(tmp_path / "p.geojson", rows), folder, night="n")
    assert people(result.city)["g1"] == pytest.approx(50, rel=1e-4)
    told = next(f for f in result.findings if f.rule == "population-outside")
    assert told.what.startswith("57.0 residents (53.3%)")
    layer = result.layers[0]
    assert (layer.read, layer.kept, dict(layer.refused)) == (2, 1, {"outside the city's zones": 1})


polygons = st.lists(
    st.tuples(
        st.floats(-0.02, 0.03), st.floats(-0.02, 0.03), st.floats(0.001, 0.03),
        st.floats(0.001, 0.03), st.floats(0, 1e6),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=polygons, houses=st.lists(st.tuples(st.floats(0, 0.02), st.floats(0, 0.02)), max_size=6)
)
def test_nobody_is_lost(
    tiny_city: Make, tmp_path: Path, rows: list[Any], houses: list[Any]
) -> None:
    """People read = in zones + outside to 1e-9, with and without buildings."""

    def built(_: Any) -> Any:
        return gpd.GeoDataFrame(
            {"id": [f"b{i}" for i in range(len(houses))], "floor_area_m2": 100.0 + len(houses)},
            geometry=[Point(W + x, S + y) for x, y in houses],
            crs=4326,
        )

    city = tiny_city(zones=nobody, **({"buildings": built} if houses else {}))
    shapes = [
        (f"a{i}", n, box(W + x, S + y, W + x + dx, S + y + dy))
        for i, (x, y, dx, dy, n) in enumerate(rows)
    ]
    src = areas(tmp_path / "p.parquet", shapes)
    try:
        part = read_population(src, None, city, {"night": "n"})
    except InputError as exc:
        assert "no row could be used" in str(exc)  # noqa: PT017
        return
    got = part.changes["zones"].set_index("id")["people_night"]
    flat = [(s.intersection(box(W, S, W + 0.02, S + 0.02)).area / s.area, n) for _, n, s in shapes]
    assert got.loc[[z for z in ("g1", "g2") if z in got]].sum() == pytest.approx(
        sum(share * n for share, n in flat), rel=2e-3, abs=1e-6
    )
    whole = sum(n for share, n in flat if share == 1)
    assert got["city"] >= whole * (1 - 1e-9)
    assert got["city"] == pytest.approx(got["d1"], rel=1e-12)
    assert got["city"] <= sum(n for _, n in flat) * (1 + 1e-9)


def test_people_inside_go_to_the_last_one(folder: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    corners = rng.uniform(0, 0.012, (300, 2))
    counts = rng.uniform(0, 1e5, 300)
    rows = [
        (f"a{i}", float(n), box(W + x, S + y, W + x + 0.007, S + y + 0.007))
        for i, ((x, y), n) in enumerate(zip(corners, counts, strict=True))
    ]
    got = people(imported(areas(tmp_path / "p.parquet", rows), folder, night="n").city)
    assert got["g1"] + got["g2"] == pytest.approx(counts.sum(), rel=1e-9)


def houses(uses: list[str], floors: list[float], xs: list[float]) -> Callable[[Any], Any]:
    def make(_: Any) -> Any:
        return gpd.GeoDataFrame(
            {"id": [f"b{i}" for i in range(len(xs))], "use": uses, "floor_area_m2": floors},
            geometry=[Point(W + x, S + 0.01) for x in xs],
            crs=4326,
        )

    return make


def test_people_go_where_the_floors_are(tiny_city: Make, tmp_path: Path) -> None:
    built = houses(
        ["residential", "residential", "office"], [300.0, 100.0, 9000.0], [0.002, 0.012, 0.013]
    )
    tiny_city(zones=nobody, buildings=built).write(tmp_path / "city")
    whole = areas(tmp_path / "p.geojson", [("a", 400.0, box(W, S, W + 0.02, S + 0.02))])
    result = imported(whole, tmp_path / "city", night="n")
    got = people(result.city)
    assert (got["g1"], got["g2"]) == (pytest.approx(300), pytest.approx(100))
    assert result.inferred["population-by-floor-area"] == 2


def table(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_a_table_by_id_in_gbk(folder: Path, tmp_path: Path) -> None:
    text = "编号,常住人口,白天人口,老幼人口\ng1,120,300,40\ng2,80,20,30\nx9,5,5,5\ng2,,1,1\n"
    src = table(tmp_path / "p.csv", text, "gb18030")
    result = imported(
        src, folder, key="编号", match="id", night="常住人口", day="白天人口", vulnerable="老幼人口"
    )
    assert people(result.city) == {"g1": 120, "g2": 80, "d1": 200, "city": 200}
    assert people(result.city, "people_day") == {"g1": 300, "g2": 20, "d1": 320, "city": 320}
    assert people(result.city, "vulnerable")["city"] == 70
    assert dict(result.layers[0].refused) == {"no value in 常住人口": 1, "no zone has this id": 1}
    assert result.layers[0].closes


def test_a_zone_hands_its_people_down_to_its_parts(folder: Path, tmp_path: Path) -> None:
    src = table(tmp_path / "p.csv", "id,n\nd1,300\n")
    result = imported(src, folder, key="id", match="id", night="n")
    got = people(result.city)
    assert got["g1"] == pytest.approx(150, rel=1e-5)
    assert got["g1"] + got["g2"] == pytest.approx(300, rel=1e-12)
    assert got["city"] == pytest.approx(300, rel=1e-12)


def test_a_zone_whose_parts_are_counted_too_counts_once(folder: Path, tmp_path: Path) -> None:
    src = table(tmp_path / "p.csv", "id,n\ncity,999\nd1,300\ng1,10\ng2,20\n")
    result = imported(src, folder, key="id", match="id", night="n")
    assert people(result.city) == {"g1": 10, "g2": 20, "d1": 30, "city": 30}
    assert dict(result.layers[0].merged) == {"its parts are counted in other rows": 2}


def test_parts_without_outlines_are_told(tiny_city: Make, tmp_path: Path) -> None:
    def bare(zones: Any) -> Any:
        return nobody(zones).assign(
            geometry=zones.geometry.where(~zones["id"].isin(["g1", "g2"]), None)
        )

    tiny_city(zones=bare).write(tmp_path / "city")
    src = table(tmp_path / "p.csv", "id,n\nd1,300\n")
    result = imported(src, tmp_path / "city", key="id", match="id", night="n")
    assert people(result.city)["d1"] == 300
    assert next(f for f in result.findings if f.rule == "population-unspread").ids == ("d1",)


def test_names_that_several_zones_have(tiny_city: Make, tmp_path: Path) -> None:
    def named(zones: Any) -> Any:
        return nobody(zones).assign(name=["甲", "乙", "丙", "丙"])

    tiny_city(zones=named).write(tmp_path / "city")
    src = table(tmp_path / "p.csv", "街道,n\n丙,300\n乙,4\n")
    result = imported(src, tmp_path / "city", key="街道", match="name", night="n")
    assert dict(result.layers[0].refused) == {"several zones have this name": 1}


def raster(path: Path, values: np.ndarray, cell: float = 0.001) -> Path:
    rows, _ = values.shape
    transform = Affine(cell, 0, W - 0.005, 0, -cell, S - 0.005 + rows * cell)
    path.write_bytes(geotiff(Grid(values.astype(np.float32), transform, "EPSG:4326")))
    return path


def test_a_raster_of_counts(folder: Path, tmp_path: Path) -> None:
    values = np.random.default_rng(2).integers(0, 50, (30, 30)).astype(float)
    result = imported(raster(tmp_path / "p.tif", values), folder)
    got = people(result.city)
    inside = values[5:25, 5:25]  # cell edges lie on the zones' edges
    assert got["g1"] == pytest.approx(inside[:, :10].sum(), rel=1e-9)
    assert got["g2"] == pytest.approx(inside[:, 10:].sum(), rel=1e-9)
    told = next(f for f in result.findings if f.rule == "population-outside").what
    assert told.startswith(f"{values.sum() - inside.sum():,.1f} residents")
    assert result.layers[0].closes


def test_a_raster_of_density(folder: Path, tmp_path: Path) -> None:
    values = np.full((30, 30), 1000.0)
    got = people(imported(raster(tmp_path / "p.tif", values), folder, cells="per_km2").city)
    zones = gpd.GeoSeries([box(W, S, W + 0.02, S + 0.02)], crs=4326).to_crs("EPSG:32651")
    assert got["city"] == pytest.approx(zones.area.sum() / 1e6 * 1000, rel=2e-3)
    values[3, 3] = -1
    with pytest.raises(InputError, match="negative people"):
        imported(raster(tmp_path / "q.tif", values), folder)


def hexagons(n: int = 7, step: float = 0.002) -> tuple[np.ndarray, float]:
    rows = [
        ((i + 0.5 * (j % 2)) * step, j * step * 0.8660254 * 0.85)
        for j in range(n) for i in range(n)
    ]  # fmt: skip
    return np.array(rows) + np.array([W + 0.003, S + 0.003]), step


def test_points_of_a_grid_become_zones(folder: Path, tmp_path: Path) -> None:
    at, _ = hexagons()
    frame = pd.DataFrame(at, columns=["lon", "lat"]).assign(h=np.arange(len(at)), n=10.0)
    frame.loc[len(frame)] = [W + 3, S, 999, 5.0]
    frame.to_csv(tmp_path / "p.csv", index=False)
    result = imported(tmp_path / "p.csv", folder, make="grid", key="h", x="lon", y="lat", night="n")
    zones = result.city.zones.set_index("id")
    made = zones[zones.index.str.startswith("people-")]
    assert len(made) == 49
    assert set(made["parent"]) == {"d1"}
    assert set(made["level"]) == {"grid"}
    flat = made.geometry.to_crs("EPSG:32651")
    middle = flat.iloc[24]
    assert middle.area == pytest.approx(190 * 0.85 * 0.866 * 221, rel=0.15)
    overlap = sum(a.intersection(b).area for i, a in enumerate(flat) for b in flat[:i])
    assert overlap < 1e-3 * flat.area.sum()
    assert zones["people_night"]["d1"] == 490 == zones["people_night"]["city"]
    assert "5.0 residents (1.0%)" in result.findings[0].what


def test_zones_are_made_where_there_is_no_city(tmp_path: Path) -> None:
    src = areas(tmp_path / "p.geojson", [("a", 400.0, box(W, S, W + 0.02, S + 0.02))])
    result = imported(src, tmp_path / "new", make="community", key="id", night="n")
    assert people(result.city) == {"people-a": 400}
    assert result.city.identity.metric_crs == "EPSG:32651"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "no column of people"),
        ({"night": "m"}, "no column 'm'"),
        ({"night": "n", "match": "id"}, "need key"),
        ({"night": "n", "x": "lon"}, "both x and y"),
        ({"night": "n", "match": "id", "key": "id", "make": "grid"}, "one of them"),
        ({"night": "n"}, "rows have no place"),
        ({"night": "n", "level": "village"}, "Input should be"),
        (
            {"night": "n", "key": "id", "match": "code"},
            "no row could be used: no zone has this code",
        ),
    ],
)
def test_options_that_cannot_be(
    folder: Path, tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        imported(table(tmp_path / "p.csv", "id,n\ng1,1\n"), folder, **options)


def test_counts_that_cannot_be_are_refused(folder: Path, tmp_path: Path) -> None:
    src = table(tmp_path / "p.csv", "id,n\ng1,-4\ng2,many\ng1,nan\ng2,7\ng1,inf\n")
    result = imported(src, folder, key="id", match="id", night="n")
    assert result.layers[0].refused.total() == 4
    assert people(result.city)["city"] == 7


def test_without_zones_there_is_no_place_to_put_them(tmp_path: Path) -> None:
    src = table(tmp_path / "p.csv", "id,n\ng1,4\n")
    with pytest.raises(InputError, match="no zones for these people"):
        imported(src, tmp_path / "new", key="id", match="id", night="n")


def test_people_of_sao_paulo_are_counted(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sao-paulo"
    rules = load_packs().serves
    src = shared_data / "osm/sao_paulo_hexgrid_population.csv"
    import_into("osm", shared_data / "osm/sao_paulo_centre.osm.pbf", folder, rules=rules)
    options = {"make": "grid", "key": "id", "x": "lon", "y": "lat", "night": "population"}
    result = import_into("population", src, folder, rules=rules, options=options)
    assert result.layers[0].kept == 323
    zones = result.city.zones
    assert zones.loc[zones["level"] == "grid", "people_night"].sum() == 517_570
    assert zones.loc[zones["level"] == "city", "people_night"].tolist() == [517_570]
    network = build_network(result.city)
    assert network.unit == "people"
    assert network.people.sum() == 517_570
    assert not [f for f in check(result.city) if f.severity == "error"]
