"""The engine's cascade against the closed form of interdependent random networks."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy import sparse
from scipy.optimize import brentq
from scipy.sparse import csgraph

from rencity.city import City, Identity
from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.outages import Outages

N, K, CORE = 200_000, 4.0, 20
SAMPLES = 8
EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text())


def mutual_city(seed, n=N):
    rng = np.random.default_rng(seed)
    width = len(str(n))
    number = np.char.zfill(np.arange(n).astype(str), width).astype(object)
    ids = {life: life[0] + number for life in ("power", "telecom")}
    assets, links, groups, needs = [], [], [], []
    for life, other in (("power", "telecom"), ("telecom", "power")):
        source = np.zeros(n, bool)
        source[:CORE] = True
        assets.append(
            pd.DataFrame({"id": ids[life], "lifeline": life, "kind": "node", "source": source})
        )
        ends = rng.integers(0, n, (int(n * K / 2), 2))
        ends = ends[ends[:, 0] != ends[:, 1]]
        links.append(
            pd.DataFrame(
                {
                    "id": [f"{life[0]}l{i}" for i in range(len(ends))],
                    "lifeline": life,
                    "start": ids[life][ends[:, 0]],
                    "end": ids[life][ends[:, 1]],
                }
            )
        )
        groups.append(
            pd.DataFrame({"id": "need" + ids[life], "asset": ids[life], "lifeline": other})
        )
        needs.append(pd.DataFrame({"group": "need" + ids[life], "provider": ids[other]}))
    table = pd.concat(assets, ignore_index=True)
    place = gpd.GeoDataFrame(table, geometry=shapely.points(np.zeros((len(table), 2))), crs=4326)
    joined = [pd.concat(parts, ignore_index=True) for parts in (links, groups, needs)]
    return City.build(
        Identity(id="er-er", name="双网"),
        dict(zip(("assets", "links", "need_groups", "needs"), (place, *joined), strict=True)),
    )


def giant_share(p):
    """Largest root of P = p (1 - exp(-k P))^2, a share of N."""
    return brentq(
        lambda s: p * (1 - np.exp(-K * s)) ** 2 - s, EXPECTED["giant_at_threshold_k"] / K, 1.0
    )


def test_closed_form_has_its_threshold_where_published():
    at = EXPECTED["threshold_pk"] / K
    share = EXPECTED["giant_at_threshold_k"] / K
    assert at * (1 - np.exp(-K * share)) ** 2 == pytest.approx(share, abs=1e-7)
    slope = 2 * at * K * np.exp(-K * share) * (1 - np.exp(-K * share))
    assert slope == pytest.approx(1, abs=1e-6)


@pytest.fixture(scope="module")
def survivors():
    """Share of N served in the first network, by p·k, for each sample."""
    city = mutual_city(0)
    network = build_network(city)
    engine = Engine(network, np.zeros(1, np.int64), 60)
    power = network.first[network.lifelines.index("power")]
    removable = np.flatnonzero(np.asarray(network.source[power : power + N]) == 0) + power
    rng = np.random.default_rng(100)
    order = np.stack([rng.permutation(removable) for _ in range(SAMPLES)])

    def run(pk):
        removed = order[:, : round((1 - pk / K) * N)]
        lane = np.repeat(np.arange(SAMPLES), removed.shape[1])
        outages = Outages.at_start(
            removed.ravel().astype(np.int32),
            lane.astype(np.int32),
            np.full(lane.size, 60, np.int32),
        )
        state = next(engine.states(outages))
        rows = state.served[power : power + N, 0]
        return [float(((rows >> np.uint64(s)) & np.uint64(1)).mean()) for s in range(SAMPLES)]

    return run


def test_dies_below_and_lives_above_the_threshold(survivors):
    assert max(survivors(EXPECTED["dies_at"])) < 0.01
    assert min(survivors(EXPECTED["lives_at"])) > 0.9 * EXPECTED["giant_at_threshold_k"] / K


def test_giant_part_above_the_threshold(survivors):
    shares = survivors(2.6)
    assert shares == pytest.approx([giant_share(2.6 / K)] * SAMPLES, rel=0.02)
    assert np.mean(shares) == pytest.approx(giant_share(2.6 / K), rel=0.01)


def pruned(city, alive):
    """What alternate pruning with SciPy's components leaves of the first network."""
    ends = [
        np.stack([mine[end].str[1:].astype(int).to_numpy() for end in ("start", "end")])
        for _, mine in city.links.groupby("lifeline")
    ]
    while True:
        before = alive
        for a, b in ends:
            both = alive[a] & alive[b]
            joined = (np.ones(both.sum(), np.int8), (a[both], b[both]))
            graph = sparse.coo_matrix(joined, shape=(len(alive), len(alive)))
            part = csgraph.connected_components(graph, directed=False)[1]
            alive = alive & np.isin(part, part[:CORE])
        if (alive == before).all():
            return alive


def test_every_node_is_that_of_plain_pruning():
    """Exact, at the threshold, where samples of 20,000 nodes go either way."""
    n, samples = 20_000, 32
    city = mutual_city(3, n)
    network = build_network(city)
    power = network.first[network.lifelines.index("power")]
    own = slice(power, power + n)
    number = np.array([int(i[1:]) for i in city.assets["id"].to_numpy()[network.asset[own]]])
    lost = round((1 - EXPECTED["threshold_pk"] / K) * n)
    rng = np.random.default_rng(4)
    alive = np.ones((samples, n), bool)
    for mine in alive:
        mine[CORE + rng.permutation(n - CORE)[:lost]] = False
    row, lane = np.nonzero(~alive[:, number].T)
    minutes = np.full(len(row), 60, np.int32)
    outages = Outages.at_start((row + power).astype(np.int32), lane.astype(np.int32), minutes)
    state = next(Engine(network, np.zeros(1, np.int64), 60).states(outages))
    bits = (state.served[own, 0][None, :] >> np.arange(samples, dtype=np.uint64)[:, None]) & 1
    want = np.stack([pruned(city, mine) for mine in alive])[:, number]
    assert (bits.astype(bool) == want).all()
    assert 0 < (want.mean(axis=1) > 0.1).sum() < samples
