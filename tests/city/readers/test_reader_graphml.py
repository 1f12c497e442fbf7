from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.importing import read_source
from rencity.city.readers.graphml import read_graphml
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.markup import read_markup
from rencity.kit.errors import InputError

GRAPH = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="k0" for="node" attr.name="x" attr.type="double"/>
<key id="k1" for="node" attr.name="y" attr.type="double"/>
<key id="k2" for="node" attr.name="type" attr.type="string"><default>joint</default></key>
<key id="k3" for="edge" attr.name="length" attr.type="double"/>
<key id="k4" for="all" attr.name="name" attr.type="string"/>
<graph id="G" edgedefault="directed">
 <node id="a"><data key="k0">120.1</data><data key="k1">31.5</data><data key="k2">源</data></node>
 <node id="b"><data key="k0">120.2</data><data key="k1">31.5</data><data key="k4">bee</data></node>
 <node id="c"><data key="k0">120.2</data><data key="k1">31.6</data></node>
 <edge id="e0" source="a" target="b"><data key="k3">9500</data></edge>
 <edge id="e1" source="b" target="c" directed="false"/>
</graph>
</graphml>
"""

MAP = """
[[layers]]
name = "nodes"
file = "net.graphml"
sheet = "nodes"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "n-{@id}"
lifeline = { value = "gas" }
name = { column = "name", default = "" }
kind = { column = "type", map = { "源" = "gate", "*" = "junction" } }
source = { column = "type", map = { "源" = true }, default = false }
[[layers]]
name = "edges"
file = "net.graphml"
sheet = "edges"
table = "links"
asset_kind = { value = "pipe" }
[layers.columns]
id = "{@id}"
lifeline = { value = "gas" }
start = "n-{@source}"
end = "n-{@target}"
directed = "@directed"
length_m = "length"
"""


def read(tmp_path: Path, graph: str = GRAPH, mapping: str = MAP, encoding: str = "utf-8") -> Part:
    (tmp_path / "net.graphml").write_bytes(graph.encode(encoding))
    (tmp_path / "map.toml").write_text(mapping, "utf-8")
    return read_graphml(tmp_path / "net.graphml", tmp_path / "map.toml")


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="net", name="net"), part.tables)


def layer(part: Part, name: str) -> Layer:
    return next(each for each in part.layers if each.name == name)


def test_nodes_edges_defaults_and_directions(tmp_path: Path) -> None:
    made = city(read(tmp_path))
    drawn = 0.1 * 110_870  # degrees of latitude at 31.5 N
    nodes = made.assets[made.assets["id"].str.startswith("n-")]
    assert nodes[["id", "kind", "source", "name"]].to_numpy().tolist() == [
        ["n-a", "gate", True, ""],
        ["n-b", "junction", False, "bee"],
        ["n-c", "junction", False, ""],
    ]
    assert nodes.geometry.iloc[1].coords[0] == (120.2, 31.5)
    links = made.links[["id", "start", "end", "directed", "asset"]].to_numpy().tolist()
    assert links == [["e0", "n-a", "n-b", True, "e0"], ["e1", "n-b", "n-c", False, "e1"]]
    assert made.links["length_m"].tolist() == [9500, pytest.approx(drawn, rel=1e-3)]


def test_an_axis_may_point_the_other_way(tmp_path: Path) -> None:
    made = city(read(tmp_path, mapping=MAP.replace('y = "y"', 'y = "-y"')))
    assert made.assets.total_bounds[[1, 3]].tolist() == [-31.6, -31.5]


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-8-sig"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    # the two bytes of this character in GB 18030 are a character of UTF-8, too
    graph = GRAPH.replace("UTF-8", encoding.removesuffix("-sig"))
    assert city(read(tmp_path, graph, encoding=encoding)).assets["source"].sum() == 1


def test_bad_rows_are_refused_by_reason(tmp_path: Path) -> None:
    more = """<node id="d"/><node id="e"><data key="k0">NaN</data><data key="k1">2</data></node>
    <node id="f"><data key="k0">inf</data><data key="k1">2</data></node>
    <node id="b"><data key="k0">1</data><data key="k1">1</data></node>
    <edge source="a" target="b"/><edge id="e3" source="a" target="z"/></graph>"""
    graph = GRAPH.replace("31.6", "far").replace("</graph>", more)
    part = read(tmp_path, graph)
    assert dict(layer(part, "nodes").refused) == {
        "coordinate y: not a number": 1,
        "no coordinate in x": 2,
        "coordinate x: not finite": 1,
        "id twice with other values": 1,
    }
    assert layer(part, "nodes").kept == 2
    assert layer(part, "edges").kept == 1
    assert layer(part, "edges").refused["columns.id: no value"] == 1
    assert layer(part, "edges").refused.total() == 3


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<graphml", '<!DOCTYPE x [<!ENTITY a "b">]>\n<graphml', "document type or entities"),
        ("<graphml", '<!DOCTYPE x SYSTEM "file:///etc/passwd">\n<graphml', "document type"),
        ("</graphml>", "", "broken XML: no element found"),
        ("</node>", "</nod>", "broken XML: mismatched tag"),
        ("31.5", "&boom;", "broken XML: undefined entity"),
        ('key="k0">120.1', 'key="k9">120.1', "data of key 'k9', which is not declared"),
        ("<edge id", "<hyperedge/><edge id", "hyperedges"),
        ('attr.name="x"', 'attr.name="lon"', "no column 'x'"),
    ],
)
def test_faults_of_the_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read(tmp_path, GRAPH.replace(old, new, 1))
    assert "net.graphml" in str(caught.value)
    assert caught.value.mend


def test_a_billion_laughs_take_no_time_and_no_memory(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE g [<!ENTITY l0 "lol">{entities}]><g>&l11;</g>'
    with pytest.raises(InputError, match="document type or entities") as caught:
        read_markup(tmp_path / "bomb.xml", bomb, "g")
    assert caught.value.place.endswith("bomb.xml:1")


def test_sheets_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no 'vertex'") as caught:
        read_markup(tmp_path, GRAPH, "vertex")
    assert '"nodes" or "edges"' in caught.value.mend
    with pytest.raises(InputError, match="no element 'lot'") as caught:
        read_markup(tmp_path, "<blocks><block/><block/></blocks>", "lot")
    assert "block (2)" in caught.value.mend


def test_rows_of_other_xml(tmp_path: Path) -> None:
    text = '<a v="1"><b w="2"><c w="3"><d>four</d><e><f/></e></c></b><b><c/></b></a>'
    made = read_markup(tmp_path, text, "c")
    assert made.where(made.notna(), None).to_dict("records") == [
        {"../@w": "2", "../../@v": "1", "d": "four", "@w": "3"},
        {"../@w": None, "../../@v": "1", "d": None, "@w": None},
    ]
    assert isinstance(made, pd.DataFrame)


BLOCKS = """<blocks><block id="7" ring="0 5 0  1000 5 0  1000 5 500  0 5 500"/>
<block id="8" ring="1 2 3"/><block id="9" ring="a b c d e f g h i"/></blocks>"""
BLOCK_MAP = """
crs = "EPSG:32650"
[[layers]]
name = "blocks"
sheet = "block"
table = "zones"
outline = "@ring"
outline_order = ["x", "", "-y"]
[layers.columns]
id = "block-{@id}"
level = { value = "community" }
"""


def test_outlines(tmp_path: Path) -> None:
    src, mapping = tmp_path / "blocks.xml", tmp_path / "map.toml"
    src.write_text(BLOCKS)
    mapping.write_text(BLOCK_MAP)
    part = read_graphml(src, mapping)
    assert layer(part, "blocks").refused == {"@ring: no outline of 3 numbers a corner": 2}
    zones = city(part).zones
    assert zones["id"].tolist() == ["block-7"]
    west, south, east, north = zones.to_crs("EPSG:32650").total_bounds
    assert (west, south, east, north) == pytest.approx((0, -500, 1000, 0), abs=1e-3)
    for line, said in (
        ('outline_order = ["x", "x"]', "one x and one y"),
        ('outline_order = ["x", "z"]', "outline_order"),
        ('x = "a"\ny = "b"', "or an outline"),
    ):
        mapping.write_text(BLOCK_MAP.replace('outline_order = ["x", "", "-y"]', line))
        with pytest.raises(InputError, match=said):
            read_graphml(src, mapping)


def test_buildings_and_carriers(tmp_path: Path) -> None:
    mapping = (
        MAP
        + """
