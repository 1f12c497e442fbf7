"""Sections that only some runs have: why, crews, capacity."""

import json
import re
import shutil

import pandas as pd
import pytest

from rencity.kit.errors import RunError
from rencity.report import numbers
from rencity.report.folder import open_run
from rencity.report.page import page
from tests.report.fake_parts import BALANCE, ENTRIES, LEFT, add_parts
from tests.report.fake_run import dump, write_run
from tests.report.test_report_page import plain


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "bare", side=2, samples=8)


@pytest.fixture(scope="module")
def made(bare):
    return add_parts(shutil.copytree(bare, bare.parent / "whole"))


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


@pytest.fixture(scope="module")
def pages(made):
    opened = open_run(made)
    return {lang: page(opened, lang) for lang in ("zh", "en")}


def table(text, name):
    return re.search(rf'(?s)<table id="{name}".*?</table>', text)[0]


def values(row):
    return [float(value) for value in re.findall(r'data-value="([^"]*)"', row)]


def rows(text, name):
    return re.findall(r"(?s)<tr>.*?</tr>", table(text, name))[1:]


def test_a_run_without_them_has_no_such_sections(bare):
    text = page(open_run(bare), "en")
    for anchor in ("why", "crews", "balance"):
        assert f'id="{anchor}"' not in text
        assert f'href="#{anchor}"' not in text


def test_each_section_is_reached_from_the_head(pages):
    for text in pages.values():
        anchors = re.findall(r'<a href="#(\w+)"', text)
        assert {"why", "crews", "balance"} <= set(anchors)
        assert [anchor for anchor in anchors if f'id="{anchor}"' not in text] == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_figure_of_an_entry_is_shown(pages, lang):
    first, second = rows(pages[lang], "crews-table")
    held = ENTRIES[0]
    names = ("count", "done_mean", "job_waited_h_mean", "travelled_h_mean", "worked_h_mean")
    assert values(first)[:6] == [*(float(held[name]) for name in names), held["busy_share"]]
    assert (held["zh"] if lang == "zh" else held["en"]) in first
    assert ("线路" if lang == "zh" else "lines") in first
    assert numbers.hours(held["last_h"], lang) in first
    assert "divers" in second  # no title, a skill of nobody's texts
    assert "diving" in second


def test_jobs_left_say_why_and_those_done_are_not_listed(pages):
    (row,) = rows(pages["en"], "crews-left")
    reasons = ("no_time", "no_way", "no_part", "too_few", "wet")
    assert values(row) == [LEFT["jobs_mean"], *(LEFT[f"{name}_mean"] for name in reasons)]


def test_trips_are_bars_out_at_work_and_back_until_the_end(pages):
    chart = re.search(r'(?s)<svg class="gantt".*?</svg>', pages["en"])[0]
    bars = re.findall(r'<rect class="(\w+)" x="([\d.]+)" y="(\d+)" width="([\d.]+)"', chart)
    first = [(kind, float(x), float(x) + float(w)) for kind, x, y, w in bars if y == "0"]
    assert [kind for kind, _, _ in first] == ["road", "work", "road"]
    out, work, back = first
    assert out[2] == pytest.approx(work[1], abs=0.2)
    assert work[2] == pytest.approx(back[1], abs=0.2)
    # one hour out, five at work, one back; the axis runs from 0 to what is last in sight
    assert (work[2] - work[1]) / (out[2] - out[1]) == pytest.approx(5, rel=0.05)
    assert max(float(x) + float(w) for _, x, _, w in bars) <= 1100
    assert "North crews 1" in chart
    assert "North crews 2" in chart


def test_crews_that_never_set_out_have_no_chart(run):
    frame = pd.read_parquet(run / "crews.parquet")
    frame.iloc[:0].to_parquet(run / "crews.parquet")
    text = page(open_run(run), "en")
    assert "<svg class=" not in text
    assert 'id="crews-table"' in text


def test_more_crews_than_there_is_room_for_are_counted(run):
    frame = pd.read_parquet(run / "crews.parquet")
    many = pd.concat([frame.iloc[:1].assign(crew=n) for n in range(73)])
    many.to_parquet(run / "crews.parquet")
    text = page(open_run(run), "en")
    assert text.count('class="work"') == 60
    assert "13 more crews are not drawn" in plain(text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_losses_by_both_levels_stand_side_by_side(pages, lang):
    power, water = rows(pages[lang], "balance-table")
    held = BALANCE["lifelines"]["power"]
    names = ("reach_loss_ph", "balance_loss_ph", "reach_only_ph", "balance_only_ph")
    assert values(power) == [held[name] for name in names]
    assert "100%" in power
    assert "75%" in power
    assert "<td>–</td>" in water
    assert numbers.share(0.25) in plain(pages[lang])
    assert numbers.count(2500, lang) in plain(pages[lang])


def test_levels_that_agree_say_so(run):
    about = json.loads((run / "run.json").read_text())
    about["balance"]["lifelines"]["power"]["reach_only_ph"] = 0.0
    dump(run / "run.json", about)
    assert "Both levels agree" in plain(page(open_run(run), "en"))


def test_an_asset_says_what_goes_down_with_it_and_a_zone_why_it_was_out(pages):
    text = plain(pages["en"])
    assert "Failing alone it takes: Power 7,000 people." in text
    assert "Assets out: Power 3, Telecom 1, in 2 zones." in text
    assert "Critical facilities among them: a2, and 6 more." in text
    assert "It was never out in the 4 samples kept." in text
    assert "somebody is without it in 3 of 4 samples; 3,000 person-hours and 7.5 h" in text
    assert "Root causes found: 9." in text
    known, unknown = rows(pages["en"], "why-2")
    assert values(known) == [0.75, 0.5, 1200.0, 0.25]
    assert "not tried" in unknown
    assert (
        "a2 (Mast) lacks a0 (High-voltage substation); its backup lasted 4 h; from hour 9" in text
    )
    assert "is damaged by storm, hours 5 to 30.2." in text
    assert "the whole words" in pages["en"]
    assert "完整的话" in pages["zh"]


def test_facilities_are_not_called_people(tmp_path):
    run = add_parts(write_run(tmp_path / "run", side=2, samples=8, unit="assets"))
    for lang, people in (("zh", "人|居民|谁"), ("en", r"(?i)\b(people|person|nobody|somebody)")):
        text = re.sub(
            r'(?s)<p class="banner" id="no-people">.*?</p>', "", page(open_run(run), lang)
        )
        assert re.findall(people, plain(text)) == []


def test_a_trip_without_its_hours_is_named(run):
    frame = pd.read_parquet(run / "crews.parquet")
    frame.loc[0, "finish_h"] = float("nan")
    frame.to_parquet(run / "crews.parquet")
    with pytest.raises(RunError, match=r"crews\.parquet: a trip without its hours"):
        open_run(run)


@pytest.mark.parametrize("name", ["why.json", "crews.parquet"])
def test_a_broken_part_is_named(run, name):
    (run / name).write_bytes(b"\xff nonsense")
    with pytest.raises(RunError, match=re.escape(name)):
        open_run(run)


def test_trips_that_are_gone_and_answers_of_another_format_are_named(run):
    data = json.loads((run / "why.json").read_text())
    dump(run / "why.json", {**data, "format": 2})
    with pytest.raises(RunError, match="format 2, this Rencity reads format 1"):
        open_run(run)
    (run / "why.json").unlink()
    assert open_run(run).why is None
    (run / "crews.parquet").unlink()
    with pytest.raises(RunError, match=r"no crews\.parquet here"):
        open_run(run)
