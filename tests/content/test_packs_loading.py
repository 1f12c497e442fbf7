"""Packs read, laid over each other and refused, through the public doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.content import classes_of, load_packs
from rencity.content.checking import check_packs
from rencity.content.loading import shipped_folder
from rencity.kit.errors import PackError

MANIFEST = """format = 1
id = "{name}"
version = "1.0"
region = "{region}"
licence = "CC0-1.0"
requires = [{requires}]
title = {{zh = "甲", en = "A"}}
description = {{zh = "甲", en = "A"}}
"""
ENTRY = """{id}:
  title: {{zh: 甲, en: A}}
  source: {{title: Someone}}
  form: lognormal
  measure: PGA
  applies: [{applies}]
  states:
    - {{state: slight, median: {median}, beta: 0.5}}
"""
REPAIR = """{id}:
  title: {{zh: 甲, en: A}}
  source: {{title: Someone}}
  applies: [{applies}]
  states:
    - {{state: slight, mean_d: {days}, sd_d: 0}}
"""

Make = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Make:
    def make(
        name: str = "mine", *, region: str = "", requires: str = "", toml: str = "", **files: str
    ) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        said = toml or MANIFEST.format(name=name, region=region, requires=requires)
        (folder / "pack.toml").write_text(said, encoding="utf-8")
        for kind, text in files.items():
            (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


def entry(entry_id: str = "my.well", applies: str = "water.well", median: float = 0.3) -> str:
    return ENTRY.format(id=entry_id, applies=applies, median=median)


def repair(entry_id: str = "my.repair", applies: str = "water.well", days: float = 1) -> str:
    return REPAIR.format(id=entry_id, applies=applies, days=days)


def rules(folder: Path) -> set[str]:
    return {finding.rule for finding in check_packs([folder], shipped=False)}


def test_every_shipped_pack_passes() -> None:
    assert check_packs() == []
    packs = load_packs()
    held = {path.parent.name for path in shipped_folder().glob("*/pack.toml")}
    assert {pack.manifest.id for pack in packs.known} == held
    assert {name.split()[0] for name in packs.names} == held - {"cn-base", "wuxi-demo"}
    assert held >= {"hazus", "base", "cn-base", "wuxi-demo"}
    medium = packs.applying("fragility")["power.substation_medium"]
    assert "hazus.substation_medium_anchored" in medium
    for name, ids in packs.applying("fragility").items():
        assert set(ids) <= set(packs.fragility)
        assert len({packs.fragility[one].measure for one in ids}) == len(ids)
        assert name in packs.applying("repair")


def test_stand_ins_say_so() -> None:
    for entry_id, held in load_packs().entries["fragility"].items():
        assert (".standin_" in entry_id) == ("STAND-IN" in held.source.note)
        assert ("stand-in" in held.title.en) == (".standin_" in entry_id)


def test_planning_assumptions_say_so() -> None:
    packs = load_packs()
    for kind in ("needs", "serves"):
        for held in packs.entries[kind].values():
            assert held.source.title.startswith("Planning assumption")
            assert held.source.note


def test_the_promised_backups() -> None:
    needs = load_packs().needs.values()
    backup = {(kind, rule.lifeline): rule.backup_h for rule in needs for kind in rule.kinds}
    assert backup["telecom.mast", "power"] == 4
    assert backup["telecom.exchange", "power"] == 8
    assert backup["health.hospital", "power"] == 24


def test_a_sound_pack_loads_with_its_values(pack: Make) -> None:
    folder = pack(fragility=entry(), repair=repair())
    assert check_packs([folder], shipped=False) == []
    packs = load_packs([folder], shipped=False)
    assert packs.fragility["my.well"].states[0].median == 0.3
    assert packs.entries["fragility"]["my.well"].place == f"{folder / 'fragility.yaml'}:1"
    assert packs.names == ("mine 1.0",)
    assert packs.versions == {"mine": "1.0"}
    classes = classes_of(packs)
    assert classes.fragility["my.well"] is packs.fragility["my.well"]
    assert classes.applies_fragility == {"water.well": ("my.well",)}
    assert classes.applies_repair == {"water.well": ("my.repair",)}


def test_later_lies_over_earlier_and_region_over_nation(pack: Make) -> None:
    low = pack("low", fragility=entry(median=0.1), repair=repair())
    high = pack("high", fragility=entry(median=0.2))
    city = pack("city", region="320200", fragility=entry(median=0.3))

    def median(*folders: Path, region: str | None = None) -> float:
        packs = load_packs(folders, shipped=False, region=region)
        return packs.fragility["my.well"].states[0].median

    assert median(low, high) == 0.2
    assert median(high, low) == 0.1
    assert median(city, low, high) == 0.3  # rank before order
    assert median(low, city, region="320200") == 0.3
    assert median(low, city, region="110000") == 0.1


def test_a_division_lies_over_its_province_and_holds_for_its_parts(pack: Make) -> None:
    province = pack("province", region="320000", fragility=entry(median=0.1))
    city = pack("city", region="320200", fragility=entry(median=0.2))
    nation = pack("nation", region="CN", fragility=entry(median=0.05))

    def median(region: str) -> float:
        packs = load_packs([city, province, nation], shipped=False, region=region)
        return packs.fragility["my.well"].states[0].median

    assert median("320213") == 0.2
    assert median("320500") == 0.1
    assert median("110000") == 0.05
    with pytest.raises(KeyError):
        median("US")


def test_a_later_pack_takes_a_kind_over(pack: Make) -> None:
    mine = pack(fragility=entry("my.well"), repair=repair())
    wells = load_packs([mine]).applying("fragility")["water.well"]
    assert "my.well" in wells
    assert not any(name.startswith("hazus.") for name in wells)  # of the same measure
    assert load_packs([mine]).applying("fragility")["water.tank"][0].startswith("hazus.")


def test_dates_of_force(pack: Make) -> None:
    dated = entry() + "  in_force: {from: 2026-01-01, to: 2026-12-31}\n"
    folder = pack(fragility=dated, repair=repair())

    def held(day: date | None) -> bool:
        return "my.well" in load_packs([folder], shipped=False, on=day).fragility

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [held(day) for day in days] == [False, True, True, False]
    assert held(None)


def test_the_hash_follows_values_and_nothing_else(pack: Make) -> None:
    def value(text: str) -> str:
        return load_packs([pack(fragility=text, repair=repair())], shipped=False).hash

    before = value(entry())
    assert value("# a comment\n" + entry()) == before
    assert value(entry(median=0.31)) != before
    assert value(entry().replace("Someone", "Someone else")) != before


PLAIN = entry()
BAD_ENTRIES = {
    "unknown key": (PLAIN + "  colour: red\n", "extra-key"),
    "unknown key in a state": (PLAIN.replace("beta:", "gamma: 1, beta:"), "extra-key"),
    "no source": (PLAIN.replace("  source: {title: Someone}\n", ""), "missing-source"),
    "empty source": (PLAIN.replace("Someone", "''"), "missing-source"),
    "Chinese only": (PLAIN.replace(", en: A", ""), "one-language"),
    "blank English": (PLAIN.replace("en: A", "en: ' '"), "one-language"),
    "no title": (PLAIN.replace("  title: {zh: 甲, en: A}\n", ""), "one-language"),
    "unknown measure": (PLAIN.replace("PGA", "MMI"), "unknown-measure"),
    "unknown form": (PLAIN.replace("lognormal", "weibull"), "schema"),
    "no form": (PLAIN.replace("  form: lognormal\n", ""), "schema"),
    "median 0": (PLAIN.replace("0.3", "0"), "schema"),
    "median infinite": (PLAIN.replace("0.3", ".inf"), "schema"),
    "median not a number": (PLAIN.replace("0.3", ".nan"), "schema"),
    "median text": (PLAIN.replace("0.3", "three"), "schema"),
    "median enormous": (PLAIN.replace("0.3", "1" + "0" * 400), "schema"),
    "no states": (PLAIN.split("  states")[0] + "  states: []\n", "schema"),
    "falling medians": (PLAIN + "    - {state: grave, median: 0.1, beta: 1}\n", "schema"),
    "a state twice": (PLAIN + "    - {state: slight, median: 0.4, beta: 1}\n", "schema"),
    "not a mapping": ("my.well: 3\n", "schema"),
    "id of the wrong form": (PLAIN.replace("my.well", "My Well"), "schema"),
    "id without a dot": (PLAIN.replace("my.well", "well"), "schema"),
    "dates the wrong way": (PLAIN + "  in_force: {from: 2026-01-02, to: 2026-01-01}\n", "schema"),
    "unknown kind": (entry(applies="water.wheel"), "unknown-kind"),
    "a state nobody mends": (PLAIN + "    - {state: grave, median: 9, beta: 1}\n", "no-repair"),
    "two classes for a kind": (PLAIN + entry("my.other"), "applied-twice"),
    "an id twice": (PLAIN + PLAIN, "unreadable"),
    "a key twice": (PLAIN + "  measure: PGV\n", "unreadable"),
    "an anchor": (PLAIN.replace("{zh", "&a {zh"), "unreadable"),
    "an alias": (PLAIN + "  applies: *a\n", "unreadable"),
    "a merge": (PLAIN + "  <<: {a: 1}\n", "unreadable"),
    "a tag": (PLAIN.replace("PGA", "!!python/object/apply:os.getcwd []"), "unreadable"),
    "an impossible date": (PLAIN + "  in_force: {from: 2026-13-41}\n", "unreadable"),
    "a number for an id": ("1: {}\n", "unreadable"),
    "a list for an id": ("? [1, 2]\n: {}\n", "unreadable"),
    "two documents": (PLAIN + "---\n" + PLAIN, "unreadable"),
    "a list": ("- 1\n", "unreadable"),
    "nothing": ("", "unreadable"),
    "control characters": ("my.well: \x01\n", "unreadable"),
    "broken": ("my.well: [1,\n", "unreadable"),
    "endless nesting": ("a: " + "[" * 5000 + "]" * 5000 + "\n", "unreadable"),
    "a number too long": ("a.b: " + "9" * 5000 + "\n", "unreadable"),
}


@pytest.mark.parametrize("what", BAD_ENTRIES)
def test_a_bad_entry_is_one_finding_with_its_line(pack: Make, what: str) -> None:
    text, rule = BAD_ENTRIES[what]
    folder = pack(fragility=text, repair=repair())
    found = check_packs([folder], shipped=False)
    assert rule in {finding.rule for finding in found}
    assert all(finding.mend and str(folder) in finding.table for finding in found)
    if rule in ("unknown-kind", "no-repair", "applied-twice"):
        return
    with pytest.raises(PackError) as caught:
        load_packs([folder], shipped=False)
    assert "fragility.yaml" in caught.value.place
    assert caught.value.mend


def test_the_line_is_the_line_of_the_fault(pack: Make) -> None:
    lines = entry().splitlines()
    folder = pack(fragility=entry().replace("0.3", "-1"), repair=repair())
    (finding,) = check_packs([folder], shipped=False)
    at = next(n for n, line in enumerate(lines, 1) if "median" in line)
    assert finding.table.endswith(f"fragility.yaml:{at}")
    assert finding.field == "states.0.median"
    assert finding.ids == ("my.well",)


def test_all_faults_come_at_once(pack: Make) -> None:
    bad = entry().replace("0.3", "-1") + entry("my.b", "power.line").replace("PGA", "X")
    found = check_packs([pack(fragility=bad, repair="- 1\n", odd="a: 1\n")], shipped=False)
    assert {"schema", "unknown-measure", "unreadable", "unknown-file"} <= {f.rule for f in found}
    with pytest.raises(PackError, match="and 3 more"):
        load_packs([pack(fragility=bad, repair="- 1\n", odd="a: 1\n")], shipped=False)


NEED = """my.need:
  title: {zh: 甲, en: A}
  source: {title: Someone}
  kinds: [water.pump]
  lifeline: power
  providers: [power.transformer]
  within_m: 100
