"""The Hazus screening of liquefaction, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.hazard.earthquake.liquefaction import classes, displacement_cm, probability

FT = 0.3048


def p(kind: str, pga: float, magnitude: float = 7.5, feet: float = 5.0) -> float:
    code = np.array([classes().index(kind)])
    return float(probability(code, np.array([pga]), magnitude, feet * FT)[0])


def moved_in(kind: str, pga: float, magnitude: float = 7.5) -> float:
    code = np.array([classes().index(kind)])
    return float(displacement_cm(code, np.array([pga]), magnitude)[0]) / 2.54


def km(magnitude: float) -> float:
    return 0.0027 * magnitude**3 - 0.0267 * magnitude**2 - 0.2055 * magnitude + 2.9188


def test_magnitude_7_5_and_5_ft_need_hardly_any_correction() -> None:
    assert km(7.5) == pytest.approx(1.0, abs=0.02)
    assert p("very_high", 0.5) == pytest.approx(0.25 / (km(7.5) * 1.04))


def test_the_slope_of_the_table() -> None:
    assert p("moderate", 0.2) == pytest.approx((6.67 * 0.2 - 1.0) * 0.10 / (km(7.5) * 1.04))
    assert p("high", 0.2, 6.0, 20) == pytest.approx(
        (7.67 * 0.2 - 0.92) * 0.20 / (km(6.0) * (0.022 * 20 + 0.93))
    )


def test_below_the_threshold_nothing_liquefies() -> None:
    for kind in classes():
        assert p(kind, 0.05) == 0
    assert p("none", 3.0) == 0
    assert moved_in("none", 3.0) == 0


def test_softer_soil_stronger_shaking_wetter_ground_larger_quakes() -> None:
    assert (np.diff([p(kind, 0.4) for kind in classes()]) > 0).all()
    assert p("high", 0.3) >= p("high", 0.2) > p("high", 0.15)
    assert p("high", 0.15, feet=2) > p("high", 0.15, feet=30)
    assert p("high", 0.15, magnitude=8) > p("high", 0.15, magnitude=6)


@pytest.mark.parametrize(
    ("ratio", "inches"),
    [
        (1.0, 0.0),
        (1.5, 6.0),
        (2.0, 12.0),
        (2.5, 21.0),
        (3.0, 30.0),
        (3.5, 65.0),
        (4.0, 100.0),
        (9.0, 100.0),
    ],
)
def test_lateral_spread_of_the_manual(ratio: float, inches: float) -> None:
    factor = 0.0086 * 7.5**3 - 0.0914 * 7.5**2 + 0.4698 * 7.5 - 0.9835
    assert factor == pytest.approx(1.0, abs=0.03)
    assert moved_in("moderate", 0.15 * ratio * (1 + 1e-9)) == pytest.approx(
        max(inches * factor, 2.0), rel=1e-6
    )


def test_settlement_where_nothing_spreads() -> None:
    assert [moved_in(kind, 0.01) for kind in classes()] == pytest.approx([0, 0, 1, 2, 6, 12])
