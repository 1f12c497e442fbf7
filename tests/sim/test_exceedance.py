"""Exceedance curves against counting, and areas against averages."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rencity.sim.exceedance import average_annual, exceedance, returned

members = st.lists(
    st.tuples(
        st.lists(st.integers(0, 50), min_size=1, max_size=12),
        st.floats(1e-4, 2.0, allow_nan=False),
    ),
    min_size=1,
    max_size=5,
)


@given(members)
def test_the_curve_counts_samples_at_rate_over_n(
    members: list[tuple[list[int], float]],
) -> None:
    losses = [np.array(values, float) for values, _ in members]
    rates = [rate for _, rate in members]
    curve = exceedance(losses, rates)
    assert set(curve.loss) == {float(v) for values, _ in members for v in values if v}
    for loss, frequency in zip(curve.loss, curve.frequency_per_a, strict=True):
        counted = sum(
            rate / len(values) for values, rate in members for value in values if value >= loss
        )
        assert frequency == pytest.approx(counted)
    assert (np.diff(curve.frequency_per_a) < 0).all()
    assert (curve.low_per_a <= curve.frequency_per_a + 1e-12).all()
    assert (curve.high_per_a >= curve.frequency_per_a - 1e-12).all()
    assert (curve.probability_1a <= curve.frequency_per_a + 1e-15).all()


@given(members)
def test_the_average_annual_loss_is_the_area_under_the_curve(
    members: list[tuple[list[int], float]],
) -> None:
    losses = [np.array(values, float) for values, _ in members]
    rates = [rate for _, rate in members]
    assert exceedance(losses, rates).area == pytest.approx(average_annual(losses, rates).mean)


def test_bounds_of_the_average_are_stratified() -> None:
    """The spread within scenarios counts, the gulf between them does not."""
    losses = [np.full(10, 1.0), np.full(10, 1000.0)]
    found = average_annual(losses, [0.5, 0.01])
    assert (found.low, found.mean, found.high) == pytest.approx((10.5, 10.5, 10.5))


def test_bounds_cover_a_known_average() -> None:
    random = np.random.default_rng(5)
    truth = 0.1 * 50 + 0.01 * 400
    hits = 0
    for _ in range(1000):
        losses = [random.exponential(50, 80), random.exponential(400, 40)]
        found = average_annual(losses, [0.1, 0.01])
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 1000 <= 0.97


def test_return_periods_by_hand() -> None:
    """Rates 0.1 and 0.01 of four samples each: 0.025 and 0.0025 a sample."""
    losses = [np.array([0.0, 1.0, 2.0, 3.0]), np.array([3.0, 10.0, 10.0, 20.0])]
    curve = exceedance(losses, [0.1, 0.01])
    np.testing.assert_allclose(curve.loss, [1, 2, 3, 10, 20])
    np.testing.assert_allclose(curve.frequency_per_a, [0.085, 0.06, 0.035, 0.0075, 0.0025])
    assert returned(curve, 10).loss == 0
    assert returned(curve, 1 / 0.06).loss == 2
    assert returned(curve, 100).loss == 3
    assert returned(curve, 400).loss == 20
    assert not returned(curve, 400).beyond
    assert returned(curve, 401).beyond
    np.testing.assert_allclose(curve.probability_1a, 1 - np.exp(-curve.frequency_per_a))


def test_where_nothing_is_lost_there_is_no_curve() -> None:
    curve = exceedance([np.zeros(5)], [0.3])
    assert len(curve.loss) == 0
    assert curve.area == 0
    found = returned(curve, 100)
    assert (found.loss, found.beyond) == (0.0, False)
    assert average_annual([np.zeros(5)], [0.3]).mean == 0
