"""The demo city keeps its promises: facts, nesting, geometry, counts, labels, determinism."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
import shapely

from rencity.city.catalogue import base_catalogue
from rencity.city.demo.build import Demo, build_demo, make_demo
from rencity.city.demo.plan import Plan, read
from rencity.city.demo.summary import summarise
from rencity.city.model import City
from rencity.kit.errors import InputError, StorageError
from tests.cities import demo_of

SUMMED = ["people_night", "people_day", "vulnerable", "gdp_yuan"]
SERVED = ("road", "power", "water", "drainage", "gas", "telecom", "health")


@pytest.fixture(scope="module", params=["block", "city"])
def demo(request: pytest.FixtureRequest) -> Demo:
    return demo_of(request.param, 7)


@pytest.fixture(scope="module")
def block() -> Demo:
    return demo_of("block", 7)


def metric(demo: Demo, table: str):
    return demo.city.tables[table].to_crs(demo.city.identity.metric_crs)


def test_counts_are_near_the_scale(demo: Demo) -> None:
    assert len(demo.city.assets) == pytest.approx(demo.plan.size["assets"], rel=0.1)
    share = (demo.city.assets["lifeline"] == "road").mean()
    assert 0.45 <= share <= 0.5


def test_everything_is_labelled_synthetic(demo: Demo) -> None:
    assert demo.city.identity.synthetic
    assert demo.city.identity.seed == 7
    for name in ("zones", "assets", "links", "need_groups", "serves", "demands"):
        table = demo.city.tables[name]
        assert (table["origin"] == "synthetic").all()
        assert table["rule"].str.startswith("demo.").all()


@pytest.mark.parametrize("seed", [3])
def test_people_by_district_are_the_facts_exactly(seed: int) -> None:
    made = make_demo("city", seed)
    facts = {d["code"]: (d["people"], d["km2"]) for d in read("facts.toml")["districts"]}
    rows = summarise(made)["districts"]
    assert {row["code"]: row["people"] for row in rows} == {k: v[0] for k, v in facts.items()}
    for row in rows:
        assert row["km2"] == pytest.approx(facts[row["code"]][1], rel=0.1), row["name"]


def test_zones_nest_and_add_up(demo: Demo) -> None:
    zones = demo.city.zones.set_index("id")
    order = ["city", "district", "street", "community", "grid"]
    for upper, lower in itertools.pairwise(order):
        below = zones[zones["level"] == lower]
        above = zones[zones["level"] == upper]
        assert set(below["parent"]) == set(above.index)
        sums = below.groupby("parent")[SUMMED].sum()
        np.testing.assert_array_equal(sums.loc[above.index], above[SUMMED])
    grid = zones[zones["level"] == "grid"]
    np.testing.assert_array_equal(grid["people_night"], np.round(grid["people_night"]))
    assert grid["people_day"].sum() == grid["people_night"].sum() == demo.plan.size["people"]
    assert (grid["vulnerable"] <= grid["people_night"]).all()


def test_zone_shapes_are_valid_and_tile_their_parents(demo: Demo) -> None:
    zones = metric(demo, "zones")
    assert demo.city.zones.geometry.is_valid.all()
    grid = zones[zones["level"] == "grid"]
    assert shapely.coverage_is_valid(grid.geometry.to_numpy())
    for level in ("city", "district", "street", "community"):
        whole = zones[zones["level"] == level].geometry.area.sum()
        assert whole == pytest.approx(grid.geometry.area.sum(), rel=1e-9)
    parent = zones.set_index("id").geometry.loc[grid["parent"]]
    outside = shapely.area(shapely.difference(grid.geometry.to_numpy(), parent.to_numpy()))
    assert outside.max() < 1.0


def test_assets_stand_in_their_zones(demo: Demo) -> None:
    assets, zones = metric(demo, "assets"), metric(demo, "zones").set_index("id")
    nodes = assets[assets.geometry.geom_type == "Point"]
    lowest = zones.geometry.loc[nodes["zone"]].to_numpy()
    assert shapely.distance(lowest, nodes.geometry.to_numpy()).max() < 1.0
    west, south, east, north = zones.total_bounds
    bounds = assets.geometry.bounds
    assert bounds["minx"].min() >= west
    assert bounds["maxx"].max() <= east
    assert bounds["miny"].min() >= south
    assert bounds["maxy"].max() <= north


def test_kinds_are_the_catalogues_with_their_role(demo: Demo) -> None:
    kinds = base_catalogue().kinds
    city = demo.city
    own = set(city.links["asset"]) - {""}
    full = city.assets["lifeline"] + "." + city.assets["kind"]
    assert set(full) <= set(kinds)
    is_link = full.map(lambda kind: kinds[kind].role == "link")
    np.testing.assert_array_equal(is_link, city.assets["id"].isin(own))
    np.testing.assert_array_equal(is_link, city.assets.geometry.geom_type == "LineString")
    starts = full[city.assets["source"]].unique()
    assert all(kinds[kind].source for kind in starts)
    assert "water.works" not in starts


def test_links_join_assets_of_their_lifeline_and_end_there(demo: Demo) -> None:
    assets = demo.city.assets.set_index("id")
    links = demo.city.links
    for end in ("start", "end"):
        assert (assets["lifeline"].loc[links[end]].to_numpy() == links["lifeline"]).all()
    assert (links["start"] != links["end"]).all()
    own = links[links["asset"] != ""]
    assert own["asset"].is_unique
    line = assets.geometry.loc[own["asset"]].to_numpy()
    for index, end in ((0, "start"), (-1, "end")):
        point = assets.geometry.loc[own[end]].to_numpy()
        assert shapely.equals(shapely.get_point(line, index), point).all()
    length = demo.city.assets.to_crs(demo.city.identity.metric_crs).set_index("id").length
    measured = length.loc[own["asset"]].to_numpy()
    np.testing.assert_allclose(own["length_m"], measured, atol=0.1)
    assert (own["length_m"] > 0).all()


def test_shares_sum_to_one_for_every_lowest_zone(demo: Demo) -> None:
    city = demo.city
    lowest = city.zones.loc[city.zones["level"] == "grid", "id"]
    lifeline = city.assets.set_index("id")["lifeline"].loc[city.serves["asset"]].to_numpy()
    shares = city.serves.groupby([lifeline, city.serves["zone"].to_numpy()])["share"].sum()
    for name in SERVED:
        np.testing.assert_allclose(shares.loc[name].loc[lowest], 1, rtol=0, atol=1e-12)
        assert len(city.demands[city.demands["lifeline"] == name]) == len(lowest)
    assert not city.serves.duplicated(["asset", "zone"]).any()
    assert (shares <= 1 + 1e-12).all()


def test_medium_substations_have_two_supplies_where_urban(demo: Demo) -> None:
    city = demo.city
    medium = city.assets.loc[city.assets["kind"] == "substation_medium", "id"]
    fed = city.links[city.links["end"].isin(medium)].groupby("end").size()
    assert len(fed) == len(medium)
    assert (fed >= 2).mean() > 0.5


def test_open_ties_switch_and_carry_nothing_of_their_own(demo: Demo) -> None:
    ties = demo.city.links[demo.city.links["normally_open"]]
    assert len(ties) > 0
    assert (ties["switching_min"] > 0).all()
    assert (ties["asset"] == "").all()


def test_intakes_stand_by_the_water(demo: Demo) -> None:
    plan = demo.plan
    bodies = [plan.drawn["lake_km"], plan.drawn["river_km"]]
    shapes = [shapely.Polygon(plan.metres(km)).buffer(0) for km in bodies if km]
    canal = shapely.LineString(plan.metres(plan.drawn["canals"][0]["line_km"]))
    water = shapely.union_all(shapes) if shapes else canal
    assets = metric(demo, "assets")
    intakes = assets[assets["kind"].isin(["source", "outfall", "plant"])]
    at = shapely.transform(intakes.geometry.to_numpy(), lambda xy: xy - plan.origin)
    pitch = np.sqrt(plan.size["km2"] / plan.size["cells"] / 20) * 1000
    assert shapely.distance(water, at).max() < plan.drawn["water_m"] + pitch


def test_few_things_do_not_gather_in_one_spot(demo: Demo) -> None:
    nodes = metric(demo, "assets")
    nodes = nodes[(nodes.geometry.geom_type == "Point") & (nodes["kind"] != "pump")]
    xy = shapely.get_coordinates(nodes.geometry)
    _, counts = np.unique(np.round(xy, 2), axis=0, return_counts=True)
    assert counts.max() == 1
    alone = nodes[nodes.groupby("kind")["kind"].transform("size") == 1]
    if len(alone) > 3:
        spread = shapely.get_coordinates(alone.geometry).std(axis=0)
        assert spread.min() > 100


def test_capacities_cover_the_demand(demo: Demo) -> None:
    city = demo.city
    demand = city.demands.groupby("lifeline")["amount"].sum()
    capacity = city.assets.groupby("kind")["capacity"].sum()
    assert capacity["transformer"] > demand["power"]
    assert capacity["hospital"] >= 0.99 * demand["health"]
    assert (city.assets["cost_yuan"] > 0).all()


def test_terrain_is_a_labelled_geotiff_that_assets_sample(demo: Demo) -> None:
    terrain = demo.city.raster("terrain")
    nodes = demo.city.assets
    nodes = nodes[nodes.geometry.geom_type == "Point"]
    sampled = terrain.nearest(shapely.get_coordinates(nodes.geometry))
    (entry,) = (r for r in demo.city.identity.rasters if r.name == "terrain")
    assert entry.origin == "synthetic"
    assert (terrain.crs, terrain.unit) == ("EPSG:32651", "m")
    assert terrain.values.min() < 2 < terrain.values.max() < 520
    # a place on the edge of two pixels may round to either after the way to WGS-84 and back
    assert (np.abs(sampled - nodes["elevation_m"]) < 0.01).mean() > 0.999


def test_same_seed_same_city_other_seed_another(block: Demo) -> None:
    again = make_demo("block", seed=7)
    assert again.city.hash == block.city.hash
    assert again.city.identity.rasters == block.city.identity.rasters
    assert make_demo("block", seed=8).city.hash != block.city.hash


def test_more_of_one_part_moves_no_other(block: Demo) -> None:
    plan = Plan.of("block", 7)
    counts = {**plan.counts, "mast": plan.counts["mast"] + 5}
    wider = build_demo(dataclasses.replace(plan, size={**plan.size, "counts": counts})).city
    before, after = block.city.assets, wider.assets
    assert len(after) == len(before) + 10
    rest = before["lifeline"] != "telecom"
    kept = after[after["lifeline"] != "telecom"].reset_index(drop=True)
    assert before[rest].reset_index(drop=True).equals(kept)


def test_folder_opens_again_with_the_same_hash(block: Demo, tmp_path) -> None:
    block.city.write(tmp_path / "c")
    again = City.open(tmp_path / "c")
    assert again.hash == block.city.hash
    again.write(tmp_path / "d")
    moved, first = City.open(tmp_path / "d").raster("terrain"), block.city.raster("terrain")
    assert np.array_equal(moved.values, first.values)


def test_an_extra_file_that_cannot_be_written_leaves_no_folder(block: Demo, tmp_path) -> None:
    with pytest.raises(StorageError, match="exists"):
        block.city.write(tmp_path / "c", extra={"city.toml/inside": b"x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("scale", "seed"), [("village", 1), ("block", -1)])
def test_a_wrong_plan_says_what_is_wrong(scale: str, seed: int) -> None:
    with pytest.raises(InputError, match=r"village|-1"):
        make_demo(scale, seed)
