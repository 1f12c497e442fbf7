from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from rencity.city import City, Identity
from rencity.city.check import check
from rencity.city.importing import import_into
from rencity.city.readers.ledger import Layer, Part
from rencity.city.readers.swmm import read_swmm
from rencity.kit.errors import InputError

# four nodes 1,000 m apart by the file and about 1,000 m on the globe; two areas of 1 km2
SMALL = """[TITLE]
小排水
[OPTIONS]
FLOW_UNITS  CMS
[RAINGAGES]
[SUBCATCHMENTS]
 A   gauge  J1  100  25  500  0.5  0
 B   gauge  A   100  25  500  0.5  0
[JUNCTIONS]
;ID Elev MaxDepth
 J1  10  3
 J2  12         ;no depth
[OUTFALLS]
 O   5   FREE  NO
[STORAGE]
 S   8   4  0  FUNCTIONAL 1000 0 0
[DIVIDERS]
 D   9   C3  CUTOFF  0.1  2
[CONDUITS]
 C1  J1  D   1000  0.013  0  0
 C2  D   S   1000  0.013  0  0
 C3  D   O   1000  0.013  0  0
[PUMPS]
 P   J2  J1  *  ON
[ORIFICES]
 R   S   O   BOTTOM  0  0.65  NO
[XSECTIONS]
 C1  CIRCULAR     0.6  0  0  0  1
 C2  TRAPEZOIDAL  1    1  1  1  1
 C3  RECT_CLOSED  1    1  0  0  1
[DWF]
 J1  FLOW  0.01  ""  ""
 J2  FLOW  0.02
[INFLOWS]
 J1  FLOW  rain  FLOW  1.0  1.0  0.03
 J2  FLOW  rain
 J1  TSS   dirt  CONCEN 1.0 1.0 9
[COORDINATES]
 J1  120.00  31
 D   120.01  31
 S   120.02  31.009
 O   120.02  31
 J2  120.00  31.009
[VERTICES]
 C1  120.005  31.001
[Polygons]
 A  119.990  31.000
 A  119.999  31.000
 A  119.999  31.009
 A  119.990  31.009
 B  119.980  31.000
 B  119.989  31.000
 B  119.989  31.009
"""
# one unit in m3/d, worked by hand from litres
DAY = {
    "CFS": 28.316846592 * 86.4,
    "GPM": 3.785411784 * 1.44,
    "MGD": 3785.411784,
    "CMS": 86400,
    "LPS": 86.4,
    "MLD": 1000,
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
    made = city(read_swmm(written(tmp_path, SMALL)))
    nodes = made.assets[made.assets["id"].str.startswith("swmm-n-")]
    assert nodes[["name", "kind", "source"]].to_numpy().tolist() == [
        ["D", "manhole", False],
        ["J1", "manhole", False],
        ["J2", "manhole", False],
        ["O", "outfall", True],
        ["S", "storage", False],
    ]
    assert nodes["elevation_m"].fillna(-1).tolist() == [11, 13, -1, 5, 12]
    own = made.assets.set_index("id").filter(regex="^swmm-l-", axis=0)
    assert own["kind"].to_dict() == {
        "swmm-l-C1": "sewer",
        "swmm-l-C2": "channel",
        "swmm-l-C3": "sewer",
        "swmm-l-P": "pump",
        "swmm-l-R": "regulator",
    }
    assert own["diameter_mm"].fillna(-1).tolist() == [600, -1, -1, -1, -1]
    assert len(own.geometry["swmm-l-C1"].coords) == 3


def test_links_lead_from_the_outfall_up(tmp_path: Path) -> None:
    """A manhole is served while its way down to a working outfall is whole."""
    links = city(read_swmm(written(tmp_path, SMALL))).links.set_index("id")
    assert links["directed"].all()
    assert links[["start", "end", "asset"]].to_numpy().tolist() == [
        ["swmm-n-D", "swmm-n-J1", "swmm-l-C1"],
        ["swmm-n-S", "swmm-n-D", "swmm-l-C2"],
        ["swmm-n-O", "swmm-n-D", "swmm-l-C3"],
        ["swmm-l-P", "swmm-n-J2", ""],
        ["swmm-n-J1", "swmm-l-P", ""],
        ["swmm-n-O", "swmm-n-S", "swmm-l-R"],
    ]
    assert links["length_m"].tolist() == [1000, 1000, 1000, 0, 0, 0]


def test_dry_weather_flow_is_demand(tmp_path: Path) -> None:
    part = read_swmm(written(tmp_path, SMALL))
    made = city(part)
    demand = made.assets.set_index("name")["demand"].dropna()
    assert demand.to_dict() == {
        "J1": pytest.approx(0.04 * 86400),
        "J2": pytest.approx(0.02 * 86400),
    }
    assert dict(layer(part, "INFLOWS").refused) == {
        "a time series without a baseline": 1,
        "not a flow": 1,
    }


def test_areas_are_zones_of_their_outlets(tmp_path: Path) -> None:
    """B drains over A to J1; both share its dry-weather flow by size, two parts to one."""
    made = city(read_swmm(written(tmp_path, SMALL)))
    assert made.zones["id"].tolist() == ["swmm-z-A", "swmm-z-B"]
    assert made.serves[["asset", "zone", "share"]].to_numpy().tolist() == [
        ["swmm-n-J1", "swmm-z-A", 1.0],
        ["swmm-n-J1", "swmm-z-B", 1.0],
    ]
    total = 0.04 * 86400
    assert made.demands["amount"].tolist() == pytest.approx([total * 2 / 3, total / 3], rel=1e-3)
    assert set(made.demands["rule"]) == {"swmm-area-drains-to-outlet"}


def test_zones_of_the_city_are_served_by_drained_area(tmp_path: Path) -> None:
    """A covers the eastern half of one zone; a zone without a drained area is not served."""
    zones = pd.DataFrame(
        {
            "id": ["whole", "west", "far"],
            "level": ["city", "district", "district"],
            "parent": ["", "whole", "whole"],
            "geometry": [
                box(119, 30, 122, 32),
                box(119.981, 31.0, 119.999, 31.009),
                box(121, 31, 121.1, 31.1),
            ],
        }
    )
    base = City.build(Identity(id="c", name="城", metric_crs="EPSG:32651"), {"zones": zones})
    part = read_swmm(written(tmp_path, SMALL), city=base)
    assert "zones" not in part.tables
    serves = part.tables["serves"]
    assert serves["zone"].tolist() == ["west"]
    triangle = (9 * 9 - 1) / 2  # B, whose tip the zone's edge cuts off
    assert serves["share"].tolist() == pytest.approx([(81 + triangle) / 162], rel=2e-3)
    assert layer(part, "SUBCATCHMENTS").merged.total() == 2


def test_overlapping_areas_serve_no_more_than_all(tmp_path: Path) -> None:
    zone = pd.DataFrame(
        {"id": ["z"], "level": ["city"], "geometry": [box(119.991, 31.001, 119.998, 31.008)]}
    )
    base = City.build(Identity(id="c", name="城", metric_crs="EPSG:32651"), {"zones": zone})
    text = SMALL.replace(" B   gauge  A ", " B   gauge  S ")
    for old, new in (("119.980", "119.990"), ("119.989", "119.999")):
        text = text.replace(f" B  {old}", f" B  {new}")
    serves = read_swmm(written(tmp_path, text), city=base).tables["serves"]
    assert serves["asset"].tolist() == ["swmm-n-J1", "swmm-n-S"]
    assert serves["share"].sum() == pytest.approx(1)
    assert serves["share"].iloc[0] > 0.6


def test_without_areas_the_hull_is_a_zone(tmp_path: Path) -> None:
    text = SMALL.split("[Polygons]", maxsplit=1)[0].replace("[SUBCATCHMENTS]", "[NOTES]")
    made = city(read_swmm(written(tmp_path, text)))
    assert made.zones["rule"].tolist() == ["swmm-extent-zone"]
    assert made.serves.set_index("asset")["share"].to_dict() == {
        "swmm-n-J1": pytest.approx(2 / 3),
        "swmm-n-J2": pytest.approx(1 / 3),
    }


@pytest.mark.parametrize("unit", sorted(DAY))
def test_units(tmp_path: Path, unit: str) -> None:
    made = city(read_swmm(written(tmp_path, SMALL.replace("CMS", unit.lower())), "local"))
    assets = made.assets.set_index("id")
    foot = 0.3048 if unit in ("CFS", "GPM", "MGD") else 1
    assert assets["demand"]["swmm-n-J2"] == pytest.approx(0.02 * DAY[unit], rel=1e-12)
    assert assets["elevation_m"]["swmm-n-J1"] == pytest.approx(13 * foot)
    assert assets["diameter_mm"]["swmm-l-C1"] == pytest.approx(600 * foot)
    assert made.links.set_index("id")["length_m"]["swmm-l-C1"] == pytest.approx(1000 * foot)


def test_without_units_it_is_cubic_feet(tmp_path: Path) -> None:
    made = city(read_swmm(written(tmp_path, SMALL.replace("FLOW_UNITS", "FLOW_SPLITS")), "local"))
    assert made.assets.set_index("name")["demand"]["J2"] == pytest.approx(0.02 * DAY["CFS"])


def test_unknown_sections_are_counted_by_name(tmp_path: Path) -> None:
    part = read_swmm(written(tmp_path, SMALL + "[DRONES]\n one 1\n two 2\n[LID_CONTROLS]\n a b\n"))
    assert dict(layer(part, "DRONES").refused) == {"a section that SWMM does not know": 2}
    assert dict(layer(part, "LID_CONTROLS").refused) == {"not used at this level of detail": 1}
    assert [finding.rule for finding in part.findings] == ["swmm-unknown-section"]
    assert "[DRONES]" in part.findings[0].what


def test_areas_without_place_or_outlet_are_refused(tmp_path: Path) -> None:
    text = SMALL.replace(" B   gauge  A ", " B   gauge  B ").replace(
        "[JUNCTIONS]", " E gauge J1 1\n F gauge nowhere 1\n[JUNCTIONS]"
    )
    part = read_swmm(written(tmp_path, text))
    assert dict(layer(part, "SUBCATCHMENTS").refused) == {
        "drains to no node of the file": 2,
        "no polygon with an area": 1,
    }
    assert city(part).zones["id"].tolist() == ["swmm-z-A"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    src = tmp_path / "a.inp"
    src.write_bytes(SMALL.replace("J1", "一号井").encode(encoding))
    assert "一号井" in set(city(read_swmm(src)).assets["name"])


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (" J1  10  3", " J1  ten  3", r"small\.inp:\d+.*elevation ten is not a number"),
        (" J1  10  3", " J1  10  -3", "depth -3 is below 0"),
        (" J1  10  3", " J1  nan  3", "not a number"),
        (" J2  12", " J1  12", "id J1 stands twice, first at line"),
        (" C1  J1  D   1000", " C1  J1  X   1000", "joins X, which is no node"),
        (" C1  J1  D   1000", " C1  J1  J1   1000", "joins J1 to itself"),
        (" C1  J1  D   1000", " C1  J1  D   0", "length 0 is not above 0"),
        (" C1  J1  D   1000  0.013  0  0", " C1  J1", "outlet node is missing"),
        ("CUTOFF", "MAGIC", "unknown divider type MAGIC"),
        ("FLOW_UNITS  CMS", "FLOW_UNITS  BUCKETS", "unknown flow unit BUCKETS"),
        (" O   120.02  31\n", "", "1 of 5 nodes have no coordinates, first O"),
        (" O   120.02  31\n", " O 120.02 east\n", "y coordinate east is not a number"),
        ("CIRCULAR     0.6", "CIRCULAR     -6", "diameter -6 is not above 0"),
        ("[TITLE]", "no header\n[TITLE]", "text before the first section"),
        ("[CONDUITS]", "[PIPES]", "an EPANET file"),
        (" A   gauge  J1", " B   gauge  J1", "id B stands twice"),
    ],
)
def test_faults_stop_with_their_line(tmp_path: Path, old: str, new: str, what: str) -> None:
    assert old in SMALL
    with pytest.raises(InputError, match=what) as caught:
        read_swmm(written(tmp_path, SMALL.replace(old, new)))
    assert caught.value.mend


