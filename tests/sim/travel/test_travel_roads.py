"""Tables to roads: what each edge takes, what is assumed, what is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point

from rencity.city import City
from rencity.kit.errors import CityError, ScenarioError
from rencity.sim.travel import (
    UNREACHABLE,
    Closures,
    Travel,
    minutes_of,
    roads_of,
    seconds_of,
    ticks_of,
    whole_minutes_of,
)
from rencity.sim.travel.speeds import base_speeds
from tests.sim.travel.streets import DEG, SOUTH, WEST, Street, street_city

LINE = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)]


def rules(city: City) -> dict[str, tuple[str, ...]]:
    return {finding.rule: finding.ids for finding in roads_of(city).findings}


def test_an_edge_takes_its_length_at_its_speed_in_tenths_of_a_second() -> None:
    roads = roads_of(street_city(LINE, [Street(0, 1, 250.0, speed_km_h=30.0), Street(1, 2, 0.1)]))
    assert roads.ticks.tolist() == [300, 300, 1, 1]  # 30 s; what has a length takes time
    assert seconds_of(roads.ticks).tolist() == [30.0, 30.0, 0.1, 0.1]
    assert roads.length_m.tolist() == [250.0, 250.0, 0.1, 0.1]


def test_a_directed_link_is_one_way() -> None:
    roads = roads_of(street_city(LINE, [Street(0, 1, 100.0, directed=True), Street(1, 2, 50.0)]))
    now = Travel(roads).under()
    assert now.times([0, 2]).tolist() == [[0, 100, 150], [UNREACHABLE, 50, 0]]


def test_a_link_without_speed_takes_that_of_its_class() -> None:
    streets = [
        Street(0, 1, 1000.0, speed_km_h=None, road_class="trunk"),
        Street(1, 2, 1000.0, speed_km_h=None, road_class="cow path"),
    ]
    roads = roads_of(street_city(LINE, streets))
    speeds = base_speeds()
    assert roads.ticks[0] == round(36_000 / speeds.of("trunk"))
    assert roads.ticks[-1] == round(36_000 / speeds.speed_km_h["other"])
    assert rules(street_city(LINE, streets)) == {"speed-assumed": ("l0000", "l0001")}


def test_speed_zero_is_told_and_taken_as_missing() -> None:
    city = street_city(LINE, [Street(0, 1, 1000.0, speed_km_h=0.0), Street(1, 2)])
    assert rules(city) == {"speed-zero": ("l0000",), "speed-assumed": ("l0000",)}
    finding = next(f for f in roads_of(city).findings if f.rule == "speed-zero")
    assert finding.severity == "warning"
    assert "speed 0" in finding.what
    assert roads_of(city).ticks[0] == round(36_000 / base_speeds().of("residential"))


def test_a_length_is_its_own_else_its_assets_else_straight_and_told() -> None:
    streets = [Street(0, 1, None, own=True), Street(1, 2, None), Street(0, 2, 0.0)]
    city = street_city(LINE, streets)
    assets = city.assets.copy()
    bent = LineString([(WEST, SOUTH), (WEST + DEG / 2, SOUTH + DEG), (WEST + DEG, SOUTH)])
    assets.loc[assets["id"] == "s0000", "geometry"] = bent
    bent_city = city.replace(assets=assets)
    assert rules(bent_city) == {
        "length-along-line": ("l0000",),
        "length-straight": ("l0001",),
        "length-zero": ("l0002",),
    }
    roads = roads_of(bent_city)
    by_link = dict(zip(roads.link.tolist(), roads.length_m.tolist(), strict=True))
    assert by_link[0] == pytest.approx(2 * np.hypot(47.5, 110.9), rel=0.01)
    assert by_link[1] == pytest.approx(94.95, rel=0.001)
    assert by_link[2] == 0
    assets.loc[assets["id"] == "s0000", "length_m"] = 321.0
    told = roads_of(city.replace(assets=assets))
    assert 321.0 in told.length_m.tolist()


def test_a_normally_open_road_carries_no_travel_and_is_told() -> None:
    city = street_city(LINE, [Street(0, 1), Street(1, 2, normally_open=True)])
    assert rules(city)["normally-open"] == ("l0001",)
    assert Travel(roads_of(city)).under().times([0]).tolist() == [[0, 100, UNREACHABLE]]


def test_parts_are_told_the_greatest_first() -> None:
    places = [(float(i), 0.0) for i in range(5)]
    city = street_city(places, [Street(3, 4), Street(0, 1), Street(1, 2)])
    roads = roads_of(city)
    assert roads.part.tolist() == [0, 0, 0, 1, 1]
    finding = next(f for f in roads.findings if f.rule == "roads-in-parts")
    assert finding.ids == ("j0003", "j0004")
    assert "2 parts, the greatest with 3, 2 nodes" in finding.what
    assert "roads-in-parts" not in rules(street_city(places[:3], [Street(0, 1), Street(1, 2)]))


def test_a_city_without_roads_is_a_clear_error(tiny_city) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(CityError, match=r"no link of lifeline road.*mend: import"):
        roads_of(tiny_city())


def test_times_that_could_pass_the_range_are_refused() -> None:
    city = street_city(LINE, [Street(0, 1, 1e9, speed_km_h=30.0), Street(1, 2)])
    with pytest.raises(CityError, match="days, more than the 1,243 that can be counted"):
        roads_of(city)
    roads = roads_of(street_city(LINE, [Street(0, 1, 1e6), Street(1, 2)]))
    slow = Closures.of(roads, slow_edges=[0], factor=2000.0)
    with pytest.raises(CityError, match="slow them less"):
        Travel(roads).under(slow)


def test_an_asset_closes_what_it_is_and_what_meets_at_it() -> None:
    streets = [Street(0, 1, own=True), Street(1, 2, own=True), Street(0, 2, 500.0)]
    city = street_city(LINE, streets)
    roads = roads_of(city)
    row = {name: i for i, name in enumerate(city.assets["id"])}
    travel = Travel(roads)
    bridge = travel.under(Closures.of(roads, assets=[row["s0000"]]))
    assert bridge.times([0]).tolist() == [[0, 600, 500]]
    junction = travel.under(Closures.of(roads, assets=[row["j0001"]]))
    assert junction.times([0]).tolist() == [[0, UNREACHABLE, 500]]
    up_to = travel.under(Closures.of(roads, assets=[row["j0001"]], up_to=True))
    assert up_to.times([0, 1]).tolist() == [[0, 100, 500], [UNREACHABLE, 0, UNREACHABLE]]
    both = travel.under(Closures.of(roads, assets=[row["j0001"], row["s0000"]], up_to=True))
    assert both.times([0]).tolist() == [[0, 600, 500]]


def test_slowed_edges_take_longer_and_closed_ones_stay_closed() -> None:
    roads = roads_of(street_city(LINE, [Street(0, 1), Street(1, 2)]))
    closures = Closures.of(roads, edges=[0], slow_edges=[0, 2], factor=1.55)
    assert closures.ticks(roads).tolist() == [UNREACHABLE, 100, 155, 100]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"edges": [4]}, r"no edge in row 4 .*rows are 0 to 3"),
        ({"assets": [-1]}, "no asset in row -1"),
        ({"slow_edges": [0], "factor": 0.5}, r"slowed 0\.5 times .*factor of 1 or more"),
        ({"slow_edges": [0], "factor": float("inf")}, "slowed inf times"),
        ({"slow_edges": [0], "factor": float("nan")}, "slowed nan times"),
    ],
)
def test_closures_that_cannot_be_are_refused(options: dict[str, object], said: str) -> None:
    roads = roads_of(street_city(LINE, [Street(0, 1), Street(1, 2)]))
    with pytest.raises(ScenarioError, match=said):
        Closures.of(roads, **options)  # type: ignore[arg-type]


def test_no_way_is_infinite_at_the_float_doors_and_never_overflows() -> None:
    ticks = np.array([0, 1, 599, 600, 601, UNREACHABLE], np.int32)
    assert seconds_of(ticks).tolist() == [0, 0.1, 59.9, 60, 60.1, np.inf]
    assert minutes_of(ticks)[3:].tolist() == [1, pytest.approx(60.1 / 60), np.inf]
    assert whole_minutes_of(ticks).tolist() == [0, 1, 1, 1, 2, UNREACHABLE]
    assert ticks_of(np.array([0.04, 0.06, np.inf, np.nan, 1e12])).tolist() == [
        0, 1, UNREACHABLE, UNREACHABLE, UNREACHABLE,
    ]  # fmt: skip
    assert (np.int32(UNREACHABLE) + ticks >= UNREACHABLE).all()


def test_geometry_of_any_kind_has_a_place() -> None:
    city = street_city(LINE, [Street(0, 1, None), Street(1, 2)])
    assets = city.assets.copy()
    square = Point(WEST, SOUTH).buffer(DEG / 10)
    assets.loc[assets["id"] == "j0000", "geometry"] = gpd.GeoSeries([square], crs=4326).array
    roads = roads_of(city.replace(assets=assets))
    assert np.isfinite(roads.xy_m).all()
    assert roads.ticks[0] == pytest.approx(95, abs=8)
