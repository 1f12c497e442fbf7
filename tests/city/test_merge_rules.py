"""One thing in two files: known by a rule, joined, reported; overlapping extracts become one."""

from __future__ import annotations

import tomllib
from pathlib import Path

import networkx as nx
import pytest

from rencity.city import City
from rencity.city.check import check
from rencity.city.importing import ImportResult, import_into
from rencity.city.merge_rules import read_merge_rules
from rencity.kit.errors import InputError


def node(ref: int, x: float, y: float = 0) -> str:
    return f'<node id="{ref}" lon="{120.3 + x / 1000:.7f}" lat="{31.5 + y / 1000:.7f}"/>'


def way(ref: int, nodes: str, tags: str = "") -> str:
    refs = "".join(f'<nd ref="{n}"/>' for n in nodes.split())
    return f'<way id="{ref}">{refs}<tag k="highway" v="primary"/>{tags}</way>'


PLACES = {n: (float(n), 0.0) for n in range(1, 10)} | {
    n: (float(n - 10), 1.0) for n in (13, 15, 17)
}
ENDS = {str(n) for n in (1, 3, 5, 7, 9, 13, 15, 17)}
WHOLE = {1: "1 2 3 4 5 6 7 8 9", 2: "3 13", 3: "5 15", 4: "7 17"}


def extract(path: Path, nodes: set[int], ways: set[int], backward: bool = False) -> Path:
    """What an extract that holds some nodes says of some ways; refs to other nodes stay."""
    tag = '<tag k="oneway" v="-1"/>' if backward else ""
    body = "".join(node(n, *PLACES[n]) for n in sorted(nodes))
    body += "".join(way(w, WHOLE[w], tag if w == 1 else "") for w in sorted(ways))
    path.write_text(f'<osm version="0.6">{body}</osm>', encoding="utf-8")
    return path


def roads(city: City) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    for row in city.links.itertuples():
        graph.add_edge(row.start, row.end, id=row.id, length=row.length_m)
    return graph


def reach(city: City) -> set[tuple[str, str]]:
    """Which of the ends lead to which along one-way roads."""
    graph = nx.DiGraph((r.start, r.end) for r in city.links.itertuples() if r.directed)
    pairs = nx.transitive_closure(graph).edges
    return {pair for pair in pairs if {n.removeprefix("osm-n") for n in pair} <= ENDS}


def edges(city: City) -> set[frozenset[str]]:
    """Links by their ends; where a clipped end merely cuts a road in two, as one."""
    graph = nx.Graph(roads(city))
    for n in [n for n in graph if n.removeprefix("osm-n") not in ENDS]:
        graph.add_edge(*graph[n])
        graph.remove_node(n)
    return {frozenset(pair) for pair in graph.edges}


ALL = set(PLACES)
CASES = {
    "clipped left, clipped right": (
        {1, 2, 3, 4, 5, 6, 13, 15}, {1, 2, 3}, {4, 5, 6, 7, 8, 9, 15, 17}, {1, 3, 4},
    ),
    "whole way, other crossings": (ALL - {17}, {1, 2}, ALL - {13}, {1, 4}),
    "one holds the other": (ALL, {1, 2, 3, 4}, {4, 5, 6, 15}, {1, 3}),
    "the other holds the one": ({4, 5, 6, 15}, {1, 3}, ALL, {1, 2, 3, 4}),
}  # fmt: skip


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_overlapping_extracts_are_the_extract_that_holds_both(
    tmp_path: Path, case: str, backward: bool
) -> None:
    left_nodes, left_ways, right_nodes, right_ways = CASES[case]
    left = extract(tmp_path / "left.osm", left_nodes, left_ways, backward)
    right = extract(tmp_path / "right.osm", right_nodes, right_ways, backward)
    both = extract(
        tmp_path / "both.osm", left_nodes | right_nodes, left_ways | right_ways, backward
    )
    want = import_into("osm", both, tmp_path / "want").city
    import_into("osm", left, tmp_path / "city")
    result = import_into("osm", right, tmp_path / "city")
    assert edges(result.city) == edges(want)
    total = result.city.links["length_m"].sum()
    assert total == pytest.approx(want.links["length_m"].sum(), abs=1e-6)
    assert nx.is_connected(roads(result.city))
    assert reach(result.city) == reach(want)
    assert not [f for f in check(result.city) if f.severity == "error"]
    assert "osm ways of both extracts" in result.report.pairs
    again = import_into("osm", right, tmp_path / "city")
    assert edges(again.city) == edges(want)


ASSETS = """
[[layers]]
name = "a"
table = "assets"
x = "x"
y = "y"
[layers.columns]
id = "id"
name = "name"
lifeline = { value = "power" }
kind = "kind"
capacity = "mw"
owner = "owner"
origin = { column = "origin", default = "measured" }
"""


def ledger(folder: Path, name: str, rows: str) -> Path:
    (folder / "map.toml").write_text(ASSETS, encoding="utf-8")
    head = "id,name,kind,x,y,mw,owner,origin\n"
    (folder / name).write_text(head + rows, encoding="utf-8")
    return folder / name


def rules(folder: Path, text: str) -> Path:
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    return folder / "rules.toml"