def test_files_that_are_none(tmp_path: Path) -> None:
    for name, data in {"empty": b"", "binary": b"\0" * 99, "text": b"\xff\xfe\xff"}.items():
        src = tmp_path / f"{name}.inp"
        src.write_bytes(data)
        with pytest.raises(InputError, match=f"{name}.inp"):
            read_swmm(src)
    with pytest.raises(InputError, match="no such file"):
        read_swmm(tmp_path / "none.inp")


@pytest.mark.parametrize(("crs", "what"), [(None, "--crs local"), ("EPSG:0", "EPSG:0")])
def test_places(tmp_path: Path, crs: str | None, what: str) -> None:
    text = SMALL.replace(" 120.", " 120000.").replace("119.9", "119999.")
    with pytest.raises(InputError, match=what):
        read_swmm(written(tmp_path, text), crs)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(SMALL.splitlines()), min_size=1, max_size=60), st.binary(max_size=8)
)
def test_any_text_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], noise: bytes
) -> None:
    src = tmp_path_factory.mktemp("noise") / "a.inp"
    src.write_bytes("\n".join(["[TITLE]", *lines]).encode() + noise)
    try:
        city(read_swmm(src, "local"))
    except InputError as exc:
        assert exc.place  # noqa: PT017
        assert exc.mend  # noqa: PT017


