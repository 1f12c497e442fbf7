"""Zones into cells: what is spread is kept, buildings decide, guesses are taken back."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.infer import forget, infer
from rencity.city.overruling import without_overruled
from rencity.city.rules import CellRule, ServeRule
from rencity.kit.errors import InputError

METRIC = "EPSG:32651"
IDENTITY = Identity(id="t", name="t", metric_crs=METRIC)
EAST, NORTH = 250_000.0, 3_490_000.0
CELLS = CellRule(size_m=100)


def flat(*shapes: shapely.Geometry) -> np.ndarray:
    moved = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    return gpd.GeoSeries(moved, crs=METRIC).to_crs(4326).to_numpy()


def town(shape: shapely.Geometry, people: float = 100, **tables: pd.DataFrame) -> City:
    zones = gpd.GeoDataFrame(
        {"id": ["z"], "level": ["community"], "people_night": [people], "people_day": [people / 2]},
        geometry=flat(shape), crs=4326,
    )  # fmt: skip
    return City.build(IDENTITY, {"zones": zones, **tables})


def cells_of(city: City) -> gpd.GeoDataFrame:
    return city.zones[city.zones["level"].eq("grid")]


def test_a_square_zone_is_cut_evenly() -> None:
    done = infer(town(shapely.box(0, 0, 300, 200)), {"c": CELLS})
    cells = cells_of(done.city)
    assert done.counts["c"] == 6
    assert cells["id"].tolist()[0] == "z.2500.34900"
    assert cells["people_night"].to_numpy() == pytest.approx(np.full(6, 100 / 6), rel=1e-6)
    assert set(cells["parent"]) == {"z"}
    assert set(cells["origin"] + cells["rule"]) == {"inferredc"}
    assert infer(done.city, {"c": CELLS}).city.hash == done.city.hash


@settings(deadline=None, max_examples=10)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=3, max_size=8))
def test_cells_fill_the_zone_and_keep_its_people(spots: list[tuple[int, int]]) -> None:
    shape = shapely.convex_hull(shapely.multipoints(spots))
    if shape.geom_type != "Polygon":
        return
    cells = cells_of(infer(town(shape), {"c": CELLS}).city)
    metric = cells.to_crs(METRIC).geometry
    assert metric.area.sum() == pytest.approx(shape.area, rel=1e-6)
    whole = shapely.affinity.translate(shape, EAST, NORTH)
    assert shapely.symmetric_difference(metric.union_all(), whole).area < 1e-3
    assert metric.area.max() < 5 * 100**2
    for column, total in (("people_night", 100), ("people_day", 50)):
        assert cells[column].sum() == pytest.approx(total, rel=1e-9)
    share = metric.area.to_numpy() / shape.area
    assert cells["people_night"].to_numpy() == pytest.approx(100 * share, rel=1e-3, abs=1e-6)


def test_slivers_join_what_lies_beside_them() -> None:
    shape = shapely.box(0, 0, 205, 100)
    assert len(cells_of(infer(town(shape), {"c": CELLS}).city)) == 2
    every = CELLS.model_copy(update={"least_share": 0.0})
    assert len(cells_of(infer(town(shape), {"c": every}).city)) == 3


def homes(**columns: list) -> gpd.GeoDataFrame:
    """A home of 20 m x 20 m in the west cell and one of twice that in the east cell."""
    shapes = flat(shapely.box(10, 10, 30, 30), shapely.box(110, 10, 150, 30))
    said = {"id": ["w", "e"], "use": ["residential", "residential"], **columns}
    return gpd.GeoDataFrame(said, geometry=shapes, crs=4326)


@pytest.mark.parametrize(
    ("columns", "night", "day"),
    [
        ({}, (100 / 3, 200 / 3), (50 / 3, 100 / 3)),
        ({"people_night": [30.0, 10.0]}, (75, 25), (50 / 3, 100 / 3)),
        ({"people_day": [0.0, 8.0]}, (100 / 3, 200 / 3), (0, 50)),
        ({"storeys": [4.0, 1.0]}, (200 / 3, 100 / 3), (100 / 3, 50 / 3)),
        ({"floor_area_m2": [300.0, 100.0]}, (75, 25), (37.5, 12.5)),
        ({"use": ["residential", "office"]}, (100, 0), (50 / 3, 100 / 3)),
        ({"use": ["school", "office"]}, (100 / 3, 200 / 3), (50 / 3, 100 / 3)),
    ],
)
def test_people_are_where_the_buildings_are(columns: dict, night: tuple, day: tuple) -> None:
    city = town(shapely.box(0, 0, 200, 100), buildings=homes(**columns))
    cells = cells_of(infer(city, {"c": CELLS}).city)
    assert cells["people_night"].tolist() == pytest.approx(night, rel=1e-6)
    assert cells["people_day"].tolist() == pytest.approx(day, rel=1e-6)


def pump() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"id": ["p"], "lifeline": ["water"], "kind": ["pump"]},
        geometry=flat(shapely.Point(50, 50)), crs=4326,
    )  # fmt: skip


WATER = ServeRule(kinds=("water.pump",), lifeline="water", within_m=9000)


def test_finer_cells_take_guesses_about_the_zone_back() -> None:
    city = infer(town(shapely.box(0, 0, 200, 100), assets=pump()), {"s": WATER}).city
    assert city.serves["zone"].tolist() == ["z"]
    assert city.assets["zone"].tolist() == ["z"]
    done = infer(city, {"c": CELLS, "s": WATER}).city
    assert done.serves["zone"].tolist() == ["z.2500.34900", "z.2501.34900"]
    assert done.assets["zone"].tolist() == ["z.2500.34900"]
    assert forget(done).hash == forget(city).hash


def test_a_zone_that_a_source_serves_is_not_served_again_below_or_above() -> None:
    serves = pd.DataFrame({"asset": ["p"], "zone": ["z"]})
    city = town(shapely.box(0, 0, 200, 100), assets=pump(), serves=serves)
    done = infer(city, {"c": CELLS, "s": WATER}).city
    assert done.serves["zone"].tolist() == ["z"]
    above = WATER.model_copy(update={"level": "community"})
    below = infer(town(shapely.box(0, 0, 200, 100), assets=pump()), {"c": CELLS, "s": WATER}).city
    assert len(infer(below, {"t": above}).city.serves) == 2


def test_zones_of_a_source_overrule_cells() -> None:
    city = infer(town(shapely.box(0, 0, 200, 100), assets=pump()), {"c": CELLS, "s": WATER}).city
    block = gpd.GeoDataFrame({"id": ["b"], "level": ["grid"], "parent": ["z"]},
        geometry=flat(shapely.box(0, 0, 200, 100)), crs=4326)  # fmt: skip
    left, count = without_overruled(city, {"zones": block})
    assert count == 2
    assert left.zones["id"].tolist() == ["z"]
    assert (left.assets["zone"].tolist(), len(left.serves)) == ([""], 0)
    known = city.replace(serves=city.serves.assign(origin="measured", rule=""))
    with pytest.raises(InputError, match="names the grid cell"):
        without_overruled(known, {"zones": block})


def test_a_zone_without_an_outline_is_told() -> None:
    done = infer(town(shapely.Point(0, 0)), {"c": CELLS})
    assert [(f.rule, f.ids) for f in done.unmet] == [("no-basis", ("z",))]
    assert done.counts["c"] == 0
