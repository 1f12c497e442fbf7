"""What the shipped packs say of China and of Wuxi, through the doors that the platform will use."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from rencity.city.schema import LEVELS as LEVELS_OF_ZONES
from rencity.content import Packs, load_packs
from rencity.content.checking import check_packs
from rencity.content.incidents import FIGURES, STAGES, IncidentGrades
from rencity.kit.errors import PackError
from rencity.sim.hazard.specs import SECTIONS

ORDER_493 = {
    1: {"deaths": 30, "seriously_injured": 100, "loss_yuan": 100e6},
    2: {"deaths": 10, "seriously_injured": 50, "loss_yuan": 50e6},
    3: {"deaths": 3, "seriously_injured": 10, "loss_yuan": 10e6},
}
NOTHING = dict.fromkeys(FIGURES, 0)


@pytest.fixture(scope="module")
def wuxi() -> Packs:
    return load_packs(region="320213")


@pytest.fixture(scope="module")
def grades(wuxi: Packs) -> IncidentGrades:
    return wuxi.entries["incident_grades"]["cn.work_accident"].value


@pytest.mark.parametrize("level", ORDER_493)
@pytest.mark.parametrize("figure", FIGURES)
def test_each_bound_of_order_493_belongs_to_the_graver_grade(
    grades: IncidentGrades, level: int, figure: str
) -> None:
    bound = ORDER_493[level][figure]
    assert grades.grade(**NOTHING | {figure: bound}).level == level
    assert grades.grade(**NOTHING | {figure: bound - 1}).level == level + 1


def test_the_gravest_of_several_figures_counts(grades: IncidentGrades) -> None:
    assert grades.grade(deaths=3, seriously_injured=120, loss_yuan=0).name.zh == "特别重大事故"
    assert grades.grade(**NOTHING).name.en == "General accident"
    with pytest.raises(PackError, match="loss_yuan is missing") as caught:
        grades.grade(deaths=1, seriously_injured=2)
    assert "incident_grades cn.work_accident" in caught.value.what
    assert "incident_grades.yaml:" in caught.value.place


def test_order_493_is_not_in_force_before_its_day() -> None:
    def held(day: date) -> bool:
        return "cn.work_accident" in load_packs(region="CN", on=day).entries["incident_grades"]

    assert [held(date(2007, 5, 31)), held(date(2007, 6, 1))] == [False, True]


def test_china_is_not_said_of_other_places() -> None:
    for region in ("US", None):
        packs = load_packs(region=region)
        assert not packs.entries["roles"]
        assert packs.needs  # planning assumptions hold everywhere
    assert load_packs(region="110000").entries["roles"]["cn.grid_worker"].pack == "cn-base"


def test_wuxi_lies_over_the_nation(wuxi: Packs) -> None:
    held = wuxi.entries["roles"]["cn.grid_worker"]
    assert held.pack == "wuxi-demo"
    assert "示例 example: a demo stand-in" in held.source.note
    nation, city = wuxi.history("roles", "cn.grid_worker")
    assert (nation.wins, city.wins) == (False, True)
    assert nation.why.en == "lies under wuxi-demo, whose region 320200 is narrower"


def test_the_divisions_are_those_of_the_districts(wuxi: Packs) -> None:
    held = {e.value.code: e.value for e in wuxi.entries["divisions"].values()}
    districts = {code: d for code, d in held.items() if d.parent == "wuxi.city"}
    ends = ("05", "06", "11", "13", "14", "81", "82")
    assert sorted(districts) == [f"3202{end}" for end in ends]
    assert sum(d.people for d in districts.values()) == held["320200"].people == 7_460_000


def test_levels_go_down_from_the_city_with_the_length_of_their_codes(wuxi: Packs) -> None:
    levels = {name: e.value for name, e in wuxi.entries["area_levels"].items()}
    parent = {level.parent: name for name, level in levels.items()}
    order = [""]
    while order[-1] in parent:
        order.append(parent[order[-1]])
    assert order[1:] == ["cn.city", "cn.district", "cn.street", "cn.community", "cn.grid"]
    assert tuple(levels[name].zone for name in order[1:]) == LEVELS_OF_ZONES
    assert [levels[n].code_digits for n in order[1:]] == [6, 6, 9, 12, None]


def test_hazards_have_one_of_four_classes_and_the_engine_rehearses_what_it_can(
    wuxi: Packs,
) -> None:
    kinds = {name: e.value for name, e in wuxi.entries["hazard_kinds"].items()}
    classes = {name for name, kind in kinds.items() if not kind.parent}
    assert classes == {"cn.natural", "cn.accident", "cn.health", "cn.security"}
    for name, kind in kinds.items():
        top = name
        while kinds[top].parent:
            top = kinds[top].parent
        assert top in classes
        assert set(kind.scenarios) <= set(SECTIONS)
    rehearsed = {one for kind in kinds.values() for one in kind.scenarios}
    assert rehearsed == set(SECTIONS)
    signals = [e for e in wuxi.entries["hazard_kinds"].values() if "十四类" in e.source.title]
    assert len(signals) == 14


def test_every_stage_of_the_loop_has_a_phase(wuxi: Packs) -> None:
    phases = [e.value for e in wuxi.entries["phases"].values()]
    assert [phase.order for phase in phases] == [1, 2, 3, 4]
    assert {stage for phase in phases for stage in phase.stages} == set(STAGES)


def test_what_no_source_says_is_marked_an_example(wuxi: Packs) -> None:
    sourced = re.compile(r"493|十四类|区划代码")
    for kind in ("area_levels", "party_kinds", "roles", "hazard_kinds", "phases", "divisions"):
        for entry in wuxi.entries[kind].values():
            assert "示例" in entry.source.note or sourced.search(entry.source.title), entry.id


AROUND = "  title: {zh: 甲, en: A}\n  source: {title: Someone}\n"
LEVELS = f"my.city:\n{AROUND}  zone: city\n  code_digits: 6\n"
LEVELS += f"my.street:\n{AROUND}  zone: street\n  parent: my.city\n  code_digits: 9\n"
DIVISIONS = f"my.town:\n{AROUND}  code: '320200'\n  level: my.city\n"
DIVISIONS += f"my.lane:\n{AROUND}  code: '320205001'\n  level: my.street\n  parent: my.town\n"
HAZARDS = f"my.storm:\n{AROUND}  scenarios: [rain]\n  measures: [depth]\n"
GRADES = f"""my.grades:
{AROUND}  applies: [my.storm]
  grades:
    - {{level: 1, name: {{zh: 重, en: Grave}}, when: 'deaths > 0'}}
    - {{level: 2, name: {{zh: 轻, en: Light}}, when: 'true'}}
