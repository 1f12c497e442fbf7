"""The reader against WNTR's, which keeps everything in SI as well."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from rencity.city import City, Identity
from rencity.city.readers.epanet import read_epanet

FILES = {
    "water/Net1.inp": "local",
    "water/Net2.inp": "local",
    "water/Net3.inp": "local",
    "water/ky4.inp": "EPSG:3089",
    "water/coastal_ky4.inp": None,
    "interdependent/shelby_infrarisk/water/water.inp": "EPSG:3857",
    "interdependent/in2_infrarisk/water/water.inp": "local",
}


def theirs(src: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import wntr

        return wntr.network.WaterNetworkModel(str(src))


@pytest.fixture(params=FILES)
def both(request: pytest.FixtureRequest, shared_data: Path) -> tuple[City, Any, str]:
    src = shared_data / request.param
    part = read_epanet(src, FILES[request.param])
    assert all(layer.closes for layer in part.layers)
    made = City.build(Identity(id="water", name="water"), part.tables)
    return made, theirs(src), request.param


def close(a: Any, b: Any) -> None:
    assert dict(a) == pytest.approx(b, rel=1e-6, abs=1e-9)


def test_same_network(both: tuple[City, Any, str], shared_data: Path) -> None:
    made, model, name = both
    assets = made.assets.set_index("name")
    nodes = assets[assets["id"].str.startswith("epanet-n-")]
    links = made.links.set_index(made.links["id"].str.removeprefix("epanet-l-"))
    own = assets[assets["id"].str.startswith("epanet-l-")]
    assert set(nodes.index) == set(model.node_name_list)
    assert set(own.index) == set(model.link_name_list)
    pumps = set(model.pump_name_list)
    assert set(links.index) == (set(own.index) - pumps) | {
        f"{pump}-{side}" for pump in pumps for side in ("in", "out")
    }
    for key, link in model.links():
        ends = (f"epanet-n-{link.start_node_name}", f"epanet-n-{link.end_node_name}")
        first, last = (f"{key}-in", f"{key}-out") if key in pumps else (key, key)
        assert (links.at[first, "start"], links.at[last, "end"]) == ends
        if key in pumps:
            assert links.at[first, "end"] == links.at[last, "start"] == f"epanet-l-{key}"

    junctions = dict(model.junctions())
    elevation = {key: node.elevation for key, node in junctions.items()}
    elevation |= {key: node.elevation for key, node in model.tanks()}
    elevation |= {key: node.base_head for key, node in model.reservoirs()}
    close(nodes["elevation_m"], elevation)
    demand = {
        key: sum(each.base_value for each in node.demand_timeseries_list) * 86400
        for key, node in junctions.items()
    }
    close(nodes.loc[list(junctions), "demand"], demand)
    pipes = dict(model.pipes())
    close(links.loc[list(pipes), "length_m"], {key: pipe.length for key, pipe in pipes.items()})
    millimetres = {key: pipe.diameter * 1000 for key, pipe in pipes.items()}
    close(own.loc[list(pipes), "diameter_mm"], millimetres)
    one_way = {key for key, pipe in pipes.items() if pipe.check_valve}
    one_way |= pumps | set(model.prv_name_list) | set(model.psv_name_list)
    links["name"] = links.index.str.replace(r"-(in|out)$", "", regex=True)
    assert set(links["name"][links["directed"]]) == one_way
    closed = {key for key, link in model.links() if link.initial_status.name == "Closed"}
    shut = links["normally_open"] | (links["rule"] == "epanet-controlled-link")
    assert set(links["name"][shut]) == closed

    expected = json.loads((shared_data / "water/reference_epanet_wntr.json").read_text())[name]
    kinds = made.assets["kind"].value_counts()
    counts = {
        "nodes": len(nodes),
        "links": len(own),
        "junctions": kinds["junction"],
        "tanks": kinds["tank"],
        "reservoirs": kinds.get("source", 0),
        "pumps": kinds.get("pump", 0),
        "valves": kinds.get("valve", 0),
    }
    assert counts == {key: expected[key] for key in counts}
