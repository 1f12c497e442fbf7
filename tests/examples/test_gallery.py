"""Every question of the gallery, asked on a small size: it answers, draws, and is told in docs."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from rencity.city import City
from rencity.city.importing import NewCity, import_into
from tests.cities import demo_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
QUESTIONS = sorted(path.parent.name for path in EXAMPLES.glob("*/ask.py"))
PNG = b"\x89PNG"


def question(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"ask_{name}", EXAMPLES / name / "ask.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def block() -> City:
    return demo_of("block").city


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_docs_ask_it_show_its_picture_and_name_its_command(name: str) -> None:
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    asked = (question(name).__doc__ or "").splitlines()[0]
    assert f"## {asked}" in page or asked in page
    assert f"python examples/{name}/ask.py" in page
    picture = ROOT / "docs" / "pictures" / f"{name}.png"
    assert f"pictures/{name}.png" in page
    assert picture.read_bytes()[:4] == PNG


def test_no_picture_is_left_over() -> None:
    pages = (path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    shown = {name for page in pages for name in re.findall(r"pictures/([a-z0-9-]+\.png)", page)}
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} == shown


def test_which_substation(shared_data: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(shared_data / "interdependent")
    new = NewCity(id="memphis", name="孟菲斯", code="47157", time_zone="America/Chicago")
    mapping = EXAMPLES / "memphis" / "map.toml"
    memphis = import_into(
        "tables", tmp_path / "data", tmp_path / "memphis", mapping=mapping, new=new
    ).city
    picture = tmp_path / "answer.png"
    ranked = question("which-substation").ask(memphis, base=tmp_path, samples=64, picture=picture)
    assert ranked["kind"].str.startswith("substation").all()
    saved = ranked["knock_saved_ph"].dropna()
    assert saved.iloc[0] > 0
    assert saved.is_monotonic_decreasing
    assert picture.read_bytes()[:4] == PNG


def test_worst_few(block: City, tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    table = question("worst-few").ask(block, few=(1, 4), samples=20, picture=picture)
    assert (np.diff(table["people"]) <= 0).all()  # more failures, fewer people
    assert table["people"].iloc[-1] < table["drawn"].iloc[-1]
    assert picture.read_bytes()[:4] == PNG


def test_hundred_year_storm(block: City, tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    table, facts = question("hundred-year-storm").ask(block, samples=8, picture=picture)
    assert list(table.columns) == ["out", "hours", "touched"]
    assert facts["rain_mm"] > 50
    assert picture.read_bytes()[:4] == PNG


def test_first_hospital(block: City, tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    ranked = question("first-hospital").ask(block, watched_h=(12, 48), samples=8, picture=picture)
    hospitals = block.assets[block.assets["kind"] == "hospital"]
    assert set(ranked.index) == set(hospitals["id"])
    assert (ranked["48 h"] >= ranked["12 h"]).all()
    assert picture.read_bytes()[:4] == PNG


def test_high_river(tmp_path: Path) -> None:
    picture = tmp_path / "answer.png"
    city = demo_of("city").city  # the block does not reach the river
    table = question("high-river").ask(city, samples=4, picture=picture)
    assert (table["people without, worst"] >= 0).all()
    assert table["people without, worst"].iloc[0] > 100_000
    assert picture.read_bytes()[:4] == PNG
