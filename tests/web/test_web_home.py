"""The overview: it opens on the gravest run; pictures taken of it say what they show."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, Route, expect

from tests.servers import new_key
from tests.web.reader import Reader
from tests.web.site import Site

CITY = "demo-city"
AT_WORK = {
    "id": "coming", "version": 1, "kind": "demo", "title": "demo coming",
    "input": {"city": "coming", "scale": "city", "seed": 1}, "state": "running", "caller": "x",
    "attempt": 1, "asked_at": "2026-01-01T00:00:00Z", "began_at": "2026-01-01T00:00:00Z",
    "ended_at": None, "cancel_asked": False, "outcome": None, "fault": None,
}  # fmt: skip
FAR = {
    "state": "running", "attempt": 1, "stage": "demo", "share": 0.42, "kept": 0,
    "at": "2026-01-01T00:00:00Z", "ahead": 0,
}  # fmt: skip
PIXELS = """async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
  const made = await createImageBitmap(new Blob([bytes], {type: 'image/png'}))
  const canvas = new OffscreenCanvas(made.width, made.height)
  const pen = canvas.getContext('2d')
  pen.drawImage(made, 0, 0)
  const at = (y, height) => {
    const {data} = pen.getImageData(0, y, made.width, height)
    const seen = {}
    for (let n = 0; n < data.length; n += 4) {
      const colour = `rgb(${data[n]}, ${data[n + 1]}, ${data[n + 2]})`
      seen[colour] = (seen[colour] ?? 0) + 1
    }
    return seen
  }
  return {height: made.height, corner: Object.keys(at(0, 1))[0], foot: at(made.height - 130, 130)}
}"""
LEAST_BYTES = 10_000


def test_it_opens_on_the_gravest_run_and_pictures_say_where_they_come_from(
    reads: Callable[..., Reader], site: Site, tmp_path: Path
) -> None:
    version = site.get(f"cities/{CITY}")["current"]
    ranking = _of_the_demo(site, version)
    worst, mildest = ranking["items"][0], ranking["items"][-1]
    reader = reads("zh")
    for name, value in (("city", CITY), ("look", "dark")):
        reader.context.add_init_script(f"localStorage.setItem('rencity.{name}', '{value}')")
    # other tests strike this city meanwhile
    reader.page.route("**/ranking?*", lambda route: route.fulfill(json=ranking))
    page = reader.go(f"/?city={CITY}&run={mildest['run']['id']}")
    expect(reader.test("home-place")).to_contain_text(str(ranking["total"]))
    expect(reader.test("home-story")).to_contain_text(mildest["brief"]["title"]["zh"])
    reader.test("home-worst").click()
    expect(reader.test("home-story")).to_contain_text(worst["brief"]["title"]["zh"])
    expect(page).not_to_have_url(re.compile("run="))
    expect(reader.test("home-worst")).to_have_count(0)
    reader.settle()
    stem = re.escape(f"{CITY}-v{version}-{worst['run']['scenario']}-")
    chart = _taken(page, reader.test("chart-picture").first, tmp_path, stem)
    assert chart["corner"] == "rgb(255, 255, 255)", "not light in the dark look"
    canvas = page.locator(".maplibregl-canvas").first
    tall = int(canvas.evaluate("one => one.height"))
    shown = _taken(page, reader.test("tool-picture").first, tmp_path, stem)
    assert shown["height"] > tall + 100
    legend = page.locator(".legend i")
    for colour in legend.evaluate_all("all => all.map((one) => getComputedStyle(one).background)"):
        first = str(re.match(r"rgb\([^)]*\)", colour)[0])  # type: ignore[index]
        assert shown["foot"].get(first, 0) > 30, f"the legend lacks {first}"


def _of_the_demo(site: Site, version: int) -> dict[str, Any]:
    ranking: dict[str, Any] = site.get(f"cities/{CITY}/versions/{version}/ranking", limit=200)
    items = [one for one in ranking["items"] if one["run"]["id"].startswith("demo-")]
    assert len(items) > 1
    return {**ranking, "items": items, "total": len(items)}


def _taken(page: Page, by: Locator, folder: Path, stem: str) -> dict[str, Any]:
    with page.expect_download() as taking:
        by.click()
    name = taking.value.suggested_filename
    assert re.match(rf"{stem}\d+-samples-seed-\d+-[0-9a-f]{{8}}-.+\.png$", name)
    taking.value.save_as(folder / name)
    data = (folder / name).read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(data) > LEAST_BYTES
    said: dict[str, Any] = page.evaluate(PIXELS, base64.b64encode(data).decode())
    return said


def test_a_city_in_the_making_is_shown_and_the_page_turns_over_by_itself(
    reads: Callable[..., Reader], site: Site
) -> None:
    reader = reads("zh")
    page, offered = reader.page, reader.test("demo-block")

    def jobs(route: Route) -> None:
        items = [AT_WORK] if "state=running" in route.request.url else []
        route.fulfill(json={"items": items, "next": None})

    page.route("**/api/v1/cities?*", lambda route: route.fulfill(json={"items": [], "next": None}))
    page.route("**/api/v1/jobs?*", jobs)
    page.route("**/api/v1/jobs/coming/progress", lambda route: route.fulfill(json=FAR))
    reader.go("/")
    expect(reader.test("home-coming")).to_contain_text("42%")
    assert offered.count() == 0
    page.evaluate("window.kept = true")
    page.unroute_all()
    _change(site)
    expect(reader.test("home-coming")).to_have_count(0)
    expect(reader.test("choose-city")).to_be_visible()
    assert page.evaluate("window.kept"), "the page was loaded anew"


def _change(site: Site) -> None:
    """Write a note on the city and take it back, so that news of it goes out."""
    url = f"{site.address}api/v1/cities/{CITY}"
    for note in ("seen", ""):
        tag = httpx.get(url, trust_env=False).headers["ETag"]
        headers = {"If-Match": tag, **new_key()}
        answer = httpx.patch(url, json={"note": note}, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text
