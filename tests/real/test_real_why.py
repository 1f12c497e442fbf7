"""Why, on Shelby County: what hangs on substation 18, and causes that hold by plain sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rencity.city.network import build_network
from rencity.rehearse.why import why
from rencity.sim.reach.engine import Engine
from rencity.sim.reach.n1 import people_lost
from rencity.sim.why.about import about_of, outages_in
from rencity.sim.why.causes import roots_of
from rencity.sim.why.consequences import consequences
from rencity.sim.why.kept import kept_of
from rencity.sim.why.names import Names
from rencity.sim.why.target import target_of
from rencity.sim.why.trace import Watch, trace
from tests.real.conftest import SAMPLES, Brought
from tests.reference import Reference

Bring = Callable[[str], Brought]


@pytest.fixture(scope="module")
def memphis(brought: Bring) -> Brought:
    return brought("memphis")


@pytest.fixture(scope="module")
def run(shaken_memphis: Path) -> Path:
    return shaken_memphis


def test_what_hangs_on_substation_18(run: Path) -> None:
    found = why(run, "power-18").consequences
    assert found is not None
    assert found.people == {
        "power": 871_013,
        "water": 924_339,
        "gas": 924_339,
        "telecom": 924_339,
    }
    hours = [(h.at_h, dict(h.people_out)) for h in found.hours]
    assert hours == [
        (0, {"power": 5_779}),
        (8, {"power": 5_779, "telecom": 924_339}),
        (24, {"power": 5_779}),
    ]


def test_every_asset_takes_down_whom_n1_says(memphis: Brought) -> None:
    network = build_network(memphis.city)
    names = Names(memphis.city, network)
    engine = Engine(network, np.zeros(1, np.int64), 60)
    lost = people_lost(engine)
    for row in names.row_of_asset.tolist():
        found = consequences(network, row, names, engine.undamaged.runs).people
        want = zip(network.lifelines, lost[:, row].tolist(), strict=True)
        assert found == {name: n for name, n in want if n}


@pytest.mark.parametrize("asset", ["water-30", "telecom-3", "gas-12"])
def test_without_its_causes_the_asset_is_never_out(memphis: Brought, run: Path, asset: str) -> None:
    about = about_of(run)
    names = Names(memphis.city, build_network(memphis.city))
    table = outages_in(run, about)
    assert table is not None
    kept = kept_of(table, names, SAMPLES)
    edges = np.array(about["outages"]["edge_min"], np.int64)
    engine = Engine(names.network, edges, about["outages"]["horizon_min"])
    watch = Watch(engine, target_of(names, asset))
    roots = roots_of(watch, kept.outages, SAMPLES, trace(watch, kept.outages, SAMPLES))
    reference, checked = Reference(memphis.city), 0
    for sample in range(0, SAMPLES, 8):
        mine = {names.id_of(r) for r in roots.root[roots.lane == sample]}
        out = table[(table["sample"] == sample) & ~table["asset"].isin(mine)]
        spans = {
            a: list(zip(part["begin_min"], part["end_min"], strict=True))
            for a, part in out.groupby("asset")
        }
        assert all(asset in served for served in reference.run(spans, edges[:60].tolist()))
        checked += len(mine) > 0
    assert checked
