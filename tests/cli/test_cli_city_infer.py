"""`rencity city infer`, and a run that names the version it was made on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rencity.city import City
from rencity.cli import app

RUN = CliRunner()


@pytest.fixture
def bare(tiny_city: Callable[..., City], tmp_path: Path) -> Path:
    """A city whose pump has no need of power and whose assets have no zone."""
    city = tiny_city(
        need_groups=lambda f: f[f["asset"] != "pump"],
        needs=lambda f: f[f["group"] != "pump-power"],
        assets=lambda f: f.assign(zone=""),
    )
    return city.write(tmp_path / "town").folder  # type: ignore[return-value]


def test_rules_fill_a_city_that_stands_once(bare: Path) -> None:
    said = RUN.invoke(app, ["city", "infer", str(bare), "--json"])
    assert said.exit_code == 0, said.output
    told = json.loads(said.output)
    assert told["inferred"]["cn.water_pump_power"] == 1
    assert told["inferred"]["zone-of-asset"] == 13
    assert told["hash"] == City.open(bare).hash
    again = RUN.invoke(app, ["city", "infer", str(bare)])
    assert "未变 unchanged" in again.output
    afresh = json.loads(RUN.invoke(app, ["city", "infer", str(bare), "--afresh", "--json"]).output)
    assert afresh["hash"] == told["hash"]
    assert not afresh["changed"]


def test_cells_are_cut_where_asked_for(bare: Path, tmp_path: Path) -> None:
    wrong = RUN.invoke(app, ["city", "infer", str(bare), "--cells", "cn.cells_5m"])
    assert wrong.exit_code == 1
    assert "cn.cells_500m" in str(wrong.exception)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack/pack.toml").write_text(
        'format = 1\nid = "mine"\nversion = "1"\nregion = ""\nlicence = "CC0-1.0"\n'
        '[title]\nzh = "我的"\nen = "Mine"\n[description]\nzh = "网格"\nen = "Cells"\n',
        encoding="utf-8",
    )
    (tmp_path / "pack/cells.yaml").write_text(
        "my.cells:\n  title: {zh: 网格, en: Cells}\n  source: {title: ours}\n"
        "  level: district\n  size_m: 700\n",
        encoding="utf-8",
    )
    words = ["city", "infer", str(bare), "--pack", str(tmp_path / "pack"), "--into"]
    done = RUN.invoke(app, [*words, str(tmp_path / "new"), "--cells", "my.cells", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["inferred"].get("my.cells", 0) == 0  # the district has parts
    assert City.open(tmp_path / "new").identity.id == "tiny"


def test_a_run_names_the_version_of_its_city(
    tiny_city: Callable[..., City], tmp_path: Path
) -> None:
    second = tiny_city().successor({})
    folder = second.write(tmp_path / "town").folder
    (tmp_path / "s.toml").write_text(
        '[scenario]\nname = "out"\nhorizon_h = 24\nsamples = 2\n'
        '[[hazards]]\nkind = "cutoff"\nname = "x"\nids = ["plant"]\nhours = 2\n',
        encoding="utf-8",
    )
    out = tmp_path / "run"
    words = ["stress", str(folder), str(tmp_path / "s.toml"), "--out", str(out)]
    said = RUN.invoke(app, words)
    assert said.exit_code == 0, f"{said.output} {said.exception}"
    assert f"城市 city tiny 版本 version 2, 散列 hash {second.hash[:16]}" in said.output
    city = json.loads((out / "run.json").read_text(encoding="utf-8"))["city"]
    assert (city["id"], city["version"], city["hash"]) == ("tiny", 2, second.hash)
    page = tmp_path / "page.html"
    made = RUN.invoke(app, ["report", str(out), "--out", str(page)])
    assert made.exit_code == 0, f"{made.output} {made.exception}"
    assert "城市版本</dt><dd>2</dd>" in page.read_text(encoding="utf-8")
