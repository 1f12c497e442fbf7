"""The worked tables of the page on level balance are what it gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cities import tiny_city
from tests.sim.balance.bounded import Worked, rules, with_amounts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "balance.md"


def islands():
    city = tiny_city(
        "power: S* A B T*", "S-A A-B/x B-T", serves=[("A", "z", 0.5), ("B", "z", 0.5)],
        zones={"z": 200},
    )  # fmt: skip
    return with_amounts(city, {"S": 160.0, "T": 40.0}, [("z", "power", 200.0)]), {"x": 6}, None


def short(capacity):
    city = tiny_city(
        "power: S* A; water: W*; health: H*", "S-A",
        needs=[{"asset": "W", "of": "A"}, {"asset": "H", "of": "A"}],
        serves=[("A", "z", 1.0)], zones={"z": 900},
    )  # fmt: skip
    draws = [{"kind": "health.hospital", "amount": 60}, {"kind": "water.spring", "amount": 40}]
    kinds = {"H": "hospital", "W": "spring"}
    city = with_amounts(city, {"S": capacity}, [("z", "power", 900.0)], kinds)
    return city, {}, rules(draws={"power": draws})


def tank(hours):
    city = tiny_city("water: W* K J", "W-J/x K-J", serves=[("J", "z", 1.0)], zones={"z": 100})
    kinds = {"K": "tank", "W": "works"}
    city = with_amounts(city, {"K": 50.0, "W": 80.0}, [("z", "water", 50.0)], kinds)
    return city, {"x": hours}, rules(stores={"kinds": [{"kind": "water.tank", "hours": 4}]})


def stations():
    city = tiny_city(
        "power: S* U V A", "S-U S-V U-A V-A", serves=[("A", "z", 1.0)], zones={"z": 100}
    )
    kinds = {"U": "substation_high", "V": "substation_high"}
    city = with_amounts(city, {"U": 60.0, "V": 30.0}, [("z", "power", 100.0)], kinds)
    return city, {"U": 6}, None


def battery():
    city = tiny_city("power: E*; telecom: M*", "", [{"asset": "M", "of": "E", "backup_h": 4}])
    return city, {"E": [(0, 3), (4, 99)]}, rules(backup={"refill": 2})


# in the order of the page: the city, hours out of service, rules
CASES = [
    ("islands", islands()),
    ("short by 30 %", short(700.0)),
    ("short by 91 %", short(90.0)),
    ("tank", tank(6)),
    ("long steps", tank(8)),
    ("stations", stations()),
    ("battery", battery()),
]


def tables() -> list[tuple[list[int], dict[str, list[str]]]]:
    """Hours and cells of each table of the section, in order."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Small cities")[1].split("\n## ")[0]
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", section, re.M):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.split("\n")]
        hours = [int(cell) for cell in rows[0][1:]]
        found.append((hours, {row[0]: row[1:] for row in rows[2:] if row[0]}))
    return found


def test_the_page_has_a_table_for_each_case() -> None:
    assert len(tables()) == len(CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, _ in CASES])
def test_table_is_what_level_balance_gives(number: int) -> None:
    hours, shown = tables()[number]
    city, out_h, said = CASES[number][1]
    worked = Worked(city, out_h, hours, said)
    for name, cells in shown.items():
        if name.startswith("people at "):
            given = [str(n) for n in worked.people(name.removeprefix("people at "))]
        elif name == "in stores":
            given = [f"{amount:g}" for amount in worked.stock()]
        else:
            given = list(worked.served(name))
        assert given == cells, name
