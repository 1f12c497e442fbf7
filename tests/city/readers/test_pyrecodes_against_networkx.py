"""The two published communities against counts and a graph made from the raw JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from rencity.city import City, Identity
from rencity.city.check import check
from rencity.city.readers.pyrecodes import read_pyrecodes
from rencity.kit.findings import has_errors

STEMS = {1: "ThreeLocalitiesCommunity", 2: "VirtualCommunity"}


@pytest.fixture(params=STEMS, scope="module")
def both(request: pytest.FixtureRequest, shared_data: Path) -> tuple[City, Any, Any]:
    folder = shared_data / "interdependent" / f"pyrecodes_example{request.param}"
    part = read_pyrecodes(folder, "local")
    assert all(layer.closes for layer in part.layers)
    stem = STEMS[request.param]
    library = json.loads((folder / f"{stem}_ComponentLibrary.json").read_text())
    system = json.loads((folder / f"{stem}_SystemConfiguration.json").read_text())
    return City.build(Identity(id="c", name="c"), part.tables), library, system


def parameters(system: Any) -> Iterator[tuple[str, Any]]:
    for name, locality in system["Content"].items():
        for group in locality["Components"].values():
            for subsystem in group:
                for each in subsystem.values():
                    yield name, each["Parameters"]


def instances(system: Any) -> Counter[tuple[str, str]]:
    made: Counter[tuple[str, str]] = Counter()
    for locality, said in parameters(system):
        for name, n in said.get("ComponentsInLocality", {}).items():
            made[locality, name] += n
    return made


def test_components_and_amounts(both: tuple[City, Any, Any]) -> None:
    city, library, system = both
    ids = set(city.assets["id"]) | set(city.tables["buildings"]["id"])
    inside = instances(system)
    expected = {
        f"pyrecodes-{place}-{name}-{i}"
        for (place, name), n in inside.items()
        for i in range(1, n + 1)
    }
    assert expected <= ids
    assert len(city.zones) == len(system["Content"])
    demand: Counter[str] = Counter()
    people = 0.0
    for (_, name), n in inside.items():
        if "Building" in name:
            for resource, said in library[name]["OperationDemand"].items():
                demand[resource] += n * said["Amount"]
            people += n * library[name]["OperationDemand"].get("Shelter", {"Amount": 0})["Amount"]
    ours = city.demands.groupby("lifeline")["amount"].sum()
    assert ours["power"] == pytest.approx(demand["ElectricPower"])
    calls = demand["Communication"] + demand["LowLevelCommunication"]
    assert ours["telecom"] == pytest.approx(calls)
    assert ours.get("water", 0) == pytest.approx(demand["PotableWater"])
    assert city.zones["people_night"].sum() == people
    made: Counter[str] = Counter()
    for (_, name), n in inside.items():
        for resource, said in library[name].get("Supply", {}).items():
            made[resource] += n * said["Amount"]
    plants = city.assets[city.assets["kind"] == "plant"]
    assert plants["capacity"].sum() == pytest.approx(made["ElectricPower"])


def test_needs_are_the_operation_demands(both: tuple[City, Any, Any]) -> None:
    city, library, system = both
    group = {"Electric": "power", "Communi": "telecom", "Water": "water"}

    def lifeline(resource: str) -> str:
        return next((line for part, line in group.items() if part in resource), "")

    expected = set()
    for (place, name), n in instances(system).items():
        supply = {lifeline(r) for r in library[name].get("Supply", {})} - {""}
        for resource in library[name].get("OperationDemand", {}):
            if supply and lifeline(resource) not in supply:
                expected |= {
                    (f"pyrecodes-{place}-{name}-{i}", lifeline(resource)) for i in range(1, n + 1)
                }
    assert (
        set(zip(city.need_groups["asset"], city.need_groups["lifeline"], strict=True)) == expected
    )


def test_water_flows_where_the_links_lead(both: tuple[City, Any, Any]) -> None:
    city, library, system = both
    transfers = {
        name: said["DistributionModel"]["Parameters"].get("TransferService", "")
        for name, said in system["Resources"].items()
    }
    for resource in (name for name, transfer in transfers.items() if transfer):
        theirs = nx.DiGraph()
        for start, said in parameters(system):
            for end, names in said.get("ComponentsBetweenLocalities", {}).items():
                if any(transfers[resource] in library[name]["Supply"] for name in names):
                    theirs.add_edge(start, end)
        prefix = f"pyrecodes-{resource}-"
        own = city.links[city.links["start"].str.startswith(prefix)]
        own = own[own["end"].str.startswith(prefix)]
        ours = nx.DiGraph(
            (a.removeprefix(prefix), b.removeprefix(prefix))
            for a, b in zip(own["start"], own["end"], strict=True)
        )
        assert set(ours.edges) == set(theirs.edges)


def test_bridges_carry_what_crosses_them(both: tuple[City, Any, Any]) -> None:
    city, _, system = both
    bridges = {
        (start, end)
        for start, said in parameters(system)
        for end, names in said.get("ComponentsBetweenLocalities", {}).items()
        if "Bridge" in names
    }
    carriers = city.tables["carriers"]
    on = carriers[carriers["carrier"].str.contains("Bridge")]
    assert {tuple(c.split("-")[1:3]) for c in on["carrier"]} == bridges
    # potable and cooling water; power flows everywhere without lines in this community
    assert len(on) == 2 * len(bridges)


def test_the_check_finds_no_error(both: tuple[City, Any, Any]) -> None:
    assert not has_errors(check(both[0]))
