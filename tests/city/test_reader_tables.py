from __future__ import annotations

import io
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.readers.ledger import Part
from rencity.city.readers.tables import read_tables
from rencity.kit.errors import InputError

NODES = "ID,X,Y,Kind,Height\n1,120.30,31.50,pump,3\n2,120.31,31.50,works,4\n3,120.32,31.51,pump,5\n"
ASSETS = """
[[layers]]
name = "nodes"
file = "nodes.csv"
table = "assets"
x = "X"
y = "Y"
[layers.columns]
id = "w-{ID}"
lifeline = { value = "water" }
kind = "Kind"
elevation_m = "Height"
"""


def read(folder: Path, mapping: str, crs: str | None = None, **files: str | bytes) -> Part:
    for name, content in files.items():
        path = folder / name.replace("_csv", ".csv").replace("_geojson", ".geojson")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    plan = folder / "map.toml"
    plan.write_text(mapping, encoding="utf-8")
    return read_tables(folder, plan, crs)


def refused(part: Part, layer: int = 0) -> dict[str, int]:
    assert all(layer.closes for layer in part.layers)
    return dict(part.layers[layer].refused)


def test_columns_become_attributes(tmp_path: Path) -> None:
    part = read(tmp_path, ASSETS, nodes_csv=NODES)
    assets = part.tables["assets"]
    assert assets["id"].tolist() == ["w-1", "w-2", "w-3"]
    assert assets["kind"].tolist() == ["pump", "works", "pump"]
    assert assets["elevation_m"].tolist() == [3, 4, 5]
    assert [(p.x, p.y) for p in assets["geometry"]][1] == (120.31, 31.5)
    assert (part.layers[0].read, part.layers[0].kept) == (3, 3)


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ('kind = ["泵*"]', ["a", "c"]),
        ('kind = { none = ["泵*"] }', ["b", "d"]),
        ("kv = { least = 35 }", ["b", "c"]),
        ("kv = { least = 35, most = 35 }", ["b"]),
        ("kv = { given = false }", ["a"]),
        ('kv = { given = true }, kind = { any = ["*站"], none = ["变*"] }', ["c"]),
    ],
)
def test_rows_are_picked_by_all_tests(tmp_path: Path, where: str, ids: list[str]) -> None:
    rows = "id,kind,kv\na,泵站,\nb,变电站,35\nc,泵站,110.5\nd,,x\n"
    mapping = f"""[[layers]]
name = "it"
file = "rows.csv"
table = "demands"
where = {{ {where} }}
columns = {{ zone = "id", lifeline = {{ value = "power" }}, amount = 1 }}
"""
    part = read(tmp_path, mapping, rows_csv=rows)
    assert part.tables["demands"]["zone"].tolist() == ids
    assert refused(part) == {"left out by `where`": 4 - len(ids)}


def test_trips_are_rows_of_a_mapping(tmp_path: Path) -> None:
    mapping = """[[layers]]
name = "trips"
file = "od.csv"
table = "od"
columns = { start = "z-{O}", end = "z-{D}", trips = "n" }
"""
    part = read(tmp_path, mapping, od_csv="O,D,n\n1,2,30\n2,1,-4\n")
    assert part.tables["od"]["start"].tolist() == ["z-1"]
    assert part.tables["od"]["trips"].tolist() == [30]
    assert refused(part) == {"columns.trips: below 0": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_text_of_any_usual_encoding(tmp_path: Path, encoding: str) -> None:
    nodes = NODES.replace("pump", "梅园泵站")
    part = read(tmp_path, ASSETS, nodes_csv=nodes.encode(encoding))
    assert part.tables["assets"]["kind"].tolist() == ["梅园泵站", "works", "梅园泵站"]
    assert "ID" in pd.read_csv(io.StringIO(nodes)).columns


def test_gbk_shapefile_without_a_code_page(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"ID": ["1"], "Kind": ["惠山泵站"], "Height": [1.0]},
        geometry=[shapely.Point(120, 31)],
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "n.shp", encoding="GB18030")
    (tmp_path / "n.cpg").unlink()
    mapping = ASSETS.replace("nodes.csv", "n.shp").replace('x = "X"\ny = "Y"\n', "")
    assert read(tmp_path, mapping).tables["assets"]["kind"].tolist() == ["惠山泵站"]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
