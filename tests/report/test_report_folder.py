import json
import math
import shutil

import pandas as pd
import pytest
import xarray as xr

from rencity.kit.errors import RunError
from rencity.report.folder import open_run
from rencity.report.page import page, write_report
from tests.report.fake_run import dump, write_run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("run") / "whole")


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def fault(folder):
    with pytest.raises(RunError) as caught:
        open_run(folder)
    assert caught.value.mend
    return str(caught.value)


def edit(path, change):
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    dump(path, data)


def test_a_whole_run_opens(run):
    opened = open_run(run)
    assert opened.lifelines == ["power", "water", "telecom", "gas"]
    assert opened.regions == ["d0", "d1", "d2"]
    assert opened.result.sizes["sample"] == opened.about.samples


def test_no_folder_and_a_file_in_its_place(tmp_path, run):
    assert "no such run folder" in fault(tmp_path / "nothing")
    assert "no such run folder" in fault(run / "run.json")


@pytest.mark.parametrize(
    "name",
    ["run.json", "summary.json", "result.nc", "zones.parquet", "assets.parquet", "links.parquet",
     "weak_links.parquet"],
)  # fmt: skip
def test_each_file_missing_emptied_or_cut_is_named(run, name):
    whole = (run / name).read_bytes()
    (run / name).unlink()
    assert name in fault(run)
    for part in (b"", whole[: len(whole) // 2], b"\xff\x00 nonsense"):
        (run / name).write_bytes(part)
        assert name in fault(run)


def test_another_format_is_refused_by_number(run):
    edit(run / "run.json", lambda data: data.update(format=3))
    assert "format 3, this Rencity reads format 2" in fault(run)


@pytest.mark.parametrize(
    ("key", "value"),
    [("samples", 0), ("samples", "many"), ("lifelines", []), ("horizon_h", -1), ("city", {})],
)
def test_a_broken_value_is_named_by_its_key(run, key, value):
    edit(run / "run.json", lambda data: data.update({key: value}))
    assert key in fault(run)


def test_a_missing_key_is_named(run):
    edit(run / "run.json", lambda data: data.pop("digest"))
    assert "digest" in fault(run)


def test_a_list_where_a_table_should_be(run):
    dump(run / "run.json", [])
    assert "run.json" in fault(run)


@pytest.mark.parametrize("name", ["zones", "assets", "links", "weak_links"])
def test_a_missing_column_is_named(run, name):
    path = run / f"{name}.parquet"
    frame = pd.read_parquet(path)
    column = frame.columns[1]
    if name == "zones":
        import geopandas as gpd

        frame = gpd.read_parquet(path)
    frame.drop(columns=column).to_parquet(path)
    assert f"lacks columns {column}" in fault(run)


def rewrite(run, change):
    with xr.open_dataset(run / "result.nc", engine="h5netcdf") as data:
        result = change(data.load())
    result.to_netcdf(run / "result.nc", engine="h5netcdf")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data.drop_vars("served"), "lacks served"),
        (lambda data: data.drop_vars("zone"), "lacks ids of zone"),
        (lambda data: data.isel(lifeline=slice(0, 2)), "lifelines power, water where"),
        (lambda data: data.isel(sample=slice(0, 9)), "result.nc holds 9 samples"),
        (lambda data: data.isel(step=slice(None, None, -1)), "step_start_h does not rise"),
        (lambda data: data.assign_coords(zone=["?", *data.zone.to_numpy()[1:]]), "names zones"),
        (lambda data: data.rename(step="time"), "lacks step_start_h(step)"),
    ],
)
def test_arrays_that_disagree(run, change, said):
    rewrite(run, change)
    assert said in fault(run)


def test_a_summary_that_lacks_a_lifeline_or_region(run):
    edit(run / "summary.json", lambda data: data["lifelines"].pop("water"))
    assert "summary.json lacks lifelines: water" in fault(run)
    edit(
        run / "summary.json", lambda data: data["lifelines"].update(water=data["lifelines"]["gas"])
    )
    edit(run / "summary.json", lambda data: data["regions"].pop("d1"))
    assert "summary.json lacks regions: d1" in fault(run)


def test_lifelines_in_another_order_are_put_in_the_run_s(run):
    before = open_run(run).result["people"].sel(lifeline="water").to_numpy()
    rewrite(run, lambda data: data.isel(lifeline=[2, 0, 3, 1]))
    opened = open_run(run)
    assert opened.result["lifeline"].to_numpy().tolist() == opened.lifelines
    assert (opened.result["people"].sel(lifeline="water").to_numpy() == before).all()


def test_times_never_reached_may_be_null_or_not_a_number(run):
    def change(data):
        data["lifelines"]["power"]["t90_h"] = {"p5": 4.0, "p50": None, "p95": math.inf,
                                               "reached_share": 0.25}  # fmt: skip
        data["lifelines"]["gas"]["robustness"] = dict.fromkeys(
            ("mean", "low", "high", "p5", "p95"), math.nan
        )

    edit(run / "summary.json", change)
    text = page(open_run(run), "en")
    assert "over 7.2 days" in text or "over 7.3 days" in text
    assert "25% of samples recover within the run" in text
    assert "not back to 90%" in text


def test_keys_of_a_later_writer_are_left_alone(run):
    edit(run / "run.json", lambda data: data.update(mood="good"))
    assert open_run(run).about.samples


def test_nothing_is_written_when_the_run_is_broken(run, tmp_path):
    out = tmp_path / "page.html"
    out.write_text("old")
    (run / "result.nc").unlink()
    with pytest.raises(RunError):
        write_report(run, out)
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
