from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.osm import read_osm
from rencity.city.readers.osm.highways import highways

Tags = dict[str, str]
STEP = 0.001  # degrees between grid nodes, about 111 m of latitude


def node(key: int, x: float, y: float, **tags: str) -> str:
    inside = "".join(tag(*pair) for pair in tags.items())
    return f'<node id="{key}" lon="{120 + x * STEP}" lat="{31 + y * STEP}">{inside}</node>'


def tag(key: str, value: str) -> str:
    return f"<tag k={quoteattr(key)} v={quoteattr(value)}/>"


def way(key: int, refs: Sequence[int], tags: Tags) -> str:
    inside = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{key}">{inside}{"".join(tag(*pair) for pair in tags.items())}</way>'


def relation(key: int, members: Sequence[tuple[int, str]], tags: Tags) -> str:
    inside = "".join(f'<member type="way" ref="{r}" role="{role}"/>' for r, role in members)
    return f'<relation id="{key}">{inside}{"".join(tag(*p) for p in tags.items())}</relation>'


Read = Callable[..., Part]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(*objects: str) -> Part:
        src = tmp_path / "small.osm"
        src.write_text(f'<osm version="0.6">{"".join(objects)}</osm>', encoding="utf-8")
        return read_osm(src)

    return reading


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="small", name="小城"), part.tables)


def layer(part: Part, name: str) -> Layer:
    return next(each for each in part.layers if each.name == name)


def by_id(frame: pd.DataFrame) -> dict[str, Any]:
    return {row.id: row for row in frame.itertuples()}


# a cross: way 1 west-east through node 3, way 2 south-north through node 3
CROSS = [node(1, 0, 5), node(2, 2, 5), node(3, 5, 5), node(4, 9, 5), node(5, 5, 0), node(6, 5, 9)]
PRIMARY = {"highway": "primary", "name": "中山路"}


def test_ways_are_cut_where_they_meet(read: Read) -> None:
    made = city(
        read(*CROSS, way(1, [1, 2, 3, 4], PRIMARY), way(2, [5, 3, 6], {"highway": "residential"}))
    )
    ends = {key: (row.start, row.end) for key, row in by_id(made.links).items()}
    assert ends == {
        "osm-w1-1": ("osm-n1", "osm-n3"),
        "osm-w1-2": ("osm-n3", "osm-n4"),
        "osm-w2-1": ("osm-n5", "osm-n3"),
        "osm-w2-2": ("osm-n3", "osm-n6"),
    }
    assets = by_id(made.assets)
    assert assets["osm-w1-1"].name == "中山路"
    assert len(assets["osm-w1-1"].geometry.coords) == 3
    assert assets["osm-n3"].kind == "junction"
    assert (made.links["asset"] == made.links["id"]).all()


def test_length_is_geodesic(read: Read) -> None:
    made = city(read(node(1, 0, 0), node(2, 0, 1000), way(1, [1, 2], PRIMARY)))
    # the series for a degree of latitude on WGS-84, here around 31.5 N
    degree_m = (
        111_132.954 - 559.822 * math.cos(math.radians(63)) + 1.175 * math.cos(math.radians(126))
    )
    assert made.links["length_m"].tolist() == pytest.approx([degree_m], abs=1)
    assert made.assets.set_index("id")["length_m"]["osm-w1-1"] == made.links["length_m"][0]


@pytest.mark.parametrize(
    ("tags", "directed", "start"),
    [
        ({}, False, "osm-n1"),
        ({"oneway": "yes"}, True, "osm-n1"),
        ({"oneway": "-1"}, True, "osm-n2"),
        ({"oneway": "no"}, False, "osm-n1"),
        ({"oneway": "reversible"}, False, "osm-n1"),
        ({"junction": "roundabout"}, True, "osm-n1"),
        ({"junction": "roundabout", "oneway": "no"}, False, "osm-n1"),
        ({"highway": "motorway"}, True, "osm-n1"),
        ({"highway": "motorway", "oneway": "no"}, False, "osm-n1"),
    ],
)
def test_direction(read: Read, tags: Tags, directed: bool, start: str) -> None:
    link = city(read(node(1, 0, 0), node(2, 0, 1), way(1, [1, 2], PRIMARY | tags))).links.iloc[0]
    assert (link["directed"], link["start"]) == (directed, start)


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({}, "segment"),
        ({"bridge": "viaduct"}, "bridge"),
        ({"bridge": "no"}, "segment"),
        ({"tunnel": "yes"}, "tunnel"),
        ({"bridge": "yes", "tunnel": "no"}, "bridge"),
    ],
)
def test_bridges_and_tunnels(read: Read, tags: Tags, kind: str) -> None:
    made = city(read(node(1, 0, 0), node(2, 0, 1), way(1, [1, 2], PRIMARY | tags)))
    assert by_id(made.assets)["osm-w1-1"].kind == kind


