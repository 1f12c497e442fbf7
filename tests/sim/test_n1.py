"""N-1 by bits equals the plain reference with one thing removed for good."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.n1 import people_lost
from tests.cities import tiny_city
from tests.reference import Reference
from tests.sim.random_cities import random_city

ONE_STEP = np.zeros(1, np.int64)


def lost_by_id(city):
    network = build_network(city)
    engine = Engine(network, ONE_STEP, 60)
    lost = people_lost(engine)
    again = people_lost(engine)
    assert (lost == again).all()  # every block left the state as it found it
    ids = city.assets["id"].to_numpy()
    row = network.row_of_asset(len(ids))
    return {a: lost[:, row[i]].sum() for i, a in enumerate(ids) if row[i] >= 0}


def test_the_only_feeder_takes_all_its_people():
    city = tiny_city(
        "power: S* a b; water: W*",
        "S-a/x a-b",
        [{"asset": "W", "of": "b", "backup_h": 8}],
        serves=[("a", "z", 0.5), ("b", "z", 0.5), ("W", "z", 1.0)],
        zones={"z": 100},
    )
    assert lost_by_id(city) == {"S": 200, "a": 200, "b": 150, "W": 100, "x": 200}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_n1_equals_reference(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng, backups=False, served=True)
    reference = Reference(city)
    people = dict(zip(city.serves["asset"], city.serves["share"] * 1000, strict=True))
    lost = lost_by_id(city)
    for asset, got in lost.items():
        after = reference.run({asset: float("inf")}, [0])[0]
        want = sum(w for a, w in people.items() if a in reference.normal - after)
        assert got == round(want), asset