"""
SERVE = """my.serve:
  title: {zh: 甲, en: A}
  source: {title: Someone}
  kinds: [water.junction]
  lifeline: water
  within_m: 100
"""


@pytest.mark.parametrize(
    ("kind", "old", "new", "rule"),
    [
        ("needs", "power.transformer", "power.windmill", "unknown-kind"),
        ("needs", "water.pump", "water.wheel", "unknown-kind"),
        ("needs", "water.pump", "power.line", "wrong-lifeline"),
        ("needs", "power.transformer", "water.junction", "schema"),
        ("needs", "within_m: 100", "within_m: .inf", "schema"),
        ("needs", "within_m: 100", "within_m: 0", "schema"),
        ("needs", "within_m: 100", "within_m: 9\n  quorum: 2", "schema"),
        ("needs", "within_m: 100", "within_m: 9\n  backup_h: 4\n  manual_start_h: 4", "schema"),
        ("needs", "lifeline: power\n  providers: [power.", "lifeline: ki\n  providers: [ki.",
         "unknown-lifeline"),
        ("serves", "water.junction", "power.node", "wrong-lifeline"),
        ("serves", "within_m: 100", "within_m: 9\n  level: galaxy", "schema"),
        ("serves", "within_m: 100", "within_m: 9\n  count: 0", "schema"),
    ],
)  # fmt: skip
def test_bad_rules(pack: Make, kind: str, old: str, new: str, rule: str) -> None:
    good = NEED if kind == "needs" else SERVE
    assert rules(pack(**{kind: good})) == set()
    assert old in good
    assert rule in rules(pack(**{kind: good.replace(old, new)}))


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("format = 1", "format = 2", "schema"),
        ('id = "mine"', 'id = "My Pack"', "schema"),
        ('version = "1.0"', 'version = "new"', "schema"),
        ('region = ""', 'region = "Wuxi"', "schema"),
        ('licence = "CC0-1.0"', "", "schema"),
        ('licence = "CC0-1.0"', 'licence = "x"\ncolour = "red"', "extra-key"),
        (', en = "A"', "", "one-language"),
        ("requires = []", 'requires = ["nothing-here"]', "missing-pack"),
        ("format = 1", "format = = 1", "unreadable"),
    ],
)
def test_bad_manifests(pack: Make, old: str, new: str, rule: str) -> None:
    good = MANIFEST.format(name="mine", region="", requires="")
    assert old in good
    folder = pack(toml=good.replace(old, new), serves=SERVE)
    assert rule in rules(folder)
    with pytest.raises(PackError):
        load_packs([folder], shipped=False)


def test_files_that_cannot_be_read(pack: Make, tmp_path: Path) -> None:
    folder = pack(serves=SERVE)
    (folder / "serves.yaml").write_bytes(b"my.serve: \xff\xfe\n")
    assert rules(folder) == {"unreadable"}
    (folder / "serves.yaml").write_bytes(b"a" * 5_000_000)
    (finding,) = check_packs([folder], shipped=False)
    assert "larger" in finding.what
    (folder / "serves.yaml").unlink()
    (folder / "serves.yaml").mkdir()
    assert rules(folder) == {"unreadable"}
    with pytest.raises(PackError, match="no pack here"):
        check_packs([tmp_path / "nowhere"])


def test_packs_that_clash(pack: Make, tmp_path: Path) -> None:
    first = pack("mine", serves=SERVE)
    twin = tmp_path / "other"
    twin.mkdir()
    for name in ("pack.toml", "serves.yaml"):
        (twin / name).write_bytes((first / name).read_bytes())
    found = check_packs([first, twin], shipped=False)
    assert [finding.rule for finding in found] == ["duplicate-pack"]
    with pytest.raises(PackError, match="twice"):
        load_packs([first, twin], shipped=False)
    assert rules(pack("bare")) == {"empty-pack"}


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["title", "source", "form", "states", "zh", "applies", "measure", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(scrap=SCRAPS, kind=st.sampled_from(["fragility", "repair", "needs", "serves"]))
def test_any_yaml_gives_findings_and_never_a_traceback(
    pack: Make, scrap: object, kind: str
) -> None:
    text = yaml.safe_dump({"my.entry": scrap}, allow_unicode=True)
    folder = pack("scrap")
    for old in folder.glob("*.yaml"):
        old.unlink()
    (folder / f"{kind}.yaml").write_text(text, encoding="utf-8")
    found = check_packs([folder], shipped=False)
    assert found
    for finding in found:
        str(finding)
    with pytest.raises(PackError):
        load_packs([folder], shipped=False)


def test_packs_inside_an_installed_package_come_first(
    pack: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "site" / "rencity"
    (installed / "packs").mkdir(parents=True)
    pack("mine", serves=SERVE).rename(installed / "packs" / "mine")
    monkeypatch.setattr("rencity.__file__", str(installed / "__init__.py"))
    assert shipped_folder() == installed / "packs"
    assert load_packs().names == ("mine 1.0",)


def test_packs_travel_in_the_wheel() -> None:
    text = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")
    assert 'packs = "rencity/packs"' in text
