"""`rencity pack` and `rencity city`: what is printed, where, and with which exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rencity.city import City
from rencity.cli import main
from rencity.content import load_packs

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["rencity", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(str(ended.value.code)), out, err

    return call


@pytest.fixture
def sound(tiny_city: Callable[..., City], tmp_path: Path) -> Path:
    return Path(str(tiny_city().write(tmp_path / "sound").folder))


@pytest.fixture
def broken(tiny_city: Callable[..., City], tmp_path: Path) -> Path:
    def lose_end(frame: Any) -> pd.DataFrame:
        frame.loc[frame["id"] == "t1", "end"] = "nowhere"
        return frame

    def many(frame: Any) -> pd.DataFrame:
        frame["kind"] = "x"
        frame.loc[0, "fragility"] = "my.curve"
        return frame

    city = tiny_city(links=lose_end, assets=many)
    return Path(str(city.write(tmp_path / "broken").folder))


def test_a_sound_city_exits_0(run: Run, sound: Path) -> None:
    assert run("city", "check", sound) == (0, "no findings\n", "")


def test_a_broken_city_exits_1_with_every_finding(run: Run, broken: Path) -> None:
    code, out, err = run("city", "check", broken)
    assert (code, err) == (1, "")
    assert "error dangling-id (1)" in out
    assert "nowhere" in out
    assert "ids: core, junction, line, main, mast and 8 more" in out
    assert out.index("error ") < out.index("warning ")
    assert "mend: " in out
    assert out.splitlines()[-1] == "3 errors, 1 warning"


def test_json_is_json_only_and_holds_every_id(run: Run, broken: Path) -> None:
    code, out, err = run("city", "check", broken, "--json")
    assert (code, err) == (1, "")
    said = json.loads(out)
    assert (said["errors"], said["warnings"], said["notes"]) == (3, 1, 0)
    kinds = next(f for f in said["findings"] if f["rule"] == "unknown-kind")
    assert len(kinds["ids"]) == 13


def test_a_citys_class_may_be_in_a_pack_that_is_named(
    run: Run, broken: Path, tmp_path: Path
) -> None:
    assert "my.curve" in run("city", "check", broken)[1]
    code, out, err = run("city", "check", broken, "--pack", own_pack(tmp_path))
    assert "my.curve" not in out
    assert (code, err) == (1, "")


def test_what_cannot_be_read_is_one_message(run: Run, sound: Path, tmp_path: Path) -> None:
    for command in ("check", "info"):
        code, out, err = run("city", command, tmp_path / "nothing")
        assert (code, out) == (1, "")
        assert err.startswith("error: ")
        assert "city.toml" in err
        assert "Traceback" not in err
    (sound / "assets.parquet").write_bytes(b"PAR1 no")
    code, out, err = run("city", "check", sound)
    assert code == 1
    assert "assets.parquet" in err
    assert "mend" in err


def test_usage_exits_2(run: Run) -> None:
    assert run("city", "check")[0] == 2
    assert run("pack", "check", "--no-such-option")[0] == 2


def test_info_counts_what_is_there(run: Run, sound: Path) -> None:
    code, out, _ = run("city", "info", sound, "--json")
    said = json.loads(out)
    assert code == 0
    assert said["hash"] == City.open(sound).hash
    assert said["people"] == 300  # the lowest zones, not every level again
    assert said["zones"] == {"city": 1, "district": 1, "grid": 2}
    assert list(said["zones"]) == ["city", "district", "grid"]
    assert said["assets"]["water"] == {
        "total": 5,
        "sources": 1,
        "kinds": {"junction": 1, "pipe": 2, "pump": 1, "works": 1},
    }
    assert said["links"] == {"power": 4, "telecom": 1, "water": 2}
    assert said["needs"] == {"power": 4}
    told = said["origins"]["assets"]
    assert (told["measured"], told["inferred"], told["synthetic"]) == (1.0, 0.0, 0.0)
    assert said["version"] == 1
    assert said["extent_deg"] == pytest.approx([120.30, 31.55, 120.32, 31.57])


def test_info_for_a_reader(run: Run, sound: Path) -> None:
    code, out, _ = run("city", "info", sound)
    assert code == 0
    for part in ("小城 / Tiny (tiny)", "300", "1 works", "100% measured", "sources     none named"):
        assert part in out


def test_info_of_an_empty_city_and_its_sources(
    run: Run, tiny_city: Callable[..., City], tmp_path: Path
) -> None:
    source = {"layer": "assets", "title": "地图", "licence": "ODbL"}
    identity = {"sources": [source], "synthetic": True, "seed": 7, "code": "320200"}
    edits = {n: (lambda f: f.iloc[:0]) for n in ("zones", "assets", "links", "need_groups")}
    edits |= {n: (lambda f: f.iloc[:0]) for n in ("needs", "serves", "demands")}
    folder = tiny_city(identity, **edits).write(tmp_path / "empty").folder
    code, out, _ = run("city", "info", folder)
    assert code == 0
    for part in ("synthetic, seed 7", "320200", "nothing has a place", "assets: 地图 (ODbL)"):
        assert part in out
    assert json.loads(run("city", "info", folder, "--json")[1])["extent_deg"] is None


def own_pack(tmp_path: Path, kind: str = "telecom.mast") -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "pack.toml").write_text(
        'format = 1\nid = "own"\nversion = "1"\nlicence = "CC0-1.0"\n'
        'title = {zh = "自有", en = "Own"}\ndescription = {zh = "自有", en = "Own"}\n',
        encoding="utf-8",
    )
    around = "  title: {zh: 甲, en: A}\n  source: {title: Us}\n"
    (folder / "fragility.yaml").write_text(
        f"my.curve:\n{around}  form: lognormal\n  measure: PGA\n  applies: [{kind}]\n"
        "  states: [{state: complete, median: 0.5, beta: 0.4}]\n",
        encoding="utf-8",
    )
    (folder / "repair.yaml").write_text(
        f"my.mending:\n{around}  applies: [{kind}]\n"
        "  states: [{state: complete, mean_d: 3, sd_d: 1}]\n",
        encoding="utf-8",
    )
    return folder


def test_pack_list(run: Run, tmp_path: Path) -> None:
    code, out, err = run("pack", "list", own_pack(tmp_path))
    assert (code, err) == (0, "")
    assert "自有 / Own" in out
    assert "HAZUS" in out
    said = json.loads(run("pack", "list", "--json")[1])
    assert said["hash"] == load_packs().hash
    hazus = next(pack for pack in said["packs"] if pack["id"] == "hazus")
    assert hazus["entries"] == {"fragility": 21, "repair": 10}


def test_pack_check_exits_1_and_says_all(run: Run, tmp_path: Path) -> None:
    assert run("pack", "check") == (0, "no findings\n", "")
    folder = own_pack(tmp_path, kind="telecom.tower")
    assert run("pack", "check", folder)[0] == 1
    text = (folder / "fragility.yaml").read_text(encoding="utf-8")
    (folder / "fragility.yaml").write_text(text.replace("0.5", "-1"), encoding="utf-8")
    code, out, err = run("pack", "check", folder, "--json")
    assert (code, err) == (1, "")
    assert {f["rule"] for f in json.loads(out)["findings"]} == {"schema", "unknown-kind"}
    code, out, err = run("pack", "list", folder)
    assert (code, out) == (1, "")
    assert "fragility.yaml" in err


def test_pack_check_against_a_city(run: Run, sound: Path, tmp_path: Path) -> None:
    code, out, _ = run("pack", "check", "--city", sound, "--json")
    assert code == 0  # open kinds are a warning
    open_kinds = {f["rule"]: f["ids"] for f in json.loads(out)["findings"]}
    lacking = ["water.junction"]
    assert open_kinds == {"no-fragility": lacking, "no-repair": lacking}
    folder = own_pack(tmp_path)
    out = run("pack", "check", folder, "--city", sound, "--json")[1]
    assert all("telecom.mast" not in f["ids"] for f in json.loads(out)["findings"])


def test_pack_check_names_classes_that_no_pack_holds(run: Run, broken: Path) -> None:
    code, out, _ = run("pack", "check", "--city", broken)
    assert code == 1
    assert "error unknown-class (1)" in out
    assert "my.curve" in out
