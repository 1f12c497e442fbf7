"""A trial of a scenario that sends crews gives what a whole run gives, whatever is chosen."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rencity import stress
from rencity.cli import main
from rencity.content import classes_of, load_packs
from rencity.kit.errors import InputError
from rencity.rehearse import rate
from rencity.sim.measures.apply import applied
from rencity.sim.measures.crewing import more_crews
from rencity.sim.measures.reading import parse_programme
from rencity.sim.measures.setting import Setting
from rencity.sim.measures.spec import Crews, Stock
from rencity.sim.measures.trial import Trial
from rencity.sim.plan import losses
from rencity.sim.prepare import prepare
from rencity.sim.scenario import load_scenario
from tests.sim.measures.quarter import (
    IDLE,
    MEASURES,
    crews_by_hand,
    lost_in,
    place,
    quarter,
)

SAMPLES = 120
SEED = 3
SET = """
[[scenarios]]
path = "queue.toml"
rate_per_a = 0.02
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = place(tmp_path_factory.mktemp("queue") / "q")
    quarter().write(made / "quarter")
    (made / "set.toml").write_text(SET, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def today(folder: Path) -> Setting:
    scenario = load_scenario(folder / "queue.toml")
    return Setting.of(quarter(), classes_of(load_packs([])), scenario, folder)


def trial_of(today: Setting, folder: Path, text: str = MEASURES, **how: int) -> Trial:
    measures = parse_programme(text, place="measures.toml").measures
    return Trial(today, folder, measures, how.pop("samples", SAMPLES), SEED, **how)


def by_hand(folder: Path, chosen: frozenset[str]) -> npt.NDArray[np.int64]:
    """A run of the changed city with the crews file rewritten: it knows nothing of trials."""
    base = place(folder / "-".join(["by hand", *sorted(chosen)]), crews_by_hand(chosen))
    scenario = load_scenario(base / "queue.toml")
    plain = Setting(quarter(), classes_of(load_packs([])), scenario)
    others = [
        each
        for each in parse_programme(MEASURES, place="measures.toml").measures
        if each.id in chosen and not isinstance(each, Crews | Stock)
    ]
    made = applied(others, plain)
    return losses(prepare(made.city, scenario, made.classes, base=base).plan)


def test_today_loses_what_stress_loses_in_every_sample(folder: Path, today: Setting) -> None:
    result = stress(folder / "quarter", folder / "queue.toml")
    trial = trial_of(today, folder)
    np.testing.assert_array_equal(trial.losses(frozenset(), 0, SAMPLES), lost_in(result))
    np.testing.assert_array_equal(
        trial.loss(frozenset(), 0, SAMPLES), lost_in(result).sum(axis=(0, 1))
    )
    assert result.about["crews"]["jobs_mean"] > 2
    without = stress(folder / "quarter", today.scenario.model_copy(update={"crews": ""}))
    assert not np.array_equal(lost_in(without), lost_in(result))


def test_every_pair_loses_what_a_run_of_that_city_and_those_crews_loses(
    folder: Path, today: Setting
) -> None:
    """Jobs spliced, crews sent after; roads, parts, places and what comes first change."""
    trial = trial_of(today, folder, workers=2)
    before = trial.loss(frozenset(), 0, SAMPLES)
    for n in (0, 1, 2, len(trial.measures)):
        for some in itertools.combinations(trial.measures, n):
            chosen = frozenset(some)
            expected = by_hand(folder, chosen)
            np.testing.assert_array_equal(trial.losses(chosen, 0, SAMPLES), expected)
            lost = trial.loss(chosen, 0, SAMPLES)
            np.testing.assert_array_equal(lost, expected.sum(axis=(0, 1)))
            assert n == 0 or not np.array_equal(lost, before)


def test_stress_on_a_city_with_a_tie_and_a_second_crew(folder: Path, today: Setting) -> None:
    """What comes first is found anew: with the tie nobody hangs on a wire any more."""
    trial = trial_of(today, folder)
    both = frozenset(("second", "tie"))
    city = applied([trial.measures["tie"]], today).city
    base = place(folder / "tied", crews_by_hand(both))
    result = stress(city, base / "queue.toml")
    np.testing.assert_array_equal(trial.losses(both, 0, SAMPLES), lost_in(result))
    plans = [trial._plan(one) for one in (frozenset(("second",)), both)]
    assert [int(plan.tasks.people[trial.today.nodes :].max()) for plan in plans if plan] == [
        1000,
        0,
    ]


def test_what_changes_nothing_leaves_every_sample_as_it_was(folder: Path, today: Setting) -> None:
    trial = trial_of(today, folder, MEASURES + IDLE)
    for some in ((), ("second",)):
        before = trial.loss(frozenset(some), 0, SAMPLES)
        after = trial.loss(frozenset((*some, "idle", "shelf")), 0, SAMPLES)
        np.testing.assert_array_equal(after, before)


def test_a_sample_is_simulated_once_for_what_its_crews_meet(folder: Path, today: Setting) -> None:
    trial = trial_of(today, folder)
    trial.loss(frozenset(), 0, SAMPLES)
    first = trial.simulated
    trial.loss(frozenset(), 0, SAMPLES)
    assert trial.simulated == first
    trial.loss(frozenset(("trees",)), 0, SAMPLES)
    assert trial.simulated < first + SAMPLES  # samples in which no tree had fallen
    before = trial.simulated
    trial.loss(frozenset(("second",)), 0, SAMPLES)
    assert trial.simulated - before == first  # other crews: nothing is known


def test_samples_go_on_and_threads_change_nothing(folder: Path, today: Setting) -> None:
    one = frozenset(("second", "trees"))
    long = trial_of(today, folder, samples=700, workers=3)
    short = trial_of(today, folder)
    np.testing.assert_array_equal(long.loss(one, 0, SAMPLES), short.loss(one, 0, SAMPLES))
    np.testing.assert_array_equal(
        long.loss(one, SAMPLES, 400), long.losses(one, SAMPLES, 400).sum(axis=(0, 1))
    )


def test_the_first_crew_of_a_skill_brings_its_work(today: Setting) -> None:
    measure = parse_programme(MEASURES, place="").measures[1]
    assert isinstance(measure, Crews)
    after = more_crews(measure, today)
    kind = "road.segment"
    assert today.classes.applies_repair.get(kind) != after.classes.applies_repair[kind]
    assert after.classes.applies_repair[kind][0].startswith("work ")


def test_a_year_is_rated_with_crews(folder: Path) -> None:
    lost = lost_in(stress(folder / "quarter", folder / "queue.toml", samples=100)).sum()
    about = rate(folder / "quarter", folder / "set.toml", samples=100).about
    assert about["aal"]["total"]["mean_h_per_a"] == pytest.approx(0.02 * lost / 60 / 100)


Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def invest(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Exit status, output and errors of the command."""

    def run(folder: Path, text: str, scenario: str = "queue.toml") -> tuple[int, str, str]:
        (folder / "m.toml").write_text(text, encoding="utf-8")
        words = ["rencity", "invest", folder / "quarter", folder / scenario]
        words += ["--measures", folder / "m.toml", "--budget", 3, "--samples", 40, "--json"]
        monkeypatch.setattr(sys, "argv", [str(word) for word in words])
        with pytest.raises(SystemExit) as stop:
            main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


def test_a_budget_is_spent_on_crews_from_the_command(folder: Path, invest: Say) -> None:
    status, output, errors = invest(folder, MEASURES)
    assert status == 0, errors
    about = json.loads(output)
    saved = {each["id"]: each["saved"]["mean"] for each in about["measures"]}
    lost = [
        by_hand(folder, frozenset(some))[..., :40].sum() / 60 / 40 for some in ((), ("second",))
    ]
    assert saved["second"] == pytest.approx(lost[0] - lost[1])
    assert about["loss_today"] == pytest.approx(lost[0])
    assert len(about["exact"]["chosen"]) == 3


HEAD = '[[measures]]\nid = "m"\ncost_yuan = 1\n'


@pytest.mark.parametrize(
    ("text", "said", "mend"),
    [
        (
            'kind = "crews"\ncrews = "lnie"\nmore = 1',
            "measures[0]: measure m.crews: no crews named 'lnie'",
            "did you mean 'line'? Else use one of line, pump, road",
        ),
        (
            'kind = "stock"\ncrews = "line"\nparts = { transfromer = 1 }',
            "measures[0]: measure m.parts: 'transfromer' is never short at line",
            "did you mean 'transformer'?",
        ),
        (
            'kind = "stock"\ncrews = "road"\nparts = { pole = 1 }',
            "measures[0]: measure m.parts: 'pole' is never short at road",
            "give that entry parts in the crews file, or leave the measure out",
        ),
        ('kind = "crews"\ncrews = "line"\nmore = 0', "measures[0].more", "correct the value"),
    ],
)
def test_crews_that_are_not_there_are_named(
    folder: Path, invest: Say, text: str, said: str, mend: str
) -> None:
    status, _, output = invest(folder, HEAD + text)
    assert status == 1
    assert said in output
    assert mend in output


def test_a_scenario_without_crews_is_named(folder: Path, invest: Say) -> None:
    text = (folder / "queue.toml").read_text(encoding="utf-8").replace('crews = "crews.toml"\n', "")
    (folder / "alone.toml").write_text(text.replace('"queue"', '"alone"'), encoding="utf-8")
    status, _, output = invest(folder, MEASURES, "alone.toml")
    assert status == 1
    assert "scenario alone has no crews: its repairs are restoration curves" in output
    assert "give the scenario a crews file, or leave the measure out" in output


def test_a_crews_file_that_is_gone_is_named(tmp_path: Path, invest: Say) -> None:
    base = place(tmp_path / "q")
    quarter().write(base / "quarter")
    (base / "crews.toml").unlink()
    status, _, output = invest(base, MEASURES)
    assert status == 1
    assert "crews.toml" in output


def test_a_trial_refuses_what_does_not_fit(folder: Path, today: Setting) -> None:
    with pytest.raises(InputError, match="no crews named 'city'"):
        trial_of(today, folder, HEAD + 'kind = "crews"\ncrews = "city"\nmore = 1')
