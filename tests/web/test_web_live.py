"""The pages while the server dies and comes back, and while work is asked for elsewhere."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.servers import until
from tests.web.reader import Lang, Reader
from tests.web.site import Site, begun, ended

DONE_MS = 120_000
RESUMED = 1024
LONG = """[scenario]
name = "long"
horizon_h = 360
step_h = 2
samples = {samples}
seed = {seed}
title = {{zh = "长推演", en = "A long one"}}

[[hazards]]
kind = "earthquake"
magnitude = 6.8
point = {{ lon = {lon}, lat = {lat}, depth_km = 10 }}
"""


@dataclass
class Mortal:
    """A server on a port of its own that a test may kill and start again."""

    site: Site
    port: int
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """SIGKILL to the server and to its workers, which have sessions of their own."""
        ended(self.process, signal.SIGKILL)
        for worker in _workers(self.site.data):
            os.kill(worker, signal.SIGKILL)

    def start(self) -> None:
        """Start it again, where it was."""
        self.process, address = begun(self.site.data, "--scale", "block", port=self.port)
        assert address == self.site.address


@pytest.fixture(scope="module")
def mortal(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    data = tmp_path_factory.mktemp("mortal") / "data"
    _copied(site.data, data)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = int(held.getsockname()[1])
    process, address = begun(data, "--scale", "block", port=port)
    made = Mortal(Site(address, data), port, process)
    yield made
    ended(made.process)


@pytest.fixture
def watch(browser: Browser, mortal: Mortal) -> Iterator[Callable[..., Reader]]:
    opened: list[Reader] = []

    def read(lang: Lang = "zh") -> Reader:
        opened.append(Reader(browser, mortal.site, lang))
        # other tests may have brought other cities into the site this is a copy of
        opened[-1].context.add_init_script("localStorage.setItem('rencity.city', 'demo-city')")
        # a server that is away says so in the console, which is what these tests are about
        opened[-1].forgiven += ["Failed to load resource", "ERR_CONNECTION", "EventSource"]
        return opened[-1]

    yield read
    for one in opened:
        one.close()


def test_a_run_outlives_a_killed_server_before_the_readers_eyes(
    watch: Callable[..., Reader], mortal: Mortal
) -> None:
    job = _asked(mortal.site, samples=RESUMED)
    reader = watch("zh")
    page = reader.go(f"/rehearse/runs/{job}")
    page.evaluate("window.kept = true")
    expect(reader.test("job-progress")).to_be_visible()
    before = until(lambda: _kept(mortal.site, job), "a finished block", within_s=90)
    mortal.kill()
    expect(reader.test("lost")).to_be_visible()
    expect(reader.test("standing")).to_have_class(re.compile("lost"))
    mortal.start()
    again = until(lambda: _begun_again(mortal.site, job), "the second attempt", within_s=90)
    assert again >= before, "finished blocks were run anew"
    expect(reader.test("lost")).to_have_count(0, timeout=DONE_MS)
    expect(reader.test("lifelines")).to_be_visible(timeout=DONE_MS)
    assert page.evaluate("window.kept"), "the page was loaded anew"
    said = mortal.site.get(f"jobs/{job}")
    assert said["attempt"] == 2
    figures = mortal.site.get(f"runs/{job}/key-figures")
    assert figures["samples"] == RESUMED
    assert reader.test("headline").locator("p").all_inner_texts() == figures["headline"]["zh"]


def test_news_of_work_asked_for_elsewhere_comes_to_every_list(
    watch: Callable[..., Reader], mortal: Mortal
) -> None:
    reader = watch("en")
    pages = {"/jobs": reader.go("/jobs")}
    for path in ("/", "/rehearse"):
        page = reader.context.new_page()
        page.goto(mortal.site.address.rstrip("/") + path)
        expect(page.get_by_test_id("standing")).to_have_class(re.compile("live"))
        pages[path] = page
    for page in pages.values():
        page.evaluate("window.kept = true")
    job = _asked(mortal.site, samples=8, seed=7)
    listed = pages["/jobs"].locator(f"a[href='/jobs/{job}']")
    expect(listed).to_be_visible()
    expect(pages["/"].locator(f"a[href='/jobs/{job}']").first).to_be_visible()
    row = pages["/jobs"].locator("tr", has=listed)
    expect(row.locator("[data-state]")).to_have_attribute("data-state", "done", timeout=DONE_MS)
    expect(pages["/rehearse"].locator(f"tr[data-run='{job}']")).to_be_visible()
    assert all(page.evaluate("window.kept") for page in pages.values())


def test_work_is_cancelled_and_tried_again_by_its_buttons(
    watch: Callable[..., Reader], mortal: Mortal
) -> None:
    job = _asked(mortal.site, samples=20_000, seed=9)
    reader = watch("en")
    reader.go(f"/jobs/{job}")
    state = reader.test("job-progress").locator("[data-state]")
    reader.test("cancel-job").click()
    expect(state).to_have_attribute("data-state", "cancelled", timeout=DONE_MS)
    assert mortal.site.get(f"jobs/{job}")["state"] == "cancelled"
    reader.test("retry-job").click()
    expect(state).to_have_attribute("data-state", re.compile("queued|running"))
    expect(reader.test("cancel-job")).to_be_enabled()
    reader.test("cancel-job").click()
    expect(state).to_have_attribute("data-state", "cancelled", timeout=DONE_MS)


def test_the_language_outlives_the_server(watch: Callable[..., Reader], mortal: Mortal) -> None:
    reader = watch("zh")
    page = reader.go("/jobs")
    reader.test("language").click()
    expect(reader.test("nav-home")).to_contain_text("Overview")
    mortal.kill()
    expect(reader.test("lost")).to_contain_text(re.compile("[a-z]{4}"))
    mortal.start()
    expect(reader.test("lost")).to_have_count(0, timeout=DONE_MS)
    other = reader.context.new_page()
    reader.context.add_init_script("localStorage.setItem('rencity.lang', 'en')")
    other.goto(mortal.site.address)
    assert page.evaluate("localStorage.getItem('rencity.lang')") == "en"
    expect(other.get_by_test_id("nav-home")).to_contain_text("Overview")


def _asked(site: Site, *, samples: int, seed: int = 1) -> str:
    west, south, east, north = site.get("cities/demo-city/versions/1/map")["extent_deg"]
    text = LONG.format(samples=samples, seed=seed, lon=(west + east) / 2, lat=(south + north) / 2)
    given = {"city": "demo-city", "text": text, "explain": 0}
    return str(site.post("jobs", {"kind": "stress", "input": given, "title": "long"})["id"])


def _kept(site: Site, job: str) -> int:
    said: dict[str, Any] = site.get(f"jobs/{job}/progress")
    assert site.get(f"jobs/{job}")["state"] in ("queued", "running"), "done before it was killed"
    return int(said["kept"])


def _begun_again(site: Site, job: str) -> int:
    """Blocks that the second attempt found finished; 0 until it has begun."""
    said = site.get(f"jobs/{job}")
    return int(site.get(f"jobs/{job}/progress")["kept"]) if said["attempt"] == 2 else 0


def _workers(data: Path) -> list[int]:
    """Processes that work on a data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if str(data) in words and "work" in words:
                found.append(int(folder.name))
    return found


def _copied(source: Path, target: Path) -> None:
    """A data folder that is in use, its database as one moment had it."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("rencity.db*", "work"))
    (target / "work").mkdir(exist_ok=True)
    with (
        contextlib.closing(sqlite3.connect(source / "rencity.db")) as held,
        contextlib.closing(sqlite3.connect(target / "rencity.db")) as copy,
    ):
        held.backup(copy)
