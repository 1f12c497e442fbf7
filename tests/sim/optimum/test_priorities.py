"""Orders of repair: what each puts first, and what following it brings."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.kit.errors import CityError
from rencity.sim.optimum import follow
from rencity.sim.optimum import priorities as order
from tests.sim.optimum import plain

# a feeds b (1 unit) and c (9 units); d (a source of another line) is needed by c
FORK = plain.network(
    [10, -1, -9, 4, -4],
    [(0, 1), (0, 2), (3, 4)],
    need_node=np.array([2]),
    need_quorum=np.array([1]),
    need_ptr=np.array([0, 1]),
    need_provider=np.array([4]),
)
B_ARM, C_ARM = 5, 6


def first(rows: np.ndarray, *among: int) -> int:
    return next(int(row) for row in rows if row in among)


def test_greatest_loss_first() -> None:
    rows = order.by_loss(FORK)
    assert sorted(rows) == list(range(FORK.parts))
    assert first(rows, B_ARM, C_ARM) == C_ARM
    assert rows[0] == 4  # its own 4, and the 9 of c, which needs it


def test_loss_counts_crews() -> None:
    heavy = np.ones(FORK.parts)
    heavy[C_ARM] = 100
    slow = plain.network([10, -1, -9, 4, -4], [(0, 1), (0, 2), (3, 4)], crew=heavy)
    assert first(order.by_loss(slow), B_ARM, C_ARM) == B_ARM


def test_facilities_are_sources_then_what_others_need() -> None:
    rows = [FORK.part[row] for row in order.by_facility(FORK)]
    # a gives most, d gives less; e is needed; their links before the nodes that only take
    assert rows == ["a", "d", "a-b", "a-c", "d-e", "e", "c", "b"]


def test_nearest_and_listed() -> None:
    x = np.array([5.0, 1, 3])
    assert list(order.by_distance(x, 0 * x, (0.0, 0.0))) == [1, 2, 0]
    assert [FORK.part[row] for row in order.by_id(FORK)] == sorted(FORK.part)


def test_drawn_order_follows_seed_and_id() -> None:
    rows = order.at_random(FORK, 1)
    assert sorted(rows) == list(range(FORK.parts))
    assert list(rows) == list(order.at_random(FORK, 1))
    assert list(rows) != list(order.at_random(FORK, 2))
    fewer = plain.network([10, -1, -9], [(0, 1), (0, 2)])
    kept = [FORK.part[row] for row in rows if FORK.part[row] in fewer.part]
    assert kept == [fewer.part[row] for row in order.at_random(fewer, 1)]


def test_gain_is_asked_again() -> None:
    # alone the arm to c brings 9; once it stands, the arm to b is all that is left to gain
    broken = FORK.rows(["a-b", "a-c"])
    plan = order.by_gain(FORK, broken, 1, order.by_id(FORK))
    assert [period.mended for period in plan.periods] == [("a-c",), ("a-b",)]
    assert [period.unmet for period in plan.periods] == pytest.approx([1, 0])


@pytest.mark.parametrize("seed", range(10))
def test_following_costs_what_plain_counting_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = plain.drawn(rng)
    broken = rng.random(net.parts) < 0.6
    rows, crews = rng.permutation(net.parts), 3.0
    plan = follow(net, broken, rows, crews, periods=4)
    whole, waiting = set(np.flatnonzero(~broken)), [row for row in rows if broken[row]]
    for period in plan.periods:
        left, mended = crews, []
        while waiting and net.crew[waiting[0]] <= left:
            left -= net.crew[waiting[0]]
            mended.append(waiting.pop(0))
        whole |= set(mended)
        assert set(period.mended) == {net.part[row] for row in mended}
        costs = period.flow_cost + period.shortage_cost + period.surplus_cost
        assert costs == pytest.approx(plain.period_cost(net, whole), abs=1e-6)
    assert set(plan.left) == {net.part[row] for row in waiting}


def test_an_order_that_leaves_out_is_refused() -> None:
    with pytest.raises(CityError, match="leaves out or repeats broken parts: a-c"):
        follow(FORK, FORK.rows(["a-b", "a-c"]), np.array([B_ARM]), 1)
    with pytest.raises(CityError, match="repeated"):
        follow(FORK, FORK.rows(["a-b"]), np.array([B_ARM, B_ARM]), 1)