@pytest.mark.parametrize(
    ("text", "km_h"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 48.28032),
        ("30mph", 48.28032),
        ("10 knots", 18.52),
        ("CN:urban", 50),
        ("XX:urban", 50),
        ("GB:nsl_single", 97),
        ("walk", 7),
        ("60;40", 40),
        ("none", None),
        ("signals", None),
        ("0", None),
        ("99999", None),
        ("XX:hovercraft", None),
        ("", None),
    ],
)
def test_speed(text: str, km_h: float | None) -> None:
    assert highways().speed_km_h({"maxspeed": text}) == (km_h and pytest.approx(km_h))


def test_a_speed_nobody_mapped_is_marked(read: Read) -> None:
    made = city(
        read(*CROSS, way(1, [1, 3], PRIMARY), way(2, [3, 4], PRIMARY | {"maxspeed": "70"}))
    ).links
    assert made[["speed_km_h", "origin", "rule"]].to_numpy().tolist() == [
        [60, "inferred", "osm-speed-by-class"],
        [70, "measured", ""],
    ]


def test_lanes_that_are_no_number_stay_missing(read: Read) -> None:
    made = city(
        read(
            *CROSS,
            way(1, [1, 3], PRIMARY | {"lanes": "3"}),
            way(2, [3, 4], PRIMARY | {"lanes": "two"}),
            way(3, [3, 5], PRIMARY | {"lanes": "inf"}),
        )
    ).links["lanes"]
    assert made.tolist()[0] == 3
    assert made.isna().tolist() == [False, True, True]


def test_what_is_no_road_is_refused_with_its_reason(read: Read) -> None:
    part = read(
        *CROSS,
        way(1, [1, 3], PRIMARY),
        way(2, [3, 4], {"highway": "footway"}),
        way(3, [3, 5], {"highway": "service"}),
        way(4, [3, 6], {"highway": "construction"}),
        way(5, [3, 6], PRIMARY | {"access": "no"}),
        way(6, [3, 6], {"highway": "moonway"}),
        way(7, [3], PRIMARY),
        way(8, [3, 77], PRIMARY),
    )
    assert len(city(part).links) == 1
    account = layer(part, "highways")
    assert (account.read, account.kept) == (8, 1)
    assert dict(account.refused) == {
        "not for vehicles: footway": 1,
        "service road: leads to a plot, not through": 1,
        "not built yet": 1,
        "closed to vehicles": 1,
        "unknown highway value": 1,
        "fewer than two nodes": 1,
        "fewer than two of its nodes have a place in the file": 1,
    }
    assert account.examples["not built yet"] == ["osm-w4"]


def test_a_loop_without_junctions_becomes_two_links(read: Read) -> None:
    square = [node(1, 0, 0), node(2, 5, 0), node(3, 5, 5), node(4, 0, 5)]
    links = city(read(*square, way(1, [1, 2, 3, 4, 1], PRIMARY))).links
    assert (links["start"] != links["end"]).all()
    assert len(links) == 2


def test_a_node_written_twice_makes_no_loop(read: Read) -> None:
    links = city(read(*CROSS, way(1, [1, 2, 2, 3], PRIMARY))).links
    assert links[["start", "end"]].to_numpy().tolist() == [["osm-n1", "osm-n3"]]


