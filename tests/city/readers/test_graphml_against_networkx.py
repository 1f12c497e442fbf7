"""Jamestown by its shipped mapping, against networkx's own reader and the raw files."""

from __future__ import annotations

import io
import math
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
import shapely

from rencity.city import City
from rencity.city.check import check
from rencity.city.importing import import_into

MAP = Path(__file__).resolve().parents[3] / "examples" / "jamestown" / "map.toml"
FILES = {"power": "electricity_network", "water": "water_network", "road": "streets_expanded"}
LINKS = {"power": "cable", "water": "pipe", "road": "street"}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "interdependent" / "jamestown_m1"


@pytest.fixture(scope="module")
def jamestown(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    into = tmp_path_factory.mktemp("cities") / "jamestown"
    result = import_into("graphml", folder, into, mapping=MAP)
    assert all(layer.closes for layer in result.layers)
    return result.city


def theirs(src: Path) -> nx.MultiGraph:
    # networkx takes no graph with edges of both sorts; the direction is in the data as well
    text = src.read_text().replace(' directed="true"', "").replace(' directed="false"', "")
    return nx.read_graphml(io.BytesIO(text.encode()), edge_key_type=str, force_multigraph=True)


@pytest.mark.parametrize("lifeline", FILES)
def test_same_graph(jamestown: City, folder: Path, lifeline: str) -> None:
    graph = theirs(folder / f"{FILES[lifeline]}.graphml")
    assets = jamestown.assets[jamestown.assets["lifeline"] == lifeline].set_index("id")
    nodes = assets[assets.geom_type == "Point"]
    assert set(nodes.index) == {f"{lifeline}-{key}" for key in graph}
    links = jamestown.links[jamestown.links["lifeline"] == lifeline].set_index("id")
    assert len(links) == graph.number_of_edges()
    for start, end, key, edge in graph.edges(data=True, keys=True):
        row = links.loc[f"{LINKS[lifeline]}-{key}"]
        assert {row["start"], row["end"]} == {f"{lifeline}-{start}", f"{lifeline}-{end}"}
        assert bool(row["directed"]) == bool(edge.get("directed", False))
        assert bool(row["normally_open"]) != bool(edge.get("enabled", True))
    sources = {f"{lifeline}-{k}" for k, v in graph.nodes(data=True) if v.get("type") == "source"}
    assert set(assets.index[assets["source"]]) == sources
    ours = nx.Graph(zip(links["start"], links["end"], strict=True))
    sizes = sorted(len(part) for part in nx.connected_components(graph) if len(part) > 1)
    assert sorted(map(len, nx.connected_components(ours))) == sizes


@pytest.mark.parametrize("lifeline", FILES)
def test_distances_and_turns_are_kept(jamestown: City, folder: Path, lifeline: str) -> None:
    graph = theirs(folder / f"{FILES[lifeline]}.graphml")
    flat = jamestown.assets.to_crs("+proj=aeqd +lat_0=42.097 +lon_0=-79.235 +units=m")
    placed = flat.set_index("id").geometry
    for key, node in list(graph.nodes(data=True))[::7]:
        point = placed[f"{lifeline}-{key}"]
        # x points south, y east: a turn, no mirror
        assert (point.x, point.y) == pytest.approx((node["y"], -node["x"]), abs=1e-3)


def test_blocks_and_lots(jamestown: City, folder: Path) -> None:
    root = ET.parse(  # noqa: S314
        folder / "blocks.xml"
    ).getroot()
    zones = jamestown.zones.set_index("id")
    blocks = root.findall("block")
    assert zones["level"].value_counts().to_dict() == {"community": 11, "grid": 4, "city": 1}
    assert len(blocks) == int(root.get("count", "0")) == 11
    flat = jamestown.zones.set_index("id").to_crs(
        "+proj=aeqd +lat_0=42.097 +lon_0=-79.235 +units=m"
    )
    for block in blocks:
        numbers = [float(word) for word in block.get("polygon", "").split()]
        area = shapely.Polygon(list(zip(numbers[0::3], numbers[2::3], strict=True))).area
        assert flat.geometry[f"block-{block.get('id')}"].area == pytest.approx(area, rel=1e-4)
    inside = flat.geometry["block-0"].buffer(0.5)
    assert all(inside.contains(flat.geometry[f"lot-0-{n}"]) for n in range(4))


def test_the_coarse_streets_are_the_same_streets(jamestown: City, folder: Path) -> None:
    vertices = (
        ET.parse(  # noqa: S314
            folder / "street_network.xml"
        )
        .getroot()
        .iter("vertex")
    )
    flat = jamestown.assets.to_crs("+proj=aeqd +lat_0=42.097 +lon_0=-79.235 +units=m")
    roads = flat[flat["kind"] == "junction"]
    roads = roads[roads["lifeline"] == "road"].geometry.tolist()
    far = [
        min(math.dist((float(v.get("x", "")), -float(v.get("z", ""))), (p.x, p.y)) for p in roads)
        for v in vertices
    ]
    assert len(far) == 49
    assert sorted(far)[-2] < 0.01
    assert max(far) < 4


def test_needs_and_findings(jamestown: City) -> None:
    groups = jamestown.need_groups.merge(jamestown.needs, left_on="id", right_on="group")
    pairs = set(zip(groups["asset"], groups["provider"], strict=True))
    assert pairs == {
        ("water-87", "power-384"),
        ("water-85", "power-385"),
        ("water-102", "power-387"),
        ("water-365", "power-395"),
    }
    kinds = jamestown.assets.set_index("id")["kind"]
    assert set(kinds[list({a for a, _ in pairs})]) == {"pump"}
    assert len(jamestown.tables["buildings"]) == 125
    rules = {finding.rule: finding for finding in check(jamestown)}
    # nine water nodes have no pipe in the file; no street is said to be an entry
    assert "9 of 727 water assets" in rules.pop("unreached").what
    assert rules.pop("no-source").ids == ("road",)
    assert not [f for f in rules.values() if f.severity == "error"]
