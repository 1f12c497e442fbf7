"""The whole story: somebody new, with nothing but the pages, from their files to what to buy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.web.memphis import source_files
from tests.web.reader import Lang, Reader
from tests.web.site import Site

WORK_MS = 180_000
MOST_CLICKS = 24
COUNTING = "window.clicks = 0; addEventListener('click', () => (window.clicks += 1), true)"
BUDGET_YUAN = 5_000_000
EACH_YUAN = 2_000_000


@pytest.fixture(scope="module")
def files(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that somebody in Memphis would choose."""
    source = shared_data / "interdependent"
    folder = tmp_path_factory.mktemp("brought") / "memphis"
    for path in source_files(shared_data):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_from_own_files_to_what_to_buy(
    reads: Callable[..., Reader], site: Site, files: Path, lang: Lang
) -> None:
    reader = reads(lang)
    reader.context.add_init_script(COUNTING)
    page = reader.go("/")
    city = f"story-{lang}-{uuid4().hex[:6]}"
    _bring(reader, files, city)
    run = _strike(reader, city)
    _name_what_hurts_most(reader, site, run)
    answer = _ask_what_to_buy(reader)
    _read_what_to_buy(reader, site, city, answer)
    assert page.evaluate("window.clicks") <= MOST_CLICKS


def _bring(reader: Reader, files: Path, city: str) -> None:
    reader.test("nav-city").click()
    reader.test("import-city").click()
    reader.test("pick-folder").set_input_files(files)
    expect(reader.test("suggestion-0")).to_contain_text("memphis")
    expect(reader.test("mapping")).to_be_visible()
    _fill(reader, "city-id", city)
    _fill(reader, "city-name", "孟菲斯")
    _fill(reader, "city-name-en", "Memphis")
    reader.test("import-go").click()
    expect(reader.test("open-imported")).to_be_visible(timeout=WORK_MS)
    reader.test("open-imported").click()
    expect(reader.page).to_have_url(re.compile(rf"/city/{city}"))


def _strike(reader: Reader, city: str) -> str:
    reader.test("nav-rehearse").click()
    reader.test("new-rehearsal").click()
    expect(reader.page).to_have_url(re.compile(rf"city={city}"))
    reader.test("start-earthquake").click()
    reader.settle()
    _fill(reader, "set-samples", 32)
    reader.test("draw-earthquake-draw_point").click()
    box = reader.page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    reader.page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.45)
    expect(reader.test("check")).to_have_attribute("data-ok", "true")
    reader.test("run-now").click()
    expect(reader.test("lifelines")).to_be_visible(timeout=WORK_MS)
    return reader.page.url.split("?")[0].rsplit("/", 1)[1]


def _name_what_hurts_most(reader: Reader, site: Site, run: str) -> None:
    worst = site.get(f"runs/{run}/weak-links", by="saved", limit=1)["items"][0]
    first = reader.test("weak-go").first
    expect(first).to_have_text(worst["name"] or worst["asset"])
    first.click()
    expect(reader.test("target-panel")).to_contain_text(worst["asset"])
    reader.test("ask-why").click()
    told = site.get(f"runs/{run}/why", target=f"asset:{worst['asset']}")
    why = reader.test("why")
    for cause in told["causes"]["causes"][:3]:
        expect(why).to_contain_text(cause["asset"].get("name") or cause["asset"]["id"])
    assert any(people > 0 for people in told["consequences"]["people"].values())
    for people in told["consequences"]["people"].values():
        expect(why).to_contain_text(f"{people:,}" if people else re.compile("."))


def _ask_what_to_buy(reader: Reader) -> str:
    reader.test("decide").click()
    reader.test("keep-scenario").first.click()
    reader.test("suggest").click()
    expect(reader.test("measure-list").locator("> li")).to_have_count(5)
    _fill(reader, "fill-cost", EACH_YUAN)
    reader.test("fill-go").click()
    _fill(reader, "budget", BUDGET_YUAN)
    reader.page.locator("details", has=reader.test("samples")).locator("summary").click()
    _fill(reader, "samples", 16)
    reader.test("ask-go").click()
    expect(reader.test("to-answer")).to_be_visible(timeout=WORK_MS)
    reader.test("to-answer").click()
    expect(reader.test("invest-said")).to_be_visible()
    return reader.page.url.rsplit("/", 1)[1]


def _read_what_to_buy(reader: Reader, site: Site, city: str, answer: str) -> None:
    told: dict[str, Any] = site.get(f"runs/{answer}/invest")
    exactly, greedy = told["exact"], told["greedy"]
    better = exactly and exactly["saved"]["mean"] > greedy["saved"]["mean"]
    chosen = (exactly if better else greedy)["chosen"]
    titles = {one["id"]: one["title"][reader.lang] for one in told["measures"]}
    shown = reader.test("invest-chosen").locator("li")
    assert sorted(shown.all_inner_texts()) == sorted(titles[one] for one in chosen)
    assert chosen
    assert len(chosen) * EACH_YUAN <= BUDGET_YUAN
    assert site.get(f"runs/{answer}")["city"] == city
    expect(reader.test("made-up")).to_be_visible()  # costs were assumed, and that stays said
    assert reader.untranslated() == []


def _fill(reader: Reader, name: str, value: object) -> None:
    field = reader.test(name).locator("input")
    field.fill(str(value))
    field.press("Tab")
