"""Plans that can be checked by hand, degenerate input, and what is said of wrong input."""

from __future__ import annotations

import numpy as np
import pytest

from rencity.kit.errors import CityError, RencityError
from rencity.sim.optimum import Limits, Plan, bound, follow, restore
from tests.sim.optimum.plain import network

# a gives 5 to c over b; the way a-b-c is the only one
CHAIN = network([5, 0, -5], [(0, 1), (1, 2)])
ALL = np.ones(5, bool)


def told(plan: Plan) -> list[tuple[str, ...]]:
    return [period.mended for period in plan.periods]


def test_nothing_broken_costs_the_flow_alone() -> None:
    plan = restore(CHAIN, ~ALL, 1)
    assert told(plan) == [()]
    assert plan.cost == pytest.approx(10)
    assert plan.left == ()
    assert bound(CHAIN, ~ALL, 1, periods=4) == pytest.approx(40)


def test_everything_broken_comes_back() -> None:
    plan = restore(CHAIN, ALL, 2)
    assert plan.before.unmet == 5
    assert [period.unmet for period in plan.periods] == pytest.approx([5, 5, 0])
    assert sorted(id_ for period in plan.periods for id_ in period.mended) == sorted(CHAIN.part)
    assert [len(period.mended) for period in plan.periods] == [2, 2, 1]


def test_no_crews_mend_nothing() -> None:
    for look_ahead in (1, 3):
        plan = restore(CHAIN, ALL, 0, periods=3, look_ahead=look_ahead)
        assert told(plan) == [(), (), ()]
        assert plan.unmet == pytest.approx(15)
        assert len(plan.left) == 5


def test_crews_that_come_later() -> None:
    broken = CHAIN.rows(["b"])
    plan = restore(CHAIN, broken, [0, 0, 1])
    assert told(plan) == [(), (), ("b",)]


def test_a_repair_that_costs_more_than_it_brings_is_left() -> None:
    dear = network([5, 0, -5], [(0, 1), (1, 2)], repair_cost=np.full(5, 1e6))
    plan = restore(dear, dear.rows(["b"]), 1, periods=2)
    assert plan.left == ("b",)
    assert restore(dear, dear.rows(["b"]), 1, periods=2, look_ahead=2).left == ("b",)


def test_what_needs_another_waits_for_it() -> None:
    # two lone nodes with their own supply; d needs a, which is broken too and dearer to mend
    needy = network(
        [5, -5, 5, -5],
        [(0, 1), (2, 3)],
        need_node=np.array([2]),
        need_quorum=np.array([1]),
        need_ptr=np.array([0, 1]),
        need_provider=np.array([0]),
    )
    plan = restore(needy, needy.rows(["a"]), 1)
    assert plan.before.unmet == 10
    assert plan.periods[0].unmet == 0


def test_a_site_is_prepared_once_a_period() -> None:
    shared = network(
        [5, -5, -5],
        [(0, 1), (0, 2)],
        site_cost=np.array([7.0]),
        site_part=np.array([3, 4]),
        site=np.array([0, 0]),
    )
    broken = shared.rows(["a-b", "a-c"])
    assert restore(shared, broken, 2).periods[0].site_cost == 7
    assert [p.site_cost for p in follow(shared, broken, np.arange(5), 1).periods] == [7, 7]


def test_parts_that_only_help_together_are_begun_one_by_one() -> None:
    # two ways from a to c: over b in three repairs, over d in one that no period's crews can do
    crew = np.ones(4 + 4)
    crew[6] = 9
    ways = network([5, 0, -5, 0], [(0, 1), (1, 2), (0, 3), (3, 2)], crew=crew)
    broken = ways.rows(["a-b", "b", "b-c", "a-d"])
    plan = restore(ways, broken, 1, periods=5)
    assert [period.unmet for period in plan.periods] == pytest.approx([5, 5, 0, 0, 0])
    assert plan.left == ("a-d",)