"""


@pytest.mark.parametrize(
    ("old", "new", "rule", "field"),
    [
        ("320205001", "32020500", "code-length", "code"),
        ("320205001", "330205001", "wrong-code", "code"),
        ("  parent: my.city\n", "", "wrong-level", "parent"),
        (
            "level: my.street\n  parent: my.town",
            "level: my.city\n  parent: ''",
            "code-length",
            "code",
        ),
        ("'320205001'\n  level: my.street", "'320200'\n  level: my.city", "code-twice", "code"),
        ("parent: my.town", "parent: my.tow", "dangling-reference", "parent"),
        ("zone: city", "zone: village", "schema", "zone"),
        ("[rain]", "[rein]", "schema", "scenarios"),
        ("[depth]", "[deep]", "unknown-measure", "measures"),
        ("applies: [my.storm]", "applies: [my.strom]", "dangling-reference", "applies.0"),
        ("level: 1, name", "level: 3, name", "schema", ""),
        ("'true'", "'deaths < 1'", "schema", ""),
        ("deaths > 0", "dead > 0", "expression", "grades.0.when"),
        ("deaths > 0", "deaths", "expression", "grades.0.when"),
    ],
)
def test_faults_of_these_kinds(
    write: Callable[..., Path], old: str, new: str, rule: str, field: str
) -> None:
    texts = {
        "area_levels": LEVELS,
        "divisions": DIVISIONS,
        "hazard_kinds": HAZARDS,
        "incident_grades": GRADES,
    }
    assert check_packs([write(**texts)], shipped=False) == []
    assert any(old in text for text in texts.values())
    folder = write(**{kind: text.replace(old, new) for kind, text in texts.items()})
    found = check_packs([folder], shipped=False)
    assert (rule, field) in {(f.rule, f.field) for f in found}
    assert all(f.mend for f in found)


def test_a_hazard_graded_twice_is_found(write: Callable[..., Path]) -> None:
    twice = GRADES + GRADES.replace("my.grades", "my.others")
    (finding,) = check_packs([write(hazard_kinds=HAZARDS, incident_grades=twice)], shipped=False)
    assert finding.rule == "graded-twice"
    assert "my.grades and my.others both grade my.storm" in finding.what
