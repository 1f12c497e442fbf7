"""What goes down with an asset equals taking it out by hand, round for round and hour for hour."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.why.consequences import consequences
from rencity.sim.why.lane import undamaged_runs
from rencity.sim.why.names import Names
from rencity.sim.why.timeline import timeline
from tests.cities import tiny_city
from tests.reference import Reference
from tests.sim.random_cities import random_city

ONE_STEP = np.zeros(1, np.int64)
DAY = 24


def fall(city, asset, **options):
    network = build_network(city)
    names = Names(city, network)
    row = int(names.row_of_asset[list(names.ids).index(asset)])
    return consequences(network, row, names, **options)


def told(found):
    """Each round as {(how, by): assets}."""
    return [{(g.how, g.by): g.assets for g in groups} for groups in found.rounds]


def test_a_chain_goes_at_the_first_node_with_its_people():
    city = tiny_city(
        "power: S* a b c",
        "S-a a-b b-c",
        serves=[("a", "z1", 1.0), ("b", "z1", 0.0), ("c", "z2", 1.0)],
        zones={"z1": 30, "z2": 70},
    )
    found = fall(city, "b")
    assert told(found) == [{("failed", ()): ("b",)}, {("cut_off", ("b",)): ("c",)}]
    assert found.people == {"power": 70}
    assert [(z.zone, z.people) for z in found.zones] == [("z2", {"power": 70})]
    assert found.lost == {"power": 2}
    assert fall(city, "S").people == {"power": 100}


def test_a_ring_is_fed_the_other_way_round():
    city = tiny_city("power: S* a b c", "S-a a-b b-c c-S")
    assert told(fall(city, "a")) == [{("failed", ()): ("a",)}]
    assert fall(city, "a").lost == {"power": 1}


def test_a_chain_of_needs_takes_one_round_each():
    city = tiny_city(
        "power: S* a; water: W* p; telecom: T* m",
        "S-a W-p T-m",
        [
            {"asset": "W", "of": "a", "backup_h": 2},
            {"asset": "T", "of": "p", "backup_h": 8, "manual_start_h": 24},
        ],
    )
    found = fall(city, "S")
    assert told(found) == [
        {("failed", ()): ("S",)},
        {("cut_off", ("S",)): ("a",)},
        {("stopped", ("a",)): ("W",), ("cut_off", ("W",)): ("p",)},
        {("stopped", ("p",)): ("T",), ("cut_off", ("T",)): ("m",)},
    ]
    hours = [(h.at_h, dict(h.out), dict(h.back)) for h in found.hours]
    assert hours == [
        (0, {"power": 2}, {}),
        (2, {"water": 2}, {}),
        (10, {"telecom": 2}, {}),
        (26, {}, {"telecom": 2}),  # by hand 24 h after the water went, not after the strike
    ]
    assert found.settled
    assert [g.out_h for groups in found.rounds for g in groups] == [0, 0, 2, 2, 10, 10]


def test_a_quorum_holds_until_one_more_goes():
    need = {"asset": "W", "of": "a b c", "quorum": 2}
    city = tiny_city("power: S* a b c; water: W*", "S-a S-b S-c", [need])
    assert fall(city, "a").lost == {"power": 1}
    both = tiny_city("power: S* x a b c; water: W*", "S-x x-a x-b S-c", [need])
    found = fall(both, "x")
    assert told(found)[2] == {("stopped", ("a", "b")): ("W",)}


def test_mutual_needs_go_together():
    city = tiny_city(
        "power: E* e; water: W* w",
        "E-e W-w",
        [{"asset": "E", "of": "w"}, {"asset": "W", "of": "e"}],
    )
    found = fall(city, "e")
    assert found.lost == {"power": 2, "water": 2}
    assert {("stopped", ("e",)): ("W",), ("cut_off", ("W",)): ("w",)} in told(found)
    assert told(found)[-1] == {("stopped", ("w",)): ("E",)}


def test_what_rides_on_it_goes_too():
    city = tiny_city("road: R* t; power: S* a; telecom: T* m", "R-t S-a/c T-m/f")
    city = city.replace(carriers=pd.DataFrame({"carrier": ["t", "t"], "asset": ["c", "m"]}))
    found = fall(city, "t")
    rides = [g.assets for g in found.rounds[0] if (g.how, g.by) == ("rides", ("t",))]
    assert sorted(rides) == [("c",), ("m",)]
    assert found.lost == {"road": 1, "power": 2, "telecom": 1}
    assert told(found)[1] == {("cut_off", ("c",)): ("a",)}


def test_an_open_link_helps_by_the_clock_but_not_in_n1():
    city = tiny_city("power: S* a b T*", "S-a a~b@90 b-T", serves=[("a", "z", 1)], zones={"z": 9})
    found = fall(city, "S")
    assert found.people == {"power": 9}
    assert [(h.at_h, dict(h.people_out)) for h in found.hours] == [(0, {"power": 9}), (1.5, {})]


def test_an_asset_that_never_ran_changes_nothing():
    city = tiny_city("power: S* a b", "S-a")
    found = fall(city, "b")
    assert not found.runs
    assert found.lost == {}
    assert found.hours == ()


def test_facilities_are_named_with_their_hours():
    city = tiny_city(
        "power: S* a; health: h1* h2*; rescue: f*",
        "S-a",
        [
            {"asset": "h1", "of": "a", "backup_h": 24},
            {"asset": "h2", "of": "a", "backup_h": 8, "manual_start_h": 12},
        ],
    )
    found = fall(city, "a")
    assert [(f.asset.id, f.how, f.by, f.out_h, f.back_h) for f in found.facilities] == [
        ("h2", "stopped", ("a",), 8, 12),
        ("h1", "stopped", ("a",), 24, None),
    ]


def test_json_round_trip():
    city = random_city(np.random.default_rng(5), served=True)
    told_ = fall(city, "p0").to_dict()
    assert json.loads(json.dumps(told_)) == json.loads(json.dumps(told_, sort_keys=True))
    assert told_["asset"]["id"] == "p0"


@pytest.mark.parametrize("seed", range(20))
def test_undamaged_equals_the_engines(seed):
    network = build_network(random_city(np.random.default_rng(seed)))
    want = Engine(network, ONE_STEP, 60).undamaged.runs
    assert (undamaged_runs(network) == want).all()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_consequences_equal_removal_by_hand(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng, served=True)
    spent = city.need_groups.assign(backup_h=0.0, manual_start_h=math.nan)
    never = city.links.assign(switching_min=math.nan)  # one of 0 min would close at once
    bare = Reference(city.replace(need_groups=spent, links=never))
    network = build_network(city)
    names = Names(city, network)
    people = dict(zip(city.serves["asset"], (city.serves["share"] * 1000).round(), strict=True))
    for asset in city.assets["id"]:
        row = int(names.row_of_asset[list(names.ids).index(asset)])
        if row < 0:
            continue
        found = consequences(network, row, names)
        after = bare.run({asset: math.inf}, [0])[0]
        gone = {
            a for a in bare.normal - after if a in {names.id_of(r) for r in range(network.nodes)}
        }
        listed = [a for groups in found.rounds for g in groups for a in g.assets]
        assert len(listed) == len(set(listed))
        assert set(listed) - {asset} == gone - {asset}
        assert sum(found.people.values()) == sum(n for a, n in people.items() if a in gone)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_the_course_equals_the_plain_reference_at_its_own_minutes(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    reference = Reference(city)
    network = build_network(city)
    names = Names(city, network)
    nodes = {names.id_of(r) for r in range(network.nodes)}
    runs = undamaged_runs(network)
    for asset in rng.choice(city.assets["id"], 4):
        row = int(names.row_of_asset[list(names.ids).index(asset)])
        if row < 0:
            continue
        down = np.zeros(network.nodes + network.link_rows, bool)
        down[row] = True
        course = timeline(network, runs, down)
        moments = {m.at_min: m for m in course.moments}
        # as many minutes as could matter: every sum of two waits, besides the course's own
        waits = {0, 90, 240, 420, 1440, 150, 300, 480, 1500, 1890, 2040, 2220, 3240}
        edges = sorted({*moments, *waits, 0})
        out = set()
        for at, served in zip(edges, reference.run({asset: math.inf}, edges), strict=True):
            if at in moments:
                out |= {names.id_of(r) for r in moments[at].out}
                out -= {names.id_of(r) for r in moments[at].back}
            assert (reference.normal - served) & nodes == out, at
