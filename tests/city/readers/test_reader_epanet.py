from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.readers.epanet import read_epanet
from rencity.city.readers.ledger import Layer, Part
from rencity.kit.errors import InputError

# two nodes 1,000 m apart by the file and about 1,000 m on the globe
SMALL = """[TITLE]
小管网

[JUNCTIONS]
;ID Elev Demand
 J1  10  5
 J2  12  0  ;no demand
[RESERVOIRS]
 R   50
[TANKS]
 T   40  3  1  6  10  0
[PIPES]
 P1  R   J1  1000  300  100  0  Open
 P2  J1  J2  1000  200  100  0  CV
 P3  J2  T   1000  200  100  0  Closed
[PUMPS]
 U   R   J2  POWER 10
[VALVES]
 V   J1  T   150  PRV  30  0
[STATUS]
[OPTIONS]
 Units  CMH
[COORDINATES]
 R   120.00  31
 J1  120.01  31
 J2  120.02  31
 T   120.03  31
[VERTICES]
 P1  120.005  31.001
[END]
"""

US = {"CFS", "GPM", "MGD", "IMGD", "AFD"}
# one unit in m3/d, worked by hand from litres: US gallon 3.785411784 l, imperial 4.54609 l
DAY = {
    "CFS": 28.316846592 * 86.4,
    "GPM": 3.785411784 * 1.44,
    "MGD": 3785.411784,
    "IMGD": 4546.09,
    "AFD": 1233.48183754752,
    "LPS": 86.4,
    "LPM": 1.44,
    "MLD": 1000,
    "CMH": 24,
    "CMD": 1,
    "CMS": 86400,
}


def written(tmp_path: Path, text: str) -> Path:
    src = tmp_path / "small.inp"
    src.write_text(text, encoding="utf-8")
    return src


def city(part: Part) -> City:
    assert [layer.name for layer in part.layers if not layer.closes] == []
    return City.build(Identity(id="small", name="小城"), part.tables)


def layer(part: Part, name: str) -> Layer:
    return next(each for each in part.layers if each.name == f"[{name}]")


def test_what_becomes_what(tmp_path: Path) -> None:
    part = read_epanet(written(tmp_path, SMALL))
    made = city(part)
    columns = ["id", "kind", "source", "elevation_m"]
    nodes = made.assets[made.assets["id"].str.startswith("epanet-n-")]
    assert nodes[columns].to_numpy().tolist() == [
        ["epanet-n-J1", "junction", False, 10],
        ["epanet-n-J2", "junction", False, 12],
        ["epanet-n-R", "source", True, 50],
        ["epanet-n-T", "tank", False, 40],
    ]
    columns = ["id", "start", "end", "directed", "normally_open"]
    assert made.links[columns].to_numpy().tolist() == [
        ["epanet-l-P1", "epanet-n-R", "epanet-n-J1", False, False],
        ["epanet-l-P2", "epanet-n-J1", "epanet-n-J2", True, False],
        ["epanet-l-P3", "epanet-n-J2", "epanet-n-T", False, True],
        ["epanet-l-U-in", "epanet-n-R", "epanet-l-U", True, False],
        ["epanet-l-U-out", "epanet-l-U", "epanet-n-J2", True, False],
        ["epanet-l-V", "epanet-n-J1", "epanet-n-T", True, False],
    ]
    assert made.links["asset"].tolist() == [
        "epanet-l-P1",
        "epanet-l-P2",
        "epanet-l-P3",
        "",
        "",
        "epanet-l-V",
    ]
    own = made.assets.set_index("id").filter(regex="^epanet-l-", axis=0)
    assert own["kind"].tolist() == ["pipe", "pipe", "pipe", "pump", "valve"]
    assert own["diameter_mm"].fillna(-1).tolist() == [300, 200, 200, -1, 150]
    assert own.geometry.geom_type.tolist() == ["LineString"] * 3 + ["Point"] * 2
    assert len(own.geometry["epanet-l-P1"].coords) == 3
    assert layer(part, "COORDINATES").merged.total() == 4


@pytest.mark.parametrize("unit", sorted(DAY))
def test_units(tmp_path: Path, unit: str) -> None:
    made = city(read_epanet(written(tmp_path, SMALL.replace("CMH", unit.lower())), "local"))
    assets = made.assets.set_index("id")
    foot, inch = (0.3048, 25.4) if unit in US else (1, 1)
    assert assets["demand"]["epanet-n-J1"] == pytest.approx(5 * DAY[unit], rel=1e-12)
    assert assets["elevation_m"]["epanet-n-T"] == pytest.approx(40 * foot)
    assert assets["diameter_mm"]["epanet-l-P1"] == pytest.approx(300 * inch)
    assert made.links["length_m"].tolist()[:3] == pytest.approx([1000 * foot] * 3)


