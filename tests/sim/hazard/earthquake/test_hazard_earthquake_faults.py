"""Earthquakes that cannot be, or are beyond what the relation was made for."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from rencity.city.identity import Identity
from rencity.city.model import City
from rencity.kit.errors import CityError, ScenarioError
from tests.sim.hazard.earthquake.quakes import POINT, SIX, hazard_of, logs, struck, told, town
from tests.sim.hazard.toy import city_of

TRACE = "trace = {ends = [[120.1, 31.5], [120.6, 31.5]]}"
PLANE = "plane = {lon = 120.3, lat = 31.5, depth_km = 9, strike_deg = 90, dip_deg = 70}"


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ((POINT, "magnitude = 9.2"), "magnitude"),
        ((POINT, "magnitude = 2"), "magnitude"),
        ((POINT, "magnitude = nan"), "magnitude"),
        ((POINT,), "one of magnitude"),
        ((POINT, SIX, "magnitudes = [{magnitude = 5, weight = 1}]"), "one of magnitude"),
        ((POINT, "magnitudes = [{magnitude = 5, weight = 0}]"), "weight"),
        ((POINT, "recurrence = {least = 7, most = 5}"), "not below"),
        ((SIX,), "one of point"),
        ((POINT, PLANE, SIX), "one of point"),
        (("point = {lon = 120.3, lat = 31.5, depth_km = -2}", SIX), "depth_km"),
        (("point = {lon = 31.5, lat = 120.3, depth_km = 9}", SIX), "lat"),
        (("trace = {ends = [[120.1, 31.5], [120.1, 31.5]]}", SIX), "no length"),
        (("trace = {ends = [[120.1, 31.5]]}", SIX), "ends"),
        (("trace = {ends = [[31.5, 120.1], [31.6, 120.1]]}", SIX), "longitude, latitude"),
        ((TRACE.replace("}", ", dip_deg = 0}"), SIX), "dip_deg"),
        ((TRACE.replace("}", ", top_km = -1}"), SIX), "top_km"),
        ((POINT, SIX, "vs30_m_s = 0"), "vs30_m_s"),
        ((POINT, SIX, 'vs30_m_s = 300\nvs30_table = "v.csv"'), "either vs30_m_s"),
        ((POINT, SIX, 'mechanism = "oblique"'), "mechanism"),
        ((POINT, SIX, 'region = "mars"'), "region"),
        ((POINT, SIX, "liquefaction = {}"), "susceptibility"),
        ((POINT, SIX, "depth = 3"), "unknown key"),
        ((POINT, SIX, "start_h = -1"), "start_h"),
    ],
)
def test_nonsense_is_refused_by_its_key(lines: tuple[str, ...], what: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        hazard_of(*lines)
    assert what in str(raised.value)
    assert raised.value.mend


def test_a_trace_of_a_few_metres_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"trace is \d+ m long") as raised:
        struck("trace = {ends = [[120.1, 31.5], [120.1005, 31.5]]}", SIX)
    assert "trace.ends" in raised.value.place


def test_equal_magnitudes_need_names() -> None:
    twice = "magnitudes = [{magnitude = 5, weight = 1}, {magnitude = 5.0, weight = 2}]"
    with pytest.raises(ScenarioError, match=r"'M5\.0'"):
        struck(POINT, twice)


def test_a_source_a_thousand_km_away_shakes_nothing_and_says_so() -> None:
    far = "point = {lon = 110.0, lat = 31.5, depth_km = 10}"
    for strike in struck(far, "magnitude = 8"):
        assert np.isneginf(logs(strike, 5)).all()
    finding = told(far, SIX)["out-of-reach"]
    assert finding.severity == "warning"
    assert "shakes nothing: its source is 9" in finding.what
    assert "out-of-reach" not in told(POINT, SIX)


def test_a_city_half_in_reach_is_shaken_there() -> None:
    far = "point = {lon = 116.15, lat = 31.5, depth_km = 10}"
    made = logs(struck(far, "magnitude = 8", 'scatter = "none"')[0], 1)[0]
    assert np.isfinite(made[0])
    assert np.isneginf(made[5])
    assert "% of its sites" in told(far, "magnitude = 8")["out-of-reach"].what


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ((TRACE, "magnitude = 7.5", 'mechanism = "normal"'), "magnitude"),
        ((POINT, "magnitude = 7"), "point"),
        (("point = {lon = 120.3, lat = 31.5, depth_km = 60}", SIX), "deep"),
    ],
)
def test_what_stretches_the_relation_is_said(lines: tuple[str, ...], rule: str) -> None:
    assert told(*lines)[rule].severity == "warning"
    assert rule not in told(TRACE, SIX)


def test_kinds_without_a_class_are_named() -> None:
    city = town(("x", "telecom.mast", (120.3, 31.5)))
    found = [f for f in told(POINT, SIX, city=city).values() if f.ids == ("x",)]
    assert len(found) == 1


def test_no_metric_system_is_needed() -> None:
    city = town()
    identity = Identity(id="toy", name="toy", metric_crs="EPSG:32651")
    other = City.build(identity, city.tables)
    for one, two in zip(struck(POINT, SIX), struck(POINT, SIX, city=other), strict=True):
        assert (logs(one, 4) == logs(two, 4)).all()


def test_assets_without_a_place_are_named() -> None:
    lost = town(("lost", "power.substation_low", shapely.Point()))
    with pytest.raises(CityError, match="lost"):
        struck(POINT, SIX, city=lost)
    nowhere = city_of([("lost", "power.substation_low", shapely.Point())])
    with pytest.raises(CityError, match="no asset has a place"):
        struck(POINT, SIX, city=nowhere)


def test_a_pipe_without_a_length_is_named() -> None:
    city = town(("dot", "water.pipe", (120.3, 31.5)))
    with pytest.raises(CityError, match="dot"):
        struck(POINT, SIX, city=city)


def test_a_city_that_feels_nothing_is_left_whole() -> None:
    city = city_of([("m", "telecom.mast", (120.3, 31.5))])
    strikes = struck(POINT, SIX, city=city)
    assert [len(strike.asset) for strike in strikes] == [0, 0, 0]
    assert logs(strikes[0], 4).shape == (4, 0)
