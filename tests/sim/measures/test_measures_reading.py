"""A file of measures: every fault at once, by key and mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from rencity.kit.errors import InputError
from rencity.sim.measures.check import assert_fits
from rencity.sim.measures.reading import load_programme, parse_programme
from tests.sim.measures.measured import programme, setting

GOOD = '[[measures]]\nid = "a"\nkind = "harden"\nids = ["x"]\nprobability_factor = 0.5\n'
PAID = GOOD + "cost_yuan = 5\n"


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        parse_programme(text, place="measures.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD, "measures[0].cost_yuan: 'cost_yuan' is missing | mend: add cost_yuan"),
        (GOOD + "cost_yuan = -3", "measures[0].cost_yuan: Input should be greater than or equal"),
        (GOOD + "cost_yuan = inf", "cost_yuan"),
        (GOOD + 'cost_yuan = "9"', "measures[0].cost_yuan: Input should be a valid number"),
        (PAID + "coast = 5", "unknown key 'coast' (value 5)"),
        (PAID + "median_factor = 2", "give one of fragility, median_factor, probability_factor"),
        (PAID.replace("0.5", "1.5"), "probability_factor"),
        (PAID.replace('ids = ["x"]\n', ""), "which assets it acts on"),
        (PAID + PAID, "2 measures have the id 'a'"),
        (PAID + 'excludes = ["b"]', "measures[0].excludes: no measure 'b'"),
        (PAID + 'requires = ["a"]', "a requires itself"),
        (PAID.replace("harden", "hardn"), "unknown kind 'hardn' | mend: did you mean 'harden'"),
        (PAID.replace('kind = "harden"\n', ""), "'kind' is missing"),
        ("", "'measures' is missing | mend: add a [[measures]] table"),
        ("measures = []", "nothing in it"),
        ("[[measures", "not TOML"),
        (PAID + "[loss]\nweights = { power = -1 }", "loss.weights.power"),
        (PAID + "[loss]\nwieghts = { power = 1 }", "did you mean 'weights'"),
        (PAID + "[loss]\nyuan_per_person_h = 0", "loss.yuan_per_person_h"),
        (
            '[[measures]]\nid = "l"\nkind = "link"\ncost_yuan = 1\nstart = "a"\nend = "a"',
            "start and end are the same asset",
        ),
        (
            '[[measures]]\nid = "l"\nkind = "link"\ncost_yuan = 1\nstart = "a"\nend = "b"\n'
            "normally_open = true",
            "normally_open and switching_min go together",
        ),
        (
            '[[measures]]\nid = "d"\nkind = "drain"\ncost_yuan = 1',
            "give factor (of the assets' capacity), drainage_mm_h, or both",
        ),
        (
            '[[measures]]\nid = "g"\nkind = "microgrid"\ncost_yuan = 1\nfeeds = []\n'
            'asset_kind = "power.plant"',
            "nothing in it",
        ),
    ],
)
def test_faults_are_told_with_their_key(text: str, said: str) -> None:
    assert said in refusal(text)


def test_every_fault_comes_at_once() -> None:
    text = GOOD + GOOD.replace('"a"', '"b"') + "cost_yuan = -1\nfrobs = 2\n"
    told = refusal(text)
    assert "measures[0].cost_yuan: 'cost_yuan' is missing" in told
    assert "measures[1].cost_yuan" in told
    assert "unknown key 'frobs'" in told


def test_what_can_never_be_taken_is_told() -> None:
    text = PAID + 'requires = ["b"]\n' + PAID.replace('"a"', '"b"') + 'excludes = ["a"]\n'
    assert "a can never be taken: b, needed for it, excludes a" in refusal(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load_programme(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        load_programme(tmp_path / "bytes.toml")


def misfit(text: str) -> str:
    with pytest.raises(InputError) as caught:
        assert_fits(programme(text), [setting()], place="measures.toml")
    return str(caught.value)


def test_measures_on_what_is_not_there_are_told_together() -> None:
    text = PAID.replace('"x"', '"nobody"') + PAID.replace('"a"', '"b"').replace('"x"', '"none"')
    told = misfit(text)
    assert "measures[0]: measure a.ids: no such asset: nobody" in told
    assert "measures[1]: measure b.ids: no such asset: none" in told


@pytest.mark.parametrize(
    "text",
    [
        '[[measures]]\nid = "m"\nkind = "backup"\nids = ["q"]\nhours = 4\ncost_yuan = 1',
        '[[measures]]\nid = "m"\nkind = "backup"\nids = ["a"]\nhours = 4\ncost_yuan = 1',
        PAID.replace("0.5", "1.0"),
        '[[measures]]\nid = "m"\nkind = "drain"\ndrainage_mm_h = 50\ncost_yuan = 1',
    ],
)
def test_a_measure_that_changes_nothing_is_refused(text: str) -> None:
    assert "changes nothing" in misfit(text)


def test_weights_of_no_lifeline_are_refused() -> None:
    assert "no lifeline 'steam'" in misfit(PAID + "[loss]\nweights = { steam = 2 }")


def test_two_microgrids_on_one_asset_must_exclude_each_other() -> None:
    grid = '[[measures]]\nid = "g"\nkind = "microgrid"\nfeeds = ["b"]\n'
    grid += 'asset_kind = "power.node"\ncost_yuan = 1\n'
    other = grid.replace('"g"', '"h"')
    assert "microgrids g and h both feed b" in misfit(grid + other)
    assert_fits(programme(grid + other + 'excludes = ["g"]'), [setting()], place="test")
