"""Bowls whose water is known by hand, and terrains with nothing to hold."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.flood.inundation import Balance, Step, inundate
from rencity.sim.flood.ponds import DRY, Ponds
from rencity.sim.flood.spells import Places
from rencity.sim.flood.terrain import Terrain

NOWHERE = Places(np.empty(0, np.int64), np.empty(0), np.empty(0))


def terrain_of(z: object, size_m: tuple[float, float] = (1.0, 1.0), **how: bool) -> Terrain:
    heights = np.asarray(z, np.float32)
    return Terrain(heights, size_m, np.zeros(heights.shape, bool), **how)


def rained(terrain: Terrain, depth_m: float) -> tuple[Ponds, np.ndarray]:
    label = terrain.basins.label
    ponds = Ponds(terrain.hierarchy)
    cells = np.bincount(label[label >= 0], minlength=terrain.basins.count + 1)
    ponds.pour(cells * depth_m)
    return ponds, terrain.depth_m(ponds.levels())


def test_a_cone_holds_the_water_of_its_slice() -> None:
    r = np.hypot(*np.mgrid[-50:51, -50:51]) * 0.1
    terrain = terrain_of(r, (0.1, 0.1))
    assert terrain.basins.count == 1
    ponds = Ponds(terrain.hierarchy)
    volume_m3 = np.pi * 2.0**3 / 3  # a cone of slope 1 filled to 2 m
    ponds.pour(np.array([0.0, volume_m3 / terrain.cell_m2]))
    assert ponds.levels()[1] == pytest.approx(2.0, rel=2e-3)
    assert terrain.depth_m(ponds.levels())[50, 50] == pytest.approx(2.0, rel=2e-3)


TWO = [9, 3, 1, 3, 5, 3, 2, 3, 9]
"""Two bowls behind walls of 9, a sill of 5 between them; the right one is the higher."""


def trench(profile: list[float]) -> np.ndarray:
    wall = np.full(len(profile), 9.0)
    return np.vstack([wall, profile, wall])


def test_two_bowls_fill_spill_and_join() -> None:
    terrain = terrain_of(trench(TWO))
    assert terrain.basins.count == 2
    ponds = Ponds(terrain.hierarchy)

    def levels(left: float, right: float) -> np.ndarray:
        ponds.pour(np.array([0.0, left, right]))
        level = ponds.levels()[terrain.hierarchy.home].reshape(3, 9)[1]
        return level[[2, 6]]

    np.testing.assert_allclose(levels(2.0, 0.0), [3.0, DRY])
    np.testing.assert_allclose(levels(6.0, 0.0), [5.0, DRY])  # full: 4 + 2 + 2
    np.testing.assert_allclose(levels(1.0, 0.0), [5.0, 3.0])  # spills to the right
    np.testing.assert_allclose(levels(0.0, 6.0), [5.0, 5.0])  # both full: 3 + 2 + 2
    np.testing.assert_allclose(levels(0.0, 7.0), [6.0, 6.0])  # one pond of seven cells
    np.testing.assert_allclose(levels(14.0, 0.0), [8.0, 8.0])
    assert ponds.left == 0
    np.testing.assert_allclose(levels(0.0, 100.0), [9.0, 9.0])
    assert ponds.left == pytest.approx(100.0 - 7.0)


def test_a_pond_that_drains_falls_apart_into_its_bowls() -> None:
    terrain = terrain_of(trench(TWO))
    ponds, kind = Ponds(terrain.hierarchy), np.zeros(len(terrain.hierarchy.cell), np.uint16)
    ponds.pour(np.array([0.0, 15.0, 7.0]))
    for wet, share in ((7, 0.5), (7, 0.5), (6, 0.25), (6, 0.25)):
        assert ponds.drain(np.array([share]), kind).sum() == pytest.approx(wet * share)
    level = ponds.levels()[terrain.hierarchy.home].reshape(3, 9)[1]
    np.testing.assert_allclose(level[[2, 6]], [4.5, 4.5])
    ponds.drain(np.array([100.0]), kind)
    assert ponds.stored == 0


def test_a_pond_within_a_pond_fills_first() -> None:
    z = np.full((7, 7), 4.0)
    z[0], z[-1], z[:, 0], z[:, -1] = 9, 9, 9, 9
    z[2:5, 2:5], z[3, 3] = 3, 1
    terrain = terrain_of(z)
    assert terrain.basins.count == 1
    _, depth = rained(terrain, 2 / 49)
    assert depth[3, 3] == pytest.approx(2.0)
    _, depth = rained(terrain, (2 + 9 + 25) / 49)
    assert depth[3, 3] == pytest.approx(4.0)
    assert depth[1, 1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "z", [np.zeros((5, 6)), [[3.0]], [[1.0, 2.0, 3.0]], np.full((4, 4), np.nan), np.empty((0, 0))]
)
def test_what_holds_nothing_lets_all_water_go(z: object) -> None:
    terrain = terrain_of(z)
    ponds, depth = rained(terrain, 0.5)
    assert terrain.basins.count == 0
    assert np.nansum(depth) == 0
    np.testing.assert_array_equal(np.isnan(depth), np.isnan(terrain.height_m))
    assert ponds.left == pytest.approx(0.5 * np.isfinite(terrain.height_m).sum())


def test_a_hole_lets_water_out_or_holds_it_in() -> None:
    z = np.full((5, 5), 2.0)
    z[0], z[-1], z[:, 0], z[:, -1] = 9, 9, 9, 9
    z[2, 2] = np.nan
    _, depth = rained(terrain_of(z), 1.0)
    assert np.nanmax(depth) == 0
    ponds, depth = rained(terrain_of(z, holes_open=False), 1.0)
    assert np.nanmin(depth[1:-1, 1:-1]) == pytest.approx(24 / 8)
    assert ponds.left == 0


def test_an_island_of_terrain_without_a_way_out_keeps_rising() -> None:
    z = np.full((5, 5), np.nan)
    z[2, 1:4] = [2.0, 1.0, 2.0]
    terrain = terrain_of(z, holes_open=False)
    _, depth = rained(terrain, 1000.0)
    assert depth[2, 2] == pytest.approx((3000 - 1) / 3 + 1)


def test_the_side_of_a_cell_decides_which_way_is_steepest() -> None:
    z = np.full((4, 5), 9.0)
    z[1, 1:3], z[2, 3] = [2.0, 5.0], 1.0  # beside the middle and askew of it
    square = terrain_of(z, (1.0, 1.0)).basins.label
    wide = terrain_of(z, (10.0, 1.0)).basins.label
    assert square[1, 2] == square[1, 1] != square[2, 3]
    assert wide[1, 2] == wide[2, 3] != wide[1, 1]


def test_open_water_takes_what_reaches_it() -> None:
    z = np.array([[9, 9, 9, 9], [9, 1, 2, 9], [9, 9, 9, 9]], np.float32)
    sink = np.zeros(z.shape, bool)
    sink[1, 1] = True
    terrain = Terrain(z, (1.0, 1.0), sink)
    ponds, depth = rained(terrain, 1.0)
    assert depth.max() == 0
    assert ponds.left == 12


def test_a_volume_that_does_not_close_is_told() -> None:
    assert Balance(100.0, 20.0, 30.0, 40.0, 10.0).error == 0
    assert Balance(100.0, 20.0, 30.0, 40.0, 9.0).error == pytest.approx(0.01)
    assert Balance(0.0, 0.0, 0.0, 0.0, 0.0).error == 0


def steps(*parts: tuple[float, float, float]) -> list[Step]:
    """Steps of (end in minutes, rain in mm, what drains can take in mm)."""
    out = []
    for number, (end, rain, drain) in enumerate(parts):
        drained = np.array([min(rain, drain)])
        out.append(
            Step(end, rain, np.zeros(1), drained, np.zeros(1), drain - drained, over=number > 0)
        )
    return out


def test_a_bowl_rises_and_drains_and_places_take_note() -> None:
    terrain = terrain_of(trench([9, 3, 1, 3, 9]), (2.0, 2.0))
    cells = np.array([7, 6, 0])
    ground = terrain.height_m.ravel()[cells].astype(float)
    places = Places(cells, ground, np.array([0.0, 0.5, 0.0]))
    kind = np.zeros(terrain.height_m.shape, np.uint16)
    storm = steps((10, 250, 50), (20, 0, 500), (30, 0, 500), (40, 0, 1e5), (50, 0, 1e5))
    flood = inundate(terrain, kind, 1, iter(storm), places)
    # 15 cells of 0.2 m, 2 m3 below the shoulders and 1 on three cells
    assert flood.spells.deepest_m[0] == pytest.approx(2 + 1 / 3)
    np.testing.assert_array_equal(flood.spells.from_min, [10, np.inf, np.inf])
    # a metre drains off three cells in two steps; the last step takes all at once
    np.testing.assert_allclose(flood.spells.until_min, [40, np.inf, np.inf])
    assert flood.steps == 4
    assert flood.peak_m3 == pytest.approx(3 * 4)
    assert flood.balance.stored_m3 == 0
    assert flood.balance.rain_m3 == pytest.approx(15 * 0.25 * 4)
    assert flood.balance.drained_m3 == pytest.approx(15 * 0.25 * 4)
    assert not flood.spells.standing
