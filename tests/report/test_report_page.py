import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from rencity.report import numbers
from rencity.report.folder import open_run
from rencity.report.page import page
from rencity.report.payload import CURVE_FULL, embedded, payload
from rencity.report.shelf import write_shelf
from rencity.report.tables import marked_weak
from rencity.report.words import Words
from tests.report.fake_run import dump, write_run

LANGS = ("zh", "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "whole")


@pytest.fixture(scope="module")
def pages(folder):
    run = open_run(folder)
    return {lang: page(run, lang) for lang in LANGS}


def data_of(text):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1]
    )


def plain(text):
    body = re.sub(r"(?s)<(style|script).*?</\1>", "", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", body)))


@pytest.mark.parametrize("lang", LANGS)
def test_a_page_is_one_file_without_addresses(pages, lang):
    text = pages[lang]
    assert text.count("<!doctype html>") == 1
    assert "default-src 'none'" in html.unescape(text)
    assert re.findall(r"https?://\S+", text.replace("http://www.w3.org/2000/svg", "")) == []
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)""", text) == []
    assert "{{" not in text
    assert "Undefined" not in text


def test_the_same_run_gives_the_same_page(folder, pages):
    assert page(open_run(folder), "zh") == pages["zh"]


def test_each_language_is_its_own(pages):
    assert '<html lang="zh-CN">' in pages["zh"]
    assert '<html lang="en">' in pages["en"]
    assert "Lifeline" not in plain(pages["zh"])
    assert not re.search("[\u4e00-\u9fff]", re.sub(r"\d+号\S+", "", plain(pages["en"])))


@pytest.mark.parametrize("lang", LANGS)
def test_key_figures_are_those_of_the_run(folder, pages, lang):
    summary = json.loads((folder / "summary.json").read_text())
    rows = re.findall(
        r"(?s)<tr>.*?</tr>", re.search(r'(?s)<table id="key".*?</table>', pages[lang])[0]
    )[1:]
    loss = [figure["loss_person_h"]["mean"] for figure in summary["lifelines"].values()]
    assert len(rows) == len(loss)
    for row, name in zip(
        rows,
        sorted(
            summary["lifelines"], key=lambda n: -summary["lifelines"][n]["loss_person_h"]["mean"]
        ),
        strict=True,
    ):
        held = summary["lifelines"][name]
        values = [float(v) for v in re.findall(r'data-value="([^"]*)"', row)]
        lowest = held["people"] * (1 - held["robustness"]["mean"])
        expected = [
            held["people"],
            lowest,
            held["t90_h"]["p50"],
            held["t100_h"]["p50"],
            held["loss_person_h"]["mean"],
        ]
        assert values == pytest.approx(expected)
        assert numbers.count(lowest, lang) in row
        if held["loss_person_h"]["mean"]:
            low, high = (numbers.count(held["loss_person_h"][k], lang) for k in ("low", "high"))
            assert low in row
            assert high in row


def test_the_story_tells_the_worst_the_first_and_who_is_to_blame(folder, pages):
    text = plain(pages["en"])
    run = open_run(folder)
    power = run.summary.lifelines["power"]
    assert "Power fails first: at the shock" in text
    assert "Then Telecom (4 h after the shock)" in text
    assert (
        f"at worst {numbers.count(power.people * (1 - power.robustness.mean), 'en')} people" in text
    )
    assert "Lifelines that lose less than one person-hour on average: Gas." in text
    weak = run.weak_links
    best = weak[weak.knock_low_ph > 0].sort_values("knock_saved_ph").iloc[-1]
    assert f"Look first at {best['name']}" in text
    single = weak.sort_values("n1_people").iloc[-1]
    assert f"{numbers.count(single.n1_people, 'en')} people lose a service" in text


def test_an_asset_that_would_spare_little_is_not_blamed(tmp_path):
    folder = write_run(tmp_path / "small")
    weak = pd.read_parquet(folder / "weak_links.parquet")
    for column in ("knock_saved_ph", "knock_low_ph", "knock_high_ph"):
        weak[column] = 50.0
    weak.to_parquet(folder / "weak_links.parquet")
    text = plain(page(open_run(folder), "en"))
    assert "Look first" not in text
    assert "none alone" in text


def test_a_certain_loss_is_told_as_one_number(tmp_path):
    folder = write_run(tmp_path / "certain")
    summary = json.loads((folder / "summary.json").read_text())
    for name in ("robustness", "loss_person_h"):
        held = summary["lifelines"]["power"][name]
        held.update(dict.fromkeys(("low", "high", "p5", "p95"), held["mean"]))
    dump(folder / "summary.json", summary)
    text = plain(page(open_run(folder), "en"))
    assert "much the same in all samples" in text
    loss = numbers.count(summary["lifelines"]["power"]["loss_person_h"]["mean"], "en")
    assert f"(95% confidence interval of the mean {loss})" in text


def test_a_run_without_loss_says_so(tmp_path):
    run = open_run(write_run(tmp_path / "calm", harm=0.0))
    for lang, said in (("en", "Nobody loses service."), ("zh", "没有人失去服务。")):
        text = plain(page(run, lang))
        assert said in text
        assert "fails first" not in text


def test_weak_links_are_ranked_by_both_and_blame_needs_bounds(folder):
    marked = marked_weak(open_run(folder))
    assert list(marked.number) == list(range(1, len(marked) + 1))
    clear = marked[(marked.knock_samples > 0) & (marked.knock_low_ph > 0)]
    assert list(clear.knock_saved_ph) == sorted(clear.knock_saved_ph, reverse=True)
    assert list(clear.number) == list(range(1, len(clear) + 1))
    rest = marked.iloc[len(clear) :]
    assert list(rest.n1_people) == sorted(rest.n1_people, reverse=True)


def test_only_differences_that_stand_are_shown_and_not_as_blame(folder, pages):
    weak = open_run(folder).weak_links
    table = re.search(r'(?s)<table id="where-table".*?</table>', pages["en"])[0]
    stand = weak[(weak.cond_q < 0.05) & (weak.cond_diff_ph > 0)]
    assert table.count("<tr>") - 1 == len(stand) > 0
    assert "location, not blame" in pages["en"]
    assert "只说明位置，不说明原因" in pages["zh"]


def test_curves_are_those_of_the_run(folder):
    run = open_run(folder)
    data = payload(run, Words("en"), marked_weak(run))
    import base64

    packed = np.frombuffer(base64.b64decode(data["curves"]["shares"]), "<u2") / CURVE_FULL
    regions = len(data["curves"]["regions"])
    packed = packed.reshape(len(run.lifelines), regions, 6, -1)
    served = run.result["served"].to_numpy()
    people = run.result["people"].to_numpy()
    share = served / people[:, :, None, None]
    assert packed[:, 1:, 5] == pytest.approx(share.mean(axis=3), abs=1e-5)
    assert packed[:, 1:, 0] == pytest.approx(np.percentile(share, 5, axis=3), abs=1e-5)
    whole = served.sum(axis=1) / people.sum(axis=1)[:, None, None]
    assert packed[:, 0, 4] == pytest.approx(np.percentile(whole, 95, axis=2), abs=1e-5)


def test_provenance_is_complete(folder, pages):
    about = json.loads((folder / "run.json").read_text())
    toml = about["scenario"]["toml"].split("\n")[0]
    values = [about["city"]["hash"], about["digest"], toml, "2026-05-12 14:30"]
    values += ["base 2026.1", "CC0-1.0", "M6.5", "lone-asset"]
    for text in pages.values():
        assert [value for value in values if value not in html.unescape(text)] == []


def test_data_cannot_end_its_element():
    value = {"a": "</script><!--<script>\u2028\u2029&amp;", "b": [1, None]}
    text = embedded(value)
    assert json.loads(text) == value
    assert not re.search("[<>&\u2028\u2029]", text)


def test_what_cannot_be_shown_is_replaced(tmp_path):
    run = write_run(tmp_path / "odd", names={"d0z0": "a\x00b\x1bc"})
    data = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(
        json.dumps(data).replace("Example earthquake", "Half \\ud83d here"), encoding="utf-8"
    )
    text = page(open_run(run), "en")
    assert "a\ufffdb\ufffdc" in text
    assert "Half \ufffd here" in text
    text.encode()


def test_colours_of_a_run_are_colours(tmp_path):
    folder = write_run(tmp_path / "odd")
    data = json.loads((folder / "run.json").read_text())
    data["lifelines"][0]["colour"] = "red;background:url(//x)"
    dump(folder / "run.json", data)
    text = page(open_run(folder), "en")
    assert "url(" not in text
    assert data_of(text)["lifelines"][0]["colour"] == "#6b7280"


def test_an_unknown_clock_is_no_fault(tmp_path):
    folder = write_run(tmp_path / "odd")
    data = json.loads((folder / "run.json").read_text())
    data["city"]["time_zone"] = "Mars/Olympus"
    dump(folder / "run.json", data)
    assert "2026-05-12T06:30:00+00:00 (UTC)" in plain(page(open_run(folder), "en"))


def test_zones_without_shapes_make_a_page(tmp_path):
    run = open_run(write_run(tmp_path / "nowhere", located=False))
    data = data_of(page(run, "en"))
    assert data["map"]["placeless"] == len(data["map"]["names"]) == 27
    assert all(len(outline) == 1 for outline in data["map"]["outlines"])


def test_a_single_sample_and_step(tmp_path):
    run = write_run(tmp_path / "one", samples=2, step_start_h=np.array([0.0]))
    assert page(open_run(run), "zh")


def test_a_city_of_2000_zones_stays_small(tmp_path):
    steps = np.concatenate([[0, 0.25, 4, 8, 24], np.arange(30, 750, 6.0)])
    run = write_run(
        tmp_path / "big", districts=7, side=17, samples=2, step_start_h=steps, assets=20_000
    )
    text = page(open_run(run), "zh")
    assert len(open_run(run).result["zone"]) == 2023
    assert len(text.encode()) < 3_000_000


def test_a_shelf_lists_every_report_in_both_languages(folder, tmp_path):
    index = write_shelf([folder, folder], tmp_path)
    links = set(re.findall(r'href="([^"#]+\.html)"', index.read_text(encoding="utf-8")))
    assert links == {path.name for path in tmp_path.glob("*-*.html")}
    assert len(links) == 4