def test_without_units_it_is_gallons(tmp_path: Path) -> None:
    made = city(read_epanet(written(tmp_path, SMALL.replace(" Units  CMH", "")), "local"))
    assert made.demands["amount"].tolist() == pytest.approx([5 * DAY["GPM"]])


def test_demands_replace_those_of_junctions(tmp_path: Path) -> None:
    text = SMALL.replace("[STATUS]", "[DEMANDS]\n J2 1\n J2 2 pattern ;kitchen\n R 9\n[STATUS]")
    text = text.replace("CMH", "CMH\n Demand Multiplier 2")
    part = read_epanet(written(tmp_path, text))
    made = city(part)
    assert made.assets.set_index("id")["demand"]["epanet-n-J2"] == 3 * 2 * 24
    assert made.assets.set_index("id")["demand"]["epanet-n-J1"] == 5 * 2 * 24
    assert dict(layer(part, "DEMANDS").refused) == {"names no junction": 1}


def test_junctions_serve_the_zone_by_demand(tmp_path: Path) -> None:
    made = city(read_epanet(written(tmp_path, SMALL.replace("J2  12  0", "J2  12  15"))))
    assert made.serves[["asset", "share", "rule"]].to_numpy().tolist() == [
        ["epanet-n-J1", 0.25, "epanet-share-by-demand"],
        ["epanet-n-J2", 0.75, "epanet-share-by-demand"],
    ]
    assert made.zones["rule"].tolist() == ["epanet-extent-zone"]
    assert made.zones.geometry[0].geom_type == "Polygon"


def test_an_inflow_is_a_source(tmp_path: Path) -> None:
    made = city(read_epanet(written(tmp_path, SMALL.replace("J2  12  0", "J2  12  -7"))))
    inflow = made.assets.set_index("id").loc["epanet-n-J2"]
    assert (inflow["source"], inflow["rule"]) == (True, "epanet-inflow-is-source")
    assert inflow["demand"] == -7 * 24
    assert made.demands["amount"].tolist() == [5 * 24]


def test_tanks_supply_only_when_asked(tmp_path: Path) -> None:
    src = written(tmp_path, SMALL)
    made = city(read_epanet(src, tanks_supply=True)).assets.set_index("id")
    assert made.loc["epanet-n-T", ["source", "rule"]].tolist() == [True, "epanet-tanks-supply"]


def test_status_closes_links_unless_controls_operate_them(tmp_path: Path) -> None:
    text = SMALL.replace("[STATUS]", "[STATUS]\n P1 Closed\n P3 Open\n U 0.0\n nobody Closed")
    part = read_epanet(written(tmp_path, text))
    closed = city(part).links.set_index("id")["normally_open"]
    assert closed[closed].index.tolist() == [
        "epanet-l-P1",
        "epanet-l-U-in",
        "epanet-l-U-out",
    ]
    assert dict(layer(part, "STATUS").refused) == {"names no link": 1}
    text = text.replace("[OPTIONS]", "[CONTROLS]\n LINK U OPEN IF NODE T BELOW 2\n[OPTIONS]")
    text = text.replace(
        "[OPTIONS]",
        "[RULES]\nRULE 1\nIF PIPE P2 STATUS IS OPEN\nTHEN PIPE P1 STATUS IS OPEN\n[OPTIONS]",
    )
    links = city(read_epanet(written(tmp_path, text))).links
    assert not links["normally_open"].any()
    assert links.loc[links["rule"] == "epanet-controlled-link", "id"].tolist() == [
        "epanet-l-P1",
        "epanet-l-U-in",
        "epanet-l-U-out",
    ]


def test_sections_by_four_letters_quotes_and_gbk(tmp_path: Path) -> None:
    text = SMALL.replace("[JUNCTIONS]", "[junc]").replace("J1", '"总 管"')
    src = tmp_path / "small.inp"
    src.write_bytes(text.encode("gb18030"))
    assert "epanet-n-总 管" in set(city(read_epanet(src)).assets["id"])


def test_other_sections_are_counted(tmp_path: Path) -> None:
    part = read_epanet(written(tmp_path, SMALL.replace("[END]", "[PATTERNS]\n 1 1\n 1 2\n[END]")))
    account = layer(part, "PATTERNS")
    assert (account.read, account.refused.total()) == (2, 2)


def test_local_frame_is_to_scale(tmp_path: Path) -> None:
    text = SMALL.replace("120.0", "0.0").replace("  31\n", "  5\n").replace("31.001", "5")
    made = city(read_epanet(written(tmp_path, text), "local"))
    west, south, east, _ = made.assets.geometry.total_bounds
    assert west == pytest.approx(1000 / 111_319.5, rel=1e-4)
    assert south == pytest.approx(1000 / 110_574.3, rel=1e-4)
    # three pipes of 1,000 m in a row along the equator, 111,319.5 m a degree
    assert (east - west) * 111_319.5 == pytest.approx(3000, rel=1e-4)


