"""Service areas along a network against networkx, by Voronoi cells against sampling points."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city import City, Identity
from rencity.city.infer import infer
from rencity.city.rules import AreaRule

METRIC = "EPSG:32651"
IDENTITY = Identity(id="t", name="t", metric_crs=METRIC)
EAST, NORTH = 250_000.0, 3_490_000.0
ROAD = AreaRule(
    kinds=("health.hospital",), lifeline="health", by="network", within_m=2500, access_m=60
)
AREA = ROAD.model_copy(update={"by": "voronoi", "within_m": 1e6})


def flat(*shapes: shapely.Geometry) -> np.ndarray:
    moved = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    return gpd.GeoSeries(moved, crs=METRIC).to_crs(4326).to_numpy()


Ends = tuple[int, int]


def city_of(
    nodes: list[tuple[float, float]],
    links: list[tuple[int, int, float, bool]],
    hospitals: list[int],
    homes: list[int],
) -> City:
    """Junctions, roads, and hospitals and zones 1 m beside a junction."""
    places = [*nodes, *((nodes[h][0] + 1, nodes[h][1]) for h in hospitals)]
    ids = [*(f"n{i}" for i in range(len(nodes))), *(f"h{i}" for i in range(len(hospitals)))]
    assets = gpd.GeoDataFrame(
        {
            "id": ids,
            "lifeline": ["road"] * len(nodes) + ["health"] * len(hospitals),
            "kind": ["junction"] * len(nodes) + ["hospital"] * len(hospitals),
        },
        geometry=flat(*(shapely.Point(p) for p in places)),
        crs=4326,
    )
    zones = gpd.GeoDataFrame(
        {"id": [f"z{i}" for i in homes], "level": "grid"},
        geometry=flat(*(shapely.Point(nodes[i]) for i in homes)),
        crs=4326,
    )
    frame = pd.DataFrame(links, columns=["a", "b", "length_m", "directed"])
    frame = frame.assign(
        id=[f"l{i}" for i in range(len(links))],
        lifeline="road",
        start="n" + frame["a"].astype(str),
        end="n" + frame["b"].astype(str),
    ).drop(columns=["a", "b"])
    return City.build(IDENTITY, {"assets": assets, "zones": zones, "links": frame})


@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_way_along_roads_is_that_of_dijkstra(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 9))
    nodes = [(200.0 * (i % 3), 200.0 * (i // 3)) for i in range(n)]
    node = st.integers(0, n - 1)
    pairs = data.draw(st.lists(st.tuples(node, node, st.booleans()), min_size=1, max_size=14))
    links = [(a, b, 150.0 + 97.3 * i, one) for i, (a, b, one) in enumerate(pairs) if a != b]
    hospitals = data.draw(st.lists(node, min_size=1, max_size=3, unique=True))
    homes = data.draw(st.lists(node, min_size=1, max_size=4, unique=True))
    if not links:
        return
    city = city_of(nodes, links, hospitals, homes)
    graph = nx.DiGraph()
    for a, b, length, one in links:
        for tail, head in ((a, b),) if one else ((a, b), (b, a)):
            old = graph.get_edge_data(tail, head, {"weight": np.inf})["weight"]
            graph.add_edge(tail, head, weight=min(old, length))
    on_road = set(graph.nodes)
    ways = {
        i: nx.single_source_dijkstra_path_length(graph, h) if h in on_road else {}
        for i, h in enumerate(hospitals)
    }
    got = dict(infer(city, {"r": ROAD}).city.serves[["zone", "asset"]].to_numpy().tolist())
    for home in homes:
        reach = {i: way[home] + 1 for i, way in ways.items() if home in way}
        if any(abs(far - 2500) < 2 for far in reach.values()):
            continue
        near = {i: far for i, far in reach.items() if far <= 2500}
        if not near:
            assert f"z{home}" not in got
            continue
        best = min(near.values())
        assert got[f"z{home}"] in {f"h{i}" for i, far in near.items() if far < best + 2}


def test_no_road_near_means_no_area() -> None:
    city = city_of([(0, 0), (500, 0)], [(0, 1, 500.0, False)], [0], [1])
    assert len(infer(city, {"r": ROAD}).city.serves) == 1
    far = city.replace(links=city.links.iloc[:0])
    done = infer(far, {"r": ROAD})
    assert len(done.city.serves) == 0
    assert done.unmet[0].rule == "no-provider-near"
    shut = city.replace(links=city.links.assign(normally_open=True))
    assert len(infer(shut, {"r": ROAD}).city.serves) == 0


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5, unique=True)
)
def test_shares_of_a_zone_are_those_of_points_in_it(spots: list[tuple[int, int]]) -> None:
    assets = gpd.GeoDataFrame(
        {"id": [f"h{i}" for i in range(len(spots))], "lifeline": "health", "kind": "hospital"},
        geometry=flat(*(shapely.Point(x * 20, y * 20) for x, y in spots)), crs=4326,
    )  # fmt: skip
    square = shapely.box(0, 0, 1000, 1000)
    zones = gpd.GeoDataFrame({"id": ["z"], "level": "grid"}, geometry=flat(square), crs=4326)
    rule = AREA.model_copy(update={"least_share": 0.0})
    serves = infer(
        City.build(IDENTITY, {"assets": assets, "zones": zones}), {"r": rule}
    ).city.serves
    side = np.arange(5, 1000, 10)
    x, y = np.meshgrid(side, side)
    away = [np.hypot(x - 20 * a, y - 20 * b) for a, b in spots]
    owner = np.argmin(away, axis=0)
    want = {f"h{i}": float((owner == i).mean()) for i in range(len(spots))}
    got = dict(zip(serves["asset"], serves["share"], strict=True))
    assert sum(got.values()) == pytest.approx(1)
    for name, share in want.items():
        assert got.get(name, 0.0) == pytest.approx(share, abs=0.02)


def test_by_line_is_the_nearest() -> None:
    city = city_of([(0, 0), (500, 0), (900, 0)], [(0, 1, 500.0, False)], [0, 2], [1])
    line = ROAD.model_copy(update={"by": "line"})
    assert infer(city, {"r": line}).city.serves["asset"].tolist() == ["h1"]
