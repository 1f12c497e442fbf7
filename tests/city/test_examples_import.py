"""The examples' mappings on the real files: counts of SOURCES.md and of the files themselves."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from rencity.city.importing import ImportResult, NewCity, import_into
from rencity.city.readers.tables import read_tables

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
NETWORKS = {"power": (75, 93), "water": (49, 71), "gas": (16, 17), "telecom": (27, 36)}


@pytest.fixture(scope="module")
def memphis(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ImportResult:
    return import_into(
        "tables",
        shared_data / "interdependent",
        tmp_path_factory.mktemp("cities") / "memphis",
        mapping=EXAMPLES / "memphis" / "map.toml",
        new=NewCity(name="孟菲斯", name_en="Memphis", time_zone="America/Chicago"),
    )


@pytest.fixture(scope="module")
def indp(shared_data: Path) -> Path:
    return shared_data / "interdependent/shelby_indp/Extended_Shelby_County"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_of_memphis_is_accounted_for(memphis: ImportResult) -> None:
    assert all(layer.closes for layer in memphis.layers)
    reasons = {reason for layer in memphis.layers for reason in layer.refused}
    assert reasons == {"left out by `where`"}


@pytest.mark.parametrize("lifeline", NETWORKS)
def test_memphis_networks_are_those_of_the_files(
    memphis: ImportResult, indp: Path, lifeline: str
) -> None:
    stem = "Telecommunication" if lifeline == "telecom" else lifeline.title()
    nodes, arcs = rows(indp / f"{stem}Nodes.csv"), rows(indp / f"{stem}Arcs.csv")
    assert (len(nodes), len(arcs)) == NETWORKS[lifeline]
    assets, links = memphis.city.assets, memphis.city.links
    mine = assets[assets["lifeline"] == lifeline]
    points = mine[mine.geom_type == "Point"].set_index("id")
    assert set(points.index) == {f"{lifeline}-{n['ID']}" for n in nodes}
    for node in nodes:
        point = points.geometry[f"{lifeline}-{node['ID']}"]
        assert (point.x, point.y) == (float(node["X"]), float(node["Y"]))
    own = links[links["lifeline"] == lifeline].set_index("id")
    lines = mine[mine.geom_type == "LineString"].set_index("id")
    assert set(own["asset"]) == set(lines.index)
    for arc in arcs:
        link = own.loc[f"{lifeline}-arc-{arc['ID']}"]
        ends = (f"{lifeline}-{arc['Start Node']}", f"{lifeline}-{arc['End Node']}")
        assert (link["start"], link["end"]) == ends
        assert link["length_m"] == pytest.approx(float(arc["Length (km)"]) * 1000)
        assert not link["directed"]


def test_memphis_sources_are_what_supplies(memphis: ImportResult) -> None:
    assets = memphis.city.assets
    counts = assets[assets["source"]].groupby(["lifeline", "kind"]).size().to_dict()
    assert counts == {
        ("gas", "gate"): 3,
        ("power", "grid_tie"): 9,
        ("telecom", "core"): 1,
        ("water", "pump"): 9,
        ("water", "tank"): 6,
    }


def test_memphis_needs_are_the_interdependencies(memphis: ImportResult, indp: Path) -> None:
    short = {"Power": "power", "Water": "water", "Gas": "gas", "Telecommunication": "telecom"}
    said = {
        (
            f"{short[r['Depender Network']]}-{r['Depender Node']}",
            f"{short[r['Dependee Network']]}-{r['Dependee Node']}",
        )
        for r in rows(indp / "Interdep.csv")
    }
    groups = memphis.city.need_groups.set_index("id")
    needs = memphis.city.needs
    assert len(said) == len(needs) == 73
    assert set(zip(needs["group"].map(groups["asset"]), needs["provider"], strict=True)) == said
    assert (groups["quorum"] == 1).all()
    late = groups["manual_start_h"].dropna()
    assert (late > groups.loc[late.index, "backup_h"]).all()
    assert set(memphis.city.needs["provider"]) <= set(memphis.city.assets["id"])


def test_memphis_people_are_the_county_and_each_network_s_partition(
    memphis: ImportResult, indp: Path
) -> None:
    zones = memphis.city.zones
    people = zones.groupby("level")["people_night"].sum().to_dict()
    substations = sum(
        float(r["population"])
        for r in rows(indp / "PowerNodes.csv")
        if r["Node Type"].endswith("Substation")
    )
    assert people == {"city": substations, "district": substations}
    assert substations == 924_339
    assert (zones["level"] == "district").sum() == 36
    for stem, kinds in {
        "Gas": ("Regulator Station", "Other"),
        "Water": ("Distribution Node",),
        "Telecommunication": ("Fiber or Microwave Node",),
    }.items():
        nodes = rows(indp / f"{stem}Nodes.csv")
        total = sum(float(r["population"]) for r in nodes if r["Node Type"] in kinds)
        assert total == pytest.approx(substations, rel=1e-3)


def test_memphis_sources_reach_every_node(memphis: ImportResult) -> None:
    graph = nx.Graph()
    assets, links = memphis.city.assets, memphis.city.links
    nodes = assets[~assets["id"].isin(list(links["asset"]))]
    graph.add_nodes_from(nodes["id"])
    graph.add_edges_from(zip(links["start"], links["end"], strict=True))
    reached = set().union(
        *(nx.node_connected_component(graph, s) for s in nodes.loc[nodes["source"], "id"])
    )
    assert reached == set(nodes["id"])


def test_memphis_again_changes_nothing(memphis: ImportResult, shared_data: Path) -> None:
    assert memphis.city.folder is not None
    assert memphis.inferred == {"zone-of-asset": 379}
    again = import_into(
        "tables",
        shared_data / "interdependent",
        memphis.city.folder,
        mapping=EXAMPLES / "memphis" / "map.toml",
    )
    assert not again.changed
    assert set(again.added.values()) == {0}
    assert again.city.hash == memphis.city.hash


def test_memphis_shares_sum_to_one(memphis: ImportResult) -> None:
    city = memphis.city
    lifeline = city.serves["asset"].map(city.assets.set_index("id")["lifeline"])
    sums = city.serves.groupby([lifeline, "zone"])["share"].sum()
    assert len(sums) == 4 * 36
    np.testing.assert_allclose(sums, 1, atol=1e-12)
    served = city.serves.groupby(lifeline)["asset"].nunique().to_dict()
    assert served == {"gas": 13, "power": 42, "telecom": 23, "water": 33}


def test_memphis_power_carries_the_people_of_its_substations(
    memphis: ImportResult, indp: Path
) -> None:
    city = memphis.city
    people = city.serves["zone"].map(city.zones.set_index("id")["people_night"])
    carried = (people * city.serves["share"]).groupby(city.serves["asset"]).sum()
    for row in rows(indp / "PowerNodes.csv"):
        if row["Node Type"].endswith("Substation"):
            assert carried[f"power-{row['ID']}"] == pytest.approx(float(row["population"]))


def test_memphis_shares_agree_with_an_overlay(memphis: ImportResult, shared_data: Path) -> None:
    """The shares of water by geopandas' own overlay."""
    folder = shared_data / "interdependent/shelby_infrarisk"
    zones, areas = (
        gpd.read_file(folder / f"{name}/service_area/service_area.shp").to_crs(32616)
        for name in ("power", "water")
    )
    pieces = gpd.overlay(
        zones[["Power_Node", "geometry"]],
        areas.reset_index(names="area")[["area", "geometry"]],
        keep_geom_type=True,
    )
    pieces["size"] = pieces.area
    pieces["area"] = pieces["area"].replace({26: 27})  # node 42 is the nearest to both
    whole = pieces.groupby("Power_Node")["size"].sum()
    theirs = pieces.groupby(["Power_Node", "area"])["size"].sum() / whole
    serves = memphis.city.serves
    mine = serves[serves["asset"].str.startswith("water-")]
    for node in whole.index:
        shares = mine.loc[mine["zone"] == f"zone-{node}", "share"].sort_values(ascending=False)
        want = theirs[node].sort_values(ascending=False)
        assert shares.tolist() == pytest.approx(want.tolist()[: len(shares)], abs=0.004)
        assert want[len(shares) :].sum() < 0.005  # slivers below the mapping's least share