def test_entries_stand_where_ways_leave_the_file(read: Read) -> None:
    part = read(*CROSS, way(1, [99, 1, 2, 3], PRIMARY), way(2, [5, 3, 6], PRIMARY))
    assets = city(part).assets
    entries = assets[assets["kind"] == "entry"]
    assert entries[["id", "source", "rule"]].to_numpy().tolist()[0] == [
        "osm-n1",
        True,
        "osm-entry-cut",
    ]
    assert (entries["origin"] == "inferred").all()


def test_a_road_that_only_leads_out_is_no_entry(read: Read) -> None:
    outward = way(1, [3, 2, 1, 99], {"highway": "residential", "oneway": "yes"})
    inward = way(2, [98, 6, 3], {"highway": "residential", "oneway": "yes"})
    assets = by_id(city(read(*CROSS, outward, inward)).assets)
    assert [assets[key].kind for key in ("osm-n1", "osm-n6")] == ["junction", "entry"]


def test_main_roads_that_end_at_the_edge_are_entries_and_side_roads_are_not(read: Read) -> None:
    far = [node(1, 0, 50), node(2, 50, 50), node(3, 100, 50), node(4, 50, 0), node(5, 50, 100)]
    inner = [node(6, 50, 70), node(7, 60, 70)]
    part = read(
        *far,
        *inner,
        way(1, [1, 2, 3], PRIMARY),
        way(2, [4, 2, 6, 5], {"highway": "residential"}),
        way(3, [6, 7], PRIMARY),
    )
    assets = city(part).assets
    entries = assets[assets["rule"] == "osm-entry-edge"]["id"].tolist()
    assert entries == ["osm-n1", "osm-n3"]  # 7 is a main road's end too, but far inside


def test_without_any_edge_the_greatest_class_feeds(read: Read) -> None:
    part = read(
        *CROSS, way(1, [1, 3], {"highway": "residential"}), way(2, [3, 4], {"highway": "tertiary"})
    )
    assets = city(part).assets
    entries = assets[assets["rule"] == "osm-entry-greatest-class"]
    assert entries["id"].tolist() == ["osm-n3", "osm-n4"]
    assert entries["source"].all()


HOSPITAL = {"amenity": "hospital", "name": "人民医院"}
SQUARE = [node(11, 20, 20), node(12, 22, 20), node(13, 22, 22), node(14, 20, 22)]
RING = [11, 12, 13, 14, 11]


def test_a_thing_mapped_twice_is_one(read: Read) -> None:
    part = read(
        *SQUARE,
        node(20, 21, 21, amenity="hospital", name="人民医院"),
        node(21, 22.3, 21, amenity="hospital"),
        node(22, 21, 21, amenity="hospital", name="中医院"),
        node(23, 40, 21, amenity="hospital"),
        node(24, 21, 21, amenity="clinic"),
        way(1, RING, HOSPITAL),
    )
    assets = city(part).assets
    assert assets["id"].tolist() == ["osm-n22", "osm-n23", "osm-n24", "osm-w1"]
    assert layer(part, "nodes").merged["the same thing as an area of its kind"] == 2
    assert assets.set_index("id").geometry["osm-w1"].geom_type == "Polygon"


def test_an_area_without_name_takes_its_points_name(read: Read) -> None:
    part = read(
        *SQUARE,
        node(20, 21, 21, amenity="police", name="派出所"),
        way(1, RING, {"amenity": "police"}),
    )
    assert city(part).assets[["id", "name", "kind"]].to_numpy().tolist() == [
        ["osm-w1", "派出所", "police"]
    ]


def test_open_space_needs_size(read: Read) -> None:
    tiny = [node(31, 0, 0), node(32, 0.1, 0), node(33, 0.1, 0.1), node(34, 0, 0.1)]
    part = read(
        *SQUARE,
        *tiny,
        node(40, 50, 50, leisure="park"),
        way(1, RING, {"leisure": "park"}),
        way(2, [31, 32, 33, 34, 31], {"leisure": "park"}),
    )
    assert city(part).assets["id"].tolist() == ["osm-w1"]
    reason = "open space smaller than 2000 m2 or of unknown size"
    assert (layer(part, "nodes").refused[reason], layer(part, "other ways").refused[reason]) == (
        1,
        1,
    )


