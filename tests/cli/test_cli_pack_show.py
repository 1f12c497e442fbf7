"""`rencity pack show` and `diff`: what is printed of entries, versions and who lies over whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.cli import main

Run = Callable[..., tuple[int, str, str]]

PACK = """format = 1
id = "{id}"
version = "{version}"
region = "{region}"
licence = "CC0-1.0"
title = {{zh = "甲", en = "A"}}
description = {{zh = "甲", en = "A"}}
"""
AROUND = "title: {zh: 网格, en: Cells}, source: {title: Someone}"
CHANGED = f"""my.cells:
  - {{{AROUND}, in_force: {{to: 2026-05-31}}, size_m: 100}}
  - {{{AROUND}, in_force: {{from: 2026-06-01}}, size_m: 200}}
my.other: {{{AROUND}, size_m: 50}}
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rencity", "pack", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return call


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return written(tmp_path / "mine", CHANGED)


def written(folder: Path, cells: str, version: str = "1.0", region: str = "") -> Path:
    folder.mkdir()
    said = PACK.format(id="mine", version=version, region=region)
    (folder / "pack.toml").write_text(said, encoding="utf-8")
    (folder / "cells.yaml").write_text(cells, encoding="utf-8")
    return folder


def test_an_entry_whole_with_its_source_place_and_versions(run: Run, mine: Path) -> None:
    code, out, err = run("show", "cells", "my.cells", "--pack", mine, "--on", "2026-05-31")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "cells my.cells"
    fields = {line.split()[0]: line.split(maxsplit=1)[1] for line in lines[1:9]}
    assert fields["title.zh"] == "网格"
    assert fields["source.title"] == "Someone"
    assert fields["size_m"] == "100"
    assert fields["in_force.to"] == "2026-05-31"
    assert fields["place"] == f"{mine / 'cells.yaml'}:2"
    assert any(line.startswith("  * mine 1.0 (any region), … to 2026-05-31:") for line in lines)
    assert any("- mine 1.0 (any region), 2026-06-01 to …: " in line for line in lines)
    later = run("show", "cells", "my.cells", "--pack", mine, "--on", "2026-06-01", "--json")[1]
    wins = [(row["value"]["size_m"], row["wins"]) for row in json.loads(later)]
    assert wins == [(100, False), (200, True)]


def test_a_kind_shows_what_is_in_force_and_says_where_more_is(run: Run) -> None:
    code, out, _ = run("show", "roles")
    assert code == 0
    assert "more in cn-base: 18, --region CN" in out
    said = json.loads(run("show", "roles", "--region", "CN", "--json")[1])
    assert {row["pack"] for row in said} == {"cn-base"}
    assert all(row["wins"] and row["place"] and row["source"]["title"] for row in said)
    here = run("show", "roles", "--region", "320200")[1]
    assert "cn.grid_worker  网格员（演示） / Grid worker (demo)" in here
    assert "more in" not in here


def test_a_region_that_lies_over_the_nation_is_shown(run: Run) -> None:
    out = run("show", "roles", "cn.grid_worker", "--region", "320213")[1]
    assert "lies over cn-base" in out
    assert "lies under wuxi-demo, whose region 320200 is narrower" in out
    out = run("show", "roles", "cn.grid_worker")[1]
    assert "not in force here and then" in out
    assert "holds in CN only" in out


def test_a_pack_is_shown_as_it_lies_in_its_region(run: Run, mine: Path) -> None:
    code, out, _ = run("show", "wuxi-demo")
    assert code == 0
    assert "无锡（演示） / Wuxi (demo)" in out
    assert "divisions" in out.splitlines()
    assert "wuxi.liangxi  梁溪区 / Liangxi" in out
    under = run("show", "cn-base", "--region", "320200")[1]
    row = next(line for line in under.splitlines() if "cn.grid_worker" in line)
    assert "[wuxi-demo 适用范围更窄（320200），盖在其上 lies under wuxi-demo" in row
    said = json.loads(run("show", "mine", "--pack", mine, "--json")[1])
    assert (said["id"], len(said["entries"])) == ("mine", 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "role"), "did you mean 'roles'?"),
        (("show", "wuxi"), "did you mean 'wuxi-demo'?"),
        (("show", "roles", "cn.grid_work"), "did you mean 'cn.grid_worker'?"),
        (("show", "wuxi-demo", "cn.grid_worker"), "no kind is called wuxi-demo"),
        (("show", "roles", "--region", "Wuxi"), "'Wuxi' is no region"),
        (("diff", "cn-bas", "base"), "did you mean"),
        (("diff", "base"), "one side only"),
        (("diff",), "one side only"),
        (("diff", "base", "cn-base", "--against-on", "2026-01-01"), "two packs and a day"),
        (("diff", "--against-region", "x"), "'x' is no region"),
    ],
)
def test_what_is_unknown_is_refused_with_what_was_meant(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    code, out, err = run(*words)
    assert (code, out) == (1, "")
    assert said in err
    assert "mend: " in err


def test_a_day_that_is_none_is_a_usage_error(run: Run) -> None:
    assert run("show", "roles", "--on", "soon")[0] == 2


def test_two_folders_of_one_pack(run: Run, mine: Path, tmp_path: Path) -> None:
    text = CHANGED.replace("size_m: 200", "size_m: 250").replace("my.other", "my.third")
    new = written(tmp_path / "new", text, "1.1")
    code, out, err = run("diff", mine, new)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "改变 changed  cells my.cells",
        "  [2026-06-01] size_m: 200 → 250",
        "去除 removed  cells my.other  网格 / Cells",
        "新增 added  cells my.third  网格 / Cells",
        "改变 changed  pack.toml",
        "  version: 1.0 → 1.1",
        "1 added, 1 removed, 2 changed",
    ]
    said = json.loads(run("diff", mine, new, "--json")[1])
    changed = next(one for one in said if one["id"] == "my.cells")
    assert changed["fields"] == {"[2026-06-01] size_m": {"old": 200.0, "new": 250.0}}
    assert run("diff", mine, mine) == (0, "没有差别 no differences\n", "")
    (new / "cells.yaml").write_text("my.cells: 3\n", encoding="utf-8")
    code, _, err = run("diff", mine, new)
    assert code == 1
    assert "cells.yaml" in err


def test_two_days_and_two_regions(run: Run, mine: Path) -> None:
    days = ("--on", "2026-05-31", "--against-on", "2026-06-01")
    out = run("diff", *days, "--pack", mine)[1]
    assert out.splitlines() == [
        "改变 changed  cells my.cells",
        "  in_force.to: 2026-05-31 → —",
        "  size_m: 100 → 200",
        "  in_force.from: — → 2026-06-01",
        "1 changed",
    ]
    out = run("diff", "--region", "CN", "--against-region", "320200")[1]
    assert "改变 changed  roles cn.grid_worker" in out
    assert "  title.en: Grid worker → Grid worker (demo)" in out
    assert "新增 added  divisions wuxi.binhu  滨湖区 / Binhu" in out
    same = ("--region", "CN", "--on", "2000-01-01", "--against-on", "2020-01-01")
    assert "incident_grades cn.work_accident" in run("diff", *same)[1]


def test_list_names_packs_of_every_region(run: Run) -> None:
    out = run("list")[1]
    assert "region CN;" in out
    assert "region 320200;" in out
    assert "18 roles" in out
