from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.stats import binom

from rencity.kit.errors import ScenarioError
from rencity.sim.damage import Classes
from rencity.sim.hazard.outbreak.epidemic import by_week, course, staying
from rencity.sim.hazard.outbreak.spec import Epidemic
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from tests.sim.random_cities import random_city

WEEK_MIN = 7 * 24 * 60


def small_city():
    return random_city(np.random.default_rng(5))


def epidemic(**change):
    said = {"r0": 2.5, "latent_d": 3.0, "infectious_d": 5.0, "absent_d": 10.0, **change}
    return Epidemic.model_validate(said)


@pytest.mark.parametrize("r0", [1.5, 2.5, 5.0])
def test_the_final_size_is_kermack_and_mckendricks(r0):
    """ln s = -R0 (1 - s) for few first cases (Kermack and McKendrick 1927)."""
    made = course(epidemic(r0=r0, first_share=1e-7), 3000)
    want = brentq(lambda s: np.log(s) + r0 * (1 - s), 1e-9, 1 / r0)
    assert made.susceptible[-1] == pytest.approx(want, abs=1e-6)
    assert made.ill.sum() == pytest.approx(1 - want, abs=1e-5)


def test_the_course_equals_scipys_integrator():
    one = epidemic(first_share=1e-3)

    def rates(_, y):
        infected = one.r0 / one.infectious_d * y[0] * y[2]
        onset = y[1] / one.latent_d
        return [-infected, infected - onset, onset - y[2] / one.infectious_d]

    days = np.arange(1, 121)
    want = solve_ivp(
        rates, (0, 120), [1 - 1e-3, 0, 1e-3], t_eval=days, rtol=1e-11, atol=1e-13, method="DOP853"
    )
    assert course(one, 120).susceptible == pytest.approx(want.y[0], abs=1e-8)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=40, max_size=60), st.floats(0.1, 20))
def test_those_who_stay_away_are_away_for_as_long(ill, days):
    padded = np.concatenate([ill, np.zeros(25)])
    assert staying(padded, days).sum() == pytest.approx(sum(ill) * days, rel=1e-9, abs=1e-12)
    assert by_week(np.arange(10.0)).tolist() == [3.0, 8.0]


TEXT = """kind = "outbreak"
absent_share = [0.0, 0.2, 0.5, 0.2]
[[hazards.staff]]
lifeline = "power"
people = 20
needed_share = 0.7
"""


def struck(hazard, text, samples=2000, **change):
    city = small_city()
    zones = gpd.GeoDataFrame(
        {"id": ["z"], "level": ["city"], "people_night": [1e6]}, geometry=[None], crs="EPSG:4326"
    )
    city = city.replace(zones=zones)
    scene = Scene(city, Classes(), None, samples, **change)
    (strike,) = strikes_of(hazard(text), scene)
    return city, strike


def test_weeks_stand_still_as_often_as_the_binomial_says(hazard):
    city, strike = struck(hazard, TEXT)
    begin = strike.out_onset_min // WEEK_MIN
    weeks = strike.out_min // WEEK_MIN
    staffed = (city.assets["lifeline"] == "power").sum()
    for week, absent in enumerate([0.0, 0.2, 0.5, 0.2]):
        share = ((begin <= week) & (week < begin + weeks)).sum() / (2000 * staffed)
        want = binom.cdf(13, 20, 1 - absent)
        assert abs(share - want) < 5 * np.sqrt(max(want * (1 - want), 1e-12) / (2000 * staffed))
    assert (strike.out_min % WEEK_MIN == 0).all()
    assert strike.facts["absent_share_most"] == 0.5


def test_a_place_that_is_short_in_a_mild_week_is_short_in_the_worst(hazard):
    _, strike = struck(hazard, TEXT)
    begin = strike.out_onset_min // WEEK_MIN
    mild = begin == 1
    assert mild.any()
    assert (strike.out_min[mild] // WEEK_MIN == 3).all()


def test_two_waves_leave_two_gaps(hazard):
    text = TEXT.replace("[0.0, 0.2, 0.5, 0.2]", "[1.0, 0.0, 1.0]")
    _, strike = struck(hazard, text, samples=3)
    pairs = {
        (int(o) // WEEK_MIN, int(m) // WEEK_MIN)
        for o, m in zip(strike.out_onset_min, strike.out_min, strict=True)
    }
    assert pairs == {(0, 1), (2, 1)}


def test_all_needed_and_none_absent_never_stands_still(hazard):
    text = TEXT.replace("0.7", "1.0").replace("[0.0, 0.2, 0.5, 0.2]", "[0.0, 0.0]")
    _, strike = struck(hazard, text)
    assert not len(strike.out_asset)


def test_the_last_staff_that_fits_wins(hazard):
    text = TEXT.replace("[0.0, 0.2, 0.5, 0.2]", "[0.9]")
    text += "[[hazards.staff]]\npeople = 1000\nneeded_share = 0.01\n"
    city, strike = struck(hazard, text)
    assert not len(strike.out_asset)
    assert strike.facts["staffed_assets"] == len(city.assets)


def test_an_epidemic_gives_absence_and_beds(hazard):
    text = """kind = "outbreak"
[hazards.epidemic]
r0 = 3.0
latent_d = 2
infectious_d = 4
first_share = 0.001
absent_d = 8
hospital_share = 0.02
[[hazards.staff]]
people = 5
needed_share = 0.5
"""
    _, strike = struck(hazard, text, horizon_min=20 * WEEK_MIN)
    assert 0.05 < strike.facts["absent_share_most"] < 0.6
    one = Epidemic.model_validate(
        {"r0": 3.0, "latent_d": 2, "infectious_d": 4, "first_share": 0.001, "absent_d": 8}
    )
    beds = np.convolve(course(one, 140).ill, np.ones(7))[:140] * 0.02 * 1e6
    assert strike.facts["beds_needed_most"] == round(beds.max())
    assert strike.facts["beds_needed_day"] == beds.argmax() + 1
    assert len(strike.facts["absent_share_by_week"].split(", ")) == 20


@pytest.mark.parametrize(
    "change",
    [
        ("absent_share = [0.0, 0.2, 0.5, 0.2]", ""),
        ("0.5, 0.2]", "1.5]"),
        ("people = 20", "people = 0"),
        ("needed_share = 0.7", "needed_share = 0"),
        (
            '"outbreak"',
            '"outbreak"\nepidemic = {r0 = 0, latent_d = 1, infectious_d = 1, absent_d = 1}',
        ),
    ],
)
def test_what_makes_no_sense_is_refused(hazard, change):
    with pytest.raises(ScenarioError):
        hazard(TEXT.replace(*change))


def test_nobody_staffed_is_told(hazard):
    with pytest.raises(ScenarioError, match="no asset of this city is staffed"):
        struck(hazard, TEXT.replace('"power"', '"shelter"'))