def second(tmp_path: Path, text: str, first: str, other: str) -> ImportResult:
    plan = tmp_path / "map.toml"
    import_into("tables", ledger(tmp_path, "a.csv", first), tmp_path / "c", mapping=plan)
    src = ledger(tmp_path, "b.csv", other)
    held = read_merge_rules(rules(tmp_path, text))
    return import_into("tables", src, tmp_path / "c", mapping=plan, merge_rules=held)


FIRST = "osm-w7,城南变,substation_low,120.3,31.5,,,inferred\n"
LEDGER = "S-7,城南变,substation_low,120.3002,31.5,50,电力公司,measured\n"
LEDGER += "S-8,城北变,substation_low,120.4,31.6,,,measured\n"
BY_NAME = '[[rules]]\ntable = "assets"\nby = "name"\nwithin_m = {}\nwins = ["measured"]\n'


def test_a_substation_in_osm_and_in_a_ledger(tmp_path: Path) -> None:
    result = second(tmp_path, BY_NAME.format(50), FIRST, LEDGER)
    assets = result.city.assets.set_index("id")
    assert sorted(assets.index) == ["S-8", "osm-w7"]
    one = assets.loc["osm-w7"]
    assert (one["capacity"], one["owner"], one["origin"]) == (50, "电力公司", "measured")
    assert one.geometry.x == 120.3002  # measured over inferred
    assert result.report.pairs == {"assets by name": 1}
    assert result.report.conflicts == {"assets.geometry": 1}
    record = tomllib.loads((tmp_path / "c/city.toml").read_text("utf-8"))["imports"][-1]
    assert record["joined"] == {"assets by name": 1}
    assert record["conflicts"] == {"assets.geometry": 1}
    assert City.open(tmp_path / "c").hash == result.city.hash


def test_too_far_apart_is_another_thing(tmp_path: Path) -> None:
    result = second(tmp_path, BY_NAME.format(5), FIRST, LEDGER)
    assert len(result.city.assets) == 3
    assert result.report.pairs == {}


@pytest.mark.parametrize(
    ("wins", "owner", "geometry_x"),
    [
        ('["old"]', "甲", 120.3),
        ('["new"]', "乙", 120.31),
        ('["measured"]', "甲", 120.3),
        ('["prefix:S", "new"]', "乙", 120.31),
        ('["new"]\ncolumns = { owner = ["old"] }', "甲", 120.31),
    ],
)
def test_who_wins(tmp_path: Path, wins: str, owner: str, geometry_x: float) -> None:
    text = f'[[rules]]\ntable = "assets"\nby = "id"\nwins = {wins}\n'
    one = "S,站,substation_low,120.3,31.5,50,甲,measured\n"
    two = "S,站,substation_low,120.31,31.5,50,乙,measured\n"
    result = second(tmp_path, text, one, two)
    row = result.city.assets.iloc[0]
    assert (row["owner"], row.geometry.x) == (owner, geometry_x)
    assert result.report.conflicts == {"assets.owner": 1, "assets.geometry": 1}
    assert len(result.report.examples["assets.owner"]) == 1


def test_without_a_rule_the_import_stops(tmp_path: Path) -> None:
    plan = tmp_path / "map.toml"
    first = ledger(tmp_path, "a.csv", "S,站,substation_low,120.3,31.5,50,甲,measured\n")
    import_into("tables", first, tmp_path / "c", mapping=plan)
    other = ledger(tmp_path, "b.csv", "S,站,substation_low,120.3,31.5,60,甲,measured\n")
    with pytest.raises(InputError, match=r"capacity 50\.0, here 60\.0.*--merge"):
        import_into("tables", other, tmp_path / "c", mapping=plan)


ZONES = '[[layers]]\nname = "z"\ntable = "zones"\ngeometry = "none"\n[layers.columns]\n'
ZONES += 'id = "id"\nlevel = "level"\ncode = "code"\nname = "name"\nparent = "parent"\n'


def test_a_district_in_two_files_is_one_by_its_code(tmp_path: Path) -> None:
    plan = tmp_path / "z.toml"
    plan.write_text(ZONES, encoding="utf-8")
    head = "id,level,code,name,parent\n"
    (tmp_path / "a.csv").write_text(head + "d1,district,320213,梁溪区,\n", encoding="utf-8")
    rows = "x,district,320213,,\ny,street,320213001,崇安寺街道,x\n"
    (tmp_path / "b.csv").write_text(head + rows, encoding="utf-8")
    import_into("tables", tmp_path / "a.csv", tmp_path / "c", mapping=plan)
    zones = import_into("tables", tmp_path / "b.csv", tmp_path / "c", mapping=plan).city.zones
    assert zones["id"].tolist() == ["d1", "y"]
    assert zones["parent"].tolist() == ["", "d1"]
    assert zones["name"].tolist() == ["梁溪区", "崇安寺街道"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules = []", "rules"),
        ('[[rules]]\ntable = "roads"\n', "table"),
        ('[[rules]]\ntable = "assets"\nwins = ["mine"]\n', "measured, new, old"),
        ('[[rules]]\ntable = "assets"\nby = "code"\n', "only zones have codes"),
        ('[[rules]]\ntable = "links"\nby = "name"\n', "no name and place"),
        ('[[rules]]\ntable = "assets"\ncolumns = { colour = ["new"] }\n', "no column 'colour'"),
        ("[[rules", "not TOML"),
    ],
)
def test_rules_that_cannot_be(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_merge_rules(rules(tmp_path, text))
