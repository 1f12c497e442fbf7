import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, Point, Polygon, box

from rencity.report import shapes

WAVY = [(120 + k / 50, 31.4 + 0.01 * np.sin(k)) for k in range(11)]


def grid_over(*geometry):
    frame = gpd.GeoDataFrame(geometry=list(geometry), crs="EPSG:4326")
    return shapes.grid_of(frame, np.empty((0, 2))), frame


def drawn(ring):
    return np.cumsum(np.array(ring).reshape(-1, 2), axis=0)


def test_distances_on_the_grid_are_metres():
    grid, _ = grid_over(box(120.0, 31.2, 120.6, 31.8))
    a, b = (120.1, 31.3), (120.5, 31.7)
    place = grid.place([a[0], b[0]], [a[1], b[1]])
    metres = np.hypot(*(place[1] - place[0])) * grid.unit_m
    true = Geod(ellps="WGS84").inv(*a, *b)[2]
    assert metres == pytest.approx(true, rel=0.005)
    assert place[1, 0] > place[0, 0]  # east is right
    assert place[1, 1] < place[0, 1]  # north is up


def test_neighbours_stay_neighbours_when_simplified():
    top = Polygon([*WAVY, (120.2, 31.6), (120, 31.6)])
    under = Polygon([*reversed(WAVY), (120, 31.2), (120.2, 31.2)])
    grid, frame = grid_over(top, under)
    many = shapes.on_grid(frame.geometry, grid)
    few = shapes.simplified(many)
    assert shapely.coverage_is_valid(few)
    assert shapely.get_num_coordinates(few).sum() <= shapely.get_num_coordinates(many).sum()
    assert shapely.area(few).sum() == pytest.approx(shapely.area(many).sum(), rel=0.01)


def test_a_city_of_many_corners_is_brought_under_the_limit(monkeypatch):
    monkeypatch.setattr(shapes, "VERTICES", 60)
    angle = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    round_one = Polygon(np.column_stack([120 + np.cos(angle) / 9, 31 + np.sin(angle) / 9]))
    grid, frame = grid_over(round_one)
    few = shapes.simplified(shapes.on_grid(frame.geometry, grid))
    assert shapely.get_num_coordinates(few).sum() <= 60
    assert shapely.area(few)[0] > 0


def test_overlapping_zones_are_drawn_all_the_same():
    grid, frame = grid_over(box(120, 31, 120.4, 31.4), box(120.2, 31.2, 120.6, 31.6))
    few = shapes.simplified(shapes.on_grid(frame.geometry, grid))
    assert all(len(shapes.rings(shape)) == 1 for shape in few)


def test_rings_of_holes_parts_points_and_nothing():
    ring = [(0, 0), (10, 0), (10, 10), (0, 10)]
    hole = Polygon(ring, [[(2, 2), (4, 2), (4, 4)]])
    made = shapes.rings(MultiPolygon([hole, box(20, 20, 25, 26)]))
    assert len(made) == 3
    assert {tuple(p) for p in drawn(made[0]).tolist()} == set(ring)
    assert shapes.rings(Point(3.4, 4.6)) == [[3, 5]]
    assert shapes.rings(None) == []
    assert shapes.rings(box(0, 0, 0.1, 0.1)) == []  # smaller than the grid shows


def test_segments_get_coarser_until_they_fit():
    rng = np.random.default_rng(1)
    start = rng.uniform(0, 0.5, (5000, 2))
    end = start + rng.normal(0, 0.01, (5000, 2))
    grid, _ = grid_over(box(0, 0, 0.5, 0.5))
    links = pd.DataFrame(np.hstack([start, end]), columns=["lon1", "lat1", "lon2", "lat2"])
    links.loc[7] = np.nan
    links = pd.concat(
        [
            links,
            links.iloc[:100][["lon2", "lat2", "lon1", "lat1"]].set_axis(
                ["lon1", "lat1", "lon2", "lat2"], axis=1
            ),
        ]
    )
    assert 4500 < len(shapes.segments(links, grid, 100_000)) <= 4999  # both ways are one line
    few = shapes.segments(links, grid, 300)
    assert 0 < len(few) <= 300
    assert few.min() >= 0
    assert few.max() <= 65_535


def test_zones_without_a_place_lie_below_the_map_apart():
    grid, _ = grid_over(box(120, 31, 121, 31.3))
    places = shapes.tray(40, grid)
    assert (places[:, 1] > grid.height).all()
    assert len(np.unique(places, axis=0)) == 40


def test_a_city_without_any_shape_still_has_a_grid():
    frame = gpd.GeoDataFrame(geometry=[None, None], crs="EPSG:4326")
    grid = shapes.grid_of(frame, np.array([[120.0, 31.0], [120.4, 31.2], [np.nan, 0]]))
    assert (grid.place(120.2, 31.1) > 0).all()
    lone = shapes.grid_of(frame, np.empty((0, 2)))
    assert lone.unit_m > 0
