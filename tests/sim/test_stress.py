"""Whole runs: the same result however it is split, and every figure against a plainer way."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from rencity.kit.errors import RunError
from rencity.sim.damage import Classes
from rencity.sim.executors import Workers
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.reach.events import draws_of, outages_of_block
from rencity.sim.result import Result
from rencity.sim.run import stress
from rencity.sim.scenario import parse_scenario
from tests.reference import Reference
from tests.sim.random_cities import random_city

HERE = Path(__file__).parent
SCENARIO = """
[scenario]
name = "test"
horizon_h = 100
step_h = 6
samples = 700
[[hazards]]
kind = "random"
[[hazards.targets]]
lifeline = "power"
probability = 0.04
hours = 30
[[hazards.targets]]
lifeline = "water"
probability = 0.04
hours = 30
[[hazards.targets]]
lifeline = "telecom"
probability = 0.04
hours = 30
[[hazards]]
kind = "cutoff"
lifeline = "power"
hours = 9
"""


@pytest.fixture(scope="module")
def city():
    """Three lifelines serving two districts of two grid cells each."""
    made = random_city(np.random.default_rng(11), served=False)
    frame = pd.DataFrame(
        {
            "id": ["d0", "d1", "z0", "z1", "z2", "z3"],
            "level": ["district"] * 2 + ["grid"] * 4,
            "parent": ["", "", "d0", "d0", "d1", "d1"],
            "people_night": [300.0, 701.0, 100, 200, 301, 400],
        }
    )
    zones = gpd.GeoDataFrame(frame, geometry=[box(119, 30, 121, 32)] * 6, crs=4326)
    names = made.assets["id"][made.assets["kind"] == "node"]
    serves = [
        (asset, f"z{z}", 1 / 3)
        for life in "pwt"
        for z in range(4)
        for asset in [n for n in names if n[0] == life][z % 2 : z % 2 + 3]
    ]
    return made.replace(
        zones=zones, serves=pd.DataFrame(serves, columns=["asset", "zone", "share"])
    )


def run_of(city, text=SCENARIO, **options):
    scenario = parse_scenario(text, place="test")
    return stress(city, scenario, Classes(), base=HERE, **options)


def test_workers_change_nothing(city):
    one = Result.of(run_of(city), city, scenario_toml=SCENARIO)
    two = Result.of(run_of(city, workers=Workers(2)), city, scenario_toml=SCENARIO)
    assert one.digest == two.digest
    pd.testing.assert_frame_equal(one.weak_links, two.weak_links)


def test_seed_changes_the_digest_and_samples_are_a_prefix(city):
    whole, other = run_of(city), run_of(city, seed=2)
    assert (whole.served != other.served).any()
    fewer = run_of(city, samples=100)
    assert (fewer.served == whole.served[..., :100]).all()


def test_curves_and_losses_equal_the_reference(city):
    run = run_of(city, samples=20)
    ids, reference = city.assets["id"].to_numpy(), Reference(city)
    people, network = _people(city), run.network
    scenario = run.scenario
    draws = [
        draws_of(strikes_of(h, Scene(city, Classes(), HERE, 20))[0], i, network, len(ids))
        for i, h in enumerate(scenario.hazards)
    ]
    outages = outages_of_block(draws, run.seed, 0, 20)
    name = {int(r): ids[i] for i, r in enumerate(network.row_of_asset(len(ids))) if r >= 0}
    duration = np.diff(np.append(run.edge_min, run.horizon_min))
    loss = np.zeros(4)
    for s in range(20):
        mine = outages.lane == s
        out = {
            name[int(r)]: float(m)
            for r, m in zip(outages.row[mine], outages.end[mine], strict=True)
            if int(r) in name
        }
        for step, served in enumerate(reference.run(out, list(run.edge_min))):
            for (asset, zone), n in people.items():
                if asset in reference.normal and asset not in served:
                    loss[zone] += n * duration[step]
            for number, life in enumerate(network.lifelines):
                for r in range(2):
                    want = sum(
                        n
                        for (asset, zone), n in people.items()
                        if asset in served and asset[0] == life[0] and zone // 2 == r
                    )
                    assert run.served[number, r, step, s] == want
    assert run.zone_loss_sum.sum(axis=0) == pytest.approx(loss)
    assert (run.zone_served_sum.sum(axis=(0, 1)) == run.served.sum(axis=(0, 1, 3))).all()


def _people(city):
    """Whole people of each (asset, zone), by largest remainder within zone and lifeline."""
    made = {}
    night = city.zones.set_index("id")["people_night"]
    for (zone, _), part in city.serves.groupby(["zone", city.serves["asset"].str[0]]):
        total = round(night[zone] * part["share"].sum())
        base, extra = divmod(total, len(part))
        for i, asset in enumerate(part["asset"]):
            made[asset, int(zone[1:])] = base + (i < extra)
    return made


def test_a_knock_out_is_the_run_without_that_damage(city):
    run = run_of(city)
    assert run.saved
    ids = city.assets["id"].to_numpy()
    name = {int(r): ids[i] for i, r in enumerate(run.network.row_of_asset(len(ids))) if r >= 0}
    cutoff = SCENARIO[: SCENARIO.rindex("[[hazards]]")]
    run = run_of(city, cutoff)
    checked = 0
    for saved in run.saved[:6]:
        spared = cutoff + (
            f'[[hazards.targets]]\nids = ["{name[saved.row]}"]\nprobability = 0\nhours = 30\n'
        )
        without = run_of(city, spared)
        gain = (run.zone_loss_sum.sum() - without.zone_loss_sum.sum()) / run.samples
        if saved.pairs == run.damaged[saved.row]:
            assert saved.mean == pytest.approx(gain, rel=1e-9, abs=1e-6)
            checked += 1
        assert saved.low <= saved.mean <= saved.high
    assert checked >= 3


def test_a_run_folder_reads_back_the_same(city, tmp_path):
    made = Result.of(run_of(city, samples=50), city, scenario_toml=SCENARIO)
    again = Result.open(made.write(tmp_path / "run"))
    assert again.about == dict(made.about)
    assert again.summary == made.summary
    pd.testing.assert_frame_equal(again.weak_links, made.weak_links)
    assert again.curves.equals(made.curves)


@pytest.mark.parametrize("part", ["run.json", "result.nc", "zones.parquet", "summary.json"])
def test_a_partial_run_folder_is_named(city, tmp_path, part):
    folder = Result.of(run_of(city, samples=10), city, scenario_toml="").write(tmp_path / "run")
    (folder / part).write_bytes(b"torn")
    with pytest.raises(RunError, match="mend: run `rencity stress` again"):
        Result.open(folder)


def test_nothing_breaks_nothing_lost(city):
    text = SCENARIO[: SCENARIO.rindex("[[hazards]]")].replace("0.04", "0")
    run = run_of(city, text)
    assert (run.served == run.people[:, :, None, None]).all()
    assert run.zone_loss_sum.sum() == 0
    assert not run.saved


def test_without_people_each_asset_counts_one():
    made = random_city(np.random.default_rng(5))
    run = run_of(made, samples=30)
    assert run.network.unit == "assets"
    normal = Reference(made).normal
    sources = set(made.assets["id"][made.assets["source"]])
    nodes = set(made.assets["id"].iloc[run.network.asset])
    want = {
        life: sum(a in normal and a[0] == life[0] for a in nodes - sources)
        for life in run.network.lifelines
    }
    assert dict(zip(run.network.lifelines, run.people[:, 0].tolist(), strict=True)) == want
    result = Result.of(run, made, scenario_toml="")
    assert result.zones["id"].tolist() == ["tiny"]  # a city without zones is one
    assert result.about["unit"] == "assets"
    said = " ".join(each["en"] + each["zh"] for each in result.about["leaves_out"])
    assert "asset-hours" in said
    assert not any(word in said for word in ("People", "person", "人数"))
    assert result.weak_links["n1_people"].max() > 0
