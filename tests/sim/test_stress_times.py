"""Hazards with times, and what rides on what, through a whole run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rencity.sim.damage import Classes
from rencity.sim.run import stress
from rencity.sim.scenario import parse_scenario

HEAD = '[scenario]\nname = "t"\nhorizon_h = 100\nstep_h = 4\nsamples = 8\n'


def cut(name, start_h, hours, asset):
    return (
        f'[[hazards]]\nkind = "random"\nname = "{name}"\nstart_h = {start_h}\n'
        f'[[hazards.targets]]\nids = ["{asset}"]\nprobability = 1\nhours = {hours}\n'
    )


def without(city, text, lifeline):
    """Hours and people without a lifeline at each step of the first sample."""
    run = stress(city, parse_scenario(HEAD + text, place="t"), Classes(), base=None)
    line = run.network.lifelines.index(lifeline)
    gone = run.people[line].sum() - run.served[line, :, :, 0].sum(axis=0)
    return dict(zip((run.edge_min / 60).tolist(), gone.tolist(), strict=True)), run


def test_a_second_blow_takes_service_again(tiny_city):
    city = tiny_city()
    gone, run = without(city, cut("first", 0, 10, "plant") + cut("then", 50, 10, "plant"), "power")
    everyone = run.people[run.network.lifelines.index("power")].sum()
    assert everyone > 0
    for hour, people in gone.items():
        assert people == (everyone if hour < 10 or 50 <= hour < 60 else 0), hour
    assert 50 in gone  # a hazard's start is a step
    assert [struck.start_h for struck in run.struck] == [0, 50]


def test_blows_that_overlap_are_one_and_touching_ones_too(tiny_city):
    city = tiny_city()
    apart = cut("a", 8, 8, "plant") + cut("b", 12, 12, "plant") + cut("c", 24, 4, "plant")
    one = cut("whole", 8, 20, "plant")
    assert without(city, apart, "power")[0] == without(city, one, "power")[0]


def test_the_order_of_the_list_moves_nothing_that_is_certain(tiny_city):
    city = tiny_city()
    first, second = cut("a", 8, 8, "plant"), cut("b", 40, 12, "substation")
    assert without(city, first + second, "power")[0] == without(city, second + first, "power")[0]


def test_a_hazard_after_the_end_is_told_and_changes_nothing(tiny_city):
    gone, run = without(tiny_city(), cut("late", 100, 5, "plant"), "power")
    assert not any(gone.values())
    (finding,) = [each for each in run.findings if each.rule == "late-too-late"]
    assert "100 h" in finding.what


@pytest.fixture
def tunnelled(tiny_city):
    """The telecom core and a pump ride through the substation, as if in one building."""
    pairs = [("substation", "core"), ("core", "pump")]
    return tiny_city().replace(carriers=pd.DataFrame(pairs, columns=["carrier", "asset"]))


def test_what_rides_on_a_damaged_carrier_is_out_as_long(tunnelled, tiny_city):
    text = cut("fire", 20, 15, "substation")
    for lifeline in ("telecom", "water"):
        gone, run = without(tunnelled, text, lifeline)
        everyone = run.people[run.network.lifelines.index(lifeline)].sum()
        assert everyone > 0
        assert all(people == everyone for hour, people in gone.items() if 20 <= hour < 35)
        assert gone[16.0] == 0
    bare, _ = without(tiny_city(), text, "telecom")
    assert bare[20.0] == 0  # alone it has a battery


def test_a_carrier_that_lacks_supply_but_is_whole_takes_nothing_along(tunnelled, tiny_city):
    text = cut("cut", 0, 30, "plant")
    with_, without_ = (without(c, text, "telecom")[0] for c in (tunnelled, tiny_city()))
    assert with_ == without_


def test_n1_counts_what_rides_along_and_a_rider_alone_its_own(tunnelled, tiny_city):
    _, riding = without(tunnelled, cut("x", 0, 1, "plant"), "power")
    _, bare = without(tiny_city(), cut("x", 0, 1, "plant"), "power")
    ids = tunnelled.assets["id"].tolist()
    row = riding.network.row_of_asset(len(ids))[ids.index("substation")]
    core = riding.network.row_of_asset(len(ids))[ids.index("core")]
    telecom = riding.network.lifelines.index("telecom")
    assert riding.n1[telecom, row] >= riding.n1[telecom, core] > 0
    assert (riding.n1.sum(axis=0) >= bare.n1.sum(axis=0)).all()
    assert np.array_equal(riding.people, bare.people)
