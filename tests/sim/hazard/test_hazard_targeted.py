from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from rencity.kit.errors import ScenarioError
from rencity.sim.damage import Classes
from rencity.sim.hazard.scene import Scene
from rencity.sim.hazard.striking import strikes_of
from rencity.sim.hazard.targeted.rank import degree, downstream
from rencity.sim.strike import NEVER
from tests.sim.random_cities import random_city


def small_city():
    return random_city(np.random.default_rng(5))


def struck(city, hazard, text, tmp_path):
    scene = Scene(city, Classes(), tmp_path)
    (strike,) = strikes_of(hazard(f'kind = "targeted"\n{text}'), scene)
    ids = city.assets["id"].to_numpy(object)
    return strike, [ids[row] for row in strike.out_asset]


def test_the_worst_by_people_is_the_one_n1_names(hazard, tmp_path):
    from rencity.sim.reach.engine import Engine
    from rencity.sim.reach.n1 import people_lost

    city = small_city()
    strike, ids = struck(city, hazard, 'worst = 1\nhours = "never"', tmp_path)
    network = Scene(city, Classes(), tmp_path).network
    lost = people_lost(Engine(network, np.zeros(1, np.int64), 1)).sum(axis=0)
    row = network.row_of_asset(len(city.assets))
    each = {i: lost[r] for i, r in zip(city.assets["id"], row, strict=True) if r >= 0}
    assert each[ids[0]] == max(each.values()) > 0
    assert strike.out_min.tolist() == [NEVER]


def test_degree_and_downstream_equal_networkx_on_random_cities():
    for seed in range(20):
        city = random_city(np.random.default_rng(seed))
        network = Scene(city, Classes(), None).network
        ids = city.assets["id"].tolist()
        want = dict.fromkeys(ids, 0)
        for link in city.links.itertuples():
            want[link.start] += 1
            want[link.end] += 1
        got = dict(zip(ids, degree(city, network), strict=True))
        nodes = [i for i in ids if i not in set(city.links["asset"])]
        assert [got[i] for i in nodes] == [want[i] for i in nodes]
        reached = _reached(city)
        counted = dict(zip(ids, downstream(city, network), strict=True))
        sources = city.assets["id"][city.assets["source"]]
        # every reached node hangs on exactly one source
        assert sum(counted[s] for s in sources) == len(reached & {ids[r] for r in network.asset})
        assert all(counted[i] == 0 for i in nodes if i not in reached)


def _reached(city):
    graph = nx.DiGraph()
    graph.add_nodes_from(city.assets["id"])
    for link in city.links[~city.links["normally_open"]].itertuples():
        way = [link.start, link.asset, link.end] if link.asset else [link.start, link.end]
        nx.add_path(graph, way)
        if not link.directed:
            nx.add_path(graph, way[::-1])
    found = set()
    for source in city.assets["id"][city.assets["source"]]:
        found |= {source} | nx.descendants(graph, source)
    return found


@pytest.mark.parametrize("by", ["people", "degree", "capacity", "downstream"])
def test_more_than_there_are_takes_all_that_have_a_value(hazard, tmp_path, by):
    city = small_city()
    city = city.replace(assets=city.assets.assign(capacity=np.arange(len(city.assets)) % 3))
    strike, ids = struck(city, hazard, f'worst = 10000\nby = "{by}"\nhours = 2', tmp_path)
    assert len(ids) == len(set(ids)) == strike.facts["struck"] > 0
    assert set(strike.out_min.tolist()) == {120}


def test_equal_ones_go_by_id_and_selectors_hold(hazard, tmp_path):
    city = small_city()
    city = city.replace(assets=city.assets.assign(capacity=7.0))
    _, ids = struck(
        city, hazard, 'worst = 2\nby = "capacity"\nlifeline = "power"\nhours = 1', tmp_path
    )
    power = sorted(city.assets["id"][city.assets["lifeline"] == "power"])
    assert ids == power[:2]


def test_nothing_of_worth_and_bad_words_are_told(hazard, tmp_path):
    city = small_city()
    city = city.replace(assets=city.assets.assign(capacity=np.nan))
    with pytest.raises(ScenarioError, match="has a capacity above zero"):
        struck(city, hazard, 'worst = 1\nby = "capacity"\nhours = 1', tmp_path)
    for text in ("worst = 0\nhours = 1", "worst = 1", 'worst = 1\nby = "luck"\nhours = 1'):
        with pytest.raises(ScenarioError):
            hazard(f'kind = "targeted"\n{text}')