def test_crs_converts(tmp_path: Path) -> None:
    text = SMALL
    for n in range(4):
        text = text.replace(f" 120.0{n}  31\n", f" {500_000 + n * 1000}  3430000\n")
    made = city(read_epanet(written(tmp_path, text), "EPSG:32651"))
    west, south, east, north = made.assets.geometry.total_bounds
    assert (west, south) == pytest.approx((123, 31), abs=0.01)
    assert east > west
    assert north - south < 0.001  # the vertex of P1 is in degrees, far from every node: refused


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_broken_file_is_told_never_traced(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = SMALL.splitlines()
    row = data.draw(st.integers(0, len(lines) - 1))
    words = lines[row].split()
    junk = data.draw(st.sampled_from(["x", "nan", "-1", "1e999", "[", "", "J1", "0"]))
    if words:
        words[data.draw(st.integers(0, len(words) - 1))] = junk
    lines[row] = " ".join(words)
    src = tmp_path_factory.mktemp("inp") / "broken.inp"
    src.write_text("\n".join(lines), encoding="utf-8")
    fault, part = None, None
    try:
        part = read_epanet(src)
    except InputError as exc:
        fault = exc
    if fault:
        assert str(src) in fault.place
        assert fault.mend
    if part:
        assert np.isfinite(city(part).assets.geometry.total_bounds).all()


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("P2  J1  J2", "P2  J1  J9", "joins J9, which is no node", 14),
        ("P2  J1  J2", "P2  J1  J1", "joins J1 to itself", 14),
        (" P2 ", " P1 ", "id P1 stands twice, first at line 13", 14),
        (" J2  12", " J1  12", "id J1 stands twice, first at line 6", 7),
        (" T   40", " R   40", "id R stands twice", 11),
        ("J1  10  5", "J1  ten  5", "elevation ten is not a number", 6),
        ("J1  10  5", "J1  10  nan", "demand nan is not a number", 6),
        ("1000  300", "-4  300", "length -4 is not above 0", 13),
        ("1000  300", "1000  0", "diameter 0 is not above 0", 13),
        ("P1  R   J1  1000  300  100  0  Open", "P1  R", "end node is missing", 13),
        ("R   50", "R", "head is missing", 9),
        ("PRV", "XYZ", "unknown valve type XYZ", 19),
        ("CMH", "BARRELS", "unknown flow unit BARRELS", 22),
        ("[VALVES]", "[VOLVES]", "unknown section [VOLVES]", 18),
        (" R   120.00  31", " R   120.00  inf", "y coordinate inf is not a number", 24),
        ("[TITLE]", "hello\n[TITLE]", "text before the first section", 1),
        ("[END]\n", "", "no [END]", 0),
        (" R   120.00  31\n", "", "1 of 4 nodes have no coordinates, first R", 0),
    ],
)
def test_faults_name_line_and_mend(
    tmp_path: Path, old: str, new: str, said: str, line: int
) -> None:
    assert SMALL.count(old) >= 1
    src = written(tmp_path, SMALL.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        read_epanet(src)
    assert said in caught.value.what
    assert caught.value.mend
    assert caught.value.place.startswith(f"{src}:{line}" if line else str(src))


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_truncated(tmp_path: Path, cut: float) -> None:
    with pytest.raises(InputError):
        read_epanet(written(tmp_path, SMALL[: int(len(SMALL) * cut)]))


def test_not_a_text_file(tmp_path: Path) -> None:
    src = tmp_path / "a.inp"
    for content in (b"\x00\x01\x02", bytes(range(128, 256)), b"", b"[END]"):
        src.write_bytes(content)
        with pytest.raises(InputError, match=r"a\.inp"):
            read_epanet(src)
    for missing in (tmp_path / "none.inp", tmp_path):
        with pytest.raises(InputError, match="no such file"):
            read_epanet(missing)


def test_a_drawing_without_system_is_refused(tmp_path: Path) -> None:
    schematic = SMALL.replace("120.0", "12").replace("  31\n", "  5\n")
    for text in (schematic, SMALL.replace("  31\n", "  310\n")):
        src = written(tmp_path, text)
        with pytest.raises(InputError, match="--crs local"):
            read_epanet(src)
        assert len(read_epanet(src, "local").tables["links"]) == 6
    with pytest.raises(InputError, match="no coordinate system 'EPSG:0'"):
        read_epanet(src, "EPSG:0")
    with pytest.raises(InputError, match="outside EPSG:4326"):
        read_epanet(src, "EPSG:4326")
