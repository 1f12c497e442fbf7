from __future__ import annotations

from pathlib import Path

import pytest

from rencity.kit.errors import ScenarioError
from rencity.sim.hazard.spec import FieldHazard, RandomHazard
from rencity.sim.scenario import load_scenario, parse_scenario

HEAD = '[scenario]\nname = "s"\n'
CUT = '[[hazards]]\nkind = "cutoff"\nlifeline = "power"\nhours = 5\n'
FIELD = '[[hazards]]\nkind = "field"\nmeasure = "PGA"\nunit = "g"\n'
EVENT = '[[hazards.events]]\npath = "a.csv"\n'


def test_defaults_and_all_that_can_be_said(tmp_path: Path) -> None:
    plain = parse_scenario(HEAD + CUT, place="s.toml")
    assert (plain.horizon_h, plain.step_h, plain.samples, plain.seed) == (720, 6, 1000, 1)
    path = tmp_path / "s.toml"
    path.write_text(
        "\ufeff" + HEAD + 'title = {zh = "地震", en = "Quake"}\nhorizon_h = 48\nstep_h = 2\n'
        'samples = 7\nseed = 0\npacks = ["p"]\n'
        '[classes]\n"power.plant" = {fragility = "f"}\n' + FIELD + EVENT + CUT,
        encoding="utf-8",
    )
    scenario = load_scenario(path)
    assert scenario.title.zh == "地震"
    assert scenario.classes["power.plant"].fragility == "f"
    assert isinstance(scenario.hazards[0], FieldHazard)
    assert scenario.hazards[0].measured[0].unit == "g"


def test_hazards_without_a_name_get_one_that_no_other_has() -> None:
    named = CUT + 'name = "cutoff-2"\n'
    scenario = parse_scenario(HEAD + CUT + named + CUT, place="s.toml")
    assert [hazard.name for hazard in scenario.hazards] == ["cutoff", "cutoff-2", "cutoff-3"]