OFFICIAL_KM2 = {
    "320205": 399,
    "320206": 325,
    "320211": 628,
    "320213": 72,
    "320214": 220,
    "320281": 987,
    "320282": 1997,
}


def test_the_divisions_of_wuxi(shared_data: Path, tmp_path: Path) -> None:
    result = import_into(
        "tables",
        shared_data / "admin",
        tmp_path / "wuxi",
        mapping=EXAMPLES / "wuxi-admin" / "map.toml",
        new=NewCity(name="无锡"),
    )
    zones = result.city.zones.set_index("id")
    assert zones["level"].value_counts().to_dict() == {"street": 88, "district": 7, "city": 1}
    areas = {r["code"]: r["name"] for r in rows(shared_data / "admin/wuxi_areas.csv")}
    districts = zones[zones["level"] == "district"]
    assert districts["name"].to_dict() == areas
    streets = zones[zones["level"] == "street"]
    assert streets["code"].str.fullmatch(r"3202\d{5}").all()
    assert streets["parent"].isin(districts.index).all()
    assert streets.geometry.isna().all()
    assert any("GCJ-02" in source.note for source in result.city.identity.sources)
    given = gpd.read_file(shared_data / "admin/wuxi_320200_districts.geojson")
    given.index = given["adcode"].astype(str)
    metric = result.city.identity.metric_crs
    here, there = districts.geometry.to_crs(metric), given.geometry.to_crs(metric)
    offset_m = here.centroid.distance(there.reindex(here.index).centroid)
    assert offset_m.between(465, 525).all()
    km2 = here.area / 1e6
    # the shift itself changes areas by up to 0.6 %: the city keeps its own to 0.1 %
    assert km2.sum() == pytest.approx(there.area.sum() / 1e6, rel=1e-3)
    assert km2.to_numpy() == pytest.approx(there.reindex(km2.index).area / 1e6, rel=2.5e-3)
    official = {row: km2[row] / known for row, known in OFFICIAL_KM2.items()}
    assert all(abs(ratio - 1) < 0.07 for ratio in official.values())


