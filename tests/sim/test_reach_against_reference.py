"""Random small cities, every lane its own damage: the engine and the plain reference agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.outages import Outages, merged
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
        late = rng.random() < 0.5
        out.append({a: random_spans(rng, late=late) for a in hit})
    return out


def random_spans(rng, *, late):
    """One outage or several, which may overlap or touch; all from the start unless late."""
    if not late:
        return [(0, int(rng.integers(1, 6000)))]
    begins = rng.integers(0, 3000, int(rng.integers(1, 4)))
    return [(int(begin), int(begin + rng.integers(1, 2500))) for begin in begins]


def with_carriers(rng, city):
    """Some assets ride on others, in chains and rings too."""
    ids = city.assets["id"].to_numpy()
    pairs = rng.choice(ids, (int(rng.integers(0, 6)), 2))
    frame = pd.DataFrame(pairs, columns=["carrier", "asset"]).drop_duplicates()
    return city.replace(carriers=frame)


def lanes_of(network, ids, out, lanes):
    row_of = dict(zip(ids, network.row_of_asset(len(ids)), strict=True))
    found = []
    for position, damage in zip(lanes, out, strict=True):
        for asset, spans in damage.items():
            if row_of[asset] >= 0:
                found += [(row_of[asset], position, begin, end) for begin, end in spans]
    columns = np.array(found, np.int32).reshape(-1, 4).T
    return merged([Outages(*columns)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_engine_equals_reference(seed):
    rng = np.random.default_rng(seed)
    city = with_carriers(rng, random_city(rng))
    ids = city.assets["id"].to_numpy()
    edges = random_edges(rng)
    out = random_damage(rng, list(ids))
    lanes = np.sort(rng.choice(512, LANES_USED, replace=False))  # any lane of the row will do
    network = build_network(city)
    engine = Engine(network, edges, int(edges[-1]) + 60)
    outages = lanes_of(network, ids, out, lanes)
    reference = Reference(city)
    want = [reference.run(damage, list(edges)) for damage in out]
    nodes = ids[network.asset]
    for step, state in enumerate(engine.states(outages)):
        for position, sets in zip(lanes, want, strict=True):
            bit = (state.served[:, position >> 6] >> np.uint64(position & 63)) & np.uint64(1)
            got = set(nodes[bit != 0])
            assert got == sets[step] & set(nodes), (step, position)
