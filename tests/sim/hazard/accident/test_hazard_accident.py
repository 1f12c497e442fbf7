"""Accidents as a user writes them: who is out, from when, for how long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from rencity.city.model import City
from rencity.kit.errors import ScenarioError
from rencity.sim.damage import Classes
from rencity.sim.hazard.accident.cloud import cloud_of
from rencity.sim.hazard.accident.spec import Plume
from rencity.sim.hazard.accident.strike import distances_m
from rencity.sim.hazard.places import WGS84
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import unhit
from rencity.sim.strike import NEVER, Strike
from tests.sim.hazard.toy import city_of

Make = Callable[..., Strike]
LON, LAT = 120.3, 31.55
HEAD = f'kind = "accident"\nlon = {LON}\nlat = {LAT}\n'
GAS = HEAD + (
    'plume = { substance = "chlorine", rate_kg_s = 1.0, release_min = 30, wind_m_s = 2.0, '
    'wind_from_deg = 270, stability = "F", terrain = "rural", threshold = "AEGL-3" }\n'
)


def away(toward: float, metres: float) -> tuple[float, float]:
    lon, lat, _ = WGS84.fwd(LON, LAT, toward, metres)
    return lon, lat


def test_all_within_the_radius_is_out(strike: Make) -> None:
    rows = [
        ("a", "power.transformer", away(10, 0)),
        ("b", "water.pump", away(90, 299)),
        ("c", "water.pump", away(180, 301)),
        ("d", "power.line", shapely.LineString([away(0, 5000), away(0, 100)])),
    ]
    made = strike(HEAD + "radius_m = 300\nhours = 6\n", city_of(rows))
    assert made.out_asset.tolist() == [0, 1, 3]
    assert set(made.out_min.tolist()) == {360}
    assert made.out_onset_min is not None
    assert made.out_onset_min.tolist() == [0, 0, 0]
    only = HEAD + 'radius_m = 300\nhours = "never"\nkinds = ["water.pump"]\n'
    made = strike(only, city_of(rows))
    assert made.out_asset.tolist() == [1]
    assert made.out_min.tolist() == [NEVER]


def test_distances_are_those_on_the_ellipsoid() -> None:
    for toward in (0, 37, 90, 200):
        for metres in (100.0, 5000.0, 30_000.0):
            point = np.array([shapely.Point(away(toward, metres))], object)
            assert distances_m(point, LON, LAT)[0] == pytest.approx(metres, rel=4e-3)


def test_a_blast_breaks_what_cannot_bear_it(strike: Make) -> None:
    # 10 t: 34.5 kPa at 122 m, 15.8 kPa at 213 m (Swisdak 1994)
    rows = [
        ("a", "power.transformer", away(0, 100)),
        ("b", "power.transformer", away(0, 180)),
        ("c", "health.hospital", away(90, 180)),
        ("d", "health.hospital", away(90, 400)),
        ("e", "water.pipe", shapely.LineString([away(0, 1), away(0, 20)])),
    ]
    text = HEAD + "explosion = { tnt_kg = 10000, hours = 720 }\n"
    made = strike(text, city_of(rows))
    assert made.out_asset.tolist() == [0, 2]
    assert made.facts["tnt_kg"] == 10000
    serious = float(made.facts["radius_of_serious_damage_m"])
    assert 180 < serious < 400
    assert float(made.facts["radius_of_broken_windows_m"]) > 3 * serious
    fuel = "explosion = { fuel_kg = 9096, heat_mj_kg = 46, yield_share = 0.1, hours = 720 }\n"
    same = strike(HEAD + fuel, city_of(rows))
    assert float(same.facts["tnt_kg"]) == pytest.approx(10_000, rel=1e-3)
    assert same.out_asset.tolist() == [0, 2]


def test_staff_leaves_downwind_when_the_gas_arrives(strike: Make) -> None:
    rows = [
        ("a", "health.hospital", away(90, 600)),
        ("b", "health.hospital", away(270, 600)),
        ("c", "health.hospital", away(90, 40_000)),
        ("d", "water.pump", away(90, 600)),
        ("e", "water.works", away(90, 1200)),
    ]
    made = strike(GAS, city_of(rows))
    assert made.out_asset.tolist() == [0, 4]
    assert made.out_onset_min is not None
    assert made.out_onset_min.tolist() == [5, 10]  # 600 m and 1,200 m at 2 m/s
    assert made.out_min.tolist() == [90, 90]
    named = GAS.replace('threshold = "AEGL-3"', 'threshold_ppm = 20, kinds = ["water.pump"]')
    assert strike(named, city_of(rows)).out_asset.tolist() == [3]


def test_a_lower_limit_reaches_further(strike: Make) -> None:
    city = city_of([("a", "health.hospital", away(90, 600))])
    facts = [strike(GAS.replace("AEGL-3", f"AEGL-{i}"), city).facts for i in (3, 2, 1)]
    lengths = [float(one["contour_length_m"]) for one in facts]
    areas = [float(one["contour_area_m2"]) for one in facts]
    assert lengths == sorted(lengths)
    assert areas == sorted(areas)
    assert facts[0]["limit_mg_m3"] == pytest.approx(58.0, abs=0.1)


def test_the_contour_is_where_the_limit_is_reached(strike: Make) -> None:
    made = strike(GAS, city_of([("a", "health.hospital", away(90, 600))]))
    plume = Plume.model_validate(
        {"substance": "chlorine", "rate_kg_s": 1.0, "release_min": 30.0, "wind_m_s": 2.0,
         "wind_from_deg": 270.0, "stability": "F", "terrain": "rural", "threshold": "AEGL-3"}
    )  # fmt: skip
    cloud = cloud_of(plume, LON, LAT, float(made.facts["limit_mg_m3"]) / 1e6)
    edge = np.array([away(90, cloud.length_m * 0.99), away(90, cloud.length_m * 1.02)])
    found, _ = cloud.at(edge)
    assert found[0] > cloud.limit_kg_m3 > found[1]
    outline = cloud.outline()
    area = abs(WGS84.geometry_area_perimeter(outline)[0])
    assert area == pytest.approx(cloud.area_m2, rel=0.01)
    grid = made.layers["concentration"]
    assert grid.unit == "mg/m3"
    cells = (grid.values >= cloud.limit_kg_m3 * 1e6).sum()
    metres = grid.cell_m2 * 111_195**2 * np.cos(np.radians(LAT))
    assert cells * metres == pytest.approx(cloud.area_m2, rel=0.1)


def test_people_are_counted_by_the_share_of_their_zone(strike: Make) -> None:
    city = city_of([("a", "health.hospital", away(90, 600))])
    lon, lat = away(90, 600)
    small, far = (
        shapely.box(lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5),
        shapely.box(0, 0, 1, 1),
    )
    zones = gpd.GeoDataFrame(
        {
            "id": ["top", "in", "out"],
            "level": ["city", "grid", "grid"],
            "parent": ["", "top", "top"],
            "people_night": [130.0, 100.0, 30.0],
        },
        geometry=[shapely.union(small, far), small, far],
        crs=4326,
    )
    made = strike(GAS, City.build(city.identity, {"assets": city.assets, "zones": zones}))
    assert made.facts["people_within"] == 100


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD, "give radius_m and hours, explosion, or plume"),
        (HEAD + "radius_m = 5\n", "radius_m and hours go together"),
        (HEAD + "explosion = { hours = 5 }\n", "either tnt_kg, or fuel_kg"),
        (HEAD + "explosion = { tnt_kg = 5, fuel_kg = 5, hours = 5 }\n", "either tnt_kg"),
        (HEAD + 'kinds = ["water.pump"]\nexplosion = { tnt_kg = 5, hours = 5 }\n', "narrow"),
        (HEAD.replace("31.55", "131.55") + "radius_m = 5\nhours = 1\n", "lat"),
        (GAS.replace("chlorine", "clorine"), "unknown substance 'clorine'.*'chlorine'"),
        (GAS.replace("AEGL-3", "AEGL-9"), "chlorine has no limit 'AEGL-9'.*AEGL-1, AEGL-2"),
        (GAS.replace('threshold = "AEGL-3"', 'terrain = "rural"'), "not TOML"),
        (GAS.replace(', threshold = "AEGL-3"', ""), "either threshold, such as AEGL-2"),
        (GAS.replace('"F"', '"G"'), "stability"),
        (GAS.replace("wind_m_s = 2.0", "wind_m_s = 0.0"), "wind_m_s"),
        (GAS.replace("rate_kg_s = 1.0", "rate_kg_s = -1.0"), "rate_kg_s"),
        (GAS.replace(" }", ', kinds = ["water.pmp"] }'), "unknown kind 'water.pmp'"),
        (HEAD + 'radius_m = 5\nhours = 1\nids = ["zz"]\n', "no such asset: zz"),
    ],
)
def test_a_faulty_accident_is_refused(text: str, told: str, strike: Make) -> None:
    with pytest.raises(ScenarioError, match=told):
        strike(text, city_of([("a", "water.pump", (LON, LAT))]))


def test_an_accident_that_touches_nothing_says_so(
    classes: Classes, hazard: Callable[[str], Hazard], tmp_path: Path
) -> None:
    scene = Scene(city_of([("a", "water.pump", (0.0, 0.0))]), classes, tmp_path)
    told = unhit(hazard(HEAD + "radius_m = 300\nhours = 6\n"), scene)
    assert [one.rule for one in told] == ["accident-no-asset"]
    told = unhit(hazard(GAS.replace("AEGL-3", "AEGL-1")), scene)
    assert [one.rule for one in told] == ["accident-no-asset", "accident-beyond-curves"]
    near = Scene(city_of([("a", "water.pump", (LON, LAT))]), classes, tmp_path)
    assert unhit(hazard(HEAD + "radius_m = 300\nhours = 6\n"), near) == []
