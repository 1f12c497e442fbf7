"""Random small cities, every lane its own damage: the engine and the plain reference agree."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.events import Outages, given_outages
from tests.reference import Reference
from tests.sim.random_cities import random_city

H = 60
LANES_USED = 12


def random_edges(rng):
    steps = np.unique(np.r_[0, rng.integers(1, 4000, int(rng.integers(1, 12)))])
    return steps.astype(np.int64)


def random_damage(rng, assets):
    share = rng.choice([0.02, 0.1, 0.4])
    out = []
    for _ in range(LANES_USED):
        hit = [a for a in assets if rng.random() < share]
        out.append({a: int(rng.integers(1, 6000)) for a in hit})
    return out


def lanes_of(network, ids, out, lanes):
    row_of = dict(zip(ids, network.row_of_asset(len(ids)), strict=True))
    rows, lane, minutes = [], [], []
    for position, damage in zip(lanes, out, strict=True):
        for asset, time in damage.items():
            if row_of[asset] >= 0:
                rows.append(row_of[asset])
                lane.append(position)
                minutes.append(time)
    return Outages.at_start(*(np.array(x, np.int32) for x in (rows, lane, minutes)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_engine_equals_reference(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    ids = city.assets["id"].to_numpy()
    edges = random_edges(rng)
    out = random_damage(rng, list(ids))
    lanes = np.sort(rng.choice(512, LANES_USED, replace=False))  # any lane of the row will do
    network = build_network(city)
    engine = Engine(network, edges, int(edges[-1]) + 60)
    outages = given_outages(network, lanes_of(network, ids, out, lanes), 512)
    reference = Reference(city)
    want = [reference.run(damage, list(edges)) for damage in out]
    nodes = ids[network.asset]
    for step, state in enumerate(engine.states(outages)):
        for position, sets in zip(lanes, want, strict=True):
            bit = (state.served[:, position >> 6] >> np.uint64(position & 63)) & np.uint64(1)
            got = set(nodes[bit != 0])
            assert got == sets[step] & set(nodes), (step, position)
