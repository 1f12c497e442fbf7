"""The page as a reader sees it, in Chromium."""

import json
import math
import re
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rencity.report import numbers
from rencity.report.decide.page import write_decision
from rencity.report.page import write_report
from tests.report.fake_answers import KINDS, write_answers
from tests.report.fake_parts import add_parts
from tests.report.fake_run import dump, write_run

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
XSS = [
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    '"><img src=x onerror="window.hit=3">',
    "<svg/onload=window.hit=4>",
    "javascript:window.hit=5",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "<!--<script>",
    "'-window.hit-'",
    "</textarea></style></title><iframe srcdoc='<script>parent.hit=6</script>'>",
    "\u2028window.hit=7//",
    "&lt;b&gt;&#60;script&#62;window.hit=8",
    "\u202egnp.exe 名字 \u0000 🏥",
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    run = add_parts(write_run(folder / "run"))
    return {lang: write_report(run, folder / f"{lang}.html", lang) for lang in ("zh", "en")}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    return write_answers(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def decision(answers, tmp_path_factory):
    out = tmp_path_factory.mktemp("decision") / "page.html"
    return write_decision([answers[name] for name in KINDS], out)


@contextmanager
def opened(browser, path, **context):
    """Open a page; it must request nothing but itself and say nothing on the console."""
    said, asked = [], []
    held = browser.new_context(**context)
    page = held.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    assert said == []
    assert asked == [path.as_uri()]
    held.close()


def picture(page):
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate("document.getElementById('map-canvas').toDataURL()")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_time_changes_map_status_and_readout(browser, reports, lang):
    with opened(browser, reports[lang]) as page:
        status = page.locator("#map-status")
        before, drawn = status.inner_text(), picture(page)
        page.locator("#map-time").focus()
        page.keyboard.press("End")
        assert status.inner_text() != before
        assert picture(page) != drawn
        hours = numbers.hours(168, lang)
        assert hours in page.locator("#map-when").inner_text()
        assert hours in page.locator("#map-time").get_attribute("aria-valuetext")
        assert hours in page.locator("#curves-grid figure p").first.inner_text()


def test_the_map_opens_on_the_worst_moment_and_its_words_are_the_run_s(browser, reports):
    data = json.loads((reports["zh"].parent / "run" / "summary.json").read_text())
    power = data["lifelines"]["power"]
    with opened(browser, reports["en"]) as page:
        said = page.locator("#map-status").inner_text()
        gone = power["people"] * (1 - power["robustness"]["mean"])
        people, share = numbers.count(gone, "en"), numbers.share(gone / power["people"])
        assert said == f"At the shock: {people} people ({share}) of the city without Power"


def test_another_lifeline_another_picture(browser, reports):
    with opened(browser, reports["zh"]) as page:
        drawn = picture(page)
        page.select_option("#map-lifeline", label="供水")
        assert picture(page) != drawn
        assert "没有供水" in page.locator("#map-status").inner_text()


def test_playing_moves_on_and_stops(browser, reports):
    with opened(browser, reports["en"]) as page:
        page.locator("#map-canvas").focus()
        page.keyboard.press(" ")
        assert page.locator("#map-play").inner_text() == "Pause"
        expect(page.locator("#map-time")).not_to_have_value("0")
        page.keyboard.press(" ")
        assert page.locator("#map-play").inner_text() == "Play"


def test_keys_and_buttons_move_the_map(browser, reports):
    with opened(browser, reports["en"]) as page:
        whole = picture(page)
        page.locator("#map-in").click()
        near = picture(page)
        page.locator("#map-canvas").focus()
        page.keyboard.press("ArrowRight")
        moved = picture(page)
        page.keyboard.press("0")
        assert len({whole, near, moved}) == 3
        assert picture(page) == whole


def test_hover_and_click_name_the_zone(browser, reports):
    with opened(browser, reports["en"]) as page:
        page.locator("#map-canvas").scroll_into_view_if_needed()
        box = page.locator("#map-canvas").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.32)
        tip = page.locator("#map-tip").inner_text()
        assert re.search(r"Xishan cell \d", tip)
        assert "people" in tip
        page.mouse.down()
        page.mouse.up()
        details = page.locator("#map-details").inner_text()
        assert re.search(r"Xishan cell \d", details)
        assert "Telecom" in details


def test_a_weak_link_is_found_on_the_map(browser, reports):
    with opened(browser, reports["en"]) as page:
        drawn = picture(page)
        page.locator("#weak-table button.link").first.click()
        assert picture(page) != drawn


def test_tables_sort_by_value_and_keep_the_unknown_last(browser, reports):
    column = """[...document.querySelectorAll('#weak-table tbody tr')]
        .map((row) => row.cells[2].dataset.value ?? null)"""
    with opened(browser, reports["en"]) as page:
        button = page.locator("#weak-table thead th button").nth(2)
        for order, way in (("descending", -1), ("ascending", 1)):
            button.click()
            assert page.locator("#weak-table thead th").nth(2).get_attribute("aria-sort") == order
            values = page.evaluate(column)
            known = [float(value) for value in values if value is not None]
            assert known == sorted(known, key=lambda value: way * value)
            assert values[len(known) :] == [None] * (len(values) - len(known))
            assert 0 < len(known) < len(values)


def test_districts_by_measure_are_tabs(browser, reports):
    with opened(browser, reports["zh"]) as page:
        assert page.locator(".tab:visible").count() == 1
        page.locator("[role=tab]").nth(2).click()
        assert page.locator("#regions_loss").is_visible()
        assert page.locator("#regions_worst").is_hidden()
        page.emulate_media(media="print")
        assert page.locator(".tab:visible").count() == 4


def test_curves_follow_area_and_span(browser, reports):
    with opened(browser, reports["en"]) as page:
        first = page.locator("#curves-grid svg").first
        label, line = (
            first.get_attribute("aria-label"),
            first.locator(".mean").get_attribute("points"),
        )
        page.select_option("#curves-region", label="Huishan")
        assert "Huishan" in first.get_attribute("aria-label") != label
        page.select_option("#curves-span", label="24 h")
        assert first.locator(".mean").get_attribute("points") != line


def test_curves_are_stairs(browser, reports):
    with opened(browser, reports["en"]) as page:
        text = page.locator("#curves-grid svg .mean").first.get_attribute("points")
        points = [tuple(map(float, pair.split(","))) for pair in text.split()]
        for (x1, y1), (x2, y2) in pairwise(points):
            assert x1 == x2 or y1 == y2


def test_numbers_read_the_same_in_both_places(browser, reports):
    values = [None, 0, 0.2, 0.5, 1, 7.25, 47.96, 48, 59.9, 99.95, 999.5, 1234, 9999.6, 99_960]
    values += [999_950, 1_785_000, 99_994_999, 123_456_789, 9.995e9, -597, -0.3, -12345]
    values += [math.exp(k / 7) for k in range(-30, 150)]
    with opened(browser, reports["en"]) as page:
        for lang in ("zh", "en"):
            told = page.evaluate(
                "([v, l]) => v.map((x) => [formatCount(x, l), formatHours(x, l)])", [values, lang]
            )
            assert told == [[numbers.count(v, lang), numbers.hours(v, lang)] for v in values]
        shares = [None, *(k / 997 for k in range(998)), 0.0004, 0.99996]
        told = page.evaluate("(v) => v.map(formatShare)", shares)
        assert told == [numbers.share(v) for v in shares]


def test_unpacked_shares_are_the_run_s(browser, reports):
    from rencity.report.folder import open_run
    from rencity.report.pack import shares

    run = open_run(reports["en"].parent / "run")
    served = run.result["zone_served_mean"].to_numpy().astype(float)
    want = shares(1 - served / run.result["zone_people"].to_numpy()[:, :, None])
    with opened(browser, reports["en"]) as page:
        for k in range(len(want)):
            held = page.evaluate(
                f"[...unpackRows(DATA.map.without[{k}], map.zones.length, STEPS.length)]"
            )
            assert held == want[k].ravel().tolist()


@pytest.mark.parametrize("attack", XSS)
def test_imported_names_are_text_and_run_nothing(browser, tmp_path, attack):
    places = (
        "d0",
        "d0z0",
        "d1z4",
        "a0",
        "a1",
        "city",
        "source",
        "scenario",
        "event",
        "note",
        "toml",
        "crews",
        "hazard",
    )
    names = dict.fromkeys(places, attack)
    run = add_parts(write_run(tmp_path / "run", side=2, samples=4, names=names), names)
    out = write_report(run, tmp_path / "page.html", "en")
    with opened(browser, out) as page:
        page.locator("#map-canvas").scroll_into_view_if_needed()
        box = page.locator("#map-canvas").bounding_box()
        for x in (0.1, 0.3, 0.5, 0.7):
            page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * 0.4)
        page.select_option("#curves-region", index=1)
        assert page.evaluate("window.hit") is None
        assert page.evaluate("document.querySelectorAll('iframe, img, main script').length") == 0
        shown = attack.replace("\x00", "\ufffd")
        assert shown in page.evaluate("document.querySelector('h1').textContent")
        assert shown in page.evaluate("document.querySelector('#weak-table').textContent")
        for part in ("why", "crews-table"):
            assert shown in page.evaluate(f"document.getElementById('{part}').textContent")
        assert shown in page.evaluate("document.querySelector('#curves-region').textContent")
        assert attack.replace("\x00", "") in page.evaluate(
            "document.querySelector('pre').textContent"
        ).replace("\ufffd", "")


