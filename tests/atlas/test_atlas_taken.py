"""Files and pictures of a run to take away, and its loss curves."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import xarray as xr
from matplotlib.image import imread
from pyproj import Transformer

from rencity.atlas.exporting import harmless
from tests.atlas.conftest import FORMULA, NASTY, Read


def rows(read: Read, table: str) -> list[dict[str, str]]:
    answer = read.here.client.get(f"runs/shaken/tables/{table}.csv")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    about = read.here.client.get("runs/shaken").json()
    drawn = f"{about['samples']}-samples-seed-{about['seed']}-{about['digest'][:8]}"
    said = f"{about['city']}-v{about['city_version']}-{about['scenario'] or 'shaken'}-{drawn}"
    assert answer.headers["content-disposition"] == f'attachment; filename="{said}-{table}.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_tables(read: Read) -> None:
    held = pd.read_parquet(read.sources["shaken"] / "assets.parquet")
    assets = rows(read, "assets")
    assert [one["asset"] for one in assets] == held["asset"].tolist()
    assert [float(one["outage_h_mean"]) for one in assets] == held["outage_h_mean"].tolist()
    assert assets[0]["name"] == "'" + FORMULA
    assert assets[0]["kind_zh"] == held["kind_zh"].iloc[0]
    zones = rows(read, "zones")
    said = read.get("runs/shaken/zones")
    assert [one["id"] for one in zones] == said["ids"]
    k = said["lifelines"].index("power")
    assert [float(one["power_outage_h_mean"]) for one in zones] == said["outage_h_mean"][k]
    assert NASTY in [one["name"] for one in zones]
    assert {one["region"] for one in rows(read, "curves")} > {""}
    assert rows(read, "weak_links")
    assert rows(read, "exceedance")


@pytest.mark.parametrize("table", ["crews", "run", "..%2frun", "zones.csv%2f..%2f..%2fx"])
def test_tables_it_has_not(read: Read, table: str) -> None:
    answer = read.here.client.get(f"runs/shaken/tables/{table}.csv")
    assert answer.status_code == 404


def test_no_cell_is_a_formula() -> None:
    text = ["=1", "+1", "-1", "@a", "\tx", "\rx", "a=1", "", "中"]
    made = harmless(pd.DataFrame({"text": text, "number": np.arange(9.0) - 4}))
    assert made["text"].tolist() == ["'=1", "'+1", "'-1", "'@a", "'\tx", "'\rx", "a=1", "", "中"]
    assert made["number"].tolist() == list(np.arange(9.0) - 4)


def test_a_geopackage(read: Read, tmp_path: Path) -> None:
    answer = read.here.client.get("runs/shaken/export.gpkg")
    assert answer.status_code == 200
    path = tmp_path / "run.gpkg"
    path.write_bytes(answer.content)
    names = {name for name, _ in pyogrio.list_layers(path)}
    assert names == {"zones", "assets", "weak_links", "provenance"}
    zones = gpd.read_file(path, layer="zones")
    said = read.get("runs/shaken/zones")
    assert zones["id"].tolist() == said["ids"]
    k = said["lifelines"].index("water")
    assert zones["water_outage_h_mean"].tolist() == said["outage_h_mean"][k]
    own = read.city.zones.set_index("id").geometry.loc[zones["id"]]
    assert zones.geometry.geom_equals(gpd.GeoSeries(own.to_numpy(), crs=zones.crs)).all()
    told = pyogrio.read_dataframe(path, layer="provenance").set_index("what")["value"]
    about = read.get("runs/shaken/about")
    for name in ("digest", "samples", "seed", "city_version"):
        assert told[name] == str(about[name])
    assert told["scenario_toml"] == about["scenario"]["toml"]
    assert len(gpd.read_file(path, layer="assets")) == len(read.city.assets)


def test_layers_lie_where_the_rasters_lie(read: Read) -> None:
    layers = read.get("runs/shaken/layers")
    names = {path.stem for path in (read.sources["shaken"] / "layers").iterdir()}
    assert {one["id"] for one in layers} == names
    assert names
    for one in layers:
        answer = read.here.client.get(f"runs/shaken/layers/{one['id']}.png")
        assert answer.headers["content-type"] == "image/png"
        pixels = np.rint(imread(io.BytesIO(answer.content)) * 255).transpose(2, 0, 1)
        assert pixels.shape == (4, one["height"], one["width"])
        check_place(read.sources["shaken"] / "layers" / f"{one['id']}.tif", one, pixels)


def check_place(path: Path, layer: dict[str, Any], pixels: np.ndarray) -> None:
    """The greatest value lies under a pixel of the last colour, and holes are transparent."""
    (west, north), (east, _), (_, south), _ = layer["corners"]
    with rasterio.open(path) as file:
        values, crs = file.read(1), file.crs
        row, column = np.unravel_index(np.nanargmax(values), values.shape)
        x, y = file.xy(row, column)
    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    assert west < lon < east
    assert south < lat < north
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    (left, top), (right, bottom), (mx, my) = (
        to_metres.transform(*at) for at in ((west, north), (east, south), (lon, lat))
    )
    at = (
        int((top - my) / (top - bottom) * layer["height"]),
        int((mx - left) / (right - left) * layer["width"]),
    )
    last = layer["stops"][-1]["colour"]
    found = "#" + bytes(pixels[:3, at[0], at[1]].astype(np.uint8)).hex()
    assert (found, pixels[3, at[0], at[1]]) == (last, 255)
    assert layer["most"] == pytest.approx(float(np.nanmax(values)))
    assert set(np.unique(pixels[3])) <= {0, 255}
    assert [one["value"] for one in layer["stops"]] == sorted(
        one["value"] for one in layer["stops"]
    )


def test_layers_it_has_not(read: Read) -> None:
    for name in ("nothing", "..%2f..%2frun", "%2e%2e"):
        assert read.here.client.get(f"runs/shaken/layers/{name}.png").status_code == 404


def test_a_broken_raster(read: Read) -> None:
    read.enter("torn", read.sources["shaken"], "stress")
    folder = read.here.services.places.run("torn") / "layers"
    for path in folder.iterdir():
        path.write_bytes(b"half")
    answer = read.here.client.get("runs/torn/layers")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "run")
    assert str(folder) not in answer.text


def test_exceedance(read: Read) -> None:
    with xr.open_dataset(read.sources["shaken"] / "result.nc", engine="h5netcdf") as arrays:
        served = arrays["served"].sum("region")
        people = arrays["people"].sum("region")
        edges = np.append(arrays["step_start_h"].to_numpy(), arrays.attrs["horizon_h"])
        loss = ((people - served) * xr.DataArray(np.diff(edges), dims="step")).sum("step")
        loss = loss.load()
    said = read.get("runs/shaken/exceedance")
    assert said["curves"][0]["lifeline"] == ""
    for one in said["curves"]:
        mine = loss.sum("lifeline") if not one["lifeline"] else loss.sel(lifeline=one["lifeline"])
        mine = mine.to_numpy()
        assert one["mean"] == pytest.approx(mine.mean())
        assert one["p95"] == pytest.approx(np.quantile(mine, 0.95))
        for x, p in zip(one["loss_person_h"], one["probability"], strict=True):
            assert p == pytest.approx((mine >= x * (1 - 1e-12)).mean())
        half = (np.log(40) / 80) ** 0.5
        assert one["high"] == pytest.approx(np.minimum(np.array(one["probability"]) + half, 1))
    (power,) = read.get("runs/shaken/exceedance", lifeline="power")["curves"]
    assert power in said["curves"]
    assert power["mean"] > 0
    answer = read.here.client.get("runs/shaken/exceedance", params={"lifeline": "x"})
    assert answer.status_code == 404
