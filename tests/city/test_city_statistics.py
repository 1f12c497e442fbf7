"""Statistics of small cities worked out by hand, of faulty ones, and beside public figures."""

from __future__ import annotations

import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from rencity.city import City, Identity
from rencity.city.demo.plan import read
from rencity.city.info import as_text, describe
from rencity.city.statistics import against_stated, statistics
from rencity.city.statistics.stated import Stated, stated_figures
from tests.cities import demo_of

KM = 1 / 111.195
"""A kilometre in degrees, on a sphere, at the equator."""


def crossroads() -> City:
    """A cross of four streets of 1 km at 0/0 in two zones of 2 km² each, one of them empty."""
    ends = {"m": (0, 0), "n": (0, 1), "e": (1, 0), "s": (0, -1), "w": (-1, 0), "q": (3, 0)}
    streets = ["n", "e", "s", "w"]
    points = [
        {"id": k, "kind": "junction", "geometry": Point(x * KM, y * KM), "zone": "town"}
        for k, (x, y) in ends.items()
    ]
    lines = [
        {
            "id": f"street-{k}",
            "kind": "segment",
            "length_m": 1000.0,
            "zone": "town" if k != "w" else "field",
            "geometry": LineString([(0, 0), (ends[k][0] * KM, ends[k][1] * KM)]),
        }
        for k in streets
    ]
    power = [
        {"id": "t1", "kind": "transformer", "geometry": Point(0, 0.001), "lifeline": "power"},
        {"id": "t2", "kind": "transformer", "geometry": Point(0, 0.002), "lifeline": "power"},
        {"id": "h", "kind": "hospital", "geometry": Point(0, 0.003), "lifeline": "health",
         "capacity": 20.0},
    ]  # fmt: skip
    assets = pd.DataFrame([*points, *lines, *power])
    assets["lifeline"] = assets["lifeline"].fillna("road")
    links = [
        {"id": f"l{k}", "start": "m", "end": k, "asset": f"street-{k}", "road_class": "primary"}
        for k in streets
    ]
    links += [
        {**links[0], "id": "back", "start": "n", "end": "m"},
        {"id": "path", "start": "m", "end": "q"},
    ]
    zones = gpd.GeoDataFrame(
        {
            "id": ["all", "town", "field"],
            "level": ["city", "district", "district"],
            "parent": ["", "all", "all"],
            "name": ["", "甲", "乙"],
            "code": ["320200", "320213", "320299"],
            "people_night": [4000.0, 4000.0, 0.0],
        },
        geometry=[
            box(-KM, -KM, 3 * KM, KM),
            box(-KM, -KM, KM, 0),
            box(-KM, 0, KM, KM),
        ],
        crs="EPSG:4326",
    )
    return City.build(
        Identity(id="cross", name="十字"),
        {
            "zones": zones,
            "assets": gpd.GeoDataFrame(assets, geometry="geometry", crs="EPSG:4326"),
            "links": pd.DataFrame(links)
            .fillna({"asset": "", "road_class": ""})
            .assign(lifeline="road"),
            "serves": pd.DataFrame(
                {"asset": ["t1", "t2"], "zone": ["town", "town"], "share": [0.75, 0.25]}
            ),
        },
    )


def test_a_crossroads_by_hand() -> None:
    found = statistics(crossroads())
    km2 = found["km2"]
    assert km2 == pytest.approx(4, rel=0.01)
    assert found["people"] == 4000
    assert found["urban"]["people"] == 4000
    assert found["urban"]["km2"] == pytest.approx(2, rel=0.01)
    roads = found["roads"]
    assert roads["km"] == 4
    assert roads["km_per_km2"] == pytest.approx(4 / km2)
    assert roads["urban_km_per_km2"] == pytest.approx(3 / found["urban"]["km2"])
    assert roads["nodes"] == 5
    assert roads["mean_degree"] == pytest.approx(8 / 5)
    assert roads["degree_share"] == {"1": 0.8, "2": 0, "3": 0, "4": 0.2, "5+": 0}
    assert roads["junctions"] == 1
    assert roads["urban_junctions_per_km2"] == pytest.approx(1 / found["urban"]["km2"])
    assert list(roads["classes"]) == ["primary"]
    assert roads["classes"]["primary"]["km"] == 4
    assert found["lines"]["road.segment"]["m_per_person"] == 1
    assert found["things"]["power.transformer"]["count"] == 2
    assert found["things"]["power.transformer"]["people_each"] == 2000
    assert found["served"]["power.transformer"]["median"] == 2000
    assert found["served"]["power.transformer"]["p95"] == pytest.approx(2900)
    assert found["health"]["beds_per_1000"] == 5
    assert [d["code"] for d in found["divisions"]] == ["320299", "320213"]


