"""Cases small enough to work by hand."""

from __future__ import annotations

from tests.cities import tiny_city
from tests.sim.balance.bounded import Worked, rules, with_amounts


def two_islands(capacity):
    """Sources S and T, 100 people on each side, a link x between them."""
    city = tiny_city(
        "power: S* A B T*", "S-A A-B/x B-T", serves=[("A", "z", 0.5), ("B", "z", 0.5)],
        zones={"z": 200},
    )  # fmt: skip
    return with_amounts(city, capacity, [("z", "power", 200.0)])


def test_joined_sources_help_each_other_and_islands_do_not():
    city = two_islands({"S": 160.0, "T": 40.0})
    worked = Worked(city, {"x": 6}, [0, 6])
    assert worked.people("A") == [100, 100]
    assert worked.people("B") == [40, 100]
    assert worked.served("B") == "11"


def test_both_islands_short():
    worked = Worked(two_islands({"S": 70.0, "T": 30.0}), {"x": 6}, [0, 6])
    assert worked.people("A") == [70, 50]
    assert worked.people("B") == [30, 50]


def test_a_source_without_capacity_gives_all_and_one_of_zero_nothing():
    worked = Worked(two_islands({"T": 0.0}), {"x": 6}, [0, 6])
    assert worked.people("A") == [100, 100]
    assert worked.people("B") == [0, 100]


def short_source(capacity):
    """A hospital, a pumping station and 900 people on one feeder."""
    city = tiny_city(
        "power: S* A; water: W*; health: H*",
        "S-A",
        needs=[{"asset": "W", "of": "A"}, {"asset": "H", "of": "A"}],
        serves=[("A", "z", 1.0)],
        zones={"z": 900},
    )
    city = with_amounts(
        city, {"S": capacity}, [("z", "power", 900.0)], {"H": "hospital", "W": "gauge"}
    )
    said = rules(draws={"power": [{"kind": "health.hospital", "amount": 60.0},
                                  {"kind": "water.gauge", "amount": 40.0}]})  # fmt: skip
    return Worked(city, {}, [0], said)


def test_a_source_short_by_30_percent_sheds_the_third_class_first():
    worked = short_source(700.0)
    assert worked.people("A") == [600]
    assert (worked.served("W"), worked.served("H")) == ("1", "1")


def test_then_the_second_and_the_first_last():
    worked = short_source(100.0)
    assert (worked.people("A"), worked.served("W"), worked.served("H")) == ([0], "1", "1")
    worked = short_source(90.0)  # 30 are too few for the station and go to people
    assert (worked.people("A"), worked.served("W"), worked.served("H")) == ([30], "·", "1")
    worked = short_source(39.0)
    assert (worked.people("A"), worked.served("W"), worked.served("H")) == ([39], "·", "·")


def tank(out_h, hours, **more):
    """Works W, tank K of 50 for 4 h (200), 100 people at J who draw 50 in all."""
    city = tiny_city("water: W* K J", "W-J/x K-J", serves=[("J", "z", 1.0)], zones={"z": 100})
    city = with_amounts(
        city, {"K": 50.0, **more}, [("z", "water", 50.0)], {"K": "tank", "W": "works"}
    )
    return Worked(city, out_h, hours, rules(stores={"kinds": [{"kind": "water.tank", "hours": 4}]}))


def test_a_tank_lasts_its_hours_empties_and_fills_up_again():
    worked = tank({"x": 6}, [0, 1, 2, 3, 4, 5, 6, 7, 8], W=80.0)
    assert worked.people("J") == [100, 100, 100, 100, 0, 0, 100, 100, 100]
    assert worked.served("J") == "1111··111"
    assert worked.stock() == [150, 100, 50, 0, 0, 0, 30, 60, 90]


def test_a_step_uses_what_lasts_through_it():
    worked = tank({"x": 8}, [0, 8])  # 200 over 8 h is 25 an hour: half of what is wanted
    assert worked.people("J") == [50, 100]
    assert worked.stock()[0] == 0


def test_a_tank_is_not_drawn_while_the_works_suffice():
    worked = tank({}, [0, 1, 2], W=80.0)
    assert worked.stock() == [200, 200, 200]
    worked = tank({}, [0, 1, 2], W=30.0)
    assert worked.stock() == [180, 160, 140]
    assert worked.people("J") == [100, 100, 100]


def test_a_bounded_station_passes_no_more_than_it_can():
    city = tiny_city(
        "power: S* U V A", "S-U S-V U-A V-A", serves=[("A", "z", 1.0)], zones={"z": 100}
    )
    city = with_amounts(
        city, {"U": 60.0, "V": 30.0}, [("z", "power", 100.0)],
        {"U": "substation_high", "V": "substation_high"},
    )  # fmt: skip
    worked = Worked(city, {"U": 6}, [0, 6])
    assert worked.people("A") == [30, 90]


def test_a_transformer_bounds_what_hangs_on_it_and_not_what_passes():
    city = tiny_city(
        "power: S* A B", "S-A A-B", serves=[("A", "z", 0.5), ("B", "z", 0.5)], zones={"z": 200}
    )
    city = with_amounts(city, {"A": 80.0}, [("z", "power", 200.0)], {"A": "transformer"})
    worked = Worked(city, {}, [0])
    assert worked.people("A") == [80]
    assert worked.people("B") == [100]


def test_a_battery_fills_up_over_time():
    city = tiny_city("power: E*; telecom: M*", "", [{"asset": "M", "of": "E", "backup_h": 4}])
    hours = [0, 3, 4, 5, 6, 7, 8]
    twice = {"E": [(0, 3), (4, 9)]}
    assert Worked(city, twice, hours).served("M") == "111111·"  # full again at hour 4
    slow = rules(backup={"refill": 2})  # 3 h spent, half an hour given back, 1.5 h left
    assert Worked(city, twice, hours, slow).served("M") == "1111···"


def test_what_is_shed_stops_working_and_takes_others_along():
    city = tiny_city(
        "power: S* A; water: W* J", "S-A W-J", needs=[{"asset": "W", "of": "A"}],
        serves=[("J", "z", 1.0)], zones={"z": 10},
    )  # fmt: skip
    said = rules(draws={"power": [{"kind": "water.works", "amount": 50.0}]})
    worked = Worked(with_amounts(city, {"S": 40.0}, kinds={"W": "works"}), {}, [0, 6], said)
    assert worked.served("A") == "11"
    assert worked.served("W") == "··"
    assert worked.people("J") == [0, 0]
