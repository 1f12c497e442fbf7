"""A trial gives what a whole run gives, on the draws of today."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from rencity.sim.measures.apply import applied
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.trial import Trial
from rencity.sim.plan import losses
from rencity.sim.prepare import prepare
from tests.sim.measures.measured import BASE, SCENARIO, plain_losses, programme, setting

MEASURES = """
[[measures]]
id = "iron"
kind = "harden"
ids = ["a", "x"]
probability_factor = 0.4
cost_yuan = 3

[[measures]]
id = "again"
kind = "harden"
ids = ["x", "c"]
probability_factor = 0.5
cost_yuan = 2

[[measures]]
id = "diesel"
kind = "backup"
ids = ["p", "q"]
hours = 7
cost_yuan = 2

[[measures]]
id = "ring"
kind = "link"
start = "S"
end = "c"
asset_kind = "power.line"
cost_yuan = 4

[[measures]]
id = "grid"
kind = "microgrid"
feeds = ["b"]
asset_kind = "power.node"
cost_yuan = 5
"""
WITH_KINDS = SCENARIO.replace(
    "targets = [", 'targets = [\n  { kinds = ["power.line"], probability = 0.2, hours = 15 },'
)
LATE = """
[[hazards]]
kind = "targeted"
name = "saboteur"
start_h = 12
worst = 1
hours = 6
"""


@pytest.fixture(scope="module")
def today() -> Setting:
    return setting(text=WITH_KINDS)


def sets(ids: tuple[str, ...]) -> list[frozenset[str]]:
    return [frozenset(c) for n in range(len(ids) + 1) for c in itertools.combinations(ids, n)]


def test_every_set_loses_what_a_run_of_that_city_loses(today: Setting) -> None:
    """32 sets spliced together against 32 runs that know nothing of splicing."""
    made = programme(MEASURES)
    trial = Trial(today, BASE, made.measures, 600, 3)
    for chosen in sets(tuple(trial.measures)):
        city = applied([each for each in made.measures if each.id in chosen], today)
        expected = plain_losses(city, 600)
        np.testing.assert_array_equal(trial.losses(chosen, 0, 600), expected)
        weighed = trial.loss(chosen, 0, 600)
        np.testing.assert_array_equal(weighed, expected.sum(axis=(0, 1)))


def test_a_sample_is_simulated_once_for_what_it_meets(today: Setting) -> None:
    trial = Trial(today, BASE, programme(MEASURES).measures, 600, 3)
    trial.loss(frozenset(), 0, 600)
    first = trial.simulated
    assert first < 600
    trial.loss(frozenset(), 0, 600)
    assert trial.simulated == first
    trial.loss(frozenset(("again",)), 0, 600)
    assert trial.simulated == first  # what is left out then was met without the measure too
    trial.loss(frozenset(("diesel",)), 0, 600)
    assert first < trial.simulated <= 2 * first  # another network: nothing is known of it


def test_samples_go_on_where_they_left_off(today: Setting) -> None:
    """Fresh samples are those after the ones of the choice; none is met twice."""
    long = Trial(today, BASE, programme(MEASURES).measures, 700, 3)
    short = Trial(today, BASE, programme(MEASURES).measures, 500, 3)
    one = frozenset(("iron", "diesel"))
    np.testing.assert_array_equal(long.loss(one, 0, 500), short.loss(one, 0, 500))
    np.testing.assert_array_equal(
        long.loss(one, 500, 200), long.losses(one, 500, 200).sum(axis=(0, 1))
    )
    drawn = long.drawn(frozenset()).jobs
    assert set(drawn.where(drawn.sample >= 500).sample) <= set(range(500, 700))


def test_the_same_for_any_number_of_threads(today: Setting) -> None:
    found = []
    for workers in (1, 3):
        trial = Trial(today, BASE, programme(MEASURES).measures, 1200, 3, workers=workers)
        found.append(trial.loss(frozenset(("ring", "again")), 0, 1200))
    np.testing.assert_array_equal(*found)


def test_weights_count_lifelines_apart(today: Setting) -> None:
    weights = {"power": 0.0, "water": 2.5}
    trial = Trial(today, BASE, (), 100, 3, weights=weights)
    by_lifeline = dict(
        zip(trial.today.lifelines, trial.losses(frozenset(), 0, 100).sum(axis=1), strict=True)
    )
    np.testing.assert_allclose(trial.loss(frozenset(), 0, 100), 2.5 * by_lifeline["water"])


def test_untouched_assets_are_out_as_they_were(today: Setting) -> None:
    """Common random numbers: a measure moves nobody else's outage."""
    trial = Trial(today, BASE, programme(MEASURES).measures, 600, 3)
    before = trial.drawn(frozenset()).jobs
    for chosen in sets(tuple(trial.measures)):
        after = trial.drawn(chosen).jobs
        names = set().union(*(trial._touched[0][one] or () for one in chosen))
        from rencity.kit.ids import keys_of

        mine = keys_of(sorted(names))
        for name in ("sample", "key", "begin", "end"):
            np.testing.assert_array_equal(
                getattr(before.where(~np.isin(before.key, mine)), name),
                getattr(after.where(~np.isin(after.key, mine)), name),
            )


def test_a_backup_that_adds_steps_saves_nothing_by_watching_closer() -> None:
    """A repair between two steps counts from the later one, so all are watched alike."""
    coarse = setting(text=SCENARIO.replace("step_h = 1", "step_h = 12"))
    useless = """
    [[measures]]
    id = "spare"
    kind = "backup"
    ids = ["q"]
    hours = 4.25
    cost_yuan = 1
    [[measures]]
    id = "other"
    kind = "harden"
    ids = ["b"]
    probability_factor = 0.9
    cost_yuan = 1
    """
    trial = Trial(coarse, BASE, programme(useless).measures, 600, 3)
    assert 255 in trial.edge_min
    saved = trial.loss(frozenset(), 0, 600) - trial.loss(frozenset(("spare",)), 0, 600)
    assert saved.min() >= 0
    served = saved[saved > 0]
    assert served.max(initial=0) <= 15 * 50


def test_hazards_are_spliced_apart_and_joined() -> None:
    """The same assets struck twice, outages that overlap or touch, a second hazard later."""
    again = """
    [[hazards]]
    kind = "random"
    name = "later"
    start_h = 8
    targets = [{ ids = ["a", "c", "x"], probability = 0.6, hours = 2 }]
    [[hazards]]
    kind = "cutoff"
    ids = ["S"]
    hours = 3
    """
    today = setting(text=WITH_KINDS + again)
    made = programme(MEASURES)
    trial = Trial(today, BASE, made.measures, 300, 3)
    for chosen in sets(tuple(trial.measures)):
        city = applied([each for each in made.measures if each.id in chosen], today)
        np.testing.assert_array_equal(trial.losses(chosen, 0, 300), plain_losses(city, 300))


def test_a_hazard_that_looks_round_is_struck_anew(tmp_path: Path) -> None:
    """Whom it strikes may depend on the whole network, so nothing is spliced."""
    today = setting(text=SCENARIO + LATE)
    made = programme(MEASURES)
    trial = Trial(today, tmp_path, made.measures, 200, 3)
    for chosen in sets(("iron", "again", "ring")):
        city = applied([each for each in made.measures if each.id in chosen], today)
        plan = prepare(city.city, city.scenario, city.classes, base=BASE, samples=200).plan
        np.testing.assert_array_equal(trial.losses(chosen, 0, 200), losses(plan))
