from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.check import check
from rencity.city.importing import import_into
from rencity.city.readers.ledger import Part
from rencity.city.readers.tntp import read_tntp
from rencity.kit.errors import InputError

# zones 1 and 2 are not driven through; 3-4-5 is a street, 4-5 a dual carriageway
NET = """<NUMBER OF ZONES> 2
<NUMBER OF NODES> 5
<FIRST THRU NODE> 3
<NUMBER OF LINKS>9
<ORIGINAL HEADER>~ Init Term Capacity Length Time B Power Speed Toll Type ;
<END OF METADATA>

~ init term capacity length time b power speed toll type ;
 1 3 9999 0 0 0 4 0 0 0 ;
 3 1 9999 0 0 0 4 0 0 0 ;
 2 4 9999 0 0 0 4 0 0 0;
 2 5 9999 0.1 0 0 4 0 0 0 ;
 3 4 1800 0.5 1 0.15 4 40 0 1 ;
 4 3 1800 0.5 1 0.15 4 40 0 1 ;
 4 5 3600 0.6 0 0.15 4 30 0 1 ;
 5 4 3600 0.7 0 0.15 4 0 0 1 ;
 4 5 100 0.6 0 0.15 4 30 0 1 ;
"""
NODES = """Node X Y ;
1 120.00 31.00 ;
2 120.02 31.01 ;
3 120.00 31.00 ;
4 120.01 31.00 ;
5 120.02 31.00 ;
"""
TRIPS = """<NUMBER OF ZONES> 2
<TOTAL OD FLOW> 40.5
<END OF METADATA>

Origin 1
 1 : 0.0; 2 : 30.5;
Origin 2
 1 : 10;
"""
UNITS = """
period = "am"
[units]
length = "mile"
time = "min"
speed = "mph"
capacity_per = "0.5 h"
trips_per = "0.1 d"
"""


def written(folder: Path, **parts: str) -> Path:
    texts = {"net": NET, "node": NODES, "trips": TRIPS} | parts
    for name, text in texts.items():
        if text:
            (folder / f"small_{name}.tntp").write_text(text, encoding="utf-8")
    return folder


def mapped(folder: Path, text: str = UNITS) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="small", name="小城"), part.tables)


def rules(part: Part) -> set[str]:
    return {finding.rule for finding in part.findings}


def test_what_becomes_what(tmp_path: Path) -> None:
    part = read_tntp(written(tmp_path), mapped(tmp_path))
    made = city(part)
    nodes = made.assets[made.assets["kind"].eq("junction")]
    assert nodes["id"].tolist() == ["tntp-n-3", "tntp-n-4", "tntp-n-5"]
    assert made.zones["id"].tolist() == ["tntp-z-1", "tntp-z-2"]
    links = made.links.set_index("id")
    assert links["asset"].to_dict() == {
        "tntp-l-3-4": "tntp-l-3-4",
        "tntp-l-4-3": "tntp-l-3-4",  # one road, both ways
        "tntp-l-4-5": "tntp-l-4-5",
        "tntp-l-4-5-2": "tntp-l-4-5-2",
        "tntp-l-5-4": "tntp-l-5-4",  # of another length: a carriageway of its own
    }
    assert links["directed"].all()
    assert rules(part) == {"tntp-connector-cost", "tntp-speed"}


def test_units_are_converted_as_said(tmp_path: Path) -> None:
    links = city(read_tntp(written(tmp_path), mapped(tmp_path))).links.set_index("id")
    mile = 1609.344
    assert links.loc["tntp-l-3-4", "length_m"] == pytest.approx(0.5 * mile)
    assert links.loc["tntp-l-3-4", "speed_km_h"] == pytest.approx(0.5 * mile / 1000 * 60)
    assert links.loc["tntp-l-4-5", "speed_km_h"] == pytest.approx(30 * mile / 1000)
    assert math.isnan(links.loc["tntp-l-5-4", "speed_km_h"]) is True
    assert links.loc["tntp-l-3-4", "capacity_veh_h"] == 3600


def test_nothing_is_guessed_where_no_unit_is_said(tmp_path: Path) -> None:
    part = read_tntp(written(tmp_path))
    made = city(part)
    assert made.links[["length_m", "speed_km_h", "capacity_veh_h"]].isna().all(axis=None)
    assert made.od["trips_per_d"].isna().all()
    assert "demands" not in part.tables
    said = [f.field for f in part.findings if f.rule == "tntp-unit-not-said"]
    assert said == ["length_m", "speed_km_h", "capacity_veh_h", "trips_per_d"]


