"""Without capacities and stocks level balance is level reach, sample by sample and step by step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.balance.engine import balance_of, normal_of
from rencity.sim.balance.ledger import ledger_of
from rencity.sim.balance.rules import base_rules
from rencity.sim.reach.engine import Engine
from tests.sim.random_cities import random_city
from tests.sim.test_reach_against_reference import (
    lanes_of,
    random_damage,
    random_edges,
    with_carriers,
)

PLAIN = base_rules().model_copy(
    update={"backup": base_rules().backup.model_copy(update={"refill": 0})}
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_without_bounds_it_is_reach(seed):
    rng = np.random.default_rng(seed)
    city = with_carriers(rng, random_city(rng, served=bool(rng.random() < 0.7)))
    ids = city.assets["id"].to_numpy()
    edges = random_edges(rng)
    out = random_damage(rng, list(ids))
    lanes = np.sort(rng.choice(512, len(out), replace=False))
    network = build_network(city)
    horizon = int(edges[-1]) + 60
    engine = Engine(network, edges, horizon)
    outages = lanes_of(network, ids, out, lanes)
    ledger = ledger_of(city, network, PLAIN)
    account = balance_of(
        network, ledger, outages, edges, horizon, lanes=lanes, undamaged=engine.undamaged
    )
    assert not account.reach_only.any()
    assert not account.balance_only.any()
    assert not account.reach_only_min.any()
    out_min = np.zeros(network.nodes, np.int64)
    length = np.diff(np.append(edges, horizon))
    for step, state in enumerate(engine.states(outages)):
        for lane in lanes:
            bits = (state.served[:, lane >> 6] >> np.uint64(lane & 63)) & np.uint64(1)
            out_min += (bits == 0) * length[step]
    assert (account.out_min == out_min).all()
    reach = np.zeros_like(account.zone_loss)
    at = engine.people.pair_life, engine.people.pair_zone
    loss = engine.run(outages).pair_loss[..., lanes]
    reach[at] = loss
    assert (account.zone_loss == reach).all()


def test_normal_without_bounds_is_everyone_reached():
    city = random_city(np.random.default_rng(5), served=True)
    network = build_network(city)
    undamaged = Engine(network, np.zeros(1, np.int64), 60).undamaged
    normal = normal_of(network, ledger_of(city, network), undamaged)
    assert (normal.served == undamaged.runs).all()
    there = np.repeat(undamaged.runs, np.diff(network.people_ptr))
    assert (normal.people == network.people * there).all()
    assert not len(normal.shed)


def test_refill_at_once_is_a_choice():
    assert base_rules().backup.refill > 0
    with pytest.raises(ValueError, match="refill"):
        type(base_rules().backup)(refill=-1)
