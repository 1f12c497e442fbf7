"""Reach, standing and loops of random small cities against networkx and a plain fixpoint."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from rencity.city import City, Identity
from rencity.city.check import check
from rencity.city.check.facts import Facts

KINDS = {
    "power": ("transformer", "line"),
    "water": ("junction", "pipe"),
    "gas": ("junction", "pipe"),
}


def random_city(seed: int) -> City:
    rng = np.random.default_rng(seed)
    assets, links = [], []
    for line, (node, link) in KINDS.items():
        n = int(rng.integers(3, 9))
        for number in range(n):
            source = bool(rng.random() < 0.25)
            assets.append((f"{line}{number}", line, node, source))
        for number in range(int(rng.integers(n, 2 * n))):
            start, end = rng.integers(0, n, 2)
            own = f"{line}-{number}" if rng.random() < 0.5 else ""
            if own:
                assets.append((own, line, link, False))
            links.append(
                (f"{line}_{number}", line, f"{line}{start}", f"{line}{end}", own,
                 bool(rng.random() < 0.5), bool(rng.random() < 0.15))
            )  # fmt: skip
    frame = pd.DataFrame(assets, columns=["id", "lifeline", "kind", "source"])
    groups, needs = [], []
    for number in range(int(rng.integers(2, 14))):
        who = frame.iloc[int(rng.integers(len(frame)))]
        others = frame[frame["lifeline"] != who["lifeline"]]
        line = str(rng.choice(sorted(set(others["lifeline"]))))
        pool = others.loc[others["lifeline"] == line, "id"].to_numpy()
        chosen = rng.choice(pool, size=int(rng.integers(1, min(3, len(pool)) + 1)), replace=False)
        quorum = int(rng.integers(1, len(chosen) + 1))
        groups.append((f"n{number}", who["id"], line, quorum, float(rng.choice([0.0, 0.0, 4.0]))))
        needs += [(f"n{number}", provider) for provider in chosen]
    frame = frame.sample(frac=1, random_state=seed)
    return City.build(
        Identity(id="random", name="x", metric_crs="EPSG:32651"),
        {
            "assets": gpd.GeoDataFrame(frame, geometry=[None] * len(frame)),
            "links": pd.DataFrame(
                links,
                columns=["id", "lifeline", "start", "end", "asset", "directed", "normally_open"],
            ),
            "need_groups": pd.DataFrame(
                groups, columns=["id", "asset", "lifeline", "quorum", "backup_h"]
            ),
            "needs": pd.DataFrame(needs, columns=["group", "provider"]),
        },
    )


def plain_reach(city: City, works: set[str]) -> set[str]:
    graph = nx.DiGraph()
    graph.add_nodes_from(works)
    for link in city.links.itertuples():
        if link.start == link.end:
            continue
        if link.normally_open:  # the switch stands at its end
            if link.asset and {link.start, link.asset} <= works:
                graph.add_edge(link.start, link.asset)
            continue
        for tail, head in ((link.start, link.end), (link.end, link.start))[
            : 1 + (not link.directed)
        ]:
            if tail not in works or (link.asset and link.asset not in works):
                continue
            if head in works:
                graph.add_edge(tail, head)
            if link.asset:
                graph.add_edge(tail, link.asset)
    sources = set(city.assets.loc[city.assets["source"], "id"]) & works
    return set().union(*({s} | nx.descendants(graph, s) for s in sources)) if sources else set()


def plain_standing(city: City) -> set[str]:
    alternatives = city.needs.groupby("group")["provider"].agg(set).to_dict()
    served = plain_reach(city, set(city.assets["id"]))
    while True:
        works = set(served)
        for group in city.need_groups.itertuples():
            if len(alternatives[group.id] & served) < group.quorum:
                works.discard(group.asset)
        after = plain_reach(city, works)
        if after == served:
            return served
        served = after


def plain_loop(city: City, with_backup: bool) -> set[str]:
    everything = set(city.assets["id"])
    graph = nx.MultiDiGraph()
    for link in city.links.itertuples():
        if not link.normally_open and link.start != link.end:
            graph.add_edge(link.start, link.end)
            if not link.directed:
                graph.add_edge(link.end, link.start)
    sources = [s for s in city.assets.loc[city.assets["source"], "id"] if s in graph]
    far = nx.multi_source_dijkstra_path_length(graph, set(sources)) if sources else {}
    hangs = nx.DiGraph()
    hangs.add_nodes_from(everything)
    for link in city.links.itertuples():
        if link.normally_open or link.start == link.end:
            continue
        for tail, head in ((link.start, link.end), (link.end, link.start))[
            : 1 + (not link.directed)
        ]:
            if tail in far and far[tail] < far[head]:
                hangs.add_edge(head, tail)
                if link.asset:
                    hangs.add_edges_from([(head, link.asset), (link.asset, tail)])
    alternatives = city.needs.groupby("group")["provider"].agg(set).to_dict()
    groups = city.need_groups
    live = {g.id: g for g in groups.itertuples() if with_backup or g.backup_h == 0}
    while True:
        whole = hangs.copy()
        for g in live.values():
            whole.add_edges_from((g.asset, p) for p in alternatives[g.id])
        part = {n: k for k, c in enumerate(nx.strongly_connected_components(whole)) for n in c}
        kept = {}
        for g in live.values():
            inside = {p for p in alternatives[g.id] if part[p] == part[g.asset]}
            if inside and len(alternatives[g.id] - inside) < g.quorum:
                kept[g.id] = g
        if len(kept) == len(live):
            return set(kept)
        live = kept


@pytest.mark.parametrize("seed", range(60))
def test_reach_standing_and_loops_agree(seed: int) -> None:
    city = random_city(seed)
    supply = Facts(city).supply
    ids = city.assets["id"].to_numpy()
    reached = plain_reach(city, set(ids))
    standing = plain_standing(city)
    assert set(ids[supply.reached]) == reached
    assert set(ids[supply.standing]) == standing
    found = {(f.rule, f.severity): set(f.ids) for f in check(city)}
    assert found.get(("unsupported", "warning"), set()) == reached - standing
    bare, any_backup = plain_loop(city, False), plain_loop(city, True)
    assert found.get(("need-loop", "warning"), set()) == bare
    assert found.get(("need-loop", "note"), set()) == any_backup - bare


def test_the_random_cities_are_not_all_dull() -> None:
    seen = [{f.rule for f in check(random_city(seed))} for seed in range(60)]
    for rule in ("unreached", "unsupported", "need-loop"):
        assert sum(rule in rules for rules in seen) > 5
