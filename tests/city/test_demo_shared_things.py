"""What many layers share in the demo city: buildings, carriers, metro, valves, sills, ground."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.check import check
from rencity.city.demo.build import Demo, make_demo
from rencity.city.demo.draws import whole, whole_by
from rencity.city.demo.plan import read
from rencity.city.demo.relief import relief
from rencity.city.schema import USES
from tests.cities import demo_of


@pytest.fixture(scope="module", params=["block", "city"])
def demo(request: pytest.FixtureRequest) -> Demo:
    return demo_of(request.param, 7)


def local(demo: Demo, table: str) -> pd.DataFrame:
    frame = demo.city.tables[table].to_crs(demo.city.identity.metric_crs)
    return frame.set_index("id")


def cells(demo: Demo, name: str) -> np.ndarray:
    return demo.city.raster(name).values  # noqa: PD011


def test_check_finds_neither_error_nor_warning(demo: Demo) -> None:
    assert [f for f in check(demo.city) if f.severity != "note"] == []


@settings(deadline=None, max_examples=6)
@given(seed=st.integers(0, 10_000))
def test_a_block_of_any_seed_passes_the_check(seed: int) -> None:
    made = make_demo("block", seed)
    assert [f for f in check(made.city) if f.severity != "note"] == []
    assert len(made.city.carriers) > 0


def test_buildings_hold_the_people_of_their_zones_exactly(demo: Demo) -> None:
    zones = demo.city.zones.set_index("id")
    lowest = zones[zones["level"] == "grid"]
    held = demo.city.buildings.groupby("zone")[["people_night", "people_day"]].sum()
    for name in held:
        np.testing.assert_array_equal(held[name].loc[lowest.index], lowest[name])
    people = demo.city.buildings[["people_night", "people_day"]].to_numpy()
    np.testing.assert_array_equal(people, np.round(people))
    assert people.min() >= 0


def test_buildings_stand_in_their_zone_with_floors_for_their_people(demo: Demo) -> None:
    buildings, zones = local(demo, "buildings"), local(demo, "zones")
    own = zones.geometry.loc[buildings["zone"]].to_numpy()
    outside = shapely.area(shapely.difference(buildings.geometry.to_numpy(), own))
    assert outside.max() < 1
    assert buildings.geometry.is_valid.all()
    assert shapely.area(buildings.geometry.to_numpy()).min() > 1
    assert set(buildings["use"]) <= set(USES)
    homes = buildings[buildings["use"] == "residential"]
    assert homes["people_night"].sum() == demo.plan.size["people"]
    assert buildings.loc[buildings["use"] != "residential", "people_night"].sum() == 0
    assert (buildings["floor_area_m2"] > 0).all()
    assert homes["floor_area_m2"].sum() / homes["people_night"].sum() == pytest.approx(
        41.8, rel=0.1
    )
    assert buildings["storeys"].between(1, 40).all()


def test_each_utility_tunnel_carries_a_main_and_a_cable(demo: Demo) -> None:
    assets = local(demo, "assets")
    rides = demo.city.carriers.join(assets["lifeline"], on="asset")
    tunnels = assets.index[assets["kind"] == "utility_tunnel"]
    assert len(tunnels) == demo.plan.counts["utility_tunnel"]
    for tunnel in tunnels:
        held = set(rides.loc[rides["carrier"] == tunnel, "lifeline"])
        assert "water" in held, tunnel
        assert held & {"power", "telecom"}, tunnel


def test_riders_go_along_their_carrier(demo: Demo) -> None:
    assets = local(demo, "assets")
    rides = demo.city.carriers
    carrier = assets.geometry.loc[rides["carrier"]].to_numpy()
    rider = assets.geometry.loc[rides["asset"]].to_numpy()
    inside = shapely.length(shapely.intersection(rider, shapely.buffer(carrier, 4)))
    on_bridge = (assets["kind"].loc[rides["carrier"]] == "bridge").to_numpy()
    deck = shapely.length(carrier[on_bridge])
    np.testing.assert_array_less(0.99 * deck, inside[on_bridge])
    ends = shapely.get_point(rider, 0), shapely.get_point(rider, -1)
    straight = shapely.distance(*ends)
    np.testing.assert_array_less(0.49 * straight[~on_bridge], inside[~on_bridge])
    assert (shapely.length(rider) <= 2.01 * straight).all()


def test_no_gas_and_no_high_voltage_rides(demo: Demo) -> None:
    assets = demo.city.assets.set_index("id").loc[demo.city.carriers["asset"]]
    assert set(assets["lifeline"]) <= {"water", "power", "telecom"}
    assert not (assets["voltage_kv"] > 110).any()
    assert demo.city.carriers["asset"].is_unique


def test_metro_is_one_net_fed_from_depots_with_sills(demo: Demo) -> None:
    city = demo.city
    metro = city.assets[city.assets["lifeline"] == "transit"]
    stations = metro[metro["kind"] == "station"]
    assert set(metro.loc[metro["source"], "kind"]) == {"depot"}
    low, high = demo.plan.figures["entrance_m"]["transit.station"]
    assert stations["entrance_m"].between(low, high).all()
    assert stations["name"].is_unique
    lines = demo.plan.drawn["metro"]
    assert (metro["kind"] == "depot").sum() == len(lines)
    met = city.links[city.links["lifeline"] == "transit"]
    degree = pd.concat([met["start"], met["end"]]).value_counts()
    assert (degree > 2).sum() == {1: 0, 3: 3}[len(lines)]
    needs = city.need_groups.set_index("asset")["lifeline"].loc[stations["id"]]
    assert set(needs) == {"power", "telecom"}


def test_metro_serves_only_who_live_near_a_station(demo: Demo) -> None:
    city = demo.city
    assets, zones = local(demo, "assets"), local(demo, "zones")
    rows = city.serves[city.serves["asset"].str.startswith("transit-")]
    away = shapely.distance(
        assets.geometry.loc[rows["asset"]].to_numpy(), zones.geometry.loc[rows["zone"]].to_numpy()
    )
    assert away.max() < 3000
    assert rows["share"].between(0.01, demo.plan.figures["transit"]["share"]).all()
    used = city.demands[city.demands["lifeline"] == "transit"]
    assert set(used["zone"]) == set(rows["zone"])


def test_valves_stand_shut_and_can_be_opened(demo: Demo) -> None:
    shut = demo.city.links[demo.city.links["normally_open"]]
    count = shut["lifeline"].value_counts()
    assert count["water"] == demo.plan.counts["water_valve"]
    assert count["power"] > 0
    assert (shut["switching_min"] > 0).all()


def test_sills_are_those_of_the_kind(demo: Demo) -> None:
    assets = demo.city.assets
    full = assets["lifeline"] + "." + assets["kind"]
    bounds = demo.plan.figures["entrance_m"]
    assert assets.loc[~full.isin(bounds), "entrance_m"].isna().all()
    for kind, (low, high) in bounds.items():
        assert assets.loc[full == kind, "entrance_m"].between(low, high).all(), kind


def test_rasters_lie_on_one_grid_and_say_what_they_are(demo: Demo) -> None:
    terrain, cover = demo.city.raster("terrain"), demo.city.raster("landcover")
    height, code = cells(demo, "terrain"), cells(demo, "landcover")
    assert height.shape == code.shape
    assert terrain.transform == cover.transform
    assert set(np.unique(code)) <= {10, 30, 40, 50, 80}
    assert (terrain.unit, cover.unit) == ("m", "")
    water = code == 80
    assert 0 < water.mean() < 0.6
    assert height[water].max() < 1 < np.median(height[~water])
    assert all(entry.origin == "synthetic" for entry in demo.city.identity.rasters)


def test_dense_zones_are_built_up_more() -> None:
    city = demo_of("city", 7).city
    zones = city.zones[city.zones["level"] == "grid"].to_crs(city.identity.metric_crs)
    cover = city.raster("landcover")
    points = city.zones.geometry[zones.index].representative_point()
    code = cover.nearest(shapely.get_coordinates(points.to_numpy()))
    density = (zones["people_night"] / zones.area).to_numpy()
    order = np.argsort(density)
    thin, thick = np.array_split(code[order] == 50, 2)
    assert thick.mean() > 2 * thin.mean() > 0


def test_water_gathers_in_hollows_and_underpasses(demo: Demo) -> None:
    terrain, land = cells(demo, "terrain"), cells(demo, "landcover") != 80
    middle = terrain[1:-1, 1:-1]
    around = [
        terrain[1 + i : terrain.shape[0] - 1 + i, 1 + j : terrain.shape[1] - 1 + j]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
        if i or j
    ]
    depth = np.min(around, axis=0) - middle
    hollow = (depth > 0) & land[1:-1, 1:-1]
    assert hollow.sum() >= 5
    dipped = np.max(around, axis=0) - middle > 2
    assert (dipped & land[1:-1, 1:-1]).sum() >= demo.plan.counts["underpass"]


def test_the_same_seed_gives_the_same_hash_in_another_process() -> None:
    code = "from rencity.city.demo.build import make_demo; print(make_demo('block', 7).city.hash)"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": salt},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for salt in ("1", "2")
    }
    assert hashes == {demo_of("block", 7).city.hash}


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0.01, 50)), min_size=1, max_size=30),
    st.lists(st.integers(0, 10_000), min_size=4, max_size=4),
)
def test_whole_by_is_whole_in_each_group(parts: list[tuple[int, float]], totals: list[int]) -> None:
    group = np.array([g for g, _ in parts])
    size = np.array([s for _, s in parts])
    some = np.isin(np.arange(4), group)
    total = np.where(some, totals, 0)
    made = whole_by(size, group, total)
    np.testing.assert_array_equal(np.bincount(group, made, 4).astype(int), total)
    for g in np.flatnonzero(some):
        own = group == g
        assert np.abs(made[own] - whole(size[own], int(total[g]))).max() <= 1


@pytest.mark.parametrize(("pixel_m", "wave_m"), [(30, 4000), (50, 250), (5, 80), (50, 60)])
def test_relief_has_mean_0_and_spread_1(pixel_m: float, wave_m: float) -> None:
    rng = np.random.default_rng(1)
    size = 900 if wave_m < 1000 else 3000
    noise = relief(rng, (size, size - 7), pixel_m, wave_m)
    assert noise.shape == (size, size - 7)
    assert abs(float(noise.mean())) < 0.1
    assert float(noise.std()) == pytest.approx(1, abs=0.12)
    hop = float(np.abs(np.diff(noise, axis=0)).mean())
    assert hop < 3 * pixel_m / wave_m


def test_every_scale_says_how_much_of_everything() -> None:
    scales = read("scales.toml")
    keys = {name: set(scale["counts"]) for name, scale in scales.items()}
    assert keys["block"] == keys["city"] == keys["metro"]
    assert scales["metro"]["road"]["junctions"] >= 200_000
