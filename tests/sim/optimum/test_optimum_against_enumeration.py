"""The programme against every way to mend, priced by networkx."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rencity.sim.optimum import Limits, bound, follow, restore
from rencity.sim.optimum.evaluate import FlowProgramme
from tests.sim.optimum import plain

EXACT = Limits(gap=1e-9)


def broken_of(rng: np.random.Generator, parts: int, most: int) -> np.ndarray:
    broken = np.zeros(parts, bool)
    broken[rng.choice(parts, min(parts, most), replace=False)] = True
    return broken


@pytest.mark.parametrize("seed", range(40))
def test_flow_of_any_state(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = plain.drawn(rng)
    flows = FlowProgramme(net)
    for share in (0.0, 0.2, 0.5, 1.0):
        mended = rng.random(net.parts) >= share
        expected = plain.period_cost(net, set(np.flatnonzero(mended)))
        assert flows.solve(mended).cost == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_flow_where_providers_must_be_served(seed: int) -> None:
    rng = np.random.default_rng(400 + seed)
    net = plain.drawn(rng)
    one = net.need_provider[net.need_ptr[:-1]]
    count = len(one)
    net = replace(
        net,
        need_quorum=np.ones(count, np.int64),
        need_ptr=np.arange(count + 1),
        need_provider=one,
        need_served=True,
    )
    for share in (0.0, 0.3):
        mended = rng.random(net.parts) >= share
        expected = plain.served_cost(net, set(np.flatnonzero(mended)))
        assert FlowProgramme(net).solve(mended).cost == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("seed", range(40))
def test_one_period(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    net = plain.drawn(rng)
    broken = broken_of(rng, net.parts, 7)
    crews = float(rng.integers(0, 6))
    plan = restore(net, broken, crews, periods=1, limits=EXACT)
    assert plan.cost == pytest.approx(
        plain.best(net, list(np.flatnonzero(broken)), [crews]), abs=1e-5
    )
    assert plan.status == "optimal"


@pytest.mark.parametrize("seed", range(15))
def test_periods_at_once(seed: int) -> None:
    rng = np.random.default_rng(200 + seed)
    net = plain.drawn(rng)
    broken = broken_of(rng, net.parts, 4)
    crews = [float(c) for c in rng.integers(0, 4, 3)]
    plan = restore(net, broken, crews, look_ahead=3, limits=EXACT)
    least = plain.best(net, list(np.flatnonzero(broken)), crews)
    assert plan.cost == pytest.approx(least, abs=1e-5)
    assert plan.bound == pytest.approx(least, abs=1e-5)
    assert plan.gap == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seed", range(15))
def test_bound_lies_below_and_plans_above(seed: int) -> None:
    rng = np.random.default_rng(300 + seed)
    net = plain.drawn(rng)
    broken = broken_of(rng, net.parts, 4)
    crews = [2.0, 2.0, 2.0]
    least = plain.best(net, list(np.flatnonzero(broken)), crews)
    assert bound(net, broken, crews, limits=EXACT) <= least + 1e-5
    assert restore(net, broken, crews, limits=EXACT).cost >= least - 1e-5
    order = rng.permutation(net.parts)
    assert follow(net, broken, order, crews).cost >= least - 1e-5
