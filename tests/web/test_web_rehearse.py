"""Rehearsing: a strike that is drawn on the map, and all that is read of its run."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pyogrio
import pytest
import xarray as xr
from playwright.sync_api import Locator, Page, expect

from tests.servers import until
from tests.web.figures import exact, near
from tests.web.memphis import Memphis
from tests.web.reader import Reader
from tests.web.site import Site

IMPORT_S = 120_000
PNG = b"\x89PNG\r\n\x1a\n"
NOBODY = 255
DRAWN = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => done(true)))
})"""


def test_a_strike_drawn_on_the_map_tells_what_its_run_holds(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    page = reader.go(f"/rehearse/new?city={memphis.city}")
    reader.test("start-earthquake").click()
    reader.settle()
    _set(reader, "set-samples", 64)
    reader.test("draw-earthquake-draw_point").click()
    _click_at(reader, 0.4, 0.45)
    lon, lat = _point_in(_text(reader))
    west, south, east, north = site.get(f"cities/{memphis.city}/versions/1/map")["extent_deg"]
    assert west - 0.1 < lon < east + 0.1
    assert south - 0.1 < lat < north + 0.1
    expect(reader.test("check")).to_have_attribute("data-ok", "true")
    page.evaluate("window.kept = true")
    reader.test("run-now").click()
    expect(reader.test("job-progress")).to_be_visible()
    expect(reader.test("lifelines")).to_be_visible(timeout=IMPORT_S)
    assert page.evaluate("window.kept"), "the page was loaded anew"
    run = page.url.split("?")[0].rsplit("/", 1)[1]
    said = json.loads((_folder(site, run) / "run.json").read_text())
    assert said["samples"] == 64
    assert f"lon = {lon}" in said["scenario"]["toml"]
    expect(page.get_by_label("Where these figures come from")).to_contain_text("64 samples")
    _figures_are_those_of_the_run(reader, site, run)


def test_the_page_of_a_run_tells_its_figures(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("zh")
    reader.go(f"/rehearse/runs/{memphis.run}")
    _figures_are_those_of_the_run(reader, site, memphis.run)
    _weak_links_are_those_of_the_run(reader, site, memphis.run)


def _figures_are_those_of_the_run(reader: Reader, site: Site, run: str) -> None:
    told = site.get(f"runs/{run}/key-figures")
    summary = json.loads((_folder(site, run) / "summary.json").read_text())["lifelines"]
    served = xr.open_dataset(_folder(site, run) / "result.nc")
    for line in told["city"]:
        name = line["lifeline"]
        cells = reader.page.locator(f"[data-test=lifelines] tr[data-lifeline={name}] td")
        without, _, t90, loss = (exact(cells.nth(n)) for n in range(4))
        kept = summary[name]
        assert near(loss, line["loss_person_h"]["mean"])
        assert near(loss, kept["loss_person_h"]["mean"])
        assert near(t90, kept["t90_h"]["p50"], 2)
        assert near(without, kept["people"] * (1 - kept["robustness"]["mean"]))
        of_line = served["served"].sel(lifeline=name).sum("region")
        deepest = (kept["people"] - of_line).max("step").mean("sample")
        assert near(without, float(deepest))
    worst = told["lifelines"][0]["id"]
    most = summary[worst]["loss_person_h"]["mean"]
    assert near(exact(reader.test("figure-loss").locator(".value")), most)
    headline = told["headline"][reader.lang]
    assert reader.test("headline").locator("p").all_inner_texts() == headline
    _waits_are_those_of_the_run(reader, site, run, told["waits"])


def _waits_are_those_of_the_run(reader: Reader, site: Site, run: str, told: list[Any]) -> None:
    result = xr.open_dataset(_folder(site, run) / "result.nc")
    rows = reader.page.locator("[data-test=waits] tbody tr")
    assert rows.count() == min(10, len(told))
    for n, one in enumerate(told[: rows.count()]):
        cells = rows.nth(n).locator("td")
        expect(cells.nth(0)).to_contain_text(one["name" if reader.lang == "zh" else "name_en"])
        zone = result.sel(zone=one["zone"], lifeline=one["lifeline"])
        lost_h = float(zone["zone_loss_mean"] / zone["zone_people"])
        assert near(exact(cells.nth(2)), lost_h, 2)
        assert cells.nth(3).inner_text() == f"{int(zone['zone_people']):,}"


def _weak_links_are_those_of_the_run(reader: Reader, site: Site, run: str) -> None:
    kept = pd.read_parquet(_folder(site, run) / "weak_links.parquet").set_index("asset")
    first = site.get(f"runs/{run}/weak-links", by="saved", limit=10)["items"]
    rows = reader.page.locator("[data-test=weak-links] tbody tr")
    shown = [row.get_attribute("data-asset") for row in rows.all()]
    assert shown == [one["asset"] for one in first]
    assert shown == list(kept["knock_saved_ph"].nlargest(len(shown)).index)
    for n, asset in enumerate(shown):
        cells = rows.nth(n).locator("td")
        assert near(exact(cells.nth(2)), kept.loc[asset, "knock_saved_ph"])
        assert cells.nth(4).inner_text() == f"{100 * kept.loc[asset, 'damaged_share']:.1f}%"


def test_the_hour_moves_map_and_curve_and_frames_are_those_of_the_run(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    got: dict[tuple[str, str], bytes] = {}
    reader.page.on("response", lambda said: _keep_frames(said, got))
    page = reader.go(f"/rehearse/runs/{memphis.run}")
    until(lambda: page.wait_for_timeout(50) or ("power", "leaf") in got, "frames of power")
    result = xr.open_dataset(_folder(site, memphis.run) / "result.nc")
    shares = _without(result, "power")
    assert np.array_equal(np.frombuffer(got["power", "leaf"], np.uint8), _in_200ths(shares))
    time = reader.test("time")
    starts = result["step_start_h"].to_numpy()
    looks, tips = [], []
    for step in (0, 10, len(starts) - 1):
        time.fill(str(step))
        expect(reader.test("hour")).to_contain_text(_hours(starts[step]))
        expect(page.locator("#curves h2")).to_contain_text(_hours(starts[step]))
        tips.append(_tip_of_a_zone(reader, result, shares[step]))
        looks.append((_pixels(reader.test("run-map")), _pixels(page.locator("#curves"))))
    assert len({tip for tip, _ in tips}) == 1, "the same zone"
    assert len({share for _, share in tips}) == 3, tips
    for one, other in itertools.pairwise(looks):
        assert one[0] != other[0], "the map stands still"
        assert one[1] != other[1], "the curve stands still"
    _assets_move_with_the_hour(reader, site, memphis.run)


def _assets_move_with_the_hour(reader: Reader, site: Site, run: str) -> None:
    reader.test("map-assets").click()
    reader.page.get_by_text("State now, in one sample").click()
    url = f"{site.address}api/v1/runs/{run}/asset-frames?lifeline=power&sample=0"
    answer = reader.page.request.get(url)
    count, series, steps = (int(n) for n in answer.headers["x-shape"].split(","))
    of = np.frombuffer(answer.body()[4 * count : 8 * count], "<i4")
    states = np.frombuffer(answer.body()[8 * count :], np.uint8).reshape(steps, series)[:, of]
    looks = set()
    for step in (0, steps - 1):
        reader.test("time").fill(str(step))
        damaged, cut = ((states[step] == one).sum() for one in (1, 2))
        expect(reader.test("assets-out")).to_have_text(
            f"{damaged:,} damaged, {cut:,} whole but without service"
        )
        reader.page.wait_for_function(DRAWN)
        looks.add(_pixels(reader.test("run-map")))
    assert (states[0] > 0).any()
    assert len(looks) == 2, "assets stand still"


def test_play_goes_on_until_it_is_paused(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("zh")
    page = reader.go(f"/rehearse/runs/{memphis.run}")
    time = reader.test("time")
    time.fill("3")
    reader.test("play").click()
    expect(time).to_have_value(re.compile(r"^([7-9]|\d\d+)$"))
    reader.test("play").click()
    stopped = time.input_value()
    expect(reader.test("play")).to_have_attribute("aria-label", "播放")
    starts = site.get(f"runs/{memphis.run}/curves")["step_start_h"]
    expect(page).to_have_url(re.compile(rf"[?&]h={starts[int(stopped)]:g}\b"))
    assert time.input_value() == stopped
    page.reload()  # the address keeps the hour
    reader.settle()
    expect(time).to_have_value(stopped)


def test_why_of_the_worst_asset_is_what_the_api_says(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    page = reader.go(f"/rehearse/runs/{memphis.run}")
    page.get_by_role("tab", name="On any day: failing alone").click()
    [worst] = site.get(f"runs/{memphis.run}/weak-links", by="n1", limit=1)["items"]
    row = page.locator(f"[data-test=weak-links] tr[data-asset='{worst['asset']}']")
    row.get_by_test_id("weak-go").click()
    panel = reader.test("target-panel")
    expect(panel).to_contain_text(worst["asset"])
    expect(panel).to_contain_text(f"{worst['n1_people']:,.0f}")
    reader.test("ask-why").click()
    why = reader.test("why")
    expect(why).to_be_visible()
    told = site.get(f"runs/{memphis.run}/why", target=f"asset:{worst['asset']}")
    causes = told["causes"]
    expect(why).to_contain_text(f"Out in {causes['out_samples']} of the {causes['samples']}")
    for one in causes["causes"][:8]:
        cells = why.locator(f"tr[data-asset='{one['asset']['id']}'] td")
        expect(cells.nth(1)).to_have_text(f"{100 * one['share']:.0f}%")
        assert one["avoided_h"] is None or near(exact(cells.nth(2)), one["avoided_h"], 2)
    for line, people in told["consequences"]["people"].items():
        assert people == worst["n1_by"][line]
        expect(why).to_contain_text(f"{people:,} people")
    why.locator("summary").last.click()
    expect(why).to_contain_text(told["text"]["en"].strip().splitlines()[0])


def test_outlined_assets_become_a_scenario_and_text_and_form_keep_step(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("zh")
    page = reader.go(f"/rehearse/new?city={memphis.city}&kind=random")
    expect(reader.test("hazard-random")).to_be_visible()
    reader.settle()
    reader.test("tool-polygon").click()
    for x, y in ((0.3, 0.3), (0.75, 0.3), (0.75, 0.75), (0.3, 0.75)):
        _click_at(reader, x, y)
    _click_at(reader, 0.3, 0.75)  # the last corner again ends it
    expect(reader.test("picked-ids").locator(".chip").first).to_be_visible()
    text = _text(reader)
    ids = re.findall(r'"((?:power|water|gas|telecom)-[\w-]+)"', text)
    assert len(ids) > 5
    bare = re.sub(r"^samples = .*\n", "", text, flags=re.M)
    _write(reader, bare.replace("[scenario]\n", "[scenario]\nsamples = 16\n", 1))
    expect(reader.test("set-samples").locator("input")).to_have_value("16")
    _set(reader, "set-samples", 8)
    assert "samples = 8\n" in _text(reader)
    expect(reader.test("check")).to_have_attribute("data-ok", "true")
    reader.test("run-now").click()
    expect(reader.test("lifelines")).to_be_visible(timeout=IMPORT_S)
    run = page.url.split("?")[0].rsplit("/", 1)[1]
    assets = pd.read_parquet(_folder(site, run) / "assets.parquet").set_index("asset")
    struck = set(assets.index[assets["damaged_share"] > 0])
    assert struck
    assert struck <= set(ids)


def test_a_faulty_scenario_says_where_and_cannot_be_run(
    reads: Callable[..., Reader], memphis: Memphis
) -> None:
    reader = reads("zh")
    reader.go(f"/rehearse/new?city={memphis.city}&kind=earthquake")
    expect(reader.test("check")).to_have_attribute("data-ok", "true")
    sound = _text(reader)
    _write(reader, sound.replace("magnitude = 6.5", "magnitude = 65"))
    expect(reader.test("check")).to_have_attribute("data-ok", "false")
    expect(reader.test("run-now")).to_be_disabled()
    field = reader.test("field-magnitude").locator("xpath=ancestor::div[contains(@class,'field')]")
    expect(field.locator(".bad")).to_have_text(re.compile(r"\S"))
    expect(reader.test("check")).to_contain_text("hazards[0].magnitude")
    _write(reader, f'{sound}\n[[hazards]]\nkind = "cutoff"\nhours = 24\nids = ["gas-4"]\n')
    expect(reader.test("hazard-cutoff").locator(".bad")).to_contain_text("gas-4")
    expect(reader.test("run-now")).to_be_disabled()
    _write(reader, sound + "\n[[hazards")
    expect(reader.test("run-now")).to_be_disabled()
    _write(reader, sound)
    expect(reader.test("run-now")).to_be_enabled()


def test_two_runs_compare_as_the_api_says(reads: Callable[..., Reader], site: Site) -> None:
    runs = site.get("runs", what="stress", city="demo-city", limit=50)["items"]
    by = {run["scenario"]: run["id"] for run in runs}
    reader = reads("zh")
    page = reader.go("/rehearse")
    reader.page.evaluate("localStorage.setItem('rencity.city', 'demo-city')")
    page.reload()
    reader.settle()
    for scenario in ("typhoon", "typhoon-crews"):
        row = page.locator(f"[data-test=runs] tr[data-run='{by[scenario]}']")
        row.get_by_role("checkbox").click()
    reader.test("compare").click()
    rows = reader.test("differences").locator("tbody tr")
    expect(rows.first).to_be_visible()
    usual, crews = (_losses(site, by[name]) for name in ("typhoon", "typhoon-crews"))
    told = site.get(f"runs/{by['typhoon']}/against/{by['typhoon-crews']}")
    assert rows.count() == len(told["lifelines"])
    for one in told["lifelines"]:
        cells = rows.and_(page.locator(f"[data-lifeline={one['lifeline'] or 'all'}]")).locator("td")
        for n, key in enumerate(("loss_person_h", "other_loss_person_h", "difference")):
            assert near(exact(cells.nth(n)), one[key]), (one, key)
        if one["lifeline"]:
            line = one["lifeline"]
            assert near(exact(cells.nth(2)), crews[line] - usual[line])
    expect(reader.test("inputs")).to_contain_text("crews")
    zone = site.get(f"runs/{by['typhoon']}/against/{by['typhoon-crews']}")["zones"][0]
    changed = reader.test("changed-zone").first
    expect(changed).to_contain_text(zone["path_zh"])
    expect(changed.locator("a")).to_have_attribute("href", re.compile(re.escape(zone["zone"])))


def test_a_run_is_taken_away_whole(
    reads: Callable[..., Reader], site: Site, memphis: Memphis, tmp_path: Path
) -> None:
    reader = reads("en")
    page = reader.go(f"/rehearse/runs/{memphis.run}")
    digest = site.get(f"runs/{memphis.run}")["digest"]
    gpkg = _taken(page, reader.test("gpkg"), tmp_path)
    names = pyogrio.list_layers(gpkg)[:, 0]
    layers = {str(name): pyogrio.read_dataframe(gpkg, layer=name) for name in names}
    kept = pd.read_parquet(_folder(site, memphis.run) / "assets.parquet").set_index("asset")
    [assets] = [one for one in layers.values() if set(kept.index) == set(one.get("asset", []))]
    pd.testing.assert_series_equal(
        assets.set_index("asset")["outage_h_mean"].sort_index(), kept["outage_h_mean"].sort_index(),
        check_dtype=False, rtol=1e-6,
    )  # fmt: skip
    assert any(digest in one.to_string() for one in layers.values()), list(layers)
    csv = _taken(page, page.get_by_role("link", name="Assets, CSV"), tmp_path)
    assert csv.name.startswith("memphis-v1-memphis-quake-64-samples-seed-1-")
    table = pd.read_csv(csv, encoding="utf-8-sig").set_index("asset")
    assert np.allclose(table["outage_h_mean"].sort_index(), kept["outage_h_mean"].sort_index())
    png = _taken(page, page.get_by_role("button", name="Save the map"), tmp_path)
    assert png.read_bytes().startswith(PNG)
    assert png.stat().st_size > 20_000


def test_a_report_is_made_and_opens(
    reads: Callable[..., Reader], site: Site, memphis: Memphis
) -> None:
    reader = reads("en")
    page = reader.go(f"/rehearse/runs/{memphis.run}")
    reader.test("make-report").click()
    links = reader.test("report-links").get_by_role("link")
    expect(links).to_have_count(2, timeout=IMPORT_S)
    with reader.context.expect_page() as opened:
        links.first.click()
    opened.value.wait_for_load_state()
    assert "孟菲斯" in opened.value.locator("body").inner_text()
    assert site.get(f"runs/{memphis.run}")["digest"][:12] in opened.value.content()
    expect(page.locator("main")).to_be_visible()


def _folder(site: Site, run: str) -> Path:
    return site.data / "runs" / run


def _losses(site: Site, run: str) -> dict[str, float]:
    said = json.loads((_folder(site, run) / "summary.json").read_text())["lifelines"]
    return {name: one["loss_person_h"]["mean"] for name, one in said.items()}


def _set(reader: Reader, name: str, value: float) -> None:
    field = reader.test(name).locator("input")
    field.fill(str(value))
    field.press("Enter")


def _opened_text(reader: Reader) -> Locator:
    area = reader.test("scenario-text").locator("textarea")
    if not area.is_visible():
        reader.test("text-part").locator("summary").click()
    return area


def _text(reader: Reader) -> str:
    return _opened_text(reader).input_value()


def _write(reader: Reader, text: str) -> None:
    _opened_text(reader).fill(text)


def _point_in(text: str) -> tuple[float, float]:
    lon = re.search(r"lon = (-?[\d.]+)", text)
    lat = re.search(r"lat = (-?[\d.]+)", text)
    assert lon
    assert lat
    return float(lon[1]), float(lat[1])


def _click_at(reader: Reader, across: float, down: float) -> None:
    canvas = reader.page.locator(".maplibregl-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    at = box["x"] + box["width"] * across, box["y"] + box["height"] * down
    reader.page.mouse.move(at[0] - 3, at[1] - 3)
    reader.page.mouse.move(*at)
    reader.page.mouse.click(*at)


def _keep_frames(said: Any, got: dict[tuple[str, str], bytes]) -> None:
    url = urlsplit(said.url)
    if re.search(r"/runs/[^/]+/frames$", url.path):
        asked = parse_qs(url.query)
        got[asked["lifeline"][0], asked["level"][0]] = said.body()


def _without(result: xr.Dataset, lifeline: str) -> Any:
    """Share without by step and zone; NaN where nobody is served."""
    of_line = result.sel(lifeline=lifeline)
    people = of_line["zone_people"].to_numpy().astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        served = of_line["zone_served_mean"].to_numpy() / people[:, None]
    return np.where(people[:, None] > 0, 1 - served, np.nan).T


def _in_200ths(shares: Any) -> Any:
    coded = np.where(
        np.isnan(shares), NOBODY, np.floor(200 * np.clip(np.nan_to_num(shares), 0, 1) + 0.5)
    )
    return coded.astype(np.uint8).ravel()


def _tip_of_a_zone(reader: Reader, result: xr.Dataset, shares: Any) -> tuple[str, str]:
    """The zone under a point of the map, and the share that is said of it."""
    page = reader.page
    canvas = reader.test("run-map").locator(".maplibregl-canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    tip = reader.test("run-map").locator(".tip")
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.62)
    expect(tip).to_contain_text("without")
    name, said = tip.inner_text().splitlines()[:2]
    number = re.search(r"\d+", name)
    assert number
    zone = list(result["zone"].values).index(f"zone-{number[0]}")
    share = float(said.split("%")[0])
    assert abs(share - 100 * shares[zone]) <= 0.3  # in 200ths, then one digit
    return name, said


def _hours(value: float) -> str:
    if value == 0:
        return ""
    return f"{value:g} h" if value < 48 else f"{round(value / 24, 1):g} d"


def _pixels(inside: Locator) -> str:
    made: str = inside.locator("canvas").first.evaluate("one => one.toDataURL()")
    return made


def _taken(page: Page, by: Locator, folder: Path) -> Path:
    with page.expect_download() as taking:
        by.click()
    path = folder / taking.value.suggested_filename
    taking.value.save_as(path)
    return path


pytestmark = pytest.mark.usefixtures("memphis")