def test_impossible_speeds_are_left_out_and_told(tmp_path: Path) -> None:
    part = read_tntp(written(tmp_path), mapped(tmp_path, UNITS.replace('"min"', '"s"')))
    assert (
        city(part).links.set_index("id").loc["tntp-l-3-4":"tntp-l-4-3", "speed_km_h"].isna().all()
    )
    slow = next(f for f in part.findings if f.rule == "tntp-speed")
    assert {"tntp-l-3-4", "tntp-l-4-3"} <= set(slow.ids)


def test_connectors_say_who_serves_a_zone(tmp_path: Path) -> None:
    """Nobody drives through zone 1 or 2: they are not on the roads at all."""
    part = read_tntp(written(tmp_path), mapped(tmp_path))
    serves = city(part).serves
    assert serves[["asset", "zone", "share"]].to_numpy().tolist() == [
        ["tntp-n-3", "tntp-z-1", 1.0],
        ["tntp-n-4", "tntp-z-2", 0.5],
        ["tntp-n-5", "tntp-z-2", 0.5],
    ]
    layer = next(layer for layer in part.layers if layer.name == "links")
    assert (layer.kept, layer.merged.total(), layer.refused.total()) == (5, 4, 0)


def test_zones_that_are_driven_through_serve_themselves(tmp_path: Path) -> None:
    net = NET.replace("<FIRST THRU NODE> 3", "<FIRST THRU NODE> 1")
    made = city(read_tntp(written(tmp_path, net=net), mapped(tmp_path)))
    assert len(made.links) == 9
    assert made.serves[["asset", "zone", "share"]].to_numpy().tolist() == [
        ["tntp-n-1", "tntp-z-1", 1.0],
        ["tntp-n-2", "tntp-z-2", 1.0],
    ]


def test_trips(tmp_path: Path) -> None:
    made = city(read_tntp(written(tmp_path), mapped(tmp_path)))
    assert made.od[["start", "end", "period", "trips", "trips_per_d"]].to_numpy().tolist() == [
        ["tntp-z-1", "tntp-z-2", "am", 30.5, 305.0],
        ["tntp-z-2", "tntp-z-1", "am", 10.0, 100.0],
    ]
    assert made.demands.set_index("zone")["amount"].to_dict() == {
        "tntp-z-1": pytest.approx(305),
        "tntp-z-2": pytest.approx(100),
    }
    assert set(made.demands["rule"]) == {"tntp-trips-to-a-day"}


def test_a_day_of_trips_is_measured(tmp_path: Path) -> None:
    made = city(read_tntp(written(tmp_path), mapped(tmp_path, '[units]\ntrips_per = "d"')))
    assert made.od["trips_per_d"].tolist() == made.od["trips"].tolist()
    assert set(made.demands["origin"]) == {"measured"}


def test_a_pair_that_stands_twice_is_added_up(tmp_path: Path) -> None:
    trips = TRIPS.replace(" 1 : 10;", " 1 : 4; 1 : 6;")
    part = read_tntp(written(tmp_path, trips=trips))
    assert city(part).od["trips"].tolist() == [30.5, 10]
    layer = next(layer for layer in part.layers if layer.name == "trips")
    assert (layer.read, layer.kept, layer.merged.total(), layer.refused.total()) == (4, 2, 1, 1)


def test_service_starts_where_half_of_the_trips_do(tmp_path: Path) -> None:
    assets = city(read_tntp(written(tmp_path))).assets.set_index("id")
    assert assets.index[assets["source"]].tolist() == ["tntp-n-3"]
    assert assets.loc["tntp-n-3", "rule"] == "tntp-source-of-half-the-trips"


def test_service_starts_where_a_mapping_says(tmp_path: Path) -> None:
    assets = city(read_tntp(written(tmp_path), mapped(tmp_path, 'sources = ["2"]'))).assets
    source = assets[assets["source"]]
    assert source["id"].tolist() == ["tntp-n-4", "tntp-n-5"]
    assert set(source["origin"]) == {"measured"}


def test_without_trips_and_sources_nothing_starts(tmp_path: Path) -> None:
    part = read_tntp(written(tmp_path, trips=""))
    assert not city(part).assets["source"].any()
    assert "tntp-no-source" in rules(part)


