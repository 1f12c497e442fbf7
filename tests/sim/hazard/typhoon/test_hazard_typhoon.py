"""Typhoons as a user writes them: what they strike, when, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from rencity.city.model import City
from rencity.kit.errors import InputError, RencityError, ScenarioError
from rencity.sim.classes import Lognormal
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.specs import Hazard
from rencity.sim.hazard.striking import restrict, strikes_of, unhit
from rencity.sim.strike import Strike
from tests.sim.hazard.toy import city_of, repair_of

HEAD = "time,lon,lat,pressure_hpa,wind_m_s,rmax_km\n"
ROWS = (
    "2026-09-12T00:00Z,122.0,29.5,955,42,45\n"
    "2026-09-12T06:00Z,121.0,30.7,960,40,50\n"
    "2026-09-12T12:00Z,120.0,31.9,975,33,55\n"
)
TEXT = 'kind = "typhoon"\ntrack = "t.csv"\naveraging = "2-min"\n'
POLE = Lognormal.model_validate(
    {
        "form": "lognormal",
        "measure": "gust",
        "states": [{"state": "failed", "median": 40.0, "beta": 0.2}],
    }
)
Make = Callable[..., Strike]


@pytest.fixture
def classes(classes: Classes) -> Classes:
    return replace(
        classes,
        fragility={**classes.fragility, "pole": POLE},
        repair={**classes.repair, "pole": repair_of(failed=(1, 0))},
        applies_fragility={**classes.applies_fragility, "power.transformer": ("pole",)},
        applies_repair={**classes.applies_repair, "power.transformer": ("pole",)},
    )


def city(*places: tuple[float, float]) -> City:
    return city_of([(f"p{i}", "power.transformer", xy) for i, xy in enumerate(places)])


@pytest.fixture
def strike(
    classes: Classes, hazard: Callable[[str], Hazard], tmp_path: Path
) -> Callable[[str, City], Strike]:
    def made(text: str, struck: City, rows: str = HEAD + ROWS) -> Strike:
        (tmp_path / "t.csv").write_text(rows, encoding="utf-8")
        return strikes_of(hazard(text), Scene(struck, classes, tmp_path))[0]

    return made


def test_near_assets_suffer_first_and_most_by_their_place(strike: Make) -> None:
    struck = city((121.2, 31.0), (120.4, 31.6), (117.0, 33.0))
    made = strike(TEXT, struck)
    exceed = dict(zip(made.asset.tolist(), made.exceed[0, 0].tolist(), strict=True))
    assert exceed[0] > exceed[1] > exceed.get(2, 0)
    assert made.onset_min is not None
    assert made.onset_min[0] < made.onset_min[1] <= 720
    assert made.event == ("track",)
    assert made.facts["storms"] == 1
    assert 30 < float(made.facts["peak_gust_m_s"]) < 50
    assert float(made.facts["nearest_km"]) < 40
    layer = made.layers["peak_gust"]
    assert layer.unit == "m/s"
    assert np.nanmax(layer.values) >= float(made.facts["peak_gust_m_s"]) - 0.5
    at = layer.nearest(np.array([[121.19, 31.0]]))
    assert at[0] == pytest.approx(float(made.facts["peak_gust_m_s"]), rel=0.03)


def test_rough_ground_and_weak_wind_spare_assets(strike: Make) -> None:
    struck = city((121.2, 31.0))
    plain = strike(TEXT, struck).exceed[0, 0, 0]
    assert strike(TEXT + "roughness_m = 0.15\n", struck).exceed[0, 0, 0] < plain
    one = strike(TEXT.replace("2-min", "1-min"), struck).exceed[0, 0, 0]
    ten = strike(TEXT.replace("2-min", "10-min"), struck).exceed[0, 0, 0]
    assert one < plain < ten  # the same figure means less over a shorter time
    decayed = strike(TEXT + 'landfall = "2026-09-12T03:00Z"\n', struck).exceed[0, 0, 0]
    assert decayed < plain


def test_a_spread_is_a_weighted_set_of_events(strike: Make) -> None:
    text = TEXT + "spread = { cross_track_km = 50, tracks = 3 }\n"
    made = strike(text, city((121.2, 31.0), (120.4, 31.6)))
    assert made.event == ("track", "left-87km", "right-87km")
    assert made.weight.sum() == pytest.approx(1)
    assert made.exceed.shape[0] == 3
    assert len(np.unique(made.exceed[:, 0, 0])) == 3
    only = restrict([made], "left-87km")[0]
    assert only.exceed.shape[0] == 1


def test_a_line_feels_its_worst_vertex_where_asked(strike: Make) -> None:
    line = shapely.LineString([(121.2, 31.0), (118.0, 33.0)])
    struck = city_of([("a", "power.transformer", line)])
    middle, worst = strike(TEXT, struck), strike(TEXT + 'at = "max"\n', struck)
    assert worst.exceed[0, 0, 0] > middle.exceed[0, 0, 0]
    assert worst.onset_min is not None
    assert middle.onset_min is not None
    assert worst.onset_min[0] < middle.onset_min[0]


def test_a_city_that_feels_no_wind_is_struck_by_nothing(strike: Make) -> None:
    made = strike(TEXT, city_of([("a", "water.junction", (121.2, 31.0))]))
    assert made.asset.shape == (0,)
    assert made.onset_min is not None
    assert made.onset_min.shape == (0,)
    assert strike(TEXT, city_of([])).layers == {}


def test_what_the_storm_leaves_out_is_told(
    classes: Classes, hazard: Callable[[str], Hazard], tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(HEAD + ROWS, encoding="utf-8")
    kinds = [("a", "power.transformer", (120.4, 31.6)), ("b", "road.depot", (120.4, 31.6))]
    near = Scene(city_of(kinds), classes, tmp_path)
    assert [one.rule for one in unhit(hazard(TEXT), near)] == ["typhoon-no-fragility"]
    far = Scene(city((100.0, 25.0)), classes, tmp_path)
    told = unhit(hazard(TEXT), far)
    assert [one.rule for one in told] == ["typhoon-far-away"]
    assert "2," in told[0].what
    assert "m/s" in told[0].what
    short = replace(near, city=city((120.4, 31.6)), horizon_min=120)
    assert [one.rule for one in unhit(hazard(TEXT), short)] == ["typhoon-too-late"]
    late = replace(near, city=city((120.4, 31.6)), horizon_min=2000)
    assert [one.rule for one in unhit(hazard(TEXT + "start_h = 48\n"), late)] == [
        "typhoon-too-late"
    ]


A, B, C = ROWS.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (HEAD, "no rows"),
        (HEAD + A, "two points"),
        (HEAD.replace("lon", "x") + ROWS, "no column 'lon'"),
        (HEAD + A + C + B, r"row 4, column time: .* is not after the row before"),
        (HEAD + A + A, "row 3, column time"),
        (HEAD + A + B.replace("2026-09-12T06:00Z", "noon"), "'noon' is no time such as"),
        (HEAD + A + B.replace("960", "96000"), "'96000' is Pa, not hPa"),
        (HEAD + A + B.replace("960", "96.0"), "below 850 hPa"),
        (HEAD + A + B.replace("960", "1012"), "not below ambient_hpa = 1010"),
        (HEAD + A + B.replace(",40,", ",-40,"), "row 3, column wind_m_s: '-40.*between 0 and 110"),
        (HEAD + A + B.replace(",40,", ",150,"), "between 0 and 110"),
        (HEAD + A + B.replace(",50", ",0"), "is no radius"),
        (HEAD + A + B.replace("121.0,30.7", "131.0,30.7"), r"rows 2 and 3: .* jumps: 8\d\d km"),
        (HEAD + A.replace("122.0,29.5", "29.5,122.0") + B.replace("121.0,30.7", "30.7,121.0"),
         "row 2, column lat: .* seem to be swapped"),
        (HEAD + A + B.replace("30.7", "88"), "beyond 65 degrees"),
        (HEAD + A + B.replace("121.0", "721.0"), "no longitude"),
        (HEAD + A + B.replace("960", ""), "row 3, column pressure_hpa: an empty value"),
    ],
)  # fmt: skip
def test_a_faulty_track_is_refused_by_its_row(rows: str, told: str, strike: Make) -> None:
    with pytest.raises(InputError, match=told) as caught:
        strike(TEXT, city((121.2, 31.0)), rows)
    assert "t.csv" in str(caught.value)
    assert caught.value.mend


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TEXT + 'landfall = "2026-10-01T00:00Z"\n', r"landfall '2026-10-01T00:00Z' is no time"),
        (TEXT + 'landfall = "soon"\n', "landfall 'soon' is no time"),
        (TEXT + "spread = {}\n", "cross_track_km or wind above 0"),
        (TEXT + "spread = { wind = 0.1, winds = 2 }\n", "winds"),
        (TEXT.replace("2-min", "5-min"), "averaging"),
        (TEXT.replace('averaging = "2-min"\n', ""), "averaging"),
        (TEXT + "roughness_m = 1.5\n", "roughness_m"),
        (TEXT + "gusts = 2\n", "unknown key 'gusts'"),
    ],
)
def test_a_faulty_scenario_is_refused(text: str, told: str, strike: Make) -> None:
    with pytest.raises(ScenarioError, match=told):
        strike(text, city((121.2, 31.0)))


def test_a_track_may_cross_the_date_line_and_have_gaps(strike: Make) -> None:
    rows = HEAD + ("2026-09-12T00:00,179.5,20,960,,\n2026-09-12T06:00+08:00,,,,,\n")
    with pytest.raises(RencityError):
        strike(TEXT, city((179.9, 20)), rows)
    rows = HEAD + (
        "2026-09-12T00:00,179.5,20,960,40,\n2026-09-12T06:00,-179.5,20.5,960,,\n"
        "2026-09-12T12:00,-178.5,21,960,30,\n"
    )
    made = strike(TEXT, city((-179.9, 20.1)), rows)
    assert float(made.facts["nearest_km"]) < 30
