"""The worked tables of the engine's page are what the engine gives."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from rencity.city import City
from rencity.city.network import build_network
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.outages import Outages
from tests.cities import tiny_city

PAGE = Path(__file__).resolve().parents[2] / "docs" / "engine.md"
MANUAL = {"asset": "E", "of": "W", "manual_start_h": 24}
MUTUAL = [{"asset": "E", "of": "W"}, {"asset": "W", "of": "E"}]
RING = "S-A B-C C-A"

# in the order of the page: the city as text, and hours out of service
CASES = [
    ("path", tiny_city("power: S* A B C", "S-A A-B B-C"), {"B": 6}),
    ("pair", tiny_city("power: S* A B", "S-A/x A-B"), {"x": 6}),
    ("loop", tiny_city("power: S* A B C", f"{RING} A-B"), {"S": 6}),
    ("loop of two", tiny_city("power: S* A B C T*", f"{RING} A-B T-C"), {"S": 6}),
    ("loop cut", tiny_city("power: S* A B C", f"{RING} A-B/x"), {"x": 6}),
    ("mutual", tiny_city("power: E*; water: W*", "", MUTUAL), {"E": 12}),
    ("manual in a circle", tiny_city("power: E*; water: W*", "", [MANUAL, MUTUAL[1]]), {"E": 12}),
    ("mutual without source", tiny_city("power: E; water: W", "", MUTUAL), {}),
    (
        "quorum",
        tiny_city("power: E* F* G*; water: X*", "", [{"asset": "X", "of": "E F G", "quorum": 2}]),
        {"E": 12, "F": 6},
    ),
    *(
        (
            f"backup, {hours} h",
            tiny_city("power: E*; telecom: M*", "", [{"asset": "M", "of": "E", "backup_h": 4}]),
            {"E": hours},
        )
        for hours in (3, 6)
    ),
    (
        "manual",
        tiny_city(
            "power: E*; water: W*",
            "",
            [{"asset": "W", "of": "E", "backup_h": 2, "manual_start_h": 8}],
        ),
        {"E": 12},
    ),
    ("open", tiny_city("power: S* A B T*", "S-A/x T-B A~B@60"), {"x": 6}),
]


def tables() -> list[tuple[list[int], dict[str, str]]]:
    """Hours and marks of each table of the section, in order."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Small cities")[1].split("\n## ")[0]
    found = []
    for block in re.findall(r"(?:^\|.*\|\n)+", section, re.M):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.split("\n")]
        hours = [int(cell) for cell in rows[0][1:]]
        found.append((hours, {row[0]: "".join(row[1:]) for row in rows[2:] if row[0]}))
    return found


def worked(city: City, out_h: dict[str, int], hours: list[int]) -> dict[str, str]:
    network = build_network(city)
    ids = list(city.assets["id"])
    row = network.row_of_asset(len(ids))
    outages = Outages.at_start(
        np.array([row[ids.index(asset)] for asset in out_h], np.int32),
        np.zeros(len(out_h), np.int32),
        np.array([60 * h for h in out_h.values()], np.int32),
    )
    engine = Engine(network, np.array(hours, np.int64) * 60, hours[-1] * 60 + 60)
    states = engine.states(outages)
    served = [state.served[:, 0] & np.uint64(1) for state in states]
    return {
        ids[asset]: "".join("1" if step[node] else "·" for step in served)
        for node, asset in enumerate(network.asset)
    }


def test_the_page_has_a_table_for_each_case() -> None:
    assert len(tables()) == len(CASES)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, *_ in CASES])
def test_table_is_what_the_engine_gives(number: int) -> None:
    hours, shown = tables()[number]
    _, city, out_h = CASES[number]
    assert shown == worked(city, out_h, hours)