def test_every_geographic_format_reads_the_same(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"ID": [1, 2], "Kind": ["a", "b"], "Height": [1.5, np.nan]},
        geometry=gpd.points_from_xy([120.0, 121.0], [31.0, 32.0]),
        crs="EPSG:4326",
    )
    path = tmp_path / f"n.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    mapping = ASSETS.replace("nodes.csv", path.name).replace('x = "X"\ny = "Y"\n', "")
    assets = read(tmp_path, mapping).tables["assets"]
    assert assets["id"].tolist() == ["w-1", "w-2"]
    assert assets["elevation_m"].astype(float).fillna(-1).tolist() == [1.5, -1]
    assert [p.x for p in assets["geometry"]] == pytest.approx([120, 121], abs=1e-9)


def test_a_layer_of_several_must_be_named(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"ID": [1]}, geometry=[shapely.Point(1, 1)], crs="EPSG:4326")
    frame.to_file(tmp_path / "n.gpkg", layer="one")
    frame.to_file(tmp_path / "n.gpkg", layer="two")
    mapping = ASSETS.replace("nodes.csv", "n.gpkg").replace('x = "X"\ny = "Y"\n', "")
    with pytest.raises(InputError, match="one, two"):
        read(tmp_path, mapping)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:4549", "EPSG:32651", "EPSG:3857"])
def test_coordinates_of_any_system_come_out_in_wgs84(tmp_path: Path, crs: str) -> None:
    there = gpd.GeoSeries(gpd.points_from_xy([120.31], [31.5]), crs=4326).to_crs(crs)[0]
    nodes = f"ID,X,Y,Kind,Height\n1,{there.x!r},{there.y!r},pump,1\n"
    point = read(tmp_path, ASSETS, crs, nodes_csv=nodes).tables["assets"]["geometry"][0]
    assert (point.x, point.y) == pytest.approx((120.31, 31.5), abs=1e-7)


def test_projected_coordinates_declared_as_degrees_stop(tmp_path: Path) -> None:
    nodes = "ID,X,Y,Kind,Height\n1,531000,3486000,pump,1\n2,532000,3486500,pump,1\n"
    with pytest.raises(InputError, match=r"531000, 3.486e\+06 are not degrees.*--crs"):
        read(tmp_path, ASSETS, nodes_csv=nodes)


def test_degrees_declared_as_projected_stop(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="look like degrees"):
        read(tmp_path, ASSETS, "EPSG:4549", nodes_csv=NODES)


