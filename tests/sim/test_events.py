"""Draws: the right share, keyed by what they are for, moved by nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rencity.city.network import build_network
from rencity.sim.reach.events import draws_of, event_of_samples, outages_of_block
from rencity.sim.strike import EVERY_SAMPLE, NEVER, TABLE_SIZE, Strike
from tests.cities import tiny_city

SAMPLES = 4096
MASK = 2**64 - 1


def strike(assets, exceed, minutes=((600,),), weight=(1.0,), out=()):
    """A strike on asset rows; `exceed` (events, states, assets); `minutes` (tables, states)."""
    table = np.repeat(np.array(minutes, np.int32)[:, :, None], TABLE_SIZE, axis=2)
    rows = np.array(out, np.int64).reshape(-1, 3)
    return Strike(
        name="test",
        asset=np.array(assets, np.int32),
        exceed=np.array(exceed, float),
        table=np.zeros(len(assets), np.int16),
        repair_min=table,
        weight=np.array(weight),
        event=tuple(f"e{i}" for i in range(len(weight))),
        out_asset=rows[:, 0].astype(np.int32),
        out_sample=rows[:, 1].astype(np.int32),
        out_min=rows[:, 2],
    )


def all_outages(city, strikes, seed=1, samples=SAMPLES):
    """{(asset id, sample): minutes}"""
    network = build_network(city)
    ids = city.assets["id"].to_numpy()
    draws = [draws_of(s, i, network, len(ids)) for i, s in enumerate(strikes)]
    row = network.row_of_asset(len(ids))
    name = {int(r): ids[i] for i, r in enumerate(row) if r >= 0}
    found = {}
    for block in range(-(-samples // 512)):
        made = outages_of_block(draws, seed, block, samples)
        for r, lane, minutes in zip(made.row, made.lane, made.end, strict=True):
            key = (name[int(r)], block * 512 + int(lane))
            assert key not in found
            found[key] = int(minutes)
    return found


CITY = tiny_city("power: S* a b c", "S-a/x a-b b-c")
ROW = {name: i for i, name in enumerate(CITY.assets["id"])}


def share(found, asset):
    return sum(a == asset for a, _ in found) / SAMPLES


@settings(max_examples=20, deadline=None)
@given(st.floats(0.001, 0.999), st.integers(0, 2**40))
def test_the_share_damaged_is_the_probability(p, seed):
    found = all_outages(CITY, [strike([ROW["a"]], [[[p]]])], seed)
    assert abs(share(found, "a") - p) < 5 * (p * (1 - p) / SAMPLES) ** 0.5 + 1e-9


def test_certain_and_impossible_are_exact():
    found = all_outages(CITY, [strike([ROW["a"], ROW["b"]], [[[1.0, 0.0]]])])
    assert share(found, "a") == 1
    assert share(found, "b") == 0


def test_assets_are_drawn_apart():
    found = all_outages(CITY, [strike([ROW["a"], ROW["b"]], [[[0.5, 0.5]]])])
    both = sum(("b", s) in found for a, s in found if a == "a") / SAMPLES
    assert abs(both - 0.25) < 0.04


def test_adding_an_asset_or_samples_or_another_hazard_moves_no_other_draw():
    one = all_outages(CITY, [strike([ROW["a"]], [[[0.3]]])])
    bigger = tiny_city("gas: G* g; power: 0new S* a b c", "S-a/x a-b b-c a-0new")
    row = {name: i for i, name in enumerate(bigger.assets["id"])}
    two = all_outages(bigger, [strike([row["0new"], row["a"]], [[[0.9, 0.3]]])])
    assert {s for a, s in one if a == "a"} == {s for a, s in two if a == "a"}
    fewer = all_outages(CITY, [strike([ROW["a"]], [[[0.3]]])], samples=700)
    assert fewer == {key: m for key, m in one.items() if key[1] < 700}
    more = all_outages(CITY, [strike([ROW["a"]], [[[0.3]]]), strike([ROW["b"]], [[[0.5]]])])
    assert {k: m for k, m in more.items() if k[0] == "a"} == one


def test_a_stronger_shock_keeps_every_failure_of_the_weaker():
    weak = all_outages(CITY, [strike([ROW["a"]], [[[0.2]]])])
    strong = all_outages(CITY, [strike([ROW["a"]], [[[0.6]]])])
    assert set(weak) < set(strong)


def test_seed_and_hazard_number_change_draws():
    base = all_outages(CITY, [strike([ROW["a"]], [[[0.5]]])])
    assert base != all_outages(CITY, [strike([ROW["a"]], [[[0.5]]])], seed=2)
    second = [strike([ROW["b"]], [[[0.0]]]), strike([ROW["a"]], [[[0.5]]])]
    assert base != all_outages(CITY, second)


def test_states_split_as_their_probabilities():
    found = all_outages(
        CITY, [strike([ROW["a"]], [[[0.8], [0.4], [0.1]]], minutes=((10, 20, 30),))]
    )
    got = [sum(m == t for m in found.values()) / SAMPLES for t in (10, 20, 30)]
    assert np.allclose(got, [0.4, 0.3, 0.1], atol=0.04)


def test_a_state_that_takes_no_time_is_no_outage():
    found = all_outages(CITY, [strike([ROW["a"]], [[[0.8], [0.4]]], minutes=((0, 20),))])
    assert set(found.values()) == {20}
    assert abs(share(found, "a") - 0.4) < 0.04


def test_events_are_drawn_by_weight_and_each_sample_has_one():
    both = strike([ROW["a"], ROW["b"]], [[[1.0, 0.0]], [[0.0, 1.0]]], weight=(0.25, 0.75))
    found = all_outages(CITY, [both])
    assert {s for a, s in found if a == "a"}.isdisjoint({s for a, s in found if a == "b"})
    assert len(found) == SAMPLES
    assert abs(share(found, "a") - 0.25) < 0.04
    network = build_network(CITY)
    event = event_of_samples(draws_of(both, 0, network, len(CITY.assets)), 1, SAMPLES)
    assert {("a" if e == 0 else "b", s) for s, e in enumerate(event)} == set(found)


def test_certain_outages_in_one_and_in_every_sample():
    out = [(ROW["a"], 5, 60), (ROW["b"], EVERY_SAMPLE, NEVER), (ROW["c"], SAMPLES + 3, 60)]
    found = all_outages(CITY, [strike([], np.empty((1, 1, 0)), out=out)], samples=600)
    assert [k for k in found if k[0] == "a"] == [("a", 5)]
    assert sum(a == "b" for a, _ in found) == 600
    assert found["b", 0] == 2**31 - 1
    assert not any(a == "c" for a, _ in found)


def test_the_longer_of_two_outages_counts():
    first = strike([ROW["a"]], [[[1.0]]], minutes=((100,),))
    second = strike([], np.empty((1, 1, 0)), out=[(ROW["a"], 7, 500), (ROW["a"], 8, 50)])
    found = all_outages(CITY, [first, second], samples=10)
    assert [found["a", s] for s in (6, 7, 8)] == [100, 500, 100]


def plain_draw(seed, purpose, key, counter):
    def mix(z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    start = mix(mix((seed + purpose * 0xD1342543DE82EF95) & MASK) ^ key)
    word = mix((start + (counter + 1) * 0xC2B2AE3D27D4EB4F) & MASK)
    for _ in range(32):
        word = (word + 0x9E3779B97F4A7C15) & MASK
        yield mix(word)


@pytest.mark.parametrize("p", [0.01, 0.37])
def test_failure_bits_are_the_documented_numbers(p):
    """A 32-bit uniform whose bits, from the top, are bit s of successive words."""
    found = all_outages(CITY, [strike([ROW["a"]], [[[p]]])], seed=9, samples=512)
    network = build_network(CITY)
    key = int(network.key[network.row_of_asset(len(CITY.assets))[ROW["a"]]])
    for s in range(512):
        words = list(plain_draw(9, 2, key, s // 64))
        uniform = sum(((w >> (s % 64)) & 1) << (31 - i) for i, w in enumerate(words))
        assert (("a", s) in found) == (uniform < round(p * 2**32))
