from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.identity import Identity
from rencity.city.infer import ZONE_RULE, infer
from rencity.city.model import City
from rencity.city.rules import NeedRule, ServeRule

IDENTITY = Identity(id="t", name="t", metric_crs="EPSG:32651")
ORIGIN = (250_000.0, 3_490_000.0)


def placed(points: list[tuple[float, float]]) -> np.ndarray:
    """Points given in metres from an origin, as WGS-84."""
    xy = np.array(points, dtype=float).reshape(-1, 2) + ORIGIN
    there = gpd.GeoSeries(gpd.points_from_xy(*xy.T), crs="EPSG:32651").to_crs(4326)
    return np.asarray(there.values, dtype=object)


def assets(*rows: tuple[str, str, tuple[float, float]]) -> gpd.GeoDataFrame:
    kinds = [kind.split(".") for _, kind, _ in rows]
    return gpd.GeoDataFrame(
        {
            "id": [i for i, _, _ in rows],
            "lifeline": [k[0] for k in kinds],
            "kind": [k[1] for k in kinds],
        },
        geometry=placed([p for _, _, p in rows]),
        crs=4326,
    )


def zones(*rows: tuple[str, str, str, shapely.Geometry | None]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([r[:3] for r in rows], columns=["id", "level", "parent"])
    return gpd.GeoDataFrame(frame, geometry=[r[3] for r in rows], crs=4326)


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    x, y = ORIGIN
    flat = shapely.box(x + west, y + south, x + east, y + north)
    return gpd.GeoSeries([flat], crs="EPSG:32651").to_crs(4326)[0]


PUMP = NeedRule(
    kinds=("water.pump",),
    lifeline="power",
    providers=("power.substation_low",),
    count=2,
    quorum=1,
    within_m=1000,
    backup_h=4,
    manual_start_h=12,
)


def test_a_need_takes_the_nearest_within_reach() -> None:
    city = City.build(
        IDENTITY,
        {
            "assets": assets(
                ("far", "power.substation_low", (1500, 0)),
                ("mid", "power.substation_low", (900, 0)),
                ("near", "power.substation_low", (100, 0)),
                ("plant", "power.plant", (1, 0)),
                ("p", "water.pump", (0, 0)),
                ("q", "water.pump", (9000, 0)),
            )
        },
    )
    done = infer(city, {"r": PUMP})
    assert done.city.needs["provider"].tolist() == ["mid", "near"]
    group = done.city.need_groups.iloc[0]
    assert (group["asset"], group["quorum"], group["backup_h"], group["manual_start_h"]) == (
        "p",
        1,
        4,
        12,
    )
    assert (group["origin"], group["rule"]) == ("inferred", "r")
    assert done.counts == {ZONE_RULE: 0, "r": 1}
    assert [f.ids for f in done.unmet] == [("q",)]
    assert infer(done.city, {"r": PUMP}).city.hash == done.city.hash


def test_a_need_that_is_there_is_left_alone() -> None:
    groups = pd.DataFrame({"id": ["g"], "asset": ["p"], "lifeline": ["power"]})
    city = City.build(
        IDENTITY,
        {
            "assets": assets(("s", "power.substation_low", (0, 0)), ("p", "water.pump", (1, 0))),
            "need_groups": groups,
        },
    )
    done = infer(city, {"r": PUMP})
    assert done.counts["r"] == 0
    assert done.city.hash == city.hash


def test_an_earlier_rule_wins() -> None:
    city = City.build(
        IDENTITY,
        {"assets": assets(("s", "power.substation_low", (0, 0)), ("p", "water.pump", (1, 0)))},
    )
    done = infer(city, {"first": PUMP, "second": PUMP})
    assert (done.counts["first"], done.counts["second"]) == (1, 0)
    assert done.city.need_groups["rule"].tolist() == ["first"]


def test_too_few_for_the_quorum_is_not_met_by_half() -> None:
    city = City.build(
        IDENTITY,
        {"assets": assets(("s", "power.substation_low", (0, 0)), ("p", "water.pump", (1, 0)))},
    )
    done = infer(city, {"r": PUMP.model_copy(update={"quorum": 2})})
    assert done.counts["r"] == 0
    assert not len(done.city.needs)
    assert done.unmet[0].severity == "warning"


def test_nothing_provides_for_itself() -> None:
    rule = NeedRule(
        kinds=("power.node",), lifeline="power", providers=("power.node",), within_m=1000
    )
    city = City.build(
        IDENTITY,
        {"assets": assets(("a", "power.node", (0, 0)), ("b", "power.node", (10, 0)))},
    )
    needs = infer(city, {"r": rule}).city.needs
    assert needs.to_numpy().tolist() == [["need-a-power", "b"], ["need-b-power", "a"]]


def test_lowest_zones_are_served_in_equal_shares() -> None:
    rule = ServeRule(kinds=("power.substation_low",), lifeline="power", count=2, within_m=5000)
    city = City.build(
        IDENTITY,
        {
            "assets": assets(
                ("a", "power.substation_low", (500, 500)),
                ("b", "power.substation_low", (1500, 500)),
                ("c", "power.substation_low", (90_000, 0)),
            ),
            "zones": zones(
                ("city", "city", "", box(0, 0, 3000, 1000)),
                ("east", "district", "city", box(1000, 0, 2000, 1000)),
                ("west", "district", "city", box(0, 0, 1000, 1000)),
                ("nowhere", "district", "city", None),
            ),
            "serves": pd.DataFrame({"asset": ["a"], "zone": ["west"], "share": [0.25]}),
        },
    )
    done = infer(city, {"r": rule})
    assert done.city.serves[["asset", "zone", "share", "rule"]].to_numpy().tolist() == [
        ["a", "east", 0.5, "r"],
        ["a", "west", 0.25, ""],
        ["b", "east", 0.5, "r"],
    ]
    assert done.unmet[0].ids == ("nowhere",)


def test_an_asset_lies_in_the_smallest_zone_around_it() -> None:
    city = City.build(
        IDENTITY,
        {
            "assets": assets(
                ("in", "power.node", (10, 10)),
                ("out", "power.node", (-10, 10)),
                ("outer", "power.node", (900, 900)),
            ),
            "zones": zones(
                ("a-city", "city", "", box(0, 0, 1000, 1000)),
                ("street", "street", "a-city", box(0, 0, 100, 100)),
            ),
        },
    )
    done = infer(city, {})
    found = done.city.assets.set_index("id")["zone"].to_dict()
    assert found == {"in": "street", "out": "", "outer": "a-city"}
    assert done.counts == {ZONE_RULE: 2}


def test_a_line_lies_where_its_middle_is() -> None:
    ends = placed([(-900, 50), (1000, 50)])
    line = assets(("l", "power.line", (0, 0))).set_geometry(
        [shapely.LineString(list(ends))], crs=4326
    )
    city = City.build(
        IDENTITY,
        {"assets": line, "zones": zones(("z", "grid", "", box(0, 0, 100, 100)))},
    )
    assert infer(city, {}).city.assets["zone"].tolist() == ["z"]


def test_what_no_rule_meets_is_told_once_by_the_last() -> None:
    city = City.build(
        IDENTITY,
        {
            "assets": assets(
                ("s", "power.substation_low", (0, 0)),
                ("p", "water.pump", (3000, 0)),
                ("q", "water.pump", (9000, 0)),
            ),
            "zones": zones(("z", "grid", "", box(0, 0, 100, 100))),
        },
    )
    wider = PUMP.model_copy(update={"within_m": 5000, "backup_h": 1})
    heat = ServeRule(kinds=("heat.substation",), lifeline="heat", within_m=9000)
    gas = ServeRule(kinds=("water.tank",), lifeline="water", within_m=9000)
    done = infer(city, {"close": PUMP, "wide": wider, "no-heat-here": heat, "tank": gas})
    assert [(f.ids, f.what.split(":")[0]) for f in done.unmet] == [
        (("q",), "rule wide"),
        (("z",), "rule tank"),
    ]


SPOT = st.tuples(st.integers(0, 40), st.integers(0, 40))


@settings(deadline=None, max_examples=30)
@given(st.lists(SPOT, min_size=1, max_size=12), st.lists(SPOT, min_size=0, max_size=30))
def test_nearest_agrees_with_measuring_all(
    pumps: list[tuple[int, int]], stations: list[tuple[int, int]]
) -> None:
    def at(spot: tuple[int, int]) -> tuple[float, float]:
        return spot[0] * 50.0, spot[1] * 50.0

    city = City.build(
        IDENTITY,
        {
            "assets": assets(
                *((f"p{i}", "water.pump", at(s)) for i, s in enumerate(pumps)),
                *((f"s{i}", "power.substation_low", at(s)) for i, s in enumerate(stations)),
            )
        },
    )
    needs = infer(city, {"r": PUMP}).city.needs
    got = {g: set(f["provider"]) for g, f in needs.groupby("group")}
    for i, pump in enumerate(pumps):
        away = sorted(
            (round(float(np.hypot(*np.subtract(at(pump), at(s)))), 1), f"s{j}")
            for j, s in enumerate(stations)
        )
        want = {name for far, name in away[:2] if far <= 1000 - 1e-6}
        edge = any(abs(far - 1000) < 0.1 for far, _ in away)
        if not edge and len({far for far, _ in away}) == len(away):
            assert got.get(f"need-p{i}-power", set()) == want


def test_an_unknown_kind_of_provider_is_a_fault_of_the_rule() -> None:
    with pytest.raises(ValueError, match="outside power"):
        NeedRule(kinds=("water.pump",), lifeline="power", providers=("gas.gate",), within_m=1)
