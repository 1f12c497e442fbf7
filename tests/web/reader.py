"""Somebody at a browser: what they see, and what goes wrong where they do not look."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.web.site import Site

Lang = Literal["zh", "en"]
WIDTHS = {"desktop": (1440, 900), "tablet": (820, 1180)}
WAIT_MS = 60_000
ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"

QUIET_MS = 300
QUIET = f"""() => {{
  const busy = document.querySelector('main').ariaBusy === 'true'
  window.quiet_ = busy ? 0 : window.quiet_ || performance.now()
  return !busy && performance.now() - window.quiet_ > {QUIET_MS}
}}"""
"""One reading often leads to the next: nothing is on its way for a while."""

_KEY = re.compile(r"\b(frame|design|map|home|city|rehearse|decide|jobs|guide)\.[a-z]\w*\b")
_CJK = re.compile(r"[\u3400-\u9fff]")

ENGLISH = """() => {
  const words = /[a-z]{3,}[ ,:]+[a-z]{2,}[ ,:]+[a-z]{2,}/
  const found = new Set()
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const inside = texts.currentNode.parentElement?.closest('script, style, code, pre, [lang]')
    const text = texts.currentNode.textContent.trim()
    if (!inside && words.test(text)) found.add(text)
  }
  for (const name of ['title', 'aria-label', 'placeholder'])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (words.test(one.getAttribute(name))) found.add(one.getAttribute(name))
  return [...found]
}"""
"""Three words in a row are a sentence, not a name of the city's own."""


class Reader:
    """A page of the site in one language, at one width.

    Attributes
    ----------
    faults : console errors, failed scripts and requests to other hosts; a test ends with none
    """

    def __init__(
        self, browser: Browser, site: Site, lang: Lang = "zh", at: str = "desktop"
    ) -> None:
        wide, high = WIDTHS[at]
        self.site, self.lang = site, lang
        self.faults: list[str] = []
        self.forgiven: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": wide, "height": high}, locale="zh-CN", accept_downloads=True
        )
        self.context.set_default_timeout(WAIT_MS)
        self.context.add_init_script(f"localStorage.setItem('rencity.lang', '{lang}')")
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("request", self._asked)
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _asked(self, request: Any) -> None:
        url = str(request.url)
        if not url.startswith((self.site.address, "data:", "blob:")):
            self.faults.append(f"asks another host: {url}")

    def go(self, path: str) -> Page:
        """Open an address of the site and wait until what it asked for is there."""
        self.page.goto(self.site.address.rstrip("/") + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until the page has its heading, has read what it shows, and every map is drawn."""
        expect(self.page.locator("main h1").first).to_be_visible(timeout=WAIT_MS)
        self.page.wait_for_function(QUIET, timeout=WAIT_MS)
        for one in self.page.get_by_test_id("map").all():
            expect(one).to_have_attribute("data-ready", "true", timeout=WAIT_MS)

    def test(self, name: str) -> Any:
        """What carries this `data-test`."""
        return self.page.get_by_test_id(name)

    def words(self) -> str:
        """All text on the page but what says that it is of another language."""
        return str(
            self.page.evaluate(
                "() => { const kept = [...document.querySelectorAll('body [lang]')];"
                "kept.forEach((one) => (one.hidden = true));"
                "const said = document.body.innerText;"
                "kept.forEach((one) => (one.hidden = false)); return said }"
            )
        )

    def untranslated(self) -> list[str]:
        """Keys shown in place of their text."""
        return [found.group() for found in _KEY.finditer(self.words())]

    def chinese_beside_data(self, data: str) -> list[str]:
        """Lines of Chinese on an English page that are no names of the city's own."""
        lines = (line.strip() for line in self.words().splitlines())
        return [
            line
            for line in lines
            if _CJK.search(line) and not any(part in data for part in _parts(line))
        ]

    def english(self, data: str) -> list[str]:
        """Runs of English words on a Chinese page that are not the data's own, folded ones too."""
        return [text for text in self.page.evaluate(ENGLISH) if text not in data]

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(
            self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        )

    def barriers(self) -> list[str]:
        """What keeps somebody out who cannot see or point: serious and critical faults by axe."""
        found = self.page.evaluate(
            AXE.read_text("utf-8")
            + "; axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'best-practice']})"
        )
        return [
            f"{one['id']}: {node['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    def close(self) -> None:
        """End, and fail where anything went wrong unseen."""
        self.context.close()
        self.answer()

    def answer(self) -> None:
        """Fail where anything went wrong unseen since this was asked last."""
        left = [f for f in self.faults if not any(word in f for word in self.forgiven)]
        self.faults.clear()
        assert not left, left

    def forget(self, at: str = "desktop") -> None:
        """Be as at the beginning, but that scripts and styles need not be fetched again."""
        wide, high = WIDTHS[at]
        self.page.set_viewport_size({"width": wide, "height": high})
        if self.page.url.startswith(self.site.address):
            self.page.evaluate("localStorage.clear(); sessionStorage.clear()")


def _parts(line: str) -> list[str]:
    return [part for part in re.split(r"[^\u3400-\u9fff]+", line) if part]
