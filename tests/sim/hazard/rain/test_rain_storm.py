"""The design storm: its depth, its peak, its shape."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.integrate import quad

from rencity.content import load_packs
from rencity.sim.flood.content import Ground, StormFormula
from rencity.sim.hazard.rain.losses import horton_mm, split_mm
from rencity.sim.hazard.rain.storm import depth_mm, design_storm

FEW = settings(deadline=None, max_examples=60)
FORMULAS = st.builds(
    StormFormula,
    unit=st.sampled_from(["mm/min", "L/(s·hm2)"]),
    a=st.floats(1, 5000),
    c=st.floats(0, 2),
    b=st.floats(0, 50),
    n=st.floats(0.3, 0.99),
)


@FEW
@given(FORMULAS, st.floats(1, 1000), st.floats(5, 1440), st.floats(1, 60), st.floats(0, 1))
def test_the_steps_add_up_to_the_formulas_depth(
    formula: StormFormula, years: float, duration: float, step: float, ratio: float
) -> None:
    storm = design_storm(
        formula, return_period_a=years, duration_min=duration, step_min=step, peak_ratio=ratio
    )
    whole = float(depth_mm(formula, years, duration))
    assert storm.total_mm == pytest.approx(whole, rel=1e-9)
    assert (storm.depth_mm >= 0).all()
    assert storm.end_min[-1] == duration
    assert (np.diff(storm.end_min) > 0).all()
    assert np.diff(storm.end_min, prepend=0).max() <= step * (1 + 1e-6)


@FEW
@given(FORMULAS, st.floats(0.1, 0.9))
def test_every_part_round_the_peak_holds_the_formulas_depth(
    formula: StormFormula, ratio: float
) -> None:
    storm = design_storm(
        formula, return_period_a=50, duration_min=100, step_min=ratio, peak_ratio=ratio
    )
    fallen = np.append(0.0, np.cumsum(storm.depth_mm))
    time = np.append(0.0, storm.end_min)
    for part in (10.0, 30.0, 70.0):
        begin, end = 100 * ratio - part * ratio, 100 * ratio + part * (1 - ratio)
        inside = np.interp(end, time, fallen) - np.interp(begin, time, fallen)
        assert inside == pytest.approx(float(depth_mm(formula, 50, part)), rel=0.05)


@pytest.mark.parametrize("name", ["cn.shanghai", "cn.suzhou", "cn.beijing", "cn.wuxi"])
def test_steps_integrate_keifer_and_chus_intensity(name: str) -> None:
    """i = A ((1 − n) τ + b) / (τ + b)^(n + 1), τ the distance from the peak over r or 1 − r."""
    formula = load_packs(region="320200").storms[name]
    r, duration, years = formula.peak_ratio, 120.0, 20.0
    a = formula.a * (0.006 if formula.unit != "mm/min" else 1) * (1 + formula.c * np.log10(years))

    def intensity(t: float) -> float:
        tau = (r * duration - t) / r if t < r * duration else (t - r * duration) / (1 - r)
        return float(a * ((1 - formula.n) * tau + formula.b) / (tau + formula.b) ** (formula.n + 1))

    storm = design_storm(
        formula, return_period_a=years, duration_min=duration, step_min=10, peak_ratio=r
    )
    for number, end in enumerate(storm.end_min):
        expected = quad(intensity, end - 10, end, points=[r * duration])[0]
        assert storm.depth_mm[number] == pytest.approx(expected, rel=1e-7)
    assert np.argmax(storm.depth_mm) == int(r * duration // 10)


def test_shanghai_by_hand() -> None:
    """DB31/T 1043 for 10 years and an hour: q = 1600 · 1.846 / 67^0.656 L/(s·hm2)."""
    formula = load_packs(region="310000").storms["cn.shanghai"]
    q = 1600 * 1.846 / 67**0.656
    litres = q * 3600
    assert float(depth_mm(formula, 10, 60)) == pytest.approx(litres / 10_000)
    assert float(depth_mm(formula, 10, 60)) == pytest.approx(67.4, abs=0.1)


@pytest.mark.parametrize(
    ("ratio", "falls"), [(0.0, [True, True]), (1.0, [False, False])], ids=["first", "last"]
)
def test_a_peak_at_either_end(ratio: float, falls: list[bool]) -> None:
    formula = StormFormula(unit="mm/min", a=10, c=0.8, b=10, n=0.7)
    storm = design_storm(
        formula, return_period_a=10, duration_min=30, step_min=10, peak_ratio=ratio
    )
    np.testing.assert_array_equal(np.diff(storm.depth_mm) < 0, falls)


def test_a_formula_whose_depth_falls_with_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="depth falls after 93 minutes"):
        StormFormula(unit="mm/min", a=10, c=0.8, b=46.4, n=1.5 - 1e-9)
    StormFormula(unit="mm/min", a=10, c=0.8, b=46.4, n=1.1)


def test_infiltration_that_rises_is_refused() -> None:
    with pytest.raises(ValidationError, match="falls, never rises"):
        Ground(first_mm_h=5, last_mm_h=6)


@FEW
@given(
    st.floats(0, 100),
    st.floats(0, 20),
    st.just(0.0) | st.floats(1e-6, 10),
    st.floats(0, 5),
    st.floats(0.01, 5),
)
def test_horton_is_the_integral_of_its_rate(
    more: float, last: float, decay: float, start: float, hours: float
) -> None:
    expected = quad(lambda t: last + more * np.exp(-decay * t), start, start + hours)[0]
    got = horton_mm(last + more, last, decay, start, start + hours)
    assert got == pytest.approx(expected, rel=1e-6, abs=1e-9)


@FEW
@given(st.floats(0, 200), st.floats(0, 1), st.floats(0, 100), st.floats(0, 100))
def test_a_step_is_split_without_loss(rain: float, share: float, soak: float, drain: float) -> None:
    parts = split_mm(rain, share, soak, drain)
    assert sum(float(part) for part in parts) == pytest.approx(rain)
    assert all(float(part) >= 0 for part in parts)
    assert float(parts[0]) <= share * soak + 1e-12
    assert float(parts[1]) <= drain
