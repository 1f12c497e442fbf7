"""A crews file: what it may say, and how it is refused."""

from __future__ import annotations

import pytest

from rencity.kit.errors import ScenarioError
from rencity.sim.crews.spec import LonLat, load_crews, parse_crews

GOOD = '[[crews]]\nname = "a"\nskill = "line"\ncount = 2\nbase = "depot"\n'


def test_a_file_reads_back_with_its_defaults():
    file = parse_crews(GOOD, place="x")
    (one,) = file.crews
    assert (one.place, one.shift.hours, one.arrives_h, one.parts) == ("depot", 24.0, 0.0, {})
    assert (file.priority.rule, file.planning.every_h, file.skills) == (
        "loss_per_hour",
        6.0,
        ("line",),
    )


def test_a_base_may_be_a_place_and_aid_comes_from_an_entry():
    text = GOOD.replace('"depot"', "{ lon = 120.0, lat = 31.0 }")
    aid = '[[crews]]\nname = "b"\nskill = "line"\ncount = 1\nfrom = "east"\narrives_h = 24\n'
    first, second = parse_crews(text + aid, place="x").crews
    assert first.place == LonLat(lon=120.0, lat=31.0)
    assert (second.place, second.arrives_h) == ("east", 24.0)


def test_skills_without_a_crew_are_not_there():
    assert parse_crews(GOOD.replace("count = 2", "count = 0"), place="x").skills == ()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("count = 2", "count = -1"), "crews[0].count"),
        (("count = 2", "cuont = 2"), "unknown key 'cuont'"),
        (('base = "depot"', ""), "give either base, or from"),
        (('base = "depot"', 'base = "d"\nfrom = "e"\narrives_h = 1'), "give either base, or from"),
        (('base = "depot"', 'from = "e"'), "give arrives_h"),
        (('name = "a"', 'name = "a b"'), "crews[0].name"),
        (('skill = "line"', 'skill = "Line 1"'), "crews[0].skill"),
        (("count = 2", "count = 2\nshift = { start_h = 25, hours = 8 }"), "shift.start_h"),
        (("count = 2", "count = 2\nshift = { start_h = 1, hours = 0 }"), "shift.hours"),
        (("count = 2", "count = 2\nparts = { valve = -1 }"), "parts"),
        (("[[crews]]", "[[crew]]"), "no [[crews]] table"),
        (("[[crews]]", "[crews"), "not TOML"),
    ],
)
def test_faults_are_named_by_key_with_a_mend(edit, said):
    with pytest.raises(ScenarioError) as caught:
        parse_crews(GOOD.replace(*edit), place="crews.toml")
    text = str(caught.value)
    assert said in text
    assert "crews.toml" in text
    assert "mend:" in text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (GOOD, "two crews are named a"),
        ('[priority]\nrule = "list"\n', "goes with a list"),
        ('[priority]\nlist = ["t"]\n', "goes with a list"),
        ('[priority]\nrule = "fastest"\n', "priority.rule"),
        ("[planning]\nevery_h = 0\n", "planning.every_h"),
        ("[plans]\nevery_h = 1\n", "unknown key 'plans'"),
    ],
)
def test_faults_of_the_whole_file(more, said):
    with pytest.raises(ScenarioError, match=r"mend") as caught:
        parse_crews(GOOD + more, place="crews.toml")
    assert said in str(caught.value)


def test_every_fault_is_told_at_once():
    text = GOOD.replace("count = 2", "count = -2").replace('"line"', '"L"')
    with pytest.raises(ScenarioError) as caught:
        parse_crews(text, place="crews.toml")
    assert "crews[0].count" in str(caught.value)
    assert "crews[0].skill" in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ScenarioError, match=r"none\.toml"):
        load_crews(tmp_path / "none.toml")
