"""Real input by the commands: what SOURCES.md counts, no fault in the check, a run that reopens."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from rencity.sim.result import Result
from tests.real.conftest import SOURCES, Brought, rencity

Bring = Callable[[str], Brought]

# what SOURCES.md tells of each file: nodes, ways, relations
OSM = {
    "helsinki": {"nodes": 24_260, "ways": 5_130, "relations": 620},
    "shanghai": {"nodes": 10_213, "ways": 2_350, "relations": 0},
    "sao-paulo": {"nodes": 24_648, "relations": 0},
}
NETWORKS = ("memphis", "helsinki", "shanghai", "sao-paulo", "ky4", "net3")
SCENARIO = """
[scenario]
name = "random"
horizon_h = 96
samples = 96
[[hazards]]
kind = "random"
[[hazards.targets]]
probability = 0.05
hours = 48
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "random.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def read(said: dict) -> Counter[str]:
    return Counter({layer["name"]: layer["read"] for layer in said["layers"]})


@pytest.mark.parametrize("name", OSM)
def test_osm_counts_are_those_of_the_source(brought: Bring, name: str) -> None:
    told = read(brought(name).said)
    ways = told["highways"] + told["buildings"] + told["other ways"]
    assert told["nodes"] == OSM[name]["nodes"]
    assert told["relations"] == OSM[name]["relations"]
    assert ways == OSM[name].get("ways", ways)


def test_osm_buildings_and_highways_are_those_of_the_source(brought: Bring) -> None:
    assert read(brought("helsinki").said)["buildings"] == 433
    assert read(brought("shanghai").said)["highways"] == 2_350
    assert read(brought("sao-paulo").said)["highways"] == 6_000


@pytest.mark.parametrize("name", ["memphis", "helsinki", "shanghai", "ky4", "net3", "wuxi"])
def test_every_row_is_accounted_for(brought: Bring, name: str) -> None:
    for layer in brought(name).said["layers"]:
        parts = layer["kept"] + sum(layer["merged"].values()) + sum(layer["refused"].values())
        assert layer["read"] == parts, layer["name"]


@pytest.mark.parametrize("name", ["ky4", "net3"])
def test_water_counts_are_those_of_the_epanet_run(
    brought: Bring, shared_data: Path, name: str
) -> None:
    reference = json.loads((shared_data / "water/reference_epanet_wntr.json").read_text("utf-8"))
    model = reference[SOURCES[name][1]]
    told = read(brought(name).said)
    for what in ("junctions", "reservoirs", "tanks", "pumps", "valves"):
        assert told[f"[{what.upper()}]"] == model[what], what
    assert sum(told[f"[{what}]"] for what in ("PIPES", "PUMPS", "VALVES")) == model["links"]


def test_memphis_counts(brought: Bring) -> None:
    city = brought("memphis").city
    assert len(city.needs) == 73
    assert city.zones.loc[city.zones["level"] == "city", "people_night"].tolist() == [924_339]
    assert len(city.links) == 93 + 71 + 17 + 36
    assert len(city.assets) == 217 + 75 + 49 + 16 + 27


def test_wuxi_counts(brought: Bring, shared_data: Path) -> None:
    zones = brought("wuxi").city.zones.set_index("id")
    with (shared_data / "admin/wuxi_areas.csv").open(encoding="utf-8-sig") as file:
        codes = {row["code"] for row in csv.DictReader(file)}
    assert zones["level"].value_counts().to_dict() == {"street": 88, "district": 7, "city": 1}
    assert set(zones.index[zones["level"] == "district"]) == codes
    assert {"320205", "320206", "320211", "320213", "320214", "320281", "320282"} == codes


@pytest.mark.parametrize(
    "name", ["memphis", "helsinki", "shanghai", "sao-paulo", "ky4", "net3", "wuxi"]
)
def test_check_finds_no_error(brought: Bring, name: str) -> None:
    status, output = rencity("city", "check", brought(name).folder, "--json")
    assert status == 0, output
    assert not [found for found in json.loads(output)["findings"] if found["severity"] == "error"]


def test_check_warns_of_what_nothing_feeds(brought: Bring) -> None:
    """The extract has one substation and one mast, and nothing in it says where they are fed."""
    _, output = rencity("city", "check", brought("helsinki").folder, "--json")
    said = [found for found in json.loads(output)["findings"] if found["rule"] == "no-source"]
    assert [(found["severity"], found["ids"]) for found in said] == [
        ("warning", ["power"]),
        ("warning", ["telecom"]),
    ]


def test_zones_alone_are_told_and_not_struck(
    brought: Bring, scenario: Path, tmp_path: Path
) -> None:
    folder = brought("wuxi").folder
    status, output = rencity("city", "info", folder, "--json")
    assert status == 0
    assert json.loads(output)["zones"] == {"city": 1, "district": 7, "street": 88}
    status, _ = rencity("stress", folder, scenario, "--out", tmp_path / "run")
    assert status != 0
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_reopens_and_repeats(
    brought: Bring, scenario: Path, tmp_path: Path, name: str
) -> None:
    folder, runs = brought(name).folder, []
    for workers in (1, 2):
        out = tmp_path / f"run-{workers}"
        options = ("--out", out, "--workers", workers, "--json")
        status, output = rencity("stress", folder, scenario, *options)
        assert status == 0, output
        runs.append(Result.open(out))
        assert json.loads(output)["digest"] == runs[-1].digest
    one, two = runs
    assert one.digest == two.digest
    assert one.curves.equals(two.curves)
    assert one.about["city"]["hash"] == brought(name).city.hash
    assert one.curves.sizes["sample"] == 96
    share = one.assets["damaged_share"]
    assert abs(share[share > 0].mean() - 0.05) < 0.01
    assert one.assets["outage_h_mean"].max() <= 96
