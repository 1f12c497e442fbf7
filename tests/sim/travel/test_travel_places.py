"""Places meet the roads near them, or not at all; people live along them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from rencity.sim.travel import (
    UNREACHABLE,
    Travel,
    homes_of,
    roads_of,
    snap_assets,
    snap_points,
    snap_zones,
)
from rencity.sim.travel.speeds import base_speeds
from tests.sim.travel.streets import DEG, SOUTH, WEST, Street, street_city

LINE = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (3.0, 0.0)]
STREETS = [Street(0, 1, own=True), Street(1, 2, own=True), Street(2, 3, own=True)]


def at(x: float, y: float) -> tuple[float, float]:
    return WEST + x * DEG, SOUTH + y * DEG


def asset(name: str, x: float, y: float) -> dict[str, object]:
    point = Point(*at(x, y))
    return {"id": name, "lifeline": "health", "kind": "hospital", "geometry": point}


def test_a_point_walks_to_the_nearest_node() -> None:
    roads = roads_of(street_city(LINE, STREETS))
    places = snap_points(roads, [at(1.1, 2.0), at(3.0, 0.0)])
    assert places.node.tolist() == [1, 3]
    assert places.access_m == pytest.approx([222.0, 0.0], abs=1.0)
    assert places.access[0] == pytest.approx(222.0 / (5 / 3.6) * 10, abs=10)  # 5 km/h
    times = Travel(roads).under().times(places)
    assert times[0].tolist() == [int(places.access[0]) + t for t in (100, 0, 100, 200)]


def test_a_point_too_far_from_any_road_is_unreachable_not_far_away() -> None:
    roads = roads_of(street_city(LINE, STREETS))
    farthest_m = base_speeds().access.farthest_m
    deg = farthest_m / 111_000 / DEG
    places = snap_points(roads, [at(1.0, deg * 0.98), at(1.0, deg * 1.02)])
    assert places.found.tolist() == [True, False]
    assert places.access_m[1] == np.inf
    assert places.access[1] == UNREACHABLE
    now = Travel(roads).under()
    assert (now.times(places, places) == UNREACHABLE).tolist() == [[False, True], [True, True]]
    assert now.nearest([0], places).which.tolist() == [0, -1]
    assert now.cut_off([0], places).tolist() == [False, True]


def test_a_road_asset_is_where_it_is() -> None:
    city = street_city(LINE, STREETS, assets=[asset("h", 2.9, 1.0)])
    roads = roads_of(city)
    row = {name: i for i, name in enumerate(city.assets["id"])}
    places = snap_assets(roads, city, [row["j0002"], row["s0001"], row["h"]])
    assert places.node.tolist() == [2, 1, 3]
    assert places.other.tolist() == [-1, 2, -1]
    assert places.access[:2].tolist() == [0, 0]
    assert places.access[2] > 0
    assert Travel(roads).under().times([0, 3], places.take(np.array([1]))).tolist() == [
        [100],
        [100],
    ]


def test_nothing_is_entered_from_a_motorway_or_a_scrap_of_road() -> None:
    places = [*LINE, (1.0, 1.0), (1.0, 2.0), (5.0, 5.0)]
    streets = [*STREETS, Street(4, 5, road_class="motorway"), Street(1, 4, road_class="motorway")]
    streets.append(Street(5, 6, directed=True))  # no way back: a part of one node
    roads = roads_of(street_city(places, streets))
    assert roads.entry.tolist() == [True] * 4 + [False, True, False]
    assert snap_points(roads, [at(1.0, 1.0)]).node.tolist() in ([1], [5])
    assert snap_points(roads, [at(5.0, 5.0)]).node.tolist() == [5]


def test_a_zone_meets_the_roads_from_within() -> None:
    square = box(*at(1.8, 0.1), *at(2.2, 0.5))
    ring = gpd.GeoDataFrame(
        {"id": ["z"], "level": "city", "parent": "", "people_night": 5.0}, geometry=[square],
        crs=4326,
    )  # fmt: skip
    city = street_city(LINE, STREETS, zones=ring)
    assert snap_zones(roads_of(city), city, [0]).node.tolist() == [2]


def test_places_of_lines_are_on_them() -> None:
    line = {
        "id": "p", "lifeline": "water", "kind": "pipe",
        "geometry": LineString([at(0, 1), at(2.9, 1), at(3, 1)]),
    }  # fmt: skip
    city = street_city(LINE, STREETS, assets=[line])
    row = int(np.flatnonzero(city.assets["id"] == "p")[0])
    places = snap_assets(roads_of(city), city, [row])
    assert places.found.all()
    assert places.access_m[0] == pytest.approx(111, abs=60)


def zones_of(*people: float) -> gpd.GeoDataFrame:
    """A city and three zones: one over nodes 0 and 1, one over 2 and 3, one far away."""
    boxes = [
        box(*at(-1, -1), *at(1.5, 1)),
        box(*at(1.5, -1), *at(4, 1)),
        box(*at(90, 90), *at(91, 91)),
    ]
    rows = [("city", "city", "", sum(people), box(*at(-1, -1), *at(91, 91)))]
    rows += [
        (f"z{i}", "district", "city", p, b)
        for i, (p, b) in enumerate(zip(people, boxes, strict=True))
    ]
    columns = ["id", "level", "parent", "people_night", "geometry"]
    return gpd.GeoDataFrame(rows, columns=columns, crs=4326)


def test_people_live_in_buildings_else_at_junctions_else_inside() -> None:
    buildings = gpd.GeoDataFrame(
        {"id": ["b0", "b1", "b2"], "zone": ["z1", "z1", "z0"], "people_night": [1.0, 2.0, np.nan]},
        geometry=[Point(*at(2.1, 0.1)), Point(*at(3.1, 0.1)), Point(*at(0.1, 0.1))],
        crs=4326,
    )
    city = street_city(LINE, STREETS, zones=zones_of(7.0, 10.0, 4.0), buildings=buildings)
    assets = city.assets.copy()
    for i in range(4):
        assets.loc[assets["id"] == f"j{i:04d}", "zone"] = "z0" if i < 2 else "z1"
    city = city.replace(assets=assets)
    homes = homes_of(city, roads_of(city))
    rows = list(
        zip(city.zones["id"].to_numpy()[homes.zone], homes.places.node.tolist(),
            homes.people.tolist(), strict=True)
    )  # fmt: skip
    assert sorted(rows) == [("z0", 0, 4), ("z0", 1, 3), ("z1", 2, 3), ("z1", 3, 7), ("z2", -1, 4)]
    cut = Travel(roads_of(city)).under().cut_off([0], homes.places)
    assert homes.people_where(cut, len(city.zones)).tolist() == [0, 0, 0, 4]


def test_the_people_of_each_zone_add_up() -> None:
    rng = np.random.default_rng(3)
    count = 60
    buildings = gpd.GeoDataFrame(
        {
            "id": [f"b{i:02d}" for i in range(count)],
            "zone": [f"z{i}" for i in rng.integers(0, 2, count)],
            "people_night": rng.uniform(0, 9, count),
        },
        geometry=[Point(*at(*xy)) for xy in rng.uniform(0, 3, (count, 2))],
        crs=4326,
    )
    city = street_city(LINE, STREETS, zones=zones_of(1001.4, 77.0, 0.0), buildings=buildings)
    homes = homes_of(city, roads_of(city))
    whole = homes.people_where(np.ones(len(homes.people), bool), len(city.zones))
    assert dict(zip(city.zones["id"], whole.tolist(), strict=True)) == {
        "city": 0, "z0": 1001, "z1": 77, "z2": 0,
    }  # fmt: skip
    assert (homes.people >= 0).all()


def test_a_city_without_people_has_no_homes() -> None:
    city = street_city(LINE, STREETS)
    homes = homes_of(city, roads_of(city))
    assert not len(homes.people)
    assert isinstance(city.zones, pd.DataFrame)