def test_a_multipolygon_keeps_its_hole(read: Read) -> None:
    hole = [node(41, 20.5, 20.5), node(42, 21, 20.5), node(43, 21, 21)]
    part = read(
        *SQUARE,
        *hole,
        way(1, [11, 12, 13], {}),
        way(2, [13, 14, 11], {}),
        way(3, [41, 42, 43, 41], {}),
        relation(
            5,
            [(1, "outer"), (2, "outer"), (3, "inner")],
            {"type": "multipolygon", "amenity": "school"},
        ),
    )
    assets = city(part).assets
    assert assets["id"].tolist() == ["osm-r5"]
    assert len(assets.geometry[0].interiors) == 1
    assert layer(part, "other ways").merged["part of the outline of a relation"] == 3


def test_an_outline_that_is_not_whole_is_refused(read: Read) -> None:
    school = {"type": "multipolygon", "amenity": "school"}
    part = read(
        *CROSS,
        *SQUARE,
        way(9, [1, 3], PRIMARY),
        way(1, [11, 12, 13], {}),
        relation(5, [(1, "outer"), (99, "outer")], school),
        relation(6, [(1, "outer")], school),
        relation(7, [], school | {"type": "site"}),
    )
    assert "school" not in set(city(part).assets["kind"])
    assert dict(layer(part, "relations").refused) == {
        "its outline is not whole in the file": 1,
        "its outline does not close": 1,
        "relation without an outline": 1,
    }


def test_masts_only_for_communication(read: Read) -> None:
    part = read(
        node(1, 0, 0, man_made="mast"),
        node(2, 1, 1, man_made="mast", **{"tower:type": "communication"}),
        node(3, 2, 2, man_made="tower", **{"tower:type": "observation"}),
        node(4, 3, 3, man_made="mast", **{"communication:mobile_phone": "yes"}),
    )
    assert city(part).assets["id"].tolist() == ["osm-n2", "osm-n4"]


def station(key: int, x: float, **tags: str) -> str:
    return node(key, x, 0, power="substation", **tags)


LINE = {"power": "line", "voltage": "220000;110000"}


def test_substations_by_voltage(read: Read) -> None:
    part = read(
        station(1, 0, voltage="220000"),
        station(2, 9, voltage="110000;10000"),
        station(3, 18, voltage="35000"),
        station(4, 27),
        station(5, 36, substation="transmission"),
        station(6, 45, voltage="high"),
    )
    made = city(part).assets.set_index("id")
    assert made["kind"].tolist() == [
        "substation_high",
        "substation_medium",
        "substation_low",
        "substation_low",
        "substation_high",
        "substation_low",
    ]
    assert (made["rule"] != "").tolist() == [False, False, False, True, True, True]


def test_lines_join_substations_through_the_towers_they_branch_at(read: Read) -> None:
    tower = {"power": "tower"}
    part = read(
        station(1, 0, voltage="220000"),
        station(2, 20, voltage="110000"),
        node(10, 0.1, 0),
        node(11, 5, 0, **tower),
        node(12, 10, 0, **tower),
        node(13, 19.9, 0),
        node(14, 10, 9, **tower),
        node(15, 99, 99, **tower),
        way(1, [10, 11, 12, 13], LINE),
        way(2, [12, 14], {"power": "minor_line"}),
    )
    made = city(part)
    assert made.links[["id", "start", "end"]].to_numpy().tolist() == [
        ["osm-w1-1", "osm-n1", "osm-n12"],
        ["osm-w1-2", "osm-n12", "osm-n2"],
        ["osm-w2-1", "osm-n12", "osm-n14"],
    ]
    assets = by_id(made.assets)
    assert assets["osm-w1-1"].voltage_kv == 220
    assert assets["osm-n12"].kind == "node"
    assert layer(part, "nodes").refused["tower or pole on no line"] == 1
    assert layer(part, "nodes").merged["vertex of a kept line or area"] == 3


