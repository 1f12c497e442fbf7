"""Classes of crew work: as packs hold them."""

from __future__ import annotations

from pathlib import Path

from rencity.content import load_packs
from rencity.content.checking import check_packs
from rencity.content.classes import classes_of
from rencity.sim.crews.spec import load_crews

ROOT = Path(__file__).resolve().parents[2]

PACK = """format = 1
id = "mine"
version = "1"
region = ""
licence = "CC0-1.0"
title = { zh = "甲", en = "A" }
description = { zh = "甲", en = "A" }
"""
WORK = """mine.line:
  title: {zh: 甲, en: A}
  source: {title: B}
  skill: line
  applies: [power.line]
  states:
    - {state: break, mean_h: 3, sd_h: 0}
"""


def pack(folder, work=WORK):
    (folder / "pack.toml").write_text(PACK, "utf-8")
    (folder / "work.yaml").write_text(work, "utf-8")
    return folder


def test_the_pace_of_pipes_is_the_published_one():
    work = load_packs().work
    for name, breaks_a_day in (("crews.pipe_small", 0.5), ("crews.pipe_large", 0.2)):
        hours = {state.state: state.mean_h for state in work[name].states}
        assert hours["break"] * 4 == 8 / breaks_a_day  # crews of four, days of eight hours
        assert hours["leak"] == 0


def test_work_that_lacks_a_state_of_its_kind_is_named(tmp_path):
    found = [f for f in check_packs([pack(tmp_path)]) if f.rule == "no-work"]
    assert found
    assert all(f.ids == ("mine.line",) for f in found)
    assert any("slight, moderate, extensive, complete" in f.what for f in found)


def test_faults_of_work_stand_by_line(tmp_path):
    bad = WORK.replace("skill: line", "skill: Line").replace("mean_h: 3", "mean_h: -3")
    found = check_packs([pack(tmp_path, bad)])
    assert {f.field for f in found if f.ids == ("mine.line",)} >= {"skill", "states.0.mean_h"}


def test_a_later_pack_takes_a_kind_over(tmp_path):
    classes = classes_of(load_packs([pack(tmp_path)])).with_work(["line"])
    assert classes.applies_repair["power.line"] == ("work mine.line",)
    assert classes.applies_repair["power.transformer"] == ("work crews.transformer",)


def test_skills_without_crews_leave_repair_as_it_is():
    classes = classes_of(load_packs())
    assert classes.with_work([]).applies_repair == classes.applies_repair


def test_skills_of_the_example_files_are_those_of_work():
    skills = {work.skill for work in load_packs().work.values()}
    for name in ("examples/demo/crews/crews.toml", "examples/memphis/crews.toml"):
        assert set(load_crews(ROOT / name).skills) <= skills
