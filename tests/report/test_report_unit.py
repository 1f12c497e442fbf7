"""Runs that count facilities because no people are known, and runs of one zone."""

import base64
import html
import json
import re

import numpy as np
import pandas as pd
import pytest

from rencity.kit.errors import RunError
from rencity.report import dots, numbers
from rencity.report.folder import open_run
from rencity.report.page import page
from rencity.report.shelf import write_shelf
from tests.report.fake_run import dump, write_run

LANGS = ("zh", "en")
OF_PEOPLE = {
    "zh": r"人|居民|用户|谁",
    "en": r"\b(?i:people|persons?|residents?|inhabitants?|nobody|everyone|who)\b",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("unit") / "assets", unit="assets")


@pytest.fixture(scope="module")
def pages(folder):
    run = open_run(folder)
    return {lang: page(run, lang) for lang in LANGS}


def data_of(text):
    return json.loads(
        re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1]
    )


def readable(text):
    """What a reader may see or hear: text, labels, and the texts of the script."""
    kept = re.sub(r"(?s)<(style|script).*?</\1>", "", text)
    labels = re.findall(r'(?:aria-label|data-nobody|data-title)="([^"]*)"', kept)
    script = [re.sub(r"{\w+}", "", said) for said in data_of(text)["texts"].values()]
    said = [re.sub(r"<[^>]*>", " ", kept), *labels, *script]
    return re.sub(r"\s+", " ", html.unescape("\n".join(said)))


def without_banner(text):
    return re.sub(r'(?s)<p class="banner" id="no-people">.*?</p>', "", text)


def u16(text):
    return np.frombuffer(base64.b64decode(text), "<u2").reshape(-1, 2)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("harm", [1.0, 0.0])
def test_a_page_of_facilities_speaks_of_no_people(tmp_path, lang, harm):
    run = open_run(write_run(tmp_path / "run", unit="assets", harm=harm))
    text = page(run, lang)
    found = re.findall(".{0,30}" + OF_PEOPLE[lang], readable(without_banner(text)))
    assert found == []
    assert re.search(OF_PEOPLE[lang], readable(text)), "the banner must say what is missing"


@pytest.mark.parametrize("lang", LANGS)
def test_the_banner_says_what_is_counted_and_the_mend(pages, lang):
    banner = re.search(r'(?s)id="no-people">(.*?)</p>', pages[lang])[1]
    for word in ("people_night", "serves", {"zh": "设施", "en": "facilities"}[lang]):
        assert word in banner


@pytest.mark.parametrize("unit", [None, "people"])
def test_without_a_unit_people_are_counted(tmp_path, unit):
    text = page(open_run(write_run(tmp_path / "run", unit=unit)), "en")
    assert "no-people" not in text
    assert "Person-hours lost" in text
    assert data_of(text)["map"]["dots"] is None


@pytest.mark.parametrize("unit", ["households", "", 3, None])
def test_another_unit_is_a_fault(tmp_path, unit):
    run = write_run(tmp_path / "run", side=1, samples=4)
    about = json.loads((run / "run.json").read_text()) | {"unit": unit}
    dump(run / "run.json", about)
    with pytest.raises(RunError, match="unit") as caught:
        open_run(run)
    assert "run.json" in str(caught.value)


@pytest.mark.parametrize("lang", LANGS)
def test_figures_are_the_folder_s(folder, pages, lang):
    summary = json.loads((folder / "summary.json").read_text())
    power, water = (summary["lifelines"][name] for name in ("power", "water"))
    assert water["people"] == 2 * power["people"]
    said = readable(pages[lang])
    for held in (power, water):
        loss = numbers.count(held["loss_person_h"]["mean"], lang)
        out = numbers.count(held["people"] * (1 - held["robustness"]["mean"]), lang)
        assert loss + {"zh": "设施·时", "en": " asset-hours"}[lang] in said
        assert out + {"zh": "处设施", "en": " facilities"}[lang] in said
    table = re.search(r'(?s)<table id="regions_worst".*?</table>', pages[lang])[0]
    first = re.search(r'data-value="([^"]*)"', table)[1]
    whole = sum(held["people"] for held in summary["regions"]["d0"].values())
    assert float(first) == whole


