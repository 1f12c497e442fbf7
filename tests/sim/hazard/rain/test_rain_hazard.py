"""A storm on a small city: what goes under, when, for how long; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rencity.city.model import City
from rencity.kit.errors import CityError, InputError, ScenarioError
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import restrict, strikes_of, unhit
from rencity.sim.strike import NEVER, Strike
from tests.sim.hazard.toy import city_of
from tests.sim.hazard.wet_city import at, classes, grid, ids_of, terrain, wet_city

Parse = Callable[[str], Hazard]
STORM = 'kind = "rain"\nstorm = "toy"\nreturn_period_a = 10\nduration_min = 60\nstep_min = 10\n'


def scene_of(city: City, base: Path = Path(), horizon_min: int = 10_000) -> Scene:
    return Scene(city, classes(), base, 10, 1, horizon_min)


def rained(hazard: Parse, text: str, city: City | None = None, **how: object) -> list[Strike]:
    return strikes_of(hazard(text), scene_of(city or wet_city(), **how))  # type: ignore[arg-type]


def gauge(tmp_path: Path, *mm: float, step: int = 10) -> str:
    rows = "".join(f"{n * step},{one}\n" for n, one in enumerate(mm))
    (tmp_path / "gauge.csv").write_text("time,rain_mm\n" + rows, encoding="utf-8")
    return 'kind = "rain"\ngauge = {path = "gauge.csv"}\n'


def bowl_depth_m(rain_m: float) -> float:
    """7 rows of 3 cells at 2 m, fed by 6 columns of 9 rows."""
    return rain_m * 54 / 21


def test_a_bowl_takes_the_rain_of_its_slopes(hazard: Parse, tmp_path: Path) -> None:
    damage, closed = rained(hazard, gauge(tmp_path, 100, 200), base=tmp_path)
    facts = damage.facts
    assert facts["rain_mm"] == pytest.approx(300)
    assert facts["rain_m3"] == pytest.approx(0.3 * 9000)
    assert facts["deepest_m"] == pytest.approx(bowl_depth_m(0.3))
    assert facts["still_standing_m3"] == pytest.approx(0.3 * 5400)
    assert facts["left_m3"] == pytest.approx(0.3 * 3600)
    assert facts["deeper_than_0_5_m_km2"] == pytest.approx(21 * 100 / 1e6)
    assert facts["volume_error"] <= 1e-9
    city = wet_city()
    assert ids_of(city, closed.out_asset) == ["pump", "road"]
    assert closed.out_onset_min is not None
    assert closed.out_onset_min.tolist() == [10, 20]  # 0.3 m after the first step, not above it
    assert closed.out_min.tolist() == [NEVER, NEVER]  # nothing drains
    layer = next(iter(damage.layers.values()))
    assert layer.values[4, 4] == pytest.approx(bowl_depth_m(0.3))
    assert layer.values[4, 8] == 0
    assert layer.unit == "m"


def test_a_sill_lowers_what_an_asset_feels(hazard: Parse, tmp_path: Path) -> None:
    damage, closed = rained(hazard, gauge(tmp_path, 300, 400), base=tmp_path)
    city = wet_city()
    assert ids_of(city, damage.asset) == ["pump", "raised"]
    deep = bowl_depth_m(0.7)
    from scipy.stats import norm

    expected = norm.cdf(np.log([deep, deep - 1.5]) / 0.5)
    np.testing.assert_allclose(damage.exceed[0, 0], expected, rtol=1e-5)
    assert ids_of(city, closed.out_asset) == ["pump", "raised", "road"]


def test_drains_let_places_work_again_and_mending_begins_then(
    hazard: Parse, tmp_path: Path
) -> None:
    text = gauge(tmp_path, 100, 200, 0, 0) + "drainage_mm_h = 120\n"
    damage, closed = rained(hazard, text, base=tmp_path)
    # 20 mm drain in ten minutes: 80 and 180 run off
    facts = damage.facts
    assert facts["deepest_m"] == pytest.approx(bowl_depth_m(0.26))
    gone = facts["drained_m3"] + facts["still_standing_m3"]
    assert gone == pytest.approx(2 * 0.02 * 9000 + 0.26 * 5400)
    assert closed.out_onset_min is not None
    # the water falls 2 mm a minute from the end of the rain, to 0.1 m at the pump, 0.3 on the road
    dry = [20 + (bowl_depth_m(0.26) - above) / 0.002 for above in (0.1, 0.3)]
    assert closed.out_onset_min.tolist() == [10, 20]
    assert (closed.out_onset_min + closed.out_min).tolist() == [np.ceil(one) for one in dry]
    assert damage.onset_min is not None
    assert damage.onset_min.tolist() == [np.ceil(dry[0])]


def test_soil_takes_its_share_of_rain_and_of_ponds(hazard: Parse, tmp_path: Path) -> None:
    text = gauge(tmp_path, 100, 200, 0, 0) + 'ground = "lawn"\ndrainage_mm_h = 60\n'
    told = rained(hazard, text, base=tmp_path)[0].facts
    assert told["infiltrated_m3"] == pytest.approx(told["drained_m3"])
    gone = told["infiltrated_m3"] + told["drained_m3"] + told["still_standing_m3"]
    assert gone == pytest.approx(2 * 0.02 * 9000 + 0.26 * 5400)


def test_land_cover_says_what_the_ground_takes(hazard: Parse, tmp_path: Path) -> None:
    codes = np.full((18, 20), 30.0)  # cells of 5 m on a terrain of 10
    codes[:, :4], codes[:, 16:] = 80, 77
    city = wet_city().with_raster("landcover", grid(codes, 5.0), origin="synthetic")
    text = gauge(tmp_path, 100, 0)
    told = rained(hazard, text, city, base=tmp_path)[0].facts
    assert told["infiltrated_m3"] >= 6 * 9 * 0.01 * 100
    plain = rained(hazard, text + "landcover = false\n", city, base=tmp_path)[0].facts
    assert plain["infiltrated_m3"] == 0
    (finding,) = unhit(hazard(text), scene_of(city, tmp_path))
    assert "77 (18 cells)" in finding.what


def test_open_water_takes_what_reaches_it(hazard: Parse, tmp_path: Path) -> None:
    text = gauge(tmp_path, 100, 0) + "open_water_below_m = 2\n"
    strikes = rained(hazard, text, base=tmp_path)
    assert strikes[0].facts["left_m3"] == pytest.approx(900)
    assert len(strikes) == 1
    assert len(strikes[0].asset) == 0


def test_zones_drain_by_the_capacity_of_their_assets(hazard: Parse, tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely.geometry import Polygon

    square = Polygon([at(-0.5, -0.5), at(9.5, -0.5), at(9.5, 8.5), at(-0.5, 8.5)])
    zones = gpd.GeoDataFrame({"id": ["z"], "level": ["city"]}, geometry=[square], crs="EPSG:4326")
    city = wet_city(capacity=[2160.0, np.nan, np.nan, np.nan]).replace(zones=zones)
    text = gauge(tmp_path, 100, 0) + ('drainage_zones = {level = "city", kinds = ["water.pump"]}\n')
    told = rained(hazard, text, city, base=tmp_path)[0].facts
    # 2,160 m3 a day on 9,000 m2 are 10 mm/h
    assert told["drained_m3"] >= 9000 * 0.010 / 6
    bare = wet_city().replace(zones=zones)
    with pytest.raises(ScenarioError, match="no city zone holds a drainage asset"):
        rained(hazard, text, bare, base=tmp_path)


def test_return_periods_are_weighted_events(hazard: Parse) -> None:
    text = STORM.replace("= 10\n", "= [2, 1000]\n", 1) + "weights = [0.9, 0.1]\n"
    strikes = rained(hazard, text)
    for strike in strikes:
        assert strike.event == ("2a", "1000a")
        np.testing.assert_allclose(strike.weight, [0.9, 0.1])
        assert len(strike.out_asset) == 0
    facts = strikes[0].facts
    assert facts["2a.rain_mm"] < facts["1000a.rain_mm"]
    assert set(strikes[0].layers) == {"depth_2a", "depth_1000a"}
    closing = [s for s in strikes if s.exceed.shape[1] == 1 and (s.exceed == 1).any()]
    rare = next(s for s in closing if (s.exceed[1] == 1).any())
    assert (rare.exceed[0] == 0).all()
    assert (rare.repair_min[rare.table] > 10_000).all()  # nothing drains before the horizon
    assert (restrict([rare], "2a")[0].exceed == 0).all()


def test_the_same_storm_as_one_event_of_two_closes_as_long(hazard: Parse) -> None:
    one = rained(hazard, STORM + "drainage_mm_h = 5\n")
    two = rained(hazard, STORM.replace("= 10\n", "= [10, 2]\n", 1) + "drainage_mm_h = 5\n")
    closed = one[1]
    same = next(s for s in two if len(s.asset) and (s.exceed[0] == 1).all())
    np.testing.assert_array_equal(same.asset, closed.out_asset)
    np.testing.assert_array_equal(same.onset_min, closed.out_onset_min)
    np.testing.assert_array_equal(same.repair_min[same.table, 0, 0], closed.out_min)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("duration_min = 0\n", "duration_min"),
        ("peak_ratio = 1.2\n", "peak_ratio"),
        ("peak_ratio = -0.1\n", "peak_ratio"),
        ("step_min = 90\n", "step_min 90 is longer than duration_min 60"),
        ("return_period_a = -5\n", "return_period_a"),
        ("return_period_a = []\n", "holds no year"),
        ("return_period_a = [5, 5]\n", "one twice"),
        ("weights = [0.5, 0.5]\n", "2 weights for 1 return periods"),
        ("drainage_mm_h = -1\n", "drainage_mm_h"),
        ('gauge = {path = "g.csv"}\n', "either storm"),
        ("depth = 3\n", "depth"),
    ],
)
def test_a_wrong_storm_is_refused_by_its_key(hazard: Parse, line: str, what: str) -> None:
    key = line.partition(" = ")[0]
    kept = "".join(f"{one}\n" for one in STORM.splitlines() if not one.startswith(key))
    with pytest.raises(ScenarioError) as told:
        hazard(kept + line)
    assert what in str(told.value)


def test_a_gauge_says_its_own_duration(hazard: Parse, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="leave them out"):
        hazard(gauge(tmp_path, 1, 2) + "duration_min = 60\n")
    with pytest.raises(InputError, match="below 0"):
        rained(hazard, gauge(tmp_path, 1, -2), base=tmp_path)


def test_names_that_no_pack_holds(hazard: Parse) -> None:
    with pytest.raises(ScenarioError, match="unknown storm 'toi'") as told:
        rained(hazard, STORM.replace("toy", "toi"))
    assert "toy" in told.value.mend
    with pytest.raises(ScenarioError, match="unknown ground 'law'"):
        rained(hazard, STORM + 'ground = "law"\n')


def test_a_formula_without_rain_for_frequent_storms(hazard: Parse) -> None:
    with pytest.raises(ScenarioError, match=r"gives no rain for 0\.01 years"):
        rained(hazard, STORM.replace("= 10\n", "= 0.01\n", 1))


def test_a_storm_beyond_its_formula_is_a_finding(hazard: Parse) -> None:
    text = STORM.replace("= 10\n", "= 500\n", 1).replace("= 60", "= 600")
    said = [finding.what for finding in unhit(hazard(text), scene_of(wet_city()))]
    assert any("1 to 100 years" in one for one in said)
    assert any("up to 180 minutes" in one for one in said)
    assert unhit(hazard(STORM), scene_of(wet_city())) == []


def test_a_city_without_terrain_or_heights(hazard: Parse) -> None:
    bare = city_of([("pump", "water.pump", at(4))])
    with pytest.raises(ScenarioError, match="no terrain") as told:
        rained(hazard, STORM, bare)
    assert "dem" in told.value.mend
    with pytest.raises(CityError, match="holds no height"):
        rained(hazard, STORM, wet_city(np.full((9, 10), np.nan)))


def test_assets_off_the_terrain_are_refused_with_their_share_or_dry(hazard: Parse) -> None:
    z = terrain()
    z[4, 4] = np.nan
    city = wet_city(z)
    with pytest.raises(ScenarioError, match=r"1 of 4 assets \(25\.0%\) .*: pump"):
        rained(hazard, STORM, city)
    dry = STORM + 'uncovered = "dry"\nholes = "wall"\n'
    for strike in rained(hazard, dry, city):
        assert "pump" not in ids_of(city, strike.asset) + ids_of(city, strike.out_asset)
    (finding,) = unhit(hazard(dry), scene_of(city))
    assert finding.ids == ("pump",)


def test_nothing_but_the_terrain_is_needed(hazard: Parse) -> None:
    scene = replace(
        scene_of(wet_city()), classes=replace(classes(), closures={}, applies_fragility={})
    )
    (strike,) = strikes_of(hazard(STORM), scene)
    assert len(strike.asset) == len(strike.out_asset) == 0
    assert strike.facts["deepest_m"] > 0