def test_rows_of_an_id_that_is_not_there() -> None:
    with pytest.raises(CityError, match="1 broken parts are not in the network: z"):
        CHAIN.rows(["a", "z"])


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"supply": np.array([5, np.nan, -5])}, "b: supply is no number"),
        ({"capacity": np.array([1.0, -1, 1, 1])}, "b-c: capacity -1"),
        ({"repair_cost": np.array([1, 1, 1, np.inf, 1])}, "a-b: repair_cost inf"),
        ({"crew": np.ones(4)}, "crew has 4 entries instead of 5"),
        ({"arc_head": np.array([1, 2, 0, 9])}, "arc_head names row 9 of 3"),
        ({"node": ("a", "a", "c")}, "ids that occur twice: a"),
        ({"throughput": np.array([1, -1, 1.0])}, "b: throughput -1"),
    ],
)
def test_wrong_arrays_are_named(edits: dict[str, np.ndarray], said: str) -> None:
    with pytest.raises(CityError) as told_:
        network(edits.pop("supply", [5, 0, -5]), [(0, 1), (1, 2)], **edits)
    assert said in str(told_.value)


@pytest.mark.parametrize(
    ("provider", "quorum", "said"),
    [
        (9, 1, "c: it needs row 9, which is no node"),
        (0, 2, "c: it needs 2 of 1 providers"),
        (0, 0, "c: it needs 0 of 1 providers"),
    ],
)
def test_a_need_that_dangles_is_named(provider: int, quorum: int, said: str) -> None:
    with pytest.raises(CityError) as told_:
        network(
            [5, 0, -5],
            [(0, 1), (1, 2)],
            need_node=np.array([2]),
            need_quorum=np.array([quorum]),
            need_ptr=np.array([0, 1]),
            need_provider=np.array([provider]),
        )
    assert said in str(told_.value)


@pytest.mark.parametrize(
    ("crews", "more", "said"),
    [
        (0, {}, "a repair takes 1 of 0 crews"),
        (-1, {"periods": 2}, "-1 is no number of crews"),
        (float("nan"), {"periods": 2}, "nan is no number of crews"),
        (1, {"periods": 0}, "0 is no number of periods"),
        ([1, 1], {"periods": 3}, "for 2 periods, while 3 are asked"),
        (1, {"look_ahead": 0}, "look_ahead 0"),
    ],
)
def test_wrong_crews_are_named(crews: float, more: dict[str, int], said: str) -> None:
    with pytest.raises(CityError) as told_:
        restore(CHAIN, ALL, crews, **more)
    assert said in str(told_.value)


def test_marks_of_another_shape_are_named() -> None:
    with pytest.raises(CityError, match=r"broken has shape \(4,\)"):
        restore(CHAIN, np.ones(4, bool), 1)


def test_too_much_is_refused_before_it_is_built() -> None:
    n = 501
    long = network([1, -1], [(0, 1)])
    wide = network(
        [0.0] * 2,
        [(0, 1)],
        link=tuple(f"l{i}" for i in range(n)),
        arc_link=np.array([0, 1]),
        repair_cost=np.ones(n + 2),
        crew=np.ones(n + 2),
    )
    with pytest.raises(CityError, match="503 broken parts are more than the 500"):
        restore(wide, np.ones(n + 2, bool), 1)
    with pytest.raises(CityError, match=r"unknowns .* more than the 200,000"):
        restore(long, np.ones(3, bool), 1, periods=30_000, look_ahead=30_000)


def test_the_solver_out_of_time_says_so_or_marks_its_answer() -> None:
    rng = np.random.default_rng(1)
    n = 60
    pairs = [(0, i) for i in range(1, n)]
    star = network(
        [float(n)] + [-1.0] * (n - 1),
        [],
        node=tuple(f"n{i}" for i in range(n)),
        link=tuple(f"l{i}" for i in range(n - 1)),
        arc_tail=np.array([p[0] for p in pairs]),
        arc_head=np.array([p[1] for p in pairs]),
        arc_link=np.arange(n - 1),
        capacity=np.full(n - 1, 3.0),
        flow_cost=np.zeros(n - 1),
        repair_cost=rng.random(2 * n - 1),
        crew=1 + rng.random(2 * n - 1),
    )
    try:
        plan = restore(
            star, np.ones(star.parts, bool), 7, periods=17, look_ahead=17, limits=Limits(0.0, 0.05)
        )
    except RencityError as exc:
        assert "within 0.05 s" in str(exc)  # noqa: PT017
    else:
        assert plan.status == "time limit"
        assert plan.bound is not None
        assert plan.bound <= plan.cost


def test_the_same_twice() -> None:
    broken = CHAIN.rows(["a", "b-c", "c"])
    assert restore(CHAIN, broken, 1) == restore(CHAIN, broken, 1)
