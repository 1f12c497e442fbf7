"""Paired savings: bounds that cover, pairs that cancel."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from rencity.sim.measures.saving import paired, weighted


def test_bounds_are_those_of_the_paired_t_test() -> None:
    random = np.random.default_rng(1)
    before = random.gamma(2, 100, 40)
    after = before * random.uniform(0.2, 1, 40)
    found = paired(before, after)
    wanted = scipy.stats.ttest_rel(before, after).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.mean == pytest.approx((before - after).mean())


def test_one_scenario_weighs_as_it_stands() -> None:
    saved = np.array([1.0, 4.0, 7.0, 0.0])
    one, third = weighted([saved], [1.0]), weighted([saved], [1 / 3])
    assert (third.mean, third.low, third.high) == pytest.approx(
        (one.mean / 3, one.low / 3, one.high / 3)
    )


def test_bounds_cover_the_truth_as_often_as_they_say() -> None:
    """2,000 pairs of scenarios of unequal size and spread, with a shared, huge nuisance."""
    random = np.random.default_rng(7)
    weight, truth = (0.3, 0.05), 0.3 * 2.0 + 0.05 * 10.0
    hits = 0
    for _ in range(2000):
        saved = []
        for n, mean, spread in ((60, 2.0, 3.0), (25, 10.0, 30.0)):
            nuisance = random.gamma(0.5, 1000, n)
            after = nuisance - random.normal(mean, spread, n)
            saved.append(nuisance - after)
        found = weighted(saved, weight)
        hits += found.low <= truth <= found.high
    assert 0.93 <= hits / 2000 <= 0.97


def test_pairs_cancel_what_both_share() -> None:
    random = np.random.default_rng(3)
    shared = random.gamma(0.3, 1e6, 500)
    small = random.uniform(0, 10, 500)
    found = paired(shared + small, shared)
    assert found.high - found.low < 1
    assert found.low < 5 < found.high


def test_savings_alike_have_no_spread_and_one_sample_no_bounds() -> None:
    same = paired(np.full(5, 3.0), np.full(5, 1.0))
    assert (same.mean, same.low, same.high) == (2.0, 2.0, 2.0)
    one = paired(np.array([3.0]), np.array([1.0]))
    assert one.mean == 2.0
    assert np.isinf(one.low)
    assert np.isinf(one.high)
    nothing = weighted([np.zeros(1), np.zeros(9)], [1.0, 1.0])
    assert (nothing.low, nothing.high) == (0.0, 0.0)
