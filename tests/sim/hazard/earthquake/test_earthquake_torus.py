"""The correlated fields: what the model asks for is what is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.hazard.earthquake.shaking import mix_of
from rencity.sim.hazard.earthquake.sites import frame_of, range_km, sites_of
from rencity.sim.hazard.earthquake.torus import (
    SIZES,
    Fields,
    Torus,
    normals,
    torus_for,
    uniforms,
)

BOUNDS = np.array([120.0, 31.2, 120.4, 31.5])
SAMPLES = 1500


def grid(side: int = 12) -> np.ndarray:
    lon, lat = np.meshgrid(np.linspace(120.0, 120.4, side), np.linspace(31.2, 31.5, side))
    return np.column_stack([lon.ravel(), lat.ravel()])


@pytest.mark.parametrize("range_", [8.5, 25.7])
def test_the_variogram_is_the_models(range_: float) -> None:
    frame = frame_of(BOUNDS, "varied")
    sites = sites_of(frame, grid(), None)
    made = Fields(frame.torus, range_, (1.0,), sites.cell).at(3, 8, 0, SAMPLES)
    xy = frame.xy_km(sites.lonlat)
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    half = ((made[:, :, None] - made[:, None, :]) ** 2).mean(axis=0) / 2
    model = 1 - np.exp(-3 * away / range_)
    for low in np.arange(1.0, 40.0, 4.0):
        inside = (away > low) & (away <= low + 4)
        if inside.sum() > 20:
            assert half[inside].mean() == pytest.approx(model[inside].mean(), abs=0.05)
    assert made.mean() == pytest.approx(0, abs=0.04)
    assert made.var() == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("side", [64, 96, 256])
def test_the_covariance_is_exact_up_to_half_the_grid(side: int) -> None:
    """Eigenvalues transformed back give ρ; the images round the back add at most exp(−6)."""
    torus = Torus(side, 0.425)
    spectrum = torus.amplitude(8.5).astype(np.float64) ** 2
    rho = np.fft.fft2(spectrum).real
    lag = np.arange(side // 2)
    assert rho[0, : side // 2] == pytest.approx(np.exp(-3 * lag * 0.425 / 8.5), abs=0.02)
    assert rho[0, 0] == pytest.approx(1, abs=1e-5)
    assert (spectrum >= 0).all()


def test_a_sample_is_the_same_whoever_asks() -> None:
    torus = torus_for(20, 8.5, 25.7)
    cells = np.arange(0, torus.side**2, 997)
    fields = Fields(torus, 8.5, (0.8, 0.6), cells)
    whole = fields.at(7, 8, 0, 40)
    for first, lanes in ((0, 1), (1, 1), (13, 4), (39, 1), (6, 30)):
        assert (fields.at(7, 8, first, lanes) == whole[first : first + lanes]).all()
    some = Fields(torus, 8.5, (0.8, 0.6), cells[5:9])
    assert (some.at(7, 8, 3, 20) == whole[3:23, 5:9]).all()
    assert not (fields.at(8, 8, 0, 40) == whole).any()
    assert not (fields.at(7, 24, 0, 40) == whole).any()


def test_samples_are_independent_of_each_other() -> None:
    torus = torus_for(20, 8.5, 25.7)
    made = Fields(torus, 8.5, (1.0,), np.arange(0, torus.side**2, 400)).at(1, 8, 0, 64)
    correlation = np.corrcoef(made) - np.eye(64)
    assert np.abs(correlation).max() < 0.45
    assert np.abs(correlation).mean() < 0.12


def test_measures_at_one_place_are_correlated_as_said() -> None:
    """Fields of one range keep Bradley's correlation; of unlike ranges they keep most of it."""
    frame = frame_of(BOUNDS, "varied")
    cells = sites_of(frame, grid(4), None).cell
    made = {
        measure: Fields(frame.torus, range_km(measure, "varied"), mix_of(measure), cells)
        .at(5, 8, 0, 500)
        .ravel()
        for measure in ("PGA", "PGV", "SA1")
    }
    assert np.corrcoef(made["PGV"], made["SA1"])[0, 1] == pytest.approx(0.786, abs=0.04)
    near = np.corrcoef(made["PGA"], made["PGV"])[0, 1]
    assert 0.55 < near < 0.733 + 0.04


def test_mixes_reproduce_the_table() -> None:
    rows = [np.pad(mix_of(m), (0, 2))[:3] for m in ("PGA", "PGV", "SA1")]
    table = np.array(rows) @ np.array(rows).T
    assert table == pytest.approx(
        np.array([[1, 0.733, 0.546], [0.733, 1, 0.786], [0.546, 0.786, 1]])
    )


@pytest.mark.parametrize(
    ("measure", "soil", "km"),
    [
        ("PGA", "varied", 8.5),
        ("PGA", "uniform", 40.7),
        ("SA1", "varied", 25.7),
        ("PGV", "uniform", 25.7),
    ],
)
def test_ranges(measure: str, soil: str, km: float) -> None:
    assert range_km(measure, soil) == pytest.approx(km)


@pytest.mark.parametrize("extent", [0.0, 5.0, 80.0, 300.0, 3000.0])
def test_a_grid_holds_its_city_and_its_back(extent: float) -> None:
    torus = torus_for(extent, 8.5, 25.7)
    assert torus.side in SIZES
    assert torus.side * torus.cell_km >= extent + 2 * 25.7
    assert torus.side <= 2048


def test_a_city_that_grows_keeps_its_cells() -> None:
    small = frame_of(BOUNDS, "varied")
    grown = frame_of(BOUNDS + np.array([-0.01, 0, 0.02, 0.01]), "varied")
    assert grown == small
    where = grid(5)
    alone = sites_of(small, where[3:4], None)
    beside = sites_of(grown, where, None)
    assert beside.cell[beside.of[3]] == alone.cell[0]
    assert (beside.lonlat[beside.of[3]] == alone.lonlat[0]).all()


def test_sites_lie_over_their_places() -> None:
    frame = frame_of(BOUNDS, "varied")
    where = np.random.default_rng(2).uniform(BOUNDS[:2], BOUNDS[2:], (500, 2))
    zone = np.array(["a", "b"], object)[np.arange(500) % 2]
    for sites in (sites_of(frame, where, None), sites_of(frame, where, zone)):
        off = np.abs(frame.xy_km(sites.lonlat[sites.of]) - frame.xy_km(where))
        assert off.max() <= frame.torus.cell_km / 2 + 1e-9
    assert (sites.zone[sites.of] == zone).all()
    assert len(sites_of(frame, np.empty((0, 2)), None).lonlat) == 0


def test_draws_are_normal_and_uniform() -> None:
    made = normals(1, 2, 3, 0, 20_000)
    assert made.mean() == pytest.approx(0, abs=0.03)
    assert made.std() == pytest.approx(1, abs=0.02)
    assert (normals(1, 2, 3, 100, 5) == made[100:105]).all()
    flat = uniforms(1, 2, np.arange(20_000, dtype=np.uint64), 4)
    assert flat.min() >= 0
    assert flat.max() < 1
    assert flat.mean() == pytest.approx(0.5, abs=0.01)