def test_lines_to_nowhere_are_refused_and_cut_lines_tie_to_the_grid(read: Read) -> None:
    part = read(
        node(1, 0, 0),
        node(2, 5, 0),
        node(3, 0, 50),
        node(4, 5, 50),
        way(1, [1, 2], LINE),
        way(2, [99, 3, 4], LINE),
    )
    made = city(part).assets
    tie = made[made["rule"] == "osm-grid-tie-cut"]
    assert tie[["id", "kind", "source"]].to_numpy().tolist() == [["osm-n3", "grid_tie", True]]
    assert set(made["id"]) == {"osm-n3", "osm-n4", "osm-w2-1"}
    reasons = layer(part, "other ways").refused
    assert reasons["power line: reaches no substation, plant or edge of the file"] == 1


def border(level: str, name: str, **tags: str) -> Tags:
    return {"type": "boundary", "boundary": "administrative", "admin_level": level} | {
        "name": name,
        **{key.replace("_", ":"): value for key, value in tags.items()},
    }


def test_boundaries_nest_and_keep_both_names(read: Read) -> None:
    outer = [node(1, 0, 0), node(2, 90, 0), node(3, 90, 90), node(4, 0, 90)]
    part = read(
        *outer,
        *SQUARE,
        way(1, [1, 2, 3, 4, 1], {}),
        way(2, RING, border("8", "街道")),
        relation(5, [(1, "outer")], border("5", "无锡市", name_en="Wuxi", population="7460000")),
        relation(6, [(1, "outer")], border("4", "江苏省")),
        relation(7, [(98, "outer")], border("6", "梁溪区")),
        way(3, [11, 12], border("8", "街道")),
        way(4, [1, 13], PRIMARY),
    )
    zones = city(part).zones
    columns = ["id", "level", "parent", "name", "name_en", "people_night"]
    assert zones[columns].to_numpy().tolist() == [
        ["osm-r5", "city", "", "无锡市", "Wuxi", 7_460_000],
        ["osm-w2", "street", "osm-r5", "街道", "", 0],
    ]
    assert dict(layer(part, "relations").refused) == {
        "administrative level 4 is not used": 1,
        "boundary: its outline is not whole in the file": 1,
    }
    assert layer(part, "other ways").refused["part of a boundary, no ring of its own"] == 1


def test_the_country_decides_the_levels(read: Read) -> None:
    part = read(
        *SQUARE,
        way(1, RING, {}),
        relation(5, [(1, "outer")], border("8", "Helsinki")),
        relation(6, [(99, "outer")], border("2", "Suomi", **{"ISO3166-1": "FI"})),
        way(4, [11, 13], PRIMARY),
    )
    assert city(part).zones["level"].tolist() == ["city"]


def test_a_municipality_is_a_city_by_its_code(read: Read) -> None:
    shanghai = border("4", "上海市", **{"ISO3166-2": "CN-SH"})
    part = read(
        *SQUARE,
        way(1, RING, {}),
        relation(5, [(1, "outer")], shanghai),
        relation(6, [(1, "outer")], border("6", "黄浦区")),
        way(4, [11, 13], PRIMARY),
    )
    zones = city(part).zones
    assert zones[["name", "level", "parent"]].to_numpy().tolist() == [
        ["上海市", "city", ""],
        ["黄浦区", "district", "osm-r5"],
    ]


def test_without_boundaries_one_zone_is_the_hull(read: Read) -> None:
    zones = city(read(*CROSS, way(1, [1, 3, 6], PRIMARY))).zones
    assert zones[["id", "name", "origin", "rule"]].to_numpy().tolist() == [
        ["osm-extent-small", "small", "inferred", "osm-extent-zone"]
    ]
    assert zones.geometry[0].geom_type == "Polygon"


def test_null_island_is_no_place(read: Read) -> None:
    part = read(
        *CROSS,
        '<node id="50" lat="0" lon="0"><tag k="amenity" v="hospital"/></node>',
        '<node id="51" lat="0" lon="0"/>',
        '<node id="52" lat="95" lon="0"/>',
        way(1, [1, 3, 51], PRIMARY),
        way(2, [3, 4, 52], PRIMARY),
    )
    made = city(part)
    assert set(made.assets["kind"]) == {"segment", "junction", "entry"}
    assert made.assets.geometry.total_bounds[0] > 119
    assert (made.assets["rule"] != "osm-entry-cut").all()
    refused = layer(part, "nodes").refused
    assert refused["at latitude 0, longitude 0"] == 2
    assert refused["coordinates outside the globe"] == 1


