from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rencity.kit.errors import ScenarioError
from rencity.sim.classes import Repair
from rencity.sim.restoration import functional_share, quantiles_min, repair_table
from rencity.sim.strike import TABLE_SIZE

REPAIR = Repair.model_validate(
    {
        "states": [
            {"state": "slight", "mean_d": 1, "sd_d": 0.5},
            {"state": "complete", "mean_d": 30, "sd_d": 15},
        ]
    }
)


@settings(deadline=None, max_examples=30)
@given(st.floats(0, 400), st.floats(0, 200))
def test_a_table_holds_the_quantiles_of_the_clipped_normal(mean: float, sd: float) -> None:
    minutes = quantiles_min(mean, sd)
    assert minutes.shape == (TABLE_SIZE,)
    assert minutes.dtype == np.int32
    assert (np.diff(minutes) >= 0).all()
    assert (minutes >= 0).all()
    at = np.array([0, 17, TABLE_SIZE // 2, TABLE_SIZE - 1])
    exact = stats.norm.ppf((at + 0.5) / TABLE_SIZE, mean, sd) if sd else np.full(4, mean)
    assert minutes[at] == pytest.approx(np.maximum(exact, 0) * 1440, abs=0.51)


def test_without_spread_every_quantile_is_the_mean() -> None:
    assert (quantiles_min(2.5, 0) == 3600).all()


def test_times_beyond_the_clock_stay_at_its_end() -> None:
    assert (quantiles_min(1e9, 1) == 2**31 - 1).all()


def test_tables_follow_the_order_of_the_damage_states() -> None:
    table = repair_table(["complete", "leak", "slight"], REPAIR, name="r", works=["leak"])
    assert (table[0] == quantiles_min(30, 15)).all()
    assert (table[1] == 0).all()
    assert (table[2] == quantiles_min(1, 0.5)).all()


def test_a_state_without_a_time_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"'r' has no state 'sligt'.*did you mean 'slight'"):
        repair_table(["sligt"], REPAIR, name="r")


@settings(deadline=None, max_examples=20)
@given(st.floats(0, 120), st.floats(0.05, 0.9))
def test_the_share_agrees_with_the_table_that_is_drawn_from(day: float, hit: float) -> None:
    table = repair_table(["slight", "complete"], REPAIR, name="r")
    drawn = (table <= day * 1440).mean(axis=1)
    shared = functional_share([1 - hit, 0.3 * hit, 0.7 * hit], REPAIR, [day])
    expected = 1 - hit + 0.3 * hit * drawn[0] + 0.7 * hit * drawn[1]
    assert shared[0] == pytest.approx(expected, abs=2 / TABLE_SIZE)


def test_the_share_is_a_step_where_nothing_spreads() -> None:
    repair = Repair.model_validate({"states": [{"state": "down", "mean_d": 2, "sd_d": 0}]})
    assert functional_share([0.25, 0.75], repair, [0, 1.99, 2, 9]).tolist() == [0.25, 0.25, 1, 1]


def test_the_share_takes_many_assets_and_refuses_a_wrong_number_of_states() -> None:
    assert functional_share(np.full((7, 3), 1 / 3), REPAIR, [1, 2]).shape == (7, 2)
    with pytest.raises(ValueError, match="undamaged"):
        functional_share([0.5, 0.5], REPAIR, [1])
