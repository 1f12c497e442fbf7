"""What struck: facts and rasters of hazards as the page shows them."""

from __future__ import annotations

import base64
import io
import json
import shutil

import matplotlib.image
import numpy as np
import pytest
from rasterio.transform import Affine

from rencity.city.rasters import Grid, geotiff
from rencity.kit.errors import RencityError
from rencity.report.folder import open_run
from rencity.report.layers import hazards
from rencity.report.page import page
from rencity.report.words import Words
from tests.report.fake_run import dump, write_run

DEPTH = np.full((30, 40), np.nan, np.float32)
DEPTH[5:20, 10:30] = 0.05
DEPTH[8:15, 12:20] = 0.6


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "whole", samples=4)


@pytest.fixture
def run(made, tmp_path):
    """A run with one hazard that told facts and left a raster."""

    def one(values=DEPTH, facts=None, layer="depth_100a", kind="rain"):
        folder = shutil.copytree(made, tmp_path / f"run{len(list(tmp_path.iterdir()))}")
        path = f"layers/storm-{layer}.tif"
        place = Affine(0.01, 0, 120.0, 0, -0.01, 31.8)
        (folder / "layers").mkdir()
        (folder / path).write_bytes(geotiff(Grid(values, place, "EPSG:4326", "m")))
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        about["hazards"] = [
            {"kind": kind, "name": "storm", "start_h": 21, "facts": facts or {}, "layers": [path]}
        ]
        dump(folder / "run.json", about)
        return folder

    return one


def image(picture):
    head, data = picture.src.split(",", 1)
    assert head == "data:image/png;base64"
    return matplotlib.image.imread(io.BytesIO(base64.b64decode(data)))


def test_facts_have_their_words_numbers_and_events(run):
    told = {"100a.rain_mm": 135.13247, "deepest_m": 1.5, "rain_m3": 1.4e9, "strange": "<b>x</b>"}
    for lang, rain, begins in (("zh", "雨量 (mm)", "21小时"), ("en", "rain (mm)", "21 h")):
        (hazard,) = hazards(open_run(run(facts=told)), Words(lang))
        shown = {fact.name: fact.value for fact in hazard.facts}
        assert shown[f"100a · {rain}"] == "135.1"
        assert "1,400,000,000" in shown.values()
        assert shown["strange"] == "<b>x</b>"
        assert begins.replace(" ", "") in hazard.begins.replace("\xa0", "").replace(" ", "")


def test_the_page_escapes_what_a_hazard_says(run):
    text = page(open_run(run(facts={"strange": "<script>alert(1)</script>"})), "en")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert text.count("data:image/png;base64,") == 1


def test_a_flood_is_drawn_where_it_stands_and_a_puddle_is_not(run):
    (hazard,) = hazards(open_run(run()), Words("en"))
    (picture,) = hazard.pictures
    assert picture.caption == "greatest depth · 100a"
    flooded = image(picture)
    dry = image(hazards(open_run(run(np.full_like(DEPTH, 0.05))), Words("en"))[0].pictures[0])

    def blue(pixels):
        return (pixels[..., 2] - pixels[..., 0] > 0.15)[:, : pixels.shape[1] * 7 // 10].sum()

    assert blue(flooded) > 500
    assert blue(dry) < blue(flooded) / 10


@pytest.mark.parametrize("value", [np.nan, 0.0, -1.0])
def test_a_raster_with_nothing_on_it_is_a_picture_too(run, value):
    (hazard,) = hazards(open_run(run(np.full_like(DEPTH, value))), Words("zh"))
    assert image(hazard.pictures[0]).size


def test_a_wide_raster_is_made_small_and_keeps_its_worst_cell(run):
    wide = np.full((900, 2000), 0.2, np.float32)
    wide[450, 1000] = 9.0
    (hazard,) = hazards(open_run(run(wide, layer="concentration")), Words("en"))
    assert len(hazard.pictures[0].src) < 400_000


def test_a_layer_that_is_missing_or_broken_is_named(run):
    folder = run()
    path = folder / "layers" / "storm-depth_100a.tif"
    whole = path.read_bytes()
    for spoil in (path.unlink, lambda: path.write_bytes(whole[:100])):
        spoil()
        with pytest.raises(RencityError, match="storm-depth_100a") as caught:
            page(open_run(folder), "zh")
        assert caught.value.mend


def test_a_kind_without_words_keeps_its_name(run):
    (hazard,) = hazards(open_run(run(kind="meteor", layer="heat-flux")), Words("zh"))
    assert hazard.title.startswith("meteor")
    assert hazard.pictures[0].caption == "heat · flux"
