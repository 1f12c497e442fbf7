"""Every page, in both languages and at both widths: whole, translated, open to everybody."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.memphis import Memphis
from tests.web.reader import WIDTHS, Lang, Reader
from tests.web.site import Site

PAGES = {
    "home": "/?city={city}",
    "cities": "/city",
    "import": "/city/import",
    "city": "/city/{city}",
    "rehearse": "/rehearse",
    "new-run": "/rehearse/new?city={city}",
    "run": "/rehearse/runs/{run}",
    "compare": "/rehearse/compare?a={run}&b={other}",
    "decide": "/decide",
    "new-answer": "/decide/new?city={city}&kind=invest",
    "invest": "/decide/{invest}",
    "n1": "/decide/{n1}",
    "rate": "/decide/{rate}",
    "measure": "/decide/{measure}",
    "jobs": "/jobs",
    "job": "/jobs/{run}",
    "guide": "/guide",
    "nowhere": "/nowhere/at/all",
}
MEMPHIS = ("city", "run", "invest", "n1", "home")


@pytest.fixture(scope="module")
def ids(site: Site) -> dict[str, str]:
    """Ids of what the demo made."""
    runs = site.get("runs", what="stress", city="demo-city", limit=10)["items"]
    answers = ("n1", "measure", "rate", "invest")
    made = {what: site.run_of(what, "demo-city")["id"] for what in answers}
    return {"city": "demo-city", "run": runs[0]["id"], "other": runs[1]["id"], **made}


@pytest.fixture(scope="module")
def shots() -> Path | None:
    """Where pictures are kept to be looked at; none unless RENCITY_SHOTS names a folder."""
    named = os.environ.get("RENCITY_SHOTS")
    if named:
        Path(named).mkdir(parents=True, exist_ok=True)
    return Path(named) if named else None


def _whole(reader: Reader, lang: Lang, known: str) -> None:
    assert reader.untranslated() == []
    assert reader.overflow() <= 0
    expected = "zh-CN" if lang == "zh" else "en"
    assert reader.page.locator("html").get_attribute("lang") == expected
    if lang == "en":
        assert reader.chinese_beside_data(known) == []
    else:
        assert reader.english(known) == []
    assert reader.barriers() == []


def _shoot(reader: Reader, shots: Path | None, name: str) -> None:
    if shots:
        reader.page.screenshot(path=shots / f"{name}.png", full_page=True)


def _known(site: Site) -> str:
    """What data says in one language, whatever that of the page."""
    said = [site.get("cities"), site.get("scenarios"), site.get("runs", limit=200)]
    said += [site.get("jobs", limit=200), site.get("packs")]
    said += [site.get("cities/demo-city/versions/1/info")]  # with the sources of its figures
    return json.dumps(said, ensure_ascii=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", list(PAGES))
def test_every_page_of_the_demo(
    comes_again: Callable[[Lang], Reader],
    site: Site,
    ids: dict[str, str],
    shots: Path | None,
    name: str,
    lang: Lang,
) -> None:
    reader = comes_again(lang)
    page = reader.go(PAGES[name].format(**ids))
    _shoot(reader, shots, f"demo-{name}-{lang}-desktop")
    _whole(reader, lang, _known(site) + "中文")
    wide, high = WIDTHS["tablet"]
    page.set_viewport_size({"width": wide, "height": high})
    reader.settle()
    _shoot(reader, shots, f"demo-{name}-{lang}-tablet")
    assert reader.overflow() <= 0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", MEMPHIS)
def test_pages_of_memphis(
    comes_again: Callable[[Lang], Reader],
    site: Site,
    memphis: Memphis,
    shots: Path | None,
    name: str,
    lang: Lang,
) -> None:
    reader = comes_again(lang)
    reader.go("/guide")
    reader.page.evaluate("localStorage.setItem('rencity.city', 'memphis')")
    reader.go(PAGES[name].format(**memphis.__dict__))
    _shoot(reader, shots, f"memphis-{name}-{lang}")
    _whole(reader, lang, _known(site) + "中文号变电站供电区谢尔比县")


@pytest.mark.parametrize("name", ["home", "city", "run", "invest"])
def test_the_dark_look_keeps_contrast(
    reads: Callable[..., Reader], ids: dict[str, str], shots: Path | None, name: str
) -> None:
    reader = reads("zh")
    reader.context.add_init_script("localStorage.setItem('rencity.look', 'dark')")
    page = reader.go(PAGES[name].format(**ids))
    assert page.locator("html").get_attribute("data-theme") == "dark"
    _shoot(reader, shots, f"demo-{name}-dark")
    assert reader.barriers() == []


def test_the_first_load_is_light(reads: Callable[..., Reader]) -> None:
    reader = reads("zh")
    sent: list[int] = []
    session = reader.context.new_cdp_session(reader.page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda said: sent.append(said["encodedDataLength"]))
    reader.go("/")
    assert len(sent) > 3
    assert sum(sent) < 1_500_000


def test_the_language_changes_in_place_and_is_kept(reads: Callable[..., Reader]) -> None:
    reader = reads("zh")
    page = reader.go("/guide")
    reader.test("language").click()
    assert "Overview" in reader.test("nav-home").inner_text()
    page.evaluate("localStorage.setItem('seen', localStorage.getItem('rencity.lang'))")
    assert page.evaluate("localStorage.getItem('seen')") == "en"
    assert reader.untranslated() == []


def test_the_frame_is_walked_by_keyboard(reads: Callable[..., Reader]) -> None:
    reader = reads("zh")
    page = reader.go("/guide")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    seen: set[str] = set()
    page.locator(".brand").focus()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(str(page.evaluate("document.activeElement.dataset.test ?? ''")))
    assert {"language", "nav-home", "nav-city", "nav-rehearse", "nav-decide", "nav-jobs"} <= seen