def attacked(value, attack):
    """Every text in a file of answers replaced, but for those that a program goes by."""
    if isinstance(value, dict):
        fixed = {"unit", "rule", "kind", "hash", "digest", "severity", "id", "lifeline"}
        return {k: v if k in fixed else attacked(v, attack) for k, v in value.items()}
    if isinstance(value, list):
        return [attacked(each, attack) for each in value]
    return attack if isinstance(value, str) else value


@pytest.mark.parametrize("attack", XSS)
def test_names_in_answers_are_text_and_run_nothing(browser, answers, tmp_path, attack):
    folders = []
    for name in KINDS:
        folders.append(tmp_path / name)
        folders[-1].mkdir()
        (mark,) = answers[name].glob("*.json")
        data = json.loads(mark.read_text(encoding="utf-8"))
        dump(folders[-1] / mark.name, attacked(data, attack))
    out = write_decision(folders, tmp_path / "page.html", "en")
    with opened(browser, out) as page:
        assert page.evaluate("window.hit") is None
        assert page.evaluate("document.querySelectorAll('iframe, img, main script').length") == 0
        shown = attack.replace("\x00", "\ufffd")
        for part in ("measures-table", "rated-table", "alone-table"):
            assert shown in page.evaluate(f"document.getElementById('{part}').textContent")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_the_page_to_decide_by_fits_and_can_be_read(browser, decision, scheme, width):
    viewport = {"width": width, "height": 900}
    with opened(browser, decision, viewport=viewport, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) == []