def test_the_file_is_kept_with_its_ids(tmp_path: Path) -> None:
    src, folder = written(tmp_path, SMALL), tmp_path / "city"
    import_into("swmm", src, folder)
    assert (folder / "physics/swmm/small.inp").read_bytes() == src.read_bytes()
    ids = pd.read_csv(folder / "physics/swmm/small.ids.csv", dtype=str)
    assert set(ids["id"]) == set(City.open(folder).assets["id"])
    assert ids[ids["what"] == "link"]["theirs"].tolist() == ["C1", "C2", "C3", "P", "R"]
    again = import_into("swmm", src, folder)
    assert not again.changed
    assert (folder / "physics/swmm/small.inp").exists()


REAL = {  # nodes, outfalls, links, drained areas
    "theta": (6, 1, 5, 2),
    "alpha": (28, 2, 32, 7),
    "gamma": (22, 1, 21, 19),
}


@pytest.mark.parametrize("name", REAL)
def test_real_networks_drain_whole(shared_data: Path, name: str) -> None:
    made = city(read_swmm(shared_data / f"swmm/{name}.inp", "local"))
    kinds = made.assets["kind"].value_counts()
    nodes = made.assets["id"].str.startswith("swmm-n-").sum()
    counts = (nodes, kinds["outfall"], len(made.links), len(made.zones))
    assert counts == REAL[name]
    assert not [f for f in check(made) if f.severity == "error" or f.rule == "unreached"]


def test_alpha_drains_the_dry_weather_flow_of_a_swmm_run(shared_data: Path) -> None:
    """SWMM's own total over 12 h, in cubic feet."""
    made = city(read_swmm(shared_data / "swmm/alpha.inp", "local"))
    told = json.loads((shared_data / "swmm/reference_swmm5.json").read_text("utf-8"))
    expected = told["alpha.inp"]["routing"]["dry_weather_inflow"] * 0.3048**3 * 2
    assert np.nansum(made.assets["demand"]) == pytest.approx(expected, rel=1e-5)
