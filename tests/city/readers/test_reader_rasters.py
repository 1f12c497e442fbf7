"""Heights and land cover from files: where they land, what is refused, what is doubtful."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from rencity.city import City, from_wgs84
from rencity.city.importing import ImportResult, import_into
from rencity.city.infer.places import HEIGHT_RULE
from rencity.city.landcover import base_cover_text, cover_of, cover_table, surface
from rencity.city.rasters import Grid, geotiff, grid_of
from rencity.kit.errors import InputError

Make = Callable[..., City]
UTM = "EPSG:32651"


def hill(lonlat: np.ndarray) -> np.ndarray:
    """A plane with a wave over the tiny city, metres."""
    x, y = (lonlat - [120.30, 31.55]).T
    return np.asarray(20 + 300 * x - 200 * y + 2 * np.sin(400 * x))


def wide(crs: str, cell: float, margin: float = 0.01) -> tuple[Affine, int, int, np.ndarray]:
    """A grid over the tiny city: transform, rows, columns, longitude and latitude of centres."""
    corners = from_wgs84(
        np.array([[120.30 - margin, 31.55 - margin], [120.32 + margin, 31.57 + margin]]), crs
    )
    (west, south), (east, north) = corners
    columns, rows = int((east - west) / cell), int((north - south) / cell)
    transform = Affine(cell, 0, west, 0, -cell, north)
    empty = Grid(np.zeros((rows, columns), np.float32), transform, crs)
    column, row = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    from rencity.city import to_wgs84

    centres = to_wgs84(empty.xy_of(np.column_stack([column.ravel(), row.ravel()])), crs)
    return transform, rows, columns, centres


def dem(path: Path, crs: str = "EPSG:4326", cell: float = 0.0005, **how: Any) -> Path:
    """The hill as a GeoTIFF; `edit` changes its values, `said` is the system written into it."""
    transform, rows, columns, centres = wide(crs, cell, how.pop("margin", 0.01))
    values = hill(centres).reshape(rows, columns).astype(np.float32)
    values = how.pop("edit", lambda v: v)(values)
    said = how.pop("said", crs)
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype=values.dtype,
        transform=transform, crs=said, **how,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


@pytest.fixture
def folder(tiny_city: Make, tmp_path: Path) -> Path:
    """The tiny city in a folder."""
    tiny_city().write(tmp_path / "city")
    return tmp_path / "city"


def rules(result: ImportResult) -> set[str]:
    return {finding.rule for finding in result.findings}


@pytest.mark.parametrize("crs", ["EPSG:4326", UTM, "EPSG:4549", "EPSG:3857"])
def test_heights_of_any_system_land_on_the_city(folder: Path, tmp_path: Path, crs: str) -> None:
    cell = 0.0002 if crs == "EPSG:4326" else 20.0
    result = import_into("dem", dem(tmp_path / "dem.tif", crs, cell), folder)
    grid = result.city.raster("terrain")
    assert (grid.crs, grid.unit) == (UTM, "m")
    places = np.random.default_rng(0).uniform([120.301, 31.551], [120.319, 31.569], (200, 2))
    assert grid.bilinear(places) == pytest.approx(hill(places), abs=0.05)
    assets = result.city.assets
    points = assets[assets.geom_type == "Point"]
    at = np.column_stack([points.geometry.x, points.geometry.y])
    assert points["elevation_m"].to_numpy() == pytest.approx(hill(at), abs=0.06)
    assert assets["elevation_m"].notna().all()
    assert result.inferred[HEIGHT_RULE] == len(assets)
    assert result.city.identity.imports[-1].inferred[HEIGHT_RULE] == len(assets)
    assert set(assets["origin"]) == {"measured"}
    layer = result.layers[0]
    assert layer.closes
    assert layer.read == layer.kept + layer.refused.total()


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
def test_a_raster_drawn_over_a_shifted_map(folder: Path, tmp_path: Path, crs: str) -> None:
    src = dem(tmp_path / "dem.tif", crs, 0.0002, said="EPSG:4326", margin=0.02)
    grid = import_into("dem", src, folder, crs=crs).city.raster("terrain")
    places = np.array([[120.305, 31.555], [120.31, 31.56]])
    assert grid.bilinear(places) == pytest.approx(hill(places), abs=0.05)


def test_a_raster_that_fits_keeps_its_values(folder: Path, tmp_path: Path) -> None:
    src = dem(tmp_path / "dem.tif", UTM, 25.0, margin=0.05)
    with rasterio.open(src) as file:
        whole, transform = file.read(1), file.transform
    grid = import_into("dem", src, folder).city.raster("terrain")
    assert grid.values.size < whole.size / 4  # clipped
    column, row = ~transform @ (grid.transform.c, grid.transform.f)
    top, left = round(row), round(column)
    rows, columns = grid.values.shape
    assert (grid.values == whole[top : top + rows, left : left + columns]).all()


@pytest.mark.parametrize(("unit", "factor"), [("ft", 0.3048), ("cm", 0.01)])
@pytest.mark.parametrize("said", ["option", "file"])
def test_the_vertical_unit(
    folder: Path, tmp_path: Path, unit: str, factor: float, said: str
) -> None:
    src = dem(tmp_path / "dem.tif", edit=lambda v: v / np.float32(factor))
    options = {"unit": unit} if said == "option" else {}
    if said == "file":
        with rasterio.open(src, "r+") as file:
            file.set_band_unit(1, {"ft": "foot", "cm": "cm"}[unit])
    grid = import_into("dem", src, folder, options=options).city.raster("terrain")
    place = np.array([[120.31, 31.56]])
    assert grid.bilinear(place) == pytest.approx(hill(place), abs=0.1)


def test_a_wrong_unit_shows_against_what_assets_state(tiny_city: Make, tmp_path: Path) -> None:
    spread = np.random.default_rng(1).uniform([120.301, 31.551], [120.319, 31.569], (60, 2))

    def more(assets: Any) -> Any:
        import geopandas as gpd
        import pandas as pd

        rows = gpd.GeoDataFrame(
            {"id": [f"x{i}" for i in range(60)], "lifeline": "water", "kind": "junction"},
            geometry=gpd.points_from_xy(*spread.T),
            crs=4326,
        ).assign(elevation_m=hill(spread))
        return pd.concat([assets, rows], ignore_index=True)

    tiny_city(assets=more).write(tmp_path / "city")
    feet = dem(tmp_path / "dem.tif", edit=lambda v: v / np.float32(0.3048))
    result = import_into("dem", feet, tmp_path / "city")
    assert "dem-unit" in rules(result)
    assert "unit=ft" in next(f.mend for f in result.findings if f.rule == "dem-unit")
    kept = result.city.assets.set_index("id")["elevation_m"]
    assert kept["x0"] == hill(spread[:1])[0]  # what a source states stays
    assert "dem-unit" not in rules(
        import_into("dem", feet, tmp_path / "city", options={"unit": "ft"})
    )


def test_a_later_terrain_replaces_what_the_first_filled(folder: Path, tmp_path: Path) -> None:
    first = import_into("dem", dem(tmp_path / "a.tif"), folder).city.assets["elevation_m"]
    higher = dem(tmp_path / "b.tif", edit=lambda v: v + 5)
    second = import_into("dem", higher, folder).city.assets["elevation_m"]
    assert (second - first).to_numpy() == pytest.approx(5, abs=0.011)
    again = import_into("dem", higher, folder)
    assert not again.changed


def test_assets_that_come_after_the_terrain_get_heights_too(folder: Path, tmp_path: Path) -> None:
    import_into("dem", dem(tmp_path / "dem.tif"), folder)
    (tmp_path / "a.csv").write_text("id,x,y\nnew,120.31,31.56\n", encoding="utf-8")
    plan = (
        '[[layers]]\nname = "a"\ntable = "assets"\nx = "x"\ny = "y"\n[layers.columns]\nid = "id"\n'
    )
    plan += 'lifeline = { value = "water" }\nkind = { value = "pump" }\n'
    (tmp_path / "map.toml").write_text(plan, encoding="utf-8")
    for _ in range(2):  # again, with a height that its file does not hold
        city = import_into("tables", tmp_path / "a.csv", folder, mapping=tmp_path / "map.toml").city
    height = city.assets.set_index("id")["elevation_m"]["new"]
    assert height == pytest.approx(hill(np.array([[120.31, 31.56]]))[0], abs=0.2)


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("period", [2, 8, 13])
def test_stripes_are_told_with_their_distance(
    folder: Path, tmp_path: Path, axis: int, period: int
) -> None:
    def striped(values: np.ndarray) -> np.ndarray:
        n = np.arange(values.shape[axis])
        bias = np.where(n % period == 0, 1.5, 0.0)
        return (values + (bias[:, None] if axis == 0 else bias)).astype(np.float32)

    result = import_into("dem", dem(tmp_path / "dem.tif", edit=striped), folder)
    told = [f.what for f in result.findings if f.rule == "dem-stripes"]
    assert len(told) == 1
    assert ("rows", "columns")[axis] in told[0]
    assert f"every {period} " in told[0]


def test_rough_ground_is_not_striped(folder: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rough = dem(tmp_path / "a.tif", edit=lambda v: v + rng.normal(0, 1, v.shape).astype("f4"))
    assert not rules(import_into("dem", rough, folder))


def test_holes_are_counted_and_told(folder: Path, tmp_path: Path) -> None:
    def holed(values: np.ndarray) -> np.ndarray:
        values[:, : values.shape[1] // 2] = -9999
        return values

    src = dem(tmp_path / "dem.tif", edit=holed)
    with pytest.raises(InputError, match=r"such as -9999.*nodata=N"):
        import_into("dem", src, folder)
    result = import_into("dem", src, folder, options={"nodata": "-9999"})
    void = next(f for f in result.findings if f.rule == "raster-void")
    assert float(void.what.split("%")[0]) == pytest.approx(50, abs=2)
    layer = result.layers[0]
    assert layer.refused["no value"] > 0
    assert layer.closes
    assert result.city.assets["elevation_m"].isna().any()


def test_sea_and_zeros(folder: Path, tmp_path: Path) -> None:
    sunk = import_into("dem", dem(tmp_path / "a.tif", edit=lambda v: -v), folder)
    assert "dem-sea" in rules(sunk)
    drowned = import_into(
        "dem", dem(tmp_path / "b.tif", edit=lambda v: np.maximum(v, 20) - 20), folder
    )
    assert "dem-zero" in rules(drowned)
    steep = import_into("dem", dem(tmp_path / "c.tif", edit=lambda v: v * 300 % 8000), folder)
    assert "dem-unit" in rules(steep)


def test_a_raster_elsewhere_says_where(folder: Path, tmp_path: Path) -> None:
    src = dem(tmp_path / "dem.tif", UTM, 25.0, said="EPSG:32650")
    with pytest.raises(InputError, match=r"round 31\.\d+°N 114\.\d+°E, 57\d km from the city"):
        import_into("dem", src, folder)
    assert not City.open(folder).has_raster("terrain")


def test_swapped_axes_are_suggested(folder: Path, tmp_path: Path) -> None:
    values = np.ones((40, 40), np.float32)
    transform = Affine(0.001, 0, 31.54, 0, -0.001, 120.33)
    (tmp_path / "s.tif").write_bytes(geotiff(Grid(values, transform, "EPSG:4326")))
    with pytest.raises(InputError, match="swapped"):
        import_into("dem", tmp_path / "s.tif", folder)


ASC = "ncols 3\nnrows 2\nxllcorner 120.30\nyllcorner 31.55\ncellsize 0.01\nNODATA_value -1\n"


def test_an_ascii_grid(folder: Path, tmp_path: Path) -> None:
    src = tmp_path / "dem.asc"
    src.write_text(ASC + "1 2 3\n4 -1 6\n", encoding="ascii")
    with pytest.raises(InputError, match=r"coordinate system.*--crs"):
        import_into("dem", src, folder)
    grid = import_into("dem", src, folder, crs="EPSG:4326").city.raster("terrain")
    assert grid.bilinear(np.array([[120.305, 31.565], [120.325, 31.555]])) == pytest.approx(
        [1, 6], abs=0.6
    )
    src.write_text(ASC + "1 2 3\n4", encoding="ascii")
    with pytest.raises(InputError, match="cut short"):
        import_into("dem", src, folder, crs="EPSG:4326")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"unit": "furlong"}, "no unit of length"),
        ({"band": "2"}, "no band 2: it has 1"),
        ({"cell": "5"}, "unknown option 'cell'"),
        ({"cell_m": "wide"}, "valid number"),
    ],
)
def test_options_are_checked(
    folder: Path, tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        import_into("dem", dem(tmp_path / "dem.tif"), folder, options=options)


def test_no_raster_at_all(folder: Path, tmp_path: Path) -> None:
    for name, data in (("a.tif", b"not a tiff"), ("b.png", b""), ("c.asc", b"\xff\xfe")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError):
            import_into("dem", tmp_path / name, folder)
    with pytest.raises(InputError, match="takes no options"):
        import_into("osm", tmp_path / "a.tif", folder, options={"unit": "m"})


def test_coarser_cells_are_means(folder: Path, tmp_path: Path) -> None:
    src = dem(tmp_path / "dem.tif", UTM, 10.0)
    grid = import_into("dem", src, folder, options={"cell_m": "40"}).city.raster("terrain")
    assert np.sqrt(grid.cell_m2) == pytest.approx(40, rel=0.02)
    place = np.array([[120.31, 31.56]])
    assert grid.bilinear(place) == pytest.approx(hill(place), abs=0.3)


def test_the_bytes_of_a_raster_are_part_of_the_hash(folder: Path, tmp_path: Path) -> None:
    before = City.open(folder).hash
    city = import_into("dem", dem(tmp_path / "dem.tif"), folder).city
    assert City.open(folder).hash == city.hash != before


def cover(path: Path, codes: list[int], nodata: int = 0) -> Path:
    transform, rows, columns, _ = wide("EPSG:4326", 0.0005)
    values = np.resize(np.array(codes, np.uint8), (rows, columns))
    with rasterio.open(
        path, "w", driver="GTiff", height=rows, width=columns, count=1, dtype="uint8",
        transform=transform, crs="EPSG:4326", nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def test_land_cover_with_its_classes(folder: Path, tmp_path: Path) -> None:
    result = import_into("landcover", cover(tmp_path / "c.tif", [50, 50, 80, 30]), folder)
    made = surface(City.open(folder))
    assert set(np.unique(made.grid.values[~np.isnan(made.grid.values)])) == {30, 50, 80}
    built, water = made.grid.values == 50, made.grid.values == 80
    assert (made.runoff[built] == np.float32(0.85)).all()
    assert (made.water == water).all()
    assert np.isnan(made.manning[np.isnan(made.grid.values)]).all()
    assert result.layers[0].closes
    assert "sha256" in result.city.identity.rasters[0].note


def test_codes_of_no_class_are_refused_by_code(folder: Path, tmp_path: Path) -> None:
    result = import_into("landcover", cover(tmp_path / "c.tif", [50, 7, 80, 9]), folder)
    layer = result.layers[0]
    assert {"code 7 is in no class", "code 9 is in no class"} <= set(layer.refused)
    assert layer.closes
    assert "raster-void" in rules(result)
    with pytest.raises(InputError, match="none of its values is a code"):
        import_into("landcover", cover(tmp_path / "d.tif", [7, 9]), folder)


def test_an_own_class_table(folder: Path, tmp_path: Path) -> None:
    text = '[table]\ntitle = "own"\nsource = "us"\n[classes.7]\nzh = "道路"\nen = "Road"\n'
    text += "runoff = 0.9\ninfiltration_mm_h = 0\nmanning = 0.015\n"
    (tmp_path / "t.toml").write_bytes(text.encode("gb18030"))
    src = cover(tmp_path / "c.tif", [7])
    import_into("landcover", src, folder, mapping=tmp_path / "t.toml")
    assert cover_of(City.open(folder)).classes[7].zh == "道路"
    (tmp_path / "t.toml").write_text(text.replace("0.9", "1.9"), encoding="utf-8")
    with pytest.raises(InputError, match=r"classes\.7\.runoff"):
        import_into("landcover", src, folder, mapping=tmp_path / "t.toml")


def test_the_shipped_classes_are_sound() -> None:
    table = cover_table(base_cover_text(), place="landcover.toml")
    assert len(table.classes) == 11
    assert [code for code, each in table.classes.items() if each.water] == [80]


def test_the_grid_of_dallas(shared_data: Path, tmp_path: Path) -> None:
    result = import_into("dem", shared_data / "dem/pysheds_dem.tif", tmp_path / "dallas")
    grid = result.city.raster("terrain")
    assert grid.crs == "EPSG:32614"
    assert rules(result) <= {"raster-void"}
    with rasterio.open(shared_data / "dem/pysheds_dem.tif") as file:
        theirs, transform = file.read(1), file.transform
    cells = np.array([[100.5, 100.5], [200.5, 50.5], [300.5, 300.5]])
    lonlat = np.array([transform @ (x, y) for x, y in cells])
    want = [theirs[int(y), int(x)] for x, y in cells]
    assert grid.bilinear(lonlat) == pytest.approx(want, abs=3)


def test_the_bed_of_the_monai_flume(shared_data: Path, tmp_path: Path) -> None:
    case = json.loads((shared_data / "flood/monai_okushiri/case.json").read_text("utf-8"))
    src = shared_data / "flood/monai_okushiri" / case["bathymetry"].split(" ")[0]
    result = import_into("dem", src, tmp_path / "monai", crs="local")
    grid = result.city.raster("terrain")
    assert grid.values.shape == (244, 393)
    assert np.sqrt(grid.cell_m2) == pytest.approx(case["cellsize_m"], rel=2e-3)
    assert rules(result) == {"dem-sea"}


def test_a_geotiff_is_the_same_bytes_each_time_and_comes_back() -> None:
    grid = Grid(np.arange(12, dtype=np.float32).reshape(3, 4), Affine(5, 0, 9, 0, -5, 7), UTM, "m")
    assert geotiff(grid) == geotiff(grid)
    back = grid_of(geotiff(grid), unit="m", place="here")
    assert (back.values == grid.values).all()
    assert back.transform == grid.transform


def test_the_synthetic_example(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    made = subprocess.run(
        [sys.executable, str(root / "examples/landcover/make.py")], capture_output=True, check=True
    )
    (tmp_path / "cover.asc").write_bytes(made.stdout)
    result = import_into("landcover", tmp_path / "cover.asc", tmp_path / "city", crs="EPSG:4326")
    made = surface(City.open(tmp_path / "city"))
    assert result.layers[0].kept == 64 * 64
    assert 0.05 < made.water.mean() < 0.3