[[layers]]
name = "houses"
sheet = "nodes"
table = "buildings"
x = "x"
y = "y"
[layers.columns]
id = "b-{@id}"
use = { value = "residential" }
[[layers]]
name = "rides"
sheet = "edges"
table = "carriers"
[layers.columns]
carrier = "n-{@source}"
asset = "{@id}"
"""
    )
    made = city(read(tmp_path, mapping=mapping))
    assert made.tables["buildings"]["id"].tolist() == ["b-a", "b-b", "b-c"]
    assert made.tables["carriers"][["carrier", "asset"]].to_numpy().tolist() == [
        ["n-a", "e0"],
        ["n-b", "e1"],
    ]


def test_the_right_reader_is_named(tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(MAP, "utf-8")
    inp = tmp_path / "net.inp"
    inp.write_text("[TITLE]\n[JUNCTIONS]\n")
    with pytest.raises(InputError, match="one for epanet"):
        read_graphml(inp, mapping)
    mapping.write_text(MAP.replace(".graphml", ".csv"), "utf-8")
    with pytest.raises(InputError, match=r"no \.graphml") as caught:
        read_graphml(tmp_path, mapping)
    assert "import tables" in caught.value.mend
    with pytest.raises(InputError, match="needs a mapping"):
        read_source("graphml", inp)
    net = tmp_path / "net.json"
    net.write_text('{"_class": "pandapowerNet"}')
    mapping.write_text(MAP.replace("net.graphml", "net.json"), "utf-8")
    with pytest.raises(InputError, match="one for pandapower"):
        read_source("tables", net, mapping=mapping)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_spoilt_file_is_told_never_traced(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(GRAPH) - 1))
    width = data.draw(st.integers(0, 12))
    junk = data.draw(st.sampled_from(["", "<", "&", "\x00", '"', "é", "1e999", "</graph>", "]]>"]))
    fault, part = None, None
    try:
        part = read(tmp_path_factory.mktemp("g"), GRAPH[:at] + junk + GRAPH[at + width :])
    except InputError as exc:
        fault = exc
    if fault:
        assert fault.mend
        assert fault.place
    if part:
        city(part)
