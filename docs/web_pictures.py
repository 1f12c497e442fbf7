"""Take the pictures of the pages on the web app: `make pictures` with a server that runs.

Wants the demo of `make run` at scale city and Memphis, which it brings in where the public data
lies beside the project. Takes the address of the server and its data folder.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.servers import new_key  # noqa: E402 - the tests' kit lies beside, not inside, the house
from tests.web.memphis import EXAMPLES, QUAKE, memphis_on, source_files  # noqa: E402
from tests.web.site import Site  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
PICTURES = ROOT / "docs" / "pictures"
COLOURS = 48
DEMO, BY_HAND = "demo-city", "memphis-by-hand"
WIDE, HIGH, TOP, WAIT_MS = 1440, 900, 48, 120_000


@dataclass
class Look:
    """A page in one language, about one city, as somebody in China sees it."""

    page: Page
    site: Site

    def go(self, path: str) -> None:
        self.page.goto(self.site.address.rstrip("/") + path)
        self.settle()

    def of(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    def settle(self) -> None:
        """Wait until all that was asked for is there and drawn."""
        expect(self.page.locator(".n-spin")).to_have_count(0, timeout=WAIT_MS)
        for one in self.of("map").all():
            expect(one).to_have_attribute("data-ready", "true", timeout=WAIT_MS)
        self.page.wait_for_timeout(2500)  # charts move when they appear, tiles come one by one

    def keep(self, name: str, part: Locator | None = None, most_high: int = HIGH) -> None:
        """A picture of the window, or of a part of the page."""
        self.page.mouse.move(WIDE - 1, HIGH - 1)
        box = (0.0, 0.0, float(WIDE), float(most_high)) if part is None else self._seen(part)
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB").crop(box)
        few = picture.quantize(palette=_palette(picture), dither=Image.Dither.NONE)
        path = PICTURES / f"web-{name}.png"
        few.save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")

    def _seen(self, part: Locator) -> tuple[float, float, float, float]:
        """What of a part is in the window once it begins at the top, below what stays there."""
        part.evaluate("one => one.scrollIntoView({block: 'start'})")
        self.page.wait_for_timeout(800)
        box = part.bounding_box()
        assert box is not None
        top = max(box["y"], TOP)
        bottom = min(box["y"] + box["height"], HIGH)
        return box["x"], top, box["x"] + box["width"], bottom


def _palette(picture: Image.Image) -> Image.Image:
    """What a picture is mostly of, as it is, and colours that come near the rest."""
    counted = sorted(picture.getcolors(WIDE * HIGH) or [], reverse=True)
    most = [colour for _, colour in counted[:COLOURS]]
    near = picture.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).getpalette() or []
    made = Image.new("P", (1, 1))
    made.putpalette([level for colour in most for level in colour] + near[: 3 * COLOURS])
    return made


Taken = Callable[[Look], None]


def home(look: Look) -> None:
    look.go("/")
    expect(look.of("home-story")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("home")


def home_en(look: Look) -> None:
    look.go("/")
    expect(look.of("home-story")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("home-en")


def cities(look: Look) -> None:
    look.go("/city")
    look.keep("cities", most_high=400)


def brought_in(look: Look) -> None:
    """Import Memphis as somebody would who has its files, and take it away again."""
    with tempfile.TemporaryDirectory() as folder:
        chosen = Path(folder) / "memphis"
        for path in source_files(SHARED):
            target = chosen / path.relative_to(SHARED / "interdependent")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
        look.go("/city/import")
        look.of("pick-folder").set_input_files(chosen)
        expect(look.of("mapping")).to_be_visible(timeout=WAIT_MS)
        look.settle()
        look.keep("import-found")
        look.of("city-id").locator("input").fill(BY_HAND)
        look.of("city-name").locator("input").fill("孟菲斯")
        look.of("city-name-en").locator("input").fill("Memphis")
        look.of("time-zone").locator("input").fill("America/Chicago")
        look.page.keyboard.press("Enter")
        look.of("infer").click()  # the data say all their needs themselves
        look.of("import-go").scroll_into_view_if_needed()
        look.settle()
        look.keep("import-city")
        look.of("import-go").click()
        expect(look.of("ledger")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("import-ledger", look.of("ledger"))
    _taken_away(look.site)


def _taken_away(site: Site) -> None:
    version = site.get(f"cities/{BY_HAND}")["version"]
    httpx.delete(
        f"{site.address}api/v1/cities/{BY_HAND}", params={"why": "pictures"},
        headers=new_key() | {"If-Match": f'"{version}"'}, trust_env=False,
    ).raise_for_status()  # fmt: skip


def thing(look: Look) -> None:
    worst = "power-substation_medium-000041"
    look.go(
        f"/city/{DEMO}?sel=assets:{worst}&tab=thing&view=120.363,31.571,12.2&off=road,drainage,telecom,gas"
    )
    look.keep("city-thing")


def origins(look: Look) -> None:
    look.go("/city/memphis?tab=origins&by=origin")
    look.keep("city-origins")


def findings(look: Look) -> None:
    look.go(f"/city/{DEMO}?tab=findings&off=road,drainage,telecom,water,gas,power")
    expect(look.of("findings")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("city-findings")


def what_if(look: Look) -> None:
    look.go("/city/memphis?tab=fail&fail=power-18")
    expect(look.of("headline")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("what-if")


def new_run(look: Look) -> None:
    look.go("/rehearse/new?kind=earthquake")
    look.settle()
    look.keep("rehearse-new")


def working(look: Look) -> None:
    """A rehearsal long enough to be seen at work; cancelled then."""
    text = QUAKE.replace("samples = 64", "samples = 200000")
    job = look.site.post(
        "jobs",
        {"kind": "stress", "input": {"city": "memphis", "text": text}, "title": "孟菲斯地震"},
    )["id"]
    look.go(f"/rehearse/runs/{job}")
    expect(look.page.locator(".n-progress")).to_be_visible(timeout=WAIT_MS)
    look.page.wait_for_timeout(6000)
    look.keep("rehearse-working", most_high=360)
    look.of("cancel-job").click()
    expect(look.of("retry-job")).to_be_visible(timeout=WAIT_MS)


def run(look: Look) -> None:
    known = look.site.get("runs", what="stress", city=DEMO, scenario="typhoon-crews", limit=1)
    look.go(f"/rehearse/runs/{known['items'][0]['id']}")
    look.keep("run")
    page = look.page
    look.keep("run-map", page.locator("#map"))
    look.keep("run-curves", page.locator("#curves"))
    look.keep("run-weak", page.locator("#weak"))
    look.keep("run-exceedance", page.locator("#exceedance"))
    look.keep("run-crews", page.locator("#crews"))
    look.keep("run-export", page.locator("#export"))
    look.of("map-assets").click()
    page.get_by_text("此刻停用的可能").click()
    expect(look.of("assets-out")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("run-assets", page.locator("#map"))


def why(look: Look) -> None:
    known = look.site.run_of("stress", "memphis")
    look.go(f"/rehearse/runs/{known['id']}")
    look.page.locator("#waits a, #waits button").first.click()
    look.of("ask-why").first.click()
    expect(look.of("why")).to_be_visible(timeout=WAIT_MS)
    look.settle()
    look.keep("run-why")


def compare(look: Look) -> None:
    ids = [
        look.site.get("runs", what="stress", city=DEMO, scenario=one, limit=1)["items"][0]["id"]
        for one in ("typhoon", "typhoon-crews")
    ]
    look.go(f"/rehearse/compare?a={ids[0]}&b={ids[1]}")
    look.keep("compare")
    look.page.get_by_text("One map of the difference").or_(
        look.page.get_by_text("一张图看差别")
    ).click()
    look.settle()
    look.keep("compare-map", look.page.locator("section", has=look.of("map-difference")).last)


def ask(look: Look) -> None:
    look.go("/decide/new?city=memphis")
    look.page.locator("[data-test^=member-]", has_text="孟菲斯").first.click()
    look.of("upload-measures").set_input_files(EXAMPLES / "measures.toml")
    look.settle()
    look.keep("decide-ask")


def invest(look: Look) -> None:
    look.go(f"/decide/{look.site.run_of('invest', DEMO)['id']}")
    look.keep("decide-budget")
    look.keep("decide-curve", look.page.locator("section", has=look.of("budget-slider")).last)


def alone(look: Look) -> None:
    look.go(f"/decide/{look.site.run_of('n1', 'memphis')['id']}")
    look.keep("decide-alone")


def year(look: Look) -> None:
    look.go(f"/decide/{look.site.run_of('rate', DEMO)['id']}")
    look.keep("decide-year")


def jobs(look: Look) -> None:
    look.go("/jobs")
    look.keep("jobs", most_high=700)


@dataclass(frozen=True)
class Sitting:
    """Pictures that are taken in one language, about one city."""

    takes: tuple[Taken, ...]
    city: str
    lang: str = "zh"
    dark: bool = False


SITTINGS = (
    Sitting((home, thing, findings, run, compare, invest), DEMO),
    Sitting((brought_in, cities, what_if, new_run, working, why, ask, jobs), "memphis"),
    Sitting((origins, alone, year), "memphis", "en"),
    Sitting((home_en,), "memphis", "en", dark=True),
)


@contextmanager
def looking(browser: Browser, site: Site, sitting: Sitting) -> Iterator[Look]:
    context = browser.new_context(
        viewport={"width": WIDE, "height": HIGH}, locale="zh-CN", timezone_id="Asia/Shanghai",
        color_scheme="dark" if sitting.dark else "light",
    )  # fmt: skip
    context.set_default_timeout(WAIT_MS)
    kept = {"lang": sitting.lang, "city": sitting.city, "tour": '{"offered": true}'}
    for key, value in kept.items():
        context.add_init_script(f"localStorage.setItem('rencity.{key}', '{value}')")
    yield Look(context.new_page(), site)
    context.close()


def main() -> None:
    """Take all pictures, or those of the functions that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("data", type=Path)
    parser.add_argument("only", nargs="*")
    given = parser.parse_args()
    site = Site(given.address.rstrip("/") + "/", given.data.resolve())
    if not any(city["id"] == "memphis" for city in site.get("cities")["items"]):
        memphis_on(site, SHARED)
    with sync_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
        )
        for sitting in SITTINGS:
            with looking(browser, site, sitting) as look:
                for take in sitting.takes:
                    if not given.only or take.__name__ in given.only:
                        take(look)


if __name__ == "__main__":
    main()
