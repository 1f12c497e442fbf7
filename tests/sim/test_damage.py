from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rencity.kit.errors import ScenarioError
from rencity.sim.classes import Lognormal, Repair, RepairRate, RepairState
from rencity.sim.damage import Classes, assign, exceedance, state_probability, states_of
from rencity.sim.scenario import ClassNames


def curve(*states: tuple[float, float]) -> Lognormal:
    return Lognormal.model_validate(
        {
            "form": "lognormal",
            "measure": "PGA",
            "states": [
                {"state": f"s{i}", "median": m, "beta": b} for i, (m, b) in enumerate(states)
            ],
        }
    )


PIPE = RepairRate(form="repair_rate", measure="PGV", factor=2e-4, exponent=2.25, break_share=0.2)
curves = st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.05, 2)), min_size=1, max_size=5).map(
    lambda states: curve(*sorted(states))
)
intensities = st.lists(st.floats(0, 20), min_size=1, max_size=6).map(np.array)


def test_half_fail_at_the_median_and_none_without_shaking() -> None:
    worse = exceedance(curve((0.15, 0.7), (0.29, 0.55)), [0, 0.15, 0.29])
    assert worse.shape == (2, 3)
    assert worse[:, 0].tolist() == [0, 0]
    assert worse[0, 1] == worse[1, 2] == 0.5
    assert worse[0, 2] == pytest.approx(stats.lognorm.cdf(0.29, 0.7, scale=0.15), abs=1e-15)


@settings(deadline=None, max_examples=60)
@given(curves, intensities)
def test_exceedance_is_a_probability_that_falls_with_gravity(
    fragility: Lognormal, intensity: np.ndarray
) -> None:
    worse = exceedance(fragility, intensity)
    assert ((worse >= 0) & (worse <= 1)).all()
    assert (np.diff(worse, axis=0) <= 0).all()
    exact = state_probability(worse)
    assert (exact >= 0).all()
    assert exact.sum(axis=0) == pytest.approx(1)


@settings(deadline=None, max_examples=60)
@given(st.one_of(curves, st.just(PIPE)), intensities, st.floats(0, 1))
def test_a_stronger_shake_never_does_less(
    fragility: Lognormal | RepairRate, intensity: np.ndarray, more: float
) -> None:
    length = np.full(len(intensity), 250.0)
    low = exceedance(fragility, intensity, length)
    assert (exceedance(fragility, intensity + more, length) >= low).all()


def test_where_curves_cross_the_lighter_state_includes_the_graver() -> None:
    crossing = curve((0.15, 0.2), (0.2, 2.0))
    worse = exceedance(crossing, [0.02])
    assert worse[0] == worse[1] == pytest.approx(stats.norm.cdf(np.log(0.1) / 2.0))


@settings(deadline=None, max_examples=40)
@given(st.floats(0, 200), st.floats(0, 50_000), st.floats(0, 50_000))
def test_a_pipe_survives_as_often_as_all_its_parts(pgv: float, a_m: float, b_m: float) -> None:
    whole = 1 - exceedance(PIPE, [pgv], [a_m + b_m])
    parts = (1 - exceedance(PIPE, [pgv], [a_m])) * (1 - exceedance(PIPE, [pgv], [b_m]))
    assert whole == pytest.approx(parts, abs=1e-12)
    assert whole[0] <= whole[1]


def test_a_pipe_by_hand() -> None:
    worse = exceedance(PIPE, [30.0], [1500.0])
    rate = 2e-4 * 30**2.25 * 1.5
    assert worse[:, 0] == pytest.approx([1 - np.exp(-rate), 1 - np.exp(-0.2 * rate)], rel=1e-12)
    assert states_of(PIPE) == ("leak", "break")
    with pytest.raises(ValueError, match="length"):
        exceedance(PIPE, [30.0])


ASSETS = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d"],
        "lifeline": ["power", "power", "water", "water"],
        "kind": ["plant", "node", "node", "plant"],
        "fragility": ["", "own", "", ""],
        "repair": ["", "", "own", ""],
    }
)
REPAIR = Repair(states=(RepairState(state="s", mean_d=1, sd_d=0),))
CURVES = {"own": curve((1, 1)), "packed": curve((2, 1)), "chosen": curve((3, 1))}


def of(values: pd.Categorical) -> list[object]:
    return [None if pd.isna(value) else value for value in values]


def test_an_asset_goes_before_the_scenario_and_that_before_the_packs() -> None:
    packs = Classes(fragility=CURVES, applies_fragility={"power.plant": ("packed",)}, repair={})
    packs = Classes(CURVES, {"own": REPAIR}, packs.applies_fragility, {})
    assert of(assign(ASSETS, packs).fragility) == ["packed", "own", None, None]
    assert of(assign(ASSETS, packs).repair) == [None, None, "own", None]
    names = {kind: ClassNames(fragility="chosen") for kind in ("power.plant", "power.node")}
    laid = packs.overlaid(names, ["power.plant", "power.node"])
    assert of(assign(ASSETS, laid).fragility) == ["chosen", "own", None, None]
    assert packs.applies_fragility == {"power.plant": ("packed",)}
    assert of(assign(ASSETS, laid).kind) == [
        "power.plant",
        "power.node",
        "water.node",
        "water.plant",
    ]


def test_no_asset_and_no_class_are_no_fault() -> None:
    assert len(assign(ASSETS.iloc[:0], Classes(CURVES)).fragility) == 0
    bare = ASSETS.assign(fragility="", repair="")
    assert of(assign(bare, Classes()).fragility) == [None] * 4


def test_unknown_classes_are_told_with_the_likely_one() -> None:
    with pytest.raises(ScenarioError, match=r"'own' of 1 assets: b.*did you mean|'own'.*packed"):
        assign(ASSETS, Classes({"packed": CURVES["packed"]}))
    with pytest.raises(ScenarioError, match=r"kind power.plant.*'packd'.*did you mean 'packed'"):
        assign(ASSETS, Classes(CURVES, {"own": REPAIR}, {"power.plant": ("packd",)}))
    with pytest.raises(ScenarioError, match=r'classes\."power.plant".*did you mean \'chosen\''):
        Classes(CURVES).overlaid({"power.plant": ClassNames(fragility="chozen")}, ["power.plant"])
    with pytest.raises(ScenarioError, match=r"unknown kind 'power.plnt'.*did you mean"):
        Classes(CURVES).overlaid({"power.plnt": ClassNames(fragility="own")}, ["power.plant"])
    with pytest.raises(ScenarioError, match="unknown repair class 'own'"):
        Classes().overlaid({"power.plant": ClassNames(repair="own")}, ["power.plant"])
