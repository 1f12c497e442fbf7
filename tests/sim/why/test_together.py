"""A set that fails equals its removal by hand, one alone equals N-1, more never lose less."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.n1 import alive_rows, people_lost
from rencity.sim.why.consequences import consequences, together
from rencity.sim.why.names import Names
from tests.cities import tiny_city
from tests.reference import Reference
from tests.sim.random_cities import random_city

ONE_STEP = np.zeros(1, np.int64)
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def with_riders(city, rng):
    pairs = {tuple(rng.choice(city.assets["id"], 2, replace=False)) for _ in range(3)}
    carriers = pd.DataFrame(sorted(pairs), columns=["carrier", "asset"])
    return city.replace(carriers=carriers)


def asked_of(rng, names, most=5):
    inside = [a for a, row in zip(names.ids, names.row_of_asset, strict=True) if row >= 0]
    chosen = rng.choice(inside, min(most, len(inside)), replace=False)
    return [int(names.row_of_asset[list(names.ids).index(a)]) for a in chosen]


@SETTINGS
@given(st.integers(0, 2**32))
def test_a_set_equals_removal_by_hand(seed):
    rng = np.random.default_rng(seed)
    city = with_riders(random_city(rng, served=True), rng)
    spent = city.need_groups.assign(backup_h=0.0, manual_start_h=math.nan)
    never = city.links.assign(switching_min=math.nan)  # one of 0 min would close at once
    bare = Reference(city.replace(need_groups=spent, links=never))
    network = build_network(city)
    names = Names(city, network)
    nodes = {names.id_of(r) for r in range(network.nodes)}
    people = dict(zip(city.serves["asset"], (city.serves["share"] * 1000).round(), strict=True))
    for most in (1, 2, 5):
        rows = asked_of(rng, names, most)
        failed = {names.id_of(row): math.inf for row in rows}
        gone = (bare.normal - bare.run(failed, [0])[0]) & nodes
        found = together(network, rows, names)
        dark = {str(names.ids[at]) for at in found.dark}
        assert dark & nodes == gone
        assert sum(found.people.values()) == sum(n for a, n in people.items() if a in gone)
        listed = [a for groups in found.rounds for g in groups for a in g.assets]
        assert len(listed) == len(set(listed))
        assert set(listed) >= gone


@SETTINGS
@given(st.integers(0, 2**32))
def test_one_alone_is_n1_and_more_never_lose_less(seed):
    rng = np.random.default_rng(seed)
    city = with_riders(random_city(rng, served=True), rng)
    network = build_network(city)
    names = Names(city, network)
    engine = Engine(network, ONE_STEP, 60)
    lost, alive = people_lost(engine), alive_rows(engine)
    rows, before = asked_of(rng, names), {}
    for count in range(1, len(rows) + 1):
        row = rows[count - 1]
        if alive[row]:
            alone = together(network, [row], names).people
            n1 = zip(network.lifelines, lost[:, row].tolist(), strict=True)
            assert alone == {name: n for name, n in n1 if n}
        found = together(network, rows[:count], names)
        dark = set(found.dark.tolist())
        assert before.get("dark", set()) <= dark
        assert all(found.people.get(k, 0) >= n for k, n in before.get("people", {}).items())
        before = {"dark": dark, "people": found.people}


def test_two_halves_of_a_ring_cut_what_neither_does_alone():
    city = tiny_city(
        "power: S* a b c", "S-a a-b b-c c-S", serves=[("b", "z", 1.0)], zones={"z": 50}
    )
    network = build_network(city)
    names = Names(city, network)
    row = {a: int(names.row_of_asset[i]) for i, a in enumerate(names.ids)}
    assert consequences(network, row["a"], names).people == {}
    assert consequences(network, row["c"], names).people == {}
    both = together(network, [row["a"], row["c"]], names)
    assert both.people == {"power": 50}
    assert [[(g.how, g.assets) for g in groups] for groups in both.rounds] == [
        [("failed", ("a", "c"))], [("cut_off", ("b",))],
    ]  # fmt: skip


def test_a_rider_that_was_asked_for_failed_itself():
    city = tiny_city("road: R* t; telecom: T* m", "R-t T-m")
    city = city.replace(carriers=pd.DataFrame({"carrier": ["t", "R"], "asset": ["m", "m"]}))
    network = build_network(city)
    names = Names(city, network)
    row = {a: int(names.row_of_asset[i]) for i, a in enumerate(names.ids)}
    told = together(network, [row["t"], row["R"]], names).rounds[0]
    assert ("rides", ("R", "t"), ("m",)) in [(g.how, g.by, g.assets) for g in told]
    told = together(network, [row["t"], row["m"]], names).rounds[0]
    assert {(g.how, g.assets) for g in told} == {("failed", ("t",)), ("failed", ("m",))}


def test_what_does_not_run_is_told_and_nothing_follows():
    city = tiny_city("power: S* a; water: w v", "S-a w-v")
    network = build_network(city)
    names = Names(city, network)
    row = {a: int(names.row_of_asset[i]) for i, a in enumerate(names.ids)}
    found = together(network, [row["w"]], names)
    assert (found.idle, found.lost, found.rounds) == ((row["w"],), {}, ())
