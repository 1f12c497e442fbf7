"""The wind of a storm against published values and against the formulas written out again."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from rencity.sim.hazard.typhoon import averaging, members, sweep, vortex
from rencity.sim.hazard.typhoon.passage import Passage, passage_of
from rencity.sim.hazard.typhoon.spec import Spread, TyphoonHazard
from rencity.sim.hazard.typhoon.track import Track

SPHERE = Geod(a=sweep.EARTH_M, b=sweep.EARTH_M)


def storm(**said: object) -> TyphoonHazard:
    base = {"kind": "typhoon", "name": "t", "track": "t.csv", "averaging": "10-min"}
    return TyphoonHazard.model_validate(base | said)


def track(
    lon: list[float], lat: list[float], hpa: float = 960, wind: float = 40, rmax: float = math.nan
) -> Track:
    n = len(lon)
    return Track(
        pd.Timestamp("2026-09-01T00:00Z"),
        np.arange(n) * 360.0,
        np.array(lon),
        np.array(lat),
        np.full(n, float(hpa)),
        np.full(n, float(wind)),
        np.full(n, float(rmax)),
    )


def ring(passage: Passage, step: int) -> np.ndarray:
    """Places all round the centre at the radius of the highest wind."""
    turn = np.linspace(0, 360, 720, endpoint=False)
    lon, lat, _ = SPHERE.fwd(
        np.full(720, passage.lon[step]),
        np.full(720, passage.lat[step]),
        turn,
        np.full(720, passage.radius_m[step]),
    )
    return np.column_stack([lon, lat])


def only(passage: Passage, step: int) -> Passage:
    names = Passage.__dataclass_fields__
    return replace(passage, **{name: getattr(passage, name)[step : step + 1] for name in names})


def test_averaging_factors_of_the_wmo() -> None:
    """Harper et al. (2010), tables 1.1 and 1.2."""
    assert round(averaging.to_10min(60), 2) == 0.93
    assert averaging.to_10min(600) == 1
    assert 0.93 < averaging.to_10min(120) < averaging.to_10min(180) < 1
    for intensity, gust in zip((0.10, 0.15, 0.20, 0.25), (1.23, 1.38, 1.52, 1.66), strict=True):
        ground_m = 10 * math.exp(-1 / intensity)
        assert averaging.turbulence(ground_m) == pytest.approx(intensity)
        assert averaging.gust_of_mean(ground_m) == pytest.approx(gust)


def test_open_land_takes_a_fifth_of_the_mean_wind() -> None:
    """Knaff et al. (2011) take 20 % off over land; the roughness of open terrain gives the same."""
    assert averaging.mean_over_ground(averaging.SEA_ROUGHNESS_M) == pytest.approx(1)
    assert averaging.mean_over_ground(0.03) == pytest.approx(0.8, abs=0.03)
    rough = [averaging.gust_of_sea_mean(z) for z in (0.001, 0.01, 0.03, 0.1, 0.18)]
    assert rough == sorted(rough, reverse=True)


def test_regressions_worked_by_hand() -> None:
    # ln R = 3.015 - 6.291e-5 * 3600 + 0.0337 * 30 = 3.7995
    assert float(vortex.rmax_km(60, 30)) == pytest.approx(44.68, abs=0.01)
    assert float(vortex.rmax_km(60, -30)) == float(vortex.rmax_km(60, 30))
    # 1.38 + 0.00184 * 60 - 0.00309 * 45
    assert float(vortex.shape_of_pressure(60, 45)) == pytest.approx(1.3514, abs=1e-4)


def test_holland_wind_on_the_equator() -> None:
    """V max = sqrt(B dp / (rho e)), 69.27 m/s for 100 hPa and B = 1.5; it falls off both ways."""
    radius = 40e3
    r = np.array([0.5, 0.999, 1.0, 1.001, 2.0]) * radius
    wind = vortex.gradient_wind(r, 100, radius, 1.5, 0)
    assert wind[2] == pytest.approx(69.27, abs=0.01)
    assert wind.argmax() == 2
    assert (vortex.gradient_wind(r, 100, radius, 1.5, 30) < wind).all()


def test_shape_gives_back_the_wind_it_was_made_of() -> None:
    for wind in (45.0, 50.0, 60.0):
        shape = vortex.shape_of_wind(wind, 60, 40e3, 25)
        assert float(vortex.gradient_wind(40e3, 60, 40e3, shape, 25)) == pytest.approx(wind)
    assert float(vortex.shape_of_wind(200, 20, 40e3, 25)) == vortex.MOST_B


def test_decay_over_land() -> None:
    """100 kt at landfall: 90 at once, 26.7 + 63.3 exp(-1.14) = 46.9 kt after 12 h."""
    knot = 1852 / 3600
    hours = np.array([0, 12, 1e6])
    assert vortex.decayed_wind(100 * knot, hours) / knot == pytest.approx(
        [90, 46.94, 26.7], abs=0.01
    )
    weak = vortex.decayed_wind(10.0, hours)
    assert (weak <= 10).all()


def test_inflow_joins_its_pieces() -> None:
    x = np.array([0, 1 - 1e-9, 1 + 1e-9, 1.2 - 1e-9, 1.2 + 1e-9, 9])
    assert vortex.inflow_deg(x) == pytest.approx([0, 10, 10, 25, 25, 25], abs=1e-6)


@pytest.mark.parametrize(("averaging_", "factor"), [("10-min", 1.0), ("1-min", 0.928)])
@pytest.mark.parametrize("lat", [25.0, -20.0])
def test_the_highest_wind_of_the_field_is_the_track_s(
    averaging_: str, factor: float, lat: float
) -> None:
    hazard = storm(averaging=averaging_)
    passage = only(passage_of(hazard, track([125, 124], [lat, lat + 1])), 10)
    around, _ = sweep.peak_wind(passage, ring(passage, 0))
    assert around.max() == pytest.approx(40 * factor, rel=0.01)
    assert around.min() < 0.85 * around.max()


@pytest.mark.parametrize(("lat", "right"), [(25.0, True), (-25.0, False)])
def test_the_strong_side_is_the_right_in_the_north_and_the_left_in_the_south(
    lat: float, right: bool
) -> None:
    passage = passage_of(storm(), track([125, 125], [lat, lat + 1]))  # due north
    sides = np.column_stack([[125.4, 124.6], [lat + 0.5, lat + 0.5]])
    wind, _ = sweep.peak_wind(passage, sides)
    assert (wind[0] > wind[1]) == right


def written_out(passage: Passage, lonlat: np.ndarray) -> np.ndarray:
    """Highest wind at each place by angles and great circles, step by step."""
    best = np.zeros(len(lonlat))
    for s in range(len(passage.time_min)):
        n = len(lonlat)
        toward, _, r = SPHERE.inv(
            np.full(n, passage.lon[s]), np.full(n, passage.lat[s]), lonlat[:, 0], lonlat[:, 1]
        )
        r = np.asarray(r)
        ratio = np.interp(r, (100e3, 700e3), (0.9, 0.75)) * 1.03 / 1.11
        wind = (
            passage.scale[s]
            * ratio
            * vortex.gradient_wind(
                r, passage.deficit_hpa[s], passage.radius_m[s], passage.shape[s], passage.lat[s]
            )
        )
        side = -1 if passage.lat[s] < 0 else 1
        inflow = vortex.inflow_deg(r / passage.radius_m[s])
        heading = np.radians(toward - side * (90 + inflow))  # compass, where the wind blows to
        fade = wind / passage.swirl_m_s[s]
        east = wind * np.sin(heading) + fade * passage.east_m_s[s]
        north = wind * np.cos(heading) + fade * passage.north_m_s[s]
        best = np.maximum(best, np.hypot(east, north))
    return best


@settings(deadline=None, max_examples=25)
@given(
    lon=st.floats(-179, 179),
    lat=st.floats(-40, 40),
    east=st.floats(-3, 3),
    north=st.floats(-3, 3),
    hpa=st.floats(900, 1000),
    wind=st.floats(15, 80),
    spread=st.floats(0.01, 4),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_sweep_is_the_formulas_written_out(
    lon: float, lat: float, east: float, north: float, hpa: float, wind: float,
    spread: float, seed: int,
) -> None:  # fmt: skip
    passage = passage_of(storm(), track([lon, lon + east], [lat, lat + north], hpa, wind))
    rng = np.random.default_rng(seed)
    places = np.column_stack([lon, lat]) + rng.uniform(-spread, spread, (40, 2))
    wind_here, minutes = sweep.peak_wind(passage, places)
    assert wind_here == pytest.approx(written_out(passage, places), rel=3e-3, abs=0.3)
    assert np.isin(minutes, passage.time_min).all()


def test_the_peak_comes_when_the_storm_is_near() -> None:
    passage = passage_of(storm(), track([120, 120, 120], [20, 22, 24]))
    near = np.column_stack([[120.5, 120.5], [21.0, 23.0]])
    _, minutes = sweep.peak_wind(passage, near)
    assert minutes == pytest.approx([180, 540], abs=60)
    assert sweep.nearest_km(passage, near) == pytest.approx(51.2, abs=0.1)


def test_pressure_alone_makes_a_storm() -> None:
    silent = track([125, 124], [25, 26])
    silent = replace(silent, wind_m_s=np.full(2, np.nan))
    passage = passage_of(storm(), silent)
    # V&V 2000: B about 1.37, gradient 46 m/s, of it 0.9 * 0.93 at 10 m
    assert 33 < passage.swirl_m_s[0] < 42
    deeper = passage_of(storm(), replace(silent, pressure_hpa=np.full(2, 930.0)))
    assert (deeper.swirl_m_s > passage.swirl_m_s).all()


def test_a_storm_decays_from_its_landfall_on() -> None:
    there = track([125, 124, 123, 122], [25, 26, 27, 28])
    sea = passage_of(storm(), there)
    land = passage_of(storm(landfall="2026-09-01T06:00Z"), there)
    before = sea.time_min < 360
    assert (land.swirl_m_s[before] == sea.swirl_m_s[before]).all()
    assert (land.swirl_m_s[~before] < sea.swirl_m_s[~before]).all()
    assert (np.diff(land.swirl_m_s[~before]) <= 1e-9).all()
    assert (land.deficit_hpa[~before] < sea.deficit_hpa[~before]).all()


def test_a_spread_keeps_its_mean_and_width() -> None:
    passage = passage_of(storm(), track([125, 125], [25, 26]))
    spread = Spread(cross_track_km=60, tracks=5, wind=0.2, winds=3)
    made = members.members_of(passage, spread)
    weight = np.array([member.weight for member in made])
    assert len({member.name for member in made}) == 15
    assert weight.sum() == pytest.approx(1)
    assert made[0].name == members.CENTRE
    east_km = np.array(
        [(m.passage.lon[0] - 125) * 111.32 * math.cos(math.radians(25)) for m in made]
    )
    assert weight @ east_km == pytest.approx(0, abs=0.5)
    assert math.sqrt(weight @ east_km**2) == pytest.approx(60, rel=0.01)
    log = np.log([m.passage.swirl_m_s[0] / passage.swirl_m_s[0] for m in made])
    assert weight @ log == pytest.approx(0, abs=1e-9)
    assert math.sqrt(weight @ log**2) == pytest.approx(0.2)
    assert len(members.members_of(passage, Spread(wind=0.2))) == 3