TARGET = '[[hazards]]\nkind = "random"\n[[hazards.targets]]\nprobability = 0.5\n'
FAULTS = {
    "unknown hazard kind": (
        HEAD + '[[hazards]]\nkind = "feild"\n',
        r"hazards\[0\].kind: unknown hazard kind 'feild'.*did you mean 'field'.*one of accident, ",
    ),
    "no hazard kind": (HEAD + "[[hazards]]\nhours = 1\n", r"hazards\[0\]: 'kind' is missing"),
    "no hazards": (HEAD, "'hazards' is missing"),
    "an empty list": (HEAD.replace("[s", "hazards = []\n[s"), "hazards: nothing in it"),
    "hazards no list": (HEAD.replace("[s", "hazards = 3\n[s"), "hazards: .*valid"),
    "no scenario table": (CUT, r"no \[scenario\] table"),
    "no name": ("[scenario]\n" + CUT, r"scenario.name: 'name' is missing"),
    "a bad name": ('[scenario]\nname = "a b"\n' + CUT, "scenario.name: 'a b' is not a name"),
    "a mistyped key": (
        HEAD + "horizn_h = 3\n" + CUT,
        r"scenario.horizn_h: unknown key 'horizn_h' \(value 3\).*did you mean 'horizon_h'",
    ),
    "a mistyped key far down": (
        HEAD + FIELD + EVENT + "weigth = 0.5\n",
        r"hazards\[0\].events\[0\].weigth: .*did you mean 'weight'",
    ),
    "a mistyped class key": (
        HEAD + '[classes]\n"a.b" = {fragilty = "x"}\n' + CUT,
        r'classes."a.b".fragilty: .*did you mean \'fragility\'',
    ),
    "a bad kind of class": (
        HEAD + '[classes]\n"Bad" = {}\n' + CUT,
        r'classes."Bad".*lifeline.kind',
    ),
    "a number as text": (HEAD + 'samples = "3"\n' + CUT, r"scenario.samples: .*integer.*'3'"),
    "no samples": (HEAD + "samples = 0\n" + CUT, r"scenario.samples: .*greater.*\(value 0\)"),
    "an endless run": (HEAD + "horizon_h = inf\n" + CUT, "scenario.horizon_h: .*finite"),
    "a step beyond the run": (HEAD + "step_h = 1000\n" + CUT, "step_h 1000 is longer than"),
    "a seed below zero": (HEAD + "seed = -1\n" + CUT, "scenario.seed: .*-1"),
    "a table at the top": (HEAD + "[foo]\na = 1\n" + CUT, "unknown key 'foo' at the top level"),
    "a key at the top": (
        "seed = 3\n" + HEAD + CUT,
        r"'seed' at the top.*move it into \[scenario\]",
    ),
    "hazards inside": (HEAD + "hazards = 3\n", r"\[scenario\] holds hazards"),
    "not TOML": (HEAD + "a = = 2", "not TOML: .*line 3"),
    "probability above 1": (
        HEAD + TARGET.replace("0.5", "1.5") + "hours = 1\n",
        r"hazards\[0\].targets\[0\].probability: .*1.5",
    ),
    "neither state nor hours": (HEAD + TARGET, r"targets\[0\]: give either state"),
    "both state and hours": (HEAD + TARGET + 'hours = 1\nstate = "a"\n', "give either state"),
    "negative hours": (HEAD + TARGET + "hours = -1\n", r"targets\[0\].hours: .*-1"),
    "negative hours of a cutoff": (HEAD + CUT.replace("5", "-5"), r"hazards\[0\].hours: .*-5"),
    "another word for never": (HEAD + CUT.replace("5", '"nevr"'), r"hazards\[0\].hours: .*'never'"),
    "a cutoff of nothing": (HEAD + CUT.replace('lifeline = "power"\n', ""), "give a lifeline, kin"),
    "a bad restore": (
        HEAD + '[[hazards]]\nkind = "given"\npath = "x"\nrestore = "soon"\n',
        r"hazards\[0\].restore: .*'class' or 'never'",
    ),
    "two of a name": (
        HEAD + CUT + 'name = "x"\n' + CUT + 'name = "x"\n',
        "two hazards are named x",
    ),
    "no files": (HEAD + FIELD, "give either events .* or weights"),
    "an unknown measure": (
        HEAD + FIELD.replace("PGA", "PGX") + EVENT,
        "unknown measure 'PGX': one of PGA",
    ),
    "an unknown unit": (
        HEAD + FIELD.replace('"g"', '"cm"') + EVENT,
        "unknown unit 'cm' of PGA: one of g, %g, m/s2, gal, cm/s2",
    ),
    "no unit": (HEAD + FIELD.replace('unit = "g"\n', "") + EVENT, "measure and unit go together"),
    "no measure": (
        HEAD + '[[hazards]]\nkind = "field"\n' + EVENT,
        "give either measure and unit, or measures",
    ),
    "a measure twice": (
        HEAD
        + '[[hazards]]\nkind = "field"\nmeasures = [{measure = "PGA", unit = "g"}, '
        + '{measure = "PGA", unit = "gal"}]\n'
        + EVENT,
        "a measure stands twice",
    ),
    "an unknown method": (HEAD + FIELD + 'method = "cubic"\n' + EVENT, "'linear' or 'nearest'"),
    "nearest without reach": (HEAD + FIELD + 'method = "nearest"\n' + EVENT, "needs within_m"),
    "a weight above 1": (HEAD + FIELD + EVENT + "weight = 2.0\n", r"events\[0\].weight: .*2.0"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_key_value_and_mend(fault: str) -> None:
    text, told = FAULTS[fault]
    with pytest.raises(ScenarioError, match=told) as caught:
        parse_scenario(text, place="dir/s.toml")
    assert str(caught.value).startswith("dir/s.toml: ")
    assert caught.value.mend


def test_every_fault_is_told_at_once_and_no_false_one() -> None:
    text = HEAD + 'samples = "3"\nseeed = 1\n' + FIELD + EVENT + "weigth = 1.0\n"
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, place="s.toml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert all(line.startswith("s.toml: ") and "| mend: " in line for line in lines)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        load_scenario(tmp_path / "none.toml")
    with pytest.raises(ScenarioError, match="directory"):
        load_scenario(tmp_path)
    (tmp_path / "s.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="UTF-8"):
        load_scenario(tmp_path / "s.toml")


def test_targets_keep_their_order() -> None:
    text = HEAD + TARGET + "hours = 1\n" + '[[hazards.targets]]\nprobability = 0\nstate = "x"\n'
    hazard = parse_scenario(text, place="s.toml").hazards[0]
    assert isinstance(hazard, RandomHazard)
    assert [target.state for target in hazard.targets] == [None, "x"]
