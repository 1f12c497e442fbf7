"""The city's main acts: bring one in, click what is in it, ask what fails with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.web.hostile import HOSTILE, hostile_city
from tests.web.memphis import Memphis, source_files
from tests.web.reader import Reader
from tests.web.site import Site

LIFELINES = ("power", "water", "gas", "telecom")


@pytest.fixture(scope="module")
def memphis_folder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody who has Memphis's files would choose, in its folders."""
    source = shared_data / "interdependent"
    folder = tmp_path_factory.mktemp("chosen") / "memphis"
    for path in source_files(shared_data):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return folder


def test_memphis_is_imported_with_no_more_than_its_files(
    reads: Callable[..., Reader], site: Site, memphis_folder: Path
) -> None:
    reader, city = reads("zh"), f"by-hand-{uuid4().hex[:6]}"
    page = reader.go("/city/import")
    reader.test("pick-folder").set_input_files(memphis_folder)
    expect(reader.test("suggestion-0")).to_contain_text("memphis")  # of the shipped mappings
    expect(reader.test("mapping")).to_be_visible()
    reader.test("city-id").locator("input").fill(city)
    reader.test("city-name").locator("input").fill("孟菲斯（手工导入）")
    reader.test("time-zone").locator("input").fill("America/Chicago")
    page.keyboard.press("Enter")
    reader.test("import-go").click()
    expect(reader.test("watch")).to_have_attribute("data-state", "done", timeout=120_000)
    ledger = reader.test("ledger")
    expect(ledger).to_be_visible()
    told = ledger.inner_text()
    for figure in ("681", "606", "35", "40"):  # read, kept, merged, refused: as its README counts
        assert re.search(rf"\b{figure}\b", told), (figure, told)
    reader.test("open-imported").click()
    expect(page).to_have_url(re.compile(rf"/city/{city}\b"))
    reader.settle()
    expect(reader.test("info").or_(reader.test("thing"))).to_be_visible()
    made = site.get(f"cities/{city}/versions/1")["counts"]
    assert made["assets"] == 384


STATIONS = """编号,名称,经度,纬度,类型,状态
1,城北泵站,120.30,31.57,泵站,在用
2,梁溪变电站,120.33,31.58,变电站,在用
3,旧变电站,120.35,31.55,变电站,停用
"""


def test_a_guess_is_taken_and_then_narrowed_joined_and_worked_out(
    reads: Callable[..., Reader], site: Site, tmp_path: Path
) -> None:
    folder = tmp_path / "站"
    folder.mkdir()
    (folder / "供电站点.csv").write_text(STATIONS, encoding="gb18030")
    (folder / "额定.csv").write_text("站号,千伏\n2,110\n", encoding="utf-8-sig")
    reader, city = reads("zh"), f"guessed-{uuid4().hex[:6]}"
    page = reader.go("/city/import")
    reader.test("pick-folder").set_input_files(folder)
    expect(reader.test("proposal")).to_contain_text("供电站点.csv")
    expect(reader.test("layer-0")).to_have_count(0)  # nothing of it is taken yet
    box = reader.test("proposed-0").get_by_role("checkbox")
    if not box.is_checked():
        box.click()
    reader.test("take-proposal").click()
    reader.test("layer-0").get_by_role("button").first.click()
    trial = reader.test("trial")
    expect(trial).to_have_attribute("data-kept", "3")

    def choose(what: str, option: str, nth: int = 0) -> None:
        options = page.locator(".n-base-select-option:visible")
        expect(options).to_have_count(0)  # a list that fades away takes clicks for another
        page.locator(what).nth(nth).click()
        options.filter(has_text=option).first.click()

    reader.test("rows-where").locator("summary").click()
    reader.test("add-where").first.click()
    choose("[data-test=where-column]", "状态")
    choose("[data-test=where-values]", "在用")
    page.keyboard.press("Escape")
    expect(trial).to_have_attribute("data-kept", "2")

    reader.test("rows-derive").locator("summary").click()
    reader.test("add-derive").first.click()
    expect(reader.test("made-新列")).to_contain_text("1, 2")

    reader.test("rows-join").locator("summary").first.click()
    reader.test("add-join").click()
    choose("[data-test=join-file]", "额定.csv")
    reader.test("add-on").click()
    choose("[data-test=on-line] .n-select", "编号")
    choose("[data-test=on-line] .n-select", "站号", 1)
    reader.test("add-take").click()
    choose("[data-test=take-line] .n-select", "千伏")
    expect(reader.test("made-千伏")).to_contain_text("110")
    assert reader.barriers() == []

    page.get_by_role("tab", name="TOML").click()
    text = reader.test("mapping-text").locator("textarea").input_value()
    assert all(part in text for part in ("where", "derive", "[[layers.join]]"))
    reader.test("city-id").locator("input").fill(city)
    reader.test("import-go").click()
    expect(reader.test("watch")).to_have_attribute("data-state", "done", timeout=120_000)
    assert site.get(f"cities/{city}/versions/1")["counts"]["assets"] == 2