def test_an_empty_city_says_nothing_and_does_not_fail() -> None:
    city = City.build(Identity(id="empty", name="空"), {})
    said = describe(city)
    assert said["statistics"]["roads"] is None
    assert said["statistics"]["people_per_km2"] is None
    assert said["stated"] == []
    assert "统计 statistics" in as_text(said)
    json.dumps(said, allow_nan=False)


def test_zones_that_are_points_have_no_density() -> None:
    city = crossroads()
    zones = city.zones.set_geometry(city.zones.geometry.representative_point())
    found = statistics(city.replace(zones=zones))
    assert found["km2"] == 0
    assert found["roads"]["km"] == 4
    assert found["roads"]["km_per_km2"] is None
    assert found["things"]["power.transformer"]["urban_km2_each"] is None


@pytest.mark.parametrize(
    "broken",
    [
        {"links": lambda f: f.assign(start="nobody")},
        {"links": lambda f: f.assign(asset="nobody")},
        {"serves": lambda f: f.assign(zone="nowhere")},
        {"assets": lambda f: f.assign(zone="nowhere")},
        {"assets": lambda f: f.assign(kind="thing")},
        {"assets": lambda f: f.assign(length_m=np.nan)},
        {"zones": lambda f: f.assign(people_night=np.inf)},
        {"zones": lambda f: f.assign(parent=f["id"])},
        {"zones": lambda f: f.set_geometry(gpd.GeoSeries([None] * 3, crs="EPSG:4326"))},
        {"assets": lambda f: pd.concat([f, f])},
    ],
)
def test_faulty_tables_still_give_plain_values(broken: dict) -> None:
    city = crossroads()
    tables = {name: change(city.tables[name]) for name, change in broken.items()}
    said = describe(city.replace(**tables))
    as_text(said)
    json.dumps(said["statistics"], allow_nan=False)


def test_lengths_come_from_the_link_then_from_its_asset() -> None:
    city = crossroads()
    links = city.links.assign(length_m=np.where(city.links["id"] == "le", 500.0, np.nan))
    assert statistics(city.replace(links=links))["roads"]["km"] == 3.5
    assets = city.assets.assign(length_m=np.nan)
    roads = statistics(city.replace(links=links, assets=assets))["roads"]
    assert (roads["km"], roads["unmeasured"]) == (0.5, 3)


@pytest.fixture(scope="module")
def demo() -> City:
    return demo_of("city").city


def test_every_stated_figure_is_found_in_the_demo(demo: City) -> None:
    rows = against_stated(statistics(demo), demo.identity.code)
    named = {row["statistic"] for row in rows}
    table = stated_figures()
    assert named == {s.statistic for s in table.stated} | {
        f"divisions.{d.code}.people" for d in table.division
    }
    assert all(row["source"] and math.isfinite(row["deviation"]) for row in rows)
    assert all("(check)" not in row["source"] for row in rows)


def test_the_demo_is_as_peopled_as_the_census(demo: City) -> None:
    rows = against_stated(statistics(demo), demo.identity.code)
    census = [row for row in rows if row["unit"] == "people"]
    assert len(census) == 8
    assert max(abs(row["deviation"]) for row in census) < 0.005


def test_stated_people_round_to_the_facts_of_the_demo() -> None:
    facts = {d["code"]: d["people"] for d in read("facts.toml")["districts"]}
    stated = {d.code: round(d.people, -4) for d in stated_figures().division}
    assert stated == facts


@pytest.mark.parametrize("code", ["", "47157", "US-TN", "0320200"])
def test_a_city_without_a_chinese_code_is_not_compared(code: str) -> None:
    assert against_stated(statistics(crossroads()), code) == []


def test_a_part_of_a_division_is_not_held_against_its_census() -> None:
    rows = against_stated(statistics(crossroads()), "320200")
    assert {row["unit"] for row in rows}.isdisjoint({"people"})
    assert any(row["statistic"] == "health.beds_per_1000" for row in rows)


@pytest.mark.parametrize(
    ("bounds", "found", "deviation"),
    [
        ({"value": 4.0}, 5.0, 0.25),
        ({"value": 4.0}, 3.0, -0.25),
        ({"least": 8.0}, 12.0, 0.0),
        ({"least": 8.0}, 6.0, -0.25),
        ({"most": 7.0}, 14.0, 1.0),
        ({"least": 2.0, "most": 3.0}, 2.5, 0.0),
    ],
)
def test_deviation_is_from_the_value_or_the_bound(
    bounds: dict[str, float], found: float, deviation: float
) -> None:
    stated = Stated(
        statistic="x", zh="x", en="x", unit="1", region="", source="x", read=True, **bounds
    )
    assert stated.deviation(found) == pytest.approx(deviation)


@pytest.mark.parametrize("bounds", [{}, {"value": 1.0, "least": 1.0}, {"value": 0.0}])
def test_a_stated_figure_says_one_thing(bounds: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"give a value|greater than 0"):
        Stated(statistic="x", zh="x", en="x", unit="1", region="", source="x", read=True, **bounds)
