"""N-1 on threads equals the plain reference with one thing removed; so does the second opinion."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.nminus1.agreement import Opinion, expected, findings_of, second_opinion
from rencity.sim.nminus1.everything import lost_alone
from rencity.sim.nminus1.tables import assets_table
from tests.cities import tiny_city
from tests.reference import Reference
from tests.sim.random_cities import random_city

SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def spread_out(city, rng):
    """The same city with its people in three zones, each asset serving one or two of them."""
    zones = city.zones.loc[[0, 0, 0]].reset_index(drop=True)
    zones["id"] = ["x", "y", "z"]
    chosen = sorted(set(city.serves["asset"]))
    rows = [(a, z) for a in chosen for z in rng.choice(["x", "y", "z"], 2)]
    serves = city.serves.loc[[0] * len(rows)].reset_index(drop=True)
    serves["asset"], serves["zone"] = zip(*rows, strict=True)
    serves["share"] = 0.1
    return city.replace(zones=zones, serves=serves.drop_duplicates(["asset", "zone"]))


@SLOW
@given(st.integers(0, 2**32))
def test_people_and_zones_equal_the_reference(seed):
    rng = np.random.default_rng(seed)
    city = spread_out(random_city(rng, backups=False, served=True), rng)
    reference, network = Reference(city), build_network(city)
    table = assets_table(city, network, lost_alone(network)).set_index("asset")
    life = dict(zip(city.assets["id"], city.assets["lifeline"], strict=True))
    assert set(table.index) <= set(city.assets["id"])
    for asset, got in table.iterrows():
        gone = reference.normal - reference.run({asset: float("inf")}, [0])[0]
        hit = city.serves[city.serves["asset"].isin(gone)]
        by = hit["asset"].map(life)
        assert got["people"] == round(len(hit) * 100), asset
        assert got["zones"] == hit["zone"].nunique(), asset
        for name in network.lifelines:
            assert got[f"zones_{name}"] == hit["zone"][by == name].nunique(), (asset, name)
            assert got[f"people_{name}"] == round((by == name).sum() * 100), (asset, name)
    missing = set(city.assets["id"]) - set(table.index)
    assert not missing & reference.normal - set(city.links["asset"])
    total = table["people"].to_numpy()
    assert (total[:-1] >= total[1:]).all()


def test_any_number_of_threads_says_the_same():
    names = " ".join(f"n{i}" for i in range(700))
    links = " ".join(f"n{i}-n{i + 1}/l{i}" for i in range(699)) + " S-n0"
    serves = [(f"n{i}", "z", 1 / 700) for i in range(700)]
    network = build_network(tiny_city(f"power: S* {names}", links, (), serves, {"z": 7000}))
    one, three = (lost_alone(network, workers=k) for k in (1, 3))
    assert (one.people == three.people).all()
    assert (one.zones == three.zones).all()
    assert one.people.max() == 7000
    assert len(np.unique(one.people)) == 701


def test_only_the_wanted_are_taken_out():
    network = build_network(tiny_city("power: S* a b", "S-a a-b", (), [("b", "z", 1.0)], {"z": 9}))
    wanted = np.zeros(network.nodes + network.link_rows, bool)
    wanted[1] = True
    lost = lost_alone(network, wanted=wanted)
    assert lost.tried.sum() == 1
    assert lost.people[0].tolist() == [0, 9, 0, 0]


@SLOW
@given(st.integers(0, 2**32))
def test_the_walk_equals_the_reference_without_needs(seed):
    rng = np.random.default_rng(seed)
    city = random_city(rng, served=True)
    city = city.replace(
        need_groups=city.need_groups[:0],
        needs=city.needs[:0],
        links=city.links.assign(directed=False),
    )
    network, reference = build_network(city), Reference(city)
    people = dict(zip(city.serves["asset"], city.serves["share"] * 1000, strict=True))
    ids = city.assets["id"].to_numpy()
    asset_of = dict(zip(network.row_of_asset(len(ids)), ids, strict=True))
    for number, name in enumerate(network.lifelines):
        rows, lost = expected(network, number)
        assert len(rows)
        for row, got in zip(rows, lost, strict=True):
            after = reference.run({asset_of[row]: float("inf")}, [0])[0]
            gone = reference.normal - after
            assert got == round(sum(people.get(a, 0) for a in gone)), (name, asset_of[row])
    assert not any(len(each.wrong) for each in second_opinion(network))


@SLOW
@given(st.integers(0, 2**32))
def test_the_second_opinion_agrees_on_any_city(seed):
    network = build_network(random_city(np.random.default_rng(seed), served=True))
    for each in second_opinion(network):
        assert not len(each.wrong), each


def test_the_second_opinion_sees_a_fault(monkeypatch: pytest.MonkeyPatch):
    network = build_network(tiny_city("power: S* a b", "S-a a-b", (), [("b", "z", 1.0)], {"z": 9}))

    def wrong(network, **_):
        lost = lost_alone(network)
        people = lost.people.copy()
        people[0, 1] += 1
        return dataclasses.replace(lost, people=people)

    monkeypatch.setattr("rencity.sim.nminus1.agreement.lost_alone", wrong)
    [opinion] = second_opinion(network)
    assert opinion.wrong.tolist() == [1]
    [finding] = findings_of([opinion, Opinion("water", "no source")])
    assert finding.severity == "error"
    assert "two ways to reckon differ on 1 of 3 rows" in finding.what


def test_what_the_walk_cannot_say_is_said():
    network = build_network(tiny_city("power: S* a; water: w v", "S>a w-v"))
    told = {each.lifeline: each.why_not for each in second_opinion(network)}
    assert told["water"] == "no source"
