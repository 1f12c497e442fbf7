"""Values that rules fill: marked, overruled by sources, the same whatever the order."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from rasterio.transform import Affine

from rencity.city import City, Identity
from rencity.city.check import check
from rencity.city.importing import NewCity, import_into
from rencity.city.infer import BUILDING_RULE, HEIGHT_RULE, ZONE_RULE, forget, infer
from rencity.city.info import as_text, describe
from rencity.city.marks import markable, marked, parse, rules_of, silent
from rencity.city.origins import describe_origins
from rencity.city.rasters import Grid
from rencity.city.rules import AreaRule, CapacityRule, CellRule, NeedRule, Rule, ServeRule, Step
from rencity.city.schema import TABLES

METRIC = "EPSG:32651"
IDENTITY = Identity(id="t", name="t", metric_crs=METRIC)
EAST, NORTH = 250_000.0, 3_490_000.0


def flat(*shapes: shapely.Geometry) -> gpd.GeoSeries:
    """Shapes in metres from an origin, as WGS-84."""
    moved = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    return gpd.GeoSeries(moved, crs=METRIC).to_crs(4326)


def things(*rows: tuple[str, str, float, float], **columns: list[float]) -> gpd.GeoDataFrame:
    kinds = [kind.split(".") for _, kind, *_ in rows]
    return gpd.GeoDataFrame(
        {
            "id": [r[0] for r in rows],
            "lifeline": [k[0] for k in kinds],
            "kind": [k[1] for k in kinds],
            **columns,
        },
        geometry=flat(*(shapely.Point(x, y) for _, _, x, y in rows)).to_numpy(),
        crs=4326,
    )


def zoned(*rows: tuple[str, str, str, float, shapely.Geometry]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([r[:4] for r in rows], columns=["id", "level", "parent", "people_night"])
    return gpd.GeoDataFrame(frame, geometry=flat(*(r[4] for r in rows)).to_numpy(), crs=4326)


def capacity(rule: CapacityRule, city: City) -> dict[str, float]:
    done = infer(city, {"r": rule}).city.assets
    return dict(zip(done["id"], done["capacity"], strict=True))


def test_capacity_by_steps_flow_area_and_piece() -> None:
    city = City.build(
        IDENTITY,
        {
            "assets": things(
                ("a", "power.substation_low", 0, 0),
                ("b", "power.substation_low", 1, 0),
                ("c", "power.substation_low", 2, 0),
                ("p", "water.pipe", 3, 0),
                voltage_kv=[5.0, 10.0, 150.0, math.nan],
                diameter_mm=[math.nan, math.nan, math.nan, 500.0],
            )
        },
    )
    steps = (Step(at_least=10, capacity=1e4), Step(at_least=110, capacity=1e5))
    by_voltage = CapacityRule(kinds=("power.substation_low",), per="voltage", steps=steps)
    found = capacity(by_voltage, city)
    assert (found["b"], found["c"], math.isnan(found["a"])) == (1e4, 1e5, True)
    (told,) = infer(city, {"r": by_voltage}).unmet
    assert (told.rule, told.ids) == ("no-basis", ("a",))
    flow = CapacityRule(kinds=("water.pipe",), per="flow", velocity_m_s=1.0)
    assert capacity(flow, city)["p"] == pytest.approx(16_964.6, rel=1e-5)  # 0.19635 m2 x 86400 s
    each = CapacityRule(kinds=("water.pipe",), per="each", amount=7)
    assert capacity(each, city)["p"] == 7
    square = flat(shapely.box(0, 0, 30, 20)).to_numpy()
    park = things(("s", "shelter.open_space", 0, 0)).set_geometry(square, crs=4326)
    by_area = CapacityRule(kinds=("shelter.open_space",), per="area", amount=0.5, least=200)
    assert capacity(by_area, City.build(IDENTITY, {"assets": park}))["s"] == pytest.approx(300)


def served_city() -> City:
    return City.build(
        IDENTITY,
        {
            "zones": zoned(
                ("city", "city", "", 400, shapely.box(0, 0, 2000, 1000)),
                ("west", "community", "city", 100, shapely.box(0, 0, 1000, 1000)),
                ("east", "community", "city", 300, shapely.box(1000, 0, 2000, 1000)),
            ),
            "assets": things(
                ("a", "power.transformer", 500, 500),
                ("b", "power.transformer", 1500, 500),
                ("w", "water.works", 10, 10),
                ("v", "water.works", 20, 10),
            ),
            "serves": pd.DataFrame(
                {"asset": ["a", "b", "b"], "zone": ["west", "west", "east"], "share": [0.5, 0.5, 1]}
            ),
            "demands": pd.DataFrame({"zone": ["city"], "lifeline": ["power"], "amount": [800.0]}),
        },
    )


def test_capacity_by_those_it_serves_and_by_the_whole_city() -> None:
    city = served_city()
    by_people = CapacityRule(kinds=("power.transformer",), per="person", amount=2)
    found = capacity(by_people, city)
    assert (found["a"], found["b"]) == (100, 700)
    by_use = CapacityRule(kinds=("power.transformer",), per="demand", amount=1)
    found = capacity(by_use, city)  # 800 kW over 400 people, told at the city alone
    assert (found["a"], found["b"]) == (100, 700)
    whole = CapacityRule(kinds=("water.works",), per="person", amount=0.5, over="city")
    found = capacity(whole, city)
    assert (found["w"], found["v"]) == (100, 100)
    nobody = CapacityRule(kinds=("water.works",), per="person", amount=0.5)
    assert math.isnan(capacity(nobody, city)["w"])


BAD_RULES = [
    {"per": "person"},
    {"per": "person", "amount": 1, "velocity_m_s": 1},
    {"per": "voltage", "amount": 1},
    {"per": "flow", "amount": 2},
    {"per": "each", "amount": 2, "over": "city"},
    {"per": "voltage", "steps": [{"at_least": 5, "capacity": 1}, {"at_least": 5, "capacity": 2}]},
    {"per": "each", "amount": -1},
    {"per": "luck", "amount": 1},
]


@pytest.mark.parametrize("said", BAD_RULES)
def test_a_capacity_rule_that_contradicts_itself_is_refused(said: dict) -> None:
    with pytest.raises(ValidationError):
        CapacityRule.model_validate({"kinds": ["water.pipe"], **said})


def test_heights_come_from_the_terrain() -> None:
    city = City.build(IDENTITY, {"assets": things(("a", "power.node", 50, 50),
        ("b", "power.node", 150, 50), ("c", "power.node", 950, 50),
        elevation_m=[math.nan, 3.0, math.nan])})  # fmt: skip
    values = np.array([[7.5, 8.5]], dtype=np.float32)
    ground = Grid(values, Affine(100, 0, EAST, 0, -100, NORTH + 100), METRIC, "m")
    done = infer(city.with_raster("terrain", ground), {})
    assets = done.city.assets.set_index("id")
    assert (assets.loc["a", "elevation_m"], assets.loc["b", "elevation_m"]) == (7.5, 3.0)
    assert np.isnan(assets.loc["c", "elevation_m"])
    assert assets.loc["a", "inferred"] == f"elevation_m={HEIGHT_RULE}"
    assert done.counts[HEIGHT_RULE] == 1


RULES: dict[str, Rule] = {
    "need.pump": NeedRule(
        kinds=("water.pump",), lifeline="power", providers=("power.transformer",), within_m=1500
    ),
    "area.power": AreaRule(
        kinds=("power.transformer",), lifeline="power", by="voronoi", within_m=5000
    ),
    "serve.water": ServeRule(kinds=("water.pump",), lifeline="water", within_m=5000),
    "cap.power": CapacityRule(kinds=("power.transformer",), per="person", amount=2),
    "cap.pump": CapacityRule(kinds=("water.pump",), per="each", amount=10),
    "cells": CellRule(size_m=400),
}
SPOT = st.tuples(st.integers(0, 19), st.integers(0, 9))


@st.composite
def cities(draw: st.DrawFn) -> City:
    spots = draw(st.lists(SPOT, min_size=1, max_size=8, unique=True))
    kinds = [draw(st.sampled_from(["power.transformer", "water.pump"])) for _ in spots]
    known = [draw(st.sampled_from([math.nan, 5.0])) for _ in spots]
    rows = [(f"a{i}", k, 101.0 * x, 103.0 * y) for i, (k, (x, y)) in
            enumerate(zip(kinds, spots, strict=True))]  # fmt: skip
    tables: dict[str, pd.DataFrame] = {
        "assets": things(*rows, capacity=known),
        "zones": zoned(
            ("west", "community", "", 100, shapely.box(0, 0, 1000, 1000)),
            ("east", "community", "", 50, shapely.box(1000, 0, 2000, 1000)),
        ),
    }
    if draw(st.booleans()):
        squares = flat(shapely.box(30, 30, 60, 60), shapely.box(1030, 30, 1060, 60)).to_numpy()
        tables["buildings"] = gpd.GeoDataFrame(
            {"id": ["h", "i"], "use": ["residential", "office"]}, geometry=squares, crs=4326
        )
    return City.build(IDENTITY, tables)


@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(city=cities(), order=st.permutations(list(RULES)))
def test_whatever_was_filled_is_marked_and_stays_when_done_again(
    city: City, order: list[str]
) -> None:
    done = infer(city, RULES).city
    for name, table in TABLES.items():
        if "origin" not in table.columns:
            continue
        before, after = city.tables[name], done.tables[name]
        at = pd.MultiIndex.from_frame(before[list(table.key)]).get_indexer(
            pd.MultiIndex.from_frame(after[list(table.key)])
        )
        assert (after["origin"][at < 0] == "inferred").all()
        assert (after["rule"][at < 0] != "").all()
        for attribute in markable(table):
            old = before[attribute.name].iloc[at[at >= 0]]
            new = after[attribute.name][at >= 0]
            filled = silent(attribute, old) & ~silent(attribute, new)
            assert (marked(after, attribute.name)[at >= 0] == filled).all()
            kept = ~silent(attribute, old)
            assert (old.to_numpy()[kept] == new.to_numpy()[kept]).all()
    bare = done.assets[done.assets["capacity"].isna() & done.assets["kind"].eq("pump")]
    assert not len(bare)  # the rule covers every pump
    assert infer(done, RULES).city.hash == done.hash
    assert infer(city, {name: RULES[name] for name in order}).city.hash == done.hash
    assert forget(done).hash == city.hash
    assert not [f for f in check(done) if f.severity == "error" and f.rule != "no-source"]


MAP = """
[[layers]]
name = "nodes"
file = "nodes.csv"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "id"
lifeline = { value = "water" }
kind = { value = "pump" }
capacity = "capacity"
"""
HEAD = "id,x,y,capacity\n"


def test_a_source_overrules_a_value_and_silence_does_not(tmp_path: Path) -> None:
    src, folder = tmp_path / "src", tmp_path / "town"
    src.mkdir()
    (src / "map.toml").write_text(MAP, encoding="utf-8")
    nodes = src / "nodes.csv"
    rules = {"cap.pump": RULES["cap.pump"]}
    nodes.write_text(HEAD + "p,120.3,31.5,\nq,120.31,31.5,\n", encoding="utf-8")
    first = import_into(
        "tables", src, folder, mapping=src / "map.toml", new=NewCity(id="t"), rules=rules
    )
    assert first.city.assets["inferred"].tolist() == ["capacity=cap.pump"] * 2
    again = import_into("tables", src, folder, mapping=src / "map.toml", rules=rules)
    assert not again.changed
    nodes.write_text(HEAD + "p,120.3,31.5,44\nq,120.31,31.5,\n", encoding="utf-8")
    told = import_into("tables", src, folder, mapping=src / "map.toml", rules=rules)
    assert told.overruled == 1
    assert told.city.assets["capacity"].tolist() == [44.0, 10.0]
    assert told.city.assets["inferred"].tolist() == ["", "capacity=cap.pump"]
    nodes.write_text(HEAD + "q,120.31,31.5,10\n", encoding="utf-8")  # the guess was right
    sure = import_into("tables", src, folder, mapping=src / "map.toml", rules=rules)
    assert sure.overruled == 1
    assert sure.city.assets["inferred"].tolist() == ["", ""]


def test_info_counts_values_not_rows() -> None:
    assets = things(("a", "water.pump", 50, 50), ("b", "water.pump", 60, 50),
        capacity=[5.0, math.nan])  # fmt: skip
    city = City.build(
        IDENTITY,
        {"assets": assets, "zones": zoned(("z", "grid", "", 1, shapely.box(0, 0, 99, 99)))},
    )
    done = infer(city, {"cap.pump": RULES["cap.pump"]}).city
    said = describe_origins(done)["assets"]
    assert said["rules"] == {"cap.pump": 1, ZONE_RULE: 2}
    # of each: lifeline, kind, source, zone, capacity, geometry
    assert (said["values"], said["inferred"]) == (12, 3 / 12)
    assert said["columns"]["capacity"]["inferred"] == 0.5
    assert said["columns"]["zone"] == {
        "measured": 0.0, "inferred": 1.0, "synthetic": 0.0, "values": 2, "marked": 2,
        "rules": {ZONE_RULE: 2},
    }  # fmt: skip
    text = as_text(describe(done))
    assert "75% measured, 25% inferred" in text
    assert "cap.pump 1" in text
    assert describe_origins(City.build(IDENTITY, {})) == {}


def test_buildings_lie_in_zones_too() -> None:
    home = gpd.GeoDataFrame({"id": ["h"]}, geometry=flat(shapely.Point(5, 5)).to_numpy(), crs=4326)
    zones = zoned(("z", "grid", "", 1, shapely.box(0, 0, 99, 99)))
    done = infer(City.build(IDENTITY, {"zones": zones, "buildings": home}), {})
    assert done.city.buildings["zone"].tolist() == ["z"]
    assert done.counts == {ZONE_RULE: 0, BUILDING_RULE: 1}


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=40)
def test_broken_marks_never_stop_a_city(text: str) -> None:
    frame = pd.DataFrame({"inferred": [text, "a=b; c=d"]})
    assert rules_of(frame, "c").tolist()[1] == "d"
    try:
        parse(text)
    except ValueError:
        assert rules_of(frame, "c").tolist()[0] == ""
