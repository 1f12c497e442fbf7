"""What comes first."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.city.network import build_network
from rencity.content import load_packs
from rencity.content.classes import classes_of
from rencity.sim.crews.build import crew_plan, works_by_row
from rencity.sim.crews.order import feeding
from rencity.sim.crews.spec import parse_crews
from tests.cities import tiny_city
from tests.sim.crews.street import CREWS, street


def ids(city, network, mask):
    asset = np.concatenate([network.asset, network.link_asset])
    return {city.assets["id"].iloc[a] for a in asset[np.flatnonzero(mask)] if a >= 0}


def test_what_feeds_a_facility_is_its_shortest_feed_and_that_of_its_needs():
    city = tiny_city(
        "power: p* a b c d; water: w* x; health: h",
        "p-a/pa a-b/ab p-c/pc c-d/cd d-b/db w-x/wx",
        [
            {"asset": "h", "lifeline": "power", "of": "b"},
            {"asset": "h", "lifeline": "water", "of": "x"},
            {"asset": "w", "lifeline": "power", "of": "c"},
        ],
    )
    network = build_network(city)
    row = network.row_of_asset(len(city.assets))
    index = {name: row[i] for i, name in enumerate(city.assets["id"])}
    fed = ids(city, network, feeding(network, np.array([index["h"]])))
    assert fed == {"h", "b", "ab", "a", "pa", "p", "x", "wx", "w", "c", "pc"}


def plan_of(city, more="", people=None, crews=CREWS):
    network = build_network(city)
    file = parse_crews(crews + more, place="x")
    classes = classes_of(load_packs()).with_work(file.skills)
    rows = network.nodes + network.link_rows
    people = np.zeros(rows, np.int64) if people is None else people
    plan, _ = crew_plan(file, city, network, classes, people=people, horizon_min=14400)
    return plan, network


def test_every_kind_with_work_and_a_crew_is_mended_and_no_other():
    plan, network = plan_of(street())
    assert ids(street(), network, plan.tasks.skill >= 0) == {"t", "wire", "s1", "s2", "s3"}


def test_work_takes_the_place_of_a_class_that_it_replaces():
    packs = classes_of(load_packs()).with_work(["pipe"])
    city = street(s1="hazus.pipe_large")
    network = build_network(city)
    asset = np.concatenate([network.asset, network.link_asset]).astype(np.int64)
    rows, works = works_by_row(city, asset, packs)
    mended = {works[w].replaces for w in rows[rows >= 0]}
    assert mended == {("hazus.pipe_large",)}
    assert packs.repair["hazus.pipe_large"].states[1].mean_d == pytest.approx(10 / 24)


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ('rule = "list"\nlist = ["s2", "t"]', ["s2", "t"]),
        ('rule = "critical"', ["t", "wire"]),
    ],
)
def test_tiers_follow_the_rule(rule, first):
    plan, network = plan_of(street(), f"[priority]\n{rule}\n")
    mended = plan.tasks.skill >= 0
    tier = plan.tasks.tier
    best = ids(street(), network, mended & (tier < tier[mended].max()))
    assert best == set(first)


def test_nearest_goes_by_usual_minutes():
    plan, network = plan_of(street(), '[priority]\nrule = "nearest"\n')
    asset = np.concatenate([network.asset, network.link_asset])
    tier = {
        street().assets["id"].iloc[asset[r]]: int(plan.tasks.tier[r])
        for r in np.flatnonzero(plan.tasks.skill >= 0)
    }
    assert tier["s1"] <= tier["s2"] <= tier["s3"]
    assert not plan.tasks.by_loss
    assert list(plan.tasks.order) == sorted(
        plan.tasks.order, key=lambda r: street().assets["id"].iloc[asset[r]]
    )


def test_a_city_without_roads_takes_the_same_time_for_every_trip():
    city = tiny_city("power: p* a", "p-a/l")
    assets = city.assets.copy()
    assets.loc[assets["id"] == "a", "kind"] = "transformer"
    city = city.replace(assets=assets)
    crews = CREWS[: CREWS.index('[[crews]]\nname = "road"')].replace("depot", "p")
    plan, _ = plan_of(city, "[planning]\ntrip_min = 25\n", crews=crews)
    assert set(plan.tasks.usual[plan.tasks.skill >= 0].tolist()) == {25}
    assert not plan.road.any()