def test_the_order_of_objects_does_not_matter(read: Read) -> None:
    objects = [
        *CROSS,
        *SQUARE,
        node(20, 21, 21, amenity="hospital"),
        way(1, [1, 2, 3, 4], PRIMARY),
        way(2, [5, 3, 6], PRIMARY),
        way(3, RING, HOSPITAL),
    ]
    assert city(read(*objects)).hash == city(read(*reversed(objects))).hash


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=6).filter(
        lambda ways: any(len(set(refs)) > 1 for refs in ways)
    )
)
def test_segments_hold_every_step_once(
    tmp_path_factory: pytest.TempPathFactory, ways: list[list[int]]
) -> None:
    src = tmp_path_factory.mktemp("osm") / "random.osm"
    nodes = [node(key, key % 3 * 10, key // 3 * 10) for key in range(1, 10)]
    body = [*nodes, *(way(n, refs, PRIMARY) for n, refs in enumerate(ways, start=1))]
    src.write_text(f'<osm version="0.6">{"".join(body)}</osm>', encoding="utf-8")
    part = read_osm(src)
    made = city(part)
    steps = [tuple(sorted(pair)) for refs in ways for pair in itertools.pairwise(refs)]
    wanted = sorted(pair for pair in steps if pair[0] != pair[1])
    place = {
        shapely.Point(120 + k % 3 * 10 * STEP, 31 + k // 3 * 10 * STEP): k for k in range(1, 10)
    }
    roads = made.assets[made.assets["kind"] == "segment"].set_index("id")
    seen, inner = [], []
    for link in made.links.itertuples():
        keys = [place[shapely.Point(xy)] for xy in roads.geometry[link.asset].coords]
        assert {f"osm-n{keys[0]}", f"osm-n{keys[-1]}"} == {link.start, link.end}
        assert link.start != link.end
        seen += [tuple(sorted(pair)) for pair in itertools.pairwise(keys)]
        inner += keys[1:-1]
    assert sorted(seen) == wanted
    ends = set(made.links["start"]) | set(made.links["end"])
    assert len(inner) == len(set(inner))  # what stands twice is a junction
    assert not ends & {f"osm-n{key}" for key in inner}
    assert ends == set(made.assets.loc[made.assets["kind"] != "segment", "id"])


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("helsinki_centre", {"nodes": 24_260, "ways": 5_130, "relations": 620, "buildings": 433}),
        ("sao_paulo_centre", {"nodes": 24_648, "highways": 6_000}),
        ("shanghai_centre_west", {"nodes": 10_213, "ways": 2_350, "highways": 2_350}),
    ],
)
def test_counts_of_real_extracts(shared_data: Path, name: str, counts: dict[str, int]) -> None:
    part = read_osm(shared_data / "osm" / f"{name}.osm.pbf")
    read = {each.name: each.read for each in part.layers}
    read["ways"] = read["highways"] + read["buildings"] + read["other ways"]
    assert {key: read[key] for key in counts} == counts
    made = city(part)
    known = set(made.assets["id"])
    assert set(made.links["start"]) | set(made.links["end"]) | set(made.links["asset"]) <= known
    assert made.assets["id"].is_unique
    assert made.links["id"].is_unique
    assert made.assets.loc[made.assets["kind"] == "entry", "source"].all()
    assert (made.assets["kind"] == "entry").any()
    assert made.assets.geometry.is_valid.all()
    assert np.isfinite(made.links["length_m"]).all()
    assert made.catalogue.kinds.keys() >= set(made.assets["lifeline"] + "." + made.assets["kind"])
    assert part.sources[0].licence == "ODbL-1.0"


def test_shanghai_keeps_chinese_names(shared_data: Path) -> None:
    part = read_osm(shared_data / "osm" / "shanghai_centre_west.osm.pbf")
    assert "南京西路" in set(city(part).assets["name"])
