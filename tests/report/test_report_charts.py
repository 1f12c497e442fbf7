"""Scales, ticks and stairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rencity.report.charts import Scale, path_of, stairs

FINITE = st.floats(-1e9, 1e9, allow_nan=False)


@given(FINITE, st.floats(1e-3, 1e9), st.floats(0, 1))
def test_a_linear_scale_keeps_order_and_ends(low, width, share):
    scale = Scale(low, low + width, 0, 700)
    value = low + share * width
    assert 0 <= scale.at(value) <= 700
    assert scale.at(low) == 0
    assert scale.at(low + width) == 700
    assert scale.at(low - 1) == 0
    assert scale.at(low + 2 * width) == 700


@given(st.floats(1e-6, 1e6), st.floats(1.01, 1e9))
def test_ticks_lie_within_and_rise(low, times):
    for log in (False, True):
        scale = Scale(low, low * times, 300, 20, log=log)
        ticks = scale.ticks(lambda value: value)
        places = [tick.at for tick in ticks]
        assert all(20 <= place <= 300 for place in places)
        assert places == sorted(places, reverse=True)
        assert len(ticks) <= 8
        values = [tick.text for tick in ticks]
        assert values == sorted(set(values))


def test_decades_are_equally_far_apart():
    ticks = Scale(1, 10_000, 0, 400, log=True).ticks(float)
    assert [tick.at for tick in ticks] == [0, 100, 200, 300, 400]


def test_one_value_lies_in_the_middle():
    assert Scale(5, 5, 0, 100).at(5) == 50


def test_a_step_holds_up_to_each_point():
    assert stairs([(0, 9), (4, 5), (6, 1)]) == [(0, 9), (0, 5), (4, 5), (4, 1), (6, 1)]
    assert path_of([]) == ""
    assert path_of([(1, 2), (3, 4)]) == "M1 2L3 4"


def test_round_steps_are_round():
    texts = [tick.text for tick in Scale(0, 1234, 0, 1).ticks(float)]
    assert texts == pytest.approx([0, 500, 1000])
