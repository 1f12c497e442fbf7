"""The map of a city in a browser: time until it stands still, its tiles, frames while it is moved.

Drawing is done in software here, so frames say what a machine without graphics can do. Tiles are
asked for one by one over HTTP, held against reading the same ranges from the disk in the same run.
``python -m bench.web [--scale metro] [--city DIR]``
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Request, sync_playwright

from rencity.api import web
from rencity.city.demo.build import make_demo
from tests.servers import Process, new_key

WAIT_MS = 600_000
STEPS, ROUNDS = 24, 3
FRAMES_S = 4.0
ZOOM_STEPS = 5

COUNT_FRAMES = """() => { window.frames_ = 0; window.slow_ = 0; let last = performance.now();
  const tick = (now) => { window.frames_ += 1; window.slow_ = Math.max(window.slow_, now - last);
    last = now; window.counting_ && requestAnimationFrame(tick) };
  window.counting_ = true; requestAnimationFrame(tick) }"""


@contextmanager
def served(folder: Path) -> Iterator[Process]:
    """A server that has this city, with its map drawn."""
    with tempfile.TemporaryDirectory() as data:
        server = Process(Path(data) / "data", None, "--city", str(folder))
        try:
            city = server.client.get("cities").json()["items"][0]["id"]
            _draw(server, city)
            yield server
        finally:
            server.stop()


def _draw(server: Process, city: str) -> None:
    begin = time.perf_counter()
    body = {"kind": "map", "input": {"city": city}}
    job = server.client.post("jobs", json=body, headers=new_key()).json()["id"]
    while (said := server.client.get(f"jobs/{job}").json())["state"] not in ("done", "failed"):
        time.sleep(0.5)
    assert said["state"] == "done", said["fault"]
    print(f"map drawn in {time.perf_counter() - begin:.0f} s")


def opened(page: Page, address: str, city: str) -> float:
    """Seconds from asking for the page until its map stands still."""
    begin = time.perf_counter()
    page.goto(f"{address}city/{city}")
    page.wait_for_selector("[data-idle-ms]", timeout=WAIT_MS)
    return time.perf_counter() - begin


def moved(page: Page) -> dict[str, float]:
    """Frames a second while the map is dragged to and fro."""
    box = page.locator(".maplibregl-canvas").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(COUNT_FRAMES)
    begin = time.perf_counter()
    page.mouse.move(x, y)
    page.mouse.down()
    turn = 0
    while time.perf_counter() - begin < FRAMES_S:
        turn += 1
        page.mouse.move(x + 160 * (-1) ** turn, y + 90 * (-1) ** (turn // 2), steps=STEPS)
    page.mouse.up()
    seconds = time.perf_counter() - begin
    said = page.evaluate(
        "() => { window.counting_ = false; return [window.frames_, window.slow_] }"
    )
    return {"fps": said[0] / seconds, "slowest_ms": said[1]}


def toured(page: Page) -> list[dict[str, Any]]:
    """Tiles that were asked for while zooming in and panning about."""
    found: list[dict[str, Any]] = []

    def finished(request: Request) -> None:
        if ".pmtiles/" not in request.url:
            return
        timing, sizes = request.timing, request.sizes()
        found.append(
            {
                "ms": timing["responseEnd"] - timing["requestStart"],
                "bytes": sizes["responseBodySize"],
            }
        )

    page.on("requestfinished", finished)
    page.locator(".maplibregl-canvas").focus()
    for key in ["Equal"] * ZOOM_STEPS + ["ArrowRight"] * 4 + ["ArrowDown"] * 4:
        page.keyboard.press(key)
        page.wait_for_timeout(600)
    page.wait_for_timeout(1500)
    page.remove_listener("requestfinished", finished)
    return found


def bare(folder: Path, tiles: list[dict[str, Any]]) -> float:
    """Median milliseconds to read as many bytes from the same files."""
    files = sorted(folder.rglob("*.pmtiles"), key=lambda path: -path.stat().st_size)
    times = []
    for n, tile in enumerate(tiles):
        size = max(int(tile["bytes"]), 1)
        begin = time.perf_counter()
        with files[n % len(files)].open("rb") as handle:
            handle.seek((n * 65_537) % max(files[n % len(files)].stat().st_size - size, 1))
            handle.read(size)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of them lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--scale", default="metro")
    asked.add_argument("--city", type=Path, help="city folder instead of a demo of that scale")
    given = asked.parse_args()
    assert web.built() is not None, "run make web first"
    with tempfile.TemporaryDirectory() as made:
        folder = given.city or Path(made) / "city"
        if given.city is None:
            make_demo(given.scale, 1).city.write(folder)
        with served(folder) as server:
            _measure(server)


def _measure(server: Process) -> None:
    city = server.client.get("cities").json()["items"][0]["id"]
    about = server.client.get(f"cities/{city}/versions/1").json()["counts"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader"],
        )
        page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
        idle = [opened(page, server.address, city) for _ in range(ROUNDS)]
        tours = []
        for _ in range(2):  # the first makes the system's cache warm
            opened(page, server.address, city)
            tours.append(toured(page))
        frames = moved(page)
        chromium.close()
    print(f"{city}: {about['assets']:,} assets, {about['zones']:,} zones")
    print(f"page to still map: first {idle[0]:.2f} s, then {min(idle[1:]):.2f} s")
    for name, tiles in zip(("cold", "warm"), tours, strict=True):
        times = [tile["ms"] for tile in tiles]
        print(
            f"tiles, {name}: {len(times)}, median {statistics.median(times):.1f} ms, "
            f"95 % within {percentile(times, 0.95):.1f} ms, "
            f"{sum(tile['bytes'] for tile in tiles) / 1e6:.1f} MB"
        )
    print(f"bare read of as many bytes: median {bare(_folder(server), tours[1]):.3f} ms")
    print(f"moved: {frames['fps']:.0f} frames/s, slowest {frames['slowest_ms']:.0f} ms")


def _folder(server: Process) -> Path:
    command = [str(part) for part in server.process.args]  # type: ignore[union-attr]
    return Path(command[command.index("--data") + 1])


if __name__ == "__main__":
    main()
