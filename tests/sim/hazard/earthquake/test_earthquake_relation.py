"""What must hold of a ground-motion relation whatever its figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.sim.hazard.earthquake.relation import measures, motion

MECHANISMS = ("unspecified", "strike_slip", "normal", "reverse")
some = given(
    measure=st.sampled_from(measures()),
    magnitude=st.floats(3, 8.5),
    mechanism=st.sampled_from(MECHANISMS),
)
few = settings(deadline=None, max_examples=40)


@few
@some
def test_shaking_falls_with_distance(measure: str, magnitude: float, mechanism: str) -> None:
    far = np.linspace(0, 400, 200)
    made = motion(measure, magnitude, mechanism, far, np.full(200, 760.0))  # type: ignore[arg-type]
    assert (np.diff(made.mean) < 0).all()
    assert (made.within > 0).all()
    assert made.between > 0


@few
@some
def test_softer_ground_shakes_more_from_afar(
    measure: str, magnitude: float, mechanism: str
) -> None:
    velocity = np.linspace(180, 1000, 50)
    made = motion(measure, magnitude, mechanism, np.full(50, 150.0), velocity)  # type: ignore[arg-type]
    assert (np.diff(made.mean) < 1e-12).all()


def test_china_attenuates_less_and_italy_more() -> None:
    far, stiff = np.array([200.0]), np.array([760.0])
    for measure in measures():
        china, world, italy = (
            motion(measure, 6.5, "strike_slip", far, stiff, region).mean[0]  # type: ignore[arg-type]
            for region in ("china_turkey", "global", "japan_italy")
        )
        assert china > world > italy


def test_regions_differ_by_their_coefficient_alone() -> None:
    near, stiff = np.array([0.0, 100.0]), np.full(2, 760.0)
    made = [
        motion("SA1", 7.0, "reverse", near, stiff, region).mean  # type: ignore[arg-type]
        for region in ("global", "china_turkey")
    ]
    r = np.hypot(near, 5.74)
    assert made[1] - made[0] == pytest.approx(0.00292 * (r - 1))


def test_an_unknown_measure_is_no_measure() -> None:
    with pytest.raises(KeyError):
        motion("PGD", 6.0, "normal", np.array([1.0]), np.array([300.0]))
