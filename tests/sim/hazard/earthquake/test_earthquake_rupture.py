"""Distances from a rupture against brute force on a fine mesh of its plane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from rencity.sim.hazard.earthquake.rupture import (
    Rupture,
    about_centre,
    distances,
    on_trace,
    point,
    size_km,
)

GEOD = Geod(ellps="WGS84")
FINE = 121


def places(rupture: Rupture, seed: int) -> np.ndarray:
    turn, far = np.random.default_rng(seed).uniform((0, 1e2), (360, 9e4), (12, 2)).T
    n = np.ones(len(turn))
    lon, lat, _ = GEOD.fwd(n * rupture.lon, n * rupture.lat, turn, far)
    return np.column_stack([lon, lat])


def mesh(rupture: Rupture) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of points all over the plane, and their depth, km."""
    dip, strike = np.radians(rupture.dip_deg), rupture.strike_deg
    along = np.linspace(-0.5, 0.5, FINE) * rupture.length_km
    down = np.linspace(0, 1, FINE) * rupture.width_km
    a, d = (grid.ravel() for grid in np.meshgrid(along, down))
    across = rupture.offset_km + d * np.cos(dip)
    turn = strike + np.degrees(np.arctan2(across, a))
    n = np.ones(len(a))
    lon, lat, _ = GEOD.fwd(n * rupture.lon, n * rupture.lat, turn, 1000 * np.hypot(a, across))
    return np.column_stack([lon, lat]), rupture.top_km + d * np.sin(dip)


@settings(deadline=None, max_examples=10)
@given(
    strike=st.floats(0, 360),
    dip=st.floats(5, 90),
    length=st.floats(1, 60),
    width=st.floats(1, 25),
    depth=st.floats(0, 20),
    seed=st.integers(0, 99),
)
def test_distances_against_a_mesh(
    strike: float, dip: float, length: float, width: float, depth: float, seed: int
) -> None:
    rupture = about_centre(
        (120.3, 31.5), depth, strike_deg=strike, dip_deg=dip, length_km=length, width_km=width
    )
    where = places(rupture, seed)
    on, deep = mesh(rupture)
    made = distances(rupture, where)
    coarse = max(length, width) / (FINE - 1)
    for i, (lon, lat) in enumerate(where):
        n = np.ones(len(on))
        flat = np.asarray(GEOD.inv(n * lon, n * lat, on[:, 0], on[:, 1])[2]) / 1000
        # a mesh point lies within a cell's diagonal of the true nearest point; flatness to 1e-4
        for exact, brute in (
            (made.joyner_boore[i], flat.min()),
            (made.rupture[i], np.hypot(flat, deep).min()),
        ):
            assert brute - coarse - 2e-4 * brute <= exact <= brute + 2e-4 * brute + 1e-6


def test_a_point_is_its_own_epicentre() -> None:
    focus = point(104.0, 30.6, 12.0)
    where = places(focus, 3)
    made = distances(focus, where)
    n = np.ones(len(where))
    exact = np.asarray(GEOD.inv(104.0 * n, 30.6 * n, where[:, 0], where[:, 1])[2]) / 1000
    assert made.epicentral == pytest.approx(exact, rel=1e-9)
    assert made.joyner_boore == pytest.approx(exact, rel=1e-9)
    assert made.hypocentral == pytest.approx(np.hypot(exact, 12.0), rel=1e-9)
    assert made.rupture == pytest.approx(np.hypot(exact, 12.0), rel=1e-9)


def test_a_trace_lies_between_its_ends_and_dips_to_the_right() -> None:
    fault = on_trace(((120.0, 31.0), (120.0, 31.4)), dip_deg=45, top_km=1, width_km=10)
    assert fault.length_km == pytest.approx(GEOD.inv(120, 31.0, 120, 31.4)[2] / 1000)
    assert (fault.lon, fault.lat) == pytest.approx((120.0, 31.2), abs=1e-4)
    assert fault.bottom_km == pytest.approx(1 + 10 * np.sqrt(0.5))
    east, west, ends = distances(
        fault, np.array([[120.05, 31.2], [119.95, 31.2], [120, 31.4]])
    ).joyner_boore
    assert east == 0
    assert west == pytest.approx(GEOD.inv(119.95, 31.2, 120, 31.2)[2] / 1000, rel=1e-4)
    assert ends == pytest.approx(0, abs=1e-3)


def test_a_trace_walked_backwards_dips_to_the_other_side() -> None:
    ends = ((120.0, 31.0), (120.3, 31.4))
    there = on_trace(ends, dip_deg=60, top_km=0, width_km=12)
    back = on_trace((ends[1], ends[0]), dip_deg=60, top_km=0, width_km=12)
    assert (there.strike_deg - back.strike_deg) % 360 == pytest.approx(180, abs=1e-6)
    assert there.length_km == pytest.approx(back.length_km)


def test_on_the_plane_itself_the_distance_is_its_depth() -> None:
    fault = about_centre((10, 45), 9, strike_deg=30, dip_deg=90, length_km=20, width_km=4)
    made = distances(fault, np.array([[10.0, 45.0]]))
    assert made.joyner_boore[0] == 0
    assert made.rupture[0] == pytest.approx(7)
    assert made.hypocentral[0] == pytest.approx(9)


def test_a_plane_never_reaches_above_the_ground() -> None:
    fault = about_centre((10, 45), 2, strike_deg=0, dip_deg=50, length_km=30, width_km=20)
    assert fault.top_km == 0


@pytest.mark.parametrize(
    ("mechanism", "length", "width"),
    [("strike_slip", 58.884, 13.490), ("reverse", 43.652, 18.197), ("normal", 41.687, 20.417)],
)
def test_sizes_of_a_magnitude_7(mechanism: str, length: float, width: float) -> None:
    """10^(−2.57 + 0.62 · 7) and so on: worked by hand from table 2A."""
    assert size_km(7.0, mechanism) == pytest.approx((length, width), rel=1e-4)
