"""The page to decide by, from answers that the commands' own doors wrote."""

import html
import json
import re
import shutil
from itertools import pairwise

import pytest
from typer.testing import CliRunner

from rencity.cli import app
from rencity.kit.errors import RunError
from rencity.report import numbers
from rencity.report.decide.answers import open_answers
from rencity.report.decide.page import page, write_decision
from rencity.report.shelf import Shelf
from tests.report.fake_answers import KINDS, write_answers
from tests.report.fake_run import dump, write_run
from tests.report.test_report_page import plain
from tests.report.test_report_parts import rows, table, values

LANGS = ("zh", "en")
MARKS = {"n1": "n1.json", "rate": "rate.json", "invest": "invest.json", "measures": "measures.json"}
SECTIONS = {"n1": "alone", "rate": "rates", "invest": "budget", "measures": "networks"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_answers(tmp_path_factory.mktemp("answers") / "made")


@pytest.fixture(scope="module")
def about(made):
    return {name: json.loads((made[name] / MARKS[name]).read_text("utf-8")) for name in KINDS}


@pytest.fixture(scope="module")
def pages(made):
    answers = open_answers([made[name] for name in KINDS])
    return {lang: page(answers, lang) for lang in LANGS}


@pytest.fixture
def folders(made, tmp_path):
    return {name: shutil.copytree(made[name], tmp_path / name) for name in KINDS}


def edited(folder, name, change):
    path = folder / MARKS[name]
    data = json.loads(path.read_text("utf-8"))
    change(data)
    dump(path, data)
    return folder


@pytest.mark.parametrize("lang", LANGS)
def test_it_is_one_file_that_asks_for_nothing(pages, lang):
    text = pages[lang]
    assert "default-src 'none'" in html.unescape(text)
    assert re.findall(r"https?://\S+", text) == []
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)""", text) == []
    anchors = re.findall(r'<a href="#(\w+)"', text)
    assert set(SECTIONS.values()) <= set(anchors)
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in text] == []
    assert not re.search("[\u4e00-\u9fff]", plain(pages["en"]).replace("小城", ""))


def test_the_best_set_leads_and_its_fresh_samples_follow(pages, about):
    best = about["invest"]["greedy"]
    text = plain(pages["en"])
    names = ", ".join({"iron": "Harden a", "ring": "ring", "diesel": "Diesel"}[one]
                      for one in best["chosen"])  # fmt: skip
    assert f"build first: {names}" in text
    assert f"It saves {numbers.count(best['saved']['mean'], 'en')} person-hours a year" in text
    fresh = numbers.count(best["fresh"]["mean"], "en")
    assert f"On samples that the choice never saw it saves {fresh}" in text
    assert "On the samples of the choice no affordable set is better: this is proven." in text
    assert "Losses are weighted: Water × 2." in text


@pytest.mark.parametrize("lang", LANGS)
def test_every_measure_stands_with_its_cost_and_saving(pages, about, lang):
    held = {one["id"]: one for one in about["invest"]["measures"]}
    ranked = sorted(held.values(), key=lambda one: -one["saved_per_million_yuan"])
    shown = rows(pages[lang], "measures-table")
    taken = about["invest"]["greedy"]["chosen"]
    assert len(shown) == len(held)
    for row, one in zip(shown, ranked, strict=True):
        told = [one["cost_yuan"], one["saved"]["mean"], one["saved_per_million_yuan"]]
        assert values(row) == pytest.approx([*told, float(one["id"] in taken)])
        assert ("✓" in row) == (one["id"] in taken)


def test_other_budgets_and_bounds_are_those_of_the_answer(pages, about):
    points = about["invest"]["curve"]
    told = [(one["budget_yuan"], one["cost_yuan"], one["saved"]["mean"]) for one in points]
    assert [tuple(values(row)) for row in rows(pages["zh"], "curve-table")] == [
        pytest.approx(point) for point in told
    ]
    bounds = [one["value"] for one in about["invest"]["bounds"]]
    assert [values(row)[0] for row in rows(pages["zh"], "bounds-table")] == pytest.approx(bounds)
    dots = re.search(r'(?s)<section id="budget".*?</svg>', pages["zh"])[0].count('r="3.5"')
    assert dots == len(points) + 1  # and the same set on fresh samples


def test_annual_losses_add_up_on_the_page_and_periods_are_told(pages, about):
    rated = about["rate"]
    lines = [values(row)[0] for row in rows(pages["en"], "aal-lifelines")]
    total = rated["aal"]["total"]["mean_h_per_a"]
    assert sum(lines) == pytest.approx(total)
    assert sum(values(row)[0] for row in rows(pages["en"], "aal-regions")) == pytest.approx(total)
    assert f"A year costs {numbers.count(total, 'en')} person-hours" in plain(pages["en"])
    told = [(one["period_a"], one["loss"]) for one in rated["return_periods"]["total"]]
    assert [tuple(values(row)) for row in rows(pages["en"], "periods-table")] == told
    shares = [values(row)[3] for row in rows(pages["en"], "rated-table")]
    assert sum(shares) == pytest.approx(1)


def test_the_curve_of_exceedance_falls(pages):
    chart = re.search(r'(?s)<section id="rates".*?</svg>', pages["zh"])[0]
    lines = re.findall(r'<path class="mean" d="M([^"]+)"', chart)
    assert len(lines) >= 2
    for line in lines:
        points = [tuple(map(float, point.split())) for point in line.split("L")]
        assert all(x2 >= x1 and y2 >= y1 for (x1, y1), (x2, y2) in pairwise(points))


def test_each_asset_alone_is_ranked_with_what_it_takes(pages, about):
    worst = about["n1"]["worst"]
    shown = rows(pages["en"], "alone-table")
    assert [values(row)[:1] for row in shown] == [[float(one["people"])] for one in worst]
    assert "Water" in shown[0]
    tried, losing = about["n1"]["assets_tried"], about["n1"]["assets_that_lose_anyone"]
    assert f"Of {tried} assets taken out one by one, {losing} take service" in plain(pages["en"])


def test_networks_have_their_losses(pages, about):
    losses = [one["average_loss"]["complete"] for one in about["measures"]["lifelines"]]
    shown = [values(row)[1] for row in rows(pages["en"], "networks-table")]
    assert shown == pytest.approx(losses)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("lang", LANGS)
def test_one_answer_alone_makes_a_page_without_the_others(made, name, lang):
    text = page(open_answers([made[name]]), lang)
    for other, anchor in SECTIONS.items():
        assert (f'<section id="{anchor}"' in text) == (other == name)
        assert (f'href="#{anchor}"' in text) == (other == name)


def test_roads_have_a_section_of_their_own(folders):
    worst = {"segment": "r1", "kind": "segment", "kind_zh": "路段", "kind_en": "Road segment",
             "name": "", "role": "link", "detour_m": None, "detour_s": None, "cut_hospital": 120,
             "cut_fire_station": 0, "cut_shelter": 7, "people_at": 3,
             "backbone_apart": 2}  # fmt: skip
    round_it = {**worst, "segment": "r2", "name": "Main", "detour_m": 2500.0, "detour_s": 180.0}
    roads = {"elements": 9, "without_way_round": 1, "longest_detour_m": 2500.0,
             "backbone": {"nodes": 4, "links": 5, "parts": 1, "breaking": 3},
             "worst": [worst, round_it]}  # fmt: skip
    edited(folders["n1"], "n1", lambda data: data.update(roads=roads))
    text = page(open_answers([folders["n1"]]), "en")
    none, some = rows(text, "roads-table")
    assert "no way round" in none
    assert values(none)[1:] == [120.0, 0.0, 7.0, 2.0]
    assert "2.5 km" in some
    assert "3 min" in some
    assert "the longest detour is 2.5 km" in plain(text)


def test_a_budget_that_buys_nothing_says_so(folders):
    def nothing(data):
        data["greedy"] |= {"chosen": [], "path": [], "cost_yuan": 0.0}
        data["curve"] = data["curve"][:1]

    edited(folders["invest"], "invest", nothing)
    text = page(open_answers([folders["invest"]]), "en")
    assert "Nothing that 75 yuan buys saves anything." in plain(text)
    assert "<svg" not in text


def test_years_without_loss_have_no_curve(folders):
    def calm(data):
        data["curves"] = {"total": {name: [0.0] for name in data["curves"]["total"]}}
        for one in (*data["aal"]["lifelines"].values(), *data["aal"]["regions"].values()):
            one |= {"mean_h_per_a": 0.0, "low_h_per_a": None, "high_h_per_a": None}

    edited(folders["rate"], "rate", calm)
    text = page(open_answers([folders["rate"]]), "en")
    assert "<svg" not in text
    assert rows(text, "aal-lifelines") == []


def fault(*given):
    with pytest.raises(RunError) as caught:
        open_answers(given)
    assert caught.value.mend
    return str(caught.value)


def test_what_is_no_answer_is_named(tmp_path, folders):
    assert "no such folder" in fault(tmp_path / "none")
    assert "holds none of n1.json" in fault(tmp_path)
    run = write_run(tmp_path / "run", side=2, samples=4)
    assert "is a run, whose page stands by itself" in fault(folders["n1"], run)


def test_rates_that_cannot_be_are_named(folders):
    def cut(data):
        data["curves"]["total"]["low_per_a"].pop()

    edited(folders["rate"], "rate", cut)
    assert "curves.total: Value error, losses, frequencies and bounds" in fault(folders["rate"])


@pytest.mark.parametrize("never", [0, -1.0])
def test_a_scenario_that_never_strikes_is_named(folders, never):
    edited(folders["rate"], "rate", lambda data: data["scenarios"][0].update(rate_per_a=never))
    assert "scenarios.0.rate_per_a" in fault(folders["rate"])


def test_two_of_a_kind_and_two_cities_are_refused(folders, made):
    said = fault(made["rate"], folders["rate"])
    assert "holds rate.json, and so does" in said
    edited(folders["n1"], "n1", lambda data: data["city"].update(hash="f" * 64))
    said = fault(folders["rate"], folders["n1"])
    assert "(ffffffffffffffff)" in said
    assert str(folders["n1"]) in said


@pytest.mark.parametrize("name", KINDS)
def test_a_broken_answer_names_its_file_and_its_command(folders, name):
    path = folders[name] / MARKS[name]
    whole = path.read_bytes()
    for part in (b"", whole[: len(whole) // 2], b"\xff nonsense", b"[]"):
        path.write_bytes(part)
        said = fault(folders[name])
        assert MARKS[name] in said
        assert "rencity " in said
    path.write_bytes(whole)
    edited(folders[name], name, lambda data: data.update(format=7))
    assert "format 7, this Rencity reads format 1" in fault(folders[name])


def test_the_command_takes_a_run_or_answers(made, tmp_path):
    out = tmp_path / "page.html"
    given = [str(made[name]) for name in KINDS]
    result = CliRunner().invoke(app, ["report", *given, "--out", str(out), "--lang", "en"])
    assert (result.exit_code, result.stdout.strip()) == (0, str(out))
    assert out.read_text("utf-8") == page(open_answers([made[name] for name in KINDS]), "en")
    run = write_run(tmp_path / "run", side=2, samples=4)
    assert CliRunner().invoke(app, ["report", str(run), "--out", str(out)]).exit_code == 0
    assert 'id="map-canvas"' in out.read_text("utf-8")


def test_the_same_answers_give_the_same_page(made, pages, tmp_path):
    out = write_decision([made[name] for name in reversed(KINDS)], tmp_path / "page.html")
    assert out.read_text("utf-8") == pages["zh"]


def test_a_shelf_lists_it_in_both_languages(made, tmp_path):
    shelf = Shelf(tmp_path, awaited=1)
    text = shelf.add_answers([made["n1"], made["invest"]]).read_text("utf-8")
    assert set(re.findall(r'href="([^"#]+)"', text)) == {"decide-zh.html", "decide-en.html",
                                                         "data:,"}  # fmt: skip
    assert "建议先做" in text
    assert (tmp_path / "decide-en.html").read_text("utf-8").count("<h1>") == 1
    assert table((tmp_path / "decide-zh.html").read_text("utf-8"), "alone-table")
