"""What is missing in a city's figures is named and counted, and the assumption is said."""

from __future__ import annotations

import numpy as np

from rencity.city.network import build_network
from rencity.sim.balance.engine import normal_of
from rencity.sim.balance.findings import findings_of
from rencity.sim.balance.fit import fitted
from rencity.sim.balance.ledger import ledger_of
from rencity.sim.reach.engine import Engine
from tests.cities import tiny_city
from tests.sim.balance.bounded import Worked, rules, with_amounts


def findings(city, said=None):
    network = build_network(city)
    undamaged = Engine(network, np.zeros(1, np.int64), 60).undamaged
    plain = ledger_of(city, network, said or rules())
    ledger, raised = fitted(network, plain, undamaged)
    normal = normal_of(network, ledger, undamaged)
    found = findings_of(city, network, plain, raised, normal, undamaged)
    return {each.rule: each for each in found}, normal


def feeder(capacity, amount=100.0, kinds=None, share=1.0):
    city = tiny_city(
        "power: S* U A", "S-U U-A", serves=[("A", "z", share)], zones={"z": 100}
    )  # fmt: skip
    demands = [("z", "power", amount)] if amount is not None else []
    return with_amounts(city, capacity, demands, kinds)


def test_a_city_with_all_its_figures_has_none():
    found, normal = findings(feeder({"S": 100.0}))
    assert not found
    assert normal.people.tolist() == [100]


def test_an_island_with_no_source():
    city = tiny_city("power: S* A B C", "S-A B-C", serves=[("C", "z", 1.0)], zones={"z": 5})
    found, _ = findings(with_amounts(city, {"S": 9.0}, [("z", "power", 5.0)]))
    island = found["balance-no-source"]
    assert island.ids == ("B", "C")
    assert "2 assets" in island.what


def test_a_source_without_capacity_is_taken_as_without_bound():
    found, normal = findings(feeder({}))
    assert found["balance-source-without-capacity"].ids == ("S",)
    assert "1 of 1 power sources" in found["balance-source-without-capacity"].what
    assert normal.people.tolist() == [100]


def test_use_beyond_all_capacity_raises_the_source_by_what_lacks():
    found, normal = findings(feeder({"S": 70.0}))
    over = found["balance-give-more"]
    assert over.ids == ("S",)
    assert "30 above 70" in over.what
    assert normal.people.tolist() == [100]


def test_the_fewest_bounds_are_raised_and_slack_is_used_first():
    city = tiny_city(
        "power: S* U V A", "S-U S-V U-A V-A", serves=[("A", "z", 1.0)], zones={"z": 100}
    )
    kinds = {"U": "substation_low", "V": "substation_low"}
    city = with_amounts(city, {"S": 500.0, "U": 40.0, "V": 50.0}, [("z", "power", 100.0)], kinds)
    found, _ = findings(city)
    over = found["balance-pass-more"]
    assert "10 above" in over.what
    assert len(over.ids) == 1


def test_a_transformer_below_its_own_load():
    found, normal = findings(feeder({"S": 100.0, "A": 80.0}, kinds={"A": "transformer"}))
    assert found["balance-serve-more"].ids == ("A",)
    assert "20 above 80" in found["balance-serve-more"].what
    assert normal.people.tolist() == [100]


def test_a_source_of_nothing_stays_so():
    found, normal = findings(feeder({"S": 0.0}))
    assert "100 of 100 power go short" in found["balance-short-undamaged"].what
    assert normal.people.tolist() == [0]


def test_a_tank_without_capacity_holds_nothing():
    city = tiny_city("water: W* K J", "W-J K-J", serves=[("J", "z", 1.0)], zones={"z": 1})
    city = with_amounts(city, {"W": 1.0}, [("z", "water", 1.0)], {"K": "tank"})
    found, _ = findings(city)
    assert found["balance-store-without-capacity"].ids == ("K",)


def test_use_that_nothing_tells():
    found, normal = findings(feeder({"S": 5.0}, amount=None))
    assert "1 pairs" in found["balance-use-unknown"].what
    assert normal.people.tolist() == [100]


def test_shares_that_do_not_add_up():
    found, _ = findings(feeder({"S": 200.0}, share=0.75))
    assert found["balance-shares"].ids == ("z",)


def test_a_nodes_own_demand_counts_where_no_zone_tells_and_one_that_is_fed_gives():
    city = tiny_city("water: R* J K", "R-J J-K", serves=[("K", "z", 1.0)], zones={"z": 40})
    city = with_amounts(city, demand={"R": -30.0, "K": 40.0})
    worked = Worked(city, {}, [0])
    assert worked.people("K") == [30]
    found, _ = findings(city)
    assert "balance-use-unknown" not in found


def test_where_assets_count_for_people_each_draws_its_own():
    city = tiny_city("water: R* J K", "R-J J-K")
    city = with_amounts(city, {"R": 50.0}, demand={"J": 20.0, "K": 60.0})
    found, normal = findings(city)
    assert "30 above 50" in found["balance-give-more"].what
    assert normal.people.tolist() == [1, 1]
