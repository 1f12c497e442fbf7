"""What must hold by hand: every rule of level `reach` in the smallest city that shows it."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.outages import Outages
from tests.cities import tiny_city
from tests.reference import Reference

H = 60
EDGES = [0, 4 * H, 6 * H, 8 * H, 12 * H, 24 * H, 36 * H, 48 * H]


def served_sets(city, out, edges=EDGES):
    """Served node assets at each step, by the engine and by the reference."""
    network = build_network(city)
    ids = city.assets["id"].to_numpy()
    row = network.row_of_asset(len(ids))
    rows = [row[list(ids).index(a)] for a in out]
    outages = Outages.at_start(
        np.array(rows, np.int32),
        np.zeros(len(rows), np.int32),
        np.array([min(m, 2**31 - 1) for m in out.values()], np.int32),
    )
    engine = Engine(network, np.array(edges, np.int64), edges[-1] + 6 * H)
    got = [
        frozenset(ids[network.asset[(state.served[:, 0] & np.uint64(1)) != 0]])
        for state in engine.states(outages)
    ]
    nodes = frozenset(ids[network.asset])
    want = [frozenset(s & nodes) for s in Reference(city).run(out, edges)]
    assert got == want
    return got


FOREVER = float("inf")


def test_mutual_needs_without_a_source_do_not_run():
    city = tiny_city(
        "power: S* a; water: W* b",
        "S-a W-b",
        [{"asset": "S", "of": "b"}, {"asset": "W", "of": "a"}],
    )
    assert served_sets(city, {})[0] == {"S", "a", "W", "b"}  # what runs keeps running
    steps = served_sets(city, {"a": 5 * H})
    assert steps[0] == frozenset()
    assert steps[-1] == frozenset()  # repaired, yet two dead things do not start each other


def test_manual_start_breaks_the_deadlock():
    city = tiny_city(
        "power: S* a; water: W* b",
        "S-a W-b",
        [{"asset": "S", "of": "b", "manual_start_h": 12}, {"asset": "W", "of": "a"}],
    )
    steps = served_sets(city, {"a": 5 * H})
    assert [len(s) for s in steps] == [0, 0, 0, 0, 4, 4, 4, 4]


def test_nodes_of_an_undirected_link_cannot_feed_each_other():
    city = tiny_city("water: W* a b", "W-a a-b")
    assert served_sets(city, {"W": 6 * H})[0] == frozenset()
    assert served_sets(city, {"W": 6 * H})[2] == {"W", "a", "b"}


def test_island_without_source_is_never_served():
    city = tiny_city("water: W* a b c", "W-a b-c")
    assert served_sets(city, {})[0] == {"W", "a"}


def test_failed_node_on_a_path_cuts_what_lies_behind():
    city = tiny_city("road: E* a b c", "E-a a-b b-c")
    assert served_sets(city, {"b": FOREVER})[0] == {"E", "a"}


def test_direction_is_kept():
    city = tiny_city("gas: G* a b", "G>a b>a")
    assert served_sets(city, {})[0] == {"G", "a"}


def test_loop_that_loses_its_feed_goes_out_whole():
    city = tiny_city("water: W* f a b c d", "W-f f-a a-b b-c c-d d-a")
    assert served_sets(city, {"f": 8 * H})[0] == {"W"}
    assert len(served_sets(city, {"f": 8 * H})[3]) == 6


def test_loop_cut_once_is_fed_the_other_way_round():
    city = tiny_city("water: W* a b c d", "W-a a-b b-c c-d d-W")
    assert served_sets(city, {"b": FOREVER})[0] == {"W", "a", "c", "d"}


@pytest.mark.parametrize(("down", "serves"), [(["x"], True), (["x", "y"], False)])
def test_quorum_counts_alternatives(down, serves):
    city = tiny_city(
        "power: S* x y z; water: W*",
        "S-x S-y S-z",
        [{"asset": "W", "of": "x y z", "quorum": 2}],
    )
    assert ("W" in served_sets(city, dict.fromkeys(down, FOREVER))[0]) is serves


def test_backup_carries_until_it_is_spent_and_refills_when_met():
    need = {"asset": "M", "of": "a", "backup_h": 6}
    city = tiny_city("power: S* a; telecom: C* M", "S-a C-M", [need])
    on = ["M" in s for s in served_sets(city, {"a": 20 * H})]
    assert on == [True, True, False, False, False, True, True, True]


def test_backup_age_runs_while_the_asset_itself_is_down():
    need = {"asset": "M", "of": "a", "backup_h": 6}
    city = tiny_city("power: S* a; telecom: C* M", "S-a C-M", [need])
    assert "M" not in served_sets(city, {"a": FOREVER, "M": 7 * H})[3]


def test_manual_start_comes_after_the_backup():
    need = {"asset": "M", "of": "a", "backup_h": 6, "manual_start_h": 24}
    city = tiny_city("power: S* a; telecom: C* M", "S-a C-M", [need])
    on = ["M" in s for s in served_sets(city, {"a": FOREVER})]
    assert on == [True, True, False, False, False, True, True, True]


def test_own_word_of_a_link_carries_and_comes_back():
    city = tiny_city("power: S* a b", "S-a/x a-b/y")
    steps = served_sets(city, {"x": 7 * H})
    assert [len(s) for s in steps] == [1, 1, 1, 3, 3, 3, 3, 3]


def test_two_links_on_one_asset_fall_together():
    city = tiny_city("power: S* a b", "S-a/bridge S-b/bridge a-b")
    assert served_sets(city, {"bridge": 5 * H})[0] == {"S"}


def test_normally_open_tie_closes_after_its_switching_time():
    city = tiny_city("power: S* T* a b", "S-a a-b/x b~T@90")
    steps = served_sets(city, {"x": FOREVER}, [0, 60, 120])
    assert [("b" in s) for s in steps] == [False, False, True]


def test_a_tie_closed_at_once_starts_only_what_ran_before():
    city = tiny_city("power: S* T* a b c", "S-a/x a~T@0 b~T@0 a-c")
    steps = served_sets(city, {"x": FOREVER})
    assert steps[0] == {"S", "T", "a", "c"}  # b never ran: its only link was open


def test_open_tie_does_not_serve_the_undamaged_city():
    assert served_sets(tiny_city("power: S* a b", "S-a a~b"), {})[0] == {"S", "a"}


def test_what_never_ran_does_not_start_when_it_is_repaired():
    city = tiny_city("power: S* a b; water: W*", "S-a", [{"asset": "W", "of": "b", "backup_h": 12}])
    assert "W" not in served_sets(city, {})[0]
    assert "W" not in served_sets(city, {"W": 5 * H})[2]
