"""Heat and cold against published deratings, and as a user writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.catalogue import base_catalogue
from rencity.city.model import City
from rencity.kit.errors import InputError, ScenarioError
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import unhit
from rencity.sim.hazard.thermal.sensitivity import (
    SHIPPED,
    day_means,
    read_sensitivities,
    spells,
)
from rencity.sim.hazard.thermal.strike import loading_of
from rencity.sim.strike import Strike
from tests.sim.hazard.toy import city_of

Make = Callable[..., Strike]
HEAT, COLD = 'kind = "heat"\n', 'kind = "cold"\n'
AT = (120.3, 31.55)


@pytest.fixture
def city() -> City:
    """Transformers loaded to 0.5, 0.8 and by their zones to 0.6; a pump and one unknown."""
    kinds = ["power.transformer"] * 4 + ["water.pump"]
    rows = [(f"a{i}", kind, AT) for i, kind in enumerate(kinds)]
    nan = np.nan
    made = city_of(
        rows, capacity=[100.0, 100.0, 200.0, nan, 10.0], demand=[50.0, 80.0, nan, 5.0, 9.0]
    )
    zones = gpd.GeoDataFrame(
        {"id": ["z1", "z2"], "level": "grid", "people_night": [10.0, 20.0]},
        geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
        crs=4326,
    )
    serves = pd.DataFrame(
        [("a2", "z1", 1.0), ("a2", "z2", 0.5)], columns=["asset", "zone", "share"]
    )
    uses = [("z1", "power", 90.0), ("z2", "power", 60.0), ("z1", "water", 999.0)]
    demands = pd.DataFrame(uses, columns=["zone", "lifeline", "amount"])
    tables = {"assets": made.assets, "zones": zones, "serves": serves, "demands": demands}
    return City.build(made.identity, tables)


def test_loading_is_own_demand_else_that_of_the_zones(city: City) -> None:
    assert loading_of(city) == pytest.approx([0.5, 0.8, 0.6, np.nan, 0.9], nan_ok=True)


def test_transformers_lose_what_the_standard_says() -> None:
    """IEEE C57.91: at a day mean of 40 degrees 85 % self-cooled, 90 % with forced air."""
    heat, cold = (read_sensitivities(SHIPPED, side) for side in ("heat", "cold"))
    at = np.array([20.0, 30.0, 40.0])
    assert heat.capacity_factor("power.transformer", at) == pytest.approx([1, 1, 0.85])
    assert heat.capacity_factor("power.substation_high", at) == pytest.approx([1, 1, 0.90])
    assert heat.capacity_factor("power.line", at).tolist() == [1, 1, 1]
    low = np.array([20.0, -50.0])
    assert cold.capacity_factor("power.transformer", low) == pytest.approx([1.10, 1.30])
    assert cold.capacity_factor("power.substation_high", low) == pytest.approx([1.075, 1.30])


def test_demand_rises_beyond_its_base_only() -> None:
    heat, cold = (read_sensitivities(SHIPPED, side) for side in ("heat", "cold"))
    at = np.array([10.0, 25.0, 35.0])
    assert heat.demand_factor("power", at) == pytest.approx([1, 1, 1 + 0.25 * 1.45])
    at = np.array([20.0, 7.0, -3.0])
    assert cold.demand_factor("power", at) == pytest.approx([1, 1, 1 + 0.25 * 0.28])
    assert cold.demand_factor("heat", np.array([-18.0]))[0] == pytest.approx(2.0, abs=0.001)


def test_every_sensitivity_has_a_source_and_a_known_kind() -> None:
    known = base_catalogue()
    for side in ("heat", "cold"):
        moves = read_sensitivities(SHIPPED, side)
        assert moves.demand.keys() <= known.lifelines.keys()
        assert moves.capacity.keys() <= known.kinds.keys()
        assert all(
            len(one.source) > 20 for one in (*moves.demand.values(), *moves.capacity.values())
        )


def test_overloaded_assets_are_out_for_the_hot_days(strike: Make, city: City) -> None:
    # 36 degrees: demand 1.399, capacity 0.91, loading times 1.537
    made = strike(HEAT + "temperatures_c = [30, 36, 36, 28, 37]\n", city)
    assert made.out_asset.tolist() == [1, 1]
    assert made.out_onset_min is not None
    assert made.out_onset_min.tolist() == [1440, 4 * 1440]
    assert made.out_min.tolist() == [2 * 1440, 1440]
    assert made.facts["assets_overloaded"] == 1
    assert made.facts["asset_hours_over"] == 72
    assert made.facts["greatest_loading"] == pytest.approx(0.8 * 1.435 / 0.895, abs=1e-3)
    assert made.facts["highest_day_mean_c"] == 37


def test_factors_and_limits_move_the_verdict(strike: Make, city: City) -> None:
    days = "temperatures_c = [36]\n"
    assert strike(HEAT + days + "peak_factor = 1.4\n", city).out_asset.tolist() == [0, 1, 2]
    assert strike(HEAT + days + "peak_factor = 1.1\n", city).out_asset.tolist() == [1, 2]
    assert strike(HEAT + days + "trips_at = 1.3\n", city).out_asset.tolist() == []
    assert strike(COLD + "temperatures_c = [-10]\n", city).out_asset.tolist() == []
    with pytest.raises(ScenarioError, match="'water' has no sensitivity"):
        strike(HEAT + days + 'lifelines = ["water"]\n', city)


def test_a_series_of_hours_counts_by_its_day_means(
    strike: Make, city: City, tmp_path: Path
) -> None:
    hours = pd.date_range("2026-07-20", periods=72, freq="h")
    values = np.where(np.arange(72) < 24, 25.0, 37.0)
    frame = pd.DataFrame({"time": hours.strftime("%Y-%m-%dT%H:%M"), "temperature_c": values})
    frame.to_csv(tmp_path / "t.csv", index=False)
    made = strike(HEAT + 'series = "t.csv"\n', city)
    assert made.out_asset.tolist() == [1]
    assert made.out_onset_min is not None
    late_h = made.out_onset_min[0] / 60
    assert 24 < late_h < 48  # the mean of the last day lags the hour
    assert made.out_onset_min[0] + made.out_min[0] == 72 * 60


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("time,temperature\n2026-07-20,30\n", "no column 'temperature_c'"),
        ("time,temperature_c\n2026-07-20,303.15\n", "'303.15' is kelvin"),
        ("time,temperature_c\n2026-07-20,99\n", "no temperature of the air"),
        ("time,temperature_c\n2026-07-20,\n", "an empty value is not a finite number"),
        ("time,temperature_c\nmonday,30\n", "'monday' is no time"),
        ("time,temperature_c\n2026-07-20,30\n2026-07-19,30\n", "row 3, column time"),
        ("time,temperature_c\n2026-07-20,30\n2026-07-21,30\n2026-07-23,30\n", "row 4.*one step"),
        ("time,temperature_c\n2026-07-20,30\n2026-07-22,30\n", "steps of 48 h"),
    ],
)
def test_a_faulty_series_is_refused(
    rows: str, told: str, strike: Make, city: City, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(InputError, match=told) as caught:
        strike(HEAT + 'series = "t.csv"\n', city)
    assert "t.csv" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAT, "either series, a file, or temperatures_c"),
        (HEAT + 'series = "t.csv"\ntemperatures_c = [30]\n', "either series"),
        (HEAT + "temperatures_c = [300]\n", "temperatures_c"),
        (HEAT + "temperatures_c = [30]\nstep_h = 48\n", "step_h"),
        (HEAT + "temperatures_c = [30]\npeak_factor = 0\n", "peak_factor"),
    ],
)
def test_a_faulty_temperature_hazard_is_refused(
    text: str, told: str, strike: Make, city: City
) -> None:
    with pytest.raises(ScenarioError, match=told):
        strike(text, city)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("heat = 3", "s.toml: heat"),
        ("[[heat.demand]]\nlifeline = 'power'", "s.toml: heat.demand.0.base_c"),
        ("[[heat.demand", "not TOML"),
    ],
)
def test_own_sensitivities_replace_the_shipped(
    text: str, told: str, strike: Make, city: City, tmp_path: Path
) -> None:
    days = HEAT + 'temperatures_c = [36]\nsensitivities = "s.toml"\n'
    (tmp_path / "s.toml").write_text(
        "[[heat.demand]]\nlifeline = 'power'\nbase_c = 20\nper_c = 0.1\nsource = 'ours'\n"
    )
    assert strike(days, city).out_asset.tolist() == [0, 1, 2]  # demand 2.6 times
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(InputError, match=told):
        strike(days, city)
    with pytest.raises(InputError, match="paths are relative"):
        strike(days.replace("s.toml", "absent.toml"), city)


def test_what_is_not_known_and_what_is_mild_is_told(
    classes: Classes, hazard: Callable[[str], Hazard], city: City, tmp_path: Path
) -> None:
    scene = Scene(city, classes, tmp_path)
    told = unhit(hazard(HEAT + "temperatures_c = [36]\n"), scene)
    assert [(one.rule, one.ids) for one in told] == [("heat-no-loading", ("a3",))]
    told = unhit(hazard(HEAT + "temperatures_c = [20]\n"), scene)
    assert [one.rule for one in told] == ["heat-no-loading", "heat-mild"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=5))
def test_spells_are_the_runs_of_true(over: list[list[bool]]) -> None:
    made = np.zeros((len(over), 6), bool)
    for row, first, steps in zip(*spells(np.array(over)), strict=True):
        assert first == 0 or not over[row][first - 1]
        made[row, first : first + steps] = True
    assert made.tolist() == over


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.floats(-50, 50), min_size=1, max_size=60), st.sampled_from([1.0, 3.0, 6.0, 24.0])
)
def test_day_means_are_means_of_a_day(values: list[float], step_h: float) -> None:
    many = int(24 / step_h)
    want = [np.mean(values[max(0, i + 1 - many) : i + 1]) for i in range(len(values))]
    assert day_means(np.array(values), step_h) == pytest.approx(want, abs=1e-9)