def test_names_instead_of_numbers(tmp_path: Path) -> None:
    """Zones are then the first of the node file, not of the links."""

    def named(text: str) -> str:
        return re.sub(r"(?m)^( ?)(\d)( \d)?(?= )", lambda m: "".join(m.groups("")), text)

    def letters(text: str, *places: int) -> str:
        lines = []
        for line in text.splitlines():
            fields = line.split(" ")
            if re.match(r" ?\d", line):
                fields = [f"N{w}" if i in places and w else w for i, w in enumerate(fields)]
            lines.append(" ".join(fields))
        return "\n".join(lines)

    net = letters(named(NET), 1, 2).replace("THRU NODE> 3", "THRU NODE> N3")
    trips = re.sub(r"(\d)(?= :)", r"N\1", TRIPS).replace("Origin ", "Origin N")
    part = read_tntp(written(tmp_path, net=net, node=letters(NODES, 0), trips=trips))
    made = city(part)
    assert made.zones["id"].tolist() == ["tntp-z-N1", "tntp-z-N2"]
    assert made.od["trips"].sum() == 40.5
    assert len(made.links) == 5


def test_without_a_node_file_only_a_ring_can_be_drawn(tmp_path: Path) -> None:
    folder = written(tmp_path, node="")
    with pytest.raises(InputError, match="--crs local"):
        read_tntp(folder)
    part = read_tntp(folder, crs="local")
    assert "tntp-no-places" in rules(part)
    assert set(city(part).zones["rule"]) == {"tntp-placed-on-ring"}
    assert city(part).assets["origin"].eq("inferred").all()


def test_a_local_drawing_without_lengths_has_no_scale(tmp_path: Path) -> None:
    assert "tntp-no-scale" in rules(read_tntp(written(tmp_path), crs="local"))
    scaled = read_tntp(written(tmp_path), mapped(tmp_path), crs="local")
    assert "tntp-no-scale" not in rules(scaled)


def test_degrees_are_checked_against_lengths(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="times as long"):
        read_tntp(written(tmp_path), mapped(tmp_path, '[units]\nlength = "mm"'))


@pytest.mark.parametrize(
    ("part", "old", "new", "what"),
    [
        ("net", "<NUMBER OF LINKS>9", "<NUMBER OF LINKS>10", "9 links, the metadata says 10"),
        ("net", "<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> x", "NUMBER OF ZONES> x"),
        ("net", "<NUMBER OF NODES> 5", "", "NUMBER OF NODES> is missing"),
        ("net", "<NUMBER OF NODES> 5", "<NUMBER OF NODES> 4", "node 5 of a network of 4 nodes"),
        ("net", "<FIRST THRU NODE> 3", "<FIRST THRU NODE> 99", "99 is no node"),
        ("net", "<END OF METADATA>", "", "no <END OF METADATA>"),
        ("net", " 3 4 1800 0.5", " 3 4 many 0.5", r"small_net\.tntp:13: capacity 'many'"),
        ("net", " 3 4 1800 0.5", " 3 4 1800 nan", "length 'nan' is not a number"),
        ("net", " 3 4 1800 0.5 1 0.15 4 40 0 1 ;", " 3 4 1800 ;", "a link of 3 fields"),
        ("node", "5 120.02 31.00 ;", "", "1 of 5 nodes have no coordinates, first 5"),
        ("node", "5 120.02 31.00 ;", "5 120.02 ;", "a node of 2 fields"),
        ("node", "5 120.02 31.00 ;", "5 120.02 north ;", "y 'north' is not a number"),
        ("node", "5 120.02 31.00 ;", "4 120.02 31.00 ;", "node 4 stands twice"),
        ("trips", "30.5;", "30.6;", "the cells sum to 40.6 trips"),
        ("trips", " 1 : 10;\n", "", "the cells sum to 30.5 trips"),
        ("trips", "2 : 30.5", "2 : -1", "-1 trips"),
        ("trips", "2 : 30.5", "7 : 30.5", "zone 7, the network has 2 zones"),
        ("trips", "<NUMBER OF ZONES> 2", "<NUMBER OF ZONES> 3", "3 zones, the network has 2"),
        ("trips", "Origin 1", "", "no trips to a zone: 1 : 0.0"),
        ("trips", "2 : 30.5", "2 = 30.5", "no trips to a zone"),
    ],
)
def test_faults_stop_with_their_place(
    tmp_path: Path, part: str, old: str, new: str, what: str
) -> None:
    text = {"net": NET, "node": NODES, "trips": TRIPS}[part]
    assert old in text
    with pytest.raises(InputError, match=what) as caught:
        read_tntp(written(tmp_path, **{part: text.replace(old, new)}))
    assert caught.value.mend


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[units]\nlength = "furlong"', "furlong"),
        ('[units]\nlength = "h"', "no unit of length"),
        ('[units]\ntime = "0 h"', "of no size"),
        ("[units]\nwidth = 'm'", "units.width"),
        ("[units", "not TOML"),
        ('sources = ["9"]', "no zone 9"),
    ],
)
def test_faults_of_the_mapping(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(InputError, match=re.escape(what)):
        read_tntp(written(tmp_path), mapped(tmp_path, text))


def test_one_network_a_folder(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "other_net.tntp").write_text(NET)
    with pytest.raises(InputError, match=r"other_net\.tntp, small_net\.tntp"):
        read_tntp(tmp_path)
    assert len(city(read_tntp(tmp_path / "small_net.tntp")).od) == 2
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="found none"):
        read_tntp(tmp_path / "none")


