"""A stage against the terrain: connected ground only, levees hold until they are overtopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import label as connected

from rencity.city.rasters import Grid
from rencity.sim.flood.spells import Places, Spells
from rencity.sim.flood.stage import depth_at, follow_stage, sills_m

FEW = settings(deadline=None, max_examples=40)


def under(z: object, reach: object, stage: float, most: float | None = None) -> np.ndarray:
    height = np.asarray(z, np.float32)
    cells = np.asarray(reach, bool)
    return depth_at(height, sills_m(height, cells, stage if most is None else most), stage)


LEVEE = np.array([[0, 4, 1, 1, 3, 0, 9]], float)
"""River, levee of 4, a bowl of 1, a bank of 3, a second bowl of 0, a wall."""
RIVER = np.array([[1, 0, 0, 0, 0, 0, 0]])


@pytest.mark.parametrize(
    ("stage", "depth"),
    [
        (-1, [0, 0, 0, 0, 0, 0, 0]),
        (0, [0, 0, 0, 0, 0, 0, 0]),
        (3.5, [3.5, 0, 0, 0, 0, 0, 0]),
        (4.0, [4, 0, 0, 0, 0, 0, 0]),
        (4.5, [4.5, 0.5, 3.5, 3.5, 1.5, 4.5, 0]),
    ],
)
def test_a_bowl_behind_a_levee_stays_dry_until_it_is_overtopped(
    stage: float, depth: list[float]
) -> None:
    np.testing.assert_allclose(under(LEVEE, RIVER, stage, most=9.0), [depth])
    np.testing.assert_allclose(under(LEVEE, RIVER, stage), [depth])


def test_a_levee_that_runs_askew_holds() -> None:
    z = np.zeros((6, 6))
    z[np.arange(6), np.arange(6)] = 5
    reach = np.zeros(z.shape)
    reach[5, 0] = 1
    depth = under(z, reach, 4.0)
    assert (depth[np.tril_indices(6, -1)] == 4).all()
    assert (depth[np.triu_indices(6)] == 0).all()


def test_holes_stay_unknown_and_hold_water_back() -> None:
    depth = under([[0, np.nan, 0]], [[1, 0, 0]], 2.0)
    np.testing.assert_array_equal(depth, np.array([[2, np.nan, 0]], np.float32))


@FEW
@given(st.integers(0, 2**32 - 1), st.floats(-2, 2))
def test_what_goes_under_is_what_is_connected_below_the_stage(seed: int, stage: float) -> None:
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((20, 23)).astype(np.float32)
    z[rng.random(z.shape) < 0.05] = np.nan
    reach = (rng.random(z.shape) < 0.02) & ~np.isnan(z)
    parts, _ = connected(z < stage)
    mine = np.isin(parts, np.unique(parts[reach & (z < stage)])) & (parts > 0)
    expected = np.where(mine, stage - z, np.where(np.isnan(z), np.nan, 0))
    np.testing.assert_allclose(under(z, reach, stage), expected, atol=1e-6)
    np.testing.assert_allclose(under(z, reach, stage, most=9.0), expected, atol=1e-6)


@pytest.mark.parametrize("stage", [0.0, 0.02, 0.06])
def test_monai_valley_goes_under_from_the_sea(shared_data: Path, stage: float) -> None:
    """The bathymetry of the Monai flume, its offshore edge as the reach."""
    path = shared_data / "flood" / "monai_okushiri" / "Benchmark_2_Bathymetry.asc"
    z = np.loadtxt(path, skiprows=6).astype(np.float32)
    assert z.shape == (244, 393)
    reach = np.zeros(z.shape, bool)
    reach[:, 0] = True
    depth = under(z, reach, stage)
    parts, _ = connected(z < stage)
    mine = np.isin(parts, np.unique(parts[:, 0])) & (parts > 0)
    np.testing.assert_array_equal(depth > 0, mine)
    assert depth[:, 0].max() == pytest.approx(0.13535 + stage, abs=1e-5)
    assert depth.sum(dtype=float) == pytest.approx((stage - z[mine].astype(float)).sum(), rel=1e-6)


def followed(stages: list[float], falls_m_min: float = 0.0, above: float = 0.2) -> Spells:
    """River, levee top and bowl of `LEVEE` under stages every ten minutes."""
    grid = Grid(LEVEE.astype(np.float32), None, "")  # type: ignore[arg-type]
    cell = np.array([0, 1, 2, -1])
    places = Places(cell, LEVEE.ravel()[cell], np.full(4, above))
    sill = sills_m(grid.values, RIVER.astype(bool), max(stages)).ravel()[cell]
    spells = Spells.dry(places)
    time = np.arange(len(stages)) * 10.0
    follow_stage(spells, sill.astype(float), time, np.array(stages), falls_m_min)
    return spells


def test_water_that_came_over_a_levee_stays_behind_it() -> None:
    spells = followed([1, 4.5, 5, 4.5, 2, 0, 0])
    np.testing.assert_allclose(spells.deepest_m, [5, 1, 4, 0])
    np.testing.assert_allclose(spells.deepest_at_min, [20, 20, 20, 0])
    np.testing.assert_array_equal(spells.from_min, [0, 10, 10, np.inf])
    np.testing.assert_allclose(spells.until_min, [49, 36, np.inf, np.inf])
    assert spells.standing


def test_drains_take_what_a_levee_holds_back() -> None:
    spells = followed([5, 0, 0, 0, 0, 0], falls_m_min=0.1)
    # the bowl is left at the levee's 4 m, 3 m deep, and falls 1 m in ten minutes down to 0.2 m
    np.testing.assert_allclose(spells.until_min, [9.6, 8, 28, np.inf])
