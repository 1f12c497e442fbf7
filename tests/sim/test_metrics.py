"""Metrics by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.sim.conditional import conditional_difference, q_values
from rencity.sim.metrics import curve_metrics, equity, gini, time_back_h

EDGE = np.array([0.0, 2.0, 10.0])


def test_time_back_counts_from_the_last_time_below():
    share = np.array([[0.2, 1.0, 0.5, 1.0], [0.95, 1.0, 0.5, 0.8], [1.0, 1.0, 0.5, 1.0]])
    assert time_back_h(share, 0.9, EDGE, 24).tolist() == [2.0, 0.0, np.inf, 10.0]


def test_loss_weighs_uneven_steps_by_their_length():
    served = np.array([[60], [80], [100]])
    found = curve_metrics(served, 100, EDGE, 24.0)
    assert found["loss_person_h"]["mean"] == 40 * 2 + 20 * 8
    assert found["robustness"]["mean"] == 0.6
    assert found["t90_h"] == {"p5": 10.0, "p50": 10.0, "p95": 10.0, "reached_share": 1.0}


def test_not_reached_is_none_and_never_a_number():
    found = curve_metrics(np.array([[60], [80], [80]]), 100, EDGE, 24.0)
    assert found["t100_h"] == {"p5": None, "p50": None, "p95": None, "reached_share": 0.0}


@pytest.mark.parametrize(
    ("value", "weight", "want"),
    [([1, 1, 1], [5, 1, 9], 0.0), ([0, 0, 0, 1], [1, 1, 1, 1], 0.75), ([0, 0], [1, 1], 0.0)],
)
def test_gini(value, weight, want):
    assert gini(np.array(value, float), np.array(weight, float)) == pytest.approx(want)


def test_equity_ranks_by_hours_a_head_not_by_people():
    found = equity(np.array([100.0, 90.0, 0.0]), np.array([100, 9, 50]), ("big", "small", "well"))
    assert [z["zone"] for z in found["worst_zones"]] == ["small", "big"]
    assert found["worst_zones"][0]["mean_outage_h"] == 10.0


def test_q_values_against_a_worked_list():
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert q_values(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_conditional_difference_finds_what_hurts_and_spares_noise():
    rng = np.random.default_rng(1)
    samples, things = 2000, 200
    damaged = rng.random((things, samples)) < 0.1
    loss = rng.normal(100, 10, samples) + 30 * damaged[0]
    count = damaged.sum(1)
    total, squares = damaged @ loss, damaged @ loss**2
    difference, q = conditional_difference(count, total, squares, loss)
    assert q[0] < 1e-6
    assert difference[0] == pytest.approx(30, abs=3)
    assert (q[1:] < 0.05).sum() <= 2


def test_conditional_difference_leaves_out_what_was_hardly_seen():
    loss = np.arange(100.0)
    difference, q = conditional_difference(
        np.array([2, 99]), np.array([10.0, 4000.0]), np.array([100.0, 2e5]), loss
    )
    assert np.isnan(difference).all()
    assert np.isnan(q).all()