def test_a_shelf_of_facilities_speaks_of_no_people(folder, tmp_path):
    said = write_shelf([folder], tmp_path).read_text(encoding="utf-8")
    assert "asset-hours" in said
    assert not re.search(OF_PEOPLE["en"], re.sub(r"<[^>]*>", " ", said.split("<main>")[1]))


@pytest.mark.parametrize("unit", ["people", "assets"])
@pytest.mark.parametrize("located", [True, False])
@pytest.mark.parametrize("lang", LANGS)
def test_one_zone_is_drawn_as_its_network(tmp_path, unit, located, lang):
    made = write_run(tmp_path / "run", districts=1, side=1, unit=unit, located=located)
    run = open_run(made)
    text = page(run, lang)
    drawn = data_of(text)["map"]
    assert drawn["whole"]
    assert len(drawn["names"]) == 1
    places = np.vstack([u16(at) for at in drawn["dots"]["at"]])
    assert len(places) == len(run.assets)
    # fitted to the assets, not to a zone far smaller than they are
    assert np.ptp(places[:, 0]) > 0.9 * drawn["width"]
    assert np.ptp(places[:, 1]) > 0.9 * drawn["height"]
    assert places[:, 0].max() <= drawn["width"]
    for anchor in ("regions", "waits"):
        assert f'id="{anchor}"' not in text
        assert f'href="#{anchor}"' not in text
    assert "map-legend" not in text.split("<script")[0]


def test_one_zone_without_any_place_makes_a_page(tmp_path):
    made = write_run(tmp_path / "run", districts=1, side=1, located=False, unit="assets")
    for name, columns in (("assets", ["lon", "lat"]), ("links", ["lon1", "lat1", "lon2", "lat2"])):
        frame = pd.read_parquet(made / f"{name}.parquet")
        frame[columns] = np.nan
        frame.to_parquet(made / f"{name}.parquet")
    drawn = data_of(page(open_run(made), "zh"))["map"]
    assert all(at == "" for at in drawn["dots"]["at"])


def test_dots_are_the_run_s_assets_worst_on_top(folder, pages):
    held = data_of(pages["en"])["map"]["dots"]
    run = open_run(folder)
    for k, lifeline in enumerate(run.lifelines):
        want = run.assets[run.assets.lifeline == lifeline].sort_values("outage_h_mean")
        assert held["outage_h"][k] == want.outage_h_mean.tolist()
        upper = [0, *held["edges_h"], np.inf]
        for outage, c in zip(held["outage_h"][k], held["class"][k], strict=True):
            assert (upper[c - 1] if c else -1) < outage <= upper[c]


def test_only_the_worst_dots_are_drawn_and_each_lifeline_has_its_share(tmp_path, monkeypatch):
    monkeypatch.setattr(dots, "MOST", 9)
    made = write_run(tmp_path / "run", unit="assets", assets=40, lifelines=3)
    assets = pd.read_parquet(made / "assets.parquet")
    assets.loc[assets.lifeline == "power", "outage_h_mean"] += 1000
    assets.to_parquet(made / "assets.parquet")
    run = open_run(made)
    text = page(run, "en")
    held = data_of(text)["map"]["dots"]
    for k, lifeline in enumerate(run.lifelines):
        worst = run.assets[run.assets.lifeline == lifeline].outage_h_mean.nlargest(3)
        assert held["outage_h"][k] == sorted(worst)
    assert "Only the 9 assets" in text


def test_no_outage_is_class_zero(tmp_path):
    made = write_run(tmp_path / "run", unit="assets")
    assets = pd.read_parquet(made / "assets.parquet").assign(outage_h_mean=0.0)
    assets.to_parquet(made / "assets.parquet")
    held = data_of(page(open_run(made), "zh"))["map"]["dots"]
    assert {c for part in held["class"] for c in part} == {0}