def test_old_districts_with_a_byte_order_mark(shared_data: Path, tmp_path: Path) -> None:
    plan = tmp_path / "map.toml"
    plan.write_text(
        '[[layers]]\nname = "d"\ntable = "zones"\n[layers.columns]\nid = "id"\nname = "name"\n'
        'level = { value = "district" }\n',
        encoding="utf-8",
    )
    part = read_tables(shared_data / "admin/wuxi_320200_2015_old_districts.geojson", plan, None)
    assert {"崇安区", "南长区", "北塘区"} <= set(part.tables["zones"]["name"])


def test_projected_ground_motions_are_read_in_their_own_system(
    shared_data: Path, tmp_path: Path
) -> None:
    """Columns lon_UTM and lat_UTM are EPSG:3857, whatever their name says."""
    folder = shared_data / "interdependent/shelby_infrarisk/hazards/earthquake/gmfs/2475"
    src = sorted(folder.glob("*_gms.csv"))[0]
    columns = pd.read_csv(src, nrows=1).columns.tolist()
    assert {"lon_UTM", "lat_UTM"} <= set(columns)
    plan = tmp_path / "map.toml"
    plan.write_text(
        f'[[layers]]\nname = "sites"\ntable = "zones"\nx = "lon_UTM"\ny = "lat_UTM"\n'
        f'[layers.columns]\nid = "z-{{{columns[0]}}}-{{lon_UTM}}-{{lat_UTM}}"\n'
        'level = { value = "grid" }\n',
        encoding="utf-8",
    )
    zones = read_tables(src, plan, "EPSG:3857").tables["zones"]
    bounds = gpd.GeoSeries(zones["geometry"].tolist()).total_bounds
    assert -91.5 < bounds[0] < bounds[2] < -88
    assert 34 < bounds[1] < bounds[3] < 36.5
