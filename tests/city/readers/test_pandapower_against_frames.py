"""The reader against counts and graphs made from the raw JSON, without the reader's code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from rencity.city import City, Identity
from rencity.city.readers.pandapower import read_pandapower

FILES = {
    "power/mv_oberrhein.json": None,
    "power/mv_oberrhein_substations.json": None,
    "power/case118.json": "local",
    "power/case24_ieee_rts.json": "local",
    "power/case33bw.json": "local",
    "interdependent/in2_infrarisk/power/power.json": "local",
}
# buses, lines and MW of load as the cases are published; Oberrhein's MW are load times scaling
PUBLISHED = {"case118": (118, 4242.0), "case24_ieee_rts": (24, 2850.0), "case33bw": (33, 3.715)}

Rows = list[dict[str, Any]]


def raw(src: Path) -> dict[str, Rows]:
    tables = {}
    for name, entry in json.loads(src.read_text())["_object"].items():
        if isinstance(entry, dict) and entry.get("_class") == "DataFrame":
            inner = json.loads(entry["_object"])
            tables[name] = [
                {"index": key, **dict(zip(inner["columns"], row, strict=True))}
                for key, row in zip(inner["index"], inner["data"], strict=True)
            ]
    return tables


def in_service(rows: Rows) -> Rows:
    return [row for row in rows if row.get("in_service", True)]


@pytest.fixture(params=FILES, scope="module")
def both(request: pytest.FixtureRequest, shared_data: Path) -> tuple[City, dict[str, Rows], str]:
    src = shared_data / request.param
    part = read_pandapower(src, FILES[request.param])
    assert all(layer.closes for layer in part.layers)
    city = City.build(Identity(id="power", name="power"), part.tables)
    return city, raw(src), src.stem


def test_totals(both: tuple[City, dict[str, Rows], str]) -> None:
    city, tables, name = both
    ids = city.assets["id"]
    for table, rows in tables.items():
        if table in ("bus", "line", "trafo", "gen", "sgen", "ext_grid", "motor"):
            kept = rows if table in ("line", "trafo") else in_service(rows)
            assert ids.str.startswith(f"pandapower-{table}-").sum() == len(kept), table
    loads = sum(r["p_mw"] * r["scaling"] for r in in_service(tables["load"]))
    motors = sum(r["pn_mech_mw"] * r["scaling"] for r in in_service(tables.get("motor", [])))
    assert city.demands["amount"].sum() == pytest.approx((loads + motors) * 1000)
    drawn = city.assets.loc[city.assets["demand"] > 0, "demand"].sum()
    assert drawn == pytest.approx((loads + motors) * 1000)
    if name in PUBLISHED:
        buses, megawatts = PUBLISHED[name]
        assert len(tables["bus"]) == buses
        assert loads == pytest.approx(megawatts)
    volts = {f"pandapower-bus-{r['index']}": r["vn_kv"] for r in tables["bus"]}
    buses_of_city = city.assets[ids.str.startswith("pandapower-bus-")].set_index("id")
    assert buses_of_city["voltage_kv"].to_dict() == volts


def theirs(tables: dict[str, Rows]) -> nx.Graph:
    """Buses joined by what is in service and closed, from the raw rows."""
    opened = {(s["et"], s["element"]) for s in tables.get("switch", []) if not s["closed"]}
    graph = nx.Graph()
    graph.add_nodes_from(row["index"] for row in in_service(tables["bus"]))
    for row in in_service(tables.get("line", [])):
        if ("l", row["index"]) not in opened:
            graph.add_edge(row["from_bus"], row["to_bus"])
    for row in in_service(tables.get("trafo", [])):
        if ("t", row["index"]) not in opened:
            graph.add_edge(row["hv_bus"], row["lv_bus"])
    for row in tables.get("switch", []):
        if row["et"] == "b" and row["closed"]:
            graph.add_edge(row["bus"], row["element"])
    return graph


def test_same_islands(both: tuple[City, dict[str, Rows], str]) -> None:
    city, tables, _ = both
    closed = city.links[~city.links["normally_open"]]
    ours = nx.Graph(zip(closed["start"], closed["end"], strict=True))
    ours.add_nodes_from(city.assets["id"][city.assets["id"].str.contains("-bus-")])
    mine = {
        frozenset(int(n.removeprefix("pandapower-bus-")) for n in part if "-bus-" in n)
        for part in nx.connected_components(ours)
    } - {frozenset()}
    assert mine == {frozenset(part) for part in nx.connected_components(theirs(tables))}


def test_without_each_line_the_same_buses_are_supplied(
    both: tuple[City, dict[str, Rows], str],
) -> None:
    city, tables, _ = both
    graph = theirs(tables)
    slack = {r["bus"] for t in ("ext_grid", "gen") for r in in_service(tables.get(t, []))}
    links = city.links[~city.links["normally_open"]]
    sources = set(city.assets["id"][city.assets["source"]])
    lines = in_service(tables["line"])
    for row in lines[:: max(1, len(lines) // 15)]:
        cut = nx.Graph(graph)
        parallel = [
            r for r in lines if {r["from_bus"], r["to_bus"]} == {row["from_bus"], row["to_bus"]}
        ]
        if len(parallel) == 1 and cut.has_edge(row["from_bus"], row["to_bus"]):
            cut.remove_edge(row["from_bus"], row["to_bus"])
        expected = set().union(*(nx.node_connected_component(cut, bus) for bus in slack))
        left = links[links["asset"] != f"pandapower-line-{row['index']}"]
        ours = nx.Graph(zip(left["start"], left["end"], strict=True))
        reached = set().union(*(nx.node_connected_component(ours, bus) for bus in sources))
        assert {f"pandapower-bus-{bus}" for bus in expected} == {n for n in reached if "-bus-" in n}


def test_oberrhein_lies_on_the_upper_rhine(shared_data: Path) -> None:
    assets = read_pandapower(shared_data / "power/mv_oberrhein.json").tables["assets"]
    west, south, east, north = assets.total_bounds
    # between Offenburg (48.47 N, 7.94 E) and Lahr (48.34 N, 7.87 E), east of the river
    assert 7.73 < west < east < 7.95
    assert 48.32 < south < north < 48.49
    lines = assets[assets["kind"] == "line"]
    drawn = lines.to_crs("EPSG:25832").length
    stated = lines["length_m"].astype(float)
    assert (drawn / stated).median() == pytest.approx(1, abs=0.05)
    assert drawn.sum() == pytest.approx(stated.sum(), rel=0.1)