def test_an_unknown_system_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="EPSG:99999"):
        read(tmp_path, ASSETS, "EPSG:99999", nodes_csv=NODES)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("4,nan,31,pump,1", "no coordinate in X"),
        ("4,,31,pump,1", "no coordinate in X"),
        ("4,inf,31,pump,1", "coordinate X: not finite"),
        ("4,120,-Infinity,pump,1", "coordinate Y: not finite"),
        ("4,190,31,pump,1", "coordinates outside the range of EPSG:4326"),
        ("4,120,91,pump,1", "coordinates outside the range of EPSG:4326"),
        ("4,1_20,31,pump,1", "coordinate X: not a number"),
        ("4,120,31,pump,tall", "columns.elevation_m: not a number"),
        ("4,120,31,pump,1e999", "columns.elevation_m: not finite"),
        ("4,120,31,pump,99999", "columns.elevation_m: above 9000"),
        (",120,31,pump,1", "columns.id: no value"),
        ("4,120,31,,1", "columns.kind: no value"),
        ("3,120,31,pump,1", "id twice with other values"),
        ("4,120,31,pump", "not as many fields as the header"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason_and_place(
    tmp_path: Path, row: str, reason: str
) -> None:
    part = read(tmp_path, ASSETS, nodes_csv=NODES + row + "\n")
    assert refused(part) == {reason: 1}
    assert part.layers[0].examples[reason][0].startswith("nodes.csv row 5")
    assert len(part.tables["assets"]) == 3


def test_a_refused_number_shows_its_value(tmp_path: Path) -> None:
    part = read(tmp_path, ASSETS, nodes_csv=NODES.replace(",4\n", ",vier\n"))
    reason = "columns.elevation_m: not a number"
    assert part.layers[0].examples[reason] == ["nodes.csv row 3: 'vier'"]


def test_the_same_row_again_is_merged(tmp_path: Path) -> None:
    part = read(tmp_path, ASSETS, nodes_csv=NODES + NODES.splitlines()[1] + "\n")
    assert part.layers[0].closes
    assert dict(part.layers[0].merged) == {"the same row again": 1}


def test_ids_are_unique_over_layers(tmp_path: Path) -> None:
    again = ASSETS.replace("nodes.csv", "more.csv")
    part = read(tmp_path, ASSETS + again, nodes_csv=NODES, more_csv=NODES.replace(",5\n", ",6\n"))
    assert dict(part.layers[1].merged) == {"the same row again": 2}
    assert refused(part, 1) == {"id twice with other values": 1}


def test_quoted_line_breaks_keep_the_row_numbers(tmp_path: Path) -> None:
    nodes = 'ID,X,Y,Kind,Height\n1,120,31,"pu\nmp",1\n2,120,31,pump,x\n'
    part = read(tmp_path, ASSETS, nodes_csv=nodes)
    assert part.layers[0].examples["columns.elevation_m: not a number"] == ["nodes.csv row 4: 'x'"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("ID,X,Y,Kind\n1,2,3,a\n", "no column 'Height'"),
        ("ID,X,Y,Kind,Height\n", "no rows"),
        ("", "no rows"),
        ("ID,X,X,Kind,Height\n1,2,3,4,5\n", "column X stands twice"),
        (b"PK\x03\x04\x00\x00\x00\x00\xff\xfe", "not text"),
        ('ID,X,Y,Kind,Height\n1,2,3,"a,5\n', "line"),
        ("ID;X;Y;Kind;Height\n1;2;3;4;5\n", "no column 'X'"),
        ("ID,X,Y,Kind,Height\n1,a,b,pump,1\n", "no row could be kept.*row 2: 'a'"),
    ],
)
def test_a_file_that_cannot_be_used_stops(tmp_path: Path, content: str | bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read(tmp_path, ASSETS, nodes_csv=content)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nodes\.csv: no such file"):
        read(tmp_path, ASSETS)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("n.geojson", "{}", "broken"),
        ("n.geojson", "[1, 2]", "broken"),
        ("n.geojson", '{"type": "FeatureCollection", "features": []}', "no rows"),
        ("n.parquet", "PAR1", "broken"),
        ("n.gpkg", "SQLite format 3\0", "broken"),
        ("n.xlsx", "PK", r"no reader for \.xlsx"),
        ("n", "PK", "no reader for this file"),
    ],
)
def test_a_file_that_is_not_what_it_claims_stops(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    mapping = ASSETS.replace("nodes.csv", name).replace('x = "X"\ny = "Y"\n', "")
    with pytest.raises(InputError, match=words):
        read(tmp_path, mapping)


def test_tabs_semicolons_and_nameless_columns(tmp_path: Path) -> None:
    tabs = ASSETS.replace("nodes.csv", "n.tsv")
    (tmp_path / "n.tsv").write_text(NODES.replace(",", "\t"), encoding="utf-8")
    assert len(read(tmp_path, tabs).tables["assets"]) == 3
    semicolons = ASSETS.replace('x = "X"', 'delimiter = ";"\nx = "X"')
    nodes = NODES.replace(",", ";")
    assert len(read(tmp_path, semicolons, nodes_csv=nodes).tables["assets"]) == 3
    trailing = NODES.replace("\n", ",,\n")
    assert len(read(tmp_path, ASSETS, nodes_csv=trailing).tables["assets"]) == 3


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "parquet"])
def test_a_truncated_file_stops(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame(
        {"ID": range(400), "Kind": "a", "Height": 1.0},
        geometry=gpd.points_from_xy(np.linspace(120, 121, 400), np.linspace(31, 32, 400)),
        crs="EPSG:4326",
    )
    path = tmp_path / f"n.{suffix}"
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    mapping = ASSETS.replace("nodes.csv", path.name).replace('x = "X"\ny = "Y"\n', "")
    with pytest.raises(InputError, match=path.name):
        read(tmp_path, mapping)


@pytest.mark.parametrize("ending", [".dbf", ".shx"])
def test_every_part_of_a_shapefile_is_checked(tmp_path: Path, ending: str) -> None:
    frame = gpd.GeoDataFrame(
        {"ID": range(9), "Kind": "a", "Height": 1.0},
        geometry=gpd.points_from_xy(np.linspace(120, 121, 9), np.linspace(31, 32, 9)),
        crs="EPSG:4326",
    )
    frame.to_file(tmp_path / "n.shp")
    mapping = ASSETS.replace("nodes.csv", "n.shp").replace('x = "X"\ny = "Y"\n', "")
    part = (tmp_path / "n.shp").with_suffix(ending)
    part.write_bytes(part.read_bytes()[:-60])
    with pytest.raises(InputError, match=f"n{ending}: truncated"):
        read(tmp_path, mapping)
    part.unlink()
    with pytest.raises(InputError, match=f"n{ending} is missing"):
        read(tmp_path, mapping)


def test_geometry_without_a_stated_system_asks_for_one(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"ID": ["1"], "Kind": ["a"], "Height": [1.0]}, geometry=[shapely.Point(531000, 3486000)]
    )
    frame.to_parquet(tmp_path / "n.parquet")
    mapping = ASSETS.replace("nodes.csv", "n.parquet").replace('x = "X"\ny = "Y"\n', "")
    with pytest.raises(InputError, match="does not say its coordinate system"):
        read(tmp_path, mapping)
    point = read(tmp_path, mapping, "EPSG:32651").tables["assets"]["geometry"][0]
    assert (round(point.x), round(point.y)) == (123, 32)


