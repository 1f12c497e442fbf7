"""Three lifelines of one test network, each by its own reader, into one city that is struck."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from rencity import rehearse
from rencity.city import City
from rencity.city.check import check
from rencity.city.importing import ImportResult, NewCity, import_into
from rencity.kit.findings import has_errors

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "in2-infrarisk"
CRS = "+proj=aeqd +lat_0=0 +lon_0=0 +x_0=-1000 +y_0=-1000 +to_meter=8 +datum=WGS84"


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "interdependent" / "in2_infrarisk"


@pytest.fixture(scope="module")
def into(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cities") / "in2"


@pytest.fixture(scope="module")
def told(folder: Path, into: Path) -> list[ImportResult]:
    return [
        import_into("epanet", folder / "water/water.inp", into, crs=CRS, new=NewCity("in2", "in2")),
        import_into("pandapower", folder / "power/power.json", into, crs=CRS),
        import_into("tntp", folder / "transportation", into, crs=CRS),
        import_into("tables", folder, into, mapping=EXAMPLE / "map.toml"),
    ]


def test_every_row_is_accounted_for(told: list[ImportResult], into: Path) -> None:
    assert all(layer.closes for result in told for layer in result.layers)
    city = City.open(into)
    kinds = city.assets.groupby(["lifeline", "kind"]).size().to_dict()
    assert kinds["power", "node"] == 9
    assert kinds["power", "line"] == 5
    assert kinds["power", "motor"] == kinds["power", "grid_tie"] == kinds["water", "pump"] == 1
    assert kinds["water", "pipe"] == 12
    assert (kinds["road", "junction"], kinds["road", "segment"]) == (9, 11)
    assert len(city.od) == 72
    assert [record.kind for record in city.identity.imports][:2] == ["epanet", "pandapower"]


def test_the_reservoir_needs_a_generator_that_is_not_there(told: list[ImportResult]) -> None:
    [layer] = told[-1].layers
    assert (layer.read, layer.kept) == (2, 1)
    assert dict(layer.refused) == {"columns.provider: value not in the map": 1}
    assert "P_G3" in layer.examples["columns.provider: value not in the map"][0]


def test_the_check_finds_no_error(told: list[ImportResult], into: Path) -> None:
    assert told
    findings = check(City.open(into))
    assert not has_errors(findings)
    assert {f.rule for f in findings if not f.ids or "road" not in f.ids} <= {
        "length-mismatch",
        "no-source",
    }


def raw_power(src: Path) -> nx.Graph:
    """Buses, transformers and the motor from the raw JSON; edges know their line."""

    def rows(name: str) -> list[dict[str, Any]]:
        inner = json.loads(tables[name]["_object"])
        return [dict(zip(inner["columns"], row, strict=True)) for row in inner["data"]]

    tables = json.loads(src.read_text())["_object"]
    graph = nx.Graph()
    for line in rows("line"):
        graph.add_edge(line["from_bus"], line["to_bus"], line=line["name"])
    for trafo in rows("trafo"):
        graph.add_edge(trafo["hv_bus"], trafo["name"])
        graph.add_edge(trafo["lv_bus"], trafo["name"])
    for switch in rows("switch"):
        graph.add_edge(switch["bus"], switch["element"])
    graph.add_edge(rows("motor")[0]["bus"], "motor")
    graph.graph["source"] = rows("ext_grid")[0]["bus"]
    return graph


def test_struck_at_random_and_line_by_line(
    told: list[ImportResult], into: Path, folder: Path
) -> None:
    assert told
    result = rehearse.stress(into, EXAMPLE / "failures.toml", samples=64, workers=1)
    alone = result.weak_links.set_index("name")["n1_people"]
    graph = raw_power(folder / "power/power.json")
    for start, end, name in list(graph.edges(data="line")):
        if name is None:
            continue
        cut = nx.Graph(graph)
        cut.remove_edge(start, end)
        left = nx.node_connected_component(cut, graph.graph["source"])
        dark = set(graph) - left
        # the pump is the reservoir's only way out, and it stops with its motor
        expected = len(dark) + (11 if "motor" in dark else 0)
        assert alone.get(name, 0) == expected, name
    assert alone["P_L5"] > 0
