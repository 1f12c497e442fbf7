"""Depressions and ponds against the plain way, on random terrains and a real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.rasters import grid_of
from rencity.sim.flood.ponds import Ponds, stored_under
from rencity.sim.flood.terrain import Terrain
from tests.sim.flood.plain_ponds import Plain, descent, filled

FEW = settings(deadline=None, max_examples=30)
SEEDS = st.integers(0, 2**32 - 1)


def terrain_of(z: np.ndarray, size_m: tuple[float, float] = (1.0, 1.0), **how: object) -> Terrain:
    z = np.asarray(z, np.float32)
    return Terrain(z, size_m, how.pop("sink", np.zeros(z.shape, bool)), **how)  # type: ignore[arg-type]


def full_level(terrain: Terrain) -> np.ndarray:
    ponds = Ponds(terrain.hierarchy)
    ponds.pour(np.full(terrain.basins.count + 1, 1e7))
    return np.maximum(terrain.height_m, ponds.levels()[terrain.hierarchy.home].reshape(
        terrain.height_m.shape
    ))  # fmt: skip


@FEW
@given(SEEDS, st.booleans(), st.sampled_from([0.0, 0.1, 0.6]))
def test_endless_rain_fills_to_the_level_of_a_priority_flood(
    seed: int, stepped: bool, holes: float
) -> None:
    rng = np.random.default_rng(seed)
    z = rng.integers(0, 5, (14, 17)) if stepped else rng.standard_normal((14, 17))
    z = z.astype(np.float32)
    z[rng.random(z.shape) < holes] = np.nan
    np.testing.assert_array_equal(full_level(terrain_of(z)), filled(z))


def test_a_real_terrain_and_its_mirror_fill_to_the_level_of_a_priority_flood(
    shared_data: Path,
) -> None:
    path = shared_data / "dem" / "pysheds_dem.tif"
    z = grid_of(path.read_bytes(), place=str(path)).values
    np.testing.assert_array_equal(full_level(terrain_of(z, (75.0, 92.0))), z)  # ships filled
    level = full_level(terrain_of(-z, (75.0, 92.0)))
    np.testing.assert_array_equal(level, filled(-z))
    assert (level > -z).sum() > 10_000


@FEW
@given(SEEDS, st.floats(0, 3), st.floats(0.3, 3))
def test_ponds_stand_as_deep_as_when_water_is_followed_plainly(
    seed: int, rain: float, width: float
) -> None:
    rng = np.random.default_rng(seed)
    z = rng.permutation(110).reshape(10, 11).astype(np.float32) / 10
    terrain = terrain_of(z, (width, 1.0))
    label = descent(z, (width, 1.0))
    np.testing.assert_array_equal(terrain.basins.label, label)
    plain, ponds = Plain(z, label), Ponds(terrain.hierarchy)
    for share in (0.4, 0.6):
        inflow = np.bincount(
            label.ravel(), rng.random(z.size) * rain * share, terrain.basins.count + 1
        )
        plain.pour(inflow)
        ponds.pour(inflow)
    np.testing.assert_allclose(terrain.depth_m(ponds.levels()), plain.depth(), atol=1e-5)
    assert ponds.left == pytest.approx(plain.left, rel=1e-9, abs=1e-9)


@FEW
@given(SEEDS, st.booleans(), st.booleans(), st.integers(1, 3))
def test_no_water_is_lost_whatever_falls_and_drains(
    seed: int, stepped: bool, holes_open: bool, kinds: int
) -> None:
    rng = np.random.default_rng(seed)
    z = rng.integers(0, 4, (16, 13)) if stepped else rng.standard_normal((16, 13))
    z = z.astype(np.float32)
    z[rng.random(z.shape) < 0.1] = np.nan
    sink = rng.random(z.shape) < 0.02
    terrain = terrain_of(z, sink=sink, holes_open=holes_open)
    h, ponds = terrain.hierarchy, Ponds(terrain.hierarchy)
    kind = rng.integers(0, kinds, len(h.cell)).astype(np.uint16)
    label = terrain.basins.label
    fallen = taken = 0.0
    for _ in range(6):
        inflow = np.bincount(label[label >= 0], minlength=terrain.basins.count + 1) * rng.random()
        fallen += inflow.sum()
        ponds.pour(inflow)
        before = ponds.levels()
        spare = rng.random(kinds) * 0.3
        wet = before[h.home[h.cell]] > h.height_m
        off = ponds.drain(spare, kind)
        assert off.sum() <= spare[kind[wet]].sum() + 1e-9
        taken += off.sum()
        assert (ponds.held >= 0).all()
        assert (ponds.held <= h.room).all()
        assert (ponds.levels() <= before + 1e-12).all()
        tight = 1e-9 * max(fallen, 1)
        assert abs(fallen - taken - ponds.left - ponds.stored) <= tight
        assert abs(stored_under(h, ponds.levels()) - ponds.stored) <= tight


@FEW
@given(SEEDS)
def test_pouring_at_once_or_bit_by_bit_is_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    terrain = terrain_of(rng.standard_normal((20, 20)))
    inflow = rng.random(terrain.basins.count + 1) * 5
    once, often = Ponds(terrain.hierarchy), Ponds(terrain.hierarchy)
    once.pour(inflow)
    for part in rng.permutation(len(inflow)):
        one = np.zeros(len(inflow))
        one[part] = inflow[part]
        often.pour(one)
    np.testing.assert_allclose(once.held, often.held, atol=1e-9)
    assert once.left == pytest.approx(often.left)