def test_empty_and_odd_geometry_is_refused(tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"ID": i, "Kind": "a", "Height": 1}, "geometry": g}
        for i, g in enumerate(
            [
                {"type": "Point", "coordinates": [120, 31]},
                None,
                {"type": "MultiPoint", "coordinates": [[120, 31], [121, 32]]},
                {"type": "MultiPoint", "coordinates": [[120, 31]]},
            ]
        )
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    mapping = ASSETS.replace("nodes.csv", "n.geojson").replace('x = "X"\ny = "Y"\n', "")
    part = read(tmp_path, mapping, n_geojson=text)
    assert sum(refused(part).values()) == 2
    assert part.tables["assets"]["id"].tolist() == ["w-0", "w-3"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("table = ", "tabel = "), r"layers\.1 \(nodes\)"),
        (('"assets"', '"houses"'), r"layers\.1 \(nodes\)"),
        (("kind = ", "kinds = "), r"layers\.1 \(nodes\): columns: assets has no kinds"),
        (('x = "X"', 'delimiter = ";;"\nx = "X"'), r"\(nodes\)\.delimiter"),
        (('x = "X"', 'encoding = "utf-99"\nx = "X"'), "not text in utf-99"),
        (('file = "nodes.csv"\n', ""), "names no file"),
        (('kind = "Kind"\n', ""), "assets needs kind"),
        (('y = "Y"\n', ""), "both x and y"),
        (('{ value = "water" }', '{ valeu = "water" }'), r"columns\.lifeline\.valeu"),
        (('{ value = "water" }', "{ factor = 2 }"), "one of column, template or value"),
        (('x = "X"', 'x = "X'), "not TOML"),
        (("[[layers]]", "colour = 1\n[[layers]]"), "colour"),
        (('id = "w-{ID}"', 'id = "w-{Id}"'), "no column 'Id'"),
        (('= "Height"', '= { column = "Height", unit = "mile/h" }'), "no unit of length"),
        (('elevation_m = "Height"', 'capacity = { column = "Height", unit = "m" }'), "factor"),
    ],
)
def test_a_fault_in_the_mapping_names_its_key(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    assert change[0] in ASSETS
    with pytest.raises(InputError, match=words):
        read(tmp_path, ASSETS.replace(*change, 1), nodes_csv=NODES)


def test_units_factors_maps_and_defaults(tmp_path: Path) -> None:
    mapping = ASSETS.replace(
        'kind = "Kind"', 'kind = { column = "Kind", map = { "pu*" = "pump", works = "well" } }'
    ).replace(
        'elevation_m = "Height"',
        'elevation_m = { column = "Height", unit = "ft" }\n'
        'capacity = { column = "Height", factor = 1000, default = 7 }\n'
        'source = { column = "Kind", map = { works = true }, default = false }',
    )
    nodes = NODES.replace(",5\n", ",N/A\n")
    assets = read(tmp_path, mapping, nodes_csv=nodes).tables["assets"]
    assert assets["elevation_m"].astype(float)[:2].tolist() == pytest.approx([0.9144, 1.2192])
    assert assets["capacity"].tolist() == [3000, 4000, 7000]
    assert assets["source"].tolist() == [False, True, False]
    assert assets["kind"].tolist() == ["pump", "well", "pump"]


def test_a_value_outside_the_map_refuses_its_row(tmp_path: Path) -> None:
    mapping = ASSETS.replace('kind = "Kind"', 'kind = { column = "Kind", map = { pump = "p" } }')
    part = read(tmp_path, mapping, nodes_csv=NODES)
    assert refused(part) == {"columns.kind: value not in the map": 1}


LINKS = """
[[layers]]
name = "pipes"
file = "pipes.csv"
table = "links"
asset_kind = { value = "pipe" }
asset_columns = { diameter_mm = { column = "D", unit = "inch" } }
[layers.columns]
id = "p-{N}"
lifeline = { value = "water" }
start = "w-{A}"
end = "w-{B}"
length_m = { column = "L", unit = "km" }
"""


def test_links_make_their_own_assets_between_their_ends(tmp_path: Path) -> None:
    pipes = "N,A,B,L,D\n1,1,2,2.5,12\n2,2,3,,10\n3,2,9,1,10\n"
    part = read(tmp_path, LINKS + ASSETS, nodes_csv=NODES, pipes_csv=pipes)
    assert refused(part, 0) == {"its end is no asset of this mapping": 1}
    links, assets = part.tables["links"], part.tables["assets"].set_index("id")
    assert links["asset"].tolist() == ["p-1", "p-2"]
    assert assets.loc["p-1", ["kind", "length_m"]].tolist() == ["pipe", 2500]
    assert assets.loc["p-1", "diameter_mm"] == pytest.approx(304.8)
    assert list(assets.loc["p-1", "geometry"].coords) == [(120.30, 31.5), (120.31, 31.5)]
    assert assets.loc["p-2", "length_m"] == pytest.approx(1457, rel=0.01)
    assert links["length_m"].tolist() == assets.loc[["p-1", "p-2"], "length_m"].tolist()


def test_a_link_asset_must_not_take_the_id_of_a_node(tmp_path: Path) -> None:
    clash = LINKS.replace("p-{N}", "w-{N}")
    with pytest.raises(InputError, match="id twice"):
        read(tmp_path, clash + ASSETS, nodes_csv=NODES, pipes_csv="N,A,B,L,D\n1,1,2,1,1\n")


NEEDS = """
[[layers]]
name = "needs"
file = "needs.csv"
table = "needs"
several = "alternatives"
quorum = 2
[layers.columns]
asset = "w-{Asset}"
lifeline = { value = "power" }
provider = "p-{From}"
backup_h = "Hours"
"""
NEED_ROWS = "Asset,From,Hours\n1,8,4\n1,9,4\n1,9,4\n1,7,5\n2,9,0\n"


def test_rows_of_one_need_are_alternatives(tmp_path: Path) -> None:
    part = read(tmp_path, NEEDS, needs_csv=NEED_ROWS)
    groups, needs = part.tables["need_groups"], part.tables["needs"]
    assert groups["id"].tolist() == ["need-w-1-power", "need-w-2-power"]
    assert groups["quorum"].tolist() == [2, 2]
    assert groups["backup_h"].tolist() == [4, 0]
    assert needs["provider"].tolist() == ["p-8", "p-9", "p-9"]
    assert dict(part.layers[0].merged) == {"the same row again": 1}
    assert refused(part) == {"another backup, start or quorum for the same need": 1}


def test_rows_of_one_need_can_be_separate(tmp_path: Path) -> None:
    mapping = NEEDS.replace('"alternatives"\nquorum = 2', '"separate"')
    groups = read(tmp_path, mapping, needs_csv=NEED_ROWS).tables["need_groups"]
    assert groups["id"].tolist() == [
        "need-w-1-power-p-8",
        "need-w-1-power-p-9",
        "need-w-1-power-p-7",
        "need-w-2-power-p-9",
    ]
    assert groups["backup_h"].tolist() == [4, 4, 5, 0]


def test_alternatives_may_come_from_two_files(tmp_path: Path) -> None:
    mapping = NEEDS + NEEDS.replace("needs.csv", "more.csv")
    part = read(
        tmp_path,
        mapping,
        needs_csv="Asset,From,Hours\n1,8,4\n",
        more_csv="Asset,From,Hours\n1,9,4\n",
    )
    assert len(part.tables["need_groups"]) == 1
    assert part.tables["needs"]["provider"].tolist() == ["p-8", "p-9"]


def square(west: float, south: float, size: float = 0.01) -> dict[str, object]:
    return dict(shapely.box(west, south, west + size, south + size).__geo_interface__)


def layer_of(*squares: tuple[object, dict[str, object]]) -> str:
    features = [
        {"type": "Feature", "properties": {"id": i, "people": 10}, "geometry": g}
        for i, g in squares
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


ZONES = """
[[layers]]
name = "zones"
file = "zones.geojson"
table = "zones"
[layers.columns]
id = "id"
level = { value = "grid" }
people_night = "people"
"""
SERVES = """
[[layers]]
name = "serves"
file = "areas.geojson"
table = "serves"
by = "overlap"
level = "grid"
[layers.columns]
asset = "id"
"""


def test_shares_by_overlap(tmp_path: Path) -> None:
    zones = layer_of(("east", square(120.01, 31)), ("west", square(120.0, 31)))
    areas = layer_of(("a", square(120.0, 31)), ("b", square(120.0075, 31)), ("far", square(0, 0)))
    part = read(tmp_path, SERVES + ZONES, zones_geojson=zones, areas_geojson=areas)
    serves = part.tables["serves"].set_index(["asset", "zone"])["share"].astype(float)
    assert refused(part, 0) == {"overlaps no zone": 1}
    assert serves["a", "west"] == pytest.approx(1, abs=1e-6)
    assert serves["b", "west"] == pytest.approx(0.25, rel=1e-3)
    assert serves["b", "east"] == pytest.approx(0.75, rel=1e-3)

    slivers = SERVES.replace('level = "grid"', 'level = "grid"\nleast_share = 0.3')
    rows = read(tmp_path, slivers + ZONES).tables["serves"][["asset", "zone"]]
    assert rows.to_numpy().tolist() == [["a", "west"], ["b", "east"]]

    scaled = SERVES.replace('level = "grid"', 'level = "grid"\nnormalise = true')
    shares = read(tmp_path, scaled + ZONES).tables["serves"]
    sums = shares["share"].astype(float).groupby(shares["zone"]).sum()
    assert sums.tolist() == pytest.approx([1, 1], abs=1e-12)


def test_shares_by_the_nearest_point(tmp_path: Path) -> None:
    mapping = SERVES.replace("areas.geojson", "points.csv").replace('"overlap"', '"voronoi"')
    mapping = mapping.replace('level = "grid"', 'level = "grid"\nx = "x"\ny = "y"')
    zones = layer_of(("z", square(120.0, 31.0)))
    points = "id,x,y\na,120.000,31.005\nb,120.010,31.005\nc,120.000,31.005\n"
    part = read(tmp_path, mapping + ZONES, zones_geojson=zones, points_csv=points)
    assert refused(part) == {"at the place of another provider": 1}
    assert part.tables["serves"]["share"].astype(float).tolist() == pytest.approx([0.5, 0.5], 1e-3)
    alone = read(tmp_path, mapping + ZONES, points_csv="id,x,y\na,119,30\n")
    assert alone.tables["serves"]["share"].tolist() == pytest.approx([1.0])


def test_a_polygon_that_crosses_itself_is_repaired(tmp_path: Path) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [[[120, 31], [120.1, 31.1], [120.1, 31], [120, 31.1], [120, 31]]],
    }
    zone = read(tmp_path, ZONES, zones_geojson=layer_of(("z", bow))).tables["zones"]["geometry"][0]
    assert zone.is_valid
    assert zone.area == pytest.approx(0.005)


def test_heights_of_coordinates_are_dropped(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [120, 31, 7]}
    zone = read(tmp_path, ZONES, zones_geojson=layer_of(("z", point))).tables["zones"]["geometry"][
        0
    ]
    assert zone.wkt == "POINT (120 31)"


def test_projected_points_off_the_globe_are_refused(tmp_path: Path) -> None:
    nodes = "ID,X,Y,Kind,Height\n1,531000,3486000,pump,1\n2,9e30,3486500,pump,1\n"
    part = read(tmp_path, ASSETS, "EPSG:32651", nodes_csv=nodes)
    assert refused(part) == {"coordinates outside the range of EPSG:32651": 1}


def test_joins_by_column_and_by_place(tmp_path: Path) -> None:
    mapping = ZONES.replace(
        "[layers.columns]",
        """[[layers.join]]
file = "people.csv"
on = { id = "zone" }
take = { n = "n" }
how = "sum"
[[layers.join]]
file = "points.csv"
x = "x"
y = "y"
within_m = 500
take = { near = "name" }
[layers.columns]
name = "near"
""",
    ).replace('= "people"', '= { column = "n", default = 0 }')
    zones = layer_of(("e", square(120.02, 31)), ("f", square(121, 31)), ("w", square(120, 31)))
    part = read(
        tmp_path,
        mapping,
        zones_geojson=zones,
        people_csv="zone,n\ne,3\ne,4\nw,5\nx,6\n",
        points_csv="name,x,y\nin,120.005,31.005\nbeside,120.019,31.005\ntoo,120.007,31.007\n",
    )
    rows = part.tables["zones"].set_index("id")
    assert rows["people_night"].to_dict() == {"e": 7, "f": 0, "w": 5}
    assert rows["name"].to_dict() == {"e": "beside", "f": "", "w": "in"}
    with pytest.raises(InputError, match=r"'four' in column n is not a number"):
        read(tmp_path, mapping, people_csv="zone,n\ne,3\ne,four\n")


def test_dissolved_rows_are_counted_as_merged(tmp_path: Path) -> None:
    mapping = ZONES.replace('table = "zones"', 'table = "zones"\ndissolve = true')
    zones = layer_of(("z", square(120, 31)), ("z", square(120.01, 31)), ("y", square(121, 31)))
    part = read(tmp_path, mapping, zones_geojson=zones)
    rows = part.tables["zones"].set_index("id")
    assert dict(part.layers[0].merged) == {"dissolved into one zone": 1}
    assert rows["people_night"].to_dict() == {"z": 20, "y": 10}
    assert rows.loc["z", "geometry"].bounds == pytest.approx((120, 31, 120.02, 31.01))


CELL = st.one_of(
    st.sampled_from(
        ["", "nan", "inf", "-1e400", "120.5", "31", "180", "N/A", "x", "0", "泵", "1_0"]
    ),
    st.floats(allow_nan=True, allow_infinity=True).map(str),
    st.text(alphabet="ab,\"\n'{}*[ ", max_size=4),
)


def _on_globe(text: str) -> bool:
    try:
        return abs(float(text)) <= 90
    except ValueError:
        return False


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(CELL, min_size=5, max_size=5), min_size=1, max_size=12))
def test_every_row_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    frame = pd.DataFrame([["1", "120", "31", "pump", "1"], *rows], columns=list("IXYKH"))
    frame = frame.set_axis(["ID", "X", "Y", "Kind", "Height"], axis=1)
    frame.to_csv(folder / "nodes.csv", index=False)
    degrees = [row for row in rows if all(_on_globe(x) for x in row[1:3])]
    if len(degrees) + 1 <= len(rows) / 2:
        return  # mostly off the globe is a wrong system, tested above
    part = read(folder, ASSETS)
    layer = part.layers[0]
    assert layer.closes
    assert layer.read == len(frame)
    assert len(part.tables["assets"]) == layer.kept == part.tables["assets"]["id"].nunique()
    bounds = shapely.total_bounds(part.tables["assets"]["geometry"].to_numpy())
    assert np.isfinite(bounds).all()


@pytest.mark.parametrize("suffix", ["geojson", "json", "gpkg", "shp"])
def test_a_file_that_only_points_to_another_is_not_followed(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "other.csv").write_text("ID,Kind,Height,X,Y\nsecret,a,1,120,31\n")
    pointer = (
        '<OGRVRTDataSource><OGRVRTLayer name="other"><SrcDataSource>'
        f"{tmp_path / 'other.csv'}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    )
    (tmp_path / f"n.{suffix}").write_text(pointer)
    mapping = ASSETS.replace("nodes.csv", f"n.{suffix}").replace('x = "X"\ny = "Y"\n', "")
    with pytest.raises(InputError, match=f"does not begin as .{suffix}"):
        read(tmp_path, mapping)