def test_measures_sort_by_cost(browser, decision):
    costs = """[...document.querySelectorAll('#measures-table tbody tr')]
        .map((row) => Number(row.cells[1].dataset.value))"""
    with opened(browser, decision) as page:
        page.locator("#measures-table thead th button").nth(1).click()
        assert page.evaluate(costs) == [60, 40, 10]
        page.locator("#measures-table thead th button").nth(1).click()
        assert page.evaluate(costs) == [10, 40, 60]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_nothing_runs_over_the_edge_and_text_can_be_read(browser, reports, scheme, width):
    viewport = {"width": width, "height": 900}
    with opened(browser, reports["zh"], viewport=viewport, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) == []


def test_controls_have_names(browser, reports):
    with opened(browser, reports["zh"]) as page:
        nameless = page.evaluate("""() => [...document.querySelectorAll('button, select, input')]
            .filter((e) => !e.textContent.trim() && !e.getAttribute('aria-label'))
            .filter((e) => !(e.labels && e.labels.length)).map((e) => e.outerHTML)""")
        assert nameless == []
        assert page.locator("canvas[aria-label]").count() == 1


def test_without_scripts_the_words_and_tables_stand(browser, reports):
    with opened(browser, reports["zh"], java_script_enabled=False) as page:
        assert page.locator("#key").is_visible()
        assert page.locator(".tab:visible").count() == 4
        assert "需要启用 JavaScript" in page.locator("noscript").inner_text()


OF_PEOPLE = {
    "zh": "人|居民|用户|谁",
    "en": r"(?i)\b(people|persons?|person-hours|residents?|nobody|who)\b",
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("side", [1, 3])
def test_what_a_script_says_of_facilities_is_of_no_people(browser, tmp_path, lang, side):
    run = write_run(tmp_path / "run", districts=side, side=side, unit="assets")
    with opened(browser, write_report(run, tmp_path / "page.html", lang)) as page:
        page.locator("#map-canvas").scroll_into_view_if_needed()
        box = page.locator("#map-canvas").bounding_box()
        said = []
        for x in range(5, 100, 5):
            page.mouse.move(box["x"] + box["width"] * x / 100, box["y"] + box["height"] * 0.3)
            said.append(page.locator("#map-tip").inner_text())
        page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
        page.evaluate("document.getElementById('no-people').remove()")
        said += [page.locator("body").inner_text(), page.locator("#map-details").inner_text()]
        said += page.evaluate(
            "[...document.querySelectorAll('[aria-label]')].map((e) => e.ariaLabel)"
        )
        assert [text for text in said if re.search(OF_PEOPLE[lang], text)] == []


def test_dots_of_one_zone_are_drawn_named_and_put_away(browser, tmp_path):
    run = write_run(tmp_path / "run", districts=1, side=1, unit="assets")
    summary = json.loads((run / "summary.json").read_text())["lifelines"]
    with opened(browser, write_report(run, tmp_path / "page.html", "en")) as page:
        page.uncheck("#map-marks")
        drawn = picture(page)
        page.locator("#map-canvas").scroll_into_view_if_needed()
        dot = page.evaluate("""() => {
            const at = wordsOf(DATA.map.dots.at[state.lifeline]), v = map.view;
            const name = DATA.map.dots.names[state.lifeline][0];
            return [at[0] * v.scale + v.x, at[1] * v.scale + v.y, name];
        }""")
        box = page.locator("#map-canvas").bounding_box()
        page.mouse.move(box["x"] + dot[0], box["y"] + dot[1])
        assert page.locator("#map-tip").inner_text().startswith(dot[2] + ": out for ")
        page.uncheck("#map-dots")
        assert picture(page) != drawn
        everything = numbers.count(sum(held["people"] for held in summary.values()), "en")
        assert f"Facilities: {everything}" in page.locator("#map-details").inner_text()
        assert page.locator("#map-legend").count() == 0
        assert page.locator("#curves-region option").count() == 1