def test_what_a_thing_is_and_what_fails_with_it_equal_the_api(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    page = reader.go(f"/city/{memphis.city}")
    reader.test("search").locator("input").fill("power-18")
    reader.test("found").get_by_text("power-18", exact=False).first.click()
    thing = reader.test("thing")
    expect(thing).to_contain_text("power-18")
    version = f"cities/{memphis.city}/versions/1"
    told = site.get(f"{version}/thing", table="assets", id="power-18")
    for one in told["dependents"][:3]:
        expect(thing).to_contain_text(one["ref"]["name"] or one["ref"]["id"])
    reader.test("fail-this").click()
    expect(reader.test("headline")).to_be_visible()
    fallen = _what_if(site, version, ["power-18"])
    assert fallen["people"]["water"] == 924_339
    for name in LIFELINES:
        lost = reader.test(f"lost-{name}")
        assert lost.get_attribute("title") == f"{fallen['people'][name]:,}"
    expect(reader.test("took")).to_contain_text(re.compile(r"\d"))
    page.reload()  # the address keeps what was asked
    reader.settle()
    expect(reader.test("lost-water")).to_have_attribute("title", "924,339")


def test_an_outlined_set_fails_together(reads: Callable[..., Reader], memphis: Memphis) -> None:
    reader = reads("zh")
    page = reader.go(f"/city/{memphis.city}")
    reader.test("tool-box").click()
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.35, box["y"] + box["height"] * 0.25)
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=4)
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.8)
    reader.test("outlined-add").click()
    expect(reader.test("headline")).to_be_visible()
    assert int(page.locator("[data-test=fail-set] li").count()) > 5
    shown = {
        name: reader.test(f"lost-{name}").get_attribute("title")
        for name in LIFELINES
        if reader.test(f"lost-{name}").count()
    }
    assert shown
    assert all(value and int(value.replace(",", "")) > 0 for value in shown.values())


def test_a_click_on_the_map_shows_what_lies_there(reads: Callable[..., Reader]) -> None:
    reader = reads("zh")
    page = reader.go("/city/demo-city")
    canvas = page.locator(".maplibregl-canvas")
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(reader.test("thing")).to_be_visible()
    # the same without a mouse
    canvas.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("!document.querySelector('.maplibregl-canvas').classList.contains('x')")
    page.keyboard.press("Enter")
    expect(reader.test("thing")).to_be_visible()


def test_findings_origins_and_versions_are_told(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    page = reader.go(f"/city/{memphis.city}")
    version = f"cities/{memphis.city}/versions/1"
    page.get_by_role("tab", name="Check").click()
    for finding in site.get(f"{version}/findings"):
        expect(reader.test(f"finding-{finding['rule']}").first).to_be_visible()
    page.get_by_role("tab", name="Sources").click()
    expect(reader.test("origins")).to_contain_text("InfraRisk")
    page.get_by_role("tab", name="Versions").click()
    expect(reader.test("versions")).to_contain_text(site.get(version)["hash"][:8])


def test_hostile_names_are_text_wherever_they_are_shown(
    reads: Callable[..., Reader], site: Site, tmp_path: Path
) -> None:
    city = hostile_city(site, tmp_path)
    reader = reads("zh")
    page = reader.go(f"/city/{city}")
    for name in HOSTILE:
        reader.test("search").locator("input").fill(name[:40])
        expect(reader.test("found")).to_be_visible()
        page.keyboard.press("Escape")
    reader.test("search").locator("input").fill("asset-0")
    reader.test("found").get_by_text("asset-0").first.click()
    expect(reader.test("thing")).to_contain_text(HOSTILE[0])
    reader.test("fail-this").click()
    expect(reader.test("headline")).to_be_visible()
    for path in ("/city", "/jobs", "/", "/rehearse"):
        reader.go(path)
    assert page.evaluate("window.hit === undefined")


def _what_if(site: Site, version: str, assets: list[str]) -> dict[str, dict[str, int]]:
    import httpx

    url = f"{site.address}api/v1/{version}/what-if"
    answer = httpx.post(url, json={"assets": assets}, trust_env=False, timeout=60)
    said: dict[str, dict[str, int]] = answer.json()
    return said