def test_the_files_are_kept_with_their_ids(tmp_path: Path) -> None:
    src = tmp_path / "src"
    src.mkdir()
    folder = tmp_path / "city"
    import_into("tntp", written(src), folder)
    kept = {path.name for path in (folder / "physics/tntp").iterdir()}
    assert kept == {"small.ids.csv", "small_net.tntp", "small_node.tntp", "small_trips.tntp"}
    ids = pd.read_csv(folder / "physics/tntp/small.ids.csv", dtype=str)
    lines = ids[ids["what"] == "line"]
    net = (folder / "physics/tntp/small_net.tntp").read_text().splitlines()
    for line, link in zip(lines["theirs"], lines["id"], strict=True):
        assert "-".join(net[int(line) - 1].split()[:2]) in link
    assert not import_into("tntp", src, folder).changed


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["net", "node", "trips"]),
    st.lists(st.sampled_from(f"{NET}{NODES}{TRIPS}".splitlines()), max_size=30),
    st.binary(max_size=8),
)
def test_any_text_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, part: str, lines: list[str], noise: bytes
) -> None:
    folder = written(tmp_path_factory.mktemp("noise"))
    (folder / f"small_{part}.tntp").write_bytes("\n".join(lines).encode() + noise)
    try:
        city(read_tntp(folder, crs="local"))
    except InputError as exc:
        assert exc.place  # noqa: PT017
        assert exc.mend  # noqa: PT017


REAL = {  # zones, nodes, links, trips: as the README of each says
    "SiouxFalls": (24, 24, 76, 360_600.0),
    "Berlin-Friedrichshain": (23, 224, 523, 11_205.1),
    "Braess-Example": (2, 4, 5, 6.0),
    "Eastern-Massachusetts": (74, 74, 258, 65_576.37543099989),
}


@pytest.mark.parametrize("name", REAL)
def test_real_networks_are_what_their_readme_says(shared_data: Path, name: str) -> None:
    crs = None if name == "SiouxFalls" else "local"
    part = read_tntp(shared_data / "roads_tntp" / name, crs=crs)
    made = city(part)
    read = {layer.name: layer.read for layer in part.layers}
    assert (len(made.zones), read["nodes"], read["links"]) == REAL[name][:3]
    assert made.od["trips"].sum() == pytest.approx(REAL[name][3], rel=1e-9)
    assert not [finding for finding in check(made) if finding.severity == "error"]


def test_examples_say_units_that_make_sense(shared_data: Path) -> None:
    """Friedrichshain is 3.5 km wide, highways round Boston run at 102 km/h."""
    examples = Path(__file__).resolve().parents[3] / "examples/tntp"
    roads = shared_data / "roads_tntp"
    berlin = city(
        read_tntp(roads / "Berlin-Friedrichshain", examples / "friedrichshain.toml", "local")
    )
    west, _, east, _ = berlin.assets.total_bounds
    assert (east - west) * 111_320 == pytest.approx(3_500, rel=0.02)
    ema = city(
        read_tntp(roads / "Eastern-Massachusetts", examples / "eastern-massachusetts.toml", "local")
    )
    assert ema.links["speed_km_h"].median() == pytest.approx(102, abs=1)
    sioux = city(read_tntp(roads / "SiouxFalls", examples / "sioux-falls.toml"))
    assert sioux.demands["amount"].sum() == pytest.approx(3_606_000)
    assert np.isclose(sioux.od["trips_per_d"].sum(), 3_606_000)
