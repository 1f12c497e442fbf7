"""What pages read of a run, against the run folder's own files."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.atlas.conftest import FORMULA, NASTY, Read


@pytest.fixture(scope="module")
def arrays(read: Read) -> xr.Dataset:
    with xr.open_dataset(read.sources["shaken"] / "result.nc", engine="h5netcdf") as opened:
        return opened.load()


def table(read: Read, name: str) -> Any:
    path = read.sources["shaken"] / f"{name}.parquet"
    return gpd.read_parquet(path) if name == "zones" else pd.read_parquet(path)


def array(read: Read, path: str, kind: str, **params: Any) -> np.ndarray:
    answer = read.here.client.get(f"runs/shaken/{path}", params=params)
    assert answer.headers["content-type"] == "application/octet-stream"
    shape = [int(n) for n in answer.headers["x-shape"].split(",")]
    return np.frombuffer(answer.content, kind).reshape(shape)


def test_about(read: Read) -> None:
    said = json.loads((read.sources["shaken"] / "run.json").read_text("utf-8"))
    about = read.get("runs/shaken/about")
    for name in ("digest", "samples", "seed", "horizon_h", "unit", "level", "leaves_out"):
        assert about[name] == said[name], name
    assert about["scenario"]["toml"] == said["scenario"]["toml"]
    assert about["title"] == {"zh": "地震加暴雨", "en": "Shaken and wet"}
    assert [one["title"]["zh"] for one in about["hazards"]] == ["地震", "暴雨内涝"]
    assert about["city"]["hash"] == read.city.hash
    assert about["kept_samples"] == said["outages"]["samples"]
    assert "folder" not in about["city"]


def test_key_figures(read: Read) -> None:
    said = json.loads((read.sources["shaken"] / "summary.json").read_text("utf-8"))
    figures = read.get("runs/shaken/key-figures")
    assert {one["lifeline"] for one in figures["city"]} == set(said["lifelines"])
    for one in figures["city"]:
        held = said["lifelines"][one["lifeline"]]
        assert one["loss_person_h"] == held["loss_person_h"]
        assert one["t90_h"] == held["t90_h"]
        worst = held["people"] * (1 - held["robustness"]["mean"])
        assert one["without"]["mean"] == pytest.approx(worst)
        assert one["equity"]["gini"] == held["equity"]["gini"]
    losses = [one["loss_person_h"]["mean"] for one in figures["city"]]
    assert losses == sorted(losses, reverse=True)
    regions = {one["id"]: one for one in figures["regions"]}
    assert set(regions) == set(said["regions"])
    for region, held in said["regions"].items():
        for one in regions[region]["lifelines"]:
            assert one["loss_person_h"] == held[one["lifeline"]]["loss_person_h"]
    assert figures["headline"]["zh"][0].startswith("情景“地震加暴雨”")
    assert figures["headline"]["en"][0].startswith("“Shaken and wet”")


def test_the_first_to_fail(read: Read, arrays: xr.Dataset) -> None:
    first = read.get("runs/shaken/key-figures")["first"]
    people = arrays["people"].sum("region").to_series()
    served = arrays["served"].sum("region").mean("sample")
    begin = {}
    for name in people[people > 0].index:
        gone = 1 - served.sel(lifeline=name).to_numpy() / people[name]
        if gone.max() >= 0.01:
            begin[name] = float(arrays["step_start_h"][int(np.argmax(gone >= 0.01))])
    assert {one["lifeline"]: one["at_h"] for one in first} == begin
    assert len(begin) > 1
    assert [one["at_h"] for one in first] == sorted(begin.values())


def test_who_waits_longest(read: Read) -> None:
    waits = read.get("runs/shaken/key-figures")["waits"]
    hours = [one["outage_h"] for one in waits]
    assert hours == sorted(hours, reverse=True)
    assert hours[0] > 0
    zones = read.city.zones["id"].to_numpy()
    assert all(zones[one["row"]] == one["zone"] for one in waits)


def test_curves(read: Read, arrays: xr.Dataset) -> None:
    for region in (None, str(arrays["region"].to_numpy()[1])):
        said = read.get("runs/shaken/curves", **({"region": region} if region else {}))
        part = arrays.sum("region") if region is None else arrays.sel(region=region)
        assert said["step_start_h"] == arrays["step_start_h"].to_numpy().tolist()
        assert said["region"]["id"] == (region or "")
        for one in said["lifelines"]:
            served = part["served"].sel(lifeline=one["id"]).to_numpy()
            people = float(part["people"].sel(lifeline=one["id"]))
            assert one["people"] == people
            if people:
                assert one["mean"] == pytest.approx(served.mean(1) / people, abs=6e-6)
                low = np.percentile(served, 5, axis=1) / people
                assert one["p5"] == pytest.approx(low, abs=6e-6)
    assert said["regions"][1]["id"] == region


def test_zones(read: Read, arrays: xr.Dataset) -> None:
    said = read.get("runs/shaken/zones")
    city = read.city.zones
    assert (city["id"].to_numpy()[said["rows"]] == said["ids"]).all()
    assert NASTY in said["names"]
    for k, name in enumerate(said["lifelines"]):
        mine = arrays.sel(lifeline=name, zone=said["ids"])
        people = mine["zone_people"].to_numpy()
        assert said["people"][k] == people.tolist()
        loss = mine["zone_loss_mean"].to_numpy()
        assert said["loss_person_h_mean"][k] == pytest.approx(loss, abs=6e-4)
        hours = np.divide(loss, people, out=np.zeros_like(loss), where=people > 0)
        assert said["outage_h_mean"][k] == pytest.approx(hours, abs=6e-5)
    assert sum(map(sum, said["loss_person_h_mean"])) > 0


def test_zones_of_a_level_hold_all_their_people(read: Read) -> None:
    leaf = read.get("runs/shaken/zones")
    assert leaf["levels"] == ["city", "district", "street", "community", "leaf"]
    for level in ("street", "community"):
        said = read.get("runs/shaken/zones", level=level)
        assert set(said["own_levels"]) == {level}
        assert len(said["ids"]) < len(leaf["ids"])
        parents = read.city.zones.set_index("id")["parent"]
        above = []
        for zone in leaf["ids"]:
            while zone not in said["ids"]:
                zone = parents[zone]  # noqa: PLW2901
            above.append(said["ids"].index(zone))
        for k in range(len(leaf["lifelines"])):
            for field in ("people", "loss_person_h_mean"):
                mine = np.bincount(above, leaf[field][k], len(said["ids"]))
                assert said[field][k] == pytest.approx(mine, abs=0.1)


@pytest.mark.parametrize("level", ["leaf", "community"])
def test_frames(read: Read, arrays: xr.Dataset, level: str) -> None:
    zones = read.get("runs/shaken/zones", level=level)
    frames = array(read, "frames", "u1", lifeline="power", level=level)
    assert frames.shape == (arrays.sizes["step"], len(zones["ids"]))
    people = np.array(zones["people"][zones["lifelines"].index("power")])
    assert (frames[:, people == 0] == 255).all()
    assert frames[:, people > 0].max() <= 200
    if level == "leaf":
        served = arrays["zone_served_mean"].sel(lifeline="power", zone=zones["ids"]).to_numpy()
        gone = 1 - served[people > 0].T / people[people > 0]
        assert frames[:, people > 0] / 200 == pytest.approx(gone, abs=0.005)
    else:
        whole = arrays.sel(lifeline="power")
        gone = float(people.sum()) - whole["served"].sum("region").mean("sample").to_numpy()
        live = people > 0
        assert frames[:, live] / 200 @ people[live] == pytest.approx(gone, abs=people.sum() * 0.005)
    assert frames[:, people > 0].max() > 0


def test_asset_states(read: Read) -> None:
    states = array(read, "asset-states", "<f4")
    held = table(read, "assets")
    assert (held["asset"].to_numpy() == read.city.assets["id"].to_numpy()).all()
    assert states[0] == pytest.approx(held["outage_h_mean"].to_numpy(np.float32))
    assert states[1] == pytest.approx(held["damaged_share"].to_numpy(np.float32))
    assert states[1].max() > 0


def pages(read: Read, **params: Any) -> list[dict[str, Any]]:
    found, after = [], None
    while True:
        more = {"after": after} if after else {}
        page = read.get("runs/shaken/assets", **params, **more)
        found += page["items"]
        after = page["next"]
        if after is None:
            return found


def test_assets_in_pages(read: Read) -> None:
    held = table(read, "assets")
    found = pages(read, limit=300)
    assert sorted(one["row"] for one in found) == list(range(len(held)))
    hours = [one["outage_h_mean"] for one in found]
    assert hours == sorted(held["outage_h_mean"], reverse=True)
    for one in found[:20]:
        assert one["asset"] == read.city.assets["id"].iloc[one["row"]]
    damaged = [one["damaged_share"] for one in pages(read, sort="damaged", limit=500)]
    assert damaged == sorted(held["damaged_share"], reverse=True)


def test_assets_that_fit(read: Read) -> None:
    held = table(read, "assets")
    mine = held[(held["lifeline"] == "power") & (held["kind"] == "transformer")]
    found = pages(read, lifeline="power", kind="transformer", limit=7)
    assert {one["asset"] for one in found} == set(mine["asset"])
    (first,) = pages(read, q="CMD|")
    assert (first["row"], first["name"]) == (0, FORMULA)
    assert pages(read, q="nothing is named so") == []
    weak = table(read, "weak_links").set_index("asset")
    top = pages(read, sort="n1", limit=500)
    assert top[0]["n1_people"] == weak["n1_people"].max()
    assert {one["asset"] for one in top if one["n1_people"] is not None} == set(weak.index)


def test_outages_of_a_sample(read: Read) -> None:
    held = table(read, "outages")
    for sample in (0, 7):
        said = read.get("runs/shaken/outages", sample=sample)
        mine = held[held["sample"] == sample]
        ids = read.city.assets["id"].to_numpy()
        assert ids[said["rows"]].tolist() == mine["asset"].tolist()
        assert said["begin_min"] == mine["begin_min"].tolist()
        assert said["end_min"] == mine["end_min"].tolist()
        named = [said["hazards"][k] for k in said["hazard"]]
        assert named == mine["hazard"].astype(str).tolist()
    assert len(held)
    answer = read.here.client.get("runs/shaken/outages", params={"sample": 40})
    assert answer.status_code == 404
    assert answer.json()["error"]["mend"] == "give 0 to 39"


def test_weak_links(read: Read) -> None:
    held = table(read, "weak_links").set_index("asset")
    said = read.get("runs/shaken/weak-links", by="n1", limit=500)
    assert said["total"] == int((held["n1_people"] > 0).sum())
    assert said["items"] == said["single_points"]
    people = [one["n1_people"] for one in said["items"]]
    assert people == sorted(people, reverse=True)
    for one in said["items"]:
        assert one["n1_by"] == json.loads(held.loc[one["asset"], "n1_by"])
        assert sum(one["n1_by"].values()) == one["n1_people"]
        assert read.city.assets["id"].iloc[one["row"]] == one["asset"]
    numbers = [one["number"] for one in said["items"] if one["number"]]
    assert len(set(numbers)) == len(numbers) > 0
    saved = read.get("runs/shaken/weak-links", by="saved", limit=3)
    tried = held[held["knock_samples"] > 0]["knock_saved_ph"]
    assert [one["knock_saved_ph"] for one in saved["items"]] == sorted(tried, reverse=True)[:3]
    power = read.get("runs/shaken/weak-links", by="location", lifeline="power", limit=500)
    assert {one["lifeline"] for one in power["items"]} <= {"power"}


@pytest.mark.parametrize(
    ("path", "status", "mend"),
    [
        ("runs/nobody/curves", 404, ""),
        ("runs/shaken/curves?region=nowhere", 404, "use one of"),
        ("runs/shaken/frames?lifeline=pwer", 404, "did you mean 'power'"),
        ("runs/shaken/frames?lifeline=power&level=sreet", 404, "did you mean 'street'"),
        ("runs/shaken/frames", 422, ""),
        ("runs/shaken/assets?after=YWJj", 400, "send `next`"),
        ("runs/shaken/assets?sort=beauty", 422, ""),
        ("runs/shaken/weak-links?by=luck", 422, ""),
        ("runs/..%2f..%2fetc/about", 404, ""),
    ],
)
def test_refusals(read: Read, path: str, status: int, mend: str) -> None:
    answer = read.here.client.get(path)
    assert answer.status_code == status, answer.text
    assert mend in answer.json()["error"]["mend"]


def test_names_are_plain_text_in_json(read: Read) -> None:
    answer = read.here.client.get("runs/shaken/zones")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert NASTY in answer.json()["names"]
