"""Vs30 and liquefaction: from number, raster or table, and what is said of gaps."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from rasterio.transform import Affine

from rencity.city.model import City
from rencity.city.rasters import Grid
from rencity.kit.errors import InputError
from rencity.sim.hazard.earthquake.liquefaction import displacement_cm, probability
from tests.sim.hazard.earthquake.quakes import POINT, SIX, logs, struck, told, town

NONE = 'scatter = "none"'
SOFT = 'liquefaction = {susceptibility = "very_high"}'


def zoned() -> City:
    """The town with its three western stations in zone a, the rest in b."""
    city = town()
    square = [shapely.box(120.0, 31, 120.35, 32), shapely.box(120.35, 31, 121, 32)]
    zones = gpd.GeoDataFrame(
        {"id": ["a", "b"], "level": ["district"] * 2}, geometry=square, crs="EPSG:4326"
    )
    assets = city.assets.assign(zone=["a"] * 3 + ["b"] * 5)
    return city.replace(zones=zones, assets=assets)


def with_raster(city: City, name: str, values: list[list[float]]) -> City:
    """A raster of two cells, west and east of 120.35."""
    transform = Affine(0.35, 0, 120.0, 0, -1.0, 32.0)
    grid = Grid(np.array(values, np.float32), transform, "EPSG:4326", "m/s")
    return city.with_raster(name, grid)


def pga(*lines: str, city: City | None = None, base: Path = Path()) -> np.ndarray:
    return logs(struck(POINT, SIX, NONE, *lines, city=city, base=base)[0], 1)[0]


def test_ground_by_raster_and_by_table_is_that_of_the_number(tmp_path: Path) -> None:
    soft, stiff = pga("vs30_m_s = 200"), pga("vs30_m_s = 700")
    both = np.where(np.arange(6) < 3, soft, stiff)
    assert not np.allclose(soft, stiff, atol=0.05)
    assert pga(city=with_raster(town(), "vs30", [[200, 700]])) == pytest.approx(both)
    (tmp_path / "v.csv").write_text("zone,vs30_m_s\na,200\nb,700\n")
    table = 'vs30_table = "v.csv"'
    assert pga(table, city=zoned(), base=tmp_path) == pytest.approx(both)
    assert pga("vs30_m_s = 700", city=with_raster(town(), "vs30", [[200, 700]])) == pytest.approx(
        stiff
    )


def test_unknown_ground_is_stiff_soil_and_said() -> None:
    assert pga() == pytest.approx(pga("vs30_m_s = 300"))
    assert "300 m/s" in told(POINT, SIX)["vs30"].what
    assert "vs30" not in told(POINT, SIX, "vs30_m_s = 300")


def test_holes_take_the_default_and_are_counted(tmp_path: Path) -> None:
    holey = with_raster(town(), "vs30", [[np.nan, 700]])
    both = np.where(np.arange(6) < 3, pga("vs30_m_s = 300"), pga("vs30_m_s = 700"))
    assert pga(city=holey) == pytest.approx(both)
    assert "50.0%" in told(POINT, SIX, city=holey)["vs30"].what
    (tmp_path / "v.csv").write_text("zone,vs30_m_s\nb,700\n")
    said = told(POINT, SIX, 'vs30_table = "v.csv"', city=zoned(), base=tmp_path)
    assert "table v.csv" in said["vs30"].what


def test_ground_beyond_the_relation_is_clipped_and_said() -> None:
    assert pga("vs30_m_s = 60") == pytest.approx(pga("vs30_m_s = 150"))
    assert "150 to 1500" in told(POINT, SIX, "vs30_m_s = 60")["vs30-range"].what
    assert "vs30-range" not in told(POINT, SIX, "vs30_m_s = 150")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("zone,vs30_m_s\nc,300\n", "no zone"),
        ("zone,vs30_m_s\na,300\na,200\n", "stands twice"),
        ("zone,vs30_m_s\na,soft\n", "finite number"),
        ("zone,vs30_m_s\na,0\n", "above 0"),
        ("zone,vs30_m_s\na,-3\n", "above 0"),
        ("zone,vs\na,300\n", "no column"),
        ("", "empty"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "v.csv").write_text(text)
    with pytest.raises(InputError, match=what) as raised:
        struck(POINT, SIX, 'vs30_table = "v.csv"', city=zoned(), base=tmp_path)
    assert "v.csv" in raised.value.place


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        struck(POINT, SIX, 'vs30_table = "none.csv"', city=zoned(), base=tmp_path)


def test_soil_gives_way_as_often_as_the_manual_says() -> None:
    lines = (POINT, "magnitude = 7.5", "vs30_m_s = 300", NONE, SOFT)
    strikes = struck(*lines)
    assert len(strikes) == 4
    ground = strikes[3]
    assert ground.asset.tolist() == [7]
    made = logs(ground, 4000)[:, 0]
    gone = np.isfinite(made)
    city = town(("v", "power.substation_low", (120.205, 31.45)))
    pga_g = np.exp(logs(struck(*lines, city=city)[0], 1)[0, 6:])
    code = np.array([5])
    likely = probability(code, pga_g, 7.5, 1.524)[0]
    assert 0.1 < likely < 0.3
    assert gone.mean() == pytest.approx(likely, abs=4 * np.sqrt(likely / 4000))
    assert np.exp(made[gone]) == pytest.approx(displacement_cm(code, pga_g, 7.5)[0], rel=1e-4)


def test_soil_gives_way_only_where_the_same_sample_shakes_it() -> None:
    city = town(("v", "power.substation_low", (120.205, 31.45)))
    strikes = struck(POINT, "magnitude = 5", SOFT, "vs30_m_s = 300", city=city)
    gone = np.isfinite(logs(strikes[3], 600)[:, 0])
    pga_g = np.exp(logs(strikes[0], 600)[:, 6])
    assert gone.any()
    assert pga_g[gone].min() > 0.82 / 9.09
    assert pga_g.min() < 0.82 / 9.09


def test_without_data_nothing_liquefies_and_it_is_said() -> None:
    assert len(struck(POINT, SIX)) == 3
    assert told(POINT, SIX)["no-liquefaction"].severity == "note"
    assert "no-liquefaction" not in told(POINT, SIX, SOFT)


def test_susceptibility_by_zone_and_raster(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("zone,susceptibility\na,none\nb,very_high\n")
    by_zone = struck(
        POINT, "magnitude = 7.5", 'liquefaction = {zones = "l.csv"}', city=zoned(), base=tmp_path
    )[3]
    assert np.isfinite(logs(by_zone, 200)).any()  # the pipe lies in zone b of the table
    raster = 'liquefaction = {raster = "soil"}'
    west, east = (with_raster(town(), "soil", [cells]) for cells in ([[5, 0]][0], [[0, 5]][0]))
    assert np.isfinite(logs(struck(POINT, "magnitude = 7.5", raster, city=west)[3], 200)).any()
    dry = logs(struck(POINT, "magnitude = 7.5", raster, city=east)[3], 200)
    assert np.isneginf(dry).all()


def test_broken_susceptibility_is_named(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("zone,susceptibility\na,soggy\n")
    with pytest.raises(InputError, match="soggy"):
        struck(POINT, SIX, 'liquefaction = {zones = "l.csv"}', city=zoned(), base=tmp_path)
    bad = with_raster(town(), "soil", [[7, 2]])
    with pytest.raises(InputError, match="7 is no class"):
        struck(POINT, SIX, 'liquefaction = {raster = "soil"}', city=bad)
    with pytest.raises(InputError, match="no raster 'soil'"):
        struck(POINT, SIX, 'liquefaction = {raster = "soil"}')
