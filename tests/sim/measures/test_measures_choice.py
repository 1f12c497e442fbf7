"""The choice against plain enumeration, on values of every temper."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rencity.kit.errors import InputError
from rencity.sim.measures.choice import (
    NOTHING,
    Chosen,
    Option,
    Options,
    bounds,
    budgets,
    curve,
    exact,
    greedy,
    knapsack,
)

Value = Callable[[Chosen], float]


@st.composite
def markets(draw: st.DrawFn) -> tuple[list[Option], float, Value]:
    """Up to six measures with costs, what excludes and requires what, any value of each set."""
    n = draw(st.integers(0, 6))
    ids = [f"m{i}" for i in range(n)]
    costs = [draw(st.integers(0, 9)) for _ in ids]
    pairs = list(itertools.combinations(ids, 2))
    apart = draw(st.sets(st.sampled_from(pairs), max_size=2)) if pairs else set()
    needs = draw(st.sets(st.sampled_from(pairs), max_size=2)) if pairs else set()
    options = [
        Option(
            one,
            float(cost),
            frozenset({b for a, b in apart if a == one} | {a for a, b in apart if b == one}),
            frozenset({a for a, b in needs if b == one}),
        )
        for one, cost in zip(ids, costs, strict=True)
    ]
    seed = draw(st.integers(0, 2**16))
    random = np.random.default_rng(seed)
    table = {
        frozenset(c): float(random.integers(-3, 20))
        for k in range(n + 1)
        for c in itertools.combinations(ids, k)
    }
    table[NOTHING] = 0.0
    return options, float(draw(st.integers(0, 25))), table.__getitem__


def enumerated(options: list[Option], budget: float) -> list[Chosen]:
    """Affordable sets, written out."""
    found = []
    for mask in range(2 ** len(options)):
        some = [option for i, option in enumerate(options) if mask >> i & 1]
        ids = {option.id for option in some}
        if sum(option.cost for option in some) > budget:
            continue
        if any(option.excludes & ids or option.requires - ids for option in some):
            continue
        found.append(frozenset(ids))
    return found


@given(markets())
def test_exact_is_the_best_of_all(market: tuple[list[Option], float, Value]) -> None:
    options, budget, value = market
    best = exact(Options(options), budget, value)
    sets = enumerated(options, budget)
    assert best in sets
    assert value(best) == max(map(value, sets))


@given(markets())
def test_greedy_is_affordable_and_never_better_than_exact(
    market: tuple[list[Option], float, Value],
) -> None:
    options, budget, value = market
    most = max(map(value, enumerated(options, budget)))
    found = greedy(Options(options), budget, value)
    for each in found:
        assert each.chosen in enumerated(options, budget)
        assert each.saved == value(each.chosen) <= most
        assert each.cost == sum(o.cost for o in options if o.id in each.chosen) <= budget
        saved = [0.0, *(step.saved for step in each.path)]
        assert all(a < b for a, b in itertools.pairwise(saved))
    assert found[0].saved == max(each.saved for each in found) >= 0


@given(markets())
def test_proven_bounds_hold(market: tuple[list[Option], float, Value]) -> None:
    options, budget, value = market
    most = max(map(value, enumerated(options, budget)))
    made = Options(options)
    for best in (None, exact(made, budget, value)):
        for bound in bounds(made, budget, value, 20.0, best):
            assert not bound.proven or bound.value >= most


def adding(worth: dict[str, float]) -> Value:
    """Savings that only add up."""
    return lambda chosen: sum(worth[one] for one in sorted(chosen))


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=6), st.integers(0, 30))
def test_the_knapsack_bound_holds_where_savings_add_up(
    pairs: list[tuple[int, int]], budget: int
) -> None:
    options = [Option(f"m{i}", float(cost)) for i, (cost, _) in enumerate(pairs)]
    value = adding({f"m{i}": float(worth) for i, (_, worth) in enumerate(pairs)})
    most = max(map(value, enumerated(options, budget)))
    assert knapsack(Options(options), float(budget), value).value >= most - 1e-9


def test_two_halves_of_a_ring_are_found_only_together() -> None:
    """Neither feeder is worth anything alone: greedy misses them, exact does not, bounds say so."""
    options = Options([Option("north", 4), Option("south", 4), Option("paint", 1)])

    def value(chosen: Chosen) -> float:
        return 100.0 * ({"north", "south"} <= chosen) + 1.0 * ("paint" in chosen)

    assert greedy(options, 9, value)[0].chosen == {"paint"}
    best = exact(options, 9, value)
    assert best == {"north", "south", "paint"}
    kinds = {bound.kind: bound for bound in bounds(options, 9, value, 300.0, best)}
    assert kinds["exact"].value == 101
    assert kinds["knapsack"].value == 1
    assert not kinds["knapsack"].proven


def test_the_classic_trap_of_density_is_escaped_by_the_best_single() -> None:
    options = Options([Option("crumb", 1), Option("loaf", 100)])
    value = adding({"crumb": 2.0, "loaf": 150.0})
    found = greedy(options, 100, value)
    assert found[0].chosen == {"loaf"}
    assert {each.rule: each.saved for each in found}["saving per yuan"] == 2.0


def test_what_is_required_comes_along_and_is_paid() -> None:
    options = Options(
        [Option("pump", 2, requires=frozenset({"cable"})), Option("cable", 3), Option("tie", 4)]
    )
    value = adding({"pump": 10.0, "cable": 0.0, "tie": 5.0})
    assert greedy(options, 4, value)[0].chosen == {"tie"}
    found = greedy(options, 5, value)[0]
    assert found.chosen == {"pump", "cable"}
    assert found.path[0].added == ("pump", "cable")


def test_no_budget_buys_nothing_but_what_is_free() -> None:
    options = Options([Option("dear", 3), Option("free", 0)])
    value = adding({"dear": 9.0, "free": 1.0})
    assert greedy(options, 0, value)[0].chosen == {"free"}
    assert exact(options, 0, value) == {"free"}
    assert greedy(Options([Option("dear", 3)]), 0, value)[0].chosen == NOTHING


def test_ties_go_to_the_cheapest_then_the_first() -> None:
    options = Options([Option("b", 2), Option("a", 2), Option("c", 1)])

    def value(chosen: Chosen) -> float:
        return float(bool(chosen))

    assert exact(options, 5, value) == {"c"}
    assert exact(Options([Option("b", 2), Option("a", 2)]), 2, value) == {"b"}
    assert greedy(Options([Option("b", 2), Option("a", 2)]), 2, value)[0].chosen == {"b"}


def test_an_exact_search_of_thirteen_is_refused() -> None:
    options = Options([Option(f"m{i}", 1) for i in range(13)])
    with pytest.raises(InputError, match="13 measures have 8,192 sets"):
        exact(options, 3, lambda _: 0.0)


def test_a_curve_begins_at_nothing_and_holds_the_budget() -> None:
    options = Options([Option("a", 2), Option("b", 7)])
    assert budgets(options, 4.0) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 9.0]
    assert budgets(options, 0.0)[-1] == 9.0
    assert budgets(options, 50.0)[-1] == 50.0


@given(markets())
def test_a_curve_never_falls(market: tuple[list[Option], float, Value]) -> None:
    options, budget, value = market
    made = Options(options)
    points = curve(made, budget, value)
    assert all(a[1].saved <= b[1].saved for a, b in itertools.pairwise(points))
    assert all(found.cost <= most for most, found in points)
